"""The aggregations of the field: gains, scores, averages, the wide table; and printed numbers as intervals."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import results, tasks
from replicate.problems import Problem

from .cells import cell, grid


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
    assert str(raised.value) == "two rows of baseline for xnli aa seed 3, unlike in width ('8', '16'); keep one of them"


def test_the_wide_table_names_two_baselines_as_gains_do():
    with pytest.raises(Problem, match=r"^two rows of baseline for xnli all seed 1, unlike in width \('8', '16'\); keep one"):
        results.wide(results.table([cell(width=8), cell(width=16)]))


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


def test_what_stood_in_for_a_training_set_keeps_no_task_out_of_an_average():
    rows = [row | {"trained_on": "squad1" if row["target"] == "mlqa" else ""} for row in grid("baseline", 50.0)]
    found = results.averages(results.table(rows))
    assert found["value"].tolist() == [50.0, 50.0] and found["target"].tolist() == list(results.AVERAGES)


def test_averages_come_in_the_order_of_the_rows():
    rows = [*grid("squad1", 50.0), *grid("baseline", 50.0), *grid("anli+", 50.0)]
    frame = results.table(rows)
    for made in (results.task_scores(frame), results.averages(frame)):
        assert list(dict.fromkeys(made["intermediate"])) == ["squad1", "baseline", "anli+"]


def test_one_task_at_two_lengths_is_named():
    rows = [cell(max_length=64), cell(max_length=128)]
    with pytest.raises(Problem, match="^xnli of baseline was measured at several max_length; keep one of them$"):
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
