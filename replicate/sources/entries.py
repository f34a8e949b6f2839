"""`source.toml`: what a folder of one's own says of its files, checked before anything is read; one Entry for each `[[data]]`."""

from __future__ import annotations

import glob
import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import languages, tasks
from ..problems import Problem, near, unknown, unreadable
from ..tasks.task import Task
from . import ccg
from .forms import FIELDS, check_fields
from .rows import Reader
from .tables import FORMATS, Layout

NAME = "source.toml"
SPLITS = ("train", "dev", "test")
EXAMPLE = (
    '[[data]] task = "xnli", files = "nli/{split}-{language}.csv", '
    'columns = { first = "premise", second = "hypothesis", label = "gold_label" }'
)
# The keys of a [[data]] table and the types of their values.
KEYS: dict[str, tuple[tuple[type, ...], str]] = {
    "task": ((str,), "the name of a task, or text"),
    "files": ((str,), "a path in this folder"),
    "split": ((str,), "train, dev or test"),
    "splits": ((dict,), 'a table such as { dev = "validation" }'),
    "language": ((str,), "a code such as de"),
    "languages": ((dict,), 'a table such as { de = "deu" }'),
    "translated": ((bool,), "true or false"),
    "format": ((str,), "one of " + ", ".join(sorted(FORMATS.values()))),
    "columns": ((dict,), 'a table such as { first = "premise" }'),
    "labels": ((list,), "a list of names"),
    "header": ((bool,), "true or false"),
    "quoted": ((bool,), "true or false"),
    "document": ((str,), "line or block"),
    "conll": ((dict,), "a table such as { word = 0, tag = 1 }"),
}
CONLL: dict[str, tuple[tuple[type, ...], str]] = {
    "word": ((int,), "the number of a column, from 0"),
    "tag": ((int,), "the number of a column, from 0"),
    "separator": ((str,), "what stands between the columns; empty for any white space"),
    "comment": ((str,), "what lines begin with that are no data"),
}


@dataclass(frozen=True)
class Entry:
    """One `[[data]]` table. `splits` and `languages` are ours, with the names that stand in the paths."""

    where: str
    task: Task
    pattern: str
    splits: Mapping[str, str]
    languages: Mapping[str, str]
    translated: bool
    columns: Mapping[str, str]
    labels: tuple[str, ...]
    layout: Layout
    folder: Path

    @property
    def treebank(self) -> Path | None:
        """The folder with CCGbank, where the entry names one."""
        place = self.folder / self.pattern
        return place if self.task.id == "ccg" and place.is_dir() else None

    def path(self, split: str, language: str) -> str:
        """The path or glob of this part, below the folder."""
        return self.pattern.replace("{split}", self.splits[split]).replace("{language}", self.languages[language])

    def files(self, split: str, language: str) -> list[Path]:
        """The files of this part, sorted; none where the entry has no such split or language, or nothing lies there."""
        if split not in self.splits or language not in self.languages:
            return []
        wanted = self.path(split, language)
        if (self.folder / wanted).is_file():
            return [self.folder / wanted]
        return sorted(self.folder / name for name in glob.glob(wanted, root_dir=self.folder, recursive=True)
                      if (self.folder / name).is_file())  # fmt: skip

    def settings(self) -> dict[str, Any]:
        """All that decides how a file is read, and nothing of where it lies."""
        return {"task": self.task.id, "columns": dict(self.columns), "labels": list(self.labels), "layout": repr(self.layout)}


def asked(name: str) -> Task:
    """The task of this name; all text is one task, wherever it comes from."""
    found = tasks.find(name)
    return tasks.find("text") if found.kind == "text" else found


