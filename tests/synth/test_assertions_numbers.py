"""level and gain on a few cells: what is taken, what is made, and what a line says of the way there or of what lacks."""

from __future__ import annotations

from decimal import Decimal

import pytest

from replicate import results
from synth.assertions import by_language, evaluate, selection
from synth.assertions.numbers import standing
from synth.checks.hand import published
from synth.records import Assertion

from .cells import OTHER, cell, gained, rows, run

XNLI = {"target": "xnli", "metric": "accuracy", "split": "test"}


def asked(kind, intermediate="ccg", **fields):
    return Assertion(kind, intermediate, **{**XNLI, **fields})


@pytest.fixture(scope="module")
def v1():
    return selection(published()["2005.13013v1"])


# --- level


def test_a_level_of_runs_is_the_mean_over_seeds():
    there = rows(run("ccg", 61.0), run("ccg", 64.0, seed=2))
    found = evaluate(asked("level", language="de"), there)
    assert found.shown == found.printed == "62.5" and found.recomputation == "" and len(found.rows) == 2
    assert list(found.numbers or {}) == [1, 2]


def test_a_level_is_the_baseline_with_the_printed_gain():
    found = evaluate(asked("level"), rows(cell(value="50.0"), gained("ccg", "2.5")))
    assert found.printed == "52.5" and found.recomputation == "50.0 +2.5 = 52.5" and len(found.rows) == 2
    assert (found.numbers or {})[None] == results.total([results.interval("50.0"), results.interval("2.5")])
    seeds = [
        one(seed=seed) for seed in (1, 2) for one in (lambda seed: cell(seed=seed), lambda seed: gained("ccg", "2.5", seed=seed))
    ]
    found = evaluate(asked("level"), rows(*seeds))
    assert found.printed == "" and found.recomputation == "50.0 +2.5 = 52.5; 50.0 +2.5 = 52.5" and found.values == (52.5, 52.5)


def test_a_level_needs_the_baseline_of_the_same_model_and_seed():
    for base in (cell(model="mBERT"), cell(seed=2), cell(split="dev")):
        found = evaluate(asked("level"), rows(base, gained("ccg", "2.5", seed=1)))
        assert found.numbers is None and found.missing == "CCG: no XNLI accuracy on test among the rows"


def test_what_a_mean_was_made_of_is_told(v1):
    few = evaluate(Assertion("level", "baseline", target="tydiqa", split="dev"), v1)
    assert few.recomputation == "mean of 75.7 and 61.0: +68.30 to +68.40" and few.note == ""
    many = rows(*(cell(language=code) for code in "ar bg de el en es fr hi ru sw th tr ur vi zh".split()))
    assert evaluate(asked("level", "baseline"), many).recomputation == "mean of 15 cells: +49.95 to +50.05"
    four = rows(*(cell(target="bucc2018", metric="f1", language=code) for code in "de fr ru zh".split()))
    told = evaluate(asked("level", "baseline", target="bucc2018", metric="f1"), four).recomputation
    assert told.startswith("mean of 4 cells: "), "more than three are counted, not listed"
    answers = [cell(target="mlqa", metric=metric, language=code, value=value)
               for metric, value in (("f1", "70.0"), ("em", "50.0")) for code in "ar de en es hi vi zh".split()]  # fmt: skip
    two = evaluate(Assertion("level", "baseline", target="mlqa", split="test"), rows(*answers))
    assert two.recomputation == "mean of 70.0 and 50.0: +59.95 to +60.05", "of what is made, the numbers"


def test_a_note_of_a_cell_is_kept():
    assert evaluate(asked("gain"), rows(cell(), gained("ccg", "2.0", note="all but one"))).note == "all but one"


# --- gain


