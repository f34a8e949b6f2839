"""`synth pool` as a stranger uses it: tables and JSON, figures, our results, and every kind of bad input in one line."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ElementTree
from collections.abc import Callable
from pathlib import Path

import pytest

from replicate import results
from synth.__main__ import main

REFERENCE = Path(__file__).resolve().parent.parent / "data" / "reference"
BCG = json.loads((REFERENCE / "bcg.json").read_text())
SCHOOLS = json.loads((REFERENCE / "konstantopoulos.json").read_text())


def written(path: Path, columns: dict[str, list]) -> Path:
    rows = [",".join(columns), *(",".join(map(str, row)) for row in zip(*columns.values(), strict=True))]
    path.write_text("\n".join(rows) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def bcg(tmp_path: Path) -> Path:
    return written(tmp_path / "bcg.csv", BCG["data"])


@pytest.fixture
def asked(capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    """The JSON of a command that has to succeed."""

    def ask(*arguments: object) -> dict:
        assert main(["pool", *map(str, arguments), "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_the_json_is_metafors_result(bcg: Path, asked: Callable[..., dict]):
    found = asked(bcg, "--effect", "yi", "--variance", "vi", "--tau2", "REML", "--test", "knha")
    reference = BCG["mean"]["REML/knha"]
    assert found["schema"] == "synth.pool/1" and found["k"] == 13
    assert found["estimate"] == pytest.approx(reference["b"], rel=1e-8)
    assert [found["low"], found["high"]] == pytest.approx([reference["ci_lb"], reference["ci_ub"]], rel=1e-8)
    assert found["tau2_low"] == pytest.approx(reference["confint_random"]["tau^2"]["ci.lb"], rel=1e-8)
    assert found["prediction"]["low"] == pytest.approx(reference["pi_lb"], rel=1e-8)
    assert sum(one["weight"] for one in found["studies"]) == pytest.approx(100)


def test_everything_at_once_and_its_figures(bcg: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    forest, funnel = tmp_path / "forest.svg", tmp_path / "funnel.svg"
    code = main([
        "pool", str(bcg), "--influence", "--leave-one-out", "--cumulative", "year", "--subgroups", "alloc", "--bias",
        "--forest", str(forest), "--funnel", str(funnel),
    ])  # fmt: skip
    shown = capsys.readouterr().out
    assert code == 0
    for words in (
        "random effects by REML",
        "a new true effect",
        "between groups",
        "without each study",
        "Egger",
        "PET-PEESE",
        "Cook",
    ):
        assert words in shown
    for path in (forest, funnel):
        drawn = ElementTree.fromstring(path.read_text(encoding="utf-8"))
        assert drawn.tag.endswith("svg") and "nan" not in path.read_text().lower()


def test_standard_errors_stand_for_variances(tmp_path: Path, asked: Callable[..., dict]):
    errors = [v**0.5 for v in BCG["data"]["vi"]]
    path = written(tmp_path / "se.csv", {"d": BCG["data"]["yi"], "s": errors})
    assert asked(path, "--effect", "d", "--se", "s")["estimate"] == pytest.approx(BCG["mean"]["REML/z"]["b"], rel=1e-8)


def test_moderators_of_numbers_and_words(bcg: Path, asked: Callable[..., dict]):
    found = asked(bcg, "--moderators", "ablat,alloc", "--test", "z")
    assert [one["name"] for one in found["coefficients"]] == ["intercept", "ablat", "alloc=random", "alloc=systematic"]
    assert found["moderators"]["df1"] == 3 and "prediction" not in found


def test_clusters_give_three_levels_and_robust_errors(tmp_path: Path, asked: Callable[..., dict]):
    path = written(tmp_path / "schools.csv", SCHOOLS["data"])
    found = asked(path, "--cluster", "district", "--test", "z")
    assert found["estimate"] == pytest.approx(SCHOOLS["three_level_REML"]["b"], rel=1e-6)
    assert found["robust"]["coefficients"][0]["df"] == pytest.approx(SCHOOLS["robust_CR2_district"]["df"], rel=1e-6)
    assert [one["levels"] for one in found["components"]] == [11, 56]


def test_rows_with_an_empty_cell_are_left_out_and_named(tmp_path: Path, asked: Callable[..., dict]):
    path = written(tmp_path / "gaps.csv", {"yi": [0.1, "", 0.3, 0.5], "vi": [0.1, 0.1, "NA", 0.2]})
    found = asked(path)
    assert found["k"] == 2 and found["left_out"] == ["line 3", "line 4"]


BAD = {
    "yi,vi\n0.1,0.2\n": "at least two",
    "yi,vi\n0.1,x\n0.2,0.1\n": "line 2, column vi: 'x' is not a number",
    "yi,vi\n0.1,inf\n0.2,0.1\n": "line 2, column vi: inf is not finite",
    "yi,vi\n0.1,0.2\n0.2,-0.1\n": "line 3, column vi: the variance is -0.1",
    "yi,vi\n0.3,0.2\n0.3,0.1\n": "Knapp and Hartung's variance is 0",
    "yi,v\n0.3,0.2\n0.4,0.1\n": "no column 'vi'; name another with --variance: yi, v",
    "yi,vi\n0.3\n": "1 cells; the heading has 2",
    "yi,yi\n0.3,1\n": "stands twice",
    "yi,vi\n": "no rows",
    "": "empty",
    "yi,vi\n1,0\n1,0\n": "variance 0",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_input_is_one_clear_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["pool", str(path)]) == 4
    said = capsys.readouterr()
    assert BAD[text] in said.err and said.err.count("\n") == 1 and said.out == ""


@pytest.mark.parametrize(
    "options, says",
    [
        (["--moderators", "same"], "the moderator same has one value"),
        (["--moderators", "ablat,twice"], "twice is a combination of intercept, ablat"),
        (["--cluster", "district"], "did you mean"),
        (["--cluster", "alloc", "--bias"], "leave --cluster out"),
        (["--level", "95"], "between 0 and 1"),
        (["--forest", "forest.png"], ".svg"),
        (["--decompose"], "takes results"),
    ],
)
def test_options_that_cannot_be_are_refused(options: list[str], says: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    columns = BCG["data"] | {"same": [1] * 13, "twice": [2 * one for one in BCG["data"]["ablat"]], "distric": [1] * 13}
    path = written(tmp_path / "bcg.csv", columns)
    assert main(["pool", str(path), *options]) == 4
    assert says in capsys.readouterr().err


# ---- our results ----


def test_gains_of_our_runs_are_pooled_with_tasks_as_clusters(runs: Path, asked: Callable[..., dict]):
    found = asked(runs)
    assert found["cluster"] == "task" and found["robust"]["clusters"] == 9
    assert any("covary" in note for note in found["notes"])
    alone = asked(runs, "--where", "intermediate=squad1")
    assert alone["k"] == 9 and alone["estimate"] == pytest.approx(3.0, abs=1)


def test_an_average_is_taken_apart(runs: Path, asked: Callable[..., dict]):
    found = asked(runs, "--decompose", "squad1")["headlines"][0]
    assert sum(part["points"] for part in found["tasks"]) == pytest.approx(found["average"])
    assert sum(part["share"] for part in found["tasks"]) == pytest.approx(100)
    inner = found["tasks"][0]
    assert sum(part["points"] for part in inner["languages"]) == pytest.approx(inner["points"])


def test_the_papers_headline_rests_on_two_tasks(asked: Callable[..., dict]):
    from replicate import resources

    found = asked(resources.data() / "published" / "2005.13013v1.csv", "--decompose", "squad1")["headlines"][0]
    assert found["average"] == pytest.approx(8.27, abs=0.01)
    assert [part["name"] for part in found["tasks"][:2]] == ["tatoeba", "bucc2018"]
    assert (
        found["without_two_largest"] == pytest.approx(found["without_retrieval"]) and round(found["without_retrieval"], 2) == 1.11
    )


def test_results_without_gains_say_so(tmp_path: Path, grid: Callable, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "levels.csv"
    results.write(grid({}), path)
    assert main(["pool", str(path)]) == 4
    assert "baseline" in capsys.readouterr().err
