"""The papers of a question: version, title, hash of the file, whether it is at hand, and whether it is on the topic."""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replicate import resources
from replicate.problems import Problem

from ..checks import scope
from ..checks.hand import Hand, base
from ..checks.scope import Scoped
from ..records import Paper, Question

UNCITED = "no claim comes from it"  # which is said of a paper whatever it is about


@dataclass(frozen=True)
class Reference:
    """One paper that the report cites or that a claim is of. `tables` are the versions whose printed tables are at hand."""

    id: str
    title: str = ""
    authors: tuple[str, ...] = ()
    date: str = ""
    url: str = ""
    sha256: str = ""
    withdrawn: str = ""
    claims: int = 0
    tables: tuple[str, ...] = ()
    topic: str = ""


def references(question: Question, scoped: Sequence[Scoped], hand: Hand, papers: str | None) -> tuple[Reference, ...]:
    """In the order of the question; papers that only a claim cites come last."""
    ids = list(dict.fromkeys([*question.papers, *(claim.paper for claim in question.claims if claim.paper)]))
    shipped, claims = _shipped(), Counter(claim.paper for claim in question.claims)
    versions: dict[str, set[str]] = {}
    for name in (*hand.papers, *hand.published):
        versions.setdefault(base(name), set()).add(name)
    made = []
    for id in ids:
        record = _in_library(id, papers, hand)
        read = hand.index.paper(id) if hand.index is not None else None
        printed = tuple(sorted(versions.get(base(id), ())))
        known = shipped.get(id) or next((shipped[name] for name in printed if name in shipped), {})
        made.append(
            Reference(
                id=id,
                title=record.title if record and record.title else str(known.get("title", "")),
                authors=record.authors if record and record.authors else tuple(map(str, known.get("authors", ()))),
                date=record.date if record else str(known.get("date", "")) if id in shipped else "",
                url=_url(id),
                sha256=(record.sha256 if record else "") or (read.sha256 if read else ""),
                withdrawn=record.withdrawn if record else "",
                claims=claims[id],
                tables=printed,
                topic=_topic(id, bool(record and record.title) or bool(known), scoped),
            )
        )
    return tuple(made)


def _topic(id: str, known: bool, scoped: Sequence[Scoped]) -> str:
    """Whether a paper is on the topic, as far as the findings on scope say; empty where its title is not known."""
    faults = [one.line for one in scoped if one.kind == "paper" and one.paper == id and one.fault and UNCITED not in one.line]
    return "; ".join(faults) if faults else "yes" if known else ""


def _url(id: str) -> str:
    """Where a paper is found on the web: arXiv, the ACL Anthology or by DOI; empty for what has no address."""
    from ..literature import ids

    found = ids.maybe(id)
    if found is None:
        return ""
    bases = {ids.ARXIV: "https://arxiv.org/abs/", ids.ACL: "https://aclanthology.org/", ids.DOI: "https://doi.org/"}
    return f"{bases[found.kind]}{found}" if found.kind in bases else ""


def _shipped() -> dict[str, dict[str, Any]]:
    """Heads of the papers whose tables ship with us."""
    made = {}
    for path in sorted((resources.data() / "published").glob("*.toml")):
        try:
            data = tomllib.loads(path.read_text(encoding="utf-8"))
        except (OSError, tomllib.TOMLDecodeError):
            continue
        made[str(data.get("id", path.stem))] = data
    return made


def _in_library(id: str, folder: str | None, hand: Hand) -> Paper | None:
    """What the library or the papers at hand know of a paper."""
    from ..literature import library

    if folder is not None and not (Path(folder) / "papers").is_dir():
        return scope.known(id, hand, None)
    try:
        there = library.open(folder)
        return there.find(id) or scope.known(id, hand, there)
    except (Problem, OSError):
        return None