def test_a_gain_is_the_printed_one_or_the_difference_of_levels():
    levels = (cell(value="50.0"), cell("ccg", "53.0"))
    printed = evaluate(asked("gain"), rows(*levels, gained("ccg", "2.5")))
    assert printed.printed == "2.5" and printed.recomputation == "" and len(printed.rows) == 1
    made = evaluate(asked("gain"), rows(*levels))
    assert made.printed == "" and made.shown == "+3.0" and made.recomputation == "53.0 \u2212 50.0 = +3.0"
    assert (made.numbers or {})[None] == (Decimal("2.9"), Decimal("3.1")) and len(made.rows) == 2


def test_gains_printed_for_several_seeds_are_a_number_each():
    found = evaluate(asked("gain"), rows(*(gained("ccg", f"{seed}.0", seed=seed) for seed in (1, 2))))
    assert found.printed == "" and found.values == (1.0, 2.0) and found.recomputation == ""


def test_a_gain_is_taken_in_seeds_that_have_both_sides():
    there = rows(run("ccg", 53.0), run(value=50.0), run("ccg", 60.0, seed=2), run(value=10.0, seed=3))
    found = evaluate(asked("gain", language="de"), there)
    assert found.values == (3.0,) and {row["seed"] for row in found.rows} == {1}


def test_a_gain_over_another_model_is_made_of_levels():
    there = rows(cell("ccg", "53.0"), cell(value="50.0"), cell(value="45.0", model=OTHER), gained("ccg", "3.0"))
    found = evaluate(asked("gain", over_model=OTHER), there)
    assert found.recomputation == "53.0 \u2212 45.0 = +8.0"
    assert evaluate(asked("gain", "baseline", over_model="XLM-R Base"), there).recomputation == "50.0 \u2212 45.0 = +5.0"
    lacking = evaluate(asked("gain", over_model="mT5"), there)
    assert lacking.missing == "no intermediate training of mT5: no XNLI accuracy on test among the rows"


def test_seeds_that_do_not_meet_make_no_gain_whatever_the_model():
    apart = evaluate(asked("gain", language="de"), rows(run("ccg", 53.0, seed=1), run(seed=2)))
    assert apart.numbers is None and "names no model" not in apart.missing


def test_what_lacks_is_the_side_that_is_not_there():
    alone = evaluate(asked("gain"), rows(cell("ccg", "53.0")))
    assert alone.missing == "no intermediate training: no XNLI accuracy on test among the rows"
    assert evaluate(asked("gain"), rows(cell(value="50.0"))).missing == "CCG: no XNLI accuracy on test among the rows"
    assert evaluate(asked("gain", mlm=True), rows(cell())).missing.startswith("CCG with MLM: no XNLI")
    german = evaluate(asked("gain", language="de"), rows(cell()))
    assert german.missing == "CCG: no XNLI accuracy in de on test among the rows"
    for metric in ("score", ""):
        assert evaluate(asked("gain", metric=metric), rows(cell())).missing == "CCG: no XNLI on test among the rows"
    assert evaluate(asked("gain", model="mBERT"), rows(cell())).missing.startswith("CCG of mBERT: no XNLI")


def test_the_baseline_against_itself_is_no_evidence_and_with_mlm_it_is():
    there = rows(cell(value="50.0"), cell(value="51.0", mlm=True))
    itself = evaluate(asked("gain", "baseline"), there)
    assert itself.missing == "no intermediate training against itself is 0 whatever was measured" and not itself.independent
    assert itself.holds is None and evaluate(asked("gain", "baseline", mlm=True), there).shown == "+1.0"


def test_a_gain_over_another_task_needs_both_gains():
    there = rows(gained("ccg", "2.0"), gained("mnli", "5.0"), gained("qqp", "1.0", seed=7))
    assert evaluate(asked("gain", "mnli", over="ccg"), there).recomputation == "+5.0 \u2212 +2.0 = +3.0"
    assert evaluate(asked("gain", "mnli", over="ccg"), there).rows[0]["intermediate"] == "mnli"
    for over in ("qqp", "anli+"):
        assert evaluate(asked("gain", "mnli", over=over), there).numbers is None
    assert evaluate(asked("gain", "mnli", over="ccg", over_model="mBERT"), there).numbers is None
    seeds = rows(*(gained(name, value, seed=seed) for name, value in (("ccg", "2.0"), ("mnli", "5.0")) for seed in (1, 2)))
    found = evaluate(asked("gain", "mnli", over="ccg"), seeds)
    assert found.recomputation == "+5.0 \u2212 +2.0 = +3.0; +5.0 \u2212 +2.0 = +3.0"


