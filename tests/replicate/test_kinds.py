"""The kinds of task: from examples to tokens, from a head's numbers back to answers, and what is said of bad examples."""

from __future__ import annotations

import math
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics import measure
from replicate.models import tokens
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Pair, Span, Tagged
from replicate.tasks import TASKS, find, retrieval, spans
from replicate.tasks.kinds import KINDS
from replicate.training.batches import Batch, Encoded, pack

WORLD = open_source("world")
TRAINED = [id for id in TASKS if not WORLD.missing(id, "test", "a1a") and TASKS[id].kind != "retrieval"]
SPACED = ("a1a", "b1b", "c1a", "d1a", "f1a")
SURE = 30.0  # a number so high that all others count for nothing


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> tokens.Tokenizer:
    """A tokenizer that has read a little of six languages in five scripts."""
    folder = tmp_path_factory.mktemp("tokenizer")
    texts = [text for code in (*SPACED, "e1a") for text, _ in zip(WORLD.text(code), range(150), strict=False)]
    tokens.train(texts, 900).save(str(folder / "tokenizer.json"))
    return tokens.load(folder)


def examples(task: str, language: str = "a1a", count: int = 24) -> list:
    return list(WORLD.examples(task, "test", language, limit=count))


def encode(task: str, some: list, tokenizer: tokens.Tokenizer, limit: int = 200) -> Encoded:
    found = find(task)
    return KINDS[found.kind].encode(found, some, WORLD.labels(task), tokenizer, limit)


def gold(task: str, batch: Batch, data: Encoded) -> torch.Tensor:
    """What a head says that knows the targets for certain: one row for each position that it reads."""
    logits = torch.zeros(sum(batch.counts), data.outputs)
    begins = np.concatenate([[0], np.cumsum(batch.counts)])
    for number, target in enumerate(batch.targets):
        if TASKS[task].kind == "spans":
            for side, at in enumerate(target):
                logits[begins[number] + at, side] = SURE
        elif TASKS[task].kind == "choices":
            logits[number * data.group + int(target[0]), 0] = SURE
        else:
            logits[range(begins[number], begins[number] + len(target)), target] = SURE
    return logits


def predict(task: str, some: list, data: Encoded, logits=gold) -> list:
    """Predictions in the order of the examples, though they were packed in another."""
    kind, batch = KINDS[TASKS[task].kind], pack(data, list(reversed(range(len(data)))))
    said = kind.predict(logits(task, batch, data), batch, data)
    ordered = [one for _, one in sorted(zip(batch.items, said, strict=True), key=lambda pair: pair[0])]
    return kind.join(TASKS[task], some, data, ordered) if kind is spans else ordered


def score(task: str, some: list, said: list) -> dict[str, float]:
    return measure.figures(measure.measure(TASKS[task], measure.targets(TASKS[task], some), said))


# ---- a head that knows the truth ----


@pytest.mark.parametrize("language", SPACED)
@pytest.mark.parametrize("task", TRAINED)
def test_a_head_that_knows_the_truth_has_no_loss_and_full_marks(task, language, tokenizer):
    some = examples(task, language)
    data = encode(task, some, tokenizer)
    batch = pack(data, range(len(data)))
    assert float(KINDS[TASKS[task].kind].loss(gold(task, batch, data), batch)) == pytest.approx(0, abs=1e-4)
    figures = score(task, some, predict(task, some, data))
    assert tuple(figures) == TASKS[task].metrics
    assert set(figures.values()) == {100} or (task == "panx" and figures["accuracy"] == 100)


def test_without_spaces_a_token_may_reach_over_an_answers_end_and_rarely_does(tokenizer):
    some = examples("squad1", "e1a", 100)
    said = predict("squad1", some, encode("squad1", some, tokenizer, 400))
    inside = [one.answers[0] in text for one, text in zip(some, said, strict=True)]
    assert all(inside) and score("squad1", some, said)["em"] > 50


@pytest.mark.parametrize("task", TRAINED)
def test_a_head_that_knows_nothing_loses_the_logarithm_of_its_choices(task, tokenizer):
    data = encode(task, examples(task), tokenizer)
    batch = pack(data, range(len(data)))
    loss = float(KINDS[TASKS[task].kind].loss(torch.zeros(sum(batch.counts), data.outputs), batch))
    if TASKS[task].kind == "spans":  # first and last token are each one of the passage's, or 'no answer'
        assert loss == pytest.approx(np.mean([math.log(count) for count in batch.counts]), rel=1e-5)
    else:
        assert loss == pytest.approx(math.log(TASKS[task].choices or len(WORLD.labels(task))), rel=1e-5)


