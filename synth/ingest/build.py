"""A report -> a question: its claims with marks, confidence and assertions; everything that was not used is said."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from replicate import results
from replicate.problems import Problem

from ..english.reading import read as understood
from ..facts import STUDY
from ..literature.ids import Id
from ..plural import counted
from ..records import Claim, Question
from . import cited, claims, cut, header
from .parts import TABLE, Source

MARGIN = 0.5  # points, for equivalence; the default of a question file
LONGEST = 2_000  # characters; what is longer is no claim of a person, and is kept all the same


@dataclass(frozen=True)
class Ingested:
    """A question made from a report. `notes` are what a reader has to know, `unused` the parts by section, `unread` what no
    assertion holds, by claim."""

    question: Question
    source: str
    notes: tuple[str, ...] = ()
    unused: tuple[tuple[str, str], ...] = ()
    unread: Mapping[str, tuple[str, ...]] | None = None


def ingest(source: Source, name: str = "", experiment: str = "", titles: Mapping[str, str] | None = None) -> Ingested:
    """The question of a report; a Problem where it has no claims."""
    found = claims.find(source)
    if not found.rows:
        raise Problem(_nothing(source))
    said = header.read(source)
    there, numbered, papers_from, unnamed = cited.papers(source)
    main = cited.primary(said.examined, there, titles if titles is not None else cited.titled(), source)
    taken: set[str] = set()
    made: list[Claim] = []
    unread: dict[str, tuple[str, ...]] = {}
    notes = [*source.notes, *said.notes, *found.notes, *unnamed]
    for row, stop in zip(found.rows, cut.stops([row.text for row in found.rows]), strict=True):
        reading = understood(row.text, broken=stop.cut and stop.broken)
        name_of_it = claim_id(row.text, reading.asserts, taken)
        taken.add(name_of_it)
        own = cited.of(row.source, row.text, numbered) or main
        reported = _reported(row, source)
        made.append(Claim(name_of_it, row.text, str(own or ""), reading.asserts, reported, _note(row), stop.cut))
        if reading.unread:
            unread[name_of_it] = reading.unread
        if len(row.text) > LONGEST:
            notes.append(f"{source.unit} {row.line}: a claim of {len(row.text):,} characters; kept whole, nothing is read of it")
    notes += _counted(said.counts, made) + _repeated(made)
    if not there:
        notes.append("no paper is named by an id (arXiv, ACL Anthology, DOI); claims cite nothing")
    elif any(not one.paper for one in made):
        without = [one.id for one in made if not one.paper]
        which = f"{counted(len(without), 'claim')} ({', '.join(without[:3])}{' ...' * (len(without) > 3)})"
        cites = "does not say which of {} it cites" if len(without) == 1 else "do not say which of {} they cite"
        papers = counted(len({one.key for one in there}), "paper")
        notes.append(f"{which} {cites.format(f'the {papers}')}; paper is left empty")
    question = Question(
        name=name or _name(said, source),
        question=said.question or said.title or Path(source.path).stem,
        experiment=experiment,
        papers=tuple(str(one) for one in _latest(there)),
        margin=MARGIN,
        claims=tuple(made),
        reported=_of_itself(said, source),
    )
    if not said.question:
        notes.append("no research question was found; the title stands for it")
    used = {id(part) for part in (*found.used, *said.used, *papers_from)}
    return Ingested(question, source.path, tuple(dict.fromkeys(notes)), _unused(source, used), unread)


def _nothing(source: Source) -> str:
    headings = [section.heading for section in source.sections if section.heading]
    shown = ", ".join(f"'{heading[:40]}'" for heading in headings[:6]) + (" \u2026" if len(headings) > 6 else "")
    number = sum(part.kind == TABLE for section in source.sections for part in section.parts)
    tables = f"{number} table{'s' * (number != 1)}"
    has = f"it has {tables} and the headings {shown}" if headings else f"it has {tables} and no headings"
    return (
        f"{source.path}: no claims; {has}. Claims are the rows of a table with a column 'Claim', or a list under a heading with "
        "'Claims' or 'Findings'"
    )


def _reported(row: claims.Row, source: Source) -> dict[str, Any]:
    """What the report says of a claim; what it does not say is not there."""
    said: dict[str, Any] = {}
    if row.verified is not None:
        said["verified"] = row.verified
    if row.confidence is not None:
        said["confidence"] = row.confidence
    return {**said, "report": Path(source.path).stem, source.unit: row.line}


def _note(row: claims.Row) -> str:
    """Further cells of the report's table, and a source that is no id."""
    named = "" if not row.source or cited.ids_in(row.source) else f"source: {row.source}"
    return "; ".join([*([named] if named else []), *(f"{name}: {value}" for name, value in row.extra)])


