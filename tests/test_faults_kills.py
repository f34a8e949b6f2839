"""The killer itself: it finds what it is there to find, and nothing in commits. The campaign is `python -m tests.faults`."""

from __future__ import annotations

import json
import random
import shutil
import sys
from dataclasses import replace
from pathlib import Path

from tests.faults import kills, looks
from tests.faults.__main__ import divided, main
from tests.faults.stages import STAGES, Place, Stage


def last(stage: Stage, count: int, folder: Path, seed: int = 1) -> kills.Tally:
    *_, tally = kills.campaign(stage, count, "tiny", folder, random.Random(seed))
    return tally


def python(program: str, **more: object) -> Stage:
    """A stage that is this program in a folder `runs`, and makes what is in it."""

    def words(place: Place, workers: int) -> list[str]:
        place.runs.mkdir(exist_ok=True)
        return [sys.executable, "-c", program, str(place.runs)]

    return replace(Stage("toy", "", words, lambda place: looks.files(place.runs)), **more)


CARELESS = "import os, sys, time; at = sys.argv[1]\nfor n in range(9): time.sleep(0.02); open(f'{at}/{n}', 'a').write('x' * 9)\n"


def test_what_a_kill_spoils_is_a_difference(tmp_path):
    tally = last(python(CARELESS), 4, tmp_path)
    assert sum(tally.kills.values()) >= 4 and tally.resumed >= 4
    assert any("has other content" in line for line in tally.differences)
    assert {line.partition(":")[0] for line in tally.differences} <= {f"round {n}" for n in range(1, tally.rounds + 1)}


def test_what_is_left_behind_is_a_difference(tmp_path):
    program = (
        "import os, sys; at = sys.argv[1]; half = f'{at}/.{os.getpid()}.new'\n"
        f"open(half, 'w').close(); [os.listdir(at) for _ in range({kills.OPERATIONS})]; os.replace(half, f'{{at}}/whole')\n"
    )
    tally = last(python(program), 3, tmp_path)
    assert any("was left behind" in line for line in tally.differences)


def test_what_was_finished_and_is_made_again_is_a_difference(tmp_path):
    program = "import sys, time; at = sys.argv[1]\nfor n in range(9): time.sleep(0.02); open(f'{at}/{n}', 'w').write('x')\n"

    def stamps(place: Place) -> dict[str, object]:
        return {path.name: path.stat().st_mtime_ns for path in place.runs.iterdir()}

    tally = last(python(program, kept=stamps), 4, tmp_path)
    assert any("was finished and was done again" in line for line in tally.differences)


def test_commits_that_are_killed_anywhere_come_to_the_same_store(tmp_path):
    tally = last(STAGES["commit"], 2, tmp_path)
    assert tally.differences == [] and sum(tally.kills.values()) == tally.resumed == 2


def test_messages_are_lines_that_say_whose_they_are():
    fine = "replicate: no space left\nstilts tiny: 3/21 steps, 5%, 2 s\nsynth: 2401.00001v1: not there\n"
    assert looks.unclear(fine) == []
    assert looks.unclear("Traceback (most recent call last):\n  File\nValueError: no") == ["a traceback: ValueError: no"]
    assert looks.unclear("what is this\n") == ["a line that says not whose it is: 'what is this'"]


def test_kills_are_divided_by_the_shares_of_the_stages():
    stages = list(STAGES.values())
    assert sum(divided(500, stages)) == 500 and min(divided(1, stages)) == 1
    assert divided(18, [replace(stages[0], share=1), replace(stages[0], share=2)]) == [6, 12]


def test_the_command_prints_a_line_for_each_stage_and_ends_with_a_count(monkeypatch, capsys):
    careful = "import sys, time; time.sleep(0.05); open(sys.argv[1] + '/made', 'w').write('x')"
    stages = {"careful": replace(python(careful), name="careful"), "careless": replace(python(CARELESS), name="careless")}
    monkeypatch.setattr("tests.faults.__main__.STAGES", stages)
    assert main(["--stage", "careful", "--kills", "2", "--seed", "3"]) == 0
    head, row, end = capsys.readouterr().out.splitlines()
    said = dict(zip(head.split(), row.split(), strict=True))
    assert (said["stage"], said["kills"], said["differences"]) == ("careful", "2", "0")
    assert end.startswith("2 kills (seed 3, ") and end.endswith("): no difference")
    assert main(["--stage", "careless", "--kills", "3", "--json"]) == 1
    said = capsys.readouterr()
    data = json.loads(said.out)
    assert data["schema"] == "tests.faults/1" and data["stages"][0]["kills"] >= 3 and data["stages"][0]["differences"]
    shutil.rmtree(said.err.split()[-1])
