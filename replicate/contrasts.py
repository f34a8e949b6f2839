"""What an experiment's contrasts come to: differences of rows that are alike in all else, over seeds and over languages."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from .experiments.protocol import PICKED, SELECTED, Contrast
from .languages import Language
from .metrics.significance import holm
from .results import MEASURED, SAME, scoring

DISTANCE = "featural"
LEVEL = 0.95
Interval = tuple[float, float]
FEWEST = 3  # points that a slope needs


@dataclass(frozen=True)
class Estimate:
    """One contrast: `value` in points, or in points per unit of `along`.

    `by_seed` and `by_language` are 95% intervals over seeds and over languages, None where there is one only; `interval` is over
    both at once (their variances added, degrees of freedom by Satterthwaite), and so is `p`, two-sided. `p_holm` corrects it
    for the experiment's contrasts of the same rank (primary or not). `chosen` says what was selected. `missing` is why there
    is no value.
    """

    name: str
    value: float | None = None
    interval: Interval | None = None
    by_seed: Interval | None = None
    by_language: Interval | None = None
    p: float | None = None
    p_holm: float | None = None
    seeds: int = 0
    languages: int = 0
    targets: tuple[str, ...] = ()
    along: str = ""
    primary: bool = False
    chosen: tuple[str, ...] = ()
    missing: str = ""


@dataclass(frozen=True)
class Spread:
    """The variance of a mean over units, and its degrees of freedom."""

    variance: float
    freedom: float


def estimates(frame: pd.DataFrame, contrasts: Sequence[Contrast], known: Mapping[str, Language], pivot: str) -> list[Estimate]:
    """Every contrast on these rows, in the order of the contrasts, with p corrected by Holm among those of one rank."""
    scores: dict[tuple[Any, ...], pd.DataFrame] = {}  # most contrasts look at the same rows
    for one in contrasts:
        if (one.targets, one.metric) not in scores:
            scores[one.targets, one.metric] = _scores(frame, one)
    found = [_estimate(scores[one.targets, one.metric], one, known, pivot) for one in contrasts]
    for rank in (True, False):
        places = [place for place, one in enumerate(found) if one.primary is rank and one.p is not None]
        for place, p in zip(places, holm([found[place].p or 0.0 for place in places]), strict=True):
            found[place] = replace(found[place], p_holm=float(p))
    return found


def _estimate(scores: pd.DataFrame, contrast: Contrast, known: Mapping[str, Language], pivot: str) -> Estimate:
    about = Estimate(contrast.name, along=contrast.along, primary=contrast.primary)

    def none(why: str) -> Estimate:
        return replace(about, missing=why)

    one, other = (_side(scores, side, contrast, pivot) for side in (contrast.of, contrast.over))
    for side, given in ((one, contrast.of), *([(other, contrast.over)] if contrast.over else [])):
        if side.empty:
            return none(_absent(given, scores, contrast.candidates))
    if contrast.over:
        key = _key(contrast)
        base = other.groupby(key, dropna=False)["value"].mean().rename("base").reset_index()
        one = one.merge(base, on=key, how="inner")
        one["value"] = one["value"] - one["base"]
    one = _spoken(one, contrast, known, pivot)
    if one.empty:
        return none("no row of the one has its like in the other")
    one["x"] = _along(one, contrast.along, known) if contrast.along else 0.0
    one = one.dropna(subset=["value", "x"])
    value, languages = _value(one, contrast.along)
    if value is None:
        return none(f"too few values of {contrast.along} for a slope")
    alone = [_value(group, contrast.along)[0] for _, group in one.groupby("seed")]
    seeds = spread_of([each for each in alone if each is not None])
    both = added(seeds, languages)
    found = set(one["target"])
    return replace(
        about,
        value=value,
        interval=interval_of(value, both),
        by_seed=interval_of(value, seeds),
        by_language=interval_of(value, languages),
        p=_p(value, both),
        seeds=len(alone),
        languages=one["language"].nunique(),
        targets=tuple(target for target in contrast.targets or sorted(found) if target in found),
        chosen=tuple(sorted(set(one["chosen"]) - {""})),
    )


def _scores(frame: pd.DataFrame, contrast: Contrast) -> pd.DataFrame:
    """Level rows of the targets; a task's own score is the mean of its metrics."""
    rows = frame[(frame["quantity"] == "level") & (frame["language"] != "all")]
    if contrast.targets:
        rows = rows[rows["target"].isin(contrast.targets)]
    if contrast.metric != "score":
        return rows[rows["metric"] == contrast.metric]
    rows = rows[scoring(rows)]
    key = [column for column in rows.columns if column not in {*MEASURED, "metric", "missing"}]
    return rows.groupby(key, dropna=False, sort=False, as_index=False)["value"].mean().assign(metric="score")


