"""Confidence: how likely a verdict is right, learnt from claims whose truth is known.

A verdict belongs to a stratum: its word, and which checks decided it ('supported by tables and words'). Verdicts of a stratum
were right so often among labelled claims. Where words alone decided there is a score (how much of the claim the passage covers,
or what a model of labels says of an abstract), and Platt's sigmoid, fitted in the stratum, says how that share moves with it.
The interval is Wilson's, of the labelled verdicts with the nearest scores.

A verdict is 'uncalibrated' where its stratum has fewer than ENOUGH labelled verdicts, or its score lies outside those seen
there; a claim that nothing decided has no confidence, since nothing was said that could be right.
"""

from __future__ import annotations

import functools
import math
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from replicate import resources
from replicate.problems import Problem, unreadable

from .controls.discrimination import wilson
from .english.numbers import numbers
from .records import Verdict
from .reliability import reliability

SCHEMA = "synth.calibration/1"
UNCALIBRATED, NOTHING = "uncalibrated", "nothing was decided"
DECIDED = ("supported", "partly", "refuted")
BY_RUNS = ("reproduced", "direction only", "not reproduced")
ENOUGH = 30  # labelled verdicts of a stratum; fewer tell nothing
NEAREST = 40  # labelled verdicts that an interval rests on, where a stratum has scores
ROUND = 0.05  # scores are kept this finely
RIDGE = 1 / 400  # a slope of 20 is one standard deviation: hardly a pull, and enough for labels that a score parts


@dataclass(frozen=True)
class Labelled:
    """A verdict on a claim whose truth is known. `group` names the claim that it was made from: a twin belongs to its claim."""

    stratum: str
    right: bool
    score: float | None = None
    group: str = ""


@dataclass(frozen=True)
class Bin:
    """Labelled verdicts of about this score: `right` of `of`."""

    score: float | None
    right: int
    of: int


@dataclass(frozen=True)
class Stratum:
    """The labelled verdicts of one kind; `slope` is 0 where they have no score."""

    name: str
    bins: tuple[Bin, ...]
    intercept: float
    slope: float = 0.0

    @property
    def right(self) -> int:
        return sum(one.right for one in self.bins)

    @property
    def of(self) -> int:
        return sum(one.of for one in self.bins)

    @property
    def range(self) -> tuple[float, float] | None:
        scores = [one.score for one in self.bins if one.score is not None]
        return (min(scores) - ROUND / 2, max(scores) + ROUND / 2) if scores else None

    def probability(self, score: float | None) -> float:
        return 1 / (1 + math.exp(-(self.intercept + self.slope * (score or 0.0))))

    def interval(self, score: float | None) -> tuple[float, float]:
        """Wilson's, of the labelled verdicts nearest in score; it holds the probability itself."""
        ordered = sorted(self.bins, key=lambda one: abs((one.score or 0.0) - (score or 0.0)))
        right = of = 0
        for one in ordered:
            right, of = right + one.right, of + one.of
            if of >= NEAREST and self.slope:
                break
        low, high = wilson(right, of)
        p = self.probability(score)
        return min(low, p), max(high, p)


@dataclass(frozen=True)
class Calibration:
    """Strata by name, and where the labelled verdicts come from.

    `reliable` holds (mean confidence, right, of) in bins of 0.1: how far the confidences of labelled verdicts kept what they
    said when their own claims were not learnt from.
    """

    strata: Mapping[str, Stratum]
    sources: tuple[str, ...] = ()
    reliable: tuple[tuple[float, int, int], ...] = ()

    def confidence(self, verdict: Verdict) -> tuple[float | None, tuple[float, float] | None, str]:
        """Probability that a final verdict is right, its interval, and the reason: where it comes from, or why there is none."""
        name = stratum(verdict)
        if not name:
            return None, None, NOTHING
        there, value = self.strata.get(name), score(verdict)
        if there is None or there.of < ENOUGH:
            known = there.of if there else 0
            return None, None, f"{UNCALIBRATED}: {known} labelled verdicts are {name!r}, {ENOUGH} are wanted"
        ends = there.range
        if ends is not None and (value is None or not ends[0] <= value <= ends[1]):
            found = "no score" if value is None else f"a score of {value:.2f}"
            return None, None, f"{UNCALIBRATED}: {found}, the labelled verdicts have {ends[0]:.2f} to {ends[1]:.2f}"
        why = f"{there.right} of {there.of} labelled verdicts that are {name!r} were right"
        return there.probability(value), there.interval(value), why


