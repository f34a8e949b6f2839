"""The prespecified regression on languages: what an outcome owes to pretraining size, distance, overlap and script.

Fixed: the predictors, and the system where there are several. Random: intercepts for family, branch, language, task, and
language by task where cells repeat. Tested by REML with t at the branches, as far as languages of one branch are no
independent witnesses; robust errors (CR2, clusters are families) stand beside it. benchmarks.calibration shows how often
both are wrong.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from replicate import languages
from replicate.metrics.significance import holm
from replicate.problems import Failure, Problem

from .cells import Cells
from .features import Known, Predictor
from .stats import design, equivalence, mixed, penalised, robust
from .stats.design import INTERCEPT, Design
from .stats.distributions import quantile, two_sided
from .stats.mixed import Mixed
from .stats.penalised import Term, nested

GROUPINGS = ("family", "branch", "language", "task", "language x task")
GROUPS = ("family", "branch", "phylogeny", "geography")  # groupings of languages
POWER = 0.8
DROPPED = "the term is dropped"


@dataclass(frozen=True)
class Data:
    """Complete rows: outcome, predictors in units of their spread over languages, and the groups that rows belong to."""

    cells: Cells
    about: Mapping[str, Known]
    predictors: tuple[Predictor, ...]
    spread: tuple[float, ...]
    groups: Mapping[str, tuple[str, ...]]
    notes: tuple[str, ...] = ()

    @property
    def languages(self) -> list[str]:
        return sorted(set(self.cells.language))

    def keep(self, rows: np.ndarray) -> Data:
        """Some rows, in the same units."""
        at = np.flatnonzero(rows) if rows.dtype == bool else rows
        groups = {name: tuple(labels[row] for row in at) for name, labels in self.groups.items()}
        kept = tuple(replace(one, values=one.values[at]) for one in self.predictors)
        return replace(self, cells=self.cells.keep(at), predictors=kept, groups=groups)

    def without(self, name: str) -> Data:
        """The same rows without one predictor."""
        at = [place for place, one in enumerate(self.predictors) if one.name != name]
        return replace(
            self, predictors=tuple(self.predictors[place] for place in at), spread=tuple(self.spread[place] for place in at)
        )


def data(
    cells: Cells,
    about: Mapping[str, Known],
    predictors: Sequence[Predictor],
    with_pivot: bool = False,
    prespecified: bool = False,
) -> Data:
    """The rows that all predictors are known of; what is left out is counted by language and reason.

    A predictor that is the same in all rows is a Problem, or is dropped and told of where the set is the `prespecified` one.
    """
    notes, keep = list[str](), np.ones(len(cells), bool)
    pivot = languages.pivot(cells.world)
    home = np.array([about[code].code == pivot if code in about else False for code in cells.language])
    if home.any() and not with_pivot:
        keep &= ~home
        notes.append(f"the pivot {pivot} is left out: it is what distances are measured from ({int(home.sum())} rows)")
    for one in predictors:
        unknown = keep & np.isnan(one.values)
        if unknown.any():
            gone = sorted({code for code, out in zip(cells.language, unknown, strict=True) if out})
            notes.append(f"left out, {one.title} is not known: {', '.join(gone)} ({int(unknown.sum())} rows)")
            keep &= ~np.isnan(one.values)
    rows = np.flatnonzero(keep)
    if not len(rows):
        raise Problem(f"{cells.where}: no row has all of {', '.join(one.title for one in predictors)}")
    kept = cells.keep(rows)
    chosen = [replace(one, values=one.values[rows]) for one in predictors]
    spread, moving = list[float](), list[Predictor]()
    for one in chosen:
        by_language = dict(zip(kept.language, one.values, strict=True))
        sd = float(np.std(list(by_language.values()), ddof=1)) if len(by_language) > 1 else 0.0
        if np.ptp(one.values) > 0:
            moving.append(one)
            spread.append(sd or float(np.std(one.values, ddof=1)))
        elif prespecified and len(chosen) > 1:
            notes.append(f"{one.title} is {one.values[0]:g} in all rows: {DROPPED}")
        else:
            raise Problem(f"{cells.where}: {one.title} is {one.values[0]:g} in all rows; leave it out with --predictors")
    if not moving:
        raise Problem(f"{cells.where}: no predictor varies over these rows")
    return Data(kept, about, tuple(moving), tuple(spread), groups(kept, about), (*cells.notes, *notes))


def groups(cells: Cells, about: Mapping[str, Known]) -> dict[str, tuple[str, ...]]:
    """What each row belongs to. Columns family and branch of a CSV go before what is known of the language."""

    def column(*names: str) -> tuple[str, ...] | None:
        name = next((one for one in names if cells.table is not None and one in cells.table.columns), None)
        return cells.table.words(name) if cells.table is not None and name else None

    family = column("family") or tuple(about[code].family for code in cells.language)
    branch = column("branch", "genus") or tuple(about[code].branch for code in cells.language)
    return {
        "family": family,
        "branch": tuple(nested(family, branch)),
        "language": cells.language,
        "task": cells.task,
        "language x task": tuple(nested(cells.language, cells.task)),
    }


def model_matrix(found: Data, extra: Sequence[tuple[str, np.ndarray]] = (), tasks: bool = False) -> Design:
    """Intercept, predictors per standard deviation, then `extra`, systems and (asked for) tasks as columns."""
    n = len(found.cells)
    made = [(INTERCEPT, np.ones(n))]
    made += [(one.name, (one.values - one.values.mean()) / sd) for one, sd in zip(found.predictors, found.spread, strict=True)]
    made += list(extra)
    for label, cells in (("system", found.cells.system), *((("task", found.cells.task),) if tasks else ())):
        there = np.array(cells)
        made += [(f"{label}={level}", (there == level).astype(float)) for level in sorted(set(cells))[1:]]
    names = tuple(name for name, _ in made)
    matrix = np.column_stack([column for _, column in made])
    design.check_rank(matrix, names, found.cells.where)
    return Design(matrix, names, {})


def terms(found: Data, names: Sequence[str] = GROUPINGS) -> tuple[list[Term], list[str]]:
    """The random intercepts that the rows can tell apart, and why others are not there."""
    made, said, n = list[Term](), list[str](), len(found.cells)
    seen: dict[tuple[int, ...], str] = {}
    for name in names:
        labels = found.groups[name]
        levels = sorted(set(labels))
        place = {level: number for number, level in enumerate(levels)}
        first: dict[int, int] = {}
        codes = tuple(first.setdefault(place[label], len(first)) for label in labels)
        if len(levels) < 2:
            if name not in ("task", "language x task"):
                said.append(f"no intercepts for {name}: there is one, {levels[0]}")
        elif len(levels) == n:
            said.append(f"no intercepts for {name}: each row is one of its own, so they are the residual")
        elif codes in seen:
            if name != "language x task":
                said.append(f"no intercepts for {name}: it divides the rows as {seen[codes]} does")
        else:
            seen[codes] = name
            made.append(penalised.term(name, labels))
    return made, said


@dataclass(frozen=True)
class Slope:
    """One predictor's effect: per standard deviation over languages, and in its natural unit."""

    name: str
    title: str
    estimate: float
    se: float
    df: float
    p: float
    low: float
    high: float
    natural: float
    natural_low: float
    natural_high: float
    unit: str
    holm: float
    detectable: float
    robust_se: float | None = None
    robust_df: float | None = None
    robust_p: float | None = None
    vif: float | None = None
    verdict: str = ""


