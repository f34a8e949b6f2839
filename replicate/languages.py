"""The languages: XTREME's and XTREME-R's from `data/languages.csv`, and those of the artificial world.

Light on purpose: command lines and plans list languages before anything is trained.
"""

from __future__ import annotations

import csv
import functools
from collections.abc import Mapping
from dataclasses import dataclass, field

from . import resources
from .problems import unknown

WORLDS = ("real", "artificial")
PIVOT = "en"
DISTANCES = ("genetic", "syntactic", "phonological", "inventory", "featural", "script", "geographic", "lexical")


@dataclass(frozen=True)
class Language:
    """One language. `distances` are from the pivot and hold only what is known; `script` is an ISO 15924 code.

    `size` is the amount of text for pretraining: GiB of CC-100 for the real ones (None: not in XLM-R's
    pretraining), sentences for the artificial. `tasks` are the tasks that have data in the language.
    """

    code: str
    name: str
    family: str
    branch: str
    script: str
    word_order: str = ""
    size: float | None = None
    distances: Mapping[str, float] = field(default_factory=dict, hash=False)
    tasks: tuple[str, ...] = ()
    world: str = "real"


def languages(world: str = "real") -> dict[str, Language]:
    """All languages of a world by code, in the order of their codes."""
    if world not in WORLDS:
        raise unknown("world", world, WORLDS)
    if world == "real":
        return dict(_real())
    from .sources.world import tree

    return dict(sorted(tree.languages().items()))


def pivot(world: str = "real") -> str:
    """The code of the language that tasks are trained in, from which distances are measured."""
    if world not in WORLDS:
        raise unknown("world", world, WORLDS)
    if world == "real":
        return PIVOT
    from .sources.world import tree

    return tree.PIVOT


def find(code: str, world: str = "real") -> Language:
    """The language of this code or English name, in any case; a Problem with the nearest ones where there is none."""
    table = languages(world)
    wanted = code.strip().lower()
    for language in table.values():
        if wanted in (language.code.lower(), language.name.lower()):
            return language
    # Something as short as a code is a mistyped code: a hundred names would only hide the near ones.
    names = () if len(wanted) <= 3 else (language.name for language in table.values())
    raise unknown("language", code, (*table, *names))


@functools.cache
def _real() -> dict[str, Language]:
    with (resources.data() / "languages.csv").open(encoding="utf-8", newline="") as file:
        rows = sorted(csv.DictReader(file), key=lambda row: row["iso639_1"])
    return {row["iso639_1"]: _language(row) for row in rows}


def _language(row: Mapping[str, str]) -> Language:
    size = row["xlmr_cc100_GiB"]
    return Language(
        code=row["iso639_1"],
        name=row["name"],
        family=row["family"],
        branch=row["genus_wals"],
        # The benchmarks mix simplified and traditional Chinese; Hani is the code for both.
        script="Hani" if row["script_iso15924"] == "Hans/Hant" else row["script_iso15924"],
        word_order=row["word_order_wals81A"],
        size=float(size) if size else None,
        distances=_distances(row),
        tasks=tuple(row["tasks"].split()),
    )


def _distances(row: Mapping[str, str]) -> dict[str, float]:
    """The known distances. URIEL+ gives -1 where two languages share no feature, and 0 where the few that
    they share happen to agree (Malay is not English): neither says how far apart they are."""
    found = {kind: float(row[f"d_eng_{kind}"]) for kind in DISTANCES if f"d_eng_{kind}" in row}
    pivot = row["iso639_1"] == PIVOT
    return {kind: value for kind, value in found.items() if value > 0 or (pivot and value == 0)}
