"""From checks to a verdict: the source's words and its tables, then our runs, then the controls."""

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

SCHEMA = "synth.verify/2"
CONFLICTING, NOT_CHECKABLE = "conflicting", "not checkable"
FINALS = (SUPPORTED, PARTLY, REFUTED, CONFLICTING, NOT_ENOUGH, NOT_CHECKABLE)
DECIDED = (SUPPORTED, PARTLY, REFUTED)
UNCALIBRATED = "uncalibrated"
RUNS = "runs"
# What the source says, then what our runs say, gives the final word. Runs that settle nothing (inconclusive, not run,
# illustration) leave it to the source, and a source that is not at hand or of another version leaves it open.
FINAL: Mapping[tuple[str, str], str] = {
    (SUPPORTED, DIRECTION): PARTLY,
    (SUPPORTED, NOT_REPRODUCED): CONFLICTING,
    (PARTLY, NOT_REPRODUCED): CONFLICTING,
    (REFUTED, REPRODUCED): CONFLICTING,
    (NOT_ENOUGH, REPRODUCED): SUPPORTED,
    (NOT_ENOUGH, DIRECTION): PARTLY,
    (NOT_ENOUGH, NOT_REPRODUCED): CONFLICTING,
}


def source(words: str, tables: str) -> str:
    """What a paper says of a claim, out of its text and its tables: where only one of them speaks, that one decides."""
    said = {word for word in (words, tables) if word in DECIDED}
    if len(said) < 2:
        return next(iter(said), NOT_ENOUGH)
    return CONFLICTING if said == {SUPPORTED, REFUTED} else PARTLY


def final(said: str, replication: str) -> str:
    """The verdict of a claim out of what its source says and what our runs do."""
    said = said if said in (*DECIDED, CONFLICTING) else NOT_ENOUGH
    return FINAL.get((said, replication), said)


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


def made(claim: Claim, question: Question, at_hand: Hand) -> dict[str, Verdict]:
    """What each check says of a claim, by the name of the check."""
    return {name: check(claim, question, at_hand) for name, check in CHECKS.items()}


def word(checks: Mapping[str, Verdict]) -> str:
    """The final verdict that these checks come to, before any control."""
    text = checks["words"].verdict if "words" in checks else NOT_ENOUGH
    return final(source(text, checks["tables"].verdict), checks["replication"].verdict)


def verify(claim: Claim, question: Question, at_hand: Hand) -> Verdict:
    """All checks of one claim and what they come to."""
    checks = made(claim, question, at_hand)
    lines = [checks[name].line for name in ("words", "tables") if name in checks and checks[name].verdict in DECIDED]
    lines = lines or [checks["tables"].line]
    if checks["replication"].verdict in (REPRODUCED, DIRECTION, NOT_REPRODUCED):
        lines.append(f"our runs: {checks['replication'].line}")
    return Verdict("final", word(checks), "; ".join(lines), number=checks["tables"].number, checks=checks, reason=UNCALIBRATED)


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
