"""From checks to a verdict. What is not there yet (words of the source, twins, calibration) decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from replicate import results

from .checks import CHECKS
from .checks.hand import Hand, published, runs
from .checks.replication import DIRECTION, NOT_REPRODUCED, REPRODUCED
from .checks.tables import NOT_ENOUGH, PARTLY, REFUTED, SUPPORTED
from .records import Claim, Question, Verdict

SCHEMA = "synth.verify/1"
CONFLICTING = "conflicting"
UNCALIBRATED = "uncalibrated"
RUNS = "runs"
# Source, then our runs, gives the final word; runs that settle nothing (inconclusive, not run, illustration) leave it
# to the source, and a source that is not at hand or of another version leaves it open.
FINAL: Mapping[tuple[str, str], str] = {
    (SUPPORTED, DIRECTION): PARTLY,
    (SUPPORTED, NOT_REPRODUCED): CONFLICTING,
    (PARTLY, NOT_REPRODUCED): CONFLICTING,
    (REFUTED, REPRODUCED): CONFLICTING,
    (NOT_ENOUGH, REPRODUCED): SUPPORTED,
    (NOT_ENOUGH, DIRECTION): PARTLY,
    (NOT_ENOUGH, NOT_REPRODUCED): CONFLICTING,
}


def final(tables: str, replication: str) -> str:
    """The verdict of a claim out of those of its checks."""
    source = tables if tables in (SUPPORTED, REFUTED, PARTLY) else NOT_ENOUGH
    return FINAL.get((source, replication), source)


def hand(results_path: str | Path | None = None, experiments: Iterable[str] = ()) -> Hand:
    """What is at hand: the shipped tables, and our runs of these experiments (of all where none is named).

    No runs folder at the default place is no fault. Runs with other settings are left out and counted.
    """
    where = str(RUNS if results_path is None else results_path)
    if results_path is None and not Path(where).exists():
        return Hand(published(), where=f"{RUNS}/")
    frame = results.read(where, experiments)
    named = f"{Path(where)}/" if Path(where).is_dir() else where
    return Hand(published(), runs(frame), named, frame.attrs.get("left_out", 0))


def verify(claim: Claim, question: Question, at_hand: Hand) -> Verdict:
    """All checks of one claim and what they come to."""
    checks = {name: check(claim, question, at_hand) for name, check in CHECKS.items()}
    word = final(checks["tables"].verdict, checks["replication"].verdict)
    lines = [checks["tables"].line]
    if checks["replication"].verdict in (REPRODUCED, DIRECTION, NOT_REPRODUCED):
        lines.append(f"our runs: {checks['replication'].line}")
    return Verdict(
        "final",
        word,
        "; ".join(lines),
        number=checks["tables"].number,
        checks=checks,
        confidence=None,
        reason=UNCALIBRATED,
    )


def verdicts(question: Question, at_hand: Hand) -> dict[str, Verdict]:
    """The verdict of every claim of a question, by claim id."""
    return {claim.id: verify(claim, question, at_hand) for claim in question.claims}


def to_dict(question: Question, found: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """The claims of one question as JSON."""
    return [
        {
            "id": claim.id,
            "question": question.name,
            "claim": claim.text,
            "paper": claim.paper,
            "reported": dict(claim.reported) or None,
            "verdict": found[claim.id].verdict,
            "confidence": found[claim.id].confidence,
            "confidence_reason": found[claim.id].reason,
            "line": found[claim.id].line,
            "checks": {name: check.to_dict() for name, check in found[claim.id].checks.items()},
        }
        for claim in question.claims
    ]
