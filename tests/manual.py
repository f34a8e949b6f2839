"""The manual as the tests read it: the blocks of its pages, the commands in them, and a shell that follows a page.

A `console` block holds what a reader types (`$ ...`) and what comes back on stdout, or why it failed; it is carried out and
compared. In what is shown, `...` stands for anything: within a line for characters, alone on a line for lines. All other blocks
are read for the command lines in them, which the programs' own parsers have to take.

    python -m tests.manual docs/tutorial.md     writes what comes back now into the blocks of a page that has changed
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import importlib.util
import io
import os
import re
import shlex
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
PAGES = (ROOT / "README.md", ROOT / "CHANGELOG.md", ROOT / "benchmarks" / "README.md", *sorted((ROOT / "docs").glob("*.md")))
EXAMPLES = ROOT / "docs" / "examples"
FENCE = re.compile(r"(\s*)```(\w*)\s*$")
TYPED = re.compile(r"(?:.*?\s)??(python -m (?:replicate|synth|benchmarks|tests)\b.*)|(?:\$ )?((?:replicate|synth) .*)")
INLINE = re.compile(r"`(python -m (?:replicate|synth)\b[^`]*)`")
OURS = re.compile(r"(?:python -m )?(replicate|synth)\s")
HERE = re.compile(r"<<'?(\w+)'?\s*$")
WIDE = "100"  # columns of the terminal whose output the pages show


@dataclass(frozen=True)
class Block:
    """A fenced block, or an indented one (`kind` "indented"): where it begins, and what stands in it."""

    page: Path
    line: int
    kind: str
    text: str

    @property
    def where(self) -> str:
        return f"{self.page.relative_to(ROOT)}:{self.line}"


@dataclass(frozen=True)
class Step:
    """What a reader types, and what the page says comes back."""

    block: Block
    typed: str
    shown: str


def blocks(page: Path) -> list[Block]:
    """All blocks of a page in their order."""
    found, kind, begun, held, indent = list[Block](), None, 0, list[str](), 0
    for number, line in enumerate(page.read_text(encoding="utf-8").splitlines(), 1):
        fence = FENCE.match(line)
        if kind is None and fence:
            kind, begun, held, indent = fence[2] or "text", number, [], len(fence[1])
        elif kind is not None and line.strip() == "```":
            found.append(Block(page, begun, kind, "\n".join(held)))
            kind = None
        elif kind is not None:
            held.append(line[indent:])
        elif line.startswith("    "):
            found.append(Block(page, number, "indented", line[4:]))
    assert kind is None, f"{page}: the block of line {begun} has no end"
    return found


def lines(text: str) -> Iterator[str]:
    """The lines of a block as a shell takes them: a backslash at the end goes on."""
    yield from re.sub(r"\\\n\s*", "", text).splitlines()


def commands(block: Block) -> list[list[str]]:
    """Command lines of ours in a block as words: `python -m` left away, comments and what a shell does with them too."""
    found = []
    for line in lines(block.text):
        if typed := TYPED.fullmatch(line.strip()):
            words = shlex.split((typed[1] or typed[2]).translate(str.maketrans("", "", "[]")), comments=True)
            ends = [place for place, word in enumerate(words) if word in ("|", "<", ">", "&", ";", "&&")]
            words = words[: min(ends, default=len(words))]
            found.append(words[2:] if words[:2] == ["python", "-m"] else words)
    return found


def parse(words: list[str]) -> None:
    """Have the program's own parser read a command line; an AssertionError says what it does not take."""
    name, given, said = words[0], words[1:], io.StringIO()

    class Parsed(Exception):
        """The parser was content."""

    plain = argparse.ArgumentParser.parse_args

    def once(parser: argparse.ArgumentParser, args: object = None, *rest: object) -> NoReturn:
        plain(parser, given)
        raise Parsed

    spec = importlib.util.find_spec(name)
    assert spec, f"there is no {name}"
    module = f"{name}.__main__" if spec.submodule_search_locations else name
    made = importlib.import_module(module)
    if "parse_args" not in Path(str(made.__file__)).read_text(encoding="utf-8"):
        assert set(given) <= {"--json"}, f"{name} has no parser, and takes no {' '.join(given)}"
        return
    argparse.ArgumentParser.parse_args = once  # type: ignore[method-assign, assignment]
    try:
        with contextlib.redirect_stderr(said):
            made.main()
    except Parsed:
        return
    except SystemExit:
        raise AssertionError(f"{' '.join(words)}: {said.getvalue().splitlines()[-1]}") from None
    finally:
        argparse.ArgumentParser.parse_args = plain  # type: ignore[method-assign]
    raise AssertionError(f"{name}: main() has no parser")


