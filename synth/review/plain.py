"""A review as JSON."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from .agreement import BOUNDS, LEVELS
from .grade import DOMAINS, RULES, STARTS
from .review import Agreement, Opinion, Review
from .total import FACTORS

SCHEMA = "synth.review/1"
FORMULA = "(weighted mean of the scores + lowest score) / 2; no opinion counts as nothing earned"


def document(reviews: Sequence[Review]) -> dict[str, Any]:
    """Everything that a reader needs to redo the scores: rubrics and rules once, then the questions."""
    first = reviews[0].opinions if reviews else ()
    rules = [{"domain": one.domain, "rule": one.rule, "when": one.when} for one in RULES]
    return {
        "schema": SCHEMA,
        "total": {"formula": FORMULA, "weights_varied_by": list(FACTORS)},
        "levels": {"names": list(LEVELS), "from": list(BOUNDS)},
        "rubrics": {one.reviewer: {"asks": one.asks, "rules": [asdict(rule) for rule in one.rubric]} for one in first},
        "grade": {
            "start": [{"rule": one.rule, "level": one.level, "when": one.when} for one in STARTS],
            "domains": DOMAINS,
            "rules": rules,
        },
        "reviews": [to_dict(one) for one in reviews],
    }


def to_dict(of: Review) -> dict[str, Any]:
    """The review of one question."""
    return {
        "question": of.question,
        "asked": of.asked,
        "claims": list(of.claims),
        "notes": list(of.notes),
        "reviewers": [_opinion(one) for one in of.opinions],
        "agreement": {"all": _agreement(of.agreement), "does_it_hold": _agreement(of.holding)},
        "dissents": [asdict(one) for one in of.dissents],
        "total": asdict(of.total),
        "reported_score": of.reported,
        "certainty": [asdict(one) for one in of.certainty],
    }


def _opinion(of: Opinion) -> dict[str, Any]:
    marks = [{**asdict(mark), "claim": mark.claim or None, "points": mark.points} for mark in of.marks]
    for mark in marks:
        del mark["possible"]
    return {
        "reviewer": of.reviewer,
        "score": of.score,
        "ceiling": of.ceiling,
        "applies": of.applies,
        "line": of.line,
        "judged": len(of.judged),
        "without_opinion": [mark.claim for mark in of.unjudged],
        "outside_remit": [mark.claim for mark in of.outside],
        "marks": marks,
    }


def _agreement(of: Agreement) -> dict[str, Any]:
    return {**asdict(of), "method": "Krippendorff's alpha, ordinal, over the levels"}
