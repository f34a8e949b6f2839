"""The contract of results: what a row is, what is refused and how, and the averages of the field."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import results, tasks
from replicate.problems import Problem


def cell(**more):
    """One level row of a run; a test names what matters to it."""
    target = more.get("target", "xnli")
    metric = results.score_metrics(target)[0] if target in tasks.TASKS else "accuracy"
    return {
        "origin": "run:00aa", "world": "artificial", "model": "nano", "seed": 1, "intermediate": "baseline", "target": "xnli",
        "language": "aa", "split": "dev", "metric": metric, "value": 50.0, "n": 100, **more,
    }  # fmt: skip


def grid(intermediate, level, seed=1, targets=tasks.XTREME, languages=("aa", "bb"), **more):
    """A whole grid of cells with the same level everywhere."""
    return [
        cell(intermediate=intermediate, seed=seed, target=target, language=language, metric=metric, value=level, **more)
        for target in targets
        for language in languages
        for metric in results.score_metrics(target)
    ]


def test_what_the_module_offers_is_there():
    assert all(hasattr(results, name) for name in results.__all__)


# --- what a row is


def test_columns_come_in_order_and_typed():
    frame = results.table([cell()])
    assert list(frame) == list(results.COLUMNS)
    assert {name: str(dtype) for name, dtype in frame.dtypes.items()} == results.COLUMNS
    assert frame.loc[0, "method"] == "full" and frame.loc[0, "quantity"] == "level" and not frame.loc[0, "mlm"]


def test_no_rows_make_an_empty_table_of_the_same_shape():
    frame = results.table([])
    assert list(frame) == list(results.COLUMNS) and frame.empty
    assert results.gains(frame).empty and results.averages(frame).empty and results.wide(frame).empty


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
    with pytest.raises(Problem, match=rf"row 1, column {column}: empty"):
        results.table([cell(**{"method": "full", "quantity": "level", column: ""})])


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


def test_what_looks_like_shares():
    def shares(*values, **more):
        return [cell(language=f"l{number}", value=value, **more) for number, value in enumerate(values)]

    tagging = shares(0.8, 0.9, 1.0, target="udpos", metric="accuracy")
    for rows in (shares(0.8, 0.9), shares(0.8, 0.9, 1.1), shares(0.0, 0.0, 0.0), tagging):
        assert len(results.table(rows)) == len(rows)
    for rows in (shares(0.8, 0.9, 1.0), shares(0.1, 0.2, 0.3, target="pawsx")):
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
    with pytest.raises(Problem, match="no column n; a file of results"):
        results.validate(frame.drop(columns="n"))


# --- files


@pytest.mark.parametrize("name", ["cells.parquet", "cells.csv"])
def test_what_is_written_is_read_back_the_same(tmp_path, name):
    frame = results.table([*grid("baseline", 61.25), cell(target="xnli", split="test", seed=None, printed="61.3", rate=0.1)])
    results.write(frame, tmp_path / name)
    pd.testing.assert_frame_equal(results.read(tmp_path / name), frame)
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_refused_table_leaves_the_old_file(tmp_path):
    path = tmp_path / "cells.csv"
    results.write(results.table([cell()]), path)
    before = path.read_bytes()
    with pytest.raises(Problem):
        results.write(results.table([cell()]).assign(value=400.0), path)
    assert path.read_bytes() == before and [*tmp_path.iterdir()] == [path]


@pytest.mark.parametrize("name", ["cells.parquet", "cells.csv"])
def test_a_cut_file_is_a_problem_and_no_short_table(tmp_path, name):
    path = tmp_path / name
    results.write(results.table(grid("baseline", 61.0)), path)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3 + 9])
    with pytest.raises(Problem, match=name):
        results.read(path)


def test_a_row_that_lost_its_end_in_the_middle_of_a_file_is_named(tmp_path):
    path = tmp_path / "cells.csv"
    results.write(results.table(grid("baseline", 61.0)), path)
    lines = path.read_text().splitlines()
    lines[4] = lines[4].rpartition(",")[0]
    path.write_text("\n".join(lines) + "\n")
    with pytest.raises(Problem, match=r"cells\.csv: damaged, row 3 has 19 fields instead of 20"):
        results.read(path)


def test_a_parquet_file_with_damaged_pages_is_named(tmp_path):
    path = tmp_path / "cells.parquet"
    results.write(results.table(grid("baseline", 61.0)), path)
    data = bytearray(path.read_bytes())
    data[4 : len(data) // 4] = b"\xff" * (len(data) // 4 - 4)
    path.write_bytes(bytes(data))
    with pytest.raises(Problem, match=r"cells\.parquet"):
        results.read(path)


def test_runs_with_other_settings_are_left_out_of_an_experiments_rows_and_counted(tmp_path):
    from replicate import experiments, plan, store
    from replicate.experiments import options

    runs = store.open_store(tmp_path / "runs")
    tiny = experiments.find("stilts", "tiny")
    other = options.choose(tiny, changes=["target.updates=3"])
    for one, value in ((tiny, 50.0), (other, 10.0)):
        step = next(step for step in plan.plan(one) if step.kind == "evaluate")
        cells = [{"language": "a1b", "metric": "accuracy", "value": value, "n": 8}]
        store.commit(runs, step, store.start(runs, step.id), {"cells": cells}, {})
    frame = results.read(tmp_path / "runs", ["stilts"])
    assert frame["value"].tolist() == [50.0] and frame.attrs["left_out"] == 1


def test_a_file_of_another_schema_is_named(tmp_path):
    results.write(results.table([cell()]), tmp_path / "old.csv")
    text = (tmp_path / "old.csv").read_text()
    (tmp_path / "old.csv").write_text(text.replace("results/1", "results/0"))
    with pytest.raises(Problem, match=r"has the schema 'replicate\.results/0'; this version reads 'replicate\.results/1'"):
        results.read(tmp_path / "old.csv")
    (tmp_path / "bare.csv").write_text(text.partition("\n")[2])
    with pytest.raises(Problem, match="names no schema"):
        results.read(tmp_path / "bare.csv")
    pd.DataFrame([cell()]).to_parquet(tmp_path / "other.parquet")
    with pytest.raises(Problem, match="names no schema"):
        results.read(tmp_path / "other.parquet")


def test_a_parquet_file_whose_schema_is_no_text_is_named(tmp_path):
    import pyarrow.parquet

    data = pyarrow.table({"value": [1.0]}).replace_schema_metadata({b"schema": b"results\xff"})
    pyarrow.parquet.write_table(data, tmp_path / "cells.parquet")
    with pytest.raises(Problem, match="has the schema 'results\ufffd'; this version reads"):
        results.read(tmp_path / "cells.parquet")


def test_a_path_that_is_nothing_is_named(tmp_path):
    with pytest.raises(Problem, match="no such file or folder"):
        results.read(tmp_path / "nothing.csv")
    (tmp_path / "cells.xlsx").touch()
    with pytest.raises(Problem, match=r"not \.xlsx"):
        results.read(tmp_path / "cells.xlsx")


def test_select_takes_one_value_or_several_and_knows_its_columns():
    frame = results.table([cell(language=name) for name in ("aa", "bb", "cc")])
    assert list(results.select(frame, language="bb", seed=1)["language"]) == ["bb"]
    assert list(results.select(frame, language=["aa", "cc"])["language"]) == ["aa", "cc"]
    with pytest.raises(Problem, match="unknown column 'langage'; did you mean language"):
        results.select(frame, langage="aa")


def test_files_of_other_kinds_are_refused_by_name(tmp_path):
    frame = results.table([cell()])
    with pytest.raises(Problem, match=r"cells\.xlsx: results are written as \.parquet or \.csv, not \.xlsx"):
        results.write(frame, tmp_path / "cells.xlsx")
    with pytest.raises(Problem, match=r"cells: results are written as \.parquet or \.csv, not without suffix"):
        results.write(frame, tmp_path / "cells")
    (tmp_path / "cells").touch()
    with pytest.raises(Problem, match=r"cells: results are a runs folder, a \.parquet or a \.csv file, not without suffix"):
        results.read(tmp_path / "cells")
    assert list(tmp_path.iterdir()) == [tmp_path / "cells"]


def test_a_csv_file_names_its_schema_and_its_columns(tmp_path):
    results.write(results.table([cell(printed="50,0")]), tmp_path / "cells.csv")
    schema, head, row = (tmp_path / "cells.csv").read_text().splitlines()
    assert schema == "# replicate.results/1" and head == ",".join(results.COLUMNS)
    assert row == 'run:00aa,artificial,nano,full,1,baseline,,False,,xnli,aa,dev,,0.0,accuracy,level,,50.0,"50,0",100'


@pytest.mark.parametrize(
    ("spoil", "says"),
    [
        (lambda text: text[:-1], "damaged, its last row breaks off; write it anew"),
        (lambda text: text.partition("\n")[0] + "\n", "damaged, its last row breaks off"),
        (lambda text: text.rstrip("\n") + ",more\n", "damaged, row 1 has 21 fields instead of 20"),
        (lambda text: text.replace("50.0", "\udcff"), "damaged, not a whole CSV file"),
        (lambda text: text.replace("50.0", "high"), "row 1, column value: 'high' is not a number"),
        (lambda text: text.replace("50.0", "400"), "row 1, column value: 400.0 is outside 0 to 100 points"),
    ],
)
def test_a_spoilt_csv_file_is_named(tmp_path, spoil, says):
    path = tmp_path / "cells.csv"
    results.write(results.table([cell()]), path)
    path.write_bytes(spoil(path.read_text()).encode(errors="surrogateescape"))
    with pytest.raises(Problem) as raised:
        results.read(path)
    assert str(raised.value).startswith(f"{path}: ") and says in str(raised.value) and "\n" not in str(raised.value)


def test_a_store_is_read_whole_and_by_experiment(tmp_path):
    from replicate import plan, store

    runs = store.open_store(tmp_path / "runs")
    row = {"world": "artificial", "model": "none", "seed": 1, "intermediate": "baseline"}
    for seed in (1, 2):
        step = plan.Step("evaluate", {"target": "xnli", "split": "test", "row": {**row, "seed": seed}}, (("model", "00"),), "x")
        cells = [{"language": "a1a", "metric": "accuracy", "value": 50.0, "n": 8}]
        store.commit(runs, step, store.start(runs, step.id), {"cells": cells}, {})
    frame = results.read(tmp_path / "runs")
    assert sorted(frame["seed"]) == [1, 2] and frame.attrs["left_out"] == 0
    assert len(results.read(f"file://{tmp_path}/runs")) == 2
    none = results.read(tmp_path / "runs", ["stilts"])
    assert none.empty and none.attrs["left_out"] == 2
    with pytest.raises(Problem, match=rf"^{tmp_path}/none: no such file or folder; name a runs folder"):
        results.read(tmp_path / "none")


def test_select_takes_any_collection():
    frame = results.table([cell(language=name) for name in ("aa", "bb", "cc")])
    for wanted in (["aa", "bb"], ("aa", "bb"), {"aa", "bb"}, frozenset(["aa", "bb"])):
        assert list(results.select(frame, language=wanted)["language"]) == ["aa", "bb"]
    assert results.select(frame, language="dd").empty


# --- gains, scores, averages


def test_a_gain_is_over_the_baseline_of_the_same_seed():
    rows = [cell(seed=seed, value=level) for seed, level in ((1, 50.0), (2, 60.0))]
    rows += [cell(seed=seed, value=level, intermediate="squad1") for seed, level in ((1, 53.0), (2, 61.0))]
    gains = results.gains(results.table(rows))
    assert dict(zip(gains["seed"], gains["value"], strict=True)) == {1: 3.0, 2: 1.0}
    assert set(gains["quantity"]) == {"gain"} and set(gains["over"]) == {"baseline"} and set(gains["missing"]) == {""}


def test_with_mlm_the_gain_is_over_the_bare_model_too():
    rows = [cell(value=50.0), cell(intermediate="squad1", mlm=True, value=54.0), cell(mlm=True, value=51.0)]
    gains = results.gains(results.table(rows)).set_index("intermediate")["value"]
    assert gains.to_dict() == {"squad1": 4.0, "baseline": 1.0}


def test_a_gain_without_its_baseline_has_no_value_and_says_so():
    gains = results.gains(results.table([cell(seed=1), cell(seed=2, intermediate="qqp")]))
    assert gains["value"].isna().all() and list(gains["missing"]) == ["baseline of the same seed"]


def test_two_baselines_for_one_gain_are_refused():
    rows = [cell(width=8), cell(width=16), cell(intermediate="qqp", width=8)]
    with pytest.raises(Problem, match="two rows of baseline for xnli aa"):
        results.gains(results.table(rows))
    matched = results.gains(results.table(rows), same=(*results.SAME, "width"))
    assert list(matched["missing"]) == [""]


def test_a_question_answering_score_is_the_mean_of_f1_and_em_over_languages():
    cells = {("aa", "f1"): 80.0, ("aa", "em"): 60.0, ("bb", "f1"): 40.0, ("bb", "em"): 20.0}
    rows = [cell(target="xquad", language=language, metric=metric, value=value) for (language, metric), value in cells.items()]
    scores = results.task_scores(results.table(rows))
    assert list(scores["value"]) == [50.0] and list(scores["missing"]) == [""]


def test_accuracy_of_tagging_stays_out_of_its_score():
    rows = [cell(target="udpos", metric="f1", value=70.0), cell(target="udpos", metric="accuracy", value=90.0)]
    assert list(results.task_scores(results.table(rows))["value"]) == [70.0]


def test_a_score_that_lacks_a_language_is_named_and_has_no_value():
    rows = [cell(), cell(language="bb"), cell(intermediate="qqp")]
    scores = results.task_scores(results.table(rows)).set_index("intermediate")
    assert scores.loc["baseline", "value"] == 50.0
    assert pd.isna(scores.loc["qqp", "value"]) and scores.loc["qqp", "missing"] == "xnli bb accuracy"


def test_the_average_is_over_nine_tasks_and_over_seven_without_retrieval():
    rows = [row | {"value": 90.0 if row["target"] in tasks.RETRIEVAL else 20.0} for row in grid("baseline", 0)]
    averages = results.averages(results.table(rows)).set_index("target")["value"]
    assert averages["average"] == pytest.approx((7 * 20 + 2 * 90) / 9)
    assert averages["average-without-retrieval"] == pytest.approx(20)


def test_an_incomplete_average_names_its_tasks_and_has_no_value():
    few = [target for target in tasks.XTREME if target not in ("tatoeba", "mlqa")]
    averages = results.averages(results.table(grid("baseline", 50.0, targets=few))).set_index("target")
    assert averages["value"].isna().all()
    assert averages.loc["average", "missing"] == "mlqa, tatoeba"
    assert averages.loc["average-without-retrieval", "missing"] == "mlqa"


def test_a_dev_average_takes_the_tasks_without_a_dev_set_from_test():
    def split(target):
        return "test" if target in ("xquad", "tatoeba") else "dev"

    rows = [row for target in tasks.XTREME for row in grid("baseline", 50.0, targets=[target], split=split(target))]
    averages = results.averages(results.table(rows))
    assert set(averages["split"]) == {"dev"} and set(averages["value"]) == {50.0}
    wide = results.wide(results.table(rows))
    assert len(wide) == 1 and wide["xquad"].tolist() == wide["average"].tolist() == [50.0]


def test_tasks_may_differ_in_length_but_one_task_has_one():
    rows = [row | {"max_length": 384 if row["metric"] in ("f1", "em") else 128} for row in grid("baseline", 50.0)]
    assert set(results.averages(results.table(rows))["value"]) == {50.0}
    with pytest.raises(Problem, match="several max_length"):
        results.averages(results.table([*rows, *grid("baseline", 60.0, targets=["xnli"], max_length=64)]))


def test_worlds_are_not_mixed_unless_asked_and_then_carry_their_name():
    frame = results.table([*grid("baseline", 50.0), *grid("baseline", 90.0, world="real", model="xlmr")])
    for aggregate in (results.gains, results.task_scores, results.averages, results.wide):
        with pytest.raises(Problem, match="artificial and real together"):
            aggregate(frame)
    both = results.averages(frame, mix_worlds=True)
    assert both.set_index(["world", "target"])["value"].to_dict() == {
        (world, target): level for world, level in (("artificial", 50.0), ("real", 90.0)) for target in results.AVERAGES
    }


def test_a_papers_rows_are_not_averaged_with_runs():
    rows = [cell(language="all", origin="paper:1v1#t", seed=None, value=80.0), cell(seed=None, value=40.0)]
    assert sorted(results.task_scores(results.table(rows))["value"]) == [40.0, 80.0]


def test_the_wide_table_has_a_line_per_intermediate_and_means_over_seeds():
    rows = [row for seed in (1, 2) for row in (*grid("baseline", 50.0, seed), *grid("squad1", 50.0 + seed, seed))]
    wide = results.wide(results.table(rows)).reset_index().set_index("intermediate")
    assert wide.loc["baseline", "quantity"] == "level" and wide.loc["baseline", "average"] == 50.0
    assert wide.loc["squad1", "quantity"] == "gain" and wide.loc["squad1", "xquad"] == 1.5 and wide.loc["squad1", "seeds"] == 2


# --- what is compared with what, and what an average is of


@pytest.mark.parametrize(
    ("column", "other"),
    [("model", "mt5"), ("method", "adapter"), ("seed", 2), ("max_length", 64), ("target", "pawsx"), ("language", "bb"),
     ("split", "test"), ("perturbation", "typo"), ("rate", 0.5), ("metric", "f1")],
)  # fmt: skip
def test_a_gain_is_over_a_row_that_is_alike(column, other):
    base = {"max_length": 128, "rate": 0.1, "perturbation": "swap"}
    rows = [cell(**base), cell(**{**base, "intermediate": "qqp", column: other})]
    if column == "target":
        rows[1]["metric"] = "accuracy"
    (gain,) = results.gains(results.table(rows)).to_dict("records")
    assert pd.isna(gain["value"]) and gain["missing"] == "baseline of the same seed"


def test_gains_are_over_whatever_is_named_and_levels_alone_have_some():
    rows = [cell(value=50.0), cell(intermediate="qqp", value=53.0), cell(intermediate="mnli", value=57.5, printed="57.5")]
    frame = results.table([*rows, cell(intermediate="x", quantity="gain", over="qqp", value=9.0)])
    found = results.gains(frame, over="qqp").set_index("intermediate")
    assert found["value"].to_dict() == {"baseline": -3.0, "mnli": 4.5}
    assert set(found["over"]) == {"qqp"} and set(found["printed"]) == {""} and "source" not in found and "base" not in found


def test_two_baselines_are_named_with_their_seed():
    rows = [cell(width=8, seed=3), cell(width=16, seed=3)]
    with pytest.raises(Problem) as raised:
        results.gains(results.table(rows))
    assert str(raised.value).startswith("two rows of baseline for xnli aa seed 3; select one")


def test_a_gain_of_an_average_says_first_what_its_own_grid_lacks():
    few = [target for target in tasks.XTREME if target != "mlqa"]
    rows = [*grid("baseline", 50.0), *grid("qqp", 55.0, targets=few), *grid("mnli", 52.0), *grid("mnli", 52.0, seed=2)]
    found = results.gains(results.averages(results.table(rows)))
    said = {(row["intermediate"], row["seed"]): (row["value"], row["missing"]) for row in found.to_dict("records")
            if row["target"] == "average"}  # fmt: skip
    assert said[("mnli", 1)] == (2.0, "")
    assert said[("qqp", 1)][1] == "mlqa" and said[("mnli", 2)][1] == "baseline of the same seed"
    assert pd.isna(said[("qqp", 1)][0]) and pd.isna(said[("mnli", 2)][0])


def test_the_score_of_a_task_says_what_it_is_of():
    rows = [cell(value=40.0), cell(language="bb", value=60.0, origin="run:00bb"), cell(target="udpos", value=70.0)]
    scores = results.task_scores(results.table(rows)).set_index("target")
    assert scores.loc["xnli", "origin"] == "run:2 origins" and scores.loc["udpos", "origin"] == "run:00aa"
    for column, value in {"language": "all", "metric": "score", "quantity": "level", "over": "", "printed": ""}.items():
        assert set(scores[column]) == {value}
    assert scores["n"].isna().all() and "source" not in scores and list(scores)[-1] == "missing"
    assert scores["value"].to_dict() == {"xnli": 50.0, "udpos": 70.0}


def test_a_language_counts_for_the_rows_of_its_own_model_task_and_split_alone():
    rows = [cell(), cell(language="bb", model="mt5"), cell(language="cc", split="test"), cell(language="dd", target="pawsx"),
            cell(language="ee", method="adapter")]  # fmt: skip
    assert results.task_scores(results.table(rows))["missing"].tolist() == [""] * 5


def test_means_and_gains_of_papers_are_no_cells_of_a_score():
    rows = [
        cell(value=40.0),
        cell(quantity="gain", over="baseline", value=9.0),
        cell(target="average", metric="score", value=1.0),
    ]
    scores = results.task_scores(results.table(rows))
    assert scores["value"].tolist() == [40.0] and scores["target"].tolist() == ["xnli"]


def test_settings_of_an_experiment_keep_their_averages_apart():
    rows = [*grid("baseline", 50.0, width=8), *grid("baseline", 70.0, width=16)]
    found = results.averages(results.table(rows))
    assert {(row["width"], row["target"]): row["value"] for row in found.to_dict("records")} == {
        (width, name): value for width, value in ((8, 50.0), (16, 70.0)) for name in results.AVERAGES
    }  # fmt: skip


def test_an_average_says_of_how_many_tasks_it_is_and_how_long_its_texts_were():
    rows = [row | {"max_length": 384 if row["metric"] in ("f1", "em") else 128} for row in grid("baseline", 50.0, seed=1)]
    rows += [row | {"max_length": 128} for row in grid("baseline", 50.0, seed=2, targets=["xnli", "udpos"])]
    found = results.averages(results.table(rows)).set_index(["seed", "target"])
    assert found.loc[(1, "average"), "origin"] == "run:9 tasks" and pd.isna(found.loc[(1, "average"), "max_length"])
    assert found.loc[(2, "average"), "origin"] == "run:2 tasks" and found.loc[(2, "average"), "max_length"] == 128
    assert set(found["metric"]) == {"score"} and set(found["language"]) == {"all"} and set(found["split"]) == {"dev"}
    assert "source" not in found


def test_an_average_of_which_a_task_lacks_a_language_is_one_average_without_a_value():
    rows = [row for row in grid("baseline", 50.0, seed=None) if (row["target"], row["language"]) != ("xnli", "bb")]
    rows += [row for row in grid("qqp", 50.0, seed=None, max_length=128) if row["target"] != "xnli"]
    rows += grid("qqp", 50.0, seed=None, targets=["xnli"])
    found = results.averages(results.table(rows))
    assert found["intermediate"].tolist() == ["baseline", "baseline", "qqp", "qqp"]
    assert found["missing"].tolist() == ["xnli bb accuracy"] * 2 + [""] * 2 and found["value"].isna().tolist() == [
        True,
        True,
        False,
        False,
    ]
    assert found["max_length"].isna().all(), "of several lengths it has none"


def test_averages_come_in_the_order_of_the_rows():
    rows = [*grid("squad1", 50.0), *grid("baseline", 50.0), *grid("anli+", 50.0)]
    frame = results.table(rows)
    for made in (results.task_scores(frame), results.averages(frame)):
        assert list(dict.fromkeys(made["intermediate"])) == ["squad1", "baseline", "anli+"]


def test_one_task_at_two_lengths_is_named():
    rows = [cell(max_length=64), cell(max_length=128)]
    with pytest.raises(Problem, match="^xnli of baseline was measured at several max_length; select one before averaging$"):
        results.averages(results.table(rows))


def test_test_sets_have_an_average_of_their_own():
    rows = [*grid("baseline", 50.0, split="test"), *(row | {"value": 30.0} for row in grid("baseline", 0, targets=["xnli"]))]
    found = results.averages(results.table(rows))
    said = {(row["split"], row["target"]): row["value"] for row in found.to_dict("records")}
    assert said[("test", "average")] == 50.0 and pd.isna(said[("dev", "average")])
    (lacking,) = found[(found["split"] == "dev") & (found["target"] == "average")]["missing"]
    assert "xnli" not in lacking and "xquad" not in lacking and "tatoeba" not in lacking and "mlqa" in lacking


def test_only_what_has_no_dev_set_stands_in_the_line_of_dev():
    rows = [cell(target="xquad", split="test", metric=metric, value=40.0) for metric in ("f1", "em")]
    assert results.averages(results.table(rows))["split"].tolist() == ["test", "test"]
    both = results.averages(results.table([*rows, cell()]))
    assert both["split"].tolist() == ["dev", "dev"]
    wide = results.wide(results.table([*rows, cell(), cell(target="udpos", split="test", value=30.0)])).reset_index()
    assert wide["split"].tolist() == ["dev", "test"] and wide["xquad"].tolist()[0] == 40.0 and wide["udpos"].tolist()[1] == 30.0


def test_the_wide_table_has_its_lines_and_columns_in_their_order():
    rows = [*grid("baseline", 50.0), *grid("squad1", 60.0), *grid("baseline", 51.0, mlm=True)]
    wide = results.wide(results.table(rows))
    assert wide.index.names == ["world", "model", "method", "split", "quantity", "intermediate", "mlm"]
    assert list(wide.columns) == [name for name in results.TARGETS if name in (*tasks.XTREME, *results.AVERAGES)] + ["seeds"]
    lines = wide.reset_index()
    assert lines[["quantity", "intermediate", "mlm", "average"]].values.tolist() == [
        ["level", "baseline", False, 50.0], ["gain", "baseline", True, 1.0], ["gain", "squad1", False, 10.0]
    ]  # fmt: skip
    assert lines["seeds"].tolist() == [1, 1, 1]
    assert results.wide(results.table(grid("baseline", 50.0, seed=None)))["seeds"].tolist() == [1]
    both = results.wide(results.table([*grid("baseline", 50.0), *grid("baseline", 90.0, world="real")]), mix_worlds=True)
    assert both.reset_index()["world"].tolist() == ["artificial", "real"]


# --- printed numbers


@pytest.mark.parametrize(
    ("printed", "low", "high"),
    [("8.2", "8.15", "8.25"), ("31", "30.5", "31.5"), ("-0.8", "-0.85", "-0.75"), ("−0.8", "-0.85", "-0.75"),
     ("+6.1", "6.05", "6.15"), ("1,104,934", "1104933.5", "1104934.5"), ("12%", "11.5", "12.5"), (".5", "0.45", "0.55")],
)  # fmt: skip
def test_a_printed_number_is_the_interval_of_its_rounding(printed, low, high):
    assert results.interval(printed) == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("printed", ["", "-", "n/a", "67.962.0", "8,2", "1e3", "."])
def test_what_is_no_number_is_refused(printed):
    with pytest.raises(Problem, match="not a printed number"):
        results.interval(printed)


@given(st.lists(st.decimals(min_value=-99, max_value=99, places=3), min_size=1, max_size=9))
def test_the_interval_of_a_mean_holds_the_mean_of_the_unrounded(numbers):
    printed = [results.interval(f"{number:.1f}") for number in numbers]
    low, high = results.mean(printed)
    assert low <= sum(numbers) / len(numbers) <= high
    assert results.total(printed) == pytest.approx((low * len(numbers), high * len(numbers)))


def test_differences_widen_and_only_disjoint_intervals_differ():
    gain = results.difference(results.interval("74.2"), results.interval("68.1"))
    assert gain == (Decimal("6.0"), Decimal("6.2"))
    assert gain.meets(results.interval("6.1")) and not gain.meets(results.interval("5.4"))
