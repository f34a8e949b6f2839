"""What was run: experiment, scale, model, seeds, with which assumptions, and what was stated beforehand."""

from __future__ import annotations

from collections.abc import Sequence

from replicate.experiments import Experiment

from ...sentences import count
from ...summary import Runs
from ..inputs import Inputs
from ..value import ARTIFICIAL, Block, Bullets, Facts, Paragraph, Section, Span, Words, code, words
from .making import named


def section(inputs: Inputs, runs: Sequence[Runs], unshown: Sequence[str]) -> Section:
    """Facts for each world."""
    blocks: list[Block] = []
    name = inputs.question.experiment
    if not runs:
        how = words("Nothing: no experiment answers this question.")
        if name:
            run = code(f"python -m replicate run {name} --scale nano")
            how = words(
                "Nothing of this experiment yet. ", run, " runs it on a laptop in an artificial world; the scales ", code("base"),
                " and ", code("large"), " repeat it with a pretrained model.",
            )  # fmt: skip
        blocks.append(Paragraph(how))
    for one in runs:
        blocks.append(Facts(_facts(name, one)))
        if assumed := _assumed(one.experiment):
            blocks += [Paragraph(words("Where the paper is silent, this was assumed:")), Bullets(assumed)]
    if unshown:
        blocks.append(Paragraph(words(f"Also at hand, with less in it and not shown here: {'; '.join(unshown)}."), "fine"))
    if inputs.own is not None and len(inputs.hand.runs):
        other = count(inputs.hand.runs["origin"].nunique(), "evaluation")
        line = f"Claims are compared with {other} of experiments that repeat the papers they cite; those are not shown here."
        blocks.append(Paragraph(words(line), "fine"))
    if inputs.shown.left_out:
        left = count(inputs.shown.left_out, "evaluation")
        blocks.append(Paragraph(words(f"Left out: {left} at hand with other settings than those of this experiment."), "fine"))
    return Section("runs", "What was run", tuple(blocks))


def _facts(name: str, runs: Runs) -> tuple[tuple[str, Words], ...]:
    of = runs.experiment
    world: Words = (
        (ARTIFICIAL, *words("; its languages, texts and tasks are made by rule")) if runs.artificial else words("real languages")
    )
    planned = f" of {len(of.seeds)} planned" if of and len(of.seeds) > len(runs.seeds) else ""
    controls = f"; controls: {', '.join(one.title for one in runs.controls)}" if runs.controls else ""
    families = count(len({one.family for one in runs.languages}), "family", "families")
    scripts = count(len({one.script for one in runs.languages}), "script")
    repeats = f", scale {of.scale}, repeats arXiv {of.repeats}" if of and of.repeats else f", scale {of.scale}" if of else ""
    made = [
        ("Experiment", words(f"{name}{repeats}")),
        ("World", world),
        ("Model", words(runs.model)),
        ("Seeds", words(f"{', '.join(map(str, runs.seeds)) or 'none named'}{planned}")),
        ("Intermediate", words(f"{', '.join(one.title for one in runs.systems) or 'none'}{controls}")),
        ("Targets", words(f"{named(runs.targets)} ({runs.split} sets)")),
        ("Languages", words(f"{len(runs.languages)}, of {families} and {scripts}; all training in ", Span(runs.training, "em"))),
        ("Measured", words(f"{runs.rows:,} cells out of {runs.steps:,} evaluations")),
    ]
    if of and of.protocol:
        made += [
            ("Design", words(of.protocol.design)),
            ("Controls", words(of.protocol.controls)),
            ("Outcome", words(of.protocol.outcome)),
        ]
    return tuple(made)


def _assumed(of: Experiment | None) -> tuple[Words, ...]:
    """Fields that the paper does not give, each with its reason; said once where several phases share it."""
    if of is None:
        return ()
    made: dict[str, str] = {}
    recipes = [one for one in (of.pretrain, *of.intermediate.values(), *of.target.values()) if one is not None]
    for recipe in recipes:
        for name, why in recipe.assumed.items():
            made.setdefault(f"{name.replace('_', ' ')}: {why}", name)
    return tuple(words(line) for line in made)
