"""What an average gain is made of: printed ones of the papers that are cited, and the best one of our runs."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd

from replicate import results, tasks

from ...figures.bars import bars
from ...records import title
from ...sentences import Finding, count
from ...summary import Runs
from .. import analysis
from ..inputs import Inputs
from ..plain import slug
from ..value import Block, Figure, Paragraph, Section, Table, words
from .making import columns, figure, listed, number, plus, row

DRAWN = 2  # printed averages that get a figure; all are in the table


def section(inputs: Inputs, findings: Sequence[Finding], runs: Sequence[Runs]) -> Section | None:
    """The decomposition of printed averages that claims are about, and of our runs'. None where nothing has an average."""
    blocks: list[Block] = []
    for id, frame in {**inputs.hand.published, **inputs.tables}.items():
        blocks += _printed(id, frame, findings)
    for one in runs:
        blocks += _ours(inputs, one)
    if not blocks:
        return None
    intro = words(
        "An average over tasks counts every task alike, so a gain in a few of them can carry it. Here is what each average "
        "would be without retrieval, and without its largest parts."
    )
    return Section("average", "What the averages are made of", (Paragraph(intro), *blocks), "Averages")


def _printed(id: str, frame: pd.DataFrame, findings: Sequence[Finding]) -> list[Block]:
    found = analysis.decomposition(frame)
    whole = [one for one in found.get("headlines", ()) if not one["missing"]]
    if not whole:
        return []
    claimed = [
        assertion.intermediate for one in findings for assertion in one.claim.asserts
        if assertion.kind == "gain" and assertion.target == results.AVERAGE
    ]  # fmt: skip
    named = [one for name in dict.fromkeys(claimed) for one in whole if one["system"] == name]
    drawn = (named or sorted(whole, key=lambda one: -one["average"]))[:DRAWN]
    made: list[Block] = [_sentence(one, f"in {id}") for one in drawn]
    made += [
        _figure(f"figure-average-{slug(id)}-{slug(one['system'])}", f"{_name(one)}, as printed in {id}", one, False)
        for one in drawn
    ]
    made.append(_table(f"table-average-{slug(id)}", f"The averages of {id}, recomputed", whole, False))
    return made


def _ours(inputs: Inputs, runs: Runs) -> list[Block]:
    """The best system of our runs, out of the seeds in which all of its tasks were measured."""
    best = next((one for one in runs.systems if (one, runs.average) in runs.gains), None)
    if best is None:
        return []
    rows = results.select(inputs.shown.runs, world=runs.world, model=runs.model)
    rows = rows[
        rows["intermediate"].isin([results.BASELINE, best.intermediate])
        & (rows["mlm"] == (best.mlm & (rows["intermediate"] != results.BASELINE)))
    ]
    wanted = {*tasks.XTREME}
    whole = [
        seed for seed, of in rows.groupby("seed")
        if all(wanted <= set(part["target"]) for _, part in of.groupby("intermediate")) and of["intermediate"].nunique() == 2
    ]  # fmt: skip
    rows = rows[rows["seed"].isin(whole)]
    if rows.empty:
        return []
    found = analysis.decomposition(rows)
    one = next((one for one in found.get("headlines", ()) if not one["missing"]), None)
    if one is None:
        return []
    place = "in our runs of the artificial world" if runs.artificial else "in our runs"
    seeds = f" ({count(len(whole), 'seed')} with all tasks)"
    return [
        _sentence(one, place + seeds),
        _figure(f"figure-average-{runs.world}", f"{_name(one)}, our runs", one, runs.artificial),
    ]


def _name(one: dict[str, Any]) -> str:
    return f"Average gain of {_system(one)}"


def _system(one: dict[str, Any]) -> str:
    name = str(one["system"])
    return title(name.removesuffix("+mlm"), name.endswith("+mlm"))


def _sentence(one: dict[str, Any], place: str) -> Paragraph:
    line = f"{_system(one)} gains {plus(one['average'])} points on average {place}"
    line += f", and {plus(one['without_retrieval'])} without retrieval" if one["without_retrieval"] is not None else ""
    line += (
        f"; without its two largest tasks it would be {plus(one['without_two_largest'])}"
        if one["without_two_largest"] is not None
        else ""
    )
    if one["half"]:
        line += f". More than half of it comes from {listed([title(name) for name in one['half']])}"
    return Paragraph(words(f"{line}."))


def _figure(id: str, name: str, one: dict[str, Any], artificial: bool) -> Figure:
    parts = [(title(part["name"]), part["points"], _points(part)) for part in one["tasks"]]
    caption = f"Points that each task adds to the average of {plus(one['average'])}, and their share of it; {one['split']} sets."
    says = f"{caption} Largest: {parts[0][0]} with {parts[0][2]}."
    data = [(part["name"], part["gain"], part["points"], part["share"]) for part in one["tasks"]]
    return figure(
        id, name, caption, says, lambda id, name, says, narrow: bars(id, name, says, parts, "points of the average", narrow),
        ("task", "gain", "points of the average", "share in per cent"), data, artificial,
    )  # fmt: skip


def _points(part: dict[str, Any]) -> str:
    return plus(part["points"], 2) + ("" if part["share"] is None else f", {number(part['share'], 0)}%")


def _table(id: str, name: str, whole: Sequence[dict[str, Any]], artificial: bool) -> Table:
    rows = [
        row(
            _system(one), plus(one["average"]),
            plus(one["without_retrieval"]), plus(one["without_largest"]), plus(one["without_two_largest"]),
            listed([title(name) for name in one["half"]]) or "\u2013",
        )
        for one in sorted(whole, key=lambda one: -one["average"])
    ]  # fmt: skip
    head = columns(
        "Intermediate training", "Average", "Without retrieval", "Without the largest", "Without the two largest",
        "More than half from",
        numeric=(1, 2, 3, 4),
    )  # fmt: skip
    return Table(
        id,
        name,
        head,
        tuple(rows),
        words(
            "Points gained over no intermediate training, recomputed from the printed cells; what is printed may "
            "differ in its last digit."
        ),
        artificial,
        True,
    )
