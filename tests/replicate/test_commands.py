"""The commands as a person types them: data on stdout, the rest on stderr, one line for what is wrong."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from replicate import results
from replicate.__main__ import main

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
TINY = ("stilts", "--scale", "tiny")


@pytest.fixture(scope="module")
def finished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with the tiny experiment done, by toy steps."""
    runs = tmp_path_factory.mktemp("commands") / "runs"
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", f"{HERE}{os.pathsep}{ROOT}")
        assert main(["run", *TINY, "--runs", str(runs), "--steps", "toy_steps:STEPS", "--workers", "2"]) == 0
    return runs


@pytest.fixture
def runs(finished: Path, tmp_path: Path) -> Path:
    """A copy that a test may damage."""
    shutil.copytree(finished, tmp_path / "runs")
    return tmp_path / "runs"


def answer(capsys: pytest.CaptureFixture[str], *words: str | Path) -> tuple[int, str, str]:
    """Exit code, stdout, stderr of a command."""
    code = main([str(word) for word in words])
    out, err = capsys.readouterr()
    return code, out, err


def test_alone_it_says_what_to_do_next(capsys, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    code, out, _ = answer(capsys)
    assert code == 0
    assert "python -m replicate run stilts --only demo" in out


@pytest.mark.parametrize("command", ["tasks", "languages", "experiments"])
def test_lists_as_tables_and_as_json(capsys, command):
    code, out, err = answer(capsys, command)
    assert (code, err) == (0, "") and len(out.splitlines()) >= 2
    code, out, _ = answer(capsys, command, "--json")
    data = json.loads(out)
    assert code == 0 and data["schema"] == f"replicate.{command}/1" and data[command]


def test_one_task_is_found_by_its_alias(capsys):
    code, out, _ = answer(capsys, "tasks", "NER", "--json")
    assert code == 0 and [task["id"] for task in json.loads(out)["tasks"]] == ["panx"]


def test_languages_of_the_artificial_world_say_so(capsys):
    code, out, _ = answer(capsys, "languages", "--source", "world")
    assert code == 0 and out.startswith("artificial world\n")
    _, out, _ = answer(capsys, "languages", "--source", "world", "--json")
    assert {one["world"] for one in json.loads(out)["languages"]} == {"artificial"}


def test_the_world_shows_itself_and_examples(capsys):
    code, out, _ = answer(capsys, "world")
    assert code == 0 and len(out.splitlines()) > 12
    code, out, _ = answer(capsys, "world", "--sample", "xnli", "--language", "a1b", "--split", "test", "--count", "2")
    assert code == 0 and out
    code, _, err = answer(capsys, "world", "--sample", "xnly")
    assert code == 4 and "did you mean xnli" in err


def test_a_plan_can_be_seen_before_it_costs_anything(capsys, tmp_path):
    code, out, _ = answer(capsys, "plan", "stilts", "--scale", "large", "--json", "--runs", tmp_path / "none")
    data = json.loads(out)
    assert code == 0 and data["schema"] == "replicate.plan/1"
    assert data["experiment"]["intermediate"]["hellaswag"]["assumed"]["max_length"].startswith("not stated")
    assert data["counts"]["steps"] == len(data["steps"]) == len({step["id"] for step in data["steps"]})
    for step in data["steps"]:
        assert set(step["estimates"]) == {"one core", "A10 24GB", "A100 80GB", "H100 80GB"} == set(data["seconds"])
        assert all(
            one["seconds"] > 0 and one["memory_bytes"] > 0 and one["known_by"] == "guess" for one in step["estimates"].values()
        )
        assert step["to_do"] and step["disk_bytes"] > 0
    assert data["sharing"]["trainings"] < data["sharing"]["alone"]
    assert not (tmp_path / "none").exists()


def test_a_plan_says_what_is_done(capsys, runs):
    _, out, _ = answer(capsys, "plan", *TINY, "--runs", runs, "--steps")
    assert "artificial world" in out.splitlines()[0]
    assert [line.split()[:3] for line in out.splitlines() if line.startswith("all")] == [["all", "21", "21"]]
    assert sum(" done " in line for line in out.splitlines()) >= 21


def test_a_plan_says_what_is_shared_what_it_takes_and_what_a_small_card_needs_to_be_told(capsys, tmp_path):
    words = ("plan", "stilts", "--scale", "large", "--model", "mt5", "--only", "baseline,xnli,panx", "--runs", tmp_path)
    code, out, _ = answer(capsys, *words)
    assert code == 0
    (line,) = (line for line in out.splitlines() if line.startswith("sharing: "))
    assert line.startswith("sharing: 6 trainings in place of 6")
    (line,) = (line for line in out.splitlines() if line.startswith("memory on A10 24GB: "))
    assert line.endswith(" GB a worker (baseline, then panx, seed 1); 6 steps do not fit")
    assert any(line.startswith("time on one core, A10 24GB, A100 80GB, H100 80GB: a guess") for line in out.splitlines())


def test_a_plan_counts_only_what_a_run_would_do(capsys, runs, tmp_path):
    _, out, _ = answer(capsys, "plan", *TINY, "--runs", runs)
    assert "nothing is left to do" in out
    _, out, _ = answer(capsys, "plan", *TINY, "--runs", tmp_path / "none")
    assert [line.split()[1:4] for line in out.splitlines() if line.startswith("all")] == [["21", "0", "21"]]


def test_assumptions_are_listed_when_asked_for(capsys, tmp_path):
    words = ("plan", "stilts", "--scale", "large", "--runs", tmp_path)
    _, out, _ = answer(capsys, *words)
    (line,) = (line for line in out.splitlines() if line.startswith("assumed: "))
    code, out, _ = answer(capsys, *words, "--assumptions")
    assert code == 0
    assert "  max_length, intermediate and target: 128; 384 (squad1, squad2, tydiqa)" in out.splitlines()
    assert "      not stated; XTREME's own scripts: 128, and 384 for question answering" in out.splitlines()
    assert "deviations of our training engine from the paper's:" in out.splitlines()
    _, out, _ = answer(capsys, *words, "--assumptions", "--json")
    found = json.loads(out)["assumptions"]
    assert line.startswith(f"assumed: {sum(map(len, found.values()))} settings, choices and deviations")


def test_a_finished_run_says_what_there_is_and_how_to_see_it(capsys, runs):
    code, out, err = answer(capsys, "run", *TINY, "--runs", runs, "--json")
    data = json.loads(out)
    assert code == 0 and data["schema"] == "replicate.run/1"
    assert (data["done"], data["finished"], data["failed"]) == (21, [], {})
    assert f"replicate results stilts --scale tiny --runs {runs} --wide" in err


def test_status_counts_names_failures_and_what_was_set_aside(capsys, runs):
    evaluations = [
        path for path in (runs / "steps").iterdir() if json.loads((path / "step.json").read_bytes())["kind"] == "evaluate"
    ]
    first, second = sorted(path.name for path in evaluations)[:2]
    (runs / "steps" / first / "result.json").write_text("{")
    failed = {"schema": "replicate.failed/1", "id": second, "label": "a label", "reason": "it broke", "trace": "", "tries": 1}
    shutil.rmtree(runs / "steps" / second)
    (runs / "failed" / f"{second}.json").write_text(json.dumps(failed))
    code, out, err = answer(capsys, "status", *TINY, "--runs", runs, "--json")
    data = json.loads(out)
    assert code == 0 and data["schema"] == "replicate.status/1"
    assert (data["steps"], data["done"], data["to_do"]) == (21, 19, 1)
    assert data["damaged"] == [f"{first}-1"] and data["failed"] == {second: "it broke"}
    assert f"step {first} is damaged: result.json is half-written or not JSON" in err
    code, out, _ = answer(capsys, "status", "--runs", runs)
    assert code == 0
    assert out.splitlines()[0] == f"{runs}: 19 steps done, running 0, failed 1, damaged 1"
    assert f"failed: a label ({second}): it broke" in out


def test_status_of_nothing_is_nothing(capsys, tmp_path):
    code, out, _ = answer(capsys, "status", *TINY, "--runs", tmp_path / "none")
    assert code == 0 and "running 0, failed 0, still to do 21, damaged 0" in out
    assert not (tmp_path / "none").exists()


def test_results_wide_are_gains_over_the_baseline(capsys, runs):
    code, out, err = answer(capsys, "results", *TINY, "--runs", runs, "--wide")
    assert (code, err) == (0, "")
    first, head, *lines = out.splitlines()
    assert first.startswith("artificial world, stilts at scale tiny")
    assert {"intermediate", "mlm", "xnli", "udpos", "tydiqa"} <= set(head.split())
    assert [line.split()[:2] for line in lines] == [["level", "baseline"], ["gain", "anli+"], ["gain", "squad1"]]
    _, out, _ = answer(capsys, "results", *TINY, "--runs", runs)
    scores = {tuple(line.split()[::2][:2]): float(line.split()[3]) for line in out.splitlines()[2:11]}
    for line in lines[1:]:
        _, name, _, *shown = line.split()
        for target, gain in zip(head.split()[3:6], shown[:3], strict=True):
            assert gain[0] in "+-", "a gain has a sign"
            # Three numbers are rounded to a tenth.
            assert float(gain) == pytest.approx(scores[name, target] - scores["baseline", target], abs=0.151)


def test_results_say_artificial_world_in_the_first_line(capsys, runs):
    _, out, _ = answer(capsys, "results", *TINY, "--runs", runs)
    assert out.startswith("artificial world")
    assert sum(line.startswith(("baseline", "anli+", "squad1")) for line in out.splitlines()[2:]) == 9


def test_results_as_csv_are_a_file_of_results(capsys, runs, tmp_path):
    code, out, err = answer(capsys, "results", *TINY, "--runs", runs, "--csv")
    assert code == 0 and "artificial world" in err
    (tmp_path / "rows.csv").write_text(out)
    again = results.read(tmp_path / "rows.csv")
    # Three variants in three languages; F1 and EM of tydiqa, F1 and accuracy of udpos, accuracy of xnli.
    assert len(again) == 3 * 3 * 5
    assert set(again["world"]) == {"artificial"} and set(again["origin"].str[:4]) == {"run:"}


def test_results_as_json_carry_schema_and_world(capsys, runs):
    _, out, _ = answer(capsys, "results", *TINY, "--runs", runs, "--json", "--only", "anli+", "xnli")
    data = json.loads(out)
    assert (data["schema"], data["world"]) == (results.SCHEMA, "artificial")
    assert {(row["intermediate"], row["target"]) for row in data["rows"]} == {("baseline", "xnli"), ("anli+", "xnli")}
    assert list(data["rows"][0]) == list(results.COLUMNS)


def test_results_of_an_unfinished_run_say_what_is_missing(capsys, runs):
    row = json.loads(answer(capsys, "results", *TINY, "--runs", runs, "--json")[1])["rows"][0]
    shutil.rmtree(runs / "steps" / row["origin"].removeprefix("run:"))
    code, _, err = answer(capsys, "results", *TINY, "--runs", runs)
    assert code == 0 and "1 of 9 evaluations are not done yet" in err


def test_results_of_nothing_name_the_command_that_makes_them(capsys, tmp_path):
    code, out, err = answer(capsys, "results", *TINY, "--runs", tmp_path)
    assert (code, out) == (4, "")
    assert err.endswith(f"make them with: python -m replicate run stilts --scale tiny --runs {tmp_path}\n")


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (["tasks", "xnly"], "unknown task 'xnly'; did you mean xnli"),
        (["plan", "stilt"], "unknown experiment 'stilt'; did you mean stilts?"),
        (["plan", "stilts", "--scale", "larg"], "unknown scale 'larg'; did you mean large?"),
        (["plan", "stilts", "--only", "hellaswga"], "unknown word for --only 'hellaswga'; did you mean hellaswag"),
        (["plan", "stilts", "--set", "target.update=3"], "unknown setting of target 'update'; did you mean updates?"),
        (["plan", "stilts", "--source", "huhb"], "unknown source 'huhb'; did you mean hub?"),
        (["plan", "stilts", "--source", "xtreme"], "source 'xtreme': name the folder too, for example xtreme:data/download"),
        (["plan", "stilts", "--source", "xtreme:nowhere"], "source 'xtreme:nowhere': "),
        (["plan", "stilts", "--scale", "large", "--source", "world"], "scale large is FacebookAI/xlm-roberta-large on real data"),
        (
            ["plan", "stilts", "--scale", "large", "--weights", "random"],
            "--weights random rehearses a run, on data that nobody takes",
        ),
        (
            ["plan", "stilts", "--source", "world", "--weights", "random"],
            "--weights random: scale nano makes its own small model",
        ),
        (["plan", "stilts", "--weights", "rondom"], "unknown kind of weights 'rondom'; did you mean random?"),
        (["plan", "stilts", "--limit", "0"], "--limit 0: at least one example is needed"),
        (["plan", "stilts", "--seeds", "0"], "--seeds 0: at least one seed is needed"),
        (["plan", "stilts", "--seeds", "9"], "--seeds 9: stilts has 3 at scale nano (1 2 3); --set seeds=1,2,... names others"),
        (["run", "stilts", "--workers", "0"], "--workers 0: at least one worker is needed"),
        (["languages", "--source", "moon"], "unknown source 'moon'"),
    ],
)
def test_bad_input_is_one_line_and_exit_code_4(capsys, words, says):
    code, out, err = answer(capsys, *words)
    assert (code, out) == (4, "")
    assert err.startswith(f"replicate: {says}") and len(err.splitlines()) == 1


@pytest.mark.parametrize("words", [["run"], ["plan", "stilts", "--seeds", "two"], ["fly"]])
def test_wrong_usage_is_exit_code_2(words):
    with pytest.raises(SystemExit) as caught:
        main(words)
    assert caught.value.code == 2


def test_a_runs_folder_that_is_a_file_is_one_line(capsys, tmp_path):
    (tmp_path / "runs").write_text("")
    for command in ("run", "status", "results", "plan"):
        code, _, err = answer(capsys, command, *TINY, "--runs", tmp_path / "runs")
        assert code == 4 and err.splitlines()[-1].startswith(f"replicate: {tmp_path / 'runs'}: the runs folder is a file")


def test_results_of_another_scale_are_said_where_those_that_are_asked_for_are_not_there(capsys, runs):
    code, out, err = answer(capsys, "results", "stilts", "--runs", runs)
    assert (code, out) == (4, "")
    assert "no results of stilts at this scale in " in err and "model tiny: --scale tiny?); make them with: " in err
