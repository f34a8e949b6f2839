"""Inputs to a Report: every section from its own module, in one order."""

from __future__ import annotations

from ..records import Verdict
from ..review import panel
from ..sentences import Finding
from ..shortened import shortened
from ..summary import Runs, summary
from . import analysis
from .inputs import GENERATOR, Inputs, pack, unpack
from .parts import answer, average, checker, claims, closing, opening, original, ran, regressed, results, reviewed, searched
from .plain import visible
from .value import Report, Section

TITLE = 280  # characters of a question in a title; the whole of it stands in its section
NOT_CHECKED = Verdict("final", "not checked", "No check of this claim was made.")


def build(inputs: Inputs) -> Report:
    """The report. It is made of the packed inputs, so that whoever unpacks them makes the same."""
    packed = pack(inputs)
    return compose(unpack(packed, inputs.question.name), packed)


def compose(inputs: Inputs, packed: str) -> Report:
    """The report as a function of its inputs."""
    question = inputs.question
    findings = tuple(Finding(claim, inputs.verdicts.get(claim.id, NOT_CHECKED)) for claim in question.claims)
    runs, unshown = _runs(inputs)
    review = panel.review(question, inputs.verdicts, inputs.hand)
    sections: list[Section | None] = [
        answer.section(inputs, findings, runs, review),
        original.section(inputs),
        claims.section(inputs, findings),
        reviewed.summary(findings, review),
        checker.section(inputs, findings),
        searched.section(inputs),
        ran.section(inputs, runs, unshown),
        *results.sections(runs),
        *(_regression(inputs, one) for one in runs),
        average.section(inputs, findings, runs),
        reviewed.section(review),
        closing.limitations(inputs, findings, runs),
        closing.references(inputs),
        closing.provenance(inputs, f"{question.name}.html"),
    ]
    return Report(
        name=question.name,
        title=shortened(visible(question.question), TITLE) or question.name,
        kind="Replication and verification report",
        date=inputs.date,
        author=visible(inputs.author),
        byline=opening.byline(inputs),
        abstract=opening.abstract(inputs, findings, runs, review),
        sections=tuple(one for one in sections if one is not None),
        generator=GENERATOR,
        data=packed,
    )


def _runs(inputs: Inputs) -> tuple[tuple[Runs, ...], tuple[str, ...]]:
    """One summary per world, of the model that was measured most; what else is there is named. Runs of other experiments
    say nothing on a question without one."""
    if not inputs.question.experiment:
        return (), ()
    made = [summary(world, model, rows, inputs.question.experiment) for (world, model), rows in inputs.shown.groups.items()]
    there = sorted((one for one in made if one), key=lambda one: -one.rows)
    firsts = [next((one for one in there if one.world == world), None) for world in ("real", "artificial")]
    runs = tuple(one for one in firsts if one)
    return runs, tuple(f"{one.model} ({one.rows} cells)" for one in there if one not in runs)


def _regression(inputs: Inputs, runs: Runs) -> Section:
    from replicate import results as table

    rows = table.select(inputs.shown.runs, world=runs.world, model=runs.model)
    return regressed.section(analysis.regression(rows, inputs.question.margin), runs.world, runs.artificial)
