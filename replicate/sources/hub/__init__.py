"""The data sets of a hub as a source: what `tasks/` says of them, read from one commit of each."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import partial

from ... import languages, tasks
from ...problems import Failure, Problem, unknown
from .. import rows
from ..examples import Examples
from ..source import Source
from . import forms
from .layout import PARTIAL, opened
from .read import Wanted
from .read import rows as read_rows
from .snapshots import Missing, Snapshot

SPLITS = ("train", "dev", "test")
TEXT = "text"  # the task of monolingual text, whatever set it comes from
WIKIPEDIA = "wikipedia"
ELSEWHERE = (
    "put files of it into a folder and name it first: --source folder:DIR,hub (or xtreme:DIR,hub for XTREME's own download)"
)


def source(text: str = WIKIPEDIA) -> Source:
    """The hub, ready to be asked; nothing goes online before examples are read. `text` is the set of monolingual text."""
    text = tasks.find(text).id
    if text not in tasks.TEXTS or not tasks.TEXTS[text].hub:
        raise unknown("set of text on the hub", text, [one.id for one in tasks.TEXTS.values() if one.hub])
    everywhere = {code for task in tasks.TASKS.values() for one in task.hub for code in one.languages}
    return Source(
        id="hub",
        world="real",
        pivot=languages.PIVOT,
        languages=tuple(code for code in languages.languages("real") if code in everywhere),
        examples=partial(_examples, text),
        text=partial(_text, text),
        labels=lambda task: tasks.find(task).labels,
        missing=partial(_missing, text),
        fingerprint=partial(_fingerprint, text),
        name="hub" if text == WIKIPEDIA else f"hub:{text}",
        size=lambda language: languages.find(language).size or 0.0,
    )


def _examples(text: str, task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
    """The examples of all sets that hold this part, one after the other; no more of them is fetched than the limit asks for."""
    found, code = _asked(text, task, split, language)
    if why := _missing(text, task, split, language, translated):
        raise Problem(f"{found.id}: {why}")
    parts: list[Examples] = []
    for one in _sets(found, split, code, translated):
        left = None if limit is None else limit - sum(map(len, parts))
        if (left is not None and left <= 0) or (parts and found.kind == "retrieval"):
            break
        parts.append(_first(found, one, split, code, left, _seen(parts)))
    return rows.join(parts, limit)


def _text(text: str, language: str) -> Iterator[str]:
    """The documents of a language. Their files are fetched one by one as they are read, and stay for the next time.

    They are not streamed: what was streamed is gone, and a run without a network would have no text.
    """
    found, code = _asked(text, TEXT, "train", language)
    if why := _missing(text, TEXT, "train", code):
        raise Problem(f"{found.id}: {why}")
    (one, *_) = _sets(found, "train", code, False)
    for config in one.configs(code):
        for name in one.splits["train"].split("+"):
            held, paths = opened(one.id, one.revision, config, name)
            read = read_rows(held, config, paths, Wanted((one.columns["text"],)))
            yield from rows.documents(one.columns["text"], read, f"dataset {held}, {config}")


def _missing(text: str, task: str, split: str, language: str, translated: bool = False) -> str:
    """Empty where a set of the hub holds this part, as far as `tasks/` knows."""
    found, code = _asked(text, task, split, language)
    if _sets(found, split, code, translated):
        return ""
    if found.unavailable:
        return found.unavailable
    if split in found.absent:
        return found.absent[split]
    held = [one for one in found.hub if split in one.splits]
    if not held:
        return f"no set of the hub has its {split} split; {ELSEWHERE}"
    if any(code in one.languages for one in held):
        return f"the hub has it in {code} {'not as' if translated else 'only as'} a translation ({split}); {ELSEWHERE}"
    codes = sorted({code for one in held for code in one.languages if one.translated == _wanted(code, translated)})
    return f"the hub has its {split} split in {' '.join(codes) or 'no language'}, not in {code}; {ELSEWHERE}"


def _fingerprint(text: str, task: str, split: str, language: str, translated: bool = False) -> str:
    """Which sets these are and how they are read. A set without a pinned revision is whatever the hub has of it."""
    found, code = _asked(text, task, split, language)
    return "\n".join(_described(one, split, code) for one in _sets(found, split, code, translated))


def _described(one: tasks.Dataset, split: str, language: str) -> str:
    columns = (f"{field}={column}" for field, column in sorted(one.columns.items()))
    where = (one.id, *one.configs(language), one.revision or "main", one.splits[split], language)
    return " ".join([*where, *(one.kept(language) or ()), *columns, *one.labels])


def _asked(text: str, task: str, split: str, language: str) -> tuple[tasks.Task, str]:
    if split not in SPLITS:
        raise unknown("split", split, SPLITS)
    return tasks.find(text if task == TEXT else task), languages.find(language).code


def _wanted(language: str, translated: bool) -> bool:
    """Nothing is translated into the language that it was written in."""
    return translated and language != languages.PIVOT


def _sets(task: tasks.Task, split: str, language: str, translated: bool) -> list[tasks.Dataset]:
    return [
        one for one in task.hub
        if split in one.splits and language in one.languages and one.translated == _wanted(language, translated)
    ]  # fmt: skip


def _first(task: tasks.Task, one: tasks.Dataset, split: str, language: str, limit: int | None, begin: int) -> Examples:
    """The examples of a set, or of the first of its mirrors that can be had; which one it was is among the notes."""
    failed: list[Problem] = []
    for number, place in enumerate((one, *one.mirrors)):
        try:
            found = _read(task, place, split, language, limit, begin)
        except (Missing, Failure) as problem:
            failed.append(problem)
            continue
        if number:
            found = replace(found, notes=(*found.notes, f"{place.id} stands for {one.id}, which could not be read: {failed[0]}"))
        return found
    # Without a network the mirrors say the same as the set itself.
    rest = "".join(f"; nor its mirror: {problem}" for problem in failed[1:] if isinstance(problem, Missing))
    raise type(failed[0])(f"{task.id} ({split}, {language}): {failed[0]}{rest}; else {ELSEWHERE}")


def _read(task: tasks.Task, one: tasks.Dataset, split: str, language: str, limit: int | None, begin: int) -> Examples:
    """The examples of one set: all configs of the language, all of the set's splits that make ours."""
    parts: list[Examples] = []
    lacking: list[Missing] = []
    configs = one.configs(language)
    for config in configs:
        for name in one.splits[split].split("+"):
            left = None if limit is None else limit - sum(map(len, parts))
            if left is not None and left <= 0:
                break
            try:
                held, paths = opened(one.id, one.revision, config, name)
            except Missing as problem:
                # A treebank may be a test set alone; a set of one config has its splits or is the wrong set.
                if len(configs) == 1:
                    raise
                lacking.append(problem)
                continue
            table = forms.Table(task, one, config, split, language, held, paths)
            found = forms.READERS[one.form](table, left, begin + _seen(parts))
            parts.append(replace(found, notes=(*_notes(one, held, paths), *found.notes)))
    if not parts:
        raise lacking[0]
    return rows.join(parts)


def _seen(parts: Sequence[Examples]) -> int:
    """How many rows these were made of: rows without an id are numbered on."""
    return sum(len(part) + sum(part.skipped.values()) for part in parts)


def _notes(one: tasks.Dataset, held: Snapshot, paths: Sequence[str]) -> Iterator[str]:
    yield f"read {held}" + (", from the cache: the hub was not reached" if held.cached and held.commit != one.revision else "")
    if any(f"/{PARTIAL}" in f"/{path}" for path in paths):
        yield f"{held.id}: the hub has converted only the first part of this split"
