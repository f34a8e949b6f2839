"""The world for people to look at: its tree, its features, a glossed sentence in each language, its examples."""

from __future__ import annotations

import dataclasses
import unicodedata
from random import Random

from ... import shown
from ...problems import unknown
from . import grammar, meanings, tree

DISTANCES = ("genetic", "syntactic", "phonological", "lexical", "script", "featural")
SCHEMA = "replicate.world/1"


def world(sample: str = "", language: str = "", count: int = 3, seed: int = 1, split: str = "dev", as_json: bool = False) -> str:
    """The whole world, one language of it, or examples of a task, as text or JSON."""
    if sample:
        return _samples(sample, language or tree.PIVOT, count, split, as_json)
    if language and language not in tree.BY_CODE:
        raise unknown("language of the artificial world", language, tree.BY_CODE)
    codes = [language] if language else list(tree.BY_CODE)
    told = meanings.event(Random(f"show {seed}"), rate=0.8, place=1.0)
    if as_json:
        return shown.as_json({"schema": SCHEMA, "pivot": tree.PIVOT, "languages": [_described(code, told) for code in codes]})
    blocks = [] if language else [_tree(), _features(), _pairs()]
    return "\n\n".join([*blocks, *(_glossed(code, told) for code in codes)])


def _described(code: str, told: meanings.Event) -> dict:
    tongue, language = tree.BY_CODE[code], tree.languages()[code]
    words = grammar.speak(told, code)
    return {
        "code": code, "name": tongue.name, "family": tongue.family, "branch": tongue.branch, "script": tongue.script,
        "features": tongue.grammar.features(), "distances": dict(language.distances), "documents": tongue.documents,
        "borrowed": tongue.borrowed, "pair_of": tree.BASE if code in PAIR_CODES else None,
        "differs_in": list(tree.difference(code)) if code in PAIR_CODES else [],
        "sentence": grammar.text(words, code), "words": [dataclasses.asdict(word) for word in words],
    }  # fmt: skip


PAIR_CODES = {tongue.code for tongue in tree.PAIRS}


def _tree() -> str:
    lines = ["The artificial world. Families grow branches, branches grow languages; the pivot plays the part of English.", ""]
    families: dict[str, dict[str, list[str]]] = {}
    for tongue in tree.TONGUES:
        families.setdefault(tongue.family, {}).setdefault(tongue.branch, []).append(tongue.code)
    for family, branches in families.items():
        lines.append(f"family {family}")
        for number, (branch, codes) in enumerate(branches.items()):
            last = number == len(branches) - 1
            lines.append(f"{'└' if last else '├'}─ branch {branch}")
            for place, code in enumerate(codes):
                tongue = tree.BY_CODE[code]
                mark = "  (the pivot)" if code == tree.PIVOT else "  (in the demonstration)" if code in tree.DEMO else ""
                stem = " " if last else "│"
                end = "└" if place == len(codes) - 1 else "├"
                lines.append(f"{stem}  {end}─ {code}  {tongue.name}, {tongue.script}, {tongue.grammar.order}{mark}")
    return "\n".join(lines)


def _features() -> str:
    head = f"{'code':12} {'order':5} {'script':6} {'texts':>5} {'loans':>5}  " + " ".join(f"{name[:8]:>8}" for name in DISTANCES)
    lines = [
        "Distances from the pivot, computed from the languages as they came out (featural: the mean of the others).",
        "",
        head,
    ]
    for code, language in tree.languages().items():
        tongue = tree.BY_CODE[code]
        numbers = " ".join(f"{language.distances[name]:8.2f}" for name in DISTANCES)
        lines.append(
            f"{code:12} {tongue.grammar.order:5} {tongue.script:6} {tongue.documents:5d} {tongue.borrowed:5.2f}  {numbers}"
        )
    return "\n".join(lines)


def _pairs() -> str:
    lines = [f"Pairs with {tree.BASE}: each differs from it in one thing alone, the null twin in nothing but its seed."]
    for tongue in tree.PAIRS:
        lines.append(f"  {tongue.code:12} {', '.join(tree.difference(tongue.code))}")
    return "\n".join(lines)


def _width(text: str) -> int:
    """Columns on a terminal: East Asian letters take two, combining marks none."""
    return sum(
        0 if unicodedata.combining(c) or unicodedata.category(c) == "Mn" else 1 + (unicodedata.east_asian_width(c) in "WF")
        for c in text
    )


def _glossed(code: str, told: meanings.Event) -> str:
    tongue = tree.BY_CODE[code]
    words = grammar.speak(told, code)
    widths = [max(_width(word.form), len(word.gloss)) for word in words]
    forms = "  ".join(word.form + " " * (width - _width(word.form)) for word, width in zip(words, widths, strict=True))
    glosses = "  ".join(f"{word.gloss:{width}}" for word, width in zip(words, widths, strict=True))
    note = " written right to left" if tongue.script in grammar.RIGHT_TO_LEFT else ""
    note += " written without spaces" if tongue.script in grammar.UNSPACED else ""
    return f"{code}  {tongue.name}{note}\n  {grammar.text(words, code)}\n  {forms.rstrip()}\n  {glosses.rstrip()}"


def _samples(task: str, language: str, count: int, split: str, as_json: bool) -> str:
    from ... import tasks
    from . import source

    found = tasks.find(task)
    # A collection cut down to a few sentences would have no pairs left to find.
    limit = None if found.kind == "retrieval" else count
    examples = source().examples(found.id, split, language, limit=limit)[:count]
    if as_json:
        rows = [{"language": language, "split": split, **dataclasses.asdict(one)} for one in examples]
        return shown.as_json({"schema": SCHEMA, "task": found.id, "examples": rows})
    lines = [f"{found.title} ({found.id}) in {language}, {split}: {found.about}"]
    for one in examples:
        lines.append("")
        lines += [f"  {name:9} {_shown(value)}" for name, value in dataclasses.asdict(one).items()]
    return "\n".join(lines)


def _shown(value: object) -> str:
    if isinstance(value, tuple) and all(isinstance(part, int) for part in value):
        return "\N{RIGHTWARDS ARROW}".join(map(str, value))
    if isinstance(value, tuple):
        return " | ".join(_shown(part) for part in value[:12]) + (" | ..." if len(value) > 12 else "")
    return str(value)