@pytest.mark.parametrize("task", ["xnli", "udpos", "squad1", "hellaswag"])
def test_every_example_is_worth_what_its_kind_says(task, tokenizer):
    """The loss of a batch is the mean over its examples; of tags, over its words."""
    data, kind = encode(task, examples(task, count=6), tokenizer), KINDS[TASKS[task].kind]
    torch.manual_seed(1)
    batch = pack(data, range(6))
    logits = torch.randn(sum(batch.counts), data.outputs)
    parts = logits.split([sum(batch.counts[n * data.group : (n + 1) * data.group]) for n in range(6)])
    alone = [float(kind.loss(part, pack(data, [one]))) for part, one in zip(parts, batch.items, strict=True)]
    weights = [len(target) for target in batch.targets] if task == "udpos" else [1] * 6
    assert float(kind.loss(logits, batch)) == pytest.approx(np.average(alone, weights=weights), rel=1e-5)


# ---- what the model reads ----


def test_a_pair_is_two_sentences_with_the_marks_of_xlmr(tokenizer):
    data = encode("xnli", [Pair("1", "ab", "cd", "neutral")], tokenizer)
    first, second = tokenizer.ids(["ab", "cd"])
    assert data.ids[0].tolist() == [tokenizer.begin, *first, tokenizer.end, tokenizer.end, *second, tokenizer.end]
    assert data.points[0].tolist() == [0] and data.targets[0].tolist() == [TASKS["xnli"].labels.index("neutral")]


@given(st.integers(0, 60), st.integers(0, 60), st.integers(6, 80))
def test_what_is_too_long_is_cut_from_the_longer_side(one, two, limit):
    some = tokens.Tokenizer(None, begin=0, end=2, mask=9, unknown=3, size=100)
    first, second = list(range(100, 100 + one)), list(range(200, 200 + two))
    ids = some.pair(first, second, limit)
    left, right = [i for i in ids if 100 <= i < 200], [i for i in ids if i >= 200]
    assert ids == [0, *left, 2, 2, *right, 2]
    assert (left, right) == (first[: len(left)], second[: len(right)])
    assert len(ids) == min(limit, one + two + 4)
    if len(left) < one and len(right) < two:
        assert abs(len(left) - len(right)) <= 1
    assert len(some.single(first, limit)) == min(limit, one + 2)


@pytest.mark.parametrize("task", TRAINED)
def test_no_sequence_is_longer_than_the_limit_and_no_point_outside_it(task, tokenizer):
    data = encode(task, examples(task), tokenizer, limit=20)
    assert max(len(one) for one in data.ids) == 20
    for ids, points in zip(data.ids, data.points, strict=True):
        assert len(points) >= 1 and points.min() >= 0 and points.max() < len(ids)
    assert len(data.ids) == len(data.points) == len(data) * data.group == len(data.targets) * data.group


def test_an_option_is_read_with_context_and_question(tokenizer):
    data = encode("xcopa", [Choice("1", "ab", "why", ("cd", "ef"), 1)], tokenizer)
    assert data.group == 2 and len(data) == 1 and data.targets[0].tolist() == [1]
    stem, one, two = tokenizer.ids(["ab why", "cd", "ef"])
    assert [ids.tolist() for ids in data.ids] == [tokenizer.pair(stem, option, 99) for option in (one, two)]
    without = encode("xcopa", [Choice("1", "", "why", ("cd", "ef"), 1)], tokenizer)
    assert without.ids[0].tolist() == tokenizer.pair(tokenizer.ids(["why"])[0], one, 99)


def test_retrieval_reads_every_token_of_a_text(tokenizer):
    data = retrieval.encode_texts(["ab cd", "ab"], tokenizer, 99)
    assert [ids.tolist() for ids in data.ids] == [tokenizer.single(one, 99) for one in tokenizer.ids(["ab cd", "ab"])]


# ---- tags ----


def test_the_first_token_of_a_word_carries_its_tag(tokenizer):
    one = Tagged("1", ("zulommiw", "yebbi", "."), ("VERB", "NOUN", "PUNCT"))
    data = encode("udpos", [one], tokenizer)
    begin = 1
    for word, point, target in zip(one.words, data.points[0], data.targets[0], strict=True):
        piece = tokenizer.ids([word])[0]
        assert point == begin and data.ids[0][point : point + len(piece)].tolist() == piece
        assert WORLD.labels("udpos")[target] == one.tags[one.words.index(word)]
        begin += len(piece)