def steps(page: Path) -> list[Step]:
    """What the console blocks of a page say that a reader types, each with what comes back."""
    found = []
    for block in blocks(page):
        if block.kind != "console":
            continue
        typed, shown, until = list[str](), list[str](), ""
        for line in [*block.text.splitlines(), "$ "]:
            if until:
                typed.append(line)
                until = "" if line == until else until
            elif line.startswith("$ "):
                if typed:
                    found.append(Step(block, "\n".join(typed), "\n".join(shown)))
                typed, shown = [line[2:]], []
                until = match[1] if (match := HERE.search(line)) else ""
            elif not shown and typed and typed[-1].endswith("\\"):
                typed.append(line)
            else:
                shown.append(line)
    return found


def like(shown: str, came: str) -> bool:
    """Whether what came is what a page shows."""
    parts = []
    for line in shown.strip("\n").splitlines():
        if line.strip() == "...":
            parts.append(r"(?:[^\n]*\n)*?")
        else:
            parts.append(".*?".join(re.escape(one) for one in line.rstrip().split("...")) + r"[ ]*\n")
    return re.fullmatch("".join(parts), came.strip("\n") + "\n" if came.strip() else "") is not None


@dataclass
class Shell:
    """A reader at a terminal: where they stand, and what they have set. `root` is the checkout whose programs they type.

    Commands of this checkout run within this process; `replaced` are words that are typed otherwise than the page has them.
    """

    folder: Path
    environment: Mapping[str, str] = field(default_factory=dict)
    root: Path = ROOT
    replaced: Mapping[str, str] = field(default_factory=dict)
    code: int = 0
    said: str = ""

    def type(self, typed: str) -> str:
        """Carry out what is typed; its stdout, or why it ended where it failed. `said` is what came on stderr."""
        for one, other in self.replaced.items():
            typed = typed.replace(one, other)
        line = next(iter(lines(typed)))
        plain = not re.search(r"[|<>;&]", re.sub(r"'[^']*'|\"[^\"]*\"", "", line))
        if plain and self.root == ROOT and (found := OURS.match(line)):
            return self._ours(found[1], shlex.split(line[found.end() :], comments=True))
        path = os.pathsep.join([os.path.dirname(sys.executable), os.environ.get("PATH", "")])
        env = {**os.environ, **self.environment, "PATH": path, "PYTHONPATH": str(self.root), "COLUMNS": WIDE}
        with tempfile.NamedTemporaryFile("r", encoding="utf-8") as stands:
            script = f"{typed}\ncode=$?; pwd > {stands.name}; exit $code"
            done = subprocess.run(["bash", "-c", script], cwd=self.folder, env=env, capture_output=True, text=True)
            self.folder = Path(stands.read().strip() or self.folder)
        self.code, self.said = done.returncode, done.stderr
        return done.stdout or self.said * bool(self.code)

    def _ours(self, name: str, words: list[str]) -> str:
        main: Callable[[list[str]], int] = importlib.import_module(f"{name}.__main__").main
        out, err, before = io.StringIO(), io.StringIO(), {key: os.environ.get(key) for key in (*self.environment, "COLUMNS")}
        os.environ.update({**self.environment, "COLUMNS": WIDE})
        try:
            with contextlib.chdir(self.folder), contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                self.code = main(words)
        except SystemExit as ended:
            self.code = int(ended.code or 0)
        finally:
            for key, value in before.items():
                os.environ.pop(key, None) if value is None else os.environ.update({key: value})
        self.said = err.getvalue()
        return out.getvalue() or self.said * bool(self.code)


def follow(page: Path, shell: Shell) -> Iterator[tuple[Step, str]]:
    """Type what a page says, one after the other; each step with what came back."""
    for step in steps(page):
        yield step, shell.type(step.typed)


def main() -> None:
    """Write what comes back now into the blocks of a page that shows something else."""
    parser = argparse.ArgumentParser(prog="python -m tests.manual", description="Bring the output that a page shows up to date.")
    parser.add_argument("page", metavar="PAGE", help="a page of docs/")
    parser.add_argument(
        "--folder",
        metavar="DIR",
        help="where its commands are typed (default: a new folder); in a copy of a checkout its own programs",
    )
    arguments = parser.parse_args()
    page = Path(arguments.page).resolve()
    text = page.read_text(encoding="utf-8")
    with tempfile.TemporaryDirectory() as place:
        folder = Path(arguments.folder or place).resolve()
        shell = Shell(folder, {"XDG_CACHE_HOME": f"{place}/.cache"}, folder if (folder / "replicate").is_dir() else ROOT)
        if not (shell.folder / "docs").exists():
            (shell.folder / "docs").symlink_to(ROOT / "docs")
        for step, came in follow(page, shell):
            print(f"{step.block.where}: {step.typed}\n{shell.said}", file=sys.stderr, flush=True)
            if not like(step.shown, came):
                print(f"{step.block.where}: {step.typed}")
                old, new = (f"$ {step.typed}\n{one.strip(chr(10))}" for one in (step.shown, came))
                text = text.replace(old.rstrip("\n"), new.rstrip("\n"), 1)
    page.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
