"""Tests run on mutants: in a process that has collected them, or anew where a module is to be imported with its mutant."""

from __future__ import annotations

import functools
import importlib.abc
import importlib.util
import inspect
import math
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import CodeType, FunctionType, ModuleType
from typing import Any

import pytest

from .making import Mutant, mutated
from .processes import BROKEN, FAILED, PASSED, allow

ROOT = Path(__file__).resolve().parent.parent.parent
SLOWER, FLOOR = 5.0, 3.0  # times the CPU seconds that a test takes without a mutant, and seconds: then it hangs
IMPORTING = 20.0  # CPU seconds in which everything is imported and collected
OPTIONS = (
    "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", "--hypothesis-profile=mutants", "-o", "tmp_path_retention_policy=none",
)  # fmt: skip


@dataclass(frozen=True)
class Module:
    """A module that gets mutants: its file, and its source as it was when all began."""

    path: Path
    source: str

    @property
    def name(self) -> str:
        parts = self.path.relative_to(ROOT).with_suffix("").parts
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @functools.cached_property
    def whole(self) -> CodeType:
        return compile(self.source, str(self.path), "exec")

    def code(self, number: int) -> CodeType:
        return compile(mutated(self.source, number), str(self.path), "exec")


@dataclass
class Traced:
    """Of tests that pass: the CPU seconds of each, and by file and line which ones execute it; else those that fail."""

    seconds: dict[str, float] = field(default_factory=dict)
    by_line: dict[tuple[str, int], set[str]] = field(default_factory=dict)
    failed: list[str] = field(default_factory=list)

    def of(self, module: Module, one: Mutant) -> set[str]:
        """The tests that execute a mutant's statement."""
        return set().union(*(self.by_line.get((str(module.path), line), set()) for line in one.lines))

    def order(self, names: Iterable[str]) -> list[str]:
        """Quick ones first, file by file, since a file's fixtures are made once."""
        by_file: dict[str, list[str]] = {}
        for name in sorted(names, key=lambda name: self.seconds.get(name, 0.0)):
            by_file.setdefault(name.partition("::")[0], []).append(name)
        return [name for _, group in sorted(by_file.items(), key=lambda one: self._mean(one[1])) for name in group]

    def _mean(self, names: Sequence[str]) -> float:
        return sum(self.seconds.get(name, 0.0) for name in names) / len(names)


