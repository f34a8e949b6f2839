"""The contract of results: what a row is, and what is refused and how."""

from __future__ import annotations

import pandas as pd
import pytest

from replicate import results
from replicate.problems import Problem

from .cells import cell


def test_what_the_module_offers_is_there():
    assert all(hasattr(results, name) for name in results.__all__)


def test_columns_come_in_order_and_typed():
    frame = results.table([cell()])
    assert list(frame) == list(results.COLUMNS)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == results.COLUMNS
    assert frame.loc[0, "method"] == "full" and frame.loc[0, "quantity"] == "level" and not frame.loc[0, "mlm"]


def test_no_rows_make_an_empty_table_of_the_same_shape():
    frame = results.table([])
    assert list(frame) == list(results.COLUMNS) and frame.empty
    assert results.gains(frame).empty and results.averages(frame).empty and list(results.wide(frame)) == ["seeds"]


def test_columns_of_an_experiment_stand_at_the_end():
    assert list(results.table([cell(bottleneck=16)]))[-1] == "bottleneck"


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"world": "reel"}, "row 2, column world: 'reel' is none of real, artificial"),
        ({"quantity": "rise"}, "row 2, column quantity: 'rise' is none of level, gain"),
        ({"value": 101.0}, "row 2, column value: 101.0 is outside 0 to 100 points"),
        ({"value": "high"}, "row 2, column value: 'high' is not a number"),
        ({"value": None}, "row 2, column value: empty or not a number"),
        ({"seed": 1.5}, "row 2, column seed: '1.5' is not a whole number"),
        ({"mlm": "perhaps"}, "row 2, column mlm: 'perhaps' is not true or false"),
        ({"target": "xnly"}, "row 2, column target: 'xnly' is no task"),
        ({"origin": "memory"}, "row 2, column origin: 'memory' is not run:... or paper:..."),
        ({"quantity": "gain"}, "row 2, column over"),
        ({"model": ""}, "row 2, column model: empty"),
        ({"n": 0}, "row 2, column n: 0 examples"),
        ({"language": "aa", "value": 51.0}, "row 2, column value: 51.0 is a second value for a cell"),
    ],
)
def test_a_wrong_row_is_named_with_column_and_reason(wrong, says):
    with pytest.raises(Problem) as raised:
        results.table([cell(), cell(**{"language": "bb", **wrong})])
    assert says in str(raised.value) and "\n" not in str(raised.value)


def test_many_faults_are_counted_and_the_first_shown():
    with pytest.raises(Problem, match=r"9 faults: row 1, .* and 5 more"):
        results.table([cell(language=str(number), value=-1.0) for number in range(9)])


def test_a_missing_column_is_named():
    with pytest.raises(Problem, match="no column world"):
        results.table([{name: value for name, value in cell().items() if name != "world"}])


def test_shares_in_place_of_points_are_noticed():
    with pytest.raises(Problem, match="look like shares"):
        results.table([cell(language=name, value=0.8) for name in ("aa", "bb", "cc")])


def test_two_papers_may_print_the_same_cell_and_a_run_beside_them():
    rows = [cell(origin=origin, seed=None) for origin in ("paper:1v1#a", "paper:1v2#a", "run:77")]
    assert len(results.table(rows)) == 3


def test_what_a_row_does_not_say_has_its_default():
    frame = results.table([{name: value for name, value in cell().items() if name not in ("seed", "n")}])
    said = frame.iloc[0].to_dict()
    assert {name: said[name] for name in ("method", "intermediate_languages", "mlm", "perturbation", "rate")} == {
        "method": "full", "intermediate_languages": "", "mlm": False, "perturbation": "", "rate": 0.0
    }  # fmt: skip
    assert {name: said[name] for name in ("quantity", "over", "printed")} == {"quantity": "level", "over": "", "printed": ""}
    assert frame[["seed", "max_length", "n"]].isna().all(axis=None)
    mixed = results.table([cell(method="adapter", rate=0.2, perturbation="typo", mlm=True), cell(language="bb")])
    assert mixed["method"].tolist() == ["adapter", "full"] and mixed["rate"].tolist() == [0.2, 0.0]
    assert mixed["perturbation"].tolist() == ["typo", ""] and mixed["mlm"].tolist() == [True, False]


def test_columns_that_are_promised_are_typed_and_others_stay_as_they_are():
    frame = results.table([cell(low="41.5", high=None, trained_on=None, width="8")])
    assert {name: str(frame[name].dtype) for name in ("low", "high")} == {"low": "float64", "high": "float64"}
    assert frame.loc[0, "low"] == 41.5 and pd.isna(frame.loc[0, "high"])
    assert frame.loc[0, "trained_on"] == "" and str(frame["trained_on"].dtype) == "string" and frame.loc[0, "width"] == "8"


@pytest.mark.parametrize(("said", "is_true"), [("true", True), ("True", True), ("1", True), ("false", False), ("0", False)])
def test_truths_are_read_as_people_write_them(said, is_true):
    assert results.table([cell(mlm=said)])["mlm"].tolist() == [is_true]


@pytest.mark.parametrize("column", results.REQUIRED)
def test_what_says_which_cell_it_is_may_not_be_empty(column):
    with pytest.raises(Problem, match=rf"^results: 1 fault: row 1, column {column}: empty$"):
        results.table([cell(**{"method": "full", "quantity": "level", column: ""})])


def test_what_is_unknown_is_empty():
    with pytest.raises(Problem, match=r"^results: 1 fault: row 1, column model: empty$"):
        results.table([cell(model=None)])
    frame = results.table([cell()])
    with pytest.raises(Problem, match=r"^results: 1 fault: row 1, column model: empty$"):
        results.validate(frame.assign(model=pd.array([pd.NA], dtype="string")))