def test_a_word_without_tokens_is_read_as_unknown(tokenizer):
    assert tokenizer.ids([""]) == [[]]
    data = encode("udpos", [Tagged("1", ("", "."), ("X", "PUNCT"))], tokenizer)
    assert data.ids[0][data.points[0][0]] == tokenizer.unknown and len(data.points[0]) == 2


def test_words_that_were_cut_count_as_wrong(tokenizer):
    some = examples("udpos", count=10)
    data = encode("udpos", some, tokenizer, limit=8)
    said = predict("udpos", some, data)
    read = sum(map(len, said))
    assert all(list(one.tags[: len(tags)]) == tags for one, tags in zip(some, said, strict=True))
    assert read < sum(len(one.words) for one in some)
    figures = score("udpos", some, said)
    assert figures["accuracy"] == pytest.approx(100 * read / sum(len(one.words) for one in some)) and figures["f1"] < 100


def test_names_are_scored_as_chunks_and_parts_of_speech_as_runs():
    names = [Tagged("1", ("a", "b"), ("B-PER", "I-PER"))]
    assert score("panx", names, [["B-PER", "O"]]) == {"f1": 0, "accuracy": 50}
    assert score("udpos", [Tagged("1", ("a", "b"), ("NOUN", "VERB"))], [["NOUN", "ADJ"]]) == {"f1": 50, "accuracy": 50}


# ---- spans ----

PASSAGE = Span("1", "who?", "the old farmer buys red bread today.", ("red bread",), 20)


def test_the_target_of_a_span_is_its_first_and_last_token(tokenizer):
    data = encode("squad1", [PASSAGE], tokenizer)
    first, last = data.targets[0]
    ids, points = data.ids[0], data.points[0]
    assert points[0] == 0 and ids[points[1] - 1] == ids[points[1] - 2] == tokenizer.end
    assert tokenizer.library.decode(ids[points[first : last + 1]].tolist()).strip() == "red bread"


@pytest.mark.parametrize("limit", [20, 24, 28])
def test_a_long_passage_is_read_in_windows_and_none_of_it_is_lost(limit, tokenizer):
    some = [PASSAGE, Span("2", "when?", " ".join(["the old farmer buys red bread today"] * 5) + " in rain.", ("rain",), 183)]
    data = encode("squad1", some, tokenizer, limit)
    contexts = tokenizer.encode([one.context for one in some])
    for number, context in enumerate(contexts):
        windows = np.flatnonzero(data.owners == number)
        assert len(windows) > 1 and max(len(data.ids[w]) for w in windows) <= limit
        shown = [tuple(span[:2]) for w in windows for span in data.spans[w].reshape(-1, 3).tolist()]
        best = [tuple(span[:2]) for w in windows for span in data.spans[w].reshape(-1, 3).tolist() if span[2]]
        assert set(shown) == set(context.offsets) and sorted(best) == sorted(context.offsets)  # each token counts once
    assert predict("squad1", some, data) == ["red bread", "rain"]


def test_a_window_without_the_whole_answer_teaches_that_there_is_none(tokenizer):
    for limit in range(14, 40):
        data = encode("squad1", [PASSAGE], tokenizer, limit)
        for window in range(len(data)):
            first, last = data.targets[window]
            if (first, last) != (0, 0):
                read = data.ids[window][data.points[window][first] : data.points[window][last] + 1]
                assert tokenizer.library.decode(read.tolist()).strip() == "red bread"  # never a part of it
    assert len(encode("squad1", [PASSAGE], tokenizer, 200)) == 1


def test_no_answer_is_given_only_where_the_task_allows_it(tokenizer):
    def refuse(task: str, batch: Batch, data: Encoded) -> torch.Tensor:
        logits = torch.zeros(sum(batch.counts), 2)
        logits[0] = SURE
        return logits

    assert predict("squad2", [PASSAGE], encode("squad2", [PASSAGE], tokenizer), refuse) == [""]
    assert predict("squad1", [PASSAGE], encode("squad1", [PASSAGE], tokenizer), refuse) != [""]
    nothing = replace(PASSAGE, answers=(), start=-1)
    data = encode("squad2", [nothing], tokenizer)
    assert data.targets[0].tolist() == [0, 0]
    assert score("squad2", [nothing], predict("squad2", [nothing], data)) == {"f1": 100, "em": 100}


