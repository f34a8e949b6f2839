"""Whether the research question can be answered from what is known: by which evidence, and what is lacking."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from ...review.review import Review
from ...sentences import Finding, count
from ...summary import Runs
from ..inputs import Inputs
from ..value import Bullets, Facts, Paragraph, Section, Words, code, words

HOLDS = ("supported", "partly")


@dataclass(frozen=True)
class Answer:
    """`word` is yes, in part, or no; `line` says so in a sentence; `lacks` names what would be needed."""

    word: str
    line: str
    lacks: tuple[Words, ...]


def answer(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs]) -> Answer:
    """Yes needs claims to the point that hold and runs that decide; in part has one of the two; else no."""
    to_point = [one for one in findings if _bears(one, inputs)]
    held = [one for one in to_point if one.verdict.verdict in HOLDS]
    deciding = [one for one in runs if one.decides]
    lacks = _lacks(inputs, findings, to_point, deciding)
    holding, hold = count(len(held), "claim"), "holds" if len(held) == 1 else "hold"
    if held and deciding:
        return Answer("yes", f"The question can be answered: {holding} on it {hold}, and our own runs bear on it.", lacks)
    if held:
        held_by = f"{holding} on it {hold} in the source"
        line = f"The question can be answered in part: {held_by}, and no run of ours decides."
        return Answer("in part", line, lacks)
    if deciding:
        return Answer("in part", "The question can be answered in part: by our own runs alone, for no claim on it holds.", lacks)
    why = (
        "it has no claims" if not findings
        else "none of its claims is about what is asked" if not to_point
        else "no claim on it is backed by what is at hand"
    )  # fmt: skip
    return Answer("no", f"The question cannot be answered from what is known here: {why}, and no run of ours decides.", lacks)


def _bears(finding: Finding, inputs: Inputs) -> bool:
    return not any(one.kind == "question" and one.fault and one.claim == finding.claim.id for one in inputs.scoped)


def _lacks(
    inputs: Inputs, findings: Sequence[Finding], to_point: Sequence[Finding], deciding: Sequence[Runs]
) -> tuple[Words, ...]:
    made = []
    absent = sorted({one.claim.paper for one in findings if one.claim.paper and _no_paper(one)})
    held = {one.id for one in inputs.references if one.sha256}
    if missing := [paper for paper in absent if paper not in held]:
        made.append(words("The text of the source: ", code(f"python -m synth fetch {' '.join(missing)}"), "."))
    if not deciding and inputs.question.experiment:
        command = f"python -m replicate run {inputs.question.experiment} --scale base"
        made.append(words("Runs on real languages with a pretrained model: ", code(command), "."))
    if findings and not to_point:
        made.append(words("Claims that are about what is asked."))
    if not findings:
        made.append(words("Claims: ", code("python -m synth ingest REPORT"), " or ", code("python -m synth extract ID"), "."))
    return tuple(made)


def _no_paper(finding: Finding) -> bool:
    check = finding.verdict.checks.get("words")
    return check is None or "not in the library" in check.line or not check.evidence


def section(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs], review: Review) -> Section:
    """The research question, and whether it can be answered."""
    found = answer(inputs, findings, runs)
    question = inputs.question
    to_point = sum(_bears(one, inputs) for one in findings)
    facts: list[tuple[str, Words]] = [("Research question", words(question.question)), ("Answered here", words(found.word))]
    if findings:
        facts.append(
            ("Claims to the point", words(f"{to_point} of {len(findings)} are about what the question varies and looks at"))
        )
    if question.experiment:
        facts.append(("Experiment", words(f"{question.experiment}; margin {question.margin:g} points, stated before any run")))
    facts += [(name, words(line)) for name, line in _protocol(question.experiment)]
    blocks: list[Paragraph | Facts | Bullets] = [Paragraph(words(found.line)), Facts(tuple(facts))]
    if found.lacks:
        blocks += [Paragraph(words("What is lacking:")), Bullets(found.lacks)]
    return Section("question", "The question and whether it can be answered", tuple(blocks), "Question")


def _protocol(name: str) -> list[tuple[str, str]]:
    """What the experiment says beforehand would count as an answer."""
    from replicate import experiments

    found = experiments.find(name, "nano").protocol if name in experiments.names() else None
    return [("What would be an answer", found.answer)] if found else []
