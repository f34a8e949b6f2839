"""Encoded data: flat rows, the same in chunks as at once, and kept in files that a second run maps."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import files
from replicate.models import tokens
from replicate.sources import open_source
from replicate.tasks import TASKS
from replicate.tasks.kinds import KINDS
from replicate.training import encoding
from replicate.training.batches import Encoded, Ragged, empty, joined, ragged

WORLD = open_source("world")
rows = st.lists(st.lists(st.integers(-(2**31), 2**31 - 1), max_size=6), max_size=8)


@pytest.fixture(scope="module")
def tokenizer(tmp_path_factory: pytest.TempPathFactory) -> tokens.Tokenizer:
    folder = tmp_path_factory.mktemp("tokenizer")
    tokens.train([text for text, _ in zip(WORLD.text("a1a"), range(200), strict=False)], 600).save(str(folder / "tokenizer.json"))
    return tokens.load(folder)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A cache folder of the test's own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    return files.cache() / "encoded"


def made(task: str, tokenizer: tokens.Tokenizer, count: int = 9, limit: int = 24) -> Encoded:
    examples = WORLD.examples(task, "test", "a1a", limit=count)
    return encoding.encode(KINDS[TASKS[task].kind], TASKS[task], examples, WORLD.labels(task), tokenizer, limit)


def same(one: Encoded, two: Encoded) -> bool:
    for field in fields(Encoded):
        mine, theirs = getattr(one, field.name), getattr(two, field.name)
        if isinstance(mine, Ragged):
            if not (np.array_equal(mine.values, theirs.values) and np.array_equal(mine.starts, theirs.starts)):
                return False
        elif not np.array_equal(mine, theirs) if isinstance(mine, np.ndarray) else mine != theirs:
            return False
    return True


@given(rows)
def test_flat_rows_are_the_rows(lists):
    assert [row.tolist() for row in ragged(lists)] == lists
    assert ragged(lists).lengths.tolist() == [len(row) for row in lists]


@given(st.lists(rows, min_size=1, max_size=4))
def test_joined_rows_follow_one_another(parts):
    assert [row.tolist() for row in joined([ragged(part) for part in parts])] == [row for part in parts for row in part]
    assert [row.tolist() for row in empty(3)] == [[], [], []]


@pytest.mark.parametrize("task", ["xnli", "hellaswag", "udpos", "mlqa"])
def test_what_is_encoded_in_chunks_is_what_is_encoded_at_once(task, tokenizer, monkeypatch):
    whole = made(task, tokenizer)
    monkeypatch.setattr(encoding, "CHUNK", 2)
    assert same(whole, made(task, tokenizer))


@pytest.mark.parametrize("task", ["xnli", "hellaswag", "udpos", "mlqa"])
def test_a_second_run_maps_what_the_first_one_made(task, tokenizer, home):
    calls = []

    def make() -> encoding.Made:
        calls.append(task)
        return made(task, tokenizer), {"examples": 9, "notes": ["as it was"]}

    first, about = encoding.kept({"task": task}, make)
    second, again = encoding.kept({"task": task}, make)
    assert calls == [task] and about == again and same(first, second)
    assert isinstance(second.ids.values, np.memmap) and second.ids.values.dtype == np.int32
    encoding.kept({"task": task, "limit": 3}, make)
    assert calls == [task, task] and len(list(home.iterdir())) == 2


@pytest.mark.parametrize("name", ["about.json", "ids.npy", "targets-starts.npy"])
def test_a_damaged_copy_is_made_again(name, tokenizer, home):
    encoding.kept({}, lambda: (made("xnli", tokenizer), {}))
    (folder,) = home.iterdir()
    (folder / name).write_bytes((folder / name).read_bytes()[:-9])
    found, _ = encoding.kept({}, lambda: (made("xnli", tokenizer), {}))
    assert same(found, made("xnli", tokenizer)) and [one.name for one in home.iterdir()] == [folder.name]
    mapped, _ = encoding.kept({}, lambda: pytest.fail("it was made again already"))
    assert same(mapped, found)


def test_a_cache_that_cannot_be_written_costs_no_run(tokenizer, tmp_path, monkeypatch):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "file"))
    found, about = encoding.kept({}, lambda: (made("xnli", tokenizer), {"examples": 9}))
    assert same(found, made("xnli", tokenizer)) and about == {"examples": 9}


def test_what_was_not_used_for_longest_goes_first(tokenizer, home, monkeypatch):
    import os

    for number in range(3):
        encoding.kept({"number": number}, lambda: (made("xnli", tokenizer), {}))
        newest = max(home.iterdir(), key=lambda one: one.stat().st_mtime_ns)
        os.utime(newest, (number, number))
    size = sum(one.stat().st_size for one in newest.iterdir())
    monkeypatch.setattr(encoding, "KEPT", 2.5 * size)
    encoding.kept({"number": 3}, lambda: (made("xnli", tokenizer), {}))
    assert sorted(one.stat().st_mtime for one in home.iterdir())[0] == 2 and len(list(home.iterdir())) == 2
