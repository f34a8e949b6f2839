"""The abstract answers four questions: what was asked, what was found, how sure that is, what the first report got wrong."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ... import sentences
from ...review.review import Review
from ...sentences import UNDECIDED, Finding, count
from ...shortened import shortened
from ...summary import Runs
from ...verify import NOT_ENOUGH
from ..inputs import Inputs
from ..value import Span, Words, words
from .answer import answer
from .claims import probability
from .making import listed, number

POINTS = 10
LONG = 400  # characters of a text of others in the opening


def abstract(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs], review: Review) -> tuple[tuple[str, Words], ...]:
    """Its parts, each of a few sentences."""
    parts = [
        ("What was asked", _asked(inputs, findings)),
        ("What was found", _found(inputs, findings, runs, review)),
        ("How sure that is", _sure(findings, runs, review)),
        ("The original report", _original(inputs, findings, review)),
        ("Our own runs", _ran(inputs, runs)),
    ]
    return tuple((name, words(" ".join(_capital(line) for line in lines))) for name, lines in parts)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _asked(inputs: Inputs, findings: Sequence[Finding]) -> list[str]:
    papers = sorted({one.claim.paper for one in findings} - {""})
    unnamed = sum(not one.claim.paper for one in findings)
    made = [shortened(inputs.question.question, LONG)]
    if findings:
        made.append(
            f"{_capital(_sources(papers, len(findings) - unnamed, unnamed))} "
            f"{'was' if len(findings) == 1 else 'were'} checked against the source's words, the source's tables, "
            "and runs of our own."
        )
    else:
        made.append("The question has no claims yet.")
    return made


def _sources(papers: Sequence[str], named: int, unnamed: int) -> str:
    """Claims with the papers that they are of, and how many name none."""
    if not named:
        return f"{count(unnamed, 'claim')} that {'names' if unnamed == 1 else 'name'} no paper"
    some = f"{count(named, 'claim')} out of {count(len(papers), 'paper')} ({listed(papers)})"
    more = f" and {count(unnamed, 'other')} that {'names' if unnamed == 1 else 'name'} none" if unnamed else ""
    return some + more


def _found(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs], review: Review) -> list[str]:
    return [answer(inputs, findings, runs).line, *(sentences.on_claims(findings) if findings else [])]


def _ran(inputs: Inputs, runs: Sequence[Runs]) -> list[str]:
    if not inputs.question.experiment:
        return ["No experiment is named that would answer this, so nothing was run for it."]
    if not runs:
        if inputs.own is None or not len(inputs.hand.runs):
            return ["Nothing was run by us yet, so the claims stand against what is printed alone."]
        return [
            "Nothing of the experiment that would answer this was run yet; "
            "the claims are compared with what other experiments measured."
        ]
    return [line for one in runs for line in sentences.on_runs(one)]


def _sure(findings: Sequence[Finding], runs: Sequence[Runs], review: Review) -> list[str]:
    if not findings:
        return ["There is nothing to be sure of."]
    levels = Counter(one.level for one in review.certainty)
    rated = [f"{levels[name]} {name}" for name in ("high", "moderate", "low", "very low") if levels[name]]
    made = []
    if rated:
        unrated = f"; {levels['not rated']} not rated for want of evidence" if levels["not rated"] else ""
        made.append(f"Certainty by GRADE's domains: {', '.join(rated)}{unrated}.")
    else:
        made.append("No finding can be rated: no check says anything of a claim for want of evidence.")
    sure = [one.verdict.confidence for one in findings if one.verdict.confidence is not None]
    if sure:
        have = "has" if len(sure) == 1 else "have"
        low, high = probability(min(sure)), probability(max(sure))
        between = low if low == high else f"{low} to {high}"
        made.append(f"{count(len(sure), 'verdict')} {have} a calibrated confidence, {between}.")
    else:
        made.append("No verdict has a confidence, since nothing calibrates one.")
    if not any(one.decides for one in runs):
        made.append("No run of ours can decide a claim about real languages.")
    return made


def _original(inputs: Inputs, findings: Sequence[Finding], review: Review) -> list[str]:
    """What its marks were worth. Nothing is said where nothing is known of an original report."""
    marked = [one for one in findings if one.claim.reported.get("verified") is True]
    told = [one for one in findings if "verified" in one.claim.reported]
    if not told and review.reported is None:
        return ["No report is known that carried these claims before."]
    made = []
    if told:
        whole = f"all {len(told)}" if len(marked) == len(told) else f"{len(marked)} of {len(told)}"
        made.append(
            "It marked one claim as verified." if len(marked) == len(told) == 1 else f"It marked {whole} claims as verified."
        )
    held = [one for one in marked if one.verdict.verdict == "supported"]
    if marked:
        became = Counter(one.verdict.verdict for one in marked if one.verdict.verdict != "supported")
        rest = ", ".join(f"{many} {UNDECIDED if word == NOT_ENOUGH else word}" for word, many in became.most_common())
        made.append(
            f"of those {len(held) or 'none'} can be confirmed here; {rest}." if rest else "all of those are confirmed here."
        )
    differ = [one for one in marked if sentences.differs(one)]
    if differ:
        what = "a number" if len(differ) == 1 else f"{count(len(differ), 'number')}"
        made.append(f"for {what} of those, the version of the paper that is at hand prints another one.")
    off = {one.claim for one in inputs.scoped if one.kind == "question" and one.claim and one.fault}
    if off:
        some = f"{len(off)} of its {len(findings)} claims {'says' if len(off) == 1 else 'say'} nothing"
        made.append(f"{some if len(off) < len(findings) else 'none of its claims says anything'} on what was asked.")
    cut = [one for one in findings if one.claim.cut]
    if cut:
        made.append(f"{_capital(count(len(cut), 'claim'))} {'stops' if len(cut) == 1 else 'stop'} in the middle of a sentence.")
    confidences = [
        float(value) for one in marked
        if isinstance(value := one.claim.reported.get("confidence"), (int, float)) and not isinstance(value, bool)
    ]  # fmt: skip
    if confidences:
        made.append(f"The confidence that it gives to what it calls verified is {_span(confidences)}.")
    if review.reported is not None:
        ours, most = review.total.score, review.total.ceiling
        here = "gets no score here, for nothing could be judged" if ours is None else f"gets {number(ours)} here"
        if ours is not None and most is not None and most > ours + 0.05:
            here += f", and at most {number(most)} if everything that is open were shown"
        made.append(f"It gave itself {number(review.reported)} of {POINTS}; what it claims {here}.")
    return made


def _span(values: Sequence[float]) -> str:
    """From the least to the most; one number where they are the same."""
    low, high = number(min(values), 2), number(max(values), 2)
    return low if low == high else f"{low} to {high}"


def byline(inputs: Inputs) -> Words:
    """Whose claims these are and what they are checked against."""
    question = inputs.question
    cited = [
        Span(f"arXiv {one.id}" if "arxiv.org" in one.url else one.id, "link" if one.url else "", one.url)
        for one in inputs.references
    ]
    spans: list[str | Span] = ["Claims of " if cited else "No paper is named"]
    for place, one in enumerate(cited):
        spans += [", " if 0 < place < len(cited) - 1 else " and " if place else "", one]
    spans.append(", checked against words, tables and runs")
    if question.experiment:
        spans += [" of the experiment ", Span(question.experiment, "em")]
    if carried := question.reported.get("title"):
        spans += ["; carried by the report ", Span(f"\u201c{shortened(str(carried), LONG)}\u201d", "em")]
    return words(*spans, ". Every number below was computed from values, none was typed.")
