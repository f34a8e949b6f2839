"""What is known of languages: family and branch, and the numbers that a regression explains outcomes by.

Real languages come from the shipped table, by code (ISO 639-1 or 639-3) or English name; those of the artificial world from
their tree; any other one from URIEL+ where that is installed and asked for. What is not known is None, and is counted.
"""

from __future__ import annotations

import csv
import functools
import math
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from replicate import languages, resources
from replicate.problems import Problem, unknown

from .cells import Cells
from .stats import columns

PRIMARY = ("size", "syntactic", "overlap", "script")
TITLES = {
    **{kind: f"{kind} distance" for kind in languages.DISTANCES},
    "size": "log2 pretraining size",
    "overlap": "subword overlap",
    "script": "other script",
}
STEPS = {"size": (1.0, "per doubling"), "script": (1.0, "other script against the same")}
TENTH = (0.1, "per 0.1")
OVERLAP_FILE = "overlap.csv"  # beside the steps of a runs folder


@dataclass(frozen=True)
class Known:
    """One language as far as it is known."""

    code: str
    name: str
    family: str
    branch: str
    script: str = ""
    size: float | None = None
    distances: Mapping[str, float] = field(default_factory=dict)
    place: tuple[float, float] | None = None

    def feature(self, name: str, pivot_script: str) -> float | None:
        """The number behind a predictor; None where it is not known."""
        if name == "size":
            return math.log2(self.size) if self.size else None
        if name == "script":
            return float(self.script != pivot_script) if self.script else None
        return self.distances.get(name)


@dataclass(frozen=True)
class Predictor:
    """A number for each row, NaN where it is not known; `step` is the natural unit that its slope is told in."""

    name: str
    title: str
    values: np.ndarray
    step: float = 1.0
    unit: str = "per unit"


def known(codes: Sequence[str], world: str, typology: str | None = None) -> dict[str, Known]:
    """The languages behind these codes; a Problem names those that nobody knows."""
    table = _aliases() if world == "real" else {}
    places = _places() if world == "real" else {}
    found, strange, first = dict[str, Known](), list[str](), ""
    for code in dict.fromkeys(codes):
        try:
            one = languages.find(table.get(code.lower(), code), world)
        except Problem as problem:
            if len(set(codes)) == 1 and typology is None:
                raise
            first = first or str(problem)
            strange.append(code)
            continue
        found[code] = Known(
            one.code, one.name, one.family, one.branch, one.script, one.size, dict(one.distances), places.get(one.code)
        )
    if strange and typology == "urielplus":
        from . import uriel

        return found | uriel.known(strange)
    if strange:
        more = f" (and {len(strange) - 1} more: {', '.join(strange[1:6])})" if len(strange) > 1 else ""
        raise Problem(
            f"{first}{more}; for languages beyond the shipped table give their columns family and branch, or --typology urielplus"
        )
    return found


@functools.cache
def _rows() -> tuple[dict[str, str], ...]:
    with (resources.data() / "languages.csv").open(encoding="utf-8", newline="") as file:
        return tuple(csv.DictReader(file))


@functools.cache
def _aliases() -> dict[str, str]:
    """Other codes of the shipped languages: ISO 639-3, and Tatoeba's."""
    return {row[column].lower(): row["iso639_1"] for row in _rows() for column in ("tatoeba_code", "iso639_3") if row[column]}


@functools.cache
def _places() -> dict[str, tuple[float, float]]:
    """Latitude and longitude of the shipped languages."""
    return {row["iso639_1"]: (float(row["lat"]), float(row["lon"])) for row in _rows() if row["lat"] and row["lon"]}


@functools.cache
def family_names() -> dict[str, str]:
    """What the shipped table calls the families of Glottolog, where it calls them otherwise."""
    pairs = Counter((row["glottolog_top"], row["family"]) for row in _rows() if row["glottolog_top"])
    return {top: family for (top, family), _ in reversed(pairs.most_common())}


def seen(codes: Sequence[str]) -> set[str]:
    """Which of the shipped languages the model was pretrained on."""
    table = {row["iso639_1"] for row in _rows() if row["in_xlmr"] == "1"}
    return {code for code in codes if _aliases().get(code.lower(), code) in table}


def predictors(
    cells: Cells, about: Mapping[str, Known], names: Sequence[str] | None, overlap: str | None
) -> tuple[list[Predictor], list[str]]:
    """The predictors, row by row, and what has to be said of them.

    A column of the CSV goes before what is known of the language. Named ones have to be there; of the prespecified ones, the
    overlap with the pivot may be unknown altogether, and is then dropped.
    """
    wanted, said, found = names or PRIMARY, list[str](), list[Predictor]()
    shares = _overlap(cells, overlap)
    pivot = languages.languages(cells.world)[languages.pivot(cells.world)].script
    for name in wanted:
        step, unit = STEPS.get(name, TENTH)
        if cells.table is not None and name in cells.table.columns:
            values = cells.table.numbers(name)
            step, unit = (step, unit) if name in TITLES else (1.0, "per unit")
            found.append(Predictor(name, TITLES.get(name, name), values, step, unit))
            continue
        if name not in TITLES:
            raise unknown("predictor", name, [*TITLES, *(cells.table.columns if cells.table else ())])
        if name == "overlap":
            if shares is None and names is None:
                said.append("subword overlap with the pivot is not known here: the term is dropped")
                continue
            if shares is None:
                raise Problem("the predictor overlap needs a column overlap, or --overlap FILE with columns language and overlap")
            values = np.array([shares.get(code, math.nan) for code in cells.language])
        else:
            numbers = {code: one.feature(name, pivot) for code, one in about.items()}
            values = np.array([math.nan if (n := numbers.get(code)) is None else n for code in cells.language])
        if np.isnan(values).all():
            if names is None:
                said.append(f"{TITLES[name]} is known of none of these languages: the term is dropped")
                continue
            raise Problem(f"{cells.where}: {TITLES[name]} is known of none of these languages")
        found.append(Predictor(name, TITLES[name], values, step, unit))
    return found, said


def _overlap(cells: Cells, path: str | None) -> dict[str, float] | None:
    """Shares of subwords in common with the pivot, by language: from the file that was named, or that lies with the runs."""
    beside = Path(cells.where) / OVERLAP_FILE
    if path is None and not beside.is_file():
        return None
    table = columns.read(path or beside)
    name = next((one for one in ("language", "lang", "code") if one in table.columns), None)
    if name is None:
        raise Problem(f"{table.where}: a file of overlaps has the columns language and overlap")
    values = table.numbers("overlap")
    for row, value in enumerate(values):
        if not math.isnan(value) and not 0 <= value <= 1:
            raise table.fault(row, "overlap", f"{value:g} is not between 0 and 1")
    return {code: float(value) for code, value in zip(table.words(name), values, strict=True)}
