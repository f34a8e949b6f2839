"""From checks to a verdict: the source's words and its tables, then our runs, then the controls."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from replicate import confidential, results

from . import calibration
from .checks import CHECKS, SOURCE, scope
from .checks.hand import Hand, measuring, published, runs
from .checks.replication import DIRECTION, NOT_REPRODUCED, REPRODUCED
from .checks.tables import NOT_ENOUGH, PARTLY, REFUTED, SUPPORTED
from .controls import discrimination
from .english import reading
from .records import Claim, Question, Verdict

SCHEMA = "synth.verify/2"
CONFLICTING, NOT_CHECKABLE = "conflicting", "not checkable"
FINALS = (SUPPORTED, PARTLY, REFUTED, CONFLICTING, NOT_ENOUGH, NOT_CHECKABLE)
DECIDED = (SUPPORTED, PARTLY, REFUTED)
OF_THE_SOURCE = tuple(name for name, check in CHECKS.items() if check.voice == SOURCE)
RUNS = "runs"
MANY = 100  # claims, from which on each is tried on a few twins: all of them make a decided claim cost thirteen checks
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


def source(*words: str) -> str:
    """What a paper says of a claim, out of what its text, its tables and so on say: where only one of them speaks, it decides."""
    said = {word for word in words if word in DECIDED}
    if len(said) < 2:
        return next(iter(said), NOT_ENOUGH)
    return CONFLICTING if said == {SUPPORTED, REFUTED} else PARTLY


def final(said: str, replication: str) -> str:
    """The verdict of a claim out of what its source says and what our runs do."""
    said = said if said in (*DECIDED, CONFLICTING) else NOT_ENOUGH
    return FINAL.get((said, replication), said)


def hand(
    results_path: str | Path | None = None,
    experiments: Iterable[str] = (),
    papers: str | Path | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> Hand:
    """What is at hand: the shipped tables, the papers of a library or folder, and our runs of these experiments (of all
    where none is named)."""
    return with_runs(papers_at_hand(papers, progress), results_path, experiments)


def papers_at_hand(papers: str | Path | None = None, progress: Callable[[int, int], None] | None = None) -> Hand:
    """The shipped tables and the papers of a library or folder, without runs. No library at the default place is no fault;
    `progress` is told how many new papers have been read."""
    from .evidence import index
    from .literature import library

    folder = library.open(papers).folder
    return Hand(published(), library=folder if folder.exists() else None, index=index.open(papers, progress))


def with_runs(at_hand: Hand, results_path: str | Path | None, experiments: Iterable[str]) -> Hand:
    """The same with our runs of these experiments in place of others: rows of different recipes may bear one label.

    No runs folder at the default place is no fault. Runs with other settings are left out and counted, as are rows of papers.
    """
    where = str(RUNS if results_path is None else results_path)
    if results_path is None and not Path(where).exists():
        return replace(at_hand, runs=results.table([]), where=f"{RUNS}/", left_out=0, of_papers=0)
    frame = results.read(where, experiments)
    named, ours = f"{Path(where)}/" if Path(where).is_dir() else where, runs(frame)
    others = len(frame) - len(ours)
    return replace(
        at_hand, runs=ours, where=confidential.taken_out(named), left_out=frame.attrs.get("left_out", 0), of_papers=others
    )


def experiments_for(question: Question) -> tuple[str, ...]:
    """The experiments whose runs can say anything of a question's claims: those that repeat the papers that it cites."""
    found = {name for claim in question.claims for name in measuring(claim.paper)}
    return tuple(sorted(found)) or ((question.experiment,) if question.experiment else ())


def made(claim: Claim, question: Question, at_hand: Hand) -> dict[str, Verdict]:
    """What each check says of a claim, by the name of the check."""
    return {name: check.make(claim, question, at_hand) for name, check in CHECKS.items()}


def word(checks: Mapping[str, Verdict]) -> str:
    """The final verdict that these checks come to, before any control."""
    return final(source(*(checks[name].verdict for name in OF_THE_SOURCE)), checks["replication"].verdict)


def _checked(claim: Claim, question: Question, at_hand: Hand) -> Verdict:
    """All checks of one claim and what they come to, without controls."""
    checks = made(claim, question, at_hand)
    lines = [checks[name].line for name in OF_THE_SOURCE if checks[name].verdict in DECIDED]
    lines = lines or [checks["tables" if claim.asserts else "words"].line]
    if not claim.asserts and checks["words"].verdict not in DECIDED:
        lines.append(checks["tables"].line)
    if checks["replication"].verdict in (REPRODUCED, DIRECTION, NOT_REPRODUCED):
        lines.append(f"our runs: {checks['replication'].line}")
    said = word(checks)
    if said == SUPPORTED and checks["words"].verdict not in DECIDED and (rest := _unread(claim)):
        said, lines = PARTLY, [*lines, f"the tables do not hold the rest of it: {rest}"]
    return Verdict("final", said, "; ".join(lines), number=checks["tables"].number, checks=checks)


def _unread(claim: Claim) -> str:
    """What the assertions leave out of a claim out of which they were read; assertions written by hand leave nothing out."""
    found = reading.read(claim.text, claim.cut)
    return "; ".join(found.unread) if found.asserts == claim.asserts else ""


def verify(claim: Claim, question: Question, at_hand: Hand, few: bool = False) -> Verdict:
    """The verdict of one claim: its checks, what they say of its twins (of a `few`), and how likely the verdict is right."""
    checked = _checked(claim, question, at_hand)
    held = discrimination.controlled(claim, checked, lambda twin: _checked(twin, question, at_hand), few)
    return calibration.with_confidence(held)


def verdicts(
    question: Question, at_hand: Hand, only: str = "", told: Callable[[int], None] = lambda done: None
) -> dict[str, Verdict]:
    """The verdict of every claim of a question by claim id, or of the one named; `told` hears how many are done."""
    bearing, few = scope.concerning(scope.scope(question, at_hand)), len(question.claims) > MANY
    found = dict[str, Verdict]()
    for claim in question.claims:
        if only in ("", claim.id):
            found[claim.id] = scope.with_scope(verify(claim, question, at_hand, few), claim, bearing(claim))
            told(len(found))
    return found


def to_dict(question: Question, found: Mapping[str, Verdict]) -> list[dict[str, Any]]:
    """The claims of one question as JSON."""
    return [
        {
            "id": claim.id,
            "question": question.name,
            "claim": claim.text,
            "cut": claim.cut,
            "paper": claim.paper,
            "reported": dict(claim.reported) or None,
            "verdict": found[claim.id].verdict,
            "confidence": found[claim.id].confidence,
            "confidence_interval": list(found[claim.id].interval or ()) or None,
            "confidence_reason": found[claim.id].reason,
            "line": found[claim.id].line,
            "checks": {name: check.to_dict() for name, check in found[claim.id].checks.items()},
            "twins": [asdict(twin) for twin in found[claim.id].twins],
            "scope": list(found[claim.id].scope),
            **found[claim.id].data,
        }
        for claim in question.claims
        if claim.id in found
    ]
