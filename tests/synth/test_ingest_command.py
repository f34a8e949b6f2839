"""`synth ingest` as a command, on made-up reports and on the five seeds."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate.problems import BAD_INPUT, DONE
from synth import questions
from synth.__main__ import main

from .ingested import HEAD, PIPES, TABS, TAIL, table

SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


def test_several_reports_of_which_one_is_broken(tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("good.txt").write_text(HEAD + table(TABS) + TAIL)
    Path("again.txt").write_text(HEAD + table(PIPES) + TAIL)
    Path("bad.txt").write_text("No claims.")
    assert main(["ingest", "good.txt", "bad.txt", "again.txt"]) == BAD_INPUT
    said = capsys.readouterr()
    assert sorted(path.name for path in Path("claims").iterdir()) == [
        "adapters-their-kin-far-languages-2.toml",
        "adapters-their-kin-far-languages.toml",
    ]
    assert "1 of 3 reports was not ingested" in said.err and said.err.count("bad.txt: no claims") == 1
    assert main(["ingest", "good.txt"]) == BAD_INPUT, "never over a file"
    assert "--force" in capsys.readouterr().err
    assert main(["ingest", "good.txt", "--force", "--name", "mine", "--experiment", "adapters", "--json"]) == DONE
    data = json.loads(capsys.readouterr().out)
    entry = data["reports"][0]
    assert data["schema"] == "synth.ingest/1" and entry["path"] == "claims/mine.toml"
    assert entry["claims"][0]["asserts"][0] == {"kind": "gain", "intermediate": "squad1", "value": "8.2"}
    assert questions.read("claims/mine.toml").experiment == "adapters"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["nowhere.txt"], "no such file"),
        (["."], "a folder; name the reports in it"),
        (["r.txt", "r.txt", "--name", "one"], "--name is for one question"),
        (["r.txt", "--name", "a/b"], "wanted letters, digits"),
        (["r.txt", "--experiment", "adaptors"], "did you mean adapters"),
    ],
)
def test_a_command_that_cannot_be_meant_is_one_line(tmp_path, capsys, monkeypatch, arguments, says):
    monkeypatch.chdir(tmp_path)
    Path("r.txt").write_text(HEAD + table(TABS) + TAIL)
    assert main(["ingest", *arguments]) == BAD_INPUT
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0]


@pytest.mark.skipif(not SEEDS.is_dir(), reason="the seeds are not here")
def test_the_seeds_are_ingested_whole(tmp_path, capsys):
    seeds = sorted(SEEDS.glob("*.txt"))
    assert main(["ingest", *map(str, seeds), "--out", str(tmp_path), "--json"]) == DONE
    reports = json.loads(capsys.readouterr().out)["reports"]
    assert [len(one["claims"]) for one in reports] == [9, 9, 20, 10, 9]
    ticks = [sum(claim["reported"]["verified"] for claim in one["claims"]) for one in reports]
    assert ticks == [one["reported"]["claims_verified"] for one in reports] == [9, 9, 12, 10, 9]
    assert {claim["paper"] for one in reports for claim in one["claims"]} == {"2005.13013v2"}
    assert not [note for one in reports for note in one["notes"]]
    assert [{part["section"] for part in one["not_used"]} for one in reports] == [{"Abstract", "Limitations"}] * 5
    cut_off = [claim["claim"] for one in reports for claim in one["claims"] if claim["cut"]]
    assert cut_off and not any(claim.endswith(".") for claim in cut_off)
    headline = [one for claim in reports[0]["claims"][:2] for one in claim["asserts"]]
    assert [one.get("value") for one in headline if one["kind"] == "gain"] == ["8.2", "7.5", "7.0", "8.7"]
