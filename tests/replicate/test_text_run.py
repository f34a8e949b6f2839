"""Real text at small scale: a folder in XTREME's form is enough to pretrain on, to train on and to measure on."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from replicate.sources import open_source
from replicate.sources.world import tree

SHARED = Path(__file__).resolve().parents[3] / "shared" / "real"
needs_shared = pytest.mark.skipif(not SHARED.is_dir(), reason="../shared/real is absent")


def replicate(*words: str, runs: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "replicate", *words, "--runs", str(runs)]
    return subprocess.run(command, capture_output=True, text=True, env=os.environ, check=False)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A part of XTREME's download: POS and TyDiQA with training data, Tatoeba; spoken by the artificial world's pivot and
    its neighbours, for want of text of our own in these languages."""
    root, world = tmp_path_factory.mktemp("download"), open_source("world")
    (root / "udpos").mkdir()
    for name, code, split, count in (
        ("train-en", tree.PIVOT, "train", 40),
        ("test-en", "a1b", "test", 8),
        ("test-de", "a1c", "test", 8),
    ):
        some = world.examples("udpos", split, code, limit=count)
        lines = ["\n".join(f"{word}\t{tag}" for word, tag in zip(one.words, one.tags, strict=True)) + "\n" for one in some]
        (root / "udpos" / f"{name}.tsv").write_text("\n".join(lines), encoding="utf-8")
    (root / "tydiqa").mkdir()
    for name, code, split in (("en.train", tree.PIVOT, "train"), ("en.dev", "a1b", "test"), ("fi.dev", "a1c", "test")):
        some = world.examples("tydiqa", split, code, limit=12)
        answers = [[{"text": one.answers[0], "answer_start": one.start}] for one in some]
        asked = [{"id": one.id, "question": one.question, "answers": right} for one, right in zip(some, answers, strict=True)]
        paragraphs = [{"context": one.context, "qas": [question]} for one, question in zip(some, asked, strict=True)]
        data = {"version": "1", "data": [{"title": "t", "paragraphs": paragraphs}]}
        (root / "tydiqa" / f"tydiqa.goldp.{name}.json").write_text(json.dumps(data), encoding="utf-8")
    (root / "tatoeba").mkdir()
    (one,) = world.examples("tatoeba", "test", "a1b", limit=10)
    (root / "tatoeba" / "tatoeba.deu-eng.deu").write_text("\n".join(one.candidates) + "\n", encoding="utf-8")
    (root / "tatoeba" / "tatoeba.deu-eng.eng").write_text("\n".join(one.queries) + "\n", encoding="utf-8")
    return root


@pytest.fixture(scope="module")
def ran(folder: Path, tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[str]]:
    """The tiny experiment on that folder, carried out; where it lies and the words that it took."""
    runs = tmp_path_factory.mktemp("runs")
    words = ["stilts", "--scale", "tiny", "--source", f"xtreme:{folder}"]
    done = replicate("run", *words, "--workers", "2", runs=runs)
    assert done.returncode == 0, done.stderr
    assert "left out, xtreme:" in done.stderr and "squad1: no squad/train-v1.1.json" in done.stderr
    return runs, words


def test_targets_with_training_data_are_measured_in_the_languages_that_are_there(ran):
    runs, words = ran
    rows = json.loads(replicate("results", *words, "--json", runs=runs).stdout)["rows"]
    cells = {(row["target"], row["language"]) for row in rows}
    assert cells == {("udpos", "en"), ("udpos", "de"), ("tydiqa", "en"), ("tydiqa", "fi"), ("tatoeba", "de")}
    assert {(row["world"], row["model"], row["intermediate"]) for row in rows} == {("real", "tiny", "baseline")}
    assert all(row["low"] <= row["value"] <= row["high"] for row in rows)


def test_a_second_run_does_nothing_and_a_file_that_nobody_reads_changes_nothing(ran, folder):
    runs, words = ran
    (folder / "README").write_text("what this is", encoding="utf-8")
    again = replicate("run", *words, runs=runs)
    assert again.returncode == 0 and "0 steps done" in again.stderr


def test_a_set_that_is_dev_and_test_at_once_is_not_scored_where_it_was_trained_on(folder, tmp_path):
    """TyDiQA's test set is its dev set: who trains on it in English may be measured in Finnish alone."""
    other = tmp_path / "download"
    shutil.copytree(folder, other)
    (other / "tydiqa" / "tydiqa.goldp.en.train.json").unlink()
    planned = replicate(
        "plan", "stilts", "--scale", "tiny", "--source", f"xtreme:{other}", "--train-on", "dev", "--json", runs=tmp_path
    )
    experiment = json.loads(planned.stdout)["experiment"]
    assert experiment["trained_on"]["tydiqa"] == "dev" and experiment["evaluation"]["targets"]["tydiqa"]["languages"] == ["fi"]
    assert experiment["unavailable"]["tydiqa in en"] == "tydiqa is trained on the set that it would be evaluated on"


@pytest.mark.parametrize(
    ("file", "text", "says"),
    [
        ("udpos/test-de.tsv", "Wort\tNOUNS\n", "test-de.tsv, line 1: "),
        ("tydiqa/tydiqa.goldp.fi.dev.json", '{"data": [', "tydiqa.goldp.fi.dev.json, line 1"),
        ("udpos/test-de.tsv", "\n\n", "test-de.tsv: "),
    ],
)
def test_data_that_cannot_be_read_is_found_before_anything_is_trained(file, text, says, folder, tmp_path):
    other = tmp_path / "download"
    shutil.copytree(folder, other)
    (other / file).write_text(text, encoding="utf-8")
    done = replicate("run", "stilts", "--scale", "tiny", "--source", f"xtreme:{other}", runs=tmp_path / "runs")
    assert done.returncode == 4 and says in done.stderr and done.stderr.rstrip().endswith("; nothing was run")
    assert not any((tmp_path / "runs" / "steps").iterdir())


def test_data_that_changes_under_a_plan_is_other_data(ran, folder, tmp_path):
    runs, words = ran
    file = folder / "udpos" / "test-de.tsv"
    before = file.read_text(encoding="utf-8")
    try:
        file.write_text(before + "\nNeues\tNOUN\n", encoding="utf-8")
        told = json.loads(replicate("status", *words, "--json", runs=runs).stdout)
    finally:
        file.write_text(before, encoding="utf-8")
    # The file's text is pretrained on, too: everything hangs on it.
    assert told["done"] == 0 and told["to_do"] == told["steps"]


@needs_shared
def test_the_real_folder_has_what_its_readme_says():
    planned = replicate("plan", "stilts", "--source", f"xtreme:{SHARED}", "--json", runs=Path("nowhere"))
    experiment = json.loads(planned.stdout)["experiment"]
    assert experiment["targets"] == ["udpos", "tydiqa", "tatoeba", "xcopa"] and experiment["world"] == "real"
    assert len(experiment["evaluation"]["targets"]["udpos"]["languages"]) == 8
    assert {"xnli", "xquad", "anli+", "ccg"} <= set(experiment["unavailable"])
