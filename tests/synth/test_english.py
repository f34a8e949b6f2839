"""English taken apart: numbers with what they count, cues, single statements. The tables below are the documentation."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate import results
from synth.english import cues
from synth.english.atoms import atoms
from synth.english.numbers import numbers


def seen(text: str) -> list[tuple[str, str, str]]:
    """Characters, unit and relation of every number."""
    return [(one.text, one.unit, one.relation) for one in numbers(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("improvements of 8.2, 7.5, and 7.0 points", [("8.2", "points", "="), ("7.5", "points", "="), ("7.0", "points", "=")]),
        ("an average improvement of 5.4", [("5.4", "", "=")]),
        ("up to 40 languages", [("40", "languages", "at most")]),
        ("95.5M paper clusters", [("95.5M", "clusters", "=")]),
        ("1 paper clusters them, and 3 seed averages", [("1", "papers", "="), ("3", "averages", "=")]),
        ("at least two seeds", [("two", "seeds", "at least")]),
        ("40+ languages or 10 or more tasks", [("40", "languages", "at least"), ("10", "tasks", "at least")]),
        ("no more than 3 epochs", [("3", "epochs", "at most")]),
        ("about 40% of them, over 5 tasks", [("40", "%", "about"), ("5", "tasks", "more than")]),
        ("a drop of −2.1 points, or -2.1", [("−2.1", "points", "="), ("-2.1", "", "=")]),
        ("79.2 ± 0.3 accuracy", [("79.2", "", "="), ("0.3", "", "±")]),
        ("3 to 5 points and 3–5%", [("3 to 5", "points", "between"), ("3–5", "%", "between")]),
        ("from 70.1 to 78.3", [("70.1", "", "="), ("78.3", "", "=")]),
        ("9.3/10 and 9/9", [("9.3/10", "of 10", "="), ("9/9", "of 9", "=")]),
        ("8 of the nine target tasks", [("8 of the nine", "of 9", "=")]),
        ("one of the four tasks", [("one of the four", "of 4", "=")]),
        ("Every one of the four tasks, each single one of the 4 models", [("four", "tasks", "="), ("4", "models", "=")]),
        ("65.4/50.1 F1/EM", [("65.4", "", "="), ("50.1", "", "=")]),
        ("a 24-layer model in a three-phase approach", [("24", "layers", "="), ("three", "phases", "=")]),
        ("81.1M English-language papers", [("81.1M", "papers", "=")]),
        ("nine different English intermediate tasks", [("nine", "tasks", "=")]),
        ("with nine different English intermediate", [("nine", "tasks", "=")]),  # cut off: what is intermediate is a task
        ("p < 0.05", [("0.05", "p", "less than")]),
        ("twelve times, 3x", [("twelve", "times", "="), ("3", "times", "=")]),
    ],
)  # fmt: skip
def test_numbers_have_a_unit_and_a_relation(text, expected):
    assert seen(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "XLM-R and mT5 on SQuAD v2.0, ANLI 3, XTREME-R and BUCC 2018",
        "in 2020 (STILTs; Phang et al., 2018) and Hu et al. (2020b)",
        "arXiv:2005.13013v2, 2104.07412, doi 10.18653/v1/2020.aacl-main.56 and https://x.y/2020",
        "see Section 4.2, Tables 3 and 4, Figure 2a, [12] and [3, 4]",
        "one of the zero-shot, few-shot settings",
        "the 13th layer, v1.1, July 6, 2026, 2026-07-06",
        "(1) first and (2) second; GPT-4 and Llama 3.1",
    ],
)
def test_names_citations_and_references_hold_no_numbers(text):
    assert not numbers(text)


@pytest.mark.parametrize(
    ("text", "value", "low", "high"),
    [
        ("8.2 points", "8.2", "8.15", "8.25"),
        ("7 points", "7", "6.5", "7.5"),
        ("7 languages", "7", "7", "7"),
        ("1,104,934 examples", "1104934", "1104934", "1104934"),
        ("1.1M examples", "1100000", "1050000", "1150000"),
        ("2^17 steps", "131072", "131072", "131072"),
        ("two million sentences", "2000000", "2000000", "2000000"),
        ("twenty-five languages", "25", "25", "25"),
        ("2,000 to 3,000 examples", "2000", "2000", "3000"),
    ],
)
def test_a_number_is_the_interval_of_its_rounding_and_a_count_is_exact(text, value, low, high):
    (one,) = numbers(text)
    assert (one.value, one.low, one.high) == (Decimal(value), Decimal(low), Decimal(high))


@settings(max_examples=40)
@given(st.decimals(min_value=-99, max_value=99, places=1))
def test_a_printed_score_has_the_interval_that_tables_have(value):
    (one,) = numbers(f"a change of {value} points")
    assert (one.low, one.high) == tuple(results.interval(str(value)))
    assert one.printed == str(value)


@settings(max_examples=50)
@given(st.text(max_size=200))
def test_no_text_is_too_odd(text):
    for one in numbers(text):
        assert text[one.start : one.end] == one.text and one.low <= one.value <= one.high
    for cue in cues.cues(text):
        assert text[cue.start : cue.end] == cue.text
    assert all(0 <= one.start < one.end <= len(text) for one in atoms(text))


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("It does not improve.", ["negation:not", "direction:up"]),
        ("It fails to improve and isn't better.", ["negation:not", "direction:up", "negation:not", "direction:up"]),
        ("It hurts almost every task.", ["direction:down", "quantifier:most"]),
        ("It consistently helps on all tasks.", ["quantifier:each", "direction:up", "quantifier:each"]),
        ("Not all tasks benefit.", ["quantifier:some", "direction:up"]),
        ("Results are mixed: mixed results, mixed across tasks.", ["quantifier:some"] * 3),
        ("The mixed parser reads mixed text.", []),
        ("No task gains.", ["negation:not", "quantifier:none", "direction:up"]),
        ("It may be on par with it.", ["hedge:hedged", "direction:same"]),
        ("Lower than the baseline.", ["direction:down", "comparative:than"]),
        # names and bounds of numbers are no cues
        ("over no intermediate training, up to 3 at most", ["comparative:than"]),
        ("exact match, training on all nine tasks at once", []),
        ("lower-resource languages, the most complex one, over 40 of them", []),
    ],
)
def test_cues_are_found_and_names_are_none(text, expected):
    assert [f"{one.kind}:{one.value}" for one in cues.cues(text)] == expected


# ---- single statements


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        (
            "Training on SQuAD, MNLI, and CCG yields gains of 8.2, 7.5, and 7.0 points on the test set.",
            ["Training on SQuAD yields gains of 8.2 points on the test set.",
             "Training on MNLI yields gains of 7.5 points on the test set.",
             "Training on CCG yields gains of 7.0 points on the test set."],
        ),
        ("SQuAD and MNLI yield 8.2 and 7.5 points, respectively.", ["SQuAD yields 8.2 points.", "MNLI yields 7.5 points."]),
        ("SQuAD improves by 8.2 points, MNLI by 7.5.", ["SQuAD improves by 8.2 points.", "MNLI improves by 7.5 points."]),
        ("Gains are 8.2 points for SQuAD and 7.5 for MNLI.",
         ["Gains are 8.2 points for SQuAD.", "Gains are 7.5 points for MNLI."]),
        ("Multi-task training performs best, improving by 8.7 points.",
         ["Multi-task training performs best.", "Multi-task training improves by 8.7 points."]),
        ("Training on SQuAD v1.1 first raises BUCC by 2 points, whereas training on all tasks at once first lowers XNLI.",
         ["Training on SQuAD v1.1 first raises BUCC by 2 points.", "Training on all tasks at once first lowers XNLI."]),
        ("TyDiQA improves, whereas XNLI does not.", ["TyDiQA improves.", "XNLI does not."]),
        ("Most tasks help, while none of them hurts.", ["Most tasks help.", "None of the tasks hurts."]),
        ("On the test set, BUCC improves, but XNLI drops.", ["On the test set, BUCC improves.", "On the test set, XNLI drops."]),
        ("We find that SQuAD helps; MNLI hurts.", ["We find that SQuAD helps.", "MNLI hurts."]),
        ("SQuAD improves XNLI by 3 points and reduces BUCC.", ["SQuAD improves XNLI by 3 points.", "SQuAD reduces BUCC."]),
        ("MNLI, which contains 392,702 examples, improves XNLI.", ["MNLI contains 392,702 examples.", "MNLI improves XNLI."]),
        ("We follow two phases: (i) we use a model; (ii) we train it.",
         ["We follow two phases.", "We use a model.", "We train it."]),
        ("Training outperforms alternatives of (i) adding MLM or (ii) translating data.",
         ["Training outperforms alternatives of adding MLM.", "Training outperforms alternatives of translating data."]),
    ],
)  # fmt: skip
def test_a_compound_comes_apart_into_whole_sentences(text, parts):
    assert [one.text for one in atoms(text)] == parts


@pytest.mark.parametrize(
    "text",
    [
        "We hypothesize that SQuAD helps, but MNLI hurts.",  # the second half would no longer be a hypothesis
        "It is unlikely that SQuAD helps, whereas MNLI hurts.",
        "Training on SQuAD, MNLI, and HellaSwag yields large gains.",  # one training, or three
        "SQuAD and MNLI improve XNLI and BUCC by 8.2 and 7.5 points.",  # which of them is which
        "The model that performs best on SQuAD, MNLI, and CCG uses LoRA.",
        "SQuAD helps XNLI, whereas it hurts BUCC.",  # alone, 'it' would be nothing
        "SQuAD and MNLI, which is larger, help.",
        "Does SQuAD help, and does MNLI hurt?",
    ],
)
def test_what_cannot_be_split_safely_stays_whole(text):
    assert [one.text for one in atoms(text)] == [text]


def test_the_place_of_a_statement_is_that_of_its_words():
    text = "TyDiQA improves, whereas XNLI drops. MNLI helps."
    assert [text[one.start : one.end] for one in atoms(text)] == ["TyDiQA improves", "XNLI drops", "MNLI helps."]


NAMES = ["SQuAD", "MNLI", "CCG", "QQP", "HellaSwag"]


@settings(max_examples=25)
@given(
    st.lists(
        st.tuples(st.sampled_from(NAMES), st.decimals(0, 30, places=1)), min_size=2, max_size=5, unique_by=lambda one: one[0]
    )
)
def test_splitting_keeps_every_number_with_its_name(pairs):
    names, values = [one for one, _ in pairs], [str(one) for _, one in pairs]

    def row(texts):
        return f"{', '.join(texts[:-1])} and {texts[-1]}"

    made = atoms(f"Training on {row(names)} yields {row(values)} points.")
    assert [one.text for one in made] == [f"Training on {name} yields {value} points." for name, value in pairs]
    assert all([again.text for again in atoms(one.text)] == [one.text] for one in made), "a statement does not come apart again"
