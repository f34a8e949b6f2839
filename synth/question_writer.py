"""A Question -> TOML, so that reading it gives the same Question again."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import fields, replace
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

from replicate import files
from replicate.problems import Problem

from .questions import parsed, read
from .records import NEEDS, TAKES, Assertion, Claim, Question

ESCAPES = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\t": "\\t", "\r": "\\r", "\b": "\\b", "\f": "\\f"}
BARE = re.compile(r"[A-Za-z0-9_-]+")
# Left-to-right marks and their kin change how a file looks and not what it says: they are written as escapes.
HIDDEN = re.compile("[\x00-\x1f\x7f-\x9f\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]")

HALVES = re.compile("[\ud800-\udfff]")  # what Python makes of a byte that is no letter, in the name of a file; no format holds it


def write(question: Question, path: str | Path, force: bool = False) -> Path:
    """Write a question file, whole or not at all; never over a file without `force`."""
    path = Path(path)
    if path.exists() and not force:
        raise Problem(f"{path}: is there already; --force overwrites it, --name NAME or --out DIR writes another file")
    made = HALVES.sub("\N{REPLACEMENT CHARACTER}", text(question))
    parsed(made, path)  # what cannot be read again must not come to stand there
    path.parent.mkdir(parents=True, exist_ok=True)
    with files.whole(path) as file:
        file.write(made.encode("utf-8"))
    return path


def add(path: str | Path, claims: Sequence[Claim], papers: Sequence[str]) -> Path:
    """Add claims and papers to a question file; what stands there already, comments too, stays as it is."""
    path = Path(path)
    before = read(path)
    whole = replace(before, papers=tuple(dict.fromkeys([*before.papers, *papers])), claims=(*before.claims, *claims))
    old = path.read_text(encoding="utf-8")
    if whole.papers != before.papers:
        lines = "\n".join(_list("papers", whole.papers))
        at = re.search(r"^\[", old, re.M)
        top, rest = (old[: at.start()], old[at.start() :]) if at else (old, "")
        top, number = re.subn(r"^papers\s*=\s*\[[^\]]*\][^\n]*$", lambda _: lines, top, count=1, flags=re.M)
        old = (top if number else f"{lines}\n{top}") + rest
    added = "\n".join(line for claim in claims for line in _claim(claim))
    made = f"{old.rstrip()}\n{added}\n"
    if parsed(made, path) != whole:
        raise Problem(f"{path}: claims cannot be added without changing what stands there; write a new file with --name")
    with files.whole(path) as file:
        file.write(made.encode("utf-8"))
    return path


def text(question: Question) -> str:
    """The TOML of a question."""
    return "\n".join(_lines(question)) + "\n"


def _lines(question: Question) -> Iterator[str]:
    yield f"question = {value(question.question)}"
    yield f"name = {value(question.name)}"
    if question.experiment:
        yield f"experiment = {value(question.experiment)}"
    yield from _list("papers", question.papers)
    yield f"margin = {value(question.margin)} # points, for equivalence; stated before any run"
    for name, table in (("reported", question.reported), ("search", question.search)):
        if table:
            yield ""
            yield f"[{name}]"
            for key, one in table.items():
                yield f"{_key(key)} = {value(one)}"
    for claim in question.claims:
        yield from _claim(claim)


def _list(name: str, texts: tuple[str, ...]) -> Iterator[str]:
    """A list on one line where it fits, else an entry a line."""
    line = f"{name} = {value(list(texts))}"
    if len(line) <= 120:
        yield line
        return
    yield f"{name} = ["
    for one in texts:
        yield f"    {value(one)},"
    yield "]"


def _claim(claim: Claim) -> Iterator[str]:
    yield ""
    yield "[[claim]]"
    yield f"id = {value(claim.id)}"
    yield f"text = {value(claim.text)}"
    if claim.paper:
        yield f"paper = {value(claim.paper)}"
    if claim.reported:
        yield f"reported = {value(dict(claim.reported))}"
    if claim.note:
        yield f"note = {value(claim.note)}"
    if claim.cut:
        yield "cut = true # the report prints no more of it"
    for one in claim.asserts:
        yield ""
        yield "[[claim.assert]]"
        yield f"kind = {value(one.kind)}"
        for name, given in said(one):
            yield f"{name} = {value(given)}"


def said(one: Assertion) -> Iterator[tuple[str, Any]]:
    """The fields that this kind takes and that say something."""
    plain = Assertion(one.kind)
    for name in (field.name for field in fields(Assertion)):
        given = getattr(one, name)
        if name != "kind" and name in TAKES[one.kind] and (given != getattr(plain, name) or name in NEEDS[one.kind]):
            yield name, list(given) if isinstance(given, tuple) else given


def value(given: Any) -> str:
    """One TOML value on one line."""
    if isinstance(given, bool):
        return "true" if given else "false"
    if isinstance(given, int):
        return str(given)
    if isinstance(given, float):
        if math.isnan(given) or math.isinf(given):
            return "nan" if math.isnan(given) else "inf" if given > 0 else "-inf"
        return repr(given)
    if isinstance(given, str):
        return '"' + HIDDEN.sub(_escaped, re.sub(r'["\\\n\t\r\x08\x0c]', lambda match: ESCAPES[match[0]], given)) + '"'
    if isinstance(given, (datetime, date, time)):
        return given.isoformat()
    if isinstance(given, Mapping):
        inner = ", ".join(f"{_key(name)} = {value(one)}" for name, one in given.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(given, (list, tuple)):
        return f"[{', '.join(value(one) for one in given)}]"
    raise TypeError(f"{given!r} is no value of TOML")


def _escaped(match: re.Match[str]) -> str:
    return f"\\u{ord(match[0]):04X}"


def _key(name: str) -> str:
    return name if BARE.fullmatch(name) else value(name)
