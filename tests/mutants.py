"""Small errors put into a module, one at a time: do its tests notice?

python -m tests.mutants replicate/results.py --sample 60

Each mutant runs the module's tests in a process of its own, forked from one that has loaded the libraries, with a time limit.
A mutant that no test notices has survived; the share of the others is the score. Some survivors are no errors: they do the
same in another way.
"""

from __future__ import annotations

import argparse
import ast
import importlib
import importlib.abc
import importlib.util
import json
import os
import random
import signal
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType

SCHEMA = "tests.mutants/1"
ROOT = Path(__file__).resolve().parent.parent
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
PRELOADED = ("pytest", "hypothesis", "numpy", "pandas", "pyarrow.parquet")
SLOWER = 10.0  # times the time that the tests take without a mutant: then it hangs

COMPARED: dict[type, type[ast.cmpop]] = {
    ast.Eq: ast.NotEq, ast.NotEq: ast.Eq, ast.Lt: ast.LtE, ast.LtE: ast.Lt, ast.Gt: ast.GtE, ast.GtE: ast.Gt,
    ast.In: ast.NotIn, ast.NotIn: ast.In, ast.Is: ast.IsNot, ast.IsNot: ast.Is,
}  # fmt: skip
COMPUTED: dict[type, type[ast.operator]] = {
    ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.FloorDiv: ast.Mult, ast.Mod: ast.Mult,
    ast.Pow: ast.Mult, ast.BitAnd: ast.BitOr, ast.BitOr: ast.BitAnd,
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """A module with one error in it: of which kind, on which line, and what stands there instead of what."""

    kind: str
    line: int
    before: str
    after: str
    source: str


# ---- making them


@dataclass(frozen=True)
class Place:
    """Where a node stands in a tree: in a field of its parent, or at a place in a list there."""

    parent: ast.AST
    field: str
    at: int | None
    node: ast.AST

    def put(self, node: ast.AST) -> None:
        if self.at is None:
            setattr(self.parent, self.field, node)
        else:
            getattr(self.parent, self.field)[self.at] = node


def mutants(source: str) -> list[Mutant]:
    """All mutants of a module."""
    tree, made = ast.parse(source), list[Mutant]()
    for place in list(_places(tree)):
        for kind, changed in _changed(place.node):
            place.put(changed)
            line = getattr(place.node, "lineno", 0)
            made.append(Mutant(kind, line, ast.unparse(place.node), ast.unparse(changed), ast.unparse(tree)))
            place.put(place.node)
    return made


def _places(parent: ast.AST) -> Iterator[Place]:
    """All that is carried out: no annotations, no docstrings, and no words of messages, which say the same in other words."""
    for field, value in ast.iter_fields(parent):
        if field in ("annotation", "returns") or isinstance(parent, (ast.JoinedStr, ast.Raise)):
            continue
        for at, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
            if isinstance(node, ast.AST) and not _docstring(node):
                yield Place(parent, field, at, node)
                yield from _places(node)


def _changed(node: ast.AST) -> Iterator[tuple[str, ast.AST]]:
    """What may stand in the place of a node, each with its kind."""
    if isinstance(node, ast.Compare):
        for at, operator in enumerate(node.ops):
            if other := COMPARED.get(type(operator)):
                yield "comparison", ast.Compare(node.left, [*node.ops[:at], other(), *node.ops[at + 1 :]], node.comparators)
    elif isinstance(node, ast.BinOp) and type(node.op) in COMPUTED:
        yield "arithmetic", ast.BinOp(node.left, COMPUTED[type(node.op)](), node.right)
    elif isinstance(node, ast.AugAssign) and type(node.op) in COMPUTED:
        yield "arithmetic", ast.AugAssign(node.target, COMPUTED[type(node.op)](), node.value)
    elif isinstance(node, ast.BoolOp):
        yield "boolean", ast.BoolOp(ast.And() if isinstance(node.op, ast.Or) else ast.Or(), node.values)
    elif isinstance(node, ast.UnaryOp):
        yield "boolean", node.operand
    elif isinstance(node, ast.IfExp):
        yield "boolean", ast.IfExp(node.test, node.orelse, node.body)
    elif isinstance(node, ast.Constant) and (other_value := _other(node.value)) is not None:
        yield "constant", ast.Constant(other_value)
    elif isinstance(node, ast.If) and not isinstance(node.test, (ast.Compare, ast.BoolOp, ast.UnaryOp)):
        yield "boolean", ast.If(ast.UnaryOp(ast.Not(), node.test), node.body, node.orelse)
    elif isinstance(node, ast.Return) and node.value is not None:
        yield "return", ast.Return(ast.Constant(None))
    if isinstance(node, (ast.Raise, ast.AugAssign, ast.Continue, ast.Break)) or _is_call(node):
        yield "deleted", ast.Pass()


def _other(value: object) -> bool | int | float | str | None:
    if isinstance(value, bool):
        return not value
    if isinstance(value, (int, float)):
        return value + 1
    return f"{value}X" if isinstance(value, str) else None


def _is_call(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Call)


def _docstring(node: ast.AST) -> bool:
    return isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)


