"""Ours beside the paper's: the same cell of both, how far apart they are, and how sure ours is."""

from __future__ import annotations

import json
import math
from pathlib import Path

import pytest

from replicate import compared, experiments, results
from replicate.__main__ import main
from replicate.commands.compare import illustration
from replicate.problems import BAD_INPUT, Problem
from replicate.tasks import XTREME

MODEL = "FacebookAI/xlm-roberta-large"
PAPER = "2005.13013v1"
THEIRS = compared.paper(PAPER, MODEL)


def row(intermediate: str, language: str, value: float, seed: int, target: str = "xnli", **more: object) -> dict[str, object]:
    metric = {"xnli": "accuracy", "pawsx": "accuracy", "tatoeba": "accuracy"}.get(target, "f1")
    return {
        "origin": f"run:{target}{seed}", "world": "real", "model": MODEL, "intermediate": intermediate, "target": target,
        "language": language, "split": "dev", "metric": metric, "value": value, "seed": seed, **more,
    }  # fmt: skip


def only(rows: list[dict[str, object]], intermediate: str, target: str = "xnli", metric: str = "accuracy") -> compared.Cell:
    cells = compared.compared(results.table(rows), THEIRS)
    (cell,) = [
        one for one in cells
        if (one.intermediate, one.target, one.metric) == (intermediate, target, metric) and not one.mlm
    ]  # fmt: skip
    return cell


def grid(gain: float) -> list[dict[str, object]]:
    """Two seeds by three languages; the gain is 1 less in the first seed and 1 more in the second."""
    levels = {"en": 88.0, "de": 80.0, "sw": 72.0}
    base = [row("baseline", language, value, seed) for seed in (1, 2) for language, value in levels.items()]
    more = [
        row("anli+", language, value + gain + (-1, 1)[seed - 1], seed) for seed in (1, 2) for language, value in levels.items()
    ]
    return [*base, *more]


def test_every_figure_of_the_papers_own_systems_is_a_cell():
    cells = compared.compared(results.table([]), THEIRS)
    assert len(cells) == 13 * 17  # the baseline and eight intermediates with and without MLM, on nine tasks and their average
    assert {one.missing for one in cells} >= {"not measured"} and not any(one.value for one in cells)
    assert {one.intermediate for one in cells} == {
        "baseline",
        "anli+",
        "qqp",
        "squad1",
        "hellaswag",
        "ccg",
        "cosmosqa",
        "csqa",
        "multi",
    }


def test_a_level_is_a_mean_over_seeds_and_languages_with_the_interval_of_both():
    cell = only(grid(1.0), "baseline")
    assert (cell.printed, cell.quantity, cell.seeds, cell.languages) == ("80.1", "level", 2, 3)
    assert cell.value == pytest.approx(80.0) and cell.difference == pytest.approx(-0.1)
    # No seed differs, so the languages alone make the interval: 72, 80, 88 with t at 2 degrees of freedom.
    assert cell.interval is not None and cell.by_seed == (80.0, 80.0)
    assert cell.interval[1] - 80 == pytest.approx(4.302653 * 8 / math.sqrt(3), abs=1e-5)
    assert cell.verdict == compared.WITHIN


def test_a_gain_is_over_the_same_seed_and_language():
    cell = only(grid(1.0), "anli+")
    theirs = float(cell.printed)
    assert cell.quantity == "gain" and cell.value == pytest.approx(1.0) and cell.difference == pytest.approx(1.0 - theirs)
    # Gains are alike in all languages and differ by seed: 0 and 2, t at 1 degree of freedom.
    assert cell.interval == pytest.approx((1 - 12.706205, 1 + 12.706205), abs=1e-5) == cell.by_seed


@pytest.mark.parametrize(("offset", "verdict"), [(0.0, compared.WITHIN), (0.04, compared.WITHIN), (0.2, compared.OUTSIDE)])
def test_the_printed_figure_is_as_uncertain_as_its_rounding(offset: float, verdict: str):
    printed = float(only(grid(0.0), "anli+").printed)
    rows = [one for one in grid(printed + offset) if one["seed"] == 1]
    for one in rows:  # languages differ by a hundredth, so that the interval is narrow
        if one["intermediate"] == "anli+":
            one["value"] = float(str(one["value"])) + 1 + {"en": 0.001, "de": 0.0, "sw": -0.001}[str(one["language"])]
    cell = only(rows, "anli+")
    assert cell.value == pytest.approx(printed + offset) and cell.by_seed is None
    assert cell.interval is not None and cell.interval[1] - cell.interval[0] < 0.01
    assert cell.verdict == verdict


