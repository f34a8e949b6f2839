"""`replicate score`: XTREME's mock submission gets XTREME's own figures, and what a figure rests on is said."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path
from typing import Any

import pytest

from replicate.__main__ import main

MOCK = Path(__file__).resolve().parent.parent / "data" / "xtreme_mock"
# What XTREME's own test expects of its scorer on this submission (evaluate_test.py).
EXPECTED = {
    "pawsx": {"accuracy": 51.42857142857143},
    "xnli": {"accuracy": 30.666666666666668},
    "panx": {"f1": 57.50793650793652, "precision": 54.729166666666664, "recall": 62.750000000000014},
    "udpos": {"f1": 70.21746048354693, "precision": 71.02232625883823, "recall": 69.54982073976082},
    "bucc2018": {"f1": 55.0, "precision": 55.0, "recall": 55.0},
    "tatoeba": {"accuracy": 53.611111111111114},
    "xquad": {"em": 77.27272727272727, "f1": 79.9586776859504},
    "mlqa": {"em": 57.142857142857146, "f1": 81.76870748299321},
    "tydiqa": {"em": 88.88888888888889, "f1": 97.22222222222223},
}
# Printed by evaluate.py itself for the same files.
OVERALL = 62.17319850507246
GROUPS = {
    "classification": 41.04761904761905,
    "tagging": 63.862698495741725,
    "qa": 80.37568011593986,
    "retrieval": 54.30555555555556,
}


def answer(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def scored(capsys: pytest.CaptureFixture[str], task: str, gold: Path, predictions: Path, *more: str | Path) -> dict[str, Any]:
    """What `score --json` prints."""
    code, out, _ = answer(capsys, "score", task, "--gold", gold, "--predictions", predictions, "--json", *more)
    data = json.loads(out)
    assert (code, data["schema"]) == (0, "replicate.score/1")
    return data


@pytest.fixture
def mock(tmp_path: Path) -> Path:
    """A copy of the mock submission that a test may change."""
    shutil.copytree(MOCK, tmp_path / "mock")
    return tmp_path / "mock"


# ---- XTREME's own figures ----


@pytest.mark.parametrize("task", EXPECTED)
def test_each_task_of_the_mock_submission_has_xtremes_figures(capsys, task):
    data = scored(capsys, task, MOCK / "labels" / task, MOCK / "predictions" / task)
    assert {metric: data["mean"][metric] for metric in EXPECTED[task]} == pytest.approx(EXPECTED[task], abs=1e-9)
    assert data["complete"] and not data["lacking"]


def test_the_whole_mock_submission_has_xtremes_figures(capsys):
    data = scored(capsys, "xtreme", MOCK / "labels", MOCK / "predictions")
    assert data["score"] == pytest.approx(OVERALL, abs=1e-9)
    assert data["groups"] == pytest.approx(GROUPS, abs=1e-9)
    for one in data["tasks"]:
        wanted = EXPECTED[one["task"]]
        assert {metric: one["mean"][metric] for metric in wanted} == pytest.approx(wanted, abs=1e-9)


def test_the_score_of_questions_is_the_mean_of_both_metrics(capsys):
    data = scored(capsys, "mlqa", MOCK / "labels" / "mlqa", MOCK / "predictions" / "mlqa")
    assert data["score"] == pytest.approx((EXPECTED["mlqa"]["em"] + EXPECTED["mlqa"]["f1"]) / 2)


def test_every_figure_lies_in_its_interval(capsys):
    data = scored(capsys, "udpos", MOCK / "labels" / "udpos", MOCK / "predictions" / "udpos")
    for one in data["languages"]:
        for metric in ("f1", "accuracy"):
            cell = one["metrics"][metric]
            assert 0 <= cell["low"] <= cell["value"] <= cell["high"] <= 100


# ---- tables for people ----


def test_one_task_is_a_table_by_language_with_the_mean(capsys):
    code, out, err = answer(
        capsys, "score", "TyDiQA-GoldP", "--gold", MOCK / "labels/tydiqa", "--predictions", MOCK / "predictions/tydiqa"
    )
    lines = out.splitlines()
    assert (code, err) == (0, "")
    assert lines[0] == "TyDiQA-GoldP, 9 languages: score 93.06 (mean of f1 and em)"
    assert lines[1].split() == ["language", "n", "f1", "low", "high", "em", "low", "high"]
    assert [line.split()[0] for line in lines[2:12]] == ["ar", "bn", "en", "fi", "id", "ko", "ru", "sw", "te", "mean"]
    assert lines[11].split() == ["mean", "97.22", "88.89"]


def test_a_submission_is_a_table_by_task_with_the_mean_of_all(capsys):
    code, out, err = answer(capsys, "score", "xtreme", "--gold", MOCK / "labels", "--predictions", MOCK / "predictions")
    lines = out.splitlines()
    assert (code, err, len(lines)) == (0, "", 1 + 9 + 4 + 1)
    assert lines[3].split(maxsplit=5) == [
        "udpos",
        "33",
        "of",
        "33",
        "70.22",
        "f1 70.22, accuracy 74.19, precision 71.02, recall 69.55",
    ]
    assert lines[-1] == "XTREME 62.17: the mean of 9 tasks"


def test_single_files_tell_their_language_by_name_or_option(capsys, mock):
    gold, said = mock / "labels/mlqa/test-de.json", mock / "predictions/mlqa/test-de.json"
    data = scored(capsys, "mlqa", gold, said)
    assert [one["language"] for one in data["languages"]] == ["de"]
    assert data["score"] == pytest.approx(100 * (6 / 7) / 2)
    for path in (gold, said):
        path.rename(path.with_name("data.json"))
    code, _, err = answer(
        capsys, "score", "mlqa", "--gold", gold.parent / "data.json", "--predictions", said.parent / "data.json"
    )
    assert code == 4 and "MLQA's scorer has to know the language of the answers; add --language" in err
    again = scored(capsys, "mlqa", gold.parent / "data.json", said.parent / "data.json", "--language", "de")
    assert again["languages"] == data["languages"]


def test_one_language_of_a_folder(capsys):
    data = scored(capsys, "xquad", MOCK / "labels/xquad", MOCK / "predictions/xquad", "--language", "zh")
    assert [one["language"] for one in data["languages"]] == ["zh"] and data["mean"] == {"f1": 25.0, "em": 0.0}


# ---- what is not there ----


def test_a_partial_submission_says_what_is_missing_and_has_no_score(capsys, mock):
    shutil.rmtree(mock / "predictions" / "bucc2018")
    (mock / "predictions" / "panx" / "test-sw.tsv").unlink()
    code, out, err = answer(capsys, "score", "xtreme", "--gold", mock / "labels", "--predictions", mock / "predictions")
    assert code == 0 and "XTREME" not in out
    assert [line.split()[0] for line in out.splitlines()[9:]] == ["classification", "qa"]
    assert err.splitlines() == [
        "replicate: panx: no files for sw; the mean is over 39 of 40 languages",
        "replicate: bucc2018: no predictions",
        "replicate: the submission is partial: the mean over all 9 tasks is not made",
    ]
    data = scored(capsys, "xtreme", mock / "labels", mock / "predictions")
    assert data["score"] is None and data["absent"] == {"bucc2018": "no predictions"}
    assert [one["lacking"] for one in data["tasks"] if not one["complete"]] == [["sw"]]


def test_questions_without_prediction_count_as_wrong_and_are_counted(capsys, mock):
    path = mock / "predictions/xquad/test-de.json"
    one, _ = said = json.loads(path.read_text())
    path.write_text(json.dumps({one: said[one], "another": "x"}))
    folders = ("--gold", mock / "labels/xquad", "--predictions", mock / "predictions/xquad")
    code, out, err = answer(capsys, "score", "xquad", *folders)
    assert code == 0 and [line.split()[5] for line in out.splitlines() if line.startswith("de")] == ["50.00"]
    assert err.splitlines() == [
        "replicate: xquad de: 1 of 2 ids have no prediction (first: 56beb4343aeaaa14008c925c); they count as wrong",
        "replicate: xquad de: 1 predictions have ids that gold has not (first: another); left out",
    ]


# ---- two systems ----


def labels(path: Path, rng: random.Random, right: int) -> None:
    """200 labels of which so many are 'neutral', somewhere."""
    path.parent.mkdir(parents=True, exist_ok=True)
    made = ["neutral\n"] * right + ["entailment\n"] * (200 - right)
    rng.shuffle(made)
    path.write_text("".join(made))


def test_two_systems_are_compared_by_language_and_adjusted_over_them(capsys, tmp_path):
    rng = random.Random(1)
    for language, ours, theirs in (("sw", 180, 100), ("th", 140, 140), ("tr", 120, 124)):
        labels(tmp_path / f"gold/test-{language}.tsv", rng, 200)
        labels(tmp_path / f"ours/test-{language}.tsv", rng, ours)
        labels(tmp_path / f"theirs/test-{language}.tsv", rng, theirs)
    data = scored(capsys, "xnli", tmp_path / "gold", tmp_path / "ours", "--against", tmp_path / "theirs")
    found = {one["language"]: (one["metrics"]["accuracy"]["value"], one["against"]["accuracy"]) for one in data["languages"]}
    for value, versus in found.values():
        assert versus["difference"] == pytest.approx(value - versus["value"])
        assert versus["low"] <= versus["difference"] <= versus["high"]
        assert versus["p"] <= versus["bh"] <= versus["holm"] <= 1
    assert found["sw"][1]["holm"] < 0.01 and found["sw"][1]["low"] > 0
    assert found["th"][1]["p"] > 0.05 and found["tr"][1]["p"] > 0.05
    code, out, _ = answer(
        capsys, "score", "xnli", "--gold", tmp_path / "gold", "--predictions", tmp_path / "ours", "--against", tmp_path / "theirs"
    )
    assert code == 0
    head = out.splitlines().index("against the other system; p from permutations, adjusted over the languages") + 1
    assert out.splitlines()[head].split() == ["language", "metric", "ours", "theirs", "gain", "low", "high", "p", "Holm", "BH"]


def test_a_system_is_no_better_than_itself(capsys):
    folders = ("--gold", MOCK / "labels", "--predictions", MOCK / "predictions", "--against", MOCK / "predictions")
    code, out, err = answer(capsys, "score", "xtreme", *folders)
    assert (code, err) == (0, "")
    for line in out.splitlines()[1:10]:
        _, _, _, _, ours, theirs, gain, better, worse, *_ = line.split()
        assert (ours, gain, better, worse) == (theirs, "+0.00", "0", "0")


# ---- bad input ----


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["xnly", "labels/xnli", "predictions/xnli"], "unknown task 'xnly'; did you mean xnli"),
        (["xnli", "labels/none", "predictions/xnli"], "{}/labels/none: no such file or folder"),
        (["xnli", "labels/xnli", "predictions/xnli/test-sw.tsv"],
         "{}/labels/xnli is a folder and {}/predictions/xnli/test-sw.tsv is a file"),
        (["xnli", "labels/xquad", "predictions/xquad"], "{}/labels/xquad: no file of xnli in it; expected test-LL.tsv"),
        (["xnli", "labels/tatoeba", "predictions/tatoeba"], "{}/labels/tatoeba/test-af.tsv, line 1: '308' is no label of xnli"),
        (["xnli", "labels/xnli", "predictions/xnli", "--language", "sv"],
         "{}/labels/xnli: test-sv.tsv is not in it; there are ar bg de"),
        (["xtreme", "labels/xnli", "predictions"],
         "{}/predictions: no task in common with {}/labels/xnli; expected folders named pawsx"),
        (["xtreme", "labels/none", "predictions"],
         "{}/labels/none: no such folder; expected a folder with a folder for each task of XTREME"),
        (["xtreme", "labels", "predictions", "--language", "sw"], "--language goes with one task"),
        (["mc4", "labels", "predictions"], "unknown task"),
    ],
)  # fmt: skip
def test_bad_input_is_one_line_and_exit_code_4(capsys, words, says):
    task, gold, predictions, *more = words
    code, out, err = answer(capsys, "score", task, "--gold", MOCK / gold, "--predictions", MOCK / predictions, *more)
    assert (code, out) == (4, "")
    assert err.startswith(f"replicate: {says.format(MOCK, MOCK)}") and len(err.splitlines()) == 1


@pytest.mark.parametrize(("given", "missing"), [("--gold", "--predictions"), ("--predictions", "--gold")])
def test_gold_and_predictions_have_to_be_named(given, missing, capsys):
    with pytest.raises(SystemExit) as caught:
        main(["score", "xnli", given, str(MOCK)])
    assert caught.value.code == 2 and missing in capsys.readouterr().err.partition(";")[0]


def test_what_gold_or_the_other_system_lacks_is_said(capsys, tmp_path):
    def squad(*ids: str) -> str:
        asked = [{"id": id, "question": "who?", "answers": [{"text": "a cow", "answer_start": 0}]} for id in ids]
        return json.dumps({"data": [{"paragraphs": [{"context": "a cow", "qas": asked}]}]})

    for name, text in (
        ("gold", squad("1", "2")),
        ("twice", squad("1", "1")),
        ("all", '{"1": "cow", "2": "cow"}'),
        ("some", '{"1": "cow"}'),
    ):
        (tmp_path / name).write_text(text, encoding="utf-8")
    words = ["score", "squad1", "--predictions", str(tmp_path / "all")]
    assert main([*words, "--gold", str(tmp_path / "gold"), "--against", str(tmp_path / "some")]) == 0
    assert "1 of 2 ids have no prediction of the other system" in capsys.readouterr().err
    assert main([*words, "--gold", str(tmp_path / "twice")]) == 4
    assert "twice: the id '1' is that of several questions (1 such ids); expected each once" in capsys.readouterr().err
