"""mT5's tokenizer, its sentinels, and the holes that they stand for in a text."""

from __future__ import annotations

import random
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from replicate.models import sentinels, tokens
from replicate.problems import Problem
from replicate.tasks import TASKS, texts
from replicate.training import text
from replicate.training.batches import pack
from replicate.training.loop import Lesson

from .text_models import ANIMALS, small, some

# ---- the tokenizer ----


def test_our_tokenizer_has_a_hundred_sentinels_at_its_end(tokenizer):
    numbers = tokenizer.library.get_vocab()
    assert (tokenizer.begin, tokenizer.end, tokenizer.unknown) == tuple(numbers[name] for name in ("<pad>", "</s>", "<unk>"))
    assert [numbers[f"<extra_id_{n}>"] for n in range(100)] == [tokenizer.mask - n for n in range(100)]
    assert tokenizer.mask == tokenizer.size - 1 == len(numbers) - 1
    assert list(tokenizer.sentinels) == [tokenizer.mask - n for n in range(100)]


def test_texts_end_with_a_mark_and_begin_with_none(tokenizer):
    (ids,) = tokenizer.ids(["cow sees dog"])
    assert tokenizer.single(ids, 99) == [*ids, tokenizer.end]
    assert tokenizer.pair(ids, ids, 99) == [*ids, *ids, tokenizer.end]
    assert len(tokenizer.single(ids, 3)) == 3 and tokenizer.pair(ids, ids, 3) == [*ids[:2], tokenizer.end]


def test_our_own_words_are_few_tokens_and_known(tokenizer):
    ours = tokenizer.ids(texts.spoken(lambda id: TASKS[id].labels))
    assert all(ids and tokenizer.unknown not in ids for ids in ours)
    assert np.mean([len(ids) for ids in ours]) < 3


def stocks(folder: Path, specials: list[str]) -> Path:
    """A tokenizer of mT5's own form: unigrams, with these specials."""
    from tokenizers import Tokenizer, decoders, models, normalizers, pre_tokenizers

    letters = [(letter, -2.0) for letter in "▁abc"]
    begin, end = (("<pad>", 0.0), ("</s>", 0.0), ("<unk>", -9.0)), [(name, 0.0) for name in specials]
    library = Tokenizer(models.Unigram([*begin, *letters, *end], unk_id=2))
    library.normalizer, library.pre_tokenizer, library.decoder = (
        normalizers.NFKC(), pre_tokenizers.Metaspace(), decoders.Metaspace(),
    )  # fmt: skip
    library.save(str(folder / "tokenizer.json"))
    return folder


@pytest.mark.parametrize("mark", ["", "▁"])  # SentencePiece's file has the mark of a word's beginning, others have none
def test_mt5s_own_tokenizer_is_read(mark, tmp_path):
    found = sentinels.load(stocks(tmp_path, [f"{mark}<extra_id_{n}>" for n in reversed(range(100))]))
    assert (found.begin, found.end, found.unknown, found.mask) == (0, 1, 2, 106)
    assert found.ids(["ab c"]) == [[3, 4, 5, 3, 6]]


def test_a_tokenizer_of_another_model_is_refused(tmp_path):
    with pytest.raises(Problem, match="tokenizer.json: it has no <extra_id_50>, <extra_id_51>, <extra_id_52> and 47 more"):
        sentinels.load(stocks(tmp_path, [f"<extra_id_{n}>" for n in range(50)]))
    with pytest.raises(Problem, match="tokenizer.json: its sentinels are not in a row"):
        sentinels.load(stocks(tmp_path, [f"<extra_id_{n}>" for n in range(100)]))
    tokens.train(["a b"], 300).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(Problem, match="it has no <extra_id_0>, .* and 97 more; expected the tokenizer of an mT5"):
        sentinels.load(tmp_path)
    (tmp_path / "tokenizer.json").write_text("{")
    with pytest.raises(Problem, match=r"tokenizer.json: not a tokenizer \(.*\); the model folder is incomplete"):
        sentinels.load(tmp_path)


# ---- holes ----

FIRST = 999  # the first sentinel


@given(st.lists(st.integers(4, 800), max_size=300), st.floats(0.01, 0.9), st.integers(0, 10**6))
def test_the_spans_put_back_at_their_sentinels_give_the_text(ids, share, seed):
    source, target = sentinels.corrupted(np.asarray(ids, dtype=np.int64), share, FIRST, np.random.default_rng(seed))
    spans = {}
    for token in target.tolist():
        if token > 800:
            spans[token] = list[int]()
            last = token
        else:
            spans[last].append(token)
    assert [token for one in source.tolist() for token in spans.get(one, [one])] == ids
    marks = [token for token in source.tolist() if token > 800]
    assert marks == list(spans) == [FIRST - n for n in range(len(marks))]
    assert len(marks) <= sentinels.SENTINELS


@given(st.integers(10, 500), st.integers(0, 10**6))
def test_fifteen_in_a_hundred_are_hidden_in_spans_of_three(length, seed):
    ids = np.arange(length)
    source, target = sentinels.corrupted(ids, 0.15, FIRST, np.random.default_rng(seed))
    hidden = round(0.15 * length)
    spans = max(1, round(hidden / 3))
    assert len(target) == hidden + spans and len(source) == length - hidden + spans
    assert source[0] < length and source[-1] == FIRST - spans + 1  # what is shown comes first, what is hidden last


def test_no_place_is_preferred_but_for_both_ends():
    """Two spans of six tokens: the first token is always shown, the last one never, and any place may begin the first span."""
    rng, times = np.random.default_rng(0), np.zeros(40)
    for _ in range(4000):
        _, target = sentinels.corrupted(np.arange(40), 0.15, FIRST, rng)
        times[target[target < 40]] += 1
    assert times.sum() == 6 * 4000 and times[0] == 0 and times[-1] == 4000
    inner = times[5:33] / 4000
    assert inner.mean() == pytest.approx(3 / 34, abs=0.01) and np.ptp(inner) < 0.04


def test_a_lesson_without_a_loss_has_holes_in_its_texts(tokenizer):
    """It is made of plain text as for XLM-R; the seed decides the holes."""
    documents = [" ".join(random.Random(n).choices(ANIMALS, k=20 + n)) for n in range(6)]
    lesson = text.lesson(documents, tokenizer, {"max_length": 64, "batch_size": 6, "masked": 0.15})
    model, whole = small(size=tokenizer.size), pack(lesson.data, range(6))
    batch = model.prepare(lesson, whole, tokenizer.mask, np.random.default_rng(3))
    again = model.prepare(lesson, whole, tokenizer.mask, np.random.default_rng(3))
    assert np.array_equal(batch.ids, again.ids) and batch.items == whole.items
    sources = np.split(batch.ids, np.cumsum(batch.lengths)[:-1])
    for source, target, item in zip(sources, batch.targets, batch.items, strict=True):
        assert source[-1] == target[-1] == tokenizer.end and target[0] == tokenizer.mask
        assert source[source == tokenizer.mask].size == 1
        words = np.concatenate([source, target])
        words = words[words < tokenizer.size - 100]
        assert sorted(words[words != tokenizer.end]) == sorted(lesson.data.ids[item][:-1])
    assert torch.isfinite(model.learn(lesson, batch))


def test_a_lesson_with_a_loss_is_read_as_it_is():
    batch = pack(some(), range(4))
    assert small().prepare(Lesson("mnli", some(), texts.loss, 4), batch, 0, np.random.default_rng(0)) is batch