# ---- running the tests on them


@dataclass(frozen=True)
class Instead(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    """Where a module is imported, this source is."""

    name: str
    path: Path
    source: str

    def find_spec(self, name: str, path: object, target: object = None) -> ModuleSpec | None:
        if name != self.name:
            return None
        return importlib.util.spec_from_file_location(name, self.path, loader=self)  # type: ignore[arg-type]

    def exec_module(self, module: ModuleType) -> None:
        exec(compile(self.source, str(self.path), "exec"), module.__dict__)


def ends(path: Path, source: str, tests: Sequence[str], limit: float) -> str:
    """What the tests say of a module with this source: it is killed where one of them fails."""
    child = os.fork()
    if not child:
        os._exit(_tested(path, source, tests))
    until = time.monotonic() + limit
    while time.monotonic() < until:
        pid, status = os.waitpid(child, os.WNOHANG)
        if pid:
            return SURVIVED if status == 0 else KILLED
        time.sleep(0.01)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    return TIMED_OUT


def _tested(path: Path, source: str, tests: Sequence[str]) -> int:
    """In the child: 0 where all tests pass."""
    import pytest

    quiet = os.open(os.devnull, os.O_WRONLY)
    for stream in (1, 2):
        os.dup2(quiet, stream)
    name = ".".join(path.relative_to(ROOT).with_suffix("").parts)
    sys.meta_path.insert(0, Instead(name, path, source))
    return int(pytest.main(["-x", "-q", "-p", "no:cacheprovider", "--hypothesis-seed=0", *tests]))


def where_tested(path: Path) -> Path:
    """The file of a module's tests: the package's folder in tests, and the module's name."""
    return ROOT / "tests" / path.relative_to(ROOT).parts[0] / f"test_{path.stem}.py"


def main(given: Sequence[str] | None = None) -> int:
    """0 where the score is as asked, 1 where it is below."""
    parser = argparse.ArgumentParser(prog="python -m tests.mutants", description="Do a module's tests notice small errors in it?")
    parser.add_argument("module", type=Path, help="its file, replicate/results.py")
    parser.add_argument("--tests", metavar="FILE", action="append", help="files of tests (default: that of the module)")
    parser.add_argument("--sample", metavar="N", type=int, help="so many mutants by chance (default: all)")
    parser.add_argument("--seed", metavar="N", type=int, default=1, help="of the sample (default: 1)")
    parser.add_argument("--least", metavar="SHARE", type=float, default=0.85, help="the score to be reached (default: 0.85)")
    parser.add_argument("--json", action="store_true", help="print JSON with a versioned schema name")
    arguments = parser.parse_args(given)
    path = arguments.module.resolve()
    tests = arguments.tests or [str(where_tested(path))]
    source = path.read_text(encoding="utf-8")
    made = mutants(source)
    chosen = made if arguments.sample is None else random.Random(arguments.seed).sample(made, min(arguments.sample, len(made)))
    chosen.sort(key=lambda one: one.line)
    os.chdir(ROOT)
    for library in PRELOADED:
        importlib.import_module(library)
    began = time.monotonic()
    if (said := ends(path, ast.unparse(ast.parse(source)), tests, 3600)) != SURVIVED:
        print(f"mutants: {' '.join(tests)}: the tests fail without a mutant ({said})", file=sys.stderr)
        return 4
    limit = SLOWER * (time.monotonic() - began) + 5
    became = list[str]()
    for number, one in enumerate(chosen, 1):
        became.append(ends(path, one.source, tests, limit))
        if number % 20 == 0 or number == len(chosen):
            print(f"mutants: {number}/{len(chosen)}, {became.count(SURVIVED)} survived", file=sys.stderr, flush=True)
    survivors = [one for one, what in zip(chosen, became, strict=True) if what == SURVIVED]
    score = 1 - len(survivors) / len(chosen) if chosen else 1.0
    if arguments.json:
        left = [{"line": one.line, "kind": one.kind, "before": one.before, "after": one.after} for one in survivors]
        counts = dict(Counter(became))
        data = {"module": str(arguments.module), "mutants": len(made), "tried": len(chosen), **counts, "score": round(score, 4)}
        print(json.dumps({"schema": SCHEMA, **data, "survivors": left}, indent=1))
    else:
        for one in survivors:
            print(f"{arguments.module}:{one.line}: {one.kind}: {_short(one.before)}  ->  {_short(one.after)}")
        kinds = ", ".join(f"{what} {count}" for what, count in Counter(became).most_common())
        print(f"{arguments.module}: {len(chosen)} of {len(made)} mutants tried: {kinds}; score {score:.1%}")
    return 0 if score >= arguments.least else 1


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= 90 else f"{line[:87]}..."


if __name__ == "__main__":
    sys.exit(main())
