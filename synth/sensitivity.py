"""The sensitivity table of the regression on languages: the same question asked in every other way that could be defended."""

from __future__ import annotations

import functools
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from replicate.problems import Failure, Problem

from . import features, typology
from .stats import design, penalised
from .stats.distributions import two_sided
from .typology import Data, Result, Slope

RANGE = 0.25  # of the largest distance between two languages: where their resemblance falls to 1/e
FAMILY, BRANCH = 1 / 3, 2 / 3  # of the way to a language from the root of its tree, where families and branches part


@dataclass(frozen=True)
class Line:
    """One way to ask: the slopes of the primary predictors, how many rows and languages were asked, or why it cannot be."""

    name: str
    slopes: tuple[Slope, ...]
    rows: int
    languages: int
    note: str = ""


def table(found: Data, primary: Result, unseen: Data | None, level: float = 0.95) -> list[Line]:
    """All lines; those that need what is not there say so. `unseen` are the rows with languages without pretraining text."""
    lines = []
    for name, work in _ways(found, primary, unseen, level):
        try:
            asked, slopes, note = work()
        except (Problem, Failure) as problem:
            lines.append(Line(name, (), 0, 0, str(problem)))
            continue
        lines.append(Line(name, slopes, len(asked.cells), len(asked.languages), note))
    return lines


Asked = tuple[Data, tuple[Slope, ...], str]
Way = Callable[[], Asked]


def _ways(found: Data, primary: Result, unseen: Data | None, level: float) -> Iterator[tuple[str, Way]]:
    yield "primary", lambda: (found, primary.slopes, "")
    if any(one.name == "overlap" for one in found.predictors):
        yield "without subword overlap", lambda: _with(found.without("overlap"), level)
    elif any(one.name in features.PRIMARY for one in found.predictors):
        yield "with subword overlap", _refuse("subword overlap is not known; name a file with --overlap")
    for one in found.predictors if len(found.predictors) > 1 else ():
        yield f"{one.title} alone", functools.partial(_alone, found, one.name, level)
    yield "intercepts for languages and tasks only", lambda: _with(found, level, ("language", "task", "language x task"))
    yield "phylogeny: languages alike as their tree says", lambda: _phylogeny(found, level)
    yield "geography: languages alike as they are near", lambda: _geography(found, level)
    yield from _seen(found, unseen, level)
    if found.cells.baseline is not None:
        yield "baseline as covariate, its errors left in", lambda: _covariate(found, level)
        yield "baseline as covariate, its errors taken out", lambda: _corrected(found, level)


def _refuse(why: str) -> Way:
    def way() -> Asked:
        raise Problem(why)

    return way


def _with(found: Data, level: float, groupings: Sequence[str] = typology.GROUPINGS) -> Asked:
    return found, typology.fit(found, groupings, level=level).slopes, ""


def _alone(found: Data, name: str, level: float) -> Asked:
    fewer = found
    for one in found.predictors:
        if one.name != name:
            fewer = fewer.without(one.name)
    return fewer, typology.fit(fewer, level=level).slopes, ""


def _seen(found: Data, unseen: Data | None, level: float) -> Iterator[tuple[str, Way]]:
    """The primary model needs a pretraining size, so it is of the languages seen in pretraining; here are all of them."""
    if found.cells.world == "real":
        inside = features.seen(found.languages)
        if set(found.languages) - inside:
            rows = np.array([code in inside for code in found.cells.language])
            yield "languages seen in pretraining only", lambda: _with(found.keep(rows), level)
    if unseen is not None:
        more = len(set(unseen.languages) - set(found.languages))
        yield f"without pretraining size, {more} unseen languages more", lambda: _with(unseen, level)


# ---- other ways in which languages resemble each other ----


def _related(found: Data, relation: np.ndarray, codes: list[str], name: str, level: float) -> tuple[Slope, ...]:
    labels = found.cells.language
    term = penalised.term(name, labels, relation=relation, levels=codes)
    others, _ = typology.terms(found, ("language", "task", "language x task"))
    return typology.fit(found, random=[term, *others], level=level).slopes


def _phylogeny(found: Data, level: float) -> Asked:
    """Effects that drift along a tree: alike by the share of the way from the root that two languages went together."""
    codes = found.languages
    first = {code: row for row, code in reversed(list(enumerate(found.cells.language)))}
    family = [found.groups["family"][first[code]] for code in codes]
    branch = [found.groups["branch"][first[code]] for code in codes]
    relation = np.eye(len(codes))
    for i in range(len(codes)):
        for j in range(i):
            shared = BRANCH if branch[i] == branch[j] else FAMILY if family[i] == family[j] else 0.0
            relation[i, j] = relation[j, i] = shared
    return found, _related(found, relation, codes, "phylogeny", level), "a tree of family, branch and language in equal steps"


