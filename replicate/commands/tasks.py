"""The command that shows tasks: what there is, where each one's data lies, and how its examples look."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from dataclasses import asdict, replace
from itertools import islice
from typing import Any

from .. import languages
from ..problems import DONE, Problem, unknown
from ..tasks import TASKS, TEXTS, Dataset, Task, find, size
from .show import print_json, table

SPLITS = ("dev", "test", "train")  # in the order in which one is taken where none is named
LONGEST = 600  # characters of a field that are shown
HEAD = ("id", "title", "role", "kind", "metrics", "trained on", "languages", "data on the hub", "licence", "train")


def tasks(args: argparse.Namespace) -> int:
    """All tasks as a table, or one with its data and some examples."""
    if args.task is None:
        if args.source or args.language or args.split:
            raise Problem("examples are shown of one task: name it, for example python -m replicate tasks xnli --source world")
        _list(args.json)
        return DONE
    if args.count < 1:
        raise Problem(f"--count {args.count}: at least one example is needed")
    task = find(args.task)
    if args.json:
        print_json("replicate.tasks/1", {"tasks": [_plain(task)], "examples": _examples(task, args)})
    else:
        print("\n".join([*_whole(task), "", *_shown(_examples(task, args))]))
    return DONE


def _list(as_json: bool) -> None:
    every = (*TASKS.values(), *TEXTS.values())
    if as_json:
        print_json("replicate.tasks/1", {"tasks": [_plain(task) for task in every]})
    else:
        print(table([_line(task) for task in every], HEAD))


def _plain(task: Task) -> dict[str, Any]:
    return {**asdict(task), "size": size(task.id)}


def _line(task: Task) -> tuple[object, ...]:
    count = size(task.id)
    return (
        task.id,
        task.title,
        task.role,
        task.kind,
        " ".join(task.metrics) or "-",
        task.train or "-",
        len(task.languages),
        _sets(task),
        _licences(task),
        f"{count:,}" if count else "",
    )


def _licences(task: Task) -> str:
    """The first word that a licence has for itself, and how many others hold for other parts of the data."""
    every = list(dict.fromkeys(one.licence for one in task.hub)) or [task.licence or "-"]
    return every[0].partition(",")[0] + (f" +{len(every) - 1}" if len(every) > 1 else "")


def _sets(task: Task) -> str:
    """The first set of the task with its revision, and how many more there are."""
    if not task.hub:
        return f"none: replicate tasks {task.id}"
    others = len({one.id for one in task.hub}) - 1
    return _pinned(task.hub[0]) + (f" +{others}" if others else "")


def _pinned(one: Dataset) -> str:
    return f"{one.id}@{one.revision[:7]}" if one.revision else one.id


# ---- one task ----


def _whole(task: Task) -> list[str]:
    """The task's value as lines of text, the sets of its data after it."""
    count = size(task.id)
    fields = {
        "kind": f"{task.kind}, {task.role}{f' task of {task.benchmark}' if task.benchmark else ''}"
        if task.metrics
        else task.kind,
        "labels": " ".join(task.labels),
        "options": str(task.choices or ""),
        "metrics": " ".join(task.metrics),
        "trained on": f"{task.train}{f', {count:,} examples in English' if count else ''}" if task.train else "",
        "languages": f"{len(task.languages)}: {' '.join(task.languages)}",
        "wider": f"{' '.join(task.wider)} (in XTREME-R)" if task.wider else "",
        "aliases": ", ".join(task.aliases),
        "licence": task.licence,
        "not there": task.unavailable,
        **{f"no {split}": why for split, why in task.absent.items()},
    }
    lines = [f"{task.title} ({task.id}): {task.about}", *_fields(fields, "")]
    for number, one in enumerate(task.hub):
        said = number > 0 and one.doubt == task.hub[number - 1].doubt
        lines += ["", *_set(replace(one, doubt="") if said else one)]
    return lines


def _fields(fields: dict[str, str], indent: str) -> list[str]:
    return [f"{indent}{name:<11} {value}" for name, value in fields.items() if value]


