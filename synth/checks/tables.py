"""Check: the source's tables. First the cell that the cited version prints, then what its cells make; and what it states."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from replicate import results, tasks
from replicate.problems import Problem

from ..assertions import STATED, Finding, Selection, claimed, evaluate, leaves, middle, number, signed
from ..assertions.wording import claim as said
from ..assertions.wording import named, true_minus
from ..english import reading
from ..facts import Facts
from ..literature import ids
from ..records import Assertion, Claim, Evidence, Question, Verdict, title
from .check import SOURCE, Check
from .hand import Hand

SUPPORTED, REFUTED, PARTLY, NOT_ENOUGH, OTHER = "supported", "refuted", "partly", "not enough information", "other version"
WORDS = {True: SUPPORTED, False: REFUTED, None: NOT_ENOUGH}
Found = Sequence[tuple[Assertion, Finding]]


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """What the tables of the cited version say; those of another version are shown and decide nothing."""
    if not claim.asserts:
        return Verdict("tables", NOT_ENOUGH, _nothing(claim))
    if not claim.paper:
        return Verdict("tables", NOT_ENOUGH, "the claim cites no paper, so there is no table to hold it against")
    paper = hand.papers.named(claim.paper)
    if paper:
        return _cited(claim, paper, hand)
    lacking = f"not enough information, tables of {claim.paper} are not in data/published{_advice(claim.paper, hand)}"
    versions = hand.papers.versions(claim.paper)
    if not versions:
        return Verdict("tables", NOT_ENOUGH, lacking, data={"paper": claim.paper, "independent": True})
    return _other(claim, versions[-1], hand, lacking)


def _nothing(claim: Claim) -> str:
    """Why a claim that asserts nothing is not held against a table: what its words say that no assertion can."""
    found = reading.read(claim.text, claim.cut)
    why = f": {'; '.join(found.unread)}" if found.unread and not found.asserts else ""
    return f"the claim was not read as an assertion that a table could hold{why}"


def _advice(paper: str, hand: Hand) -> str:
    """What to do so that the tables of a paper are there."""
    nor = f" nor in {hand.library}" if hand.library is not None else ""
    return f"{nor} (synth fetch {paper})" if ids.maybe(paper) else f"{nor} (--papers names the folder that holds it)"


def _found(claim: Claim, paper: str, hand: Hand) -> Found:
    rows, facts = hand.papers[paper], hand.papers.facts(paper)
    return [_read(one, rows, facts) for one in claim.asserts]


def _read(of: Assertion, rows: Selection, facts: Facts | None) -> tuple[Assertion, Finding]:
    """An assertion with what was found. One on question answering that names no metric may mean the score, F1 or EM: the one
    that bears it out is meant, else the score."""
    readings = [of]
    if of.kind in ("level", "gain") and of.metric == results.SCORE and of.target in tasks.TASKS:
        metrics = results.score_metrics(of.target)
        readings += [replace(of, metric=metric) for metric in metrics if len(metrics) > 1]
    found = [(one, evaluate(one, rows, facts)) for one in readings]
    there = [pair for pair in found if not pair[1].missing] or found
    return next((pair for pair in there if compare(*pair)[0] == SUPPORTED), there[0])


def _cited(claim: Claim, paper: str, hand: Hand) -> Verdict:
    found = _found(claim, paper, hand)
    words = [compare(one, finding) for one, finding in found]
    lines = list(dict.fromkeys(line for _, line in words))
    if all(finding.missing for _, finding in found) and paper not in hand.published:
        lines.append(f"{paper}: {hand.papers.printed(paper).silence}")
    if paper != claim.paper:
        lines.append(f"{claim.paper} names no version: {paper} is the newest here")
    return Verdict(
        "tables",
        combine([word for word, _ in words]),
        "; ".join(lines),
        number=found[0][1].shown,
        evidence=evidence(*(finding for _, finding in found)),
        recomputation=_ways(found),
        data={"paper": paper, "independent": _independent(found), "parts": _parts(found, words)},
    )


def _other(claim: Claim, paper: str, hand: Hand, lacking: str) -> Verdict:
    found = _found(claim, paper, hand)
    first, shown = found[0][1], [finding for _, finding in found if _number(finding)]
    numbers = [(one, finding) for one, finding in found if one.kind in ("level", "gain")]
    stated = [(one, finding) for one, finding in found if one.kind in STATED]
    rest = [finding.also for one, finding in found if (one, finding) not in (*numbers, *stated) and finding.also]
    has = f"{paper}, another version, has"
    if not shown:
        line = f"{has} {'no such number' if len(stated) < len(found) else 'nothing on it'}"
    elif numbers:
        line = f"{has} {_listed(numbers)}"
        rest += [f"{named(one)}: {_number(finding)}" for one, finding in stated if _number(finding)]
    elif stated:
        line = f"{has} {_listed(stated)}"
    else:
        line, rest = f"{paper}, another version: {'; '.join(dict.fromkeys(rest))}", []
    line, rest = true_minus(line), [true_minus(one) for one in dict.fromkeys(rest)]
    return Verdict(
        "tables",
        OTHER if shown else NOT_ENOUGH,
        f"{lacking}; {line}" + (f"; there {'; '.join(rest)}" if rest else ""),
        evidence=evidence(*(finding for _, finding in found)),
        recomputation=_ways(found),
        data={
            "paper": claim.paper,
            "independent": _independent(found),
            "parts": _parts(found, [("", "")] * len(found)),
            "other_version": {
                "paper": paper, "number": _number(first) or None, "note": first.note if _number(first) else "",
            },
        },
    )  # fmt: skip


def _listed(found: Found) -> str:
    """Numbers of another version, each with what it is where there are several."""
    if len(found) == 1:
        return " ".join([_number(found[0][1]) or "no such number", *_asides(found[0][1])])
    return ", ".join(f"{_number(finding) or 'no number'} ({named(one)})" for one, finding in found)


def _number(found: Finding) -> str:
    return "" if found.missing else found.shown


def _asides(found: Finding) -> list[str]:
    return [f"({one})" for one in (found.note, found.also) if one and not found.missing]


def _ways(found: Found) -> str:
    return "; ".join(dict.fromkeys(finding.recomputation for _, finding in found if finding.recomputation))


def _independent(found: Found) -> bool:
    """Whether anything that was found could have been otherwise; False for a claim that is checked against itself alone."""
    return any(finding.independent for _, finding in found)


def _parts(found: Found, words: Sequence[tuple[str, str]]) -> list[dict[str, Any]]:
    return [
        {
            "kind": one.kind, "asserts": named(one), "claimed": said(one) or None, "found": _number(finding) or None,
            "verdict": word or None, "independent": finding.independent,
        }
        for (one, finding), (word, _) in zip(found, words, strict=True)
    ]  # fmt: skip


def compare(of: Assertion, found: Finding) -> tuple[str, str]:
    """Verdict and reason for one assertion against what the cited version prints, makes or states."""
    word, line = _compared(of, found)
    return word, true_minus(line)


def _compared(of: Assertion, found: Finding) -> tuple[str, str]:
    if found.missing:
        return NOT_ENOUGH, f"the tables do not say: {found.missing}"
    what = named(of)
    if of.kind in STATED:
        where = str(found.rows[0]["origin"]).partition("#")[2]
        note = f" ({found.note})" if found.note else ""
        says = found.recomputation or f"{where} has {found.printed}{note}"
        return WORDS[found.holds], f"{what}: {says}, the claim says {said(of)}"
    if of.kind in ("best", "greater", "sign"):
        return WORDS[found.holds], ", ".join(part for part in (found.also, found.note) if part)
    if not found.numbers:
        return NOT_ENOUGH, f"the tables do not say: {what}"
    try:
        wanted, made = claimed(of), next(iter(found.numbers.values()))
    except Problem as problem:
        return NOT_ENOUGH, f"{what}: the claim's number cannot be read ({problem})"
    if len(found.rows) == 1 and found.rows[0]["printed"]:
        return WORDS[wanted.against_cell(made)], f"{what}: the table prints {found.shown}, the claim says {said(of)}"
    form = "+.4g" if of.kind == "gain" else ".4g"
    line = f"{what}: the cells make {float(made.low):{form}} to {float(made.high):{form}}, the claim says {said(of)}"
    return WORDS[wanted.against_made(made)], line


def combine(words: list[str]) -> str:
    """One verdict for a claim of several parts: all alike, or partly when one part holds and another does not."""
    if len(set(words)) == 1:
        return words[0]
    if SUPPORTED in words or PARTLY in words:
        return PARTLY
    return REFUTED if REFUTED in words else NOT_ENOUGH


def evidence(*found: Finding) -> tuple[Evidence, ...]:
    """The cells and statements that findings rest on, as people find them in the paper."""
    items = []
    for row in (row for finding in found for row in leaves(finding.rows)):
        if "cell" in row:
            items.append(Evidence(row["origin"], row["cell"], row["printed"], row["note"]))
            continue
        model = row["model"].partition("/")[2] or row["model"]
        system = title(row["intermediate"], bool(row["mlm"]))
        cell = f"{system} ({model}), {title(row['target'])}, {row['metric']}, {row['split']}"
        value = row["printed"] or (signed(middle(number(row))) if row["quantity"] == "gain" else f"{row['value']:.1f}")
        items.append(Evidence(row["origin"], cell, value, str(row.get("note") or "")))
    return tuple(dict.fromkeys(items))


CHECK = Check("tables", "tables", "The source's tables", check, SOURCE, 2)
