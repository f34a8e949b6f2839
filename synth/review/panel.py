"""The review of a question: all reviewers, their agreement, the total, and the certainty of each finding."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from ..records import Question, Verdict
from .agreement import agreement, dissents
from .controls import itself, marks
from .grade import certainties
from .review import POINTS, Review
from .reviewers import REVIEWERS
from .scoring import opinion
from .total import total

if TYPE_CHECKING:
    from ..checks.hand import Hand


def review(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> Review:
    """What the reviewers make of these verdicts. The order of claims changes no number."""
    empty = itself(question, verdicts)
    opinions = tuple(opinion(one, marks(one, question, verdicts, hand, empty)) for one in REVIEWERS)
    holding = tuple(said for said, of in zip(opinions, REVIEWERS, strict=True) if of.holds)
    claims = tuple(claim.id for claim in question.claims)
    return Review(
        question=question.name,
        asked=question.question,
        claims=claims,
        opinions=opinions,
        agreement=agreement(opinions, claims),
        holding=agreement(holding, claims),
        dissents=dissents(opinions, claims),
        total=total(opinions),
        reported=reported(question),
        certainty=certainties(question, verdicts),
        notes=_notes(question, verdicts, hand),
    )


def reported(question: Question) -> float | None:
    """The score that the report gave itself; None where it gave none, or none out of 10."""
    score = question.reported.get("score")
    if isinstance(score, bool) or not isinstance(score, (int, float)) or not 0 <= score <= POINTS:
        return None
    return float(score)


def _notes(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[str, ...]:
    """What a reader has to know first."""
    if not question.claims:
        return ("This question has no claims, so there is nothing to review.",)
    made = []
    score = question.reported.get("score")
    if score is not None and reported(question) is None:
        made.append(f"The report gives itself {score!r}, which is no score from 0 to 10.")
    if absent := [claim.id for claim in question.claims if claim.id not in verdicts]:
        made.append(f"No verdict on {', '.join(absent)}.")
    found = _papers(verdicts)
    for paper in sorted({claim.paper for claim in question.claims if claim.paper}):
        read = hand.index is not None and hand.index.paper(paper) is not None
        if paper not in hand.published and paper not in found and not read:
            made.append(f"Nothing of {paper}, which is cited, is at hand: synth fetch {paper}.")
    if not len(hand.runs):
        run = f": replicate run {question.experiment}" if question.experiment else ""
        made.append(f"No runs of ours in {hand.where}{run}.")
    return tuple(made)


def _papers(verdicts: Mapping[str, Verdict]) -> set[str]:
    """The papers, by id and version, in which some check found evidence."""
    evidence = (one for verdict in verdicts.values() for check in verdict.checks.values() for one in check.evidence)
    return {one.origin.removeprefix("paper:").partition("#")[0] for one in evidence}