def _set(one: Dataset) -> list[str]:
    """A set of the hub with all that is known of it."""
    first = "en" if "en" in one.languages else one.languages[0]
    several = " and ".join(one.configs(first))
    kept = one.kept(first)
    fields = {
        "config": f"{one.config} (for {first}: {several})" if "{" in one.config else one.config,
        "revision": one.revision or "not pinned",
        "splits": "  ".join(f"{ours}: {theirs}{_count(one, ours)}" for ours, theirs in one.splits.items()),
        "columns": "  ".join(f"{field}: {column}" for field, column in one.columns.items()),
        "labels": " ".join(one.labels),
        "rows": f"those whose {kept[0]} begins with {kept[1]!r} (for {first})" if kept else "",
        "form": "" if one.form == "rows" else one.form,
        "languages": " ".join(one.languages),
        "translated": "by machine, from English" if one.translated else "",
        "licence": one.licence,
        "mirrors": ", ".join(f"{mirror.id} {mirror.config}".rstrip() for mirror in one.mirrors),
        "doubt": one.doubt,
    }
    return [f"data on the hub: {one.id}", *_fields(fields, "  ")]


def _count(one: Dataset, split: str) -> str:
    return f" ({one.sizes[split]:,})" if split in one.sizes else ""


# ---- its examples ----


def _examples(task: Task, args: argparse.Namespace) -> dict[str, Any]:
    """Some examples of the task with where they are from; `none` says why there are none to show.

    A source that was asked for has to have them; without one the artificial world is asked, which does not speak every task.
    """
    from ..sources import open_source

    source = open_source(args.source or "world")
    if not args.source and args.language and args.language not in source.languages and args.language in languages.languages():
        raise Problem(f"the artificial world does not speak {args.language!r}; for real examples name a source: --source hub")
    if args.split and args.split not in SPLITS:
        raise unknown("split", args.split, SPLITS)
    where = {"source": source.name or source.id, "world": source.world}
    if task.kind == "text":
        language = args.language or source.pivot
        found = [{"text": text} for text in islice(source.text(language), args.count)]
        return {**where, "language": language, "split": "train", "rows": found, "skipped": {}, "notes": []}
    why = ""
    for language, split in _places(task, source, args):
        if absent := source.missing(task.id, split, language):
            why = why or absent
            continue
        # A collection cut down to a few sentences would have no pairs left to find.
        limit = None if task.kind == "retrieval" else args.count
        read = source.examples(task.id, split, language, limit=limit)
        rows = [row for one in read for row in islice(_rows(one), args.count)][: args.count]
        return {**where, "language": language, "split": split, "rows": rows, "skipped": dict(read.skipped), "notes": read.notes}
    if args.source:
        raise Problem(why or f"{task.id}: {args.source} has no language of it")
    return {**where, "none": why, "rows": []}


def _places(task: Task, source: Any, args: argparse.Namespace) -> Iterator[tuple[str, str]]:
    """Languages and splits in the order in which they are tried; those that were asked for stand alone."""
    languages = (args.language,) if args.language else _languages(task, source)
    for split in (args.split,) if args.split else SPLITS:
        for language in languages:
            yield language, split


def _languages(task: Task, source: Any) -> list[str]:
    """The source's languages that the task has, the pivot first, last where it would be found in itself."""
    mine = set(task.languages) | set(task.wider) | {source.pivot}
    others = [one for one in source.languages if one != source.pivot and (source.world == "artificial" or one in mine)]
    return [*others, source.pivot] if task.kind == "retrieval" else [source.pivot, *others]


def _rows(one: Any) -> Iterator[dict[str, Any]]:
    """An example as a dictionary; a collection as its pairs."""
    if not hasattr(one, "queries"):
        yield asdict(one)
        return
    sizes = [len(one.queries), len(one.candidates), len(one.gold)]
    for query, candidate in one.gold:
        yield {"id": one.id, "query": one.queries[query], "candidate": one.candidates[candidate], "of": sizes}


def _shown(found: dict[str, Any]) -> list[str]:
    """The examples as lines of text: first of all where they are from."""
    place = "artificial world" if found["world"] == "artificial" else found["source"]
    if "none" in found:
        return [f"no examples: {found['none']}; another source may have some: --source hub, xtreme:DIR or folder:DIR"]
    lines = [f"examples: {place}, {found['language']}, {found['split']}"]
    lines += [f"  note: {note}" for note in found["notes"]]
    lines += [f"  left out: {count} ({why})" for why, count in found["skipped"].items()]
    for row in found["rows"]:
        lines += ["", *(f"  {name:<9} {_cut(value)}" for name, value in row.items() if name != "of")]
        if "of" in row:
            lines.append("  {:<9} {:,} queries, {:,} candidates, {:,} pairs".format("out of", *row["of"]))
    return lines


def _cut(value: object) -> str:
    text = " | ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    return text if len(text) <= LONGEST else f"{text[:LONGEST]} ..."
