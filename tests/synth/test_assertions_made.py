"""Numbers that are put together: a finding's mean and spread, and the rows that printed or measured cells make."""

from __future__ import annotations

from dataclasses import FrozenInstanceError, asdict
from decimal import Decimal

import pandas as pd
import pytest

import synth.assertions
from replicate import results, tasks
from replicate.results import Interval
from synth.assertions import Finding, exact, leaves, middle, number, signed, spread
from synth.assertions.claimed import Claimed
from synth.assertions.compared import Quantity
from synth.assertions.finding import level_shown, subtraction
from synth.assertions.light import Changed, light
from synth.assertions.made import completed, members, together

from . import cells


def test_what_the_package_offers_is_there():
    assert [name for name in synth.assertions.__all__ if not hasattr(synth.assertions, name)] == []


def test_values_stay_as_they_are():
    one = exact(1.0)
    for value, name in ((Finding(), "printed"), (Claimed(*one), "low"), (Quantity(one), "unit"), (cells.rows(), "whole")):
        with pytest.raises(FrozenInstanceError):
            setattr(value, name, "")
    rows = cells.rows()
    assert rows == rows != cells.rows() and {rows: 1}[rows] == 1, "a selection is itself alone, so that it can be looked up"


# --- findings


def test_a_finding_says_nothing_until_it_is_told():
    assert asdict(Finding()) == {
        "numbers": None, "printed": "", "holds": None, "rows": (), "recomputation": "", "missing": "", "note": "", "also": "",
        "parts": {}, "independent": True,
    }  # fmt: skip
    assert Finding().shown == "" and Finding().values == ()


def test_a_finding_shows_the_printed_cell_or_else_the_mean_over_seeds():
    numbers = {1: exact(1.0), 2: exact(4.0)}
    assert Finding(numbers).shown == "+2.5" and Finding(numbers).values == (1.0, 4.0)
    assert Finding(numbers, printed="2.4").shown == "2.4"


def test_numbers_of_rows_are_the_rounding_of_a_cell_what_it_was_made_of_or_the_value():
    made = Interval(Decimal("1.5"), Decimal("2.5"))
    assert number({"printed": "8.2", "value": 8.0}) == results.interval("8.2")
    assert number({"printed": "", "value": 2.0, "between": made}) == made
    assert number({"printed": "", "value": 0.1}) == (Decimal("0.1"), Decimal("0.1")) == exact(0.1)
    assert middle(made) == 2.0 and signed(-1.25) == "\u22121.2"
    assert level_shown({"printed": "8.20", "value": 8.2}) == "8.20" and level_shown({"printed": "", "value": 8.25}) == "8.2"


def test_the_rows_behind_what_was_made_come_once():
    first, second, third = ({"value": value} for value in (1.0, 2.0, 2.0))
    inner = {"made_of": (first, second)}
    found = leaves([first, {"made_of": (inner, third)}, second])
    assert [id(one) for one in found] == [id(one) for one in (first, second, third)], "equal rows are still two"


def test_a_spread_is_the_rounding_of_one_number_or_the_interval_of_a_mean():
    assert spread({None: results.interval("8.2")}) == results.interval("8.2")
    three = {seed: exact(float(seed)) for seed in (1, 2, 3)}
    assert [float(end) for end in spread(three)] == pytest.approx([2 - 2.4841, 2 + 2.4841], abs=1e-3)  # t of 2 degrees: 4.3027
    assert spread(three, 0.5).low > spread(three, 0.9).low


def test_a_subtraction_is_told_seed_by_seed():
    ours, base = ({seed: {"printed": "", "value": value + seed} for seed in (1, 2)} for value in (52.0, 50.0))
    found = {seed: exact(2.0) for seed in (1, 2)}
    assert subtraction(found, ours, base) == "seed 1: 53.0 \u2212 51.0 = +2.0; seed 2: 54.0 \u2212 52.0 = +2.0"
    printed = {None: {"printed": "74.2", "value": 74.2}}
    assert subtraction({None: exact(0.0)}, printed, printed) == "74.2 \u2212 74.2 = +0.0"


# --- rows of a large table


def test_rows_of_a_large_table_are_mappings_as_others():
    frame = pd.DataFrame({"language": ["de", "fr", "de"], "value": [1.0, float("nan"), 3.0], "seed": [7, 8, 9]})
    first, second, third = light(frame, seed=[None, 1, 2])
    assert first == {"language": "de", "value": 1.0, "seed": None} and len(first) == 3 and list(third) == [*frame.columns]
    assert second["seed"] == 1 and second["value"] != second["value"], "what is not known stays so"
    changed = Changed(first, {"value": 2.0, "note": "new"})
    assert changed == {"language": "de", "value": 2.0, "seed": None, "note": "new"} and len(changed) == 4
    assert list(changed) == ["language", "value", "seed", "note"] and first["value"] == 1.0