def quiet() -> None:
    """What tests print goes nowhere."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(nowhere, stream)


def collected(tests: Sequence[str], then: Callable[[list[pytest.Item]], None]) -> bool:
    """Collect tests and do something with them in their place; False where they cannot be collected."""
    once = _Once(then)
    pytest.main([*OPTIONS, *tests], plugins=[once])
    return once.done


@dataclass
class _Once:
    then: Callable[[list[pytest.Item]], None]
    done: bool = False

    @pytest.hookimpl(tryfirst=True)
    def pytest_runtestloop(self, session: pytest.Session) -> bool:
        if not session.testsfailed and session.items:
            self.then(session.items)
            self.done = True
        return True


def run(items: Sequence[pytest.Item], seconds: Mapping[str, float] | None = None, most: float = math.inf) -> int:
    """Carry out tests, in a child, up to the first that fails; those that are left after so many CPU seconds notice nothing.

    With the `seconds` that each takes without a mutant it may take a multiple of them.
    """
    session = items[0].session
    os.environ["XDG_CACHE_HOME"] = tempfile.mkdtemp()  # what a mutant has computed is kept for nobody
    try:
        for item, following in zip(items, [*items[1:], None], strict=True):
            if time.process_time() > most:
                return PASSED
            if seconds is not None:
                allow(FLOOR + SLOWER * seconds.get(item.nodeid, FLOOR))
            item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
            if session.testsfailed:
                return FAILED
    except BaseException:  # a mutant ended the session: no test passes so
        return FAILED
    return PASSED


# ---- without a mutant


def traced(items: Sequence[pytest.Item], modules: Iterable[Module]) -> Traced:
    """Carry out all tests, in a child, and note their times and lines."""
    found, now, living = Traced(), [""], [sys.modules[one.name] for one in modules]
    files, os.environ["XDG_CACHE_HOME"] = {str(one.__file__) for one in living}, tempfile.mkdtemp()

    def called(frame: Any, event: str, given: Any) -> Any:
        return passed if frame.f_code.co_filename in files else None

    def passed(frame: Any, event: str, given: Any) -> Any:
        found.by_line.setdefault((frame.f_code.co_filename, frame.f_lineno), set()).add(now[0])
        return passed

    session = items[0].session
    for item, following in zip(items, [*items[1:], None], strict=True):
        for one in living:
            forget(one)
        now[0], failed, began = item.nodeid, session.testsfailed, time.process_time()
        sys.settrace(called)
        item.config.hook.pytest_runtest_protocol(item=item, nextitem=following)
        sys.settrace(None)
        found.seconds[item.nodeid] = time.process_time() - began
        if session.testsfailed > failed:
            found.failed.append(item.nodeid)
    for together in sharing(items):
        for names in found.by_line.values():
            if names & together:
                names |= together
    return found


def sharing(items: Iterable[pytest.Item]) -> list[set[str]]:
    """The tests that look at the same fixture: what it does is done in the first of them alone."""
    found: dict[tuple[str, str], set[str]] = {}
    for item in items:
        for name, made in item._fixtureinfo.name2fixturedefs.items():  # type: ignore[attr-defined]
            if made[-1].scope != "function" and made[-1].baseid.startswith("tests"):
                found.setdefault((made[-1].baseid, name), set()).add(item.nodeid)
    return list(found.values())


def forget(module: ModuleType) -> None:
    """Empty what its functions keep of earlier calls."""
    for kept in [*vars(module).values()]:
        if callable(clear := getattr(kept, "cache_clear", None)):
            clear()


# ---- a mutant in a function of what is imported already


def function_of(module: ModuleType, one: Mutant) -> FunctionType | None:
    """The function that a mutant is in, as it lives in its module; None where it cannot be told for sure."""
    there: Any = module
    for name in one.within:
        there = vars(there).get(name)
        if there is None:
            return None
    for under in ("fget", "func", "__func__"):  # property, cached_property, staticmethod and classmethod
        there = getattr(there, under, there) if not isinstance(there, FunctionType) else there
    there = inspect.unwrap(there)
    return there if isinstance(there, FunctionType) and there.__module__ == module.__name__ else None


def code_of(function: FunctionType, one: Mutant, code: CodeType) -> CodeType | None:
    """The code of a function in that of its whole module, compiled anew."""
    for name in one.within:
        inner = [part for part in code.co_consts if isinstance(part, CodeType) and part.co_name == name]
        if len(inner) != 1:
            return None
        (code,) = inner
    own = function.__code__
    same = (code.co_firstlineno, code.co_freevars) == (own.co_firstlineno, own.co_freevars)
    return code if same else None


def swapped(
    module: Module, one: Mutant, items: Sequence[pytest.Item], seconds: Mapping[str, float], most: float
) -> Callable[[], int] | None:
    """The work of running tests with a mutant in the place of its function; None where it has to be imported anew."""
    living = sys.modules[module.name]
    function = function_of(living, one) if one.in_function else None
    if function is None or code_of(function, one, module.whole) is None:
        return None

    def work() -> int:
        code = code_of(function, one, module.code(one.number))
        if code is None:
            return BROKEN
        function.__code__ = code
        forget(living)
        return run(items, seconds, most)

    return work


# ---- a mutant that shows where its module is imported


@dataclass(frozen=True)
class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Where a module is imported, this code is carried out."""

    module: Module
    code: CodeType

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self.module.name:
            return None
        inside = [str(self.module.path.parent)] if self.module.path.name == "__init__.py" else None
        return importlib.util.spec_from_file_location(
            name, self.module.path, loader=self, submodule_search_locations=inside  # type: ignore[arg-type]
        )  # fmt: skip

    def exec_module(self, module: ModuleType) -> None:
        exec(self.code, module.__dict__)


def imported(module: Module, one: Mutant, tests: Sequence[str], known: Traced, most: float) -> int:
    """In a child that has imported nothing of ours: run the tests with a mutant in its module."""
    sys.meta_path.insert(0, Instead(module, module.code(one.number)))
    allow(IMPORTING)
    ended = [FAILED]

    def tried(items: list[pytest.Item]) -> None:
        by_name = {item.nodeid: item for item in items}
        ended[0] = run([by_name[name] for name in known.order(by_name)], known.seconds, time.process_time() + most)

    try:
        collected(tests, tried)
    except BaseException:
        return FAILED
    return ended[0]