@dataclass(frozen=True)
class Result:
    """A fitted regression."""

    slopes: tuple[Slope, ...]
    model: Mixed = field(repr=False)
    df: float
    condition: float
    notes: tuple[str, ...]


def strata(found: Data, predictors: int) -> tuple[int, int]:
    """Degrees of freedom at the languages and at the branches: their numbers less what is estimated between them.

    Branches lie within families, which take theirs; where families have hardly more than one branch each, it is the families
    that are counted.
    """
    codes, branches, families = (len(set(found.groups[name])) for name in ("language", "branch", "family"))
    ways = [df for df in (branches - families - predictors, families - predictors - 1) if df >= 1]
    if not ways or codes - predictors - 1 < 1:
        raise Problem(
            f"{found.cells.where}: {codes} languages in {branches} branches of {families} families for {predictors} predictors "
            "and an intercept leave no degrees of freedom; name fewer with --predictors"
        )
    return codes - predictors - 1, min(ways)


def freedom(found: Data, predictors: int, model: Mixed) -> float:
    """Degrees of freedom of the slopes: at the branches as far as the variance between languages is one between branches and
    families, at the languages as far as it is their own (harmonically)."""
    languages_df, branches_df = strata(found, predictors)
    count = len(set(found.groups["language"]))
    per_language = {"language x task": len(set(found.groups["language x task"])) / count}
    shared = own = 0.0
    for one in model.components:
        if one.name in GROUPS:
            shared += one.variance
        elif one.name != "task":
            own += one.variance / per_language.get(one.name, 1.0)
    own += model.sigma**2 * count / model.n
    share = shared / (shared + own)
    return 1 / ((1 - share) / languages_df + share / branches_df)