def test_a_span_does_not_end_before_it_begins_nor_grow_over_thirty_tokens(tokenizer):
    long = Span("1", "who?", " ".join(["bread"] * 60), ("bread",), 0)
    data = encode("squad1", [long, PASSAGE], tokenizer, 250)

    def crossed(task: str, batch: Batch, data: Encoded) -> torch.Tensor:
        """The last word is the best beginning, the first one the best end."""
        logits = torch.zeros(sum(batch.counts), 2)
        for part in logits.split(batch.counts):
            part[-1, 0], part[1, 1] = SURE, SURE
        return logits

    def stretched(task: str, batch: Batch, data: Encoded) -> torch.Tensor:
        """It begins with the first word, and the later it ends the better."""
        logits = torch.zeros(sum(batch.counts), 2)
        for part in logits.split(batch.counts):
            part[1, 0], part[:, 1] = 100 * SURE, torch.arange(len(part))
        return logits

    for one, said in zip((long, PASSAGE), predict("squad1", [long, PASSAGE], data, crossed), strict=True):
        assert said and said in one.context
    said, whole = predict("squad1", [long, PASSAGE], data, stretched)
    (context,) = tokenizer.encode([long.context])
    assert said == long.context[: context.offsets[29][1]] and whole == PASSAGE.context


# ---- bad examples ----


@pytest.mark.parametrize(
    ("task", "example", "says"),
    [
        (
            "xnli",
            Pair("test-7", "a", "b", "entailed"),
            "xnli: example test-7 has the label 'entailed'; expected one of entailment, neutral, contradiction",
        ),
        ("udpos", Tagged("test-7", ("a",), ("NOUNS",)), "udpos: example test-7 has the tag 'NOUNS'; expected one of ADJ, ADP"),
        ("udpos", Tagged("test-7", ("a", "b"), ("NOUN",)), "udpos: example test-7 has 2 words and 1 tags"),
        ("panx", Tagged("test-7", (), ()), "panx: example test-7 has 0 words and 0 tags"),
        ("xcopa", Choice("test-7", "a", "", ("b", "c", "d"), 0), "xcopa: example test-7 has 3 options and label 0; expected 2"),
        ("xcopa", Choice("test-7", "a", "", ("b", "c"), 2), "xcopa: example test-7 has 2 options and label 2; expected 2"),
    ],
)
def test_a_wrong_example_is_named_with_what_was_expected(task, example, says, tokenizer):
    with pytest.raises(Problem) as error:
        encode(task, [example], tokenizer)
    assert str(error.value).startswith(says) and "\n" not in str(error.value)


# ---- the tokenizer ----


@pytest.mark.parametrize("language", [*SPACED, "e1a"])
def test_tokens_say_where_they_stand_in_the_text(language, tokenizer):
    for text, _ in zip(WORLD.text(language), range(20), strict=False):
        (encoded,) = tokenizer.encode([text])
        assert encoded.ids == tokenizer.ids([text])[0]
        assert tokenizer.unknown not in encoded.ids and tokenizer.mask not in encoded.ids
        written = [(text[a:b].strip(), token.strip("▁")) for (a, b), token in zip(encoded.offsets, encoded.tokens, strict=True)]
        assert all(there == token for there, token in written if token)  # the mark before a word may stand alone
        covered = {k for a, b in encoded.offsets for k in range(a, b)}
        assert all(k in covered for k, letter in enumerate(text) if letter != " ")


def test_special_tokens_have_xlmrs_numbers_and_the_mask_comes_last(tokenizer):
    assert (tokenizer.begin, tokenizer.end, tokenizer.unknown) == (0, 2, 3)
    assert tokenizer.mask == tokenizer.size - 1 == 899
    assert max(len(token.strip("▁")) for token in tokenizer.library.get_vocab() if token[0] != "<") <= tokens.LONGEST


def test_a_folder_without_a_tokenizer_is_named(tmp_path: Path):
    (tmp_path / "tokenizer.json").write_text('{"version": "1.0", "model"')
    for folder in (tmp_path, tmp_path / "missing"):
        with pytest.raises(Problem) as error:
            tokens.load(folder)
        assert str(error.value).startswith(f"{folder / 'tokenizer.json'}: not a tokenizer") and "\n" not in str(error.value)
