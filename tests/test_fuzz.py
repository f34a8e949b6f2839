"""Every reader under hostile input: the corpus of what once failed, and some inputs that are always the same ones.

`python -m tests.fuzz` looks for more of them; `tests/fuzz/law.py` is what every input is judged by.
"""

from __future__ import annotations

import json
import os
import random
import tomllib
import warnings
from pathlib import Path

import pytest

from replicate.problems import Problem
from tests.fuzz import law, mutations, shrink, trees
from tests.fuzz.__main__ import main
from tests.fuzz.child import Child
from tests.fuzz.cover import Cover, lines
from tests.fuzz.families import FAMILIES
from tests.fuzz.family import CORPUS, Door, Family, place

GENERATED = 12  # of a family


@pytest.mark.parametrize("name", FAMILIES)
def test_readers_keep_the_law(name: str):
    """What once failed, the seeds, and inputs made of them, judged in a process of their own."""
    family, rng = FAMILIES[name], random.Random(f"7 {name}")
    light = [door for door in family.doors if not door.heavy]
    todo = [(door, path.read_bytes(), path.name) for door, path in family.corpus()]
    todo += [(door, data, f"a seed of {door.name}") for door in light for data in door.seeds()]
    for number in range(GENERATED if light else 0):
        door = rng.choice(light)
        given = door.seeds()
        todo.append((door, mutations.mutated(rng.choice(given), given, door, rng)[:20_000], f"input {number} of {door.name}"))
    faults = []
    with Child(family) as child:
        for door, data, what in todo:
            verdict, _ = child.judge(door, data)
            if verdict.fault:
                faults.append(f"{what}: {verdict.fault}")
    assert faults == []


def test_the_corpus_is_small_and_each_file_has_a_door():
    files = [path for path in CORPUS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 2**20
    assert {path for family in FAMILIES.values() for _, path in family.corpus()} == set(files)


# ---- the law, on readers that break it each in one way


def door(read, **more) -> Door:
    return Door("one", "given.txt", read, lambda: (b"",), **more)


def problem(line: str):
    def read(path: Path) -> None:
        raise Problem(line.replace("FILE", str(path)))

    return read


@pytest.mark.parametrize(
    ("read", "says"),
    [
        (lambda path: path.read_bytes(), ""),
        (problem("FILE: no number; write one"), ""),
        (problem("no number; write one"), "nameless"),
        (problem(" "), "empty"),
        (lambda path: int("x"), "ValueError"),
        (lambda path: (path.parent / "left").write_text(""), "left behind"),
        (lambda path: os.stat(""), "nameless"),
        (lambda path: warnings.warn("look", RuntimeWarning, stacklevel=1), "RuntimeWarning"),
    ],
)
def test_the_law_is_broken_by(read, says: str, tmp_path: Path):
    verdict = law.judged(door(read), b"x", tmp_path)
    assert verdict.fault.startswith(says) if says not in ("ValueError", "RuntimeWarning") else says in verdict.sign
    assert bool(verdict.fault) is bool(says)


def test_a_line_for_people_is_one_line_of_some_length():
    assert "U+001B" in law.unclear("a \x1b[31m")
    assert law.unclear("a \u202e b").startswith("control")
    assert law.unclear("x" * 5000).startswith("too long")
    assert law.unclear("given.txt: no number", {"given.txt"}) == ""


def test_what_kills_hangs_or_fills_its_process_is_a_fault(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("tests.fuzz.child.SECONDS", 0.3)

    def read(path: Path) -> None:
        match path.read_bytes():
            case b"hang":
                while True:
                    pass
            case b"kill":
                os.abort()
            case b"fill":
                bytes(2**40)

    family = Family("test", (door(read),))
    with Child(family) as child:
        found = {data: child.judge(family.doors[0], data)[0].fault for data in (b"fine", b"hang", b"kill", b"fill", b"more")}
    assert found[b"fine"] == found[b"more"] == ""
    assert found[b"hang"].startswith("hang")
    assert "SIGABRT" in found[b"kill"]
    assert "MemoryError" in found[b"fill"]


# ---- what was found and has no small input


def test_of_a_table_of_thousands_of_totals_some_are_compared_and_the_others_named(tmp_path: Path):
    from synth.audit import run
    from tests.fuzz.doors.papers import Here

    rows = "".join(f"| Total | {number} | 75.0% |\n" for number in range(1200))
    (tmp_path / "paper.md").write_text(f"Table 1: Sizes.\n| Task | Train | Share |\n|---|---|---|\n| XNLI | 10 | 25.0% |\n{rows}")
    left = run.audit(tmp_path / "paper.md", Here()).outcome.left
    assert [why for _, why in left if "of so long a table" in why]


# ---- inputs, lines, and what is kept


def test_the_same_random_numbers_make_the_same_inputs():
    for family in FAMILIES.values():
        for one in family.doors[:2]:
            given = one.seeds()
            first, again = random.Random(1), random.Random(1)
            made = [mutations.mutated(given[0], given, one, first) for _ in range(20)]
            assert made == [mutations.mutated(given[0], given, one, again) for _ in range(20)]
            assert any(data != given[0] for data in made)


@pytest.mark.parametrize("form", ["json", "toml", "csv"])
def test_a_tree_stays_a_tree_when_a_value_of_it_is_swapped(form: str):
    given = {"json": b'{"a": [1, {"b": "c"}]}', "toml": b'a = 1\n[b]\nc = ["d"]\n', "csv": b"a,b\n1,2\n"}[form]
    made = [trees.FORMS[form](given, random.Random(number), ()) for number in range(200)]
    read = {"json": json.loads, "toml": lambda data: tomllib.loads(data.decode()), "csv": bytes.decode}[form]
    whole = 0
    for data in made:
        try:
            read(data)
            whole += 1
        except (ValueError, RecursionError):
            pass
    assert whole > 100
    assert len(set(made)) > 50


def test_lines_that_a_call_runs_through_are_noted():
    from replicate.sources import lines as product

    cover = Cover(("replicate.sources.lines",))
    cover.run(lambda: product.written({}, "{}", "here"))
    few = len(lines(cover.arcs))
    cover.run(lambda: product.written({"a": "b"}, '{"a": "\\ud83d\\ude00"}', "here"))
    assert 0 < few < len(lines(cover.arcs))


def test_an_input_is_made_as_small_as_what_it_shows():
    noise = b"".join(b"line %d\n" % number for number in range(50))
    assert shrink.smallest(noise + b"a bad one\n" + noise, lambda data: b"bad" in data) == b"bad"


def test_a_file_of_the_corpus_says_what_it_is_about():
    family = FAMILIES["sources"]
    path = place(family, family.door("csv"), "ValueError in /a/b.py:7 read")
    assert path.name == "csv--valueerror-in-a-b-py-7-read.csv"
    assert path.parent == CORPUS / "sources"


def test_the_command_prints_a_table_and_ends_with_0_where_all_is_well(capsys: pytest.CaptureFixture[str]):
    assert main(["--minutes", "0.001", "--only", "claims", "--seed", "3", "--blind", "--json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["schema"] == "tests.fuzz/1"
    assert [one["family"] for one in told["families"]] == ["claims"]
    assert told["families"][0]["inputs"] > 0


def test_the_command_judges_one_file_again(capfd: pytest.CaptureFixture[str]):
    kept = CORPUS / "questions" / "toml--nested-too-deep.toml"
    assert main(["--input", str(kept)]) == 0
    assert "families.toml: not TOML: nested too deep" in capfd.readouterr().out