def test_one_seed_in_one_language_has_no_interval():
    rows = [one for one in grid(1.0) if one["seed"] == 1 and one["language"] == "de"]
    cell = only(rows, "anli+")
    assert (cell.interval, cell.verdict) == (None, compared.NO_INTERVAL) and cell.note == "15 languages in the paper"


def test_what_is_incomplete_has_no_value_and_says_why():
    rows = [one for one in grid(1.0) if (one["intermediate"], one["seed"], one["language"]) != ("anli+", 1, "sw")]
    assert only(rows, "anli+").seeds == 1  # the other seed is whole
    assert only([one for one in rows if one["intermediate"] == "anli+"], "anli+").missing == "baseline: not measured"
    other = [row("anli+", "de", 80, 9), row("baseline", "de", 80, 8)]
    assert only(other, "anli+").missing == "no seed that the baseline has too"
    assert only(grid(1.0), "baseline", "average", "score").missing == "pawsx: not measured"
    twice = [*grid(1.0), row("anli+", "de", 70, 1, max_length=64)]
    assert "several ways" in only(twice, "anli+").missing


def test_an_average_is_one_of_all_tasks_and_varies_by_seed():
    rows = []
    for target in XTREME:
        for seed in (1, 2):
            for language in ("en", "de"):
                for metric in results.score_metrics(target):
                    rows.append({**row("baseline", language, 70.0 + seed, seed, target), "metric": metric})
    cell = only(rows, "baseline", "average", "score")
    assert cell.value == pytest.approx(71.5) and cell.seeds == 2 and cell.missing == ""
    assert cell.by_seed == pytest.approx((71.5 - 6.353102, 71.5 + 6.353102), abs=1e-5)


def test_noise_and_other_splits_are_told_apart():
    noisy = [row("anli+", "de", 10, seed, perturbation="swap", rate=0.3) for seed in (1, 2)]
    assert only([*grid(1.0), *noisy], "anli+").value == pytest.approx(1.0)
    tested = [{**one, "split": "test"} for one in grid(1.0)]
    cell = only(tested, "anli+")
    assert cell.split == "dev" and "measured on test" in cell.note
    assert only(tested, "baseline").split == "test"  # the paper prints the baseline on test too
    with pytest.raises(Problem, match="2 models"):
        only([*grid(1.0), {**grid(1.0)[0], "model": "nano"}], "anli+")


def test_the_command_shows_ours_beside_theirs(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "ours.csv"
    results.write(results.table(grid(1.0)), path)
    assert main(["compare", "stilts", "--scale", "large", "--runs", str(path)]) == 0
    out = capsys.readouterr().out
    assert "2 of 2 printed figures lie within our interval" in out and "15 languages in the paper (2 of 2)" in out
    assert PAPER in out and "80.1" in out and "within the interval" in out and "219 of 221 figures are not compared" in out
    assert "illustration" not in out
    assert main(["compare", "stilts", "--scale", "large", "--runs", str(path), "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "replicate.compare/1" and told["illustration"] == "" and len(told["cells"]) == 221
    assert sum(one["value"] is not None for one in told["cells"]) == 2


def test_small_models_are_an_illustration():
    assert "artificial world" in illustration(experiments.find("stilts", "nano"))
    assert illustration(experiments.find("stilts", "large")) == ""


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("compare", "families"), "repeats no paper"),
        (("compare", "stilts", "--runs", "nothing-here"), "no results"),
        (("compare", "stiltz"), "did you mean stilts"),
    ],
)
def test_what_cannot_be_compared_is_said(words: tuple[str, ...], says: str, capsys: pytest.CaptureFixture[str]):
    assert main(list(words)) == BAD_INPUT
    out, err = capsys.readouterr()
    assert out == "" and says in err and "Traceback" not in err


def test_rows_of_a_paper_in_a_file_are_not_taken_for_ours(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "paper.csv"
    results.write(THEIRS.reset_index(drop=True), path)
    assert main(["compare", "stilts", "--scale", "large", "--runs", str(path)]) == BAD_INPUT
    assert "not measured" in capsys.readouterr().err