def test_equal_cells_of_a_column_are_one_object():
    frame = pd.DataFrame({"model": ["".join(["xlm", "-r"]) for _ in range(2)]}, dtype="string")
    first, second = light(frame)
    assert first["model"] is second["model"], "a million rows would hold a million of them"


# --- rows that cells make


def row(target="xnli", metric="accuracy", language="all", split="test", value="50.0", **fields):
    """A row as a selection holds it."""
    made = {"over": "", "mlm": False, "seed": None, "note": "x", **cells.cell(value=value)}
    return {**made, "target": target, "metric": metric, "language": language, "split": split, **fields}


def found(rows, **asked):
    """The rows among what these make that have all this."""
    return [one for one in completed(rows) if all(one[name] == value for name, value in asked.items())]


def test_a_mean_of_rows_keeps_their_fields_and_knows_what_it_is_made_of():
    one, two = row(value="50.0"), row(value="61.0", model="other")
    made = together([one, two], language="all", metric="score")
    assert made["made_of"] == (one, two) and made["between"] == results.mean([number(one), number(two)])
    assert (made["value"], made["printed"], made["note"]) == (55.5, "", "")
    assert (made["model"], made["metric"], made["target"]) == (one["model"], "score", "xnli")


def test_a_papers_mean_is_over_every_language_of_the_task():
    codes = tasks.TASKS["xnli"].languages
    every = [row(language=code, value=f"{40 + place}.0") for place, code in enumerate(codes)]
    (mean,) = found(every, metric="accuracy", language="all")
    assert mean["value"] == pytest.approx(40 + (len(codes) - 1) / 2) and len(mean["made_of"]) == len(codes)
    assert found(every[1:], language="all") == []
    (printed,) = found([*every, row(value="99.0")], metric="accuracy", language="all")
    assert printed["printed"] == "99.0", "what is printed is not made again"


def test_a_mean_of_runs_is_over_the_languages_that_any_of_them_was_measured_in():
    runs = [
        row(language=code, origin="run:1", seed=1, intermediate=name) for name in ("baseline", "ccg") for code in ("de", "fr")
    ]
    assert [one["intermediate"] for one in found(runs, language="all", metric="accuracy")] == ["baseline", "ccg"]
    assert [one["intermediate"] for one in found(runs[:3], language="all", metric="accuracy")] == ["baseline"]
    other = [row(language="de", origin="run:1", model="mt5"), *runs]
    assert len(found(other, language="all", metric="accuracy")) == 3, "another model speaks for itself"


def test_a_score_is_the_one_metric_or_the_mean_of_two():
    (score,) = found([row(note="y")], metric="score")
    assert (score["printed"], score["note"], score["language"]) == ("50.0", "y", "all")
    answers = [row("mlqa", metric, value=value) for metric, value in (("f1", "70.0"), ("em", "50.0"))]
    (score,) = found(answers, metric="score")
    assert score["value"] == 60.0 and score["made_of"] == tuple(answers)
    assert found(answers[:1], metric="score") == []
    assert [one["language"] for one in found([row(language="de")], metric="score")] == ["de"]
    whole = row(metric="score", value="77.0")
    assert found([row(), whole], metric="score") == [whole]
    assert found([row(target="average", metric="accuracy")], metric="score") == [], "of no task there is no score"


def scores(split="test", without=(), **fields):
    """The score of every target, ten points apart, in the order of the benchmark."""
    return [row(target, "score", split=split, value=f"{10 * place}.0", **fields)
            for place, target in enumerate(tasks.XTREME) if target not in without]  # fmt: skip


def test_an_average_is_made_of_the_scores_of_a_paper_and_of_no_run():
    (nine,) = found(scores(), target="average")
    assert nine["value"] == 40.0 and len(nine["made_of"]) == 9 and nine["split"] == "test" and nine["language"] == "all"
    assert len(found(scores(), target="average-without-retrieval")) == 1
    printed = row("average", "score", value="41.0")
    assert found([*scores(), printed], target="average") == [printed]
    assert found(scores(origin="run:1", seed=1), target="average") == []
    assert found(scores(without=("xnli",)), target="average") == []


def test_an_average_on_dev_takes_what_has_no_dev_set_from_test():
    dev = scores("dev", without=results.NO_DEV)
    (nine,) = found([*dev, *scores()], target="average", split="dev")
    assert {one["target"]: one["split"] for one in nine["made_of"]} == {
        target: "test" if target in results.NO_DEV else "dev" for target in tasks.XTREME
    }
    assert found(dev, target="average") == []
    only = {"test": {(one["target"], "score", "all"): one for one in scores(without=results.NO_DEV)}}
    assert members({**only, "dev": {("xquad", "score", "all"): row()}}, "test", "average") == [], "never the other way round"
