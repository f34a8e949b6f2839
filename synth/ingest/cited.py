"""The papers that a report names, with their versions, and which of them a claim cites."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence

from replicate import resources

from ..literature import ids
from ..literature.ids import Id
from ..literature.terms import title_key
from . import clean
from .parts import Part, Source

LINK = re.compile(
    r"https?://[^\s<>\"')\]]+|\barxiv:\s*[\w./-]+|\b(?:doi:\s*)?10\.\d{4,9}/[^\s<>\"']+|\b\d{4}\.\d{4,5}(?:v[1-9]\d{0,2})?\b"
    r"|\b[a-z-]{1,30}(?:\.[A-Z]{2})?/\d{7}(?:v\d+)?\b|\b20\d\d\.[a-z]\w*-\w+\.\d{1,5}\b|\b[A-Z]\d{2}-\d{4}\b",
    re.I,
)
REFERENCE = re.compile(r"(?:^|\s)(?=\[\d{1,3}\])")
DEFINED = re.compile(r"\[(\d{1,3})\]:\s")  # a link's address, as Markdown puts it at the end of a text
NUMBERED = re.compile(r"^\[(\d{1,3})\]|^(\d{1,3})[.)]")
CITES = re.compile(r"\[(\d{1,3})\]")


def ids_in(text: str) -> list[Id]:
    """The ids of papers in a text, in their order."""
    given = (match[0].rstrip(".,;:)>]") for match in LINK.finditer(text))
    return list(dict.fromkeys(one for name in given if (one := ids.maybe(name)) is not None))


def papers(source: Source) -> tuple[list[Id], dict[str, Id], list[Part], list[str]]:
    """The papers of a report, those that its references number, the parts that name them, and what was no id."""
    found, numbered, used, notes = dict[Id, None](), dict[str, Id](), list[Part](), list[str]()
    for section in source.sections:
        listing = bool(re.search(r"\b(?:references|bibliography|sources|works\s+cited|papers)\b", section.heading, re.I))
        for place, part in enumerate(section.parts, 1):
            text = part.text or " ".join(cell for row in part.rows for cell in row)
            there = ids_in(text)
            if there:
                used.append(part)
                found |= dict.fromkeys(there)
            if there and (listing or DEFINED.match(text)):
                for each in REFERENCE.split(text):
                    mark = NUMBERED.match(part.mark) or NUMBERED.match(each)
                    for one in ids_in(each)[:1]:
                        numbered.setdefault((mark[1] or mark[2]) if mark else str(place), one)
            elif listing and part.text:
                notes.append(
                    f"{source.where(part)}: a reference without an id that is known: {clean.plain(text, Counter())[:60]!r}"
                )
    return list(found), numbered, used, notes


def titled() -> dict[str, str]:
    """The titles of papers that ship with us, by their ids without version."""
    found = {}
    for path in sorted((resources.data() / "published").glob("*.toml")):
        data = tomllib.loads(path.read_text(encoding="utf-8"))
        if data.get("title") and (one := ids.maybe(str(data.get("id", path.stem)))):
            found[title_key(str(data["title"]))] = one.bare.key
    return found


def primary(examined: str, there: Sequence[Id], titles: Mapping[str, str], source: Source) -> Id | None:
    """The paper that a claim cites where the report does not say: the only one, else the one whose title it examines."""
    if len({one.key for one in there}) == 1:
        return there[0]
    wanted = title_key(examined)
    if not wanted:
        return None
    by_title = titles.get(wanted)
    for one in there:
        if one.key == by_title:
            return one
    for section in source.sections:
        for part in section.parts:
            if wanted in title_key(part.text) and len(inside := ids_in(part.text)) == 1:
                return inside[0]
    return None


def of(source: str, claim: str, numbered: Mapping[str, Id]) -> Id | None:
    """The paper that a claim names itself: by an id, or by the number of a reference."""
    for text in (source, claim):
        if there := ids_in(text):
            return there[0]
    for text in (source, claim):
        for number in CITES.findall(text):
            if number in numbered:
                return numbered[number]
    return numbered.get(source.strip(" []#")) if source else None
