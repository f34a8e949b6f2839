"""How far confidences keep what they say: bins, ECE with its direction, Brier, and risk where only the surest are kept."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from replicate.problems import Problem


@dataclass(frozen=True)
class Reliable:
    """The verdicts of one bin of confidence: between `low` and `high`, said with `mean` on average, `right` of `of`."""

    low: float
    high: float
    mean: float
    right: int
    of: int


@dataclass(frozen=True)
class Reliability:
    """How far confidences keep what they say.

    `ece` is the mean distance of confidence and share over the bins, `signed` the mean of confidence less share (above 0:
    too sure), `brier` the mean square error, `risk` (share of verdicts kept, surest first; share of them wrong) at quarters,
    `aurc` the area under that curve.
    """

    bins: tuple[Reliable, ...]
    ece: float
    signed: float
    brier: float
    risk: tuple[tuple[float, float], ...]
    aurc: float
    n: int

    def to_dict(self) -> dict[str, Any]:
        return {
            "n": self.n, "ece": self.ece, "signed_error": self.signed, "brier": self.brier, "aurc": self.aurc,
            "risk_coverage": [{"coverage": kept, "risk": wrong} for kept, wrong in self.risk],
            "bins": [{name: getattr(one, name) for name in ("low", "high", "mean", "right", "of")} for one in self.bins],
        }  # fmt: skip


def reliability(said: Sequence[tuple[float, bool]], bins: int = 10) -> Reliability:
    """The reliability of pairs of a confidence and whether it was right."""
    if not said:
        raise Problem("no labelled verdict: nothing to measure reliability on")
    groups: dict[int, list[tuple[float, bool]]] = {}
    for p, right in said:
        groups.setdefault(min(bins - 1, int(p * bins)), []).append((p, right))
    made = tuple(
        Reliable(
            place / bins,
            (place + 1) / bins,
            math.fsum(p for p, _ in mine) / len(mine),
            sum(right for _, right in mine),
            len(mine),
        )
        for place, mine in sorted(groups.items())
    )
    n = len(said)
    ordered = sorted(said, key=lambda pair: -pair[0])
    wrong, risks = 0, list[float]()
    for place, (_, right) in enumerate(ordered, 1):
        wrong += not right
        risks.append(wrong / place)
    return Reliability(
        made,
        ece=math.fsum(one.of * abs(one.mean - one.right / one.of) for one in made) / n,
        signed=math.fsum(p - right for p, right in said) / n,
        brier=math.fsum((p - right) ** 2 for p, right in said) / n,
        risk=tuple((quarter / 4, risks[max(0, round(quarter * n / 4) - 1)]) for quarter in range(1, 5)),
        aurc=math.fsum(risks) / n,
        n=n,
    )
