"""Assertions in words, for the lines that people read."""

from __future__ import annotations

import re

from replicate import languages, results

from .. import vocabulary
from ..facts import STUDY, subject
from ..records import Assertion, title


def system(of: Assertion) -> str:
    """The system of an assertion: 'SQuAD v1.1 with MLM', 'MNLI (pfeiffer, ar+de)'."""
    apart = [one for one in (of.method if of.method != "full" else "", of.intermediate_languages, of.model) if one]
    name = title(of.intermediate, of.mlm) if of.intermediate else "any intermediate training"
    return f"{name} ({', '.join(apart)})" if apart else name


def measured(of: Assertion) -> str:
    """What an assertion measures: 'average', 'TyDiQA f1 in Swahili'."""
    known = languages.languages()
    spoken = known[of.language].name if of.language in known else of.language
    metric = "" if of.metric == results.SCORE else f" {of.metric}"
    return f"{title(of.target)}{metric}" + ("" if of.language == results.ALL else f" in {spoken}")


def named(of: Assertion) -> str:
    """An assertion in a few words, without the number that it claims."""
    if of.kind in ("count", "size", "setup"):
        bench = vocabulary.find(of.about, vocabulary.BENCHMARK)
        about = bench[0].id if bench else title(subject(of.about))
        return of.what if subject(of.about) == STUDY else f"{about}: {of.what}"
    if of.kind == "sign":
        over = "" if of.intermediate == "" or of.across == "intermediates" else f" after {system(of)}"
        what = f" of {measured(of)}" if of.across != "targets" else ""
        return f"{of.direction} for {of.quantifier} of the {of.across}{what}{over}"
    if of.kind == "greater":
        spoken = f" ({of.rival_languages})" if of.rival_languages else ""
        return f"{system(of)} above {title(of.rival, of.rival_mlm)}{spoken}, {measured(of)}"
    if of.kind == "best":
        return f"{system(of)} best, {measured(of)}"
    return f"{system(of)}, {measured(of)}"


def true_minus(line: str) -> str:
    """A line with one sign for less than nothing; hyphens between words and in ranges stay."""
    return re.sub(r"(?<![\w.)-])-(?=\.?\d)", "\u2212", line)


def claim(of: Assertion) -> str:
    """The number of an assertion with its relation: 'about 8.2'."""
    return of.value if of.relation == "=" else f"{of.relation} {of.value}"