def load(folder: Path) -> tuple[str, tuple[Entry, ...]]:
    """The world and the entries of a folder's `source.toml`."""
    path = folder / NAME
    if not path.is_file():
        raise Problem(f"{path} is not there; it has to say what the files of the folder hold, for example {EXAMPLE}")
    try:
        held = tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: no TOML ({unreadable(error)})") from None
    try:
        for key in held:
            if key not in ("world", "data"):
                raise unknown("key", key, ("world", "data"))
        world = held.get("world", "real")
        if world not in languages.WORLDS:
            raise unknown("world", str(world), languages.WORLDS)
        tables = held.get("data", [])
        if not isinstance(tables, list) or not tables or not all(isinstance(table, dict) for table in tables):
            raise Problem(f"no [[data]] table; expected one for each set of files, for example {EXAMPLE}")
    except Problem as problem:
        raise Problem(f"{path}: {problem}") from None
    return world, tuple(_entry(folder, table, world, number) for number, table in enumerate(tables, 1))


def _entry(folder: Path, table: dict[str, Any], world: str, number: int) -> Entry:
    where = f"{folder / NAME}, [[data]] {number}"
    try:
        _typed(table, KEYS)
        for key in ("task", "files"):
            if not table.get(key):
                raise Problem(f"no {key!r}; expected {KEYS[key][1]}")
        where += f" ({table['task']})"
        task = asked(table["task"])
        pattern, treebank = table["files"], False
        if task.id == "ccg":
            treebank = (folder / pattern).is_dir()
            if not treebank and not Path(pattern).suffix and "format" not in table:
                raise Problem(ccg.missing(folder / pattern))
        spoken = {"language": languages.pivot(world), **table} if treebank else table
        splits = _splits(task, spoken, pattern, treebank)
        layout, columns = (Layout("conll"), {}) if treebank else _layout(task, table, pattern)
        labels = tuple(str(label) for label in table.get("labels", ()))
        entry = Entry(
            where, task, pattern, splits, _languages(spoken, pattern, world), table.get("translated", False),
            columns, labels, layout, folder,
        )  # fmt: skip
        _checked(entry)
        if treebank:
            return entry
        if not any(entry.files(split, language) for split in splits for language in entry.languages):
            raise Problem(f"no file of the name {pattern}{_near(folder, pattern)}")
        return entry
    except Problem as problem:
        raise Problem(f"{where}: {problem}") from None


def _typed(table: Mapping[str, Any], keys: Mapping[str, tuple[tuple[type, ...], str]]) -> None:
    for key, value in table.items():
        if key not in keys:
            raise unknown("key", key, keys)
        types, expected = keys[key]
        if type(value) not in types:
            raise Problem(f"{key} is {value!r}; expected {expected}")


def _named(table: Mapping[str, Any], key: str, pattern: str) -> None:
    """A placeholder, or a key, but not both and not neither."""
    holds = f"{{{key}}}" in pattern
    if holds and key in table:
        raise Problem(f"both {key} = {table[key]!r} and {{{key}}} in files = {pattern!r}; leave one out")
    if not holds and key not in table:
        raise Problem(f"no {key!r}, and no {{{key}}} in files = {pattern!r}; expected one of them")
    if not holds and f"{key}s" in table:
        raise Problem(f"{key}s, but no {{{key}}} in files = {pattern!r} that it would stand for")


def _splits(task: Task, table: Mapping[str, Any], pattern: str, treebank: bool) -> dict[str, str]:
    if treebank or (task.kind == "text" and "split" not in table and "{split}" not in pattern):
        return {split: split for split in (SPLITS if treebank else ("train",))}
    _named(table, "split", pattern)
    given = table.get("splits", {table["split"]: ""} if "split" in table else {split: split for split in SPLITS})
    for split, name in given.items():
        if split not in SPLITS:
            raise unknown("split", split, SPLITS)
        if not isinstance(name, str):
            raise Problem(f"splits: {split} is {name!r}; expected the name that stands in the paths")
    return dict(given)


