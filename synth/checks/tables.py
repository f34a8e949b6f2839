"""Check: the source's tables. First the cell that the cited version prints, then what its cells make."""

from __future__ import annotations

from replicate import results
from replicate.results import Interval

from ..assertions import Finding, Selection, evaluate, middle, number, signed
from ..records import Assertion, Claim, Evidence, Question, Verdict, title
from .hand import Hand, base

SUPPORTED, REFUTED, PARTLY, NOT_ENOUGH, OTHER = "supported", "refuted", "partly", "not enough information", "other version"


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """What the tables of the cited version say; those of another version are shown and decide nothing."""
    if not claim.asserts:
        return Verdict("tables", NOT_ENOUGH, "the claim asserts nothing that a table could hold")
    if claim.paper in hand.papers:
        return _cited(claim, hand.papers[claim.paper])
    lacking = f"not enough information, tables of {claim.paper} are not in data/published"
    others = [id for id in hand.papers if base(id) == base(claim.paper)]
    if not others:
        return Verdict("tables", NOT_ENOUGH, lacking)
    return _other(claim, others[-1], hand.papers[others[-1]], lacking)


def _cited(claim: Claim, rows: Selection) -> Verdict:
    found = [(one, evaluate(one, rows)) for one in claim.asserts]
    said = [compare(one, finding) for one, finding in found]
    verdict = combine([word for word, _ in said])
    return Verdict(
        "tables",
        verdict,
        "; ".join(line for _, line in said),
        number=found[0][1].shown,
        evidence=evidence(*(finding for _, finding in found)),
        recomputation="; ".join(finding.recomputation for _, finding in found if finding.recomputation),
        data={"paper": claim.paper},
    )


def _other(claim: Claim, paper: str, rows: Selection, lacking: str) -> Verdict:
    found = [evaluate(one, rows) for one in claim.asserts]
    first = found[0]
    shown = "" if first.missing else first.shown
    parts = [f"{paper}, another version, has no such number" if not shown else f"{paper}, another version, has {shown}"]
    parts += [f"({one})" for one in (first.note, first.also) if one and shown]
    rest = "; ".join(finding.also for finding in found[1:] if finding.also)
    return Verdict(
        "tables",
        OTHER if shown else NOT_ENOUGH,
        f"{lacking}; {' '.join(parts)}" + (f"; there {rest}" if rest else ""),
        evidence=evidence(*found),
        recomputation="; ".join(finding.recomputation for finding in found if finding.recomputation),
        data={
            "paper": claim.paper,
            "other_version": {"paper": paper, "number": shown or None, "note": first.note if shown else ""},
        },
    )


def compare(of: Assertion, found: Finding) -> tuple[str, str]:
    """Verdict and reason for one assertion against what the cited version prints or makes."""
    if found.missing or not found.numbers:
        return NOT_ENOUGH, f"the tables do not say: {found.missing}"
    if of.kind == "best":
        word = {True: SUPPORTED, False: REFUTED, None: NOT_ENOUGH}[found.holds]
        return word, ", ".join(part for part in (found.also, found.note) if part)
    claimed = results.interval(of.value)
    made = next(iter(found.numbers.values()))
    printed = len(found.rows) == 1 and bool(found.rows[0]["printed"])
    what = f"{title(of.intermediate, of.mlm)}, {title(of.target)}"
    if printed:
        return _against_cell(claimed, made), f"{what}: the table prints {found.shown}, the claim says {of.value}"
    line = f"{what}: the cells make {made.low:+f} to {made.high:+f}, the claim says {of.value}"
    return (SUPPORTED if claimed.meets(made) else REFUTED), line


def _against_cell(claimed: Interval, cell: Interval) -> str:
    """A printed cell is the paper's word: the claim has to be that number, or that number rounded."""
    value = (cell.low + cell.high) / 2
    if claimed.low <= value <= claimed.high:
        return SUPPORTED
    finer = claimed.high - claimed.low < cell.high - cell.low
    return NOT_ENOUGH if finer and claimed.meets(cell) else REFUTED


def combine(words: list[str]) -> str:
    """One verdict for a claim of several parts: all alike, or partly when one part holds and another does not."""
    if len(set(words)) == 1:
        return words[0]
    if SUPPORTED in words or PARTLY in words:
        return PARTLY
    return REFUTED if REFUTED in words else NOT_ENOUGH


def evidence(*found: Finding) -> tuple[Evidence, ...]:
    """The cells that findings rest on, as people find them in the table."""
    items = []
    for row in (row for finding in found for row in finding.rows):
        system = row["model"].partition("/")[2] or row["model"]
        cell = (
            f"{title(row['intermediate'], bool(row['mlm']))} ({system}), {title(row['target'])}, {row['metric']}, {row['split']}"
        )
        value = row["printed"] or (signed(middle(number(row))) if row["quantity"] == "gain" else f"{row['value']:.1f}")
        items.append(Evidence(row["origin"], cell, value, str(row.get("note") or "")))
    return tuple(dict.fromkeys(items))
