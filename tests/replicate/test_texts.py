"""Tasks as text to text: what is read, what should be said, and what is made of what was said."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.metrics import measure
from replicate.models import sentinels
from replicate.models.decoding import Copied, Filled, Guide
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Pair, Span, Tagged
from replicate.tasks import TASKS, Task, texts
from replicate.training.batches import Encoded, Ragged, pack
from replicate.training.encoding import encode

WORLD = open_source("world")
TRAINED = [id for id in TASKS if not WORLD.missing(id, "test", "a1a") and TASKS[id].kind != "retrieval"]
LANGUAGES = ("a1a", "b1b", "d1a", "e1a", "f1a")

NLI = Pair("1", "a cow sees", "it sees", "entailment")
QUIZ = Choice("2", "it rains", "why", ("no idea", "clouds"), 1)
WORDS = Tagged("3", ("it", "rains", "."), ("PRON", "VERB", "PUNCT"))
PASSAGE = Span("4", "who sees?", "a cow sees it. an owl naps.", ("a cow",), 0)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> sentinels.Tokenizer:
    """A tokenizer that has read a little of five languages in four scripts, and our own words."""
    folder = tmp_path_factory.mktemp("tokenizer")
    some = [text for code in LANGUAGES for text, _ in zip(WORLD.text(code), range(150), strict=False)]
    sentinels.train(some, 1200, texts.spoken(WORLD.labels)).save(str(folder / "tokenizer.json"))
    return sentinels.load(folder)


def examples(task: str, language: str = "a1a", count: int = 24) -> list:
    return list(WORLD.examples(task, "test", language, limit=count))


# ---- what is read and what should be said ----


def test_every_kind_is_asked_by_the_name_of_the_task_that_it_is_trained_on():
    assert texts.source(TASKS["xnli"], NLI) == "mnli: sentence1: a cow sees sentence2: it sees"
    assert texts.source(TASKS["xcopa"], QUIZ) == "xcopa: context: it rains question: why A: no idea B: clouds"
    assert texts.source(TASKS["csqa"], replace(QUIZ, context="")) == "csqa: question: why A: no idea B: clouds"
    assert texts.source(TASKS["udpos"], WORDS) == "udpos: <extra_id_0> it <extra_id_1> rains <extra_id_2> ."
    assert texts.source(TASKS["xquad"], PASSAGE) == "squad1: question: who sees? context: a cow sees it. an owl naps."


def test_every_kind_is_answered_in_words():
    assert texts.target(TASKS["xnli"], NLI) == "entailment"
    assert texts.target(TASKS["xcopa"], QUIZ) == "B"
    assert texts.target(TASKS["udpos"], WORDS) == "<extra_id_0> PRON <extra_id_1> VERB <extra_id_2> PUNCT"
    assert texts.target(TASKS["xquad"], PASSAGE) == "a cow"
    assert texts.target(TASKS["squad2"], replace(PASSAGE, answers=(), start=-1)) == ""


def test_how_answers_are_found_and_what_they_are_made_of():
    assert {task.kind: texts.decoding(task) for task in TASKS.values() if task.kind in texts.FORMS} == {
        "pairs": "scored", "choices": "scored", "tags": "filled", "spans": "copied",
    }  # fmt: skip
    assert texts.allowed(TASKS["xnli"], ("yes", "no")) == ("yes", "no")
    assert texts.allowed(TASKS["csqa"], ()) == ("A", "B", "C", "D", "E")
    assert texts.allowed(TASKS["udpos"], ("NOUN",)) == ("NOUN",) and texts.allowed(TASKS["mlqa"], ()) == ()


def test_retrieval_is_not_answered_in_words():
    with pytest.raises(Problem, match="tatoeba: a task of the kind 'retrieval' is not put into words; expected pairs, choices"):
        texts.source(TASKS["tatoeba"], NLI)


# ---- back again ----


def guide(task: Task, data: Encoded, labels: tuple[str, ...], tokenizer: sentinels.Tokenizer) -> Guide:
    """All items under a guide, as an evaluation leads them."""
    if task.kind == "tags":
        words = tokenizer.ids(labels)
        return Filled(data.points.lengths.tolist(), words, tokenizer.sentinels, tokenizer.end, torch.device("cpu"))
    passages = [ids[points] for ids, points in zip(data.ids, data.points, strict=True)]
    return Copied(passages, tokenizer.end, task.unanswerable, 30, torch.device("cpu"))


def led(leading: Guide, rows: Ragged) -> list[Any]:
    """What a guide finds where each row is said; every token of it has to be on offer, up to the end of the row."""
    said: list[list[int]] = [[] for _ in rows]
    while leading.alive.any():
        tokens, offered = leading.offer()
        wanted = torch.tensor([row[min(len(one), len(row) - 1)] for one, row in zip(said, rows, strict=True)])
        fits = (tokens == wanted[:, None]) & offered
        assert (fits.any(1) | ~leading.alive).all()
        alive, token = leading.alive.tolist(), leading.take(fits.int().argmax(1)).tolist()
        for one, going, new in zip(said, alive, token, strict=True):
            one += [new] if going else []
    assert [one == row.tolist() for one, row in zip(said, rows, strict=True)] == [True] * len(rows)
    return leading.found()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", TRAINED)
def test_what_is_right_can_be_said_and_the_metrics_take_it_for_right(id, language, tokenizer):
    task, labels, some = TASKS[id], WORLD.labels(id), examples(id, language)
    data = encode(texts, task, some, labels, tokenizer, 400)
    if task.kind in ("pairs", "choices"):
        words = [(*ids, tokenizer.end) for ids in tokenizer.ids(texts.allowed(task, labels))]
        said = [words.index(tuple(row.tolist())) for row in data.targets]
    else:
        found = led(guide(task, data, labels, tokenizer), data.targets)
        said = [(*ends, 1.0) for ends in found] if task.kind == "spans" else found
    predictions = texts.join(task, some, data, said)
    if task.kind == "spans":  # in an unspaced language a token may reach beyond the answer
        right = [any(one in said for one in two.answers) for said, two in zip(predictions, some, strict=True) if two.answers]
        assert np.mean(right) == 1
    if language != "e1a" or task.kind != "spans":
        last = task.metrics[-1]  # accuracy, or exact match
        assert measure.figures(measure.measure(task, measure.targets(task, some), predictions, language))[last] == 100


def test_nothing_but_the_passage_can_be_said_and_not_nothing_where_an_answer_is_due():
    passage = np.asarray([7, 8, 7, 9])
    leading = Copied([passage], 2, False, 30, torch.device("cpu"))

    def offered() -> set[int]:
        tokens, may = leading.offer()
        return set(tokens[may].tolist())

    assert offered() == {7, 8, 9}
    leading.take(torch.tensor([2]))  # 7, the second one: no matter, it stands at both places
    assert offered() == {8, 9, 2}
    leading.take(torch.tensor([3]))
    assert offered() == {2} and leading.alive.all()
    leading.take(torch.tensor([4]))
    assert not leading.alive.any() and leading.found() == [(2, 3)]
    assert set(Copied([passage], 2, True, 30, torch.device("cpu")).offer()[0][0].tolist()) == {7, 8, 9, 2}


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(3, 6), max_size=9), min_size=1, max_size=5), st.integers(1, 5), st.randoms())
def test_whatever_is_chosen_out_of_passages_stands_there(passages, longest, rng):
    leading = Copied([np.asarray(one, dtype=np.int64) for one in passages], 2, True, longest, torch.device("cpu"))
    said: list[list[int]] = [[] for _ in passages]
    while leading.alive.any():
        _, offered = leading.offer()
        alive = leading.alive.tolist()
        token = leading.take(torch.tensor([rng.choice(row.nonzero()[:, 0].tolist()) for row in offered]))
        for one, going, new in zip(said, alive, token.tolist(), strict=True):
            one += [new] if going and new != 2 else []
    for passage, one, (first, last) in zip(passages, said, leading.found(), strict=True):
        assert one == (passage[first : last + 1] if one else []) and len(one) <= longest and (first >= 0) == bool(one)


@settings(max_examples=40)
@given(st.lists(st.lists(st.integers(3, 5), min_size=1, max_size=3), min_size=1, max_size=6, unique_by=tuple), st.randoms())
def test_whatever_is_chosen_of_words_is_one_for_each_sentinel(words, rng):
    counts, sentinels_ = [0, 1, 3], range(99, 89, -1)
    leading = Filled(counts, words, sentinels_, 2, torch.device("cpu"))
    said: list[list[int]] = [[] for _ in counts]
    while leading.alive.any():
        _, offered = leading.offer()
        alive = leading.alive.tolist()
        token = leading.take(torch.tensor([rng.choice(row.nonzero()[:, 0].tolist()) for row in offered]))
        for one, going, new in zip(said, alive, token.tolist(), strict=True):
            one += [new] if going else []
    for count, one, found in zip(counts, said, leading.found(), strict=True):
        assert len(found) == count
        spelt = [token for mark, number in zip(sentinels_, found, strict=False) for token in (mark, *words[number])]
        assert one == [*spelt, 2]


# ---- tokens ----


def marked(marks: range, words: list[list[int]]) -> list[int]:
    return [token for mark, word in zip(marks, words, strict=False) for token in (mark, *word)]


@pytest.mark.parametrize("id", TRAINED)
def test_the_tokens_are_those_of_the_texts_with_an_end_after_each(id, tokenizer):
    task, some = TASKS[id], examples(id)
    data = encode(texts, task, some, WORLD.labels(id), tokenizer, 400)

    def tokens(text: str) -> list[int]:
        """What stands between sentinels, each by itself, and these: a tokenizer would mark the space behind one too."""
        name, *words = re.split(r" ?<extra_id_\d+> ", text)
        return [*(tokenizer.ids([name])[0] if name else []), *marked(tokenizer.sentinels, tokenizer.ids(words))]

    for one, ids, said in zip(some, data.ids, data.targets, strict=True):
        assert ids.tolist() == [*tokens(texts.source(task, one)), tokenizer.end]
        assert said.tolist() == [*tokens(texts.target(task, one)), tokenizer.end]
    assert data.owners.tolist() == list(range(len(some))) and data.labels == WORLD.labels(id)


def test_an_answer_is_said_in_the_tokens_that_the_passage_has_for_it(tokenizer):
    one = Span("1", "gh", "ab (cd ef) ab", ("cd ef",), 4)
    data = texts.encode(TASKS["squad1"], [one], (), tokenizer, 99)
    (passage,) = tokenizer.encode([one.context])
    inside = [token for token, (begin, end) in zip(passage.ids, passage.offsets, strict=True) if begin >= 4 and end <= 9]
    assert data.targets[0].tolist() == [*inside, tokenizer.end]
    assert inside != tokenizer.ids(["cd ef"])[0]  # a word by itself begins with the mark of a word
    first, last = ([*data.ids[0]].index(token) - data.points[0][0] for token in (inside[0], inside[-1]))
    assert texts.join(TASKS["squad1"], [one], data, [(first, last, 0.0)]) == ["cd ef"]


@pytest.mark.parametrize("id", TRAINED)
def test_no_text_is_longer_than_the_limit_and_options_keep_their_letters(id, tokenizer):
    task = TASKS[id]
    data = encode(texts, task, examples(id), WORLD.labels(id), tokenizer, 24)
    assert max(len(ids) for ids in data.ids) <= 24 and all(ids[-1] == tokenizer.end for ids in data.ids)
    if task.kind == "choices":
        letters = {ids[0] for ids in tokenizer.ids(texts.LETTERS[: task.choices])}
        assert all(letters <= set(ids.tolist()) for ids in data.ids)


def test_the_longest_parts_are_cut_first(tokenizer):
    one = Pair("1", "ab " * 20, "cd", "neutral")
    data = texts.encode(TASKS["xnli"], [one], TASKS["xnli"].labels, tokenizer, 20)
    whole = tokenizer.ids(["mnli:", "sentence1: " + one.first, "sentence2: cd"])
    left = 19 - len(whole[0]) - len(whole[2])
    assert left > len(whole[2]) and data.ids[0].tolist() == [*whole[0], *whole[1][:left], *whole[2], tokenizer.end]


def test_a_sentence_that_is_cut_asks_only_for_the_tags_of_the_words_that_are_shown(tokenizer):
    some, task = examples("udpos"), TASKS["udpos"]
    data = texts.encode(task, some, WORLD.labels("udpos"), tokenizer, 18)
    cut = 0
    for one, ids, points, said in zip(some, data.ids, data.points, data.targets, strict=True):
        shown = len(points)
        cut += shown < len(one.words)
        assert ids.tolist()[points[0] : -1] == marked(tokenizer.sentinels, tokenizer.ids(one.words[:shown]))
        assert said.tolist() == [*marked(tokenizer.sentinels, tokenizer.ids(one.tags[:shown])), tokenizer.end]
    assert cut
    # What was shown and tagged is read whole; the rest is missing and so wrong.
    found = led(guide(task, data, WORLD.labels("udpos"), tokenizer), data.targets)
    assert texts.join(task, some, data, found) == [
        list(one.tags[: len(points)]) for one, points in zip(some, data.points, strict=True)
    ]


def test_of_a_sentence_of_more_than_a_hundred_words_the_first_hundred_are_shown(tokenizer):
    long = Tagged("1", ("a",) * 120, ("X",) * 120)
    data = texts.encode(TASKS["udpos"], [long], TASKS["udpos"].labels, tokenizer, 999)
    assert len(data.points[0]) == sentinels.SENTINELS


def test_a_word_without_tokens_is_read_as_unknown(tokenizer):
    one = Tagged("1", ("", "."), ("X", "PUNCT"))
    data = texts.encode(TASKS["udpos"], [one], TASKS["udpos"].labels, tokenizer, 20)
    assert data.ids[0][data.points[0][0] + 1] == tokenizer.unknown and len(data.points[0]) == 2


@pytest.mark.parametrize("limit", [20, 28, 40])
def test_a_long_passage_is_read_in_windows_that_show_all_of_it(limit, tokenizer):
    some = examples("squad1")
    data = texts.encode(TASKS["squad1"], some, (), tokenizer, limit)
    assert len(data) > len(some)
    (mark,) = tokenizer.ids(["context:"])
    for number, one in enumerate(some):
        (passage,) = tokenizer.ids([one.context])
        shown: set[int] = set()
        for item in np.flatnonzero(data.owners == number):
            window = data.ids[item].tolist()
            part = window[places(mark, window)[0] + len(mark) : -1]
            shown |= {begin + k for begin in places(part, passage) for k in range(len(part))}
        assert shown == set(range(len(passage)))


def places(part: list[int], whole: list[int]) -> list[int]:
    """Where the part stands in the whole."""
    return [k for k in range(len(whole) - len(part) + 1) if whole[k : k + len(part)] == part]


def test_a_window_is_asked_for_the_answer_only_if_it_shows_it_whole(tokenizer):
    context = "ab " * 12 + "cd ef " + "ab " * 12
    one = Span("1", "gh", context, ("cd ef",), 36)
    data = texts.encode(TASKS["squad1"], [one], (), tokenizer, 24)
    (answer,) = tokenizer.ids(["cd ef"])
    asked = [len(said) > 1 for said in data.targets]
    shows = [bool(places(answer, ids.tolist())) for ids in data.ids]
    assert asked == shows and 0 < sum(asked) < len(asked)
    assert {tuple(said.tolist()) for said in data.targets} == {(tokenizer.end,), (*answer, tokenizer.end)}


def test_of_several_windows_the_surest_one_answers(tokenizer):
    one, task = Span("1", "gh", "ab " * 30, ("ab",), 0), TASKS["squad2"]
    data = texts.encode(task, [one, one], (), tokenizer, 24)
    half, silent = len(data) // 2, (-1, -1, 9.0)
    said = [(0, 0, 0.5), silent, (1, 2, 2.0), *[(0, 1, 1.0)] * (half - 3), *[silent] * half]
    found = texts.join(task, [one, one], data, said)
    assert data.spans is not None
    ends = data.spans[2].reshape(-1, 2)
    assert found == [one.context[ends[1, 0] : ends[2, 1]].strip(), ""] and found[0]


def test_the_loss_is_a_mean_over_the_tokens_of_all_targets(tokenizer):
    data = texts.encode(TASKS["udpos"], examples("udpos", count=3), WORLD.labels("udpos"), tokenizer, 100)
    batch = pack(data, range(3))
    torch.manual_seed(1)
    logits = torch.randn(sum(map(len, batch.targets)), tokenizer.size)
    each = [
        float(torch.nn.functional.cross_entropy(part, torch.from_numpy(said)))
        for part, said in zip(logits.split([len(said) for said in batch.targets]), batch.targets, strict=True)
    ]
    assert float(texts.loss(logits, batch)) == pytest.approx(np.average(each, weights=[len(said) for said in batch.targets]))


# ---- bad input ----


@pytest.mark.parametrize(
    "id, one, problem",
    [
        ("xnli", replace(NLI, label="maybe"), "xnli: example 1 has the label 'maybe'; expected one of entailment, neutral"),
        ("xcopa", replace(QUIZ, options=("a",)), "xcopa: example 2 has 1 options and label 1; expected 2 options"),
        ("xcopa", replace(QUIZ, label=2), "xcopa: example 2 has 2 options and label 2; expected 2 options"),
        ("udpos", replace(WORDS, tags=("PRON",)), "udpos: example 3 has 3 words and 1 tags"),
        ("udpos", replace(WORDS, tags=("PRON", "VERB", "Q")), "udpos: example 3 has the tag 'Q'; expected one of ADJ"),
    ],
)
def test_a_bad_example_is_named(id, one, problem, tokenizer):
    with pytest.raises(Problem, match=problem):
        texts.encode(TASKS[id], [one], TASKS[id].labels, tokenizer, 50)


def test_supertags_that_training_did_not_meet_are_no_fault_and_count_as_wrong(tokenizer):
    one = Tagged("1", ("a", "b"), ("N", "X/Y"))
    data = texts.encode(TASKS["ccg"], [one], ("N", "NP"), tokenizer, 50)
    assert texts.join(TASKS["ccg"], [one], data, [[0, 1]]) == [["N", "NP"]]


@pytest.mark.parametrize(
    "labels, problem",
    [
        (("☃", "no"), "mnli: the tokenizer has no tokens for the answer '☃'"),
        (("２", "2"), "mnli: the answers '２' and '2' are the same tokens to this tokenizer"),
    ],
)
def test_answers_that_the_tokenizer_cannot_say_are_named_before_training(labels, problem, tmp_path: Path):
    sentinels.train(["no 2"], 300, ["no"]).save(str(tmp_path / "tokenizer.json"))
    with pytest.raises(Problem, match=problem):
        texts.encode(TASKS["mnli"], [replace(NLI, label=labels[1])], labels, sentinels.load(tmp_path), 50)


def test_a_tag_of_two_words_is_named(tokenizer):
    with pytest.raises(Problem, match="ccg: the tag 'N P' is not one word"):
        texts.encode(TASKS["ccg"], [Tagged("1", ("a",), ("N P",))], ("N P",), tokenizer, 50)