def stratum(verdict: Verdict) -> str:
    """The kind of a final verdict: its word and the checks that decided it; empty where none did."""
    if verdict.verdict not in DECIDED:
        return ""
    by = sorted(name for name, check in verdict.checks.items() if check.verdict in DECIDED)
    if "replication" in verdict.checks and verdict.checks["replication"].verdict in BY_RUNS:
        by.append("runs")
    if by == ["words"]:
        if _labels(verdict):
            by = ["words of an abstract"]
        else:
            by = ["words, with numbers" if any(numbers(text) for text in _statements(verdict)) else "words, without numbers"]
    return f"{verdict.verdict} by {' and '.join(by)}" if by else ""


def _statements(verdict: Verdict) -> list[str]:
    """What the check of words took the claim apart into."""
    return [str(one.get("text", "")) for one in verdict.checks["words"].data.get("statements", ()) if isinstance(one, Mapping)]


def _labels(verdict: Verdict) -> Mapping[str, float]:
    """The probabilities of a model of labels, where the check of words asked one."""
    found = verdict.checks["words"].data.get("labels")
    return found if isinstance(found, Mapping) else {}


def score(verdict: Verdict) -> float | None:
    """A number between 0 and 1 where words alone decided: how much of the claim the passages cover that they decided by, or
    how probable a model of labels found the verdict."""
    if " by words" not in stratum(verdict):
        return None
    found = [one.get("coverage") for one in verdict.checks["words"].data.get("statements", ()) if isinstance(one, Mapping)]
    if labels := _labels(verdict):
        found = [labels.get(verdict.verdict)]
    covered = [float(one) for one in found if isinstance(one, int | float) and math.isfinite(one)]
    return min(max(min(covered), 0.0), 1.0) if covered else None


def with_confidence(verdict: Verdict, calibration: Calibration | None = None) -> Verdict:
    """The verdict with its confidence; without one `reason` says why."""
    known = shipped() if calibration is None else calibration
    value, interval, reason = known.confidence(verdict)
    return replace(verdict, confidence=value, interval=interval, reason=reason)


# ---- fitting


def fit(labelled: Iterable[Labelled]) -> dict[str, Stratum]:
    """A stratum for every kind of verdict among these."""
    kinds: dict[str, list[Labelled]] = {}
    for one in labelled:
        kinds.setdefault(one.stratum, []).append(one)
    return {name: fitted(name, binned(mine)) for name, mine in sorted(kinds.items())}


def binned(labelled: Iterable[Labelled]) -> tuple[Bin, ...]:
    """Counts of labelled verdicts by their score."""
    counts: dict[float | None, list[int]] = {}
    for one in labelled:
        key = None if one.score is None else round(round(one.score / ROUND) * ROUND, 2)
        pair = counts.setdefault(key, [0, 0])
        pair[0] += one.right
        pair[1] += 1
    return tuple(
        Bin(key, right, of)
        for key, (right, of) in sorted(counts.items(), key=lambda pair: pair[0] if pair[0] is not None else -1)
    )


def fitted(name: str, bins: Sequence[Bin]) -> Stratum:
    """Platt's sigmoid over the scores of a stratum; without scores the share of those right, one more of each kind counted in."""
    right, of = sum(one.right for one in bins), sum(one.of for one in bins)
    if any(one.score is None for one in bins) or len(bins) < 2:
        share = (right + 1) / (of + 2)
        return Stratum(name, tuple(bins), math.log(share / (1 - share)))
    intercept, slope = platt([(one.score or 0.0, one.right, one.of) for one in bins])
    return Stratum(name, tuple(bins), intercept, slope)


def platt(counts: Sequence[tuple[float, int, int]]) -> tuple[float, float]:
    """Intercept and slope of a logistic regression on (score, right, of), with Platt's targets, which are never quite 0 or 1.

    A better score may not make a verdict less likely to be right: the slope is 0 where it would fall below.
    """
    import numpy as np

    scores, right, of = (np.array([one[place] for one in counts], dtype=float) for place in range(3))
    positive, negative = right.sum(), (of - right).sum()
    high, low = (positive + 1) / (positive + 2), 1 / (negative + 2)
    target = (right * high + (of - right) * low) / of
    x = np.stack([np.ones_like(scores), scores - scores.mean()], axis=1)
    beta = np.array([math.log((positive + 1) / (negative + 1)), 0.0])
    pull = np.diag([0.0, RIDGE])
    for _ in range(100):
        p = 1 / (1 + np.exp(-(x @ beta)))
        gradient = x.T @ (of * (target - p)) - pull @ beta
        step = np.linalg.solve((x.T * (of * p * (1 - p))) @ x + pull + 1e-9 * np.eye(2), gradient)
        beta = beta + np.clip(step, -2, 2)
        if np.abs(step).max() < 1e-10:
            break
    if beta[1] <= 0:
        share = (positive + 1) / (positive + negative + 2)
        return math.log(share / (1 - share)), 0.0
    return float(beta[0] - beta[1] * scores.mean()), float(beta[1])