def _languages(table: Mapping[str, Any], pattern: str, world: str) -> dict[str, str]:
    _named(table, "language", pattern)
    if "language" in table:
        return {languages.find(table["language"], world).code: ""}
    given = table.get("languages", {code: code for code in languages.languages(world)})
    for code, name in given.items():
        if not isinstance(name, str):
            raise Problem(f"languages: {code} is {name!r}; expected the name that stands in the paths")
    return {languages.find(code, world).code: name for code, name in given.items()}


def _layout(task: Task, table: Mapping[str, Any], pattern: str) -> tuple[Layout, dict[str, str]]:
    for name in re.findall(r"\{(.*?)\}", pattern):
        if name not in ("split", "language"):
            raise Problem(f"files = {pattern!r} holds {{{name}}}; expected {{split}} or {{language}}, or * for anything")
    suffix = Path(pattern).suffix.lower()
    format = table.get("format") or ("conll" if "conll" in table else FORMATS.get(suffix, ""))
    if format not in FORMATS.values():
        said = f"the format {format!r}" if format else f"files = {pattern!r} ends in none of {', '.join(FORMATS)}"
        raise Problem(f"{said}; say format = one of {', '.join(sorted(FORMATS.values()))}")
    if (
        (format == "text" and task.kind != "text")
        or (format == "conll" and task.kind != "tags")
        or (format == "conllu" and task.id != "udpos")
    ):
        raise Problem(f"{format} files hold no {task.id}; expected another of {', '.join(sorted(FORMATS.values()))}")
    for key, fits in (("conll", ("conll",)), ("header", ("csv", "tsv")), ("quoted", ("csv", "tsv")), ("document", ("text",))):
        if key in table and format not in fits:
            raise Problem(f"{key} is for {' and '.join(fits)} files, and these are {format}")
    if format in ("conll", "conllu", "text") and "columns" in table:
        raise Problem(f"columns are for files whose columns have names; {format} files have none")
    if table.get("document", "line") not in ("line", "block"):
        raise unknown("document", table["document"], ("line", "block"))
    header = table.get("header", True)
    columns = _columns(task, table, format, header)
    conll = table.get("conll", {})
    _typed(conll, CONLL)
    if any(conll.get(key, 0) < 0 for key in ("word", "tag")):
        raise Problem("conll: columns are counted from 0")
    wanted = tuple(column for field, column in columns.items() if field != "label_from")
    quoted = table.get("quoted", format == "csv")
    return Layout(format, header, quoted, wanted, **conll, document=table.get("document", "line")), columns


def _columns(task: Task, table: Mapping[str, Any], format: str, header: bool) -> dict[str, str]:
    """The columns by field; where none are named, they are called as the fields are."""
    if format in ("conll", "conllu", "text"):
        return {"text": "text"} if format == "text" else {"words": "words", "tags": "tags"}
    more = {"spans": ("answers",), "choices": ("options",)}.get(task.kind, ())
    given = table.get("columns") or {field: field for field in (*FIELDS[task.kind][0], *more)}
    for field, column in given.items():
        if type(column) not in (str, int) or (type(column) is int and header and field != "label_from"):
            raise Problem(f"columns: {field} is {column!r}; expected a column's name, or its number where header = false")
    return {field: str(column) for field, column in given.items()}


def _checked(entry: Entry) -> None:
    """The fields and labels as the reader of the rows wants them."""
    if entry.treebank:
        return
    if entry.task.kind == "text":
        check_fields("text", entry.columns)
        return
    if entry.labels and entry.task.kind not in ("pairs", "tags", "choices"):
        raise Problem(f"labels, but {entry.task.id} has none")
    if entry.labels and entry.task.kind == "tags" and not entry.task.labels:
        raise Problem(f"labels, but those of {entry.task.id} are the ones in its training data; leave them out")
    Reader(entry.task, entry.columns, entry.labels)


def _near(folder: Path, pattern: str) -> str:
    names = sorted(str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file() and path.name != NAME)[:10_000]
    like = near(pattern, names)
    return f"; there are {', '.join(like)}" if like else f"; the folder holds {len(names)} other files"