def _of_itself(said: header.Header, source: Source) -> dict[str, Any]:
    named = {"title": said.title, "author": said.author, "date": said.date, "examines": said.examined}
    return {
        **{key: value for key, value in named.items() if value},
        **said.counts,
        "report": Path(source.path).name,
        "sha256": source.sha256,
    }


def _counted(counts: Mapping[str, float], made: list[Claim]) -> list[str]:
    """Where the counts of a report are not those of its own table."""
    notes = list[str]()
    extracted, verified = counts.get("claims_extracted"), counts.get("claims_verified")
    marked = [one.reported["verified"] for one in made if "verified" in one.reported]
    if extracted is not None and extracted != len(made):
        notes.append(f"the report says {extracted:g} claims extracted and has {len(made)}")
    if verified is not None and marked and verified != sum(marked):
        notes.append(f"the report says {verified:g} claims verified and ticks {sum(marked)}")
    if verified is not None and extracted is not None and verified > extracted:
        notes.append(f"the report says {verified:g} claims verified of {extracted:g} extracted")
    return notes


def _repeated(made: list[Claim]) -> list[str]:
    times = Counter(one.text for one in made)
    return [f"the same claim {number} times: {text[:60]!r}" for text, number in times.items() if number > 1]


def _latest(there: list[Id]) -> list[Id]:
    """The papers, each once with the version that is named; versions of one paper are different texts."""
    versioned = {one.key for one in there if one.version}
    return [one for one in there if one.version or one.key not in versioned]


def _unused(source: Source, used: set[int]) -> tuple[tuple[str, str], ...]:
    """By section what was read and not used."""
    made = list[tuple[str, str]]()
    for section in source.sections:
        left = [part for part in section.parts if id(part) not in used]
        kinds = [(kind, sum(part.kind == kind for part in left)) for kind in dict.fromkeys(part.kind for part in left)]
        if left:
            counted = ", ".join(f"{number} {kind}{'s' * (number != 1)}" for kind, number in kinds)
            made.append((section.heading or "before the first heading", counted))
    return tuple(made)


SMALL = frozenset(
    "a an the of in on for with to and or by is are was were we our it its that this as from at be how does do what "
    "which can into over than using based via under when while study paper results performance".split()
)


def slug(text: str, words: int, length: int = 48) -> str:
    """A name for files and links out of the first words of a text that say something."""
    plain = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode().lower().replace("'", "")
    found = [one for one in re.findall(r"[a-z0-9]+", plain) if one not in SMALL]
    made = ""
    for word in found[:words]:
        if len(made) + len(word) > length:
            break
        made = f"{made}-{word}".strip("-")
    return made


def _name(said: header.Header, source: Source) -> str:
    return slug(said.title, 5) or slug(said.question, 5) or slug(Path(source.path).stem, 5) or "report"


def claim_id(text: str, asserts: tuple[Any, ...], taken: set[str]) -> str:
    """A short name of a claim: what it speaks of and in which way, else its first words."""
    names = list(
        dict.fromkeys(name for one in asserts for name in (one.intermediate, one.rival, _subject(one), *_target(one)) if name)
    )
    names = [name for name in names if name != results.BASELINE]
    kinds = list(dict.fromkeys(one.kind for one in asserts))
    base = slug(" ".join([*names[:3], *kinds[:1]]), 6) if asserts else slug(text, 4)
    return another(base or "claim", taken)


def _subject(one: Any) -> str:
    return one.what if one.about == STUDY else one.about


def _target(one: Any) -> tuple[str, ...]:
    return (one.target,) if one.kind not in ("count", "size", "setup") and one.target != results.AVERAGE else ()


def another(name: str, taken: Collection[str]) -> str:
    """A name that is not taken yet: name, name-2, name-3."""
    if name not in taken:
        return name
    # Where thousands have it the last number is found by halving, since names are taken in their order.
    low, high = 1, 2
    while f"{name}-{high}" in taken:
        low, high = high, 2 * high
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (middle, high) if f"{name}-{middle}" in taken else (low, middle)
    return f"{name}-{high}"


def renamed(made: Ingested, name: str) -> Ingested:
    """The same under another name."""
    return replace(made, question=replace(made.question, name=name))
