"""`synth regress`: the prespecified regression on languages, its sensitivity table, and what it refuses."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from benchmarks import calibration
from replicate import languages
from synth import cells, features, sensitivity, typology
from synth.__main__ import main
from synth.stats import columns

CODES = ("af", "ar", "bg", "bn", "de", "el", "es", "et", "eu", "fa", "fi", "fr", "he", "hi", "hu", "id", "it", "ja", "ka", "kk",
         "ko", "ml", "mr", "nl", "pt", "ru", "sw", "ta", "te", "th", "tr", "ur", "vi", "zh")  # fmt: skip
KNOWN = languages.languages()


def scores(slope: float = 0.0, seed: int = 0, tasks: tuple[str, ...] = ("one", "two")) -> str:
    """A CSV of scores that rise by `slope` for each doubling of the pretraining text."""
    rng = np.random.default_rng(seed)
    lines = ["language,task,score"]
    for code in CODES:
        own = rng.normal(0, 2)
        size = math.log2(KNOWN[code].size or 1)
        lines += [f"{code},{task},{50 + slope * size + own + rng.normal():.4f}" for task in tasks]
    return "\n".join(lines) + "\n"


@pytest.fixture
def asked(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., dict]:
    """The JSON of a command on a CSV of this text."""

    def ask(text: str, *arguments: str) -> dict:
        path = tmp_path / "scores.csv"
        path.write_text(text, encoding="utf-8")
        assert main(["regress", str(path), *arguments, "--json"]) == 0
        return json.loads(capsys.readouterr().out)

    return ask


def test_an_effect_that_is_there_is_found_in_its_natural_unit(asked: Callable[..., dict]):
    found = asked(scores(slope=3.0), "--quick")
    size = next(one for one in found["slopes"] if one["name"] == "size")
    assert size["natural_low"] < 3 < size["natural_high"] and size["verdict"] == "effect" and size["unit"] == "per doubling"
    assert found["schema"] == "synth.regress/1" and found["languages"] == 34


def test_the_first_line_says_what_is_not_known(asked: Callable[..., dict], tmp_path: Path):
    found = asked(scores(tasks=("one",)))
    assert "subword overlap with the pivot is not known here: the term is dropped" in found["says"]
    absent = next(one for one in found["sensitivity"] if one["name"] == "with subword overlap")
    assert absent["slopes"] == [] and "not known" in absent["note"]
    overlap = tmp_path / "overlap.csv"
    overlap.write_text("language,overlap\n" + "".join(f"{code},{0.2 + 0.01 * n % 0.5}\n" for n, code in enumerate(CODES)))
    with_it = asked(scores(), "--overlap", str(overlap), "--quick")
    assert [one["name"] for one in with_it["slopes"]] == ["size", "syntactic", "overlap", "script"]


def test_no_effect_is_only_said_inside_a_margin_that_was_named(asked: Callable[..., dict]):
    for margin, says in (
        (None, "no margin was named"),
        ("20", "evidence of no effect beyond 20"),
        ("0.01", "reaches beyond 0.01"),
    ):
        found = asked(scores(), "--quick", *(["--margin", margin] if margin else []))
        assert all(says in one["verdict"] for one in found["slopes"] if one["holm"] > 0.05)


def test_published_correlations_come_out_of_the_data(asked: Callable[..., dict]):
    text = scores()
    found = asked(text, "--quick")
    table = columns.parse(text, "scores.csv")
    values = table.numbers("score").reshape(-1, 2)
    distance = [KNOWN[code].distances["syntactic"] for code in CODES]
    line = next(one for one in found["explained"]["correlations"] if one["task"] == "one" and "syntactic" in one["predictor"])
    assert line["pearson"] == pytest.approx(np.corrcoef(values[:, 0], distance)[0, 1])
    family = found["explained"]["family"][0]
    groups: dict[str, list[float]] = {}
    for code, value in zip(CODES, values.mean(axis=1), strict=True):
        groups.setdefault(KNOWN[code].family, []).append(value)
    within = sum(((np.array(one) - np.mean(one)) ** 2).sum() for one in groups.values())
    assert family["r2"] == pytest.approx(1 - within / ((values.mean(axis=1) - values.mean()) ** 2).sum())


def test_every_way_to_ask_stands_in_the_table_or_says_why_not(asked: Callable[..., dict]):
    found = asked(scores(tasks=("one",)), "--level", "0.8")
    names = [one["name"] for one in found["sensitivity"]]
    for words in ("primary", "phylogeny", "geography", "intercepts for languages and tasks only", "size alone"):
        assert any(words in name for name in names)
    assert all(one["slopes"] or one["note"] for one in found["sensitivity"])
    for slope in (slope for one in found["sensitivity"] for slope in one["slopes"]):  # at the level that was asked for
        assert slope["high"] - slope["low"] == pytest.approx(2 * slope["se"] * stats.t.ppf(0.9, slope["df"]))
    assert {one["by"] for one in found["one_out"]} == {"family", "language"}
    assert all(one["least"] <= one["most"] for one in found["one_out"])


def test_wide_tables_and_other_predictors(asked: Callable[..., dict]):
    lines = ["lang,family,branch,ner,pos,distance"]
    rng = np.random.default_rng(1)
    for number in range(16):
        lines.append(f"x{number},F{number // 4},B{number // 2},{rng.normal():.3f},{rng.normal():.3f},{number / 16}")
    found = asked("\n".join(lines), "--outcome", "ner,pos", "--predictors", "distance", "--quick")
    assert found["tasks"] == 2 and found["families"] == 4 and found["slopes"][0]["unit"] == "per unit"


def test_codes_of_three_letters_and_names_are_known(asked: Callable[..., dict]):
    text = scores().replace("de,", "deu,").replace("hi,", "Hindi,").replace("zh,", "cmn,")
    assert asked(text, "--quick")["languages"] == 34


def test_runs_of_the_artificial_world(runs: Path, capsys: pytest.CaptureFixture[str]):
    assert main(["regress", "--results", str(runs), "--where", "intermediate=squad1", "--predictors", "size,syntactic"]) == 0
    shown = " ".join(capsys.readouterr().out.split())
    for words in (
        "gain ~ log2 pretraining size + syntactic distance",
        "the pivot a1a is left out",
        "baseline as covariate",
        "REML, t with",
    ):
        assert words in shown


BAD = {
    "language,score\nqq,1\nde,2\n": "unknown language 'qq'",
    "language,score\nde,x\nfr,2\n": "line 2, column score: 'x' is not a number",
    "language,score\nde,inf\nfr,2\n": "not finite",
    "language,score\nde,1\nfr,2\nes,3\n": "leave no degrees of freedom",
    "a,b\n1,2\n": "no column of languages",
    "language,a,b\nde,1,2\n": "which column is the outcome",
    "language,score\nyo,1\nht,2\n": "leave no degrees of freedom",
    "language,score\naz,1\nms,2\n": "no degrees of freedom",
}


@pytest.mark.parametrize("text", BAD)
def test_bad_input_is_one_clear_line(text: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    path = tmp_path / "bad.csv"
    path.write_text(text, encoding="utf-8")
    assert main(["regress", str(path), "--quick"]) == 4
    said = capsys.readouterr().err
    assert BAD[text] in said and said.count("\n") == 1


def test_what_is_constant_or_collinear_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    lines = scores().splitlines()
    path = tmp_path / "more.csv"
    path.write_text("\n".join([lines[0] + ",same,up,down", *(f"{line},1,{n},{-n}" for n, line in enumerate(lines[1:]))]))
    assert main(["regress", str(path), "--predictors", "same", "--quick"]) == 4
    assert "same is 1 in all rows" in capsys.readouterr().err
    assert main(["regress", str(path), "--predictors", "up,down", "--quick"]) == 4
    assert "down is a combination of" in capsys.readouterr().err
    assert main(["regress", str(path), "--margin", "-1"]) == 4


# ---- the parts ----


def test_a_missing_feature_is_counted_and_never_made_up():
    table = columns.parse("language,score\n" + "".join(f"{code},1{n}\n" for n, code in enumerate((*CODES, "yo", "ms"))), "a.csv")
    found = cells.of_table(table)
    about = features.known(found.language, "real")
    chosen, _ = features.predictors(found, about, None, None)
    data = typology.data(found, about, chosen)
    notes = " ".join(data.notes)
    assert "log2 pretraining size is not known: yo (1 rows)" in notes and "syntactic distance is not known: ms (1 rows)" in notes


def test_errors_of_a_baseline_make_a_slope_that_is_not_there_and_the_correction_takes_it_away():
    rng = np.random.default_rng(0)
    true, v = rng.normal(50, 5, 4000), np.full(4000, 16.0)
    seen = true + rng.normal(0, 4, 4000)
    gain = 2 + rng.normal(0, 1, 4000) - (seen - true)
    x = np.column_stack([np.ones(4000), seen - seen.mean()])
    naive = np.linalg.lstsq(x, gain, rcond=None)[0][1]
    assert naive < -0.3 and abs(sensitivity._moments(x, gain, v, 1)[1]) < 0.05


def test_false_alarms_are_as_rare_as_they_are_said_to_be():
    """A short form of `benchmarks.calibration`: 60 draws; more than eight alarms have a chance of 0.4%."""
    found, rng = calibration.structure(), np.random.default_rng(5)
    alarms, usual = 0, 0
    for _ in range(60):
        drawn = calibration.draw(found, "both", rng)
        alarms += typology.fit(drawn).slopes[1].p < 0.05
        usual += calibration.plain_p(drawn)[1] < 0.05
    assert alarms <= 8 and usual > 12
