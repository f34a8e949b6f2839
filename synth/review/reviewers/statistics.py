"""Statistics: how sure are the numbers behind a claim? Intervals, seeds, many tests at once, power."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ...records import FACT, TAKES, Claim, Question, Verdict
from ..review import Mark, Rule
from ..scoring import Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

INTERVAL, SEEDS, CLEAR, POWER, PRINTED = "interval", "five seeds", "clear", "power", "printed"
LEVEL, MANY = 0.05, 5
RUBRIC = (
    Rule(INTERVAL, 2, "our runs give an interval: two seeds or more, of full size and on real languages"),
    Rule(SEEDS, 1, f"there are {MANY} seeds or more"),
    Rule(CLEAR, 3, f"the effect is larger than its uncertainty: p below {LEVEL:g} by Holm over all measured claims, one that was "
                   "not run as p = 1; of a level: its interval is no wider to each side than the margin"),
    Rule(POWER, 2, "the seeds would have found, 4 times out of 5, an effect as large as the claimed one (as the margin where "
                   "no size is claimed)"),
    Rule(PRINTED, 2, "the source states beside it how sure its number is: an interval, a spread, a test, a number of runs"),
)  # fmt: skip
STATED = re.compile(
    r"±|\+/-|\bstandard (?:deviation|error)s?\b|\bstd\b|\bs\.?d\.|\bconfidence interval|\b9[059] ?% (?:ci|interval)"
    r"|\bp ?[<=≤] ?0?\.\d"
    r"|\b(?:over|across|of) (?:\d+|two|three|four|five|six|ten) (?:random |different )?(?:seeds|runs|restarts)\b",
    re.IGNORECASE,
)
MEASURED = tuple(kind for kind, fields in TAKES.items() if fields != FACT)


@dataclass(frozen=True)
class Sample:
    """What runs that can decide say of one claim: mean, standard error (None for one seed), number of seeds, and in words the
    interval over languages, which no rule counts: languages are related, and few."""

    mean: float
    se: float | None
    n: int
    spoken: str = ""


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim that asserts something measured."""
    remit = [claim for claim in question.claims if any(one.kind in MEASURED for one in claim.asserts)]
    samples = {claim.id: _sample(verdicts.get(claim.id)) for claim in remit}
    clear = _clear(question, remit, samples)
    return tuple(
        _mark(claim, question.margin, samples[claim.id], clear[claim.id], _source(claim, verdicts.get(claim.id)))
        if claim.id in samples
        else Mark(claim.id, "nothing measured", "nothing measured was read in it", applies=False)
        for claim in question.claims
    )


def _sample(verdict: Verdict | None) -> Sample | None:
    from ...checks.hand import decides

    data = verdict.checks["replication"].data if verdict and "replication" in verdict.checks else {}
    estimate = data.get("estimate")
    if not estimate or not decides((data.get("world", ""), data.get("model", ""))):
        return None
    values = [float(one["value"]) for one in estimate["seeds"]]
    n, mean = len(values), math.fsum(values) / len(values)
    se = math.sqrt(math.fsum((value - mean) ** 2 for value in values) / (n - 1) / n) if n > 1 else None
    over = estimate.get("languages") or {}
    known = over.get("low") is not None and over.get("high") is not None
    spoken = f"over {over['n']} languages {over['low']:+.1f} to {over['high']:+.1f}" if known else ""
    return Sample(mean, se, n, spoken.replace("-", "\u2212"))


def _clear(question: Question, remit: list[Claim], samples: Mapping[str, Sample | None]) -> dict[str, tuple[bool, str]]:
    """Whether each claim's effect is larger than its uncertainty, and the words for it."""
    from replicate.metrics.significance import holm

    from ...stats.distributions import quantile, two_sided

    # Claims that were not run stay in the count: what is missing must never make a test milder.
    raw = list[float]()
    for claim in remit:
        sample = samples[claim.id]
        if sample is None or sample.se is None:
            raw.append(1.0)
        elif sample.se == 0:
            raw.append(0.0 if sample.mean else 1.0)
        else:
            raw.append(two_sided(sample.mean / sample.se, sample.n - 1))
    made = dict[str, tuple[bool, str]]()
    for claim, p in zip(remit, holm(raw), strict=True):
        sample = samples[claim.id]
        if sample is None or sample.se is None:
            made[claim.id] = (False, "no interval")
        elif all(one.kind == "level" for one in claim.asserts if one.kind in MEASURED):
            half = quantile(1 - LEVEL, sample.n - 1) * sample.se
            made[claim.id] = (half <= question.margin, f"known to \u00b1{half:.2f} points, margin {question.margin:g}")
        else:
            made[claim.id] = (p < LEVEL, f"p = {p:.2g} by Holm over {len(remit)} measured claims")
    return made


def _source(claim: Claim, verdict: Verdict | None) -> bool | None:
    """Whether the cited version states an uncertainty beside what backs the claim there; None where nothing there does."""
    checks = [verdict.checks[name] for name in ("words", "tables") if name in verdict.checks] if verdict else []
    backing = [check for check in checks if check.verdict in ("supported", "partly")]
    found = [one for check in backing for one in check.evidence if _paper(one.origin) in (claim.paper, check.data.get("paper"))]
    return any(STATED.search(f"{one.value} {one.note}") for one in found) if found else None


def _paper(origin: str) -> str:
    return origin.removeprefix("paper:").split("#")[0]


def _mark(claim: Claim, margin: float, sample: Sample | None, clear: tuple[bool, str], printed: bool | None) -> Mark:
    if sample is None and printed is None:
        return Mark(
            claim.id,
            "no numbers at hand",
            "neither runs that could decide nor words or cells of the cited version that back it",
            judged=False,
        )
    there, said = set[str](), list[str]()
    if sample is None:
        said.append("no runs that could decide")
    elif sample.se is None:
        said.append("one seed, so no interval")
    else:
        there |= {INTERVAL} | ({SEEDS} if sample.n >= MANY else set()) | ({CLEAR} if clear[0] else set())
        said += [f"{sample.n} seeds", clear[1]]
        least, wanted = _least(sample), _claimed(claim, margin)
        there |= {POWER} if least <= wanted else set()
        said.append(f"would find {least:.2g} points 4 times out of 5, {wanted:.2g} are to be found")
    said += [sample.spoken] if sample and sample.spoken else []
    if printed is not None:
        there |= {PRINTED} if printed else set()
        said.append("the source states its uncertainty" if printed else "the source states no uncertainty")
    word = "uncertain" if sample is None or sample.se is None else "clear" if CLEAR in there else "within its uncertainty"
    if sample is None:
        word = "uncertainty stated" if printed else "single number"
    return Mark(claim.id, word, "; ".join(said), {rule.id: rule.points for rule in RUBRIC if rule.id in there})


def _least(sample: Sample) -> float:
    """The smallest effect that these seeds would find with a power of 80%."""
    from ...stats.equivalence import detectable

    return detectable(sample.se, sample.n - 1) if sample.se else 0.0


def _claimed(claim: Claim, margin: float) -> float:
    """The size of the claimed effect, the smallest of several; the margin where there is none, or where it is a level."""
    from replicate import results

    sizes = list[float]()
    for one in claim.asserts:
        if one.kind == "gain" and one.value:
            between = results.interval(one.value)
            sizes.append(abs(float(between.low + between.high) / 2))
    return min(sizes, default=margin)


REVIEWER = Reviewer("statistics", "Are effects larger than their uncertainty, and is that known?", RUBRIC, judge)