def _side(scores: pd.DataFrame, given: Mapping[str, Any], contrast: Contrast, pivot: str) -> pd.DataFrame:
    """The rows that one side of a contrast selects."""
    rows = scores
    for column, wanted in given.items():
        if column == "intermediate" and wanted in (SELECTED, PICKED):
            continue
        if column not in rows:
            return rows.iloc[:0]
        rows = rows[rows[column].isin(wanted if isinstance(wanted, tuple) else (wanted,))]
    if "perturbation" not in given:
        rows = rows[rows["perturbation"] == ""]
    if "split" not in given and (rows["split"] != "dev").any():
        rows = rows[rows["split"] != "dev"]  # dev is for choosing where there is a test set beside it
    if given.get("intermediate") not in (SELECTED, PICKED):
        return rows.assign(chosen="")
    return _selected(rows, scores, given, contrast.candidates, pivot)


def _selected(
    rows: pd.DataFrame, scores: pd.DataFrame, given: Mapping[str, Any], candidates: Sequence[str], pivot: str
) -> pd.DataFrame:
    """For each seed and target the best of the candidates: on the pivot's dev set, or on the other seeds; PICKED on the rows
    themselves, which flatters."""
    rows = rows[rows["intermediate"].isin(candidates)]
    dev = scores[(scores["split"] == "dev") & (scores["language"] == pivot) & scores["intermediate"].isin(candidates)]
    for column, wanted in given.items():
        if column not in ("intermediate", "split") and column in dev:
            dev = dev[dev[column].isin(wanted if isinstance(wanted, tuple) else (wanted,))]
    kept = []
    for (seed, target), group in rows.groupby(["seed", "target"], dropna=False):
        judged = dev[(dev["seed"] == seed) & (dev["target"] == target)]
        if given["intermediate"] == PICKED:
            judged = group
        elif judged.empty:
            judged = rows[(rows["seed"] != seed) & (rows["target"] == target)]
        if judged.empty:
            continue
        best = judged.groupby("intermediate")["value"].mean().sort_values(ascending=False, kind="stable").index[0]
        kept.append(group[group["intermediate"] == best].assign(chosen=f"{target}: {best}"))
    return pd.concat(kept, ignore_index=True) if kept else rows.iloc[:0].assign(chosen="")


def _key(contrast: Contrast) -> list[str]:
    """What the two sides have in common: all that tells rows apart but what the contrast itself sets."""
    alike = {column for column, value in contrast.of.items() if contrast.over.get(column) == value}
    other = {*contrast.of, *contrast.over} - alike
    free = {"max_length"} | ({"perturbation", "rate"} if other & {"perturbation", "rate"} else set())
    return [*(column for column in SAME if column not in other | free), *sorted(alike - {*SAME})]


def _spoken(rows: pd.DataFrame, contrast: Contrast, known: Mapping[str, Language], pivot: str) -> pd.DataFrame:
    """The rows in the languages that the contrast is about."""
    if contrast.languages == "pivot":
        return rows[rows["language"] == pivot]
    if contrast.languages == "all":
        return rows
    rows = rows[rows["language"] != pivot]
    if contrast.languages == "others" or rows.empty:
        return rows

    family = {code: one.family for code, one in known.items()}
    seen = [
        family.get(language) in {family.get(code) for code in trained.split("+")}
        for language, trained in zip(rows["language"], rows["intermediate_languages"], strict=True)
    ]
    if contrast.languages == "seen":
        return rows[np.array(seen)]
    # The pivot's own family is seen by every target training, so it is on neither side.
    return rows[~np.array(seen) & (rows["language"].map(family) != family.get(pivot)).to_numpy()]


