"""`synth verify`: what a fresh clone says, the JSON, the exit codes."""

from __future__ import annotations

import json
import re

import pytest

from replicate import resources, results
from replicate.problems import BAD_INPUT, DONE, REFUTED
from synth.__main__ import main


@pytest.fixture(autouse=True)
def an_empty_folder(tmp_path, monkeypatch):
    """The folder of a fresh clone's user: no runs/, no claims/."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


def spoken(capsys, *arguments):
    code = main(["verify", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def claims(capsys, *arguments):
    code, out, _ = spoken(capsys, *arguments, "--json")
    data = json.loads(out)
    assert code == DONE and data["schema"] == "synth.verify/2"
    return {entry["id"]: entry for entry in data["claims"]}


def test_a_fresh_clone_has_not_enough_information_on_the_five_headline_claims(capsys):
    found = claims(capsys, "stilts")
    assert list(found) == ["squad-gain", "mnli-gain", "hellaswag-gain", "multi-gain", "best-models-gain"]
    assert {entry["verdict"] for entry in found.values()} == {"not enough information"}
    assert [entry["checks"]["tables"]["other_version"]["number"] for entry in found.values()] == [
        "8.3",
        None,
        "7.9",
        "6.4",
        "6.1",
    ]
    assert found["multi-gain"]["checks"]["tables"]["other_version"]["note"] == "all intermediate tasks but SQuAD"
    assert {entry["checks"]["replication"]["verdict"] for entry in found.values()} == {"not run"}
    for entry in found.values():
        assert entry["line"].startswith("not enough information, tables of 2005.13013v2 are not in data/published")
        assert (entry["confidence"], entry["confidence_reason"]) == (None, "nothing was decided")


def test_runs_of_the_artificial_world_illustrate_and_change_no_verdict(capsys, runs):
    found = claims(capsys, "stilts", "--results", runs)
    assert {entry["verdict"] for entry in found.values()} == {"not enough information"}
    replicated = {id: entry["checks"]["replication"]["verdict"] for id, entry in found.items()}
    assert replicated["squad-gain"] == replicated["multi-gain"] == "illustration"
    assert replicated["mnli-gain"] == replicated["best-models-gain"] == "not run"
    assert found["squad-gain"]["checks"]["replication"]["estimate"]["mean"] == pytest.approx(3.0, abs=0.5)


def test_the_folder_runs_is_read_when_it_is_there(capsys, tmp_path):
    (tmp_path / "work" / "runs" / "steps").mkdir(parents=True)
    assert claims(capsys, "stilts")["squad-gain"]["checks"]["replication"]["verdict"] == "not run"


def test_the_table_shows_report_checks_and_verdict(capsys):
    code, out, _ = spoken(capsys)
    line = next(line for line in out.splitlines() if line.startswith("squad-gain"))
    assert code == DONE and all(word in line for word in ("✓ 0.19", "other version: 8.3", "not run", "not enough information"))


def test_explain_shows_cells_and_recomputation(capsys, runs):
    code, out, _ = spoken(capsys, "stilts", "--explain", "squad-gain", "--results", runs)
    assert code == DONE
    for words in ("paper:2005.13013v1#table2", "mean of the 9 printed task gains", "seed 1: ", "XNLI (test): SQuAD v1.1"):
        assert words in out
    assert "the mean over 12 languages is" in (line := " ".join(out.split())) and "than the mean over tasks; as a sample" in line
    code, out, _ = spoken(capsys, "--explain", "squad-gain", "--json")
    assert [entry["id"] for entry in json.loads(out)["claims"]] == ["squad-gain"]


def test_fail_on_refuted_is_an_exit_code(capsys, question):
    assert spoken(capsys, "--claims", question(value="8.2"), "--fail-on", "refuted")[0] == REFUTED
    assert spoken(capsys, "--claims", question(value="8.2"))[0] == DONE
    assert spoken(capsys, "--claims", question(value="8.3"), "--fail-on", "refuted")[0] == DONE


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stilt"], "unknown question 'stilt'; did you mean stilts?"),
        (["--explain", "squad-gian"], "unknown claim 'squad-gian'; did you mean squad-gain"),
        (["--results", "nowhere"], "nowhere: no such file or folder"),
        (["--claims", "nowhere"], "nowhere: no such file or folder of claims"),
    ],
)
def test_bad_input_is_one_line_and_its_exit_code(capsys, arguments, says):
    code, out, err = spoken(capsys, *arguments)
    assert code == BAD_INPUT and out == "" and err.count("\n") == 1 and says in err


def test_results_in_shares_are_refused(capsys, grid, tmp_path):
    frame = grid(seeds=(1,))
    text = f"# {results.SCHEMA}\n" + frame.assign(value=frame["value"] / 100).to_csv(index=False)
    (tmp_path / "shares.csv").write_text(text)
    code, _, err = spoken(capsys, "--results", tmp_path / "shares.csv")
    assert code == BAD_INPUT and "look like shares" in err


def test_rows_of_papers_are_no_runs_and_are_counted(capsys):
    path = resources.data() / "published" / "2005.13013v1.csv"
    code, out, err = spoken(capsys, "stilts", "--explain", "squad-gain", "--results", path)
    assert code == DONE and f"no runs in {path}, whose rows are of papers; replicate run stilts" in " ".join(out.split())
    assert f"left out of {path}: {len(results.read(path)):,} rows of papers, which are no runs" in err


def test_claims_of_others_are_shown_safely_shortly_and_counted(capsys, tmp_path):
    path = tmp_path / "theirs.JSONL"
    lines = [{"id": "x\x1b[31m", "claim": "word " * 2000}, {"id": "b", "claim": "SQuAD helps.", "paper": "2005.13013v9"}, [1]]
    path.write_text("".join(json.dumps(one) + "\n" for one in lines))
    code, out, err = spoken(capsys, "--claims", path)
    assert code == DONE and "\x1b" not in out and "(9,999 characters)" in out and len(out) < 3_000
    assert "1 of 3 lines left out" in err and "2 claims: 2 not enough information" in out
    _, out, _ = spoken(capsys, "--claims", path, "--json")
    assert json.loads(out)["left_out"] == 1
    code, _, err = spoken(capsys, "other", "--claims", path)
    assert code == BAD_INPUT and "unknown question 'other'" in err
    code, _, err = spoken(capsys, "--claims", tmp_path / "x.json")
    assert code == BAD_INPUT and "a .jsonl file with one claim on each line" in err


def test_a_question_without_claims_says_what_to_do(capsys, tmp_path):
    path = tmp_path / "new.toml"
    path.write_text('question = "Does it help?"\nname = "new"\npapers = []\nmargin = 0.5\n')
    code, out, _ = spoken(capsys, "--claims", path)
    assert code == DONE and "no claims yet; python -m synth extract ID --to NAME" in out


def test_a_note_on_several_claims_names_them(capsys):
    _, out, _ = spoken(capsys, "families", "typology")
    assert "note on three-gains, retrieval-gains, tydiqa-and-xnli and " in out, "said of some"
    assert "\nnote: 9 claims cite 2005.13013v2" in out, "said of all"


@pytest.mark.parametrize("command", ["ingest", "extract", "new", "verify", "audit"])
def test_the_help_of_a_command_ends_with_examples(capsys, command):
    with pytest.raises(SystemExit):
        main([command, "--help"])
    assert re.search(f"examples?:\n  python -m synth {command} ", capsys.readouterr().out)
