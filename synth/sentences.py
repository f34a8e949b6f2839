"""The sentences of a report, made from values: its abstract and its limitations. No number in them is typed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from replicate import results, tasks

from .records import Claim, Verdict, title
from .summary import Runs
from .verify import NOT_ENOUGH

PAIRS = 5  # numbers of another version that are named
UNDECIDED = "left open for want of information"  # what a count of such verdicts is called in a sentence
WORDS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine")


@dataclass(frozen=True)
class Finding:
    """A claim with all that was found about it."""

    claim: Claim
    verdict: Verdict


def count(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: 'one claim', '12 languages'."""
    return f"{WORDS[number] if number < len(WORDS) else format(number, ',')} {noun if number == 1 else plural or noun + 's'}"


def on_claims(findings: Sequence[Finding]) -> list[str]:
    """What became of the claims."""
    if not findings:
        return ["This question has no claims yet."]
    verdict = Counter(one.verdict.verdict for one in findings)
    lines = []
    undecided = verdict.pop(NOT_ENOUGH, 0)
    rest = ", ".join(f"{number} {word}" for word, number in verdict.most_common())
    if undecided == len(findings):
        lines.append("for want of information no claim could be decided.")
    elif undecided:
        lines.append(f"{rest}; {undecided} of {len(findings)} claims could not be decided for want of information.")
    else:
        lines.append(f"{rest}, of {count(len(findings), 'claim')}.")
    other = [(one, number) for one in findings if (number := other_version(one)) and number.get("number")]
    if other:
        pairs = [f"{number['number']} for {_said(of)}" for of, number in other if differs(of)]
        more = f" and {len(pairs) - PAIRS} more" if len(pairs) > PAIRS else ""
        papers = " and ".join(sorted({str(number["paper"]) for _, number in other}))
        differ = f": {', '.join(pairs[:PAIRS])}{more}" if pairs else ""
        lines.append(f"another version, {papers}, is at hand; its numbers say nothing on the version cited{differ}.")
    return lines


def _said(of: Finding) -> str:
    """The first number that a claim asserts."""
    return next((one.value for one in of.claim.asserts if one.value), "")


def differs(of: Finding) -> bool:
    """Whether another version of the cited paper prints another number than the claim's, both of them numbers."""
    found = other_version(of) or {}
    its, claimed = _number(str(found.get("number") or "")), _number(_said(of))
    return its is not None and claimed is not None and its != claimed


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "").replace("\u2212", "-"))
    except ValueError:
        return None


def other_version(of: Finding) -> dict[str, Any] | None:
    """What another version of the cited paper has for a claim."""
    check = of.verdict.checks.get("tables")
    found = check.data.get("other_version") if check else None
    return dict(found) if found else None


SMALL_MODEL = "a small model of our own, pretrained on little text, whose figures are none of XLM-R"


def on_runs(runs: Runs) -> list[str]:
    """What our runs of one world show."""
    place = f"{len(runs.languages)} languages"
    size = f"{count(len(runs.targets), 'target task')} and {count(len(runs.seeds), 'seed')}"
    if runs.artificial:
        lines = [
            f"Our own runs of {runs.model} cover {place} of an artificial world, {size}; "
            "they illustrate the experiment and decide nothing about real languages."
        ]
    else:
        but = "" if runs.decides else f"; {runs.model} is {SMALL_MODEL}"
        lines = [f"Our own runs of {runs.model} cover {place}, {size}{but}."]
    gains = [(one, runs.gains[one, runs.average]) for one in runs.systems if (one, runs.average) in runs.gains]
    if gains:
        up, sure = (sum(test(gain) for _, gain in gains) for test in (lambda gain: gain.mean > 0, lambda gain: gain.low > 0))
        best, most = max(gains, key=lambda pair: pair[1].mean)
        where, base = "there" if runs.artificial else "in them", runs.baseline[results.AVERAGE].mean
        line = (
            f"{where}, {up} of {len(gains)} intermediate trainings raised the average over the nine tasks "
            f"from {base:.1f} points, most of all {best.title}: {most}"
        )
        lines.append(line + (f"; for {sure} of them the interval over seeds lies above zero." if most.known else "."))
    if len(runs.transfer) > 1:
        near, far = runs.transfer[0], runs.transfer[-1]
        verb = "falls" if far.score < near.score else "goes"
        line = (
            f"Without intermediate training the mean score over the trained tasks {verb} from {near.score:.1f} "
            f"in {near.language.name}, the language of training, to {far.score:.1f} in {far.language.name}, the farthest"
        )
        rank = "" if runs.correlation is None else f" (rank correlation with distance {runs.correlation:+.2f})"
        lines.append(f"{line}{rank.replace('-', chr(0x2212))}.")
    return lines


def limitations(findings: Sequence[Finding], runs: Sequence[Runs]) -> tuple[str, ...]:
    """What the data themselves say against relying on this report."""
    made = []
    for paper in sorted({one.claim.paper for one in findings if other_version(one)}):
        made.append(f"The tables of {paper} are not at hand; another version of a paper is another paper and settles nothing.")
    made += _unchecked(findings)
    if not any(one.decides for one in runs):
        made.append(
            "Nothing was run on real languages with a pretrained model: nothing here replicates the paper, "
            "and no claim can be called reproduced."
        )
    for one in runs:
        name = f"{one.model}{' (artificial world)' if one.artificial else ''}"
        if one.artificial:
            made.append(
                f"The languages, tasks and texts of {name} are made by rule; its numbers are no evidence about human languages."
            )
        elif not one.decides:
            made.append(f"{name} is {SMALL_MODEL}.")
        if len(one.seeds) < 2:
            made.append(f"{name} has {count(len(one.seeds), 'seed')}: there is no interval, and differences may be chance.")
        made += [f"{name}: {line}" for line in _unfinished(one)]
    return tuple(made)


def _unchecked(findings: Sequence[Finding]) -> list[str]:
    """Which checks were not made, or could not look at anything, of how many claims."""
    made, of = [], len(findings)
    if unread := sum("words" not in one.verdict.checks for one in findings):
        made.append(f"The words of the sources were not checked for {unread} of {of} claims.")
    elif unseen := sum(not one.verdict.checks["words"].evidence for one in findings):
        made.append(f"No passage of a source was found or at hand for {unseen} of {of} claims.")
    if untried := sum(not one.verdict.twins for one in findings):
        made.append(
            f"No corrupted twin was asked about for {untried} of {of} claims: where nothing is decided there is "
            "nothing to tell apart."
        )
    if unsure := sum(one.verdict.confidence is None for one in findings):
        made.append(f"{unsure} of {of} verdicts have no confidence: nothing was decided, or nothing calibrates what was.")
    return made


def _unfinished(runs: Runs) -> list[str]:
    """What the experiment plans and the rows do not hold."""
    made = []
    if runs.experiment:
        have = {(one.intermediate, one.mlm) for one in (*runs.systems, *runs.controls)}
        planned = [one for one in runs.experiment.intermediates if one.tasks]
        absent = [title(one.name, one.mlm) for one in planned if (one.name, one.mlm) not in have]
        if absent:
            made.append(f"of {len(planned)} planned intermediate trainings {len(absent)} were not run: {', '.join(absent)}.")
        if seeds := [str(seed) for seed in runs.experiment.seeds if seed not in runs.seeds]:
            made.append(f"seeds that are planned and were not run: {', '.join(seeds)}.")
    if absent := [title(id) for id in tasks.XTREME if id not in runs.targets]:
        made.append(f"target tasks that were not measured: {', '.join(absent)}; so there is no average over the nine.")
    return made