# --- a printed average beside its cells


def test_a_printed_average_that_its_cells_do_not_make_is_said(v1):
    found = evaluate(Assertion("gain", "squad1", split="dev"), v1)
    assert found.recomputation == (
        "mean of the 9 printed task gains, F1 and EM of a QA task as one: +8.22 to +8.32, which agrees with the printed average"
    )
    wrong = published()["2005.13013v1"]
    cells = (wrong["target"] == "average") & (wrong["intermediate"] == "squad1") & ~wrong["mlm"]
    wrong.loc[cells, ["value", "printed"]] = [9.9, "9.9"]
    assert evaluate(Assertion("gain", "squad1", split="dev"), selection(wrong)).recomputation.endswith(
        "+8.32, which is not the printed average"
    )
    few = wrong[(wrong["target"] != "bucc2018")]
    assert evaluate(Assertion("gain", "squad1", split="dev"), selection(few)).recomputation == (
        "not recomputed: BUCC is not printed"
    )
    elsewhere = wrong.copy()
    elsewhere.loc[elsewhere["target"] == "bucc2018", "split"] = "test"
    assert evaluate(Assertion("gain", "squad1", split="dev"), selection(elsewhere)).recomputation == (
        "not recomputed: BUCC is not printed"
    ), "a test cell stands in for a dev cell only where there is no dev set"


# --- a system's number where its baseline may lack


def test_a_system_stands_with_its_gain_or_else_its_level():
    there = rows(cell(value="50.0"), cell("ccg", "53.0"), cell("mnli", "60.0", model="mT5"))
    assert standing(asked("gain"), there).shown == "+3.0"
    assert standing(asked("gain", "mnli"), there).shown == "60.0"
    assert standing(asked("gain", "baseline"), there).shown == "50.0"
    assert standing(asked("gain", "baseline", mlm=True), rows(cell(), cell(value="51.0", mlm=True))).shown == "+1.0"
    assert standing(asked("gain", "qqp"), there).missing == "QQP: no XNLI accuracy on test among the rows"


# --- language by language


def test_a_number_language_by_language_is_the_mean_over_seeds():
    cells = [run(name, value + seed * (code == "fr"), seed, language=code)
             for name, value in (("baseline", 50.0), ("ccg", 53.0)) for seed in (1, 2) for code in ("de", "fr")]  # fmt: skip
    there = rows(*cells, run("ccg", 90.0, 3), run("ccg", 70.0, language="ru"))
    assert by_language(asked("gain"), there) == {"de": 3.0, "fr": 3.0}, "only seeds that have both, only languages that do"
    assert by_language(asked("level"), there) == {"de": (53 + 53 + 90) / 3, "fr": 54.5, "ru": 70.0}
    assert by_language(asked("level", split="dev"), there) == by_language(asked("level"), there), "where it was measured"
    f1 = rows(run("ccg", 60.0, target="mlqa", metric="f1"))
    assert by_language(asked("level", target="mlqa", metric="f1"), f1) == {"de": 60.0}
    dev = [run(name, value, split="dev") for name, value in (("baseline", 50.0), ("ccg", 51.0))]
    both = rows(*dev, *cells)
    assert by_language(asked("gain", split="dev"), both) == by_language(asked("gain", split=""), both) == {"de": 1.0}
    assert by_language(asked("gain"), both) == {"de": 3.0, "fr": 3.0}
    assert by_language(asked("level", language="de"), there) == {}
    assert by_language(asked("gain", chosen="best per target on dev"), there) == {}
    over = by_language(asked("gain", "ccg", over="baseline", target="average", metric="score"), there)
    assert over == {"de": 3.0, "fr": 3.0}, "of an average each target that was measured"