def fit(
    found: Data,
    groupings: Sequence[str] = GROUPINGS,
    extra: Sequence[tuple[str, np.ndarray]] = (),
    level: float = 0.95,
    margin: float | None = None,
    start: np.ndarray | None = None,
    robustly: bool = False,
    random: Sequence[Term] | None = None,
    careful: bool = True,
) -> Result:
    """The regression, with other groupings or more columns where a sensitivity analysis asks for them."""
    matrix = model_matrix(found, extra)
    chosen, said = terms(found, groupings) if random is None else (list(random), [])
    between = len(found.predictors) + len(extra)
    strata(found, between)
    if start is not None and len(start) != len(chosen):
        start = None
    model = mixed.fit(found.cells.y, matrix, chosen, start=start, careful=careful)
    df = freedom(found, between, model)
    said += [f"the variance of {name} is estimated as 0" for name in model.singular]
    slopes = [
        _slope(one, sd, float(model.beta[place]), math.sqrt(model.cov[place, place]), df, level)
        for place, (one, sd) in enumerate(zip(found.predictors, found.spread, strict=True), 1)
    ]
    adjusted = holm([one.p for one in slopes])
    fixed = matrix.matrix[:, 1 : len(slopes) + 1]
    slopes = [
        replace(one, holm=p, vif=vif, verdict=verdict(replace(one, holm=p), margin, level))
        for one, p, vif in zip(slopes, adjusted, _vifs(fixed), strict=True)
    ]
    if robustly:
        slopes, why = _beside(found, slopes, groupings, level)
        said += [why] if why else []
    scaled = matrix.matrix / np.linalg.norm(matrix.matrix, axis=0)
    return Result(tuple(slopes), model, df, float(np.linalg.cond(scaled)), tuple(said))


def _slope(one: Predictor, sd: float, estimate: float, se: float, df: float, level: float) -> Slope:
    half, step = quantile(level, df) * se, one.step / sd
    return Slope(
        one.name, one.title, estimate, se, df, two_sided(estimate / se, df), estimate - half, estimate + half,
        estimate * step, (estimate - half) * step, (estimate + half) * step, one.unit, math.nan,
        equivalence.detectable(se, df, 1 - level, POWER),
    )  # fmt: skip


def verdict(one: Slope, margin: float | None, level: float) -> str:
    """What may be said: an effect, no effect worth the margin, or neither."""
    if one.holm < 1 - level:
        small = margin is not None and -margin < one.low and one.high < margin
        return "effect, smaller than the margin" if small else "effect"
    if margin is None:
        return "open: no effect shown, and no margin was named"
    if -margin < one.low and one.high < margin:
        return f"evidence of no effect beyond {margin:g}"
    return f"open: the interval reaches beyond {margin:g}"


def _vifs(matrix: np.ndarray) -> list[float]:
    """How much larger each variance is than if predictors were unrelated."""
    if matrix.shape[1] == 1:
        return [1.0]
    return [float(one) for one in np.diag(np.linalg.inv(np.corrcoef(matrix, rowvar=False)))]


