"""The rules of the house: who may import whom, what must stay unloaded, how long a file may be.

`Sources` reads every module with `ast`, so nothing is imported to find out what imports what. The first tests hold the
reader itself against small houses that break one rule each; the others hold this house against the rules.
"""

from __future__ import annotations

import ast
import importlib.metadata
import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
PACKAGES = ("replicate", "synth")
LONGEST = 400
# What `synth` may know of `replicate`: values and results, nothing of training.
OPEN_TO_SYNTH = (
    "results", "languages", "tasks", "experiments", "metrics.significance", "problems", "resources", "files", "shadow",
    "shown", "confidential", "terminal",
)  # fmt: skip
HEAVY = ("torch", "transformers", "datasets", "tokenizers", "statsmodels", "pandas", "pyarrow", "scipy", "ray")
# These answer at once: they plan, list and explain, and load nothing that computes (`benchmarks/startup.py` has the figures).
LIGHT_COMMANDS = (
    "replicate --help",
    "replicate tasks",
    "replicate languages",
    "replicate experiments",
    "replicate plan stilts --scale large",
    "replicate plan stilts --scale large --json",
    "replicate status stilts --scale nano",
    "replicate.perturb --kinds --language hi",
    "synth --help",
)


class Sources:
    """The modules under a folder and what each one imports: `top` when it is loaded, `any` at some time."""

    def __init__(self, root: Path, packages: tuple[str, ...] = PACKAGES) -> None:
        files = [file for package in packages for file in sorted((root / package).rglob("*.py"))]
        self.files = {_module(file.relative_to(root)): file for file in files}
        self.top: dict[str, set[str]] = {}
        self.any: dict[str, set[str]] = {}
        for name, file in self.files.items():
            tree = ast.parse(file.read_text(encoding="utf-8"), str(file))
            self.top[name] = set(self._targets(name, _statements(tree, functions=False)))
            self.any[name] = set(self._targets(name, _statements(tree, functions=True)))

    def _targets(self, name: str, nodes: Iterator[ast.AST]) -> Iterator[str]:
        """Dotted names of what the statements load: our modules exactly, others as they are written."""
        for node in nodes:
            if isinstance(node, ast.Import):
                yield from (alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                base = self._absolute(name, node)
                for alias in node.names:
                    full = f"{base}.{alias.name}"
                    yield full if full in self.files else base

    def _absolute(self, name: str, node: ast.ImportFrom) -> str:
        if not node.level:
            return node.module or ""
        package = name.split(".") if self.files[name].name == "__init__.py" else name.split(".")[:-1]
        package = package[: len(package) - node.level + 1]
        return ".".join([*package, *([node.module] if node.module else [])])

    def loaded_by(self, start: str) -> dict[str, list[str]]:
        """Everything that importing `start` loads, each with the chain of modules that leads there."""
        found: dict[str, list[str]] = {}
        queue = [(start, [start])]
        while queue:
            name, chain = queue.pop(0)
            if name in found:
                continue
            found[name] = chain
            # Importing a module runs the packages around it first.
            parts = name.split(".")
            around = {".".join(parts[:n]) for n in range(1, len(parts))} & set(self.files)
            queue += [(target, [*chain, target]) for target in sorted(self.top.get(name, set()) | around)]
        return found

    def foreign_to(self, package: str, allowed: tuple[str, ...], other: str) -> list[str]:
        """Imports of `other` in `package` outside `allowed`, functions included."""
        return [
            f"{name} imports {target}"
            for name, targets in self.any.items()
            if _within(name, package)
            for target in sorted(targets)
            if _within(target, other) and not any(_within(target, f"{other}.{part}") for part in allowed)
        ]

    def circle(self) -> list[str]:
        """A chain of our modules that comes back to its start while they load; empty if there is none."""
        done: set[str] = set()

        def walk(name: str, path: list[str]) -> list[str]:
            if name in path:
                return [*path[path.index(name) :], name]
            if name in done:
                return []
            for target in sorted(self.top[name] & set(self.files)):
                if found := walk(target, [*path, name]):
                    return found
            done.add(name)
            return []

        return next((found for name in self.files if (found := walk(name, []))), [])


def _module(file: Path) -> str:
    parts = file.with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _within(name: str, package: str) -> bool:
    return name == package or name.startswith(package + ".")


def _statements(node: ast.AST, functions: bool) -> Iterator[ast.AST]:
    """All nodes that run when a module loads; with `functions` those that run later too. Imports for types run never."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda) and not functions:
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            for other in child.orelse:
                yield other
                yield from _statements(other, functions)
            continue
        yield child
        yield from _statements(child, functions)


def heavy_in(names: set[str] | dict[str, list[str]]) -> set[str]:
    return {name for name in names if name.split(".")[0] in HEAVY}


@pytest.fixture(scope="module")
def house() -> Sources:
    return Sources(ROOT)


# -- the reader, on houses that break a rule --


def build(root: Path, **files: str) -> Sources:
    """A house of a few files; `replicate_tasks` stands for replicate/tasks.py."""
    for package in PACKAGES:
        (root / package).mkdir(exist_ok=True)
        (root / package / "__init__.py").touch()
    for name, text in files.items():
        (root / (name.replace("_", "/", 1) + ".py")).write_text(text)
    return Sources(root)


def test_the_reader_sees_an_import_of_synth_even_inside_a_function(tmp_path: Path):
    house = build(tmp_path, synth_audit="", replicate_run="def go():\n    from synth import audit\n")
    assert house.foreign_to("replicate", (), "synth") == ["replicate.run imports synth.audit"]


def test_the_reader_sees_what_synth_may_not_touch(tmp_path: Path):
    house = build(
        tmp_path,
        replicate_steps="",
        replicate_results="",
        synth_verify="from replicate import results, steps\nimport replicate\n",
    )
    assert house.foreign_to("synth", OPEN_TO_SYNTH, "replicate") == [
        "synth.verify imports replicate",
        "synth.verify imports replicate.steps",
    ]


def test_the_reader_sees_a_circle_and_lets_lazy_imports_be(tmp_path: Path):
    house = build(tmp_path, replicate_a="from . import b\n", replicate_b="from .a import x\n")
    assert house.circle() == ["replicate.a", "replicate.b", "replicate.a"]
    house = build(tmp_path, replicate_b="def late():\n    from .a import x\n")
    assert house.circle() == []


def test_the_reader_follows_a_chain_to_a_heavy_import(tmp_path: Path):
    main = "from . import plan\ndef late():\n    import pandas\n"
    house = build(tmp_path, replicate_main=main, replicate_plan="try:\n    import torch\nexcept ImportError:\n    pass\n")
    loaded = house.loaded_by("replicate.main")
    assert heavy_in(loaded) == {"torch"}
    assert loaded["torch"] == ["replicate.main", "replicate.plan", "torch"]


def test_the_reader_knows_imports_that_are_there_for_types_alone(tmp_path: Path):
    text = "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    import torch\nelse:\n    import pandas\n"
    assert heavy_in(build(tmp_path, replicate_a=text).loaded_by("replicate.a")) == {"pandas"}


# -- this house --


def test_the_whole_house_is_read(house: Sources):
    assert {"replicate.problems", "replicate.tasks", "replicate.languages", "synth.shadow"} <= set(house.files)
    assert "replicate.tasks.intermediate" in house.top["replicate.tasks"]


def test_replicate_knows_nothing_of_synth(house: Sources):
    assert house.foreign_to("replicate", (), "synth") == []


def test_synth_takes_only_results_and_light_values_from_replicate(house: Sources):
    # The console scripts of both commands start in synth/shadow.py, which calls replicate's after its check.
    found = house.foreign_to("synth", OPEN_TO_SYNTH, "replicate")
    assert [line for line in found if line != "synth.shadow imports replicate.__main__"] == []


def test_no_import_runs_in_a_circle(house: Sources):
    assert house.circle() == []


@pytest.mark.parametrize("start", ["replicate.__main__", "replicate.plan", "replicate.experiments", "synth.__main__"])
def test_nothing_heavy_is_loaded_before_a_command_is_known(house: Sources, start: str):
    assert start in house.files
    loaded = house.loaded_by(start)
    assert [" -> ".join(loaded[name]) for name in heavy_in(loaded)] == []


def command_line(command: str, cwd: Path, *options: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.run([sys.executable, *options, "-m", *command.split()], cwd=cwd, env=env, capture_output=True, text=True)


@pytest.mark.parametrize("command", LIGHT_COMMANDS)
def test_a_command_that_only_tells_loads_nothing_heavy(command: str, tmp_path: Path):
    done = command_line(command, tmp_path, "-X", "importtime")
    assert done.returncode == 0, "".join(line for line in done.stderr.splitlines(True) if not line.startswith("import time:"))
    assert heavy_in(set(re.findall(r"^import time:.*\| +(\w+)$", done.stderr, re.M))) == set()


def test_no_file_is_longer_than_a_reader_can_hold():
    files = [file for folder in (*PACKAGES, "benchmarks", "tests") for file in (ROOT / folder).rglob("*.py")]
    lengths = {str(file.relative_to(ROOT)): len(file.read_text(encoding="utf-8").splitlines()) for file in files}
    assert {name: lines for name, lines in lengths.items() if lines > LONGEST} == {}


def test_every_library_that_is_imported_is_declared(house: Sources):
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [*project["dependencies"], *(line for extra in project["optional-dependencies"].values() for line in extra)]
    names = {_canonical(line) for line in declared}
    provides = importlib.metadata.packages_distributions()
    imported = {target.split(".")[0] for targets in house.any.values() for target in targets}
    foreign = {name for name in imported - set(PACKAGES) if name and name not in sys.stdlib_module_names}
    # A library that is not installed here (an extra) counts under its own name.
    assert {name for name in foreign if not names & {_canonical(dist) for dist in provides.get(name, [name])}} == set()


def _canonical(requirement: str) -> str:
    return re.sub(r"[-_.]+", "-", re.split(r"[ \[<>=!~;]", requirement.strip())[0]).lower()