def cross_validated(labelled: Sequence[Labelled], folds: int = 5) -> list[tuple[float, bool]]:
    """Probability and outcome of every labelled verdict, fitted without its own group; those of no stratum are left out."""
    import hashlib

    def fold(one: Labelled) -> int:
        return int(hashlib.sha256(one.group.encode()).hexdigest()[:8], 16) % folds

    found = list[tuple[float, bool]]()
    for number in range(folds):
        strata = fit(one for one in labelled if fold(one) != number)
        found += [
            (strata[one.stratum].probability(one.score), one.right)
            for one in labelled
            if fold(one) == number and one.stratum in strata
        ]
    return found


# ---- the files


def read(path: Path) -> tuple[dict[str, tuple[Bin, ...]], str, list[tuple[float, int, int]]]:
    """The counts of a calibration file by stratum, what it says of where they come from, and its bins of reliability."""
    data = _held(path)
    if data.get("schema") != SCHEMA:
        raise Problem(f"{path}: its schema is {data.get('schema')!r}; this version reads {SCHEMA!r}")
    try:
        strata = {
            str(one["name"]): tuple(
                Bin(float(row[0]) if len(row) == 3 else None, int(row[-2]), int(row[-1])) for row in one["counts"]
            )
            for one in data["stratum"]
        }
        source = str(data["source"])
        reliable = [(float(mean), int(right), int(of)) for mean, right, of in data.get("reliability", {}).get("bins", ())]
    except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
        raise Problem(f"{path}: wanted: source, and [[stratum]] with name and counts of [score, right, of]; {error!r}") from error
    if any(not 0 <= one.right <= one.of or not one.of for bins in strata.values() for one in bins):
        raise Problem(f"{path}: a count of right verdicts is not between 0 and those counted")
    return strata, source, reliable


def _held(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: not TOML: {unreadable(error)}") from error


def written(labelled: Sequence[Labelled], source: str, made_by: str, inputs: Mapping[str, str]) -> str:
    """A calibration file of these verdicts: counts by stratum and score, with their provenance (inputs by sha256)."""
    import json

    lines = [
        f"schema = {json.dumps(SCHEMA)}",
        f"source = {json.dumps(source, ensure_ascii=False)}",
        f"made_by = {json.dumps(made_by)}",
    ]
    lines += ["", "[inputs]", *(f"{json.dumps(name)} = {json.dumps(digest)}" for name, digest in sorted(inputs.items()))]
    for name, one in fit(labelled).items():
        rows = [[one.right, one.of] if one.score is None else [one.score, one.right, one.of] for one in one.bins]
        lines += ["", "[[stratum]]", f"name = {json.dumps(name)}", f"counts = {json.dumps(rows)}"]
    said = cross_validated(labelled)
    rows = [[round(one.mean, 4), one.right, one.of] for one in reliability(said).bins] if said else []
    lines += [
        "",
        "# Confidence in bins of 0.1, out of five folds by claim: mean, right, of",
        "[reliability]",
        f"bins = {json.dumps(rows)}",
    ]
    return "\n".join(lines) + "\n"


@functools.cache
def shipped() -> Calibration:
    """The calibration that ships with us: all files of data/calibration that count verdicts."""
    return together(sorted((resources.data() / "calibration").glob("*.toml")))


def together(paths: Iterable[Path]) -> Calibration:
    """One calibration out of several files; counts of the same stratum add up."""
    bins: dict[str, list[Bin]] = {}
    reliable: dict[int, list[tuple[float, int, int]]] = {}
    sources = []
    for path in paths:
        if _held(path).get("schema") != SCHEMA:
            continue  # parameters of a check of its own
        strata, source, rows = read(path)
        sources.append(source)
        for name, mine in strata.items():
            bins.setdefault(name, []).extend(mine)
        for row in rows:
            reliable.setdefault(min(9, int(row[0] * 10)), []).append(row)
    merged = []
    for _, those in sorted(reliable.items()):
        of = sum(row[2] for row in those)
        merged.append((math.fsum(row[0] * row[2] for row in those) / of, sum(row[1] for row in those), of))
    return Calibration({name: fitted(name, _merged(mine)) for name, mine in sorted(bins.items())}, tuple(sources), tuple(merged))


def _merged(bins: Iterable[Bin]) -> tuple[Bin, ...]:
    counts: dict[float | None, Bin] = {}
    for one in bins:
        there = counts.get(one.score, Bin(one.score, 0, 0))
        counts[one.score] = Bin(one.score, there.right + one.right, there.of + one.of)
    return tuple(sorted(counts.values(), key=lambda one: -1.0 if one.score is None else one.score))
