"""Check: our runs. The assertion on replicated rows, and whether the number is the claimed one within the margin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replicate import results

from ..assertions import NOT_MEASURED, Finding, Selection, evaluate, signed
from ..records import SPLITS, Assertion, Claim, Evidence, Question, Verdict, title
from ..stats.equivalence import DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, REPRODUCED, Estimate, equivalence, estimate
from .hand import Group, Hand, decides

NOT_RUN, ILLUSTRATION = "not run", "illustration"
# Of several parts of a claim, or several models, the weakest counts.
WEAKEST = (NOT_REPRODUCED, NOT_RUN, INCONCLUSIVE, DIRECTION, ILLUSTRATION, REPRODUCED)


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """What our runs say. Those of the artificial world, or of a small model, show how it looks there and never decide."""
    if not claim.asserts:
        return Verdict("replication", NOT_RUN, "the claim asserts nothing that a run could measure")
    if not hand.groups:
        return Verdict(
            "replication",
            NOT_RUN,
            f"no results in {hand.where}" + (f"; replicate run {question.experiment}" if question.experiment else ""),
        )
    groups = {group: _group(claim, question, group, rows) for group, rows in hand.groups.items()}
    real = {group: one for group, one in groups.items() if decides(group) and one.verdict != NOT_RUN}
    shown = [one for group, one in groups.items() if not decides(group) and one.verdict == ILLUSTRATION]
    if not real:
        return shown[-1] if shown else next(iter(groups.values()))
    word = min((one.verdict for one in real.values()), key=WEAKEST.index)
    deciding = next(one for one in real.values() if one.verdict == word)
    lines = [one.line for one in real.values()] + [one.line for one in shown]
    return replace(deciding, line="; ".join(lines))


def _group(claim: Claim, question: Question, group: Group, rows: Selection) -> Verdict:
    """All assertions of a claim on the runs of one model in one world."""
    parts = [_part(of, question.margin, group, rows) for of in claim.asserts]
    words = [word for word, _, _ in parts]
    if not decides(group):
        word = ILLUSTRATION if ILLUSTRATION in words else NOT_RUN
    else:
        word = min(words, key=WEAKEST.index)
    where = f"runs of {group[1]}{' in the artificial world' if group[0] == 'artificial' else ''}"
    found = [finding for _, _, finding in parts]
    first = found[0]
    return Verdict(
        "replication",
        word,
        f"{where}: {'; '.join(line for _, line, _ in parts)}",
        number=signed(sum(first.values) / len(first.values)) if first.numbers else "",
        evidence=tuple(item for finding in found[:1] for item in evidence(finding)),
        recomputation="; ".join(finding.recomputation for finding in found if finding.recomputation),
        data={"world": group[0], "model": group[1], "margin": question.margin, "estimate": _plain(first)},
    )


def _part(of: Assertion, margin: float, group: Group, rows: Selection) -> tuple[str, str, Finding]:
    """Verdict, reason and finding for one assertion."""
    found, note = evaluate(of, rows), ""
    if found.missing and of.split and not of.chosen:
        other = next(split for split in SPLITS if split != of.split)
        elsewhere = evaluate(replace(of, split=other), rows)
        if not elsewhere.missing:
            found, note = elsewhere, f", on {other} since {of.split} was not run"
        elif elsewhere.missing.endswith(NOT_MEASURED):
            found = elsewhere  # it was begun there, and says what lacks
    what = title(of.intermediate, of.mlm)
    if found.missing or not found.numbers:
        return NOT_RUN, f"{what} not run ({found.missing})", found
    ours = estimate(found.values)
    if of.kind == "best":
        line = f"{what} {'leads by' if ours.mean > 0 else 'is not the best'}: {ours} against the next{note}; {found.also}"
        line += f"; {found.note}" if found.note else ""
        return (_lead(ours, found) if decides(group) else ILLUSTRATION), line, found
    if not decides(group):
        whom = "the real world" if group[0] == "artificial" else "a model of full size"
        return ILLUSTRATION, f"{what} {ours}{note}, claimed {of.value} for {whom}", found
    low, high = results.interval(of.value)
    word, line = equivalence(found.values, float(low), float(high), margin)
    return word, f"{what} {line}{note}", found


def _lead(ours: Estimate, found: Finding) -> str:
    """Best is a matter of order: reproduced when the lead over the next one is above zero for certain."""
    if not ours.known:
        return INCONCLUSIVE
    if ours.low > 0:
        return REPRODUCED if not found.note else DIRECTION
    if ours.high < 0:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def _plain(found: Finding) -> dict[str, Any] | None:
    """The estimate as JSON has it: without infinities."""
    if not found.numbers:
        return None
    ours = estimate(found.values)
    ends = {"low": ours.low, "high": ours.high} if ours.known else {"low": None, "high": None}
    seeds = [{"seed": seed, "value": value} for seed, value in zip(found.numbers, found.values, strict=True)]
    return {"mean": ours.mean, **ends, "level": ours.level, "seeds": seeds}


def evidence(found: Finding) -> tuple[Evidence, ...]:
    """The task scores that a number rests on, means over seeds: one cell per system and target."""
    order = {name: place for place, name in enumerate(results.TARGETS)}
    cells: dict[tuple[str, str], list[float]] = {}
    for row in sorted(found.rows, key=lambda row: (order[row["target"]], row["intermediate"] != results.BASELINE)):
        where = f"{title(row['target'])} ({row['split']}): {title(row['intermediate'], bool(row['mlm']))}"
        cells.setdefault((f"run:{row['model']}", where), []).append(float(row["value"]))
    return tuple(
        Evidence(origin, where, f"{sum(values) / len(values):.1f}", "" if len(values) == 1 else f"mean of {len(values)} seeds")
        for (origin, where), values in cells.items()
    )
