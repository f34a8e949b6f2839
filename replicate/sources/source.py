"""The interface of a source, and the one place that turns its name into one."""

from __future__ import annotations

import hashlib
import re
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache

from ..problems import Problem, unknown
from .examples import Examples

# What a step reads: (task, split, language, translated). Text for pretraining is the task "text", split "train".
Part = tuple[str, str, str, bool]
KINDS = ("world", "hub", "xtreme", "folder")


@dataclass(frozen=True)
class Source:
    """A place that examples come from.

    `id` says which kind of place, `name` how to open it again (absolute paths). All functions take ids of
    tasks, our splits (train, dev, test) and ISO 639-1 codes.
    `examples(task, split, language, limit=None, translated=False)` gives the examples in a fixed order;
    `text(language)` documents for masked language modelling; `labels(task)` the tags or classes in the order of their numbers.
    `missing(task, split, language, translated=False)` is empty where there are such examples, else why not and
    what to do, in one line; `fingerprint` (same arguments) tells the data from any other: it enters the ids of steps.
    Neither of the two reads the examples or goes online. `languages` are those that it may have something in. `size` says how
    much text a language has where there is too much to count; None: its documents are counted.
    """

    id: str
    world: str
    pivot: str
    languages: tuple[str, ...]
    examples: Callable[..., Examples]
    text: Callable[[str], Iterator[str]]
    labels: Callable[[str], tuple[str, ...]]
    missing: Callable[..., str]
    fingerprint: Callable[..., str]
    name: str = ""
    size: Callable[[str], float] | None = None


def version(source: Source, parts: Iterable[Part]) -> str:
    """What the examples of these parts are, in one word: what a step that reads them bears in its id."""
    prints = sorted({source.fingerprint(*part) for part in parts if not source.missing(*part)} - {""})
    if not prints:
        return source.id
    return f"{source.id}@{hashlib.sha256(chr(10).join(prints).encode()).hexdigest()[:16]}"


def faults(source: Source, parts: Iterable[Part]) -> list[str]:
    """What cannot be read of these parts, one line each, by reading them: before a training, not hours into it.

    Only of files on this disk: the hub would have to be fetched whole for it.
    """
    if {"hub", "world"} & {*source.id.partition("@")[0].split("+")}:
        return []
    found = dict[str, None]()
    for task, split, language, translated in dict.fromkeys(parts):
        try:
            if task == "text":
                deque(source.text(language), maxlen=0)
            elif not source.examples(task, split, language, translated=translated):
                found[f"{task}: no example in its {split} set in {language}"] = None
        except Problem as problem:
            found[str(problem)] = None
    return list(found)


def open_source(name: str) -> Source:
    """The source of this name; several with commas between them are one: the first that has an example gives it.

    `world`, `hub` (`hub:mc4` with other text), `xtreme:DIR` (XTREME's own download), `folder:DIR` (your files and a
    `source.toml`). A Problem where there is none.
    """
    return _open(name)


@cache
def _open(name: str) -> Source:
    found = [_single(one.strip()) for one in name.split(",") if one.strip()]
    if not found:
        raise Problem(f"no source is named in {name!r}; expected one of {', '.join(KINDS)}")
    if len(found) == 1:
        return found[0]
    from .several import several

    return several(found)


def _single(name: str) -> Source:
    kind = re.split("[:@]", name, maxsplit=1)[0]
    mark, place = name[len(kind) :][:1], name[len(kind) + 1 :]
    if kind == "world":
        from . import world

        return world.source()
    if kind == "hub":
        from . import hub

        return hub.source(place) if place else hub.source()
    if kind not in KINDS:
        raise unknown("source", name, KINDS)
    if mark != ":" or not place:
        raise Problem(f"source {name!r}: name the folder too, for example {kind}:data/download")
    from pathlib import Path

    folder = Path(place).expanduser().resolve()
    if not folder.is_dir():
        raise Problem(f"source {name!r}: {folder} is not a folder")
    if kind == "xtreme":
        from . import xtreme

        return xtreme.source(folder)
    from . import folder as own

    return own.source(folder)