def _geography(found: Data, level: float) -> Asked:
    """Effects that fade with distance over the globe."""
    places = {code: found.about[code].place if code in found.about else None for code in found.languages}
    if lacking := sorted(code for code, place in places.items() if place is None):
        raise Problem(f"it is not known where {', '.join(lacking[:5])}{' and others' * (len(lacking) > 5)} are spoken")
    codes = found.languages
    at = np.radians(np.array([places[code] for code in codes], float))
    lat, lon = at[:, 0], at[:, 1]
    inner = np.sin((lat[:, None] - lat) / 2) ** 2 + np.cos(lat[:, None]) * np.cos(lat) * np.sin((lon[:, None] - lon) / 2) ** 2
    distance = 2 * np.arcsin(np.sqrt(np.clip(inner, 0, 1)))
    reach = RANGE * float(distance.max())
    relation = np.exp(-distance / reach) + 1e-6 * np.eye(len(codes))
    note = f"resemblance falls to a third over {reach * 6371:.0f} km"
    return found, _related(found, relation, codes, "geography", level), note


# ---- regression to the mean ----


def _base(found: Data) -> tuple[np.ndarray, np.ndarray]:
    base = found.cells.baseline
    if base is None or not np.isfinite(base).all():
        raise Problem("no baseline is known")
    v = found.cells.baseline_v
    return base, np.full(len(base), math.nan) if v is None else v


def _covariate(found: Data, level: float) -> Asked:
    """The gain given the baseline. Its errors are in both with opposite signs, so its own slope is too low."""
    base, _ = _base(found)
    spread = float(base.std())
    if not spread > 0:
        raise Problem("the baseline is the same everywhere")
    result = typology.fit(found, extra=[("baseline", (base - base.mean()) / spread)], level=level)
    slope = result.model.beta[list(result.model.design.names).index("baseline")] / spread
    return found, result.slopes, f"{slope:+.3f} points of gain a point of baseline".replace("-", "\u2212")


def _corrected(found: Data, level: float) -> Asked:
    """The same with the errors of the baseline taken out of the moments; standard errors by leaving out families."""
    base, v = _base(found)
    if not np.isfinite(v).all():
        raise Problem("the baseline's sampling errors are not known")
    matrix = typology.model_matrix(found, extra=[("baseline", base - base.mean())], tasks=True)
    place = len(found.predictors) + 1
    families = np.array(found.groups["family"])
    names = sorted(set(families.tolist()))
    df = len(names) - 1
    if df < 2:
        raise Problem(f"{len(names)} families are too few to leave out one after the other")
    whole = _moments(matrix.matrix, found.cells.y, v, place)
    left = []
    for name in names:
        rows = families != name
        part = matrix.matrix[rows]
        if design.redundant(part) is None:
            left.append(_moments(part, found.cells.y[rows], v[rows], place))
    if len(left) < 3:
        raise Problem("too few families can be left out")
    drawn = np.array(left)
    se = np.sqrt((len(left) - 1) / len(left) * ((drawn - drawn.mean(axis=0)) ** 2).sum(axis=0))
    slopes = []
    for at, (one, sd) in enumerate(zip(found.predictors, found.spread, strict=True), 1):
        made = typology._slope(one, sd, float(whole[at]), float(se[at]), len(left) - 1, level)
        slopes.append(replace(made, holm=two_sided(made.estimate / made.se, len(left) - 1)))
    note = f"{whole[place]:+.3f} points of gain a point of baseline; standard errors by leaving out families"
    return found, tuple(slopes), note.replace("-", "\u2212")


def _moments(x: np.ndarray, y: np.ndarray, v: np.ndarray, place: int) -> np.ndarray:
    """Least squares with the known error variance of one column, whose errors enter the outcome with the opposite sign."""
    gram, side = x.T @ x, x.T @ y
    gram[place, place] -= v.sum()
    side[place] += v.sum()
    if gram[place, place] <= 0:
        raise Problem("the baseline varies less than its errors do")
    return np.linalg.solve(gram, side)


# ---- one out ----


@dataclass(frozen=True)
class Range:
    """A slope with each family or language left out: the least and the most, which one that was, and the largest p."""

    name: str
    title: str
    by: str
    least: float
    least_without: str
    most: float
    most_without: str
    largest_p: float
    failed: tuple[str, ...] = ()


def one_out(found: Data, primary: Result, by: str, level: float) -> list[Range]:
    """Refits without each level of a grouping, in the units of the whole."""
    labels = np.array(found.groups[by])
    fits: dict[str, Result] = {}
    failed = list[str]()
    for name in sorted(set(labels.tolist())):
        try:
            fits[name] = typology.fit(found.keep(labels != name), level=level, start=primary.model.theta, careful=False)
        except (Problem, Failure):
            failed.append(name)
    if not fits:
        raise Problem(f"no {by} can be left out")
    ranges = []
    for place, one in enumerate(found.predictors):
        slopes = {name: result.slopes[place] for name, result in fits.items()}
        low = min(slopes, key=lambda name: slopes[name].estimate)
        high = max(slopes, key=lambda name: slopes[name].estimate)
        ranges.append(
            Range(
                one.name, one.title, by, slopes[low].estimate, low, slopes[high].estimate, high,
                max(slope.p for slope in slopes.values()), tuple(failed),
            )
        )  # fmt: skip
    return ranges


def plain(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """The table as plain data."""
    keys = ("name", "estimate", "se", "df", "p", "low", "high", "natural", "unit")
    return [
        {
            "name": line.name, "rows": line.rows, "languages": line.languages, "note": line.note,
            "slopes": [{key: getattr(one, key) for key in keys} for one in line.slopes],
        }
        for line in lines
    ]  # fmt: skip