def _along(rows: pd.DataFrame, along: str, known: Mapping[str, Language]) -> pd.Series:
    if along == "distance":
        return (
            rows["language"]
            .map({code: one.distances[DISTANCE] for code, one in known.items() if DISTANCE in one.distances})
            .astype(float)
        )
    if along not in rows:
        return pd.Series(math.nan, index=rows.index)
    return pd.to_numeric(rows[along], errors="coerce").astype(float)


def _value(rows: pd.DataFrame, along: str) -> tuple[float | None, Spread | None]:
    """The estimate and its spread over languages: every target, language and seed counts alike."""
    if not along:
        means = rows.groupby(["language", "target"])["value"].mean().groupby("language").mean()
        return float(means.mean()), spread_of(means.tolist())
    if along == "distance":
        points = rows.groupby(["language", "x"])["value"].mean().reset_index()
        return _regressed(points["x"].to_numpy(), points["value"].to_numpy())
    lines = []
    for _, group in rows.groupby("language"):
        means = group.groupby("x")["value"].mean()
        lines.append(_slope(means.index.to_numpy(dtype=float), means.to_numpy()))
    slopes = [one for one in lines if one is not None]
    return (float(np.mean(slopes)), spread_of(slopes)) if slopes else (None, None)


def _slope(x: np.ndarray, y: np.ndarray) -> float | None:
    spread = float(((x - x.mean()) ** 2).sum()) if len(x) else 0.0
    return float(((x - x.mean()) * (y - y.mean())).sum() / spread) if len(x) > 1 and spread > 0 else None


def _regressed(x: np.ndarray, y: np.ndarray) -> tuple[float | None, Spread | None]:
    """An ordinary least-squares slope over languages."""
    slope = _slope(x, y)
    if slope is None or len(x) < FEWEST:
        return None, None
    rest = y - y.mean() - slope * (x - x.mean())
    freedom = len(x) - 2
    return slope, Spread(float((rest**2).sum()) / freedom / float(((x - x.mean()) ** 2).sum()), freedom)


def spread_of(values: Sequence[float]) -> Spread | None:
    """How sure the mean of these is; None of one alone."""
    return Spread(float(np.var(values, ddof=1)) / len(values), len(values) - 1) if len(values) > 1 else None


def added(*parts: Spread | None) -> Spread | None:
    """What several sources of chance make together."""
    there = [one for one in parts if one is not None]
    total = sum(one.variance for one in there)
    if not there:
        return None
    if total == 0:
        return Spread(0.0, min(one.freedom for one in there))
    return Spread(total, total**2 / sum(one.variance**2 / one.freedom for one in there))


def interval_of(value: float, spread: Spread | None) -> Interval | None:
    """The 95% interval of a mean, by t."""
    if spread is None:
        return None
    from scipy.stats import t

    half = float(t.ppf((1 + LEVEL) / 2, spread.freedom)) * math.sqrt(spread.variance)
    return value - half, value + half


def _p(value: float, spread: Spread | None) -> float | None:
    if spread is None:
        return None
    if spread.variance == 0:
        return float(value == 0)
    from scipy.stats import t

    return float(2 * t.sf(abs(value) / math.sqrt(spread.variance), spread.freedom))


def _absent(given: Mapping[str, Any], scores: pd.DataFrame, candidates: Sequence[str]) -> str:
    """Why a side of a contrast is empty."""
    if given.get("intermediate") == SELECTED and scores["intermediate"].isin(candidates).any():
        return "nothing to choose by: neither a dev set was evaluated nor a second seed"
    words = (f"{name} {' or '.join(value) if isinstance(value, tuple) else value}" for name, value in given.items())
    return f"no rows of {', '.join(words)}"
