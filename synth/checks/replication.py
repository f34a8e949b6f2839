"""Check: our runs. The assertion on replicated rows, and whether the number is the claimed one within the margin."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from replicate import results, tasks
from replicate.problems import Problem

from ..assertions import NOT_MEASURED, STATED, Finding, Selection, by_language, claimed, compare, evaluate, signed
from ..assertions.wording import claim as said
from ..assertions.wording import named
from ..facts import ours as of_ours
from ..records import SPLITS, Assertion, Claim, Evidence, Question, Verdict, title
from ..stats.equivalence import DIRECTION, INCONCLUSIVE, NOT_REPRODUCED, REPRODUCED, Estimate, equivalence, estimate
from .check import RUNS, Check
from .hand import Group, Hand, decides, measuring

NOT_RUN, ILLUSTRATION = "not run", "illustration"
# Of several parts of a claim, or several models, the weakest counts.
WEAKEST = (NOT_REPRODUCED, NOT_RUN, INCONCLUSIVE, DIRECTION, ILLUSTRATION, REPRODUCED)
Part = tuple[str, str, Finding]  # verdict, reason, finding


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """What our runs say. Those of the artificial world, or of a small model, show how it looks there and never decide."""
    if not claim.asserts:
        return Verdict("replication", NOT_RUN, "the claim asserts nothing that a run could measure")
    stated = [_stated(of, question) for of in claim.asserts if of.kind in STATED]
    if len(stated) == len(claim.asserts):
        return _verdict(NOT_RUN, "; ".join(line for _, line, _ in stated), stated, claim, question)
    if not hand.groups:
        run = next(iter(measuring(claim.paper)), question.experiment)
        what = f"no runs in {hand.where}, whose rows are of papers" if hand.of_papers else f"no results in {hand.where}"
        line = what + (f"; replicate run {run}" if run else "")
        return Verdict("replication", NOT_RUN, "; ".join([line, *(line for _, line, _ in stated)]))
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
    parts = [
        _stated(of, question) if of.kind in STATED else _part(of, question.margin, group, rows) for of in claim.asserts
    ]  # fmt: skip
    # What our own set-up has as the claim says needs no run; what it has otherwise means that our runs measure another thing.
    words = [word for word, _, found in parts if not (found.holds and found.missing)] or [NOT_RUN]
    if not decides(group):
        word = ILLUSTRATION if ILLUSTRATION in words else NOT_RUN
    else:
        word = min(words, key=WEAKEST.index)
    where = f"runs of {group[1]}{' in the artificial world' if group[0] == 'artificial' else ''}"
    measured = [(of, found) for of, (_, _, found) in zip(claim.asserts, parts, strict=True) if found.numbers]
    of, first = measured[0] if measured else (claim.asserts[0], parts[0][2])
    estimated = _plain(first, of, rows)
    lines = [line for _, line, _ in parts] + _over_languages(estimated, of.target in results.AVERAGES)
    made = _verdict(word, f"{where}: {'; '.join(lines)}", parts, claim, question)
    return replace(
        made,
        number=_number(of, first),
        evidence=evidence(first),
        recomputation="; ".join(found.recomputation for _, _, found in parts if found.recomputation),
        data={**made.data, "world": group[0], "model": group[1], "estimate": estimated},
    )


def _number(of: Assertion, found: Finding) -> str:
    """What was found as people print it: of an order the lead."""
    ordered = of.kind in ("best", "greater") and found.numbers
    return signed(sum(found.values) / len(found.values)) if ordered else found.shown


def _verdict(word: str, line: str, parts: list[Part], claim: Claim, question: Question) -> Verdict:
    """A verdict with what each assertion came to."""
    said_of = [
        {"kind": of.kind, "asserts": named(of), "claimed": said(of) or None, "found": found.shown or None, "verdict": one,
         "independent": found.independent}
        for of, (one, _, found) in zip(claim.asserts, parts, strict=True)
    ]  # fmt: skip
    return Verdict(
        "replication", word, line,
        data={"margin": question.margin, "independent": any(found.independent for _, _, found in parts), "parts": said_of},
    )  # fmt: skip


def _stated(of: Assertion, question: Question) -> Part:
    """What no run measures. Our own values may have it; they were set by us, so they confirm nothing."""
    own = of_ours(of.about, of.what, question.experiment)
    line = f"{named(of)}: a run does not measure it"
    if own is None:
        return NOT_RUN, line, Finding(missing=line)
    shown = f"{line} (our {own.table} says {own.value})"
    return NOT_RUN, shown, Finding(missing=line, holds=compare(of, own), also=own.value, independent=False)


def _part(of: Assertion, margin: float, group: Group, rows: Selection) -> Part:
    """Verdict, reason and finding for one assertion that runs can measure."""
    if decides(group) and of.kind == "sign" and of.across == "intermediates" and not of.among:
        of = replace(of, among=tasks.INTERMEDIATE)  # what was not run leaves it open, instead of shrinking the claim
    if not decides(group):
        of = replace(of, model="", over_model="")  # an illustration is one of another model in any case
    found, note = evaluate(of, rows, margin=margin), ""
    if found.missing and of.split and not of.chosen:
        other = next(split for split in SPLITS if split != of.split)
        elsewhere = evaluate(replace(of, split=other), rows, margin=margin)
        if not elsewhere.missing:
            found, note = elsewhere, f", on {other} since {of.split} was not run"
        elif elsewhere.missing.endswith(NOT_MEASURED):
            found = elsewhere  # it was begun there, and says what lacks
    what = title(of.intermediate, of.mlm) if of.intermediate else named(of)
    if found.missing:
        return NOT_RUN, f"{what} not run ({found.missing})", found
    if of.kind == "sign":
        line = f"{found.also}{note}" + (f"; {found.note}" if found.note else "")
        return (_signs(found) if decides(group) else ILLUSTRATION), line, found
    ours = estimate(found.values)
    if of.kind in ("best", "greater"):
        ahead = "leads by" if ours.mean > 0 else "is not the best" if of.kind == "best" else "is behind"
        line = f"{what} {ahead}: {ours} against the {'next' if of.kind == 'best' else 'other'}{note}; {found.also}"
        line += f"; {found.note}" if found.note else ""
        return (_lead(ours, found) if decides(group) else ILLUSTRATION), line, found
    if not decides(group):
        whom = "the real world" if group[0] == "artificial" else "a model of full size"
        return ILLUSTRATION, f"{what} {ours}{note}, claimed {said(of)} for {whom}", found
    try:
        word, line = _equal(of, found, margin)
    except Problem as problem:
        return INCONCLUSIVE, f"{what} {ours}{note}; the claim's number cannot be read ({problem})", found
    return word, f"{what} {line}{note}", found


def _equal(of: Assertion, found: Finding, margin: float) -> tuple[str, str]:
    """Whether the measured number is the claimed one. A level has no direction: it is the claimed one, or not."""
    wanted = claimed(of)
    low, high = float(wanted.low), float(wanted.high)
    word, line = equivalence(found.values, low, high, margin)
    if of.relation != "=":
        line = line.replace(f"claimed {low:g} to {high:g} before rounding", f"claimed {said(of)}")
    if of.kind == "level" and word == DIRECTION:
        ours = estimate(found.values)
        misses = ours.low > high + margin or ours.high < low - margin
        why = f"{ours} {'misses the claim' if misses else 'is too wide to tell'}; {line.partition('; ')[2]}"
        return (NOT_REPRODUCED if misses else INCONCLUSIVE), why
    return word, line


def _lead(ours: Estimate, found: Finding) -> str:
    """Best is a matter of order: reproduced when the lead over the next one is above zero for certain."""
    if not ours.known:
        return INCONCLUSIVE
    if ours.low > 0:
        return REPRODUCED if not found.note else DIRECTION
    if ours.high < 0:
        return NOT_REPRODUCED
    return INCONCLUSIVE


def _signs(found: Finding) -> str:
    """A quantifier over gains holds or does not; one seed has no interval, so it tells nothing for certain."""
    if found.holds is None or any(len(one.numbers or {}) < 2 for one in found.parts.values()):
        return INCONCLUSIVE
    return REPRODUCED if found.holds else NOT_REPRODUCED


def _plain(found: Finding, of: Assertion, rows: Selection) -> dict[str, Any] | None:
    """The estimate as JSON has it: without infinities. Beside that over seeds the interval over languages."""
    if not found.numbers:
        return None
    ours = estimate(found.values)
    ends = {"low": ours.low, "high": ours.high} if ours.known else {"low": None, "high": None}
    seeds = [{"seed": seed, "value": value} for seed, value in zip(found.numbers, found.values, strict=True)]
    spoken: Mapping[str, float] = by_language(of, rows) if of.kind in ("level", "gain") else {}
    over = estimate(list(spoken.values())) if len(spoken) > 1 else None
    languages = {"n": over.n, "mean": over.mean, "low": over.low, "high": over.high} if over else None
    return {"mean": ours.mean, **ends, "level": ours.level, "seeds": seeds, "languages": languages}


def _over_languages(estimated: Mapping[str, Any] | None, of_tasks: bool) -> list[str]:
    """How far the number holds beyond the languages that were measured."""
    if not estimated or not (over := estimated["languages"]):
        return []
    mean, low, high = (f"{over[end]:+.1f}".replace("-", "\u2212") for end in ("mean", "low", "high"))
    sample = f"as a sample the 95% interval is {low} to {high}"
    if of_tasks:  # every task counts once in one of the two means, every language in the other
        return [f"the mean over {over['n']} languages is {mean}, another number than the mean over tasks; {sample}"]
    return [f"over {over['n']} languages {sample}"]


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


CHECK = Check("replication", "our runs", "Our runs", check, RUNS, 3)