def test_lists_of_settings_are_told_apart_as_they_are_written():
    frame = results.table([cell(layers=[1, 2]), cell(layers=[3]), cell(layers=8)])
    assert frame["layers"].tolist() == ["[1, 2]", "[3]", 8]
    with pytest.raises(Problem, match="a second value for a cell"):
        results.table([cell(layers=[1, 2]), cell(layers=[1, 2])])


def test_the_required_columns_are_those_that_tell_a_cell():
    told = "origin world model method intermediate target language split metric quantity".split()
    assert list(results.REQUIRED) == told


@pytest.mark.parametrize(
    ("more", "says"),
    [
        ({"value": 0.0}, ""),
        ({"value": 100.0}, ""),
        ({"value": -0.1}, "-0.1 is outside 0 to 100 points"),
        ({"value": 100.1}, "100.1 is outside 0 to 100 points"),
        ({"value": -100.0, "quantity": "gain", "over": "baseline"}, ""),
        ({"value": 100.0, "quantity": "gain", "over": "baseline"}, ""),
        ({"value": -100.1, "quantity": "gain", "over": "baseline"}, "-100.1 is outside -100 to 100 points"),
        ({"value": 100.1, "quantity": "gain", "over": "baseline"}, "100.1 is outside -100 to 100 points"),
        ({"over": "baseline"}, "'baseline': a gain says what it is over, a level says nothing"),
        ({"rate": 1.0}, ""),
        ({"rate": 1.01}, "1.01 is outside 0 to 1"),
        ({"rate": -0.01}, "-0.01 is outside 0 to 1"),
        ({"n": 1}, ""),
        ({"n": 0}, "0 examples"),
        ({"n": "many"}, "'many' is not a whole number"),
        ({"n": 2**53}, ""),
        ({"n": 2**53 + 2}, "'9007199254740994' is not a whole number"),  # above it a float skips some
        ({"mlm": "yes"}, "'yes' is not true or false"),
        ({"n": None}, ""),
        ({"origin": "paper:1v1#a"}, ""),
        ({"origin": "run:"}, "'run:' is not run:... or paper:..."),
        ({"origin": "rerun:7"}, "'rerun:7' is not run:... or paper:..."),
        ({"value": "high"}, "'high' is not a number"),
        ({"split": "train"}, ""),
        ({"split": "eval"}, "'eval' is none of train, dev, test"),
        ({"world": "real"}, ""),
        ({"target": "average"}, ""),
        ({"target": "averages"}, "'averages' is no task and no average that is known"),
    ],
)
def test_the_bounds_of_a_cell(more, says):
    if not says:
        assert len(results.table([cell(**more)])) == 1
        return
    with pytest.raises(Problem) as raised:
        results.table([cell(**more)], "cells.csv")
    assert str(raised.value).startswith("cells.csv: 1 fault: row 1, column ") and str(raised.value).endswith(says)


@pytest.mark.parametrize("column", ["value", "printed", "n", "low", "high", "note", "origin"])
def test_two_rows_that_differ_in_what_was_measured_alone_are_one_cell_twice(column):
    other = {"value": 51.0, "printed": "51", "n": 99, "low": 1.0, "high": 99.0, "note": "again", "origin": "run:other"}[column]
    with pytest.raises(Problem, match="a second value for a cell that another row holds already"):
        results.table([cell(low=0.0, high=50.0, note=""), cell(**{"low": 0.0, "high": 50.0, "note": "", column: other})])


def test_two_tables_of_one_paper_hold_a_cell_once():
    with pytest.raises(Problem, match="a second value for a cell"):
        results.table([cell(origin="paper:1v1#table2", seed=None), cell(origin="paper:1v1#table3", seed=None)])


def test_what_looks_like_shares():
    def shares(*values, **more):
        return [cell(language=f"l{number}", value=value, **more) for number, value in enumerate(values)]

    tagging = shares(0.8, 0.9, 1.0, target="udpos", metric="accuracy")
    for rows in (shares(0.8, 0.9), shares(0.8, 0.9, 1.1), shares(0.0, 0.0, 0.0), tagging):
        assert len(results.table(rows)) == len(rows)
    for rows in (shares(0.8, 0.9, 1.0), shares(0.1, 0.2, 0.3, target="pawsx"), shares(0.1, 0.2, 0.3, target="hellaswag")):
        with pytest.raises(
            Problem, match=r"here: column value: accuracies between 0 and 1 look like shares; results are in points"
        ):
            results.table(rows, "here")
    gains = shares(0.8, 0.9, 1.0, quantity="gain", over="baseline")
    assert len(results.table([*gains, *shares(50.0, 50.0, 50.0)])) == 6
    assert len(results.table(shares(0.8, 0.9, 1.0, metric="f1"))) == 3


def test_faults_are_counted_and_four_are_shown():
    def said(count):
        with pytest.raises(Problem) as raised:
            results.table([cell(language=str(number), value=-1.0) for number in range(count)])
        return str(raised.value)

    assert said(1).startswith("results: 1 fault: row 1,") and "more" not in said(1)
    assert said(4).startswith("results: 4 faults: ") and said(4).count("row ") == 4 and "more" not in said(4)
    assert said(5).endswith("; and 1 more") and said(5).count("row ") == 4


def test_columns_in_another_order_are_put_in_theirs():
    frame = results.table([cell()])
    turned = frame[[*reversed(frame.columns)]]
    assert results.validate(frame) is frame
    assert list(results.validate(turned)) == list(results.COLUMNS)
    with pytest.raises(Problem, match=r"^results: no column n; a file of results \(replicate\.results/1\) has origin, world, "):
        results.validate(frame.drop(columns="n"))
