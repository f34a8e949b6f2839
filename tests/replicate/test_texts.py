"""Tasks as text to text: what is read, what should be said, and what is made of what was said."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics import measure
from replicate.models import sentinels
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Pair, Span, Tagged
from replicate.tasks import TASKS, texts
from replicate.training.batches import pack
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
    assert texts.source(TASKS["udpos"], WORDS) == "udpos: it rains ."
    assert texts.source(TASKS["xquad"], PASSAGE) == "squad1: question: who sees? context: a cow sees it. an owl naps."


def test_every_kind_is_answered_in_words():
    assert texts.target(TASKS["xnli"], NLI) == "entailment"
    assert texts.target(TASKS["xcopa"], QUIZ) == "B"
    assert texts.target(TASKS["udpos"], WORDS) == "PRON VERB PUNCT"
    assert texts.target(TASKS["xquad"], PASSAGE) == "a cow"
    assert texts.target(TASKS["squad2"], replace(PASSAGE, answers=(), start=-1)) == ""


def test_labels_and_letters_are_scored_tags_and_answers_are_generated():
    assert {task.kind: texts.decoding(task) for task in TASKS.values() if task.kind in texts.FORMS} == {
        "pairs": "scored", "choices": "scored", "tags": "generated", "spans": "generated",
    }  # fmt: skip
    assert texts.allowed(TASKS["xnli"], ("yes", "no")) == ("yes", "no")
    assert texts.allowed(TASKS["csqa"], ()) == ("A", "B", "C", "D", "E")
    assert texts.allowed(TASKS["udpos"], ("NOUN",)) is None and texts.allowed(TASKS["mlqa"], ()) is None


def test_retrieval_is_not_answered_in_words():
    with pytest.raises(Problem, match="tatoeba: a task of the kind 'retrieval' is not put into words; expected pairs, choices"):
        texts.source(TASKS["tatoeba"], NLI)


# ---- reading is the inverse ----


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("id", TRAINED)
def test_the_target_is_read_back_as_what_is_right(id, language, tokenizer):
    """As text and as tokens of a tokenizer, and the metrics take it for right."""
    task, labels, some = TASKS[id], WORLD.labels(id), examples(id, language)
    for one in some:
        answer = texts.read(task, one, labels, texts.target(task, one))
        assert answer.readable
        said = tokenizer.text(tokenizer.ids([texts.target(task, one)])[0])
        assert texts.read(task, one, labels, said) == answer
    right = [texts.read(task, one, labels, texts.target(task, one)).prediction for one in some]
    last = task.metrics[-1]  # accuracy, or exact match
    assert measure.figures(measure.measure(task, measure.targets(task, some), right, language))[last] == 100


UNREADABLE = [
    ("xnli", NLI, "perhaps", ""),
    ("xnli", NLI, "", ""),
    ("xcopa", QUIZ, "C", -1),
    ("xcopa", QUIZ, "AB", -1),
    ("xcopa", QUIZ, "", -1),
    ("udpos", WORDS, "PRON VERB", ["PRON", "VERB"]),
    ("udpos", WORDS, "PRON VERB PUNCT PUNCT", ["PRON", "VERB", "PUNCT"]),
    ("udpos", WORDS, "PRON VERBPUNCT PUNCT", ["PRON", "", "PUNCT"]),
    ("udpos", WORDS, "", []),
    ("xquad", PASSAGE, "  ", ""),
]


@pytest.mark.parametrize("id, one, said, prediction", UNREADABLE)
def test_what_is_no_answer_is_said_to_be_none_and_counts_as_wrong(id, one, said, prediction):
    task = TASKS[id]
    answer = texts.read(task, one, task.labels, said)
    assert answer == (prediction, False)
    measured = measure.measure(task, measure.targets(task, [one]), [answer.prediction], "en")
    wrong = sum(a != b for a, b in zip(one.tags, prediction, strict=False)) if id == "udpos" else 1
    missing = max(0, len(one.tags) - len(prediction)) if id == "udpos" else 0
    total = len(one.tags) if id == "udpos" else 1
    assert measured[task.metrics[-1]].tolist() == [[total - wrong - missing, total]]


def test_to_say_nothing_is_an_answer_where_there_may_be_none():
    assert texts.read(TASKS["squad2"], PASSAGE, (), "") == ("", True)
    assert texts.read(TASKS["squad1"], PASSAGE, (), "") == ("", False)


@pytest.mark.parametrize(
    "context, said, written",
    [
        ("see ﬁgure ２ here", "figure 2", "ﬁgure ２"),
        ("ประเทศไทยทำงาน", "ไทยทํา", "ไทยทำ"),  # NFKC writes the vowel am in two parts
        ("東京 2020年", "東京2020", "東京 2020"),
        ("a cow sees", "cow", "cow"),
        ("a cow sees", "an owl", "an owl"),  # not in the passage: as it was said
    ],
)
def test_an_answer_is_given_in_the_letters_of_the_passage(context, said, written):
    assert texts.read(TASKS["xquad"], Span("1", "?", context, ("x",), -1), (), said) == (written, True)


@given(st.text(min_size=1), st.data())
def test_an_answer_out_of_the_passage_stays_itself(context, data):
    begin = data.draw(st.integers(0, len(context) - 1))
    stop = data.draw(st.integers(begin + 1, len(context)))
    said = context[begin:stop]
    assert texts.read(TASKS["squad2"], Span("1", "?", context, (), -1), (), said).prediction == said.strip()


# ---- tokens ----


@pytest.mark.parametrize("id", TRAINED)
def test_the_tokens_are_those_of_the_texts_with_an_end_after_each(id, tokenizer):
    task, some = TASKS[id], examples(id)
    data = encode(texts, task, some, WORLD.labels(id), tokenizer, 400)
    for one, ids, said in zip(some, data.ids, data.targets, strict=True):
        assert ids.tolist() == [*tokenizer.ids([texts.source(task, one)])[0], tokenizer.end]
        assert said.tolist() == [*tokenizer.ids([texts.target(task, one)])[0], tokenizer.end]
    assert data.owners.tolist() == list(range(len(some))) and data.labels == WORLD.labels(id)


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
    data = texts.encode(task, some, WORLD.labels("udpos"), tokenizer, 14)
    cut = 0
    for one, ids, points, said in zip(some, data.ids, data.points, data.targets, strict=True):
        shown = len(points)
        cut += shown < len(one.words)
        assert ids.tolist()[points[0] : -1] == [id for ids in tokenizer.ids(one.words[:shown]) for id in ids]
        assert said.tolist() == [*tokenizer.ids([" ".join(one.tags[:shown])])[0], tokenizer.end]
    assert cut
    # What was shown and tagged is read whole; the rest is missing and so wrong.
    answers = texts.join(task, some, WORLD.labels("udpos"), data, [(tokenizer.text(said[:-1]), 0.0) for said in data.targets])
    assert all(answer.readable for answer in answers)
    assert [answer.prediction for answer in answers] == [
        list(one.tags[: len(points)]) for one, points in zip(some, data.points, strict=True)
    ]


def test_a_word_without_tokens_is_read_as_unknown(tokenizer):
    one = Tagged("1", ("", "."), ("X", "PUNCT"))
    data = texts.encode(TASKS["udpos"], [one], TASKS["udpos"].labels, tokenizer, 20)
    assert data.ids[0][data.points[0][0]] == tokenizer.unknown and len(data.points[0]) == 2


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
    one = Span("1", "gh", "ab " * 30, ("ab",), 0)
    data = texts.encode(TASKS["squad2"], [one, one], (), tokenizer, 24)
    half = len(data) // 2
    said = [("x", 0.5), ("", 9.0), ("y", 2.0), *[("z", 1.0)] * (half - 3), *[("", 0.0)] * half]
    assert texts.join(TASKS["squad2"], [one, one], (), data, said) == [("y", True), ("", True)]
    assert texts.join(TASKS["squad1"], [one, one], (), data, said) == [("y", True), ("", False)]


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
    assert len(texts.encode(TASKS["ccg"], [one], ("N", "NP"), tokenizer, 50)) == 1
    assert texts.read(TASKS["ccg"], one, ("N", "NP"), "N X/Y") == (["N", ""], False)


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