def _beside(found: Data, slopes: list[Slope], groupings: Sequence[str], level: float) -> tuple[list[Slope], str]:
    """The same with tasks as columns and errors that hold under any dependence within a family."""
    families = found.groups["family"]
    if len(set(families)) < 3:
        return slopes, f"no robust errors: {len(set(families))} families are too few clusters"
    try:
        matrix = model_matrix(found, tasks=True)
        inner = [name for name in groupings if name in ("branch", "language", "language x task")]
        model = mixed.fit(found.cells.y, matrix, terms(found, inner)[0], careful=False)
        lines = robust.of_mixed(model, families, level=level).lines
    except (Problem, Failure) as problem:
        return slopes, f"no robust errors: {problem}"
    made = [
        replace(one, robust_se=line.se, robust_df=line.df, robust_p=line.p) for one, line in zip(slopes, lines[1:], strict=False)
    ]
    return made, ""


def explained(found: Data) -> dict[str, Any]:
    """What the raw outcome has to do with each predictor and with families, language by language and task by task."""
    y, n = found.cells.y, len(found.cells)
    out: dict[str, Any] = {"correlations": [], "family": []}
    means, labels = _means(found.groups["language"], y)
    families = [found.groups["family"][found.groups["language"].index(code)] for code in labels]
    sets: list[tuple[str, np.ndarray, list[str], list[str], np.ndarray | None]]
    sets = [("all tasks, means of languages", means, labels, families, None)]
    tasks = sorted(set(found.cells.task))
    for task in tasks if len(tasks) > 1 else ():
        of = np.array([row for row in range(n) if found.cells.task[row] == task])
        own, codes = _means([found.groups["language"][row] for row in of], y[of])
        kin = [found.groups["family"][found.groups["language"].index(code)] for code in codes]
        sets.append((task, own, codes, kin, of))
    for name, values, codes, kin, rows in sets:
        for one in found.predictors:
            at = np.arange(n) if rows is None else rows
            numbers, _ = _means([found.groups["language"][row] for row in at], one.values[at])
            if line := correlation(values, numbers):
                out["correlations"].append({"task": name, "predictor": one.title, **line})
        if share := _share(values, kin):
            out["family"].append({"task": name, **share, "languages": len(codes)})
    return out


def _means(labels: Sequence[str], values: np.ndarray) -> tuple[np.ndarray, list[str]]:
    codes = sorted(set(labels))
    place = {code: number for number, code in enumerate(codes)}
    at = np.array([place[label] for label in labels])
    return np.bincount(at, values) / np.bincount(at), codes


def correlation(one: np.ndarray, other: np.ndarray) -> dict[str, float] | None:
    """Pearson's and Spearman's correlation; None where fewer than four pairs, or no variation, allow none."""
    from scipy.stats import pearsonr, spearmanr

    if len(one) < 4 or not np.ptp(one) > 0 or not np.ptp(other) > 0:
        return None
    straight, ranked = pearsonr(one, other), spearmanr(one, other)
    return {
        "n": len(one), "pearson": float(straight.statistic), "pearson_p": float(straight.pvalue),
        "spearman": float(ranked.statistic), "spearman_p": float(ranked.pvalue),
    }  # fmt: skip


def _share(values: np.ndarray, labels: Sequence[str]) -> dict[str, float | int] | None:
    """The share of the variance of languages that lies between families, as it is and adjusted for their number."""
    n, k = len(values), len(set(labels))
    total = float(((values - values.mean()) ** 2).sum())
    if k < 2 or n <= k or not total > 0:
        return None
    own, names = _means(labels, values)
    place = {name: number for number, name in enumerate(names)}
    within = float(((values - own[[place[label] for label in labels]]) ** 2).sum())
    return {"families": k, "r2": 1 - within / total, "adjusted": 1 - (within / (n - k)) / (total / (n - 1))}


def variances(model: Mixed) -> list[dict[str, Any]]:
    """The share of each grouping in the variance that the predictors leave, in per cent."""
    parts = [(one.name, one.levels, one.variance) for one in model.components] + [("residual", model.n, model.sigma**2)]
    total = sum(variance for _, _, variance in parts)
    return [
        {"name": name, "levels": levels, "variance": variance, "share": 100 * variance / total}
        for name, levels, variance in parts
    ]
