"""Names as papers write them, and what they name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import languages, tasks
from synth import vocabulary
from synth.vocabulary import Name


@pytest.mark.parametrize(
    ("text", "kind", "id"),
    [
        ("XLM-R Large", "model", "FacebookAI/xlm-roberta-large"),
        ("XLM- RoBERTa-large", "model", "FacebookAI/xlm-roberta-large"),
        ("m-BERT", "model", "google-bert/bert-base-multilingual-cased"),
        ("SQuAD", "task", "squad1"),
        ("SQuAD v2.0", "task", "squad2"),
        ("TyDi QA-GoldP", "task", "tydiqa"),
        ("Hellaswag", "task", "hellaswag"),
        ("HelaSwag", "task", "hellaswag"),
        ("Tatoba", "task", "tatoeba"),
        ("PAWSX", "task", "pawsx"),
        ("acc.", "metric", "accuracy"),
        ("Exact Match", "metric", "em"),
        ("Avg.", "average", "average"),
        ("development set", "split", "dev"),
        ("Swahili", "language", "sw"),
        ("multi-task", "system", "multi"),
    ],
)
def test_a_name_is_found_in_any_spelling_of_its_own(text: str, kind: str, id: str) -> None:
    assert vocabulary.near(text, kind) == (Name(kind, id),)


@pytest.mark.parametrize("text", ["SNLI", "XLNI", "F2", "mBART", "SQuAD v3.0", "PAWS-Y", "a", "", "results", "R", "MLQ"])
def test_what_is_near_and_another_thing_is_not_found(text: str) -> None:
    assert vocabulary.near(text) == ()


def test_a_name_without_a_size_stays_open() -> None:
    (found,) = vocabulary.find("XLM-R", "model")
    assert not found.id and set(found.open) == {"FacebookAI/xlm-roberta-base", "FacebookAI/xlm-roberta-large"}


def test_mentions_are_the_longest_names_and_none_inside_another() -> None:
    text = "We train XLM-R Large on SQuAD v2.0, then measure F1 and EM of TyDiQA-GoldP in German and on the test set."
    found = [(one.text, one.name.id) for one in vocabulary.mentions(text)]
    assert found == [
        ("XLM-R Large", "FacebookAI/xlm-roberta-large"), ("SQuAD v2.0", "squad2"), ("F1", "f1"), ("EM", "em"),
        ("TyDiQA-GoldP", "tydiqa"), ("German", "de"), ("test set", "test"),
    ]  # fmt: skip


def test_words_of_a_sentence_are_no_names() -> None:
    assert vocabulary.mentions("If no one is here, they pos em all; it is no more.") == ()


def test_codes_are_languages_only_where_languages_are_asked_for() -> None:
    assert vocabulary.find("is") == ()
    assert vocabulary.find("is", "language") == ((Name("language", "is"),) if "is" in languages.languages() else ())
    assert vocabulary.find("sw", "language") == (Name("language", "sw"),)


@given(st.sampled_from(sorted(tasks.TASKS)), st.sampled_from(["title", "upper", "spaced"]))
def test_every_task_is_found_by_its_title_however_it_is_set(id: str, way: str) -> None:
    title = tasks.TASKS[id].title
    spelled = {"title": title, "upper": title.upper(), "spaced": title.replace("-", "- ")}[way]
    assert vocabulary.find(spelled, "task") == (Name("task", id),)


@given(st.text(max_size=80))
def test_any_text_may_be_asked_and_what_is_found_stands_in_it(text: str) -> None:
    for one in vocabulary.mentions(text, slips=True):
        assert text[one.start : one.end] == one.text
