"""The artificial world as a source: the only place where the truth is known."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from random import Random

from ... import tasks
from ...problems import Problem, unknown
from .. import source as interface
from ..examples import Examples
from . import corpus, examples, mining, tree
from .voice import TRANSLATION_ERRORS, Voice

VERSION = 1  # part of every step's id: raise it when the world changes
SIZES = {"train": 20000, "dev": 200, "test": 200}
SMALL = {"xcopa": 400, "tydiqa": 600, "csqa": 8000, "cosmosqa": 8000}  # training sets that are small in the real world too


def _known(code: str) -> str:
    if code not in tree.BY_CODE:
        raise unknown("language of the artificial world", code, tree.BY_CODE)
    return code


def _missing(task: str, split: str, language: str, translated: bool = False) -> str:
    """Empty, or why the world has no such examples: it has training data of targets in the pivot only."""
    code = _known(language)
    if task == "text":
        return ""
    found = tasks.find(task)
    if split not in SIZES:
        raise unknown("split", split, SIZES)
    if found.id not in (*examples.MAKERS, *mining.MINERS):
        return f"{found.id} is not spoken in the artificial world"
    if split == "train" and found.kind == "retrieval":
        return f"{found.id} has no training data; retrieval tasks are evaluated only"
    if split == "train" and found.role == "target" and code != tree.PIVOT:
        return f"{found.id} has training data in the pivot {tree.PIVOT} only, not in {code}: transfer is zero-shot"
    return ""


def _examples(task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
    """Examples of a task; a Problem where there are none."""
    if why := _missing(task, split, language, translated):
        raise Problem(why)
    found, code = tasks.find(task), language
    if found.kind == "retrieval":
        size = min(limit or mining.SIZES[found.id], mining.SIZES[found.id])
        return Examples([mining.MINERS[found.id](Random(f"{tree.SEED} {found.id} {split}"), code, f"{found.id}-{split}", size)])
    size = SMALL.get(found.id, SIZES["train"]) if split == "train" else SIZES[split]
    make = examples.MAKERS[found.id]
    voice = Voice(code, TRANSLATION_ERRORS if translated and code != tree.PIVOT else 0.0, found.id)
    made = []
    for number in range(min(limit or size, size)):
        made.append(make(Random(f"{tree.SEED} {found.id} {split} {number}"), voice, f"{found.id}-{split}-{number}"))
    return Examples(made)


@cache
def _supertags() -> tuple[str, ...]:
    from .grammar import speak
    from .meanings import event

    found = set()
    for number in range(200):
        told = event(Random(f"{tree.SEED} tags {number}"), 0.5)
        for code in tree.BY_CODE:
            for form in ({}, {"link": "then"}, {"passive": True}, {"ask": "agent"}):
                found |= {word.supertag for word in speak(told, code, **form)}
    return tuple(sorted(found))


def _labels(task: str) -> tuple[str, ...]:
    found = tasks.find(task)
    return _supertags() if found.id == "ccg" else found.labels


def _text(language: str) -> Iterator[str]:
    return corpus.documents(_known(language))


def source() -> interface.Source:
    """The world, ready to be read."""
    return interface.Source(
        id=f"world@{VERSION}",
        world="artificial",
        pivot=tree.PIVOT,
        languages=tuple(tree.BY_CODE),
        examples=_examples,
        text=_text,
        labels=_labels,
        missing=_missing,
        fingerprint=_nothing_more,
        name="world",
    )


def _nothing_more(task: str, split: str, language: str, translated: bool = False) -> str:
    """The world's version tells all there is to tell."""
    return ""
