"""`replicate export`: what a run predicted comes back from its submission folder with the run's own figures."""

from __future__ import annotations

import json
import random
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from replicate import experiments, plan, store
from replicate.__main__ import main
from replicate.metrics import measure
from replicate.problems import Problem
from replicate.submissions import export, layout, scoring, write
from replicate.submissions.export import Evaluation
from replicate.tasks import TASKS

TINY = ("stilts", "--scale", "tiny")
TARGETS = ("xnli", "udpos", "tydiqa")
ROW = {
    "model": "xlm-roberta-large", "method": "full", "seed": 1, "intermediate": "anli+", "intermediate_languages": ["en"],
    "mlm": False, "max_length": 128, "world": "real",
}  # fmt: skip
WORDS = "in the old town of the year 1832".split()


ALL = " (all: --set evaluation.examples=none)"


def answer(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


# ---- made-up gold and predictions of each form ----


def made(task: str, rng: random.Random, count: int) -> tuple[list[Any], list[dict[str, Any]]]:
    """Gold as metrics/measure.py takes it, and lines of predictions.jsonl that are right about half of the time."""
    labels = TASKS[task].labels

    def chance(right: Any, other: Any) -> Any:
        return right if rng.random() < 0.5 else other

    match layout.form(TASKS[task]):
        case "labels":
            gold: list[Any] = [rng.choice(labels) for _ in range(count)]
            said = [chance(one, rng.choice(labels)) for one in gold]
        case "tags":
            gold = [[rng.choice(labels) for _ in range(rng.randint(2, 9))] for _ in range(count)]
            said = [[chance(tag, rng.choice(labels)) for tag in tags] for tags in gold]
            said[0] = said[0][:1]  # the model's length cut it
        case "answers":
            gold = [(" ".join(rng.sample(WORDS, 3)),) for _ in range(count)]
            said = [chance(one[0], " ".join(rng.sample(WORDS, 2))) for one in gold]
        case "partners":
            gold = rng.sample(range(count), count)
            said = [chance(one, rng.randrange(count)) for one in gold]
            return gold, [{"id": "all", "prediction": said}]
        case "mined":
            gold = [(number, number * 2) for number in range(count)]
            said = [[i, chance(j, j + 1), 1.1] for i, j in gold[: count - 1]]
            return gold, [{"id": "all", "prediction": said}]
    rows = [{"id": f"q{number}", "prediction": one} for number, one in enumerate(said)]
    if TASKS[task].kind == "tags":
        rows = [{**row, "words": len(tags)} for row, tags in zip(rows, gold, strict=True)]
    return gold, rows


def right_file(task: str, language: str, gold: list[Any]) -> str:
    """The file of labels for made-up gold: what is right is written as a prediction is."""
    if layout.form(TASKS[task]) == "answers":
        qas = [{"id": f"q{number}", "answers": [{"text": text} for text in one]} for number, one in enumerate(gold)]
        return json.dumps({"data": [{"paragraphs": [{"qas": qas}]}]})
    whole = layout.form(TASKS[task]) in ("partners", "mined")
    return write.text(TASKS[task], language, "en", [{"prediction": one} for one in ([gold] if whole else gold)])


def evaluation(folder: Path, task: str, languages: Mapping[str, list[dict[str, Any]]], **settings: Any) -> Evaluation:
    """A finished evaluation with these predictions by language."""
    folder.mkdir(parents=True)
    with (folder / "predictions.jsonl").open("w", encoding="utf-8") as file:
        for language, rows in languages.items():
            for row in rows:
                file.write(json.dumps({"language": language, **row}, ensure_ascii=False) + "\n")
    settings = {"target": task, "split": "test", "pivot": "en", "examples": None, "row": ROW, **settings}
    return Evaluation("00aa", settings, folder / "predictions.jsonl")


def exported(found: list[Evaluation], out: Path, force: bool = False, **todo: dict[str, str]) -> list[dict[str, Any]]:
    about = {"experiment": "stilts", "scale": "large"}
    return export.export(export.systems(found), layout.SUITES["xtreme"], out, about, todo, force)


# ---- nine tasks, there and back ----


def test_a_submission_of_all_tasks_has_the_figures_of_the_run(tmp_path):
    rng, found, expected = random.Random(7), [], {}
    for task, languages in layout.SUITES["xtreme"].languages.items():
        made_up = {language: made(task, rng, 8) for language in languages}
        found.append(evaluation(tmp_path / task, task, {language: rows for language, (_, rows) in made_up.items()}))
        for language, (gold, rows) in made_up.items():
            path = tmp_path / "labels" / task / layout.name(TASKS[task], language)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(right_file(task, language, gold), encoding="utf-8")
            one = TASKS[task].kind == "retrieval"
            guess = rows[0]["prediction"] if one else [row["prediction"] for row in rows]
            if task == "bucc2018":
                guess = [tuple(pair[:2]) for pair in guess]
            figures = measure.figures(measure.measure(TASKS[task], gold, guess, language))
            expected[task, language] = figures[TASKS[task].metrics[0]]
    (manifest,) = exported(found, tmp_path / "out")
    assert manifest["missing"] == [
        f"{task}: {len(layout.SUITES['xtreme'].languages[task])} sentences were not read to their end; the rest is tagged O"
        for task in ("udpos", "panx")
    ]
    scored = scoring.score_suite(layout.SUITES["xtreme"], tmp_path / "labels", tmp_path / "out" / "anli+-seed1")
    back = {(one.task.id, each.language): each.cells[one.task.metrics[0]].value for one in scored.tasks for each in one.languages}
    assert back == pytest.approx(expected) and scored.score is not None
    assert len(set(expected.values())) > 20  # right and wrong predictions of many kinds


def test_the_manifest_names_the_steps_and_what_they_evaluated(tmp_path):
    rows = {"sw": [{"id": "1", "prediction": "neutral"}], "th": [{"id": "1", "prediction": "neutral"}] * 2}
    exported([evaluation(tmp_path / "one", "xnli", rows)], tmp_path / "out")
    folder = tmp_path / "out" / "anli+-seed1"
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["schema"] == "replicate.submission/1" and manifest["world"] == "real"
    assert manifest["tasks"] == {"xnli": {"origin": "run:00aa", "split": "test", "examples": {"sw": 1, "th": 2}, "limit": None}}
    assert "run:00aa" in (folder / "README.md").read_text()
    assert sorted(path.name for path in folder.iterdir()) == ["README.md", "manifest.json", "xnli"]


# ---- systems ----


def test_each_system_has_a_folder_named_after_what_it_was_trained_on(tmp_path):
    rows = {"sw": [{"id": "1", "prediction": "neutral"}]}
    found = [
        evaluation(tmp_path / str(number), "xnli", rows, row={**ROW, **more})
        for number, more in enumerate(
            [
                {"intermediate": "baseline", "intermediate_languages": []},
                {},
                {"mlm": True},
                {"intermediate_languages": ["de", "fr"]},
                {"seed": 2},
            ]
        )
    ]
    names = [one["system"] for one in exported(found, tmp_path / "out")]
    assert names == ["baseline-seed1", "anli+-seed1", "anli+-mlm-seed1", "anli+-de+fr-seed1", "anli+-seed2"]
    assert sorted(path.name for path in (tmp_path / "out").iterdir()) == sorted(names)


# ---- what a scorer will miss ----


def test_what_is_missing_is_said_in_a_line_each(tmp_path):
    rows = [{"id": str(number), "prediction": "neutral"} for number in range(4)]
    found = [
        evaluation(tmp_path / "xnli", "xnli", dict.fromkeys(TASKS["xnli"].languages[:-1], rows), examples=4),
        evaluation(tmp_path / "pawsx", "pawsx", {"en": rows}, split="dev"),
        evaluation(tmp_path / "tydiqa", "tydiqa", dict.fromkeys(TASKS["tydiqa"].languages, rows), split="dev"),
        evaluation(
            tmp_path / "bucc", "bucc2018", {c: [{"id": "1", "prediction": []}] for c in ("de", "fr", "ru", "zh")}, examples=9
        ),
        evaluation(tmp_path / "lareqa", "lareqa", {"en": [{"id": "1", "prediction": [[0]]}]}),
    ]
    (manifest,) = exported(found, tmp_path / "out", **{"anli+-seed1": {"panx": "not evaluated yet"}})
    assert manifest["missing"] == [
        "panx: not evaluated yet",
        f"xnli: this run evaluated 4 examples in 14 of 14 languages: evaluate.py will reject it{ALL}",
        "xnli: 1 of 15 languages are missing (zh): evaluate.py needs all",
        "pawsx: evaluated on dev, XTREME's labels are those of test",
        f"bucc2018: this run evaluated 9 examples in 4 of 4 languages: they are not XTREME's collections{ALL}",
        "lareqa: its files hold the ids of queries and candidates, and a run keeps their places only",
        "not among this experiment's targets: udpos, xquad, mlqa, tatoeba",
    ]
    assert list(manifest["tasks"]) == ["xnli", "tydiqa", "bucc2018"]


def test_a_limit_that_cut_nothing_is_no_lack(tmp_path):
    rows = [{"id": str(number), "prediction": "neutral"} for number in range(4)]
    (manifest,) = exported(
        [evaluation(tmp_path / "one", "xnli", dict.fromkeys(TASKS["xnli"].languages, rows), examples=5)], tmp_path / "out"
    )
    assert not [line for line in manifest["missing"] if line.startswith("xnli")]


@pytest.mark.parametrize("line", ["{}", "[]", "{", '{"language": "sw", "id": "1", "prediction": ["neutral"]}'])
def test_predictions_that_are_none_are_a_problem_with_file_and_line(tmp_path, line):
    one = evaluation(tmp_path / "one", "xnli", {})
    one.predictions.write_text(f"{line}\n")
    with pytest.raises(Problem, match=r"predictions\.jsonl, line 1: "):
        exported([one], tmp_path / "out")
    assert not (tmp_path / "out").exists() and not list(tmp_path.glob(".out*"))


def test_the_current_folder_will_do(tmp_path, monkeypatch):
    one = evaluation(tmp_path / "one", "xnli", {"sw": [{"id": "1", "prediction": "neutral"}]})
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    exported([one], Path("."))
    assert (tmp_path / "here" / "anli+-seed1" / "xnli" / "test-sw.tsv").read_text() == "neutral\n"


def test_what_is_no_export_is_never_replaced(tmp_path):
    one = evaluation(tmp_path / "one", "xnli", {"sw": [{"id": "1", "prediction": "neutral"}]})
    exported([one], tmp_path / "out")
    with pytest.raises(Problem, match=r"out: the folder is not empty; --force replaces an earlier export"):
        exported([one], tmp_path / "out")
    (tmp_path / "out" / "anli+-seed1" / "xnli" / "test-old.tsv").write_text("")
    exported([one], tmp_path / "out", force=True)
    assert [path.name for path in (tmp_path / "out" / "anli+-seed1" / "xnli").iterdir()] == ["test-sw.tsv"]
    (tmp_path / "out" / "thesis.txt").write_text("years of work")
    with pytest.raises(Problem, match=r"thesis\.txt: this is no export, so --force does not replace it"):
        exported([one], tmp_path / "out", force=True)
    assert (tmp_path / "out" / "thesis.txt").read_text() == "years of work"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one", "out"]


# ---- the command ----


@pytest.fixture(scope="module")
def steps() -> list[plan.Step]:
    return [step for step in plan.plan(experiments.find("stilts", "tiny")) if step.kind == "evaluate"]


@pytest.fixture
def runs(tmp_path: Path, steps: list[plan.Step]) -> Path:
    """A store in which the evaluations of the tiny experiment are done, with made-up predictions."""
    opened, rng = store.open_store(tmp_path / "runs"), random.Random(3)
    for step in steps:
        lease, work = store.lease(opened, step.id), store.start(opened, step.id)
        assert lease is not None
        with (work / "predictions.jsonl").open("w", encoding="utf-8") as file:
            for language in step.settings["languages"]:
                for row in made(step.settings["target"], rng, 16)[1]:
                    file.write(json.dumps({"language": language, **row}) + "\n")
        store.commit(opened, step, work, {"cells": []}, {})
        lease.release()
    return tmp_path / "runs"


def test_an_experiment_is_exported_system_by_system_and_says_artificial_world(capsys, runs, tmp_path, steps):
    code, out, err = answer(capsys, "export", *TINY, "--runs", runs, "--out", tmp_path / "out")
    assert code == 0 and out.splitlines()[0] == f"artificial world, XTREME's format, in {tmp_path / 'out'}"
    languages = len(steps[0].settings["languages"])
    assert [line.split() for line in out.splitlines()[2:]] == [
        [name, str(len(TARGETS)), str(len(TARGETS) * languages)] for name in ("baseline-seed1", "anli+-seed1", "squad1-seed1")
    ]
    assert err.splitlines()[0] == "replicate: artificial world: these folders cannot be submitted"
    assert "**Artificial world**" in (tmp_path / "out" / "baseline-seed1" / "README.md").read_text()
    for task in TARGETS:
        assert len(layout.files(tmp_path / "out" / "anli+-seed1" / task, TASKS[task])) == languages


def test_options_choose_systems(capsys, runs, tmp_path):
    code, out, _ = answer(capsys, "export", *TINY, "--runs", runs, "--out", tmp_path / "a", "--intermediate", "ANLI+", "--json")
    data = json.loads(out)
    assert (code, data["schema"]) == (0, "replicate.export/1")
    assert [one["system"] for one in data["systems"]] == ["anli+-seed1"]
    answer(capsys, "export", *TINY, "--runs", runs, "--out", tmp_path / "b", "--only", "xnli", "--seed", "1")
    assert {path.name for path in (tmp_path / "b" / "anli+-seed1").iterdir()} == {"xnli", "README.md", "manifest.json"}


def test_evaluations_that_are_not_done_are_named(capsys, runs, tmp_path, steps):
    gone = next(step for step in steps if step.settings["row"]["intermediate"] == "squad1" and step.settings["target"] == "udpos")
    (runs / "steps" / gone.id / "result.json").unlink()
    code, _, err = answer(capsys, "export", *TINY, "--runs", runs, "--out", tmp_path / "out")
    assert code == 0 and "replicate: squad1-seed1: udpos: not evaluated yet" in err.splitlines()


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["--intermediate", "squid1"], "unknown intermediate 'squid1'; did you mean squad1?"),
        (["--seed", "9"], "--seed 9: the experiment has 1"),
        (["--mlm"], "no system of the experiment is what --intermediate, --mlm and --seed ask for together"),
        (
            ["--runs", "nowhere"],
            "no evaluation of stilts at this scale is in nowhere; make them with: python -m replicate run stilts",
        ),
        (["--out", "/no/such/out"], "/no/such: no such folder; make it first, or choose another --out"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_4(capsys, runs, tmp_path, words, says):
    code, out, err = answer(capsys, "export", *TINY, "--runs", runs, "--out", tmp_path / "out", *words)
    assert (code, out) == (4, "")
    assert err.splitlines()[-1].startswith(f"replicate: {says}") and len(err.splitlines()) == 1
    assert not (tmp_path / "out").exists()
