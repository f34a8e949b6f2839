"""What came out of our runs: gains, levels, languages. A section for each world; worlds never share a figure."""

from __future__ import annotations

import math
from collections.abc import Sequence

from replicate import results

from ...figures.caterpillar import Level, caterpillar
from ...figures.forest import Line, forest
from ...figures.heatmap import heatmap
from ...figures.scatter import scatter
from ...records import title
from ...sentences import count
from ...stats.equivalence import Estimate, estimate
from ...summary import Runs, System
from ..value import Cell, Column, Figure, Row, Section, Table, words
from .making import NONE, cell, figure, number, plus, row, short

FALLS = -0.3  # a rank correlation below it is called a fall


def sections(runs: Sequence[Runs]) -> list[Section]:
    """Gains, then languages, of each world."""
    made = []
    for place, one in enumerate(runs):
        tail = f"-{one.world}" if place else ""
        gains = [block for block in (_forest(one), _gains(one)) if block]
        if gains:
            made.append(Section(f"results{tail}", "Results", tuple(gains), "Results" if not place else "", one.artificial))
        languages = [block for block in (_scatter(one), _caterpillar(one), _table(one), _levels(one), _added(one)) if block]
        if languages:
            made.append(
                Section(
                    f"transfer{tail}", "Language by language", tuple(languages), "Languages" if not place else "", one.artificial
                )
            )
    return made


def who(runs: Runs) -> str:
    """Model, sets and seeds of a figure."""
    return f"Model {runs.model}, {runs.split} sets, {count(len(runs.seeds), 'seed')}"


# ---- gains


def _forest(runs: Runs) -> Figure | None:
    lines, series = _lines(runs)
    if not lines:
        return None
    sure = "bars are 95% t intervals over seeds" if any(point and point.known for one in lines for point in one.points) else ""
    few = [one.label for one in lines if not any(point and point.known for point in one.points)]
    missing = (
        "each measured in one seed, so there are no intervals"
        if len(few) == len(lines)
        else f"one seed and no bar: {'; '.join(few)}"
        if few
        else ""
    )
    caption = (
        f"{'; '.join(part for part in ('Points gained over no intermediate training in the same seed', sure, missing) if part)}. "
        f"{who(runs)}."
    )
    best = max(lines, key=lambda one: one.points[0].mean if one.points[0] else -math.inf)
    says = f"{caption} Highest: {best.label} with {plus(best.points[0].mean if best.points[0] else None)}."
    data = [
        (one.label, name, *_ends(point))
        for one in lines
        for name, point in zip(series, one.points, strict=True)
        if point
    ]  # fmt: skip
    return figure(
        f"figure-forest-{runs.world}", "Gain of each intermediate training", caption, says,
        lambda id, name, says, narrow: forest(id, name, says, lines, series, "points gained", narrow),
        ("training", "of", "gain", "low", "high", "seeds"), data, runs.artificial,
    )  # fmt: skip


def _ends(point: Estimate) -> tuple[float, float | None, float | None, float]:
    return (point.mean, point.low if point.known else None, point.high if point.known else None, point.n)


def _lines(runs: Runs) -> tuple[list[Line], list[str]]:
    """Averages where the grid is whole; else every system with every task that was measured."""
    systems = (*runs.systems, *runs.controls)
    if runs.average:
        pair = (results.AVERAGE, results.WITHOUT_RETRIEVAL)
        lines = [Line(one.title, tuple(runs.gains.get((one, target)) for target in pair)) for one in systems]
        return [one for one in lines if any(one.points)], ["all nine tasks", "without retrieval"]
    there = [(one, target) for one in systems for target in runs.targets if (one, target) in runs.gains]
    return [Line(f"{one.title}, {short(target)}", (runs.gains[one, target],)) for one, target in there], [""]


def _gains(runs: Runs) -> Table | None:
    """Levels without, gains with each intermediate training, task by task."""
    if not runs.baseline:
        return None
    averages = tuple(results.AVERAGES) if runs.average else ()
    targets = (*runs.targets, *averages)
    head = (Column("Intermediate training"), *(Column(short(one), True, "sum" if one in averages else "") for one in targets))
    base = [number(runs.baseline[one].mean) if one in runs.baseline else NONE for one in targets]
    rows = [row("none: level", *base, kind="base")]
    for one in (*runs.systems, *runs.controls):
        control = one in runs.controls
        rows.append(row(one.title, *(_gain(runs, one, target) for target in targets), kind="control" if control else ""))
    sure = " Bold: the 95% t interval over seeds does not hold zero." if len(runs.seeds) > 1 else ""
    controls = " Trainings in italics are controls, which must not help." if runs.controls else ""
    caption = words(
        f"Points, means over all languages and {_seeds(runs)}, on {runs.split}. First line: levels; below: gains over it in the "
        f"same seed.{sure}{controls} A dash was not measured{' completely' if runs.missing else ''}."
    )
    name = f"Levels without, gains with intermediate training{' (artificial world)' if runs.artificial else ''}"
    return Table(f"table-{runs.world}", name, head, tuple(rows), caption, runs.artificial, True)


def _seeds(runs: Runs) -> str:
    """How many seeds a cell of the table is the mean of; not all need have been run with all."""
    least = min(found.n for found in (*runs.baseline.values(), *runs.gains.values()))
    most = count(len(runs.seeds), "seed")
    return most if least == len(runs.seeds) else f"{count(least, 'seed').split()[0]} to {most}"


def _gain(runs: Runs, one: System, target: str) -> Cell:
    gain = runs.gains.get((one, target))
    if gain is None:
        return cell(NONE)
    return cell(plus(gain.mean), kind="up" if gain.low > 0 else "down" if gain.high < 0 else "", tip=str(gain))


# ---- languages


def _scatter(runs: Runs) -> Figure | None:
    points = [(one.distance, one.score, one.language.name) for one in runs.transfer if one.distance is not None]
    if len(points) < 3:
        return None
    name = "Transfer falls with distance" if (runs.correlation or 0) < FALLS else "Transfer and distance"
    rank = "" if runs.correlation is None else f" Rank correlation {plus(runs.correlation, 2)}."
    caption = f"Mean score over the trained tasks against the mean distance from the language of training.{rank} {who(runs)}."
    return figure(
        f"figure-transfer-{runs.world}", name, caption, caption,
        lambda id, name, says, narrow: scatter(id, name, says, points, "distance from the training language", "points", narrow),
        ("distance", "score", "language"), points, runs.artificial,
    )  # fmt: skip


def _caterpillar(runs: Runs) -> Figure | None:
    """Each language's mean gain over tasks. Tasks are what it is averaged over, so they give the interval."""
    levels = []
    for one in runs.languages:
        gains = [runs.language_gains[one.code, target] for target in runs.targets if (one.code, target) in runs.language_gains]
        if gains:
            found = estimate(gains)
            levels.append((one, found))
    if len(levels) < 3:
        return None
    mean = math.fsum(found.mean for _, found in levels) / len(levels)
    drawn = [Level(one.name, one.family, found.mean, found.low, found.high) for one, found in levels]
    apart = [one for one in drawn if one.known and (one.low > mean or one.high < mean)]
    who_lies = f"{count(len(apart), 'language')} of {len(drawn)}" if apart else f"none of {len(drawn)} languages"
    said = (
        f"{who_lies} {'lies' if len(apart) < 2 else 'lie'} apart from the mean of all beyond the interval; "
        "as many tests as languages, uncorrected"
    )
    caption = (
        "Mean gain over tasks and intermediate trainings; bars are 95% t intervals over tasks. "
        f"{said[:1].upper()}{said[1:]}. {who(runs)}."
    )
    return figure(
        f"figure-languages-{runs.world}", "Gain of each language", caption, caption,
        lambda id, name, says, narrow: caterpillar(id, name, says, drawn, mean, "points gained", narrow),
        ("language", "family", "gain", "low", "high", "tasks"),
        [(one.name, one.family, *_ends(found)) for one, found in levels], runs.artificial,
    )  # fmt: skip


def _table(runs: Runs) -> Table | None:
    if not runs.transfer:
        return None
    rows = [
        Row((
            cell(one.language.name, " (training)" if one.language.code == runs.pivot else ""), cell(one.language.family),
            cell(one.language.script), cell(one.language.word_order), cell(number(one.distance, 2)),
            cell(number(one.score)), cell(plus(one.gain)),
        ))
        for one in runs.transfer
    ]  # fmt: skip
    head = (
        Column("Language"), Column("Family"), Column("Script"), Column("Order"), Column("Distance", True), Column("Score", True),
        Column("Gain", True),
    )  # fmt: skip
    caption = words(
        "Means over the trained tasks that were measured in every language. Score: without intermediate "
        "training. Gain: mean over the "
        "intermediate trainings without MLM. Distance: mean of the distances from the language of training."
    )
    name = f"Languages by distance{' (artificial world)' if runs.artificial else ''}"
    return Table(f"languages-{runs.world}", name, head, tuple(rows), caption, runs.artificial, True)


def _levels(runs: Runs) -> Figure | None:
    if not runs.levels:
        return None
    caption = f"Language by target task, in points; a QA score is the mean of F1 and EM. {who(runs)}."
    return _map(runs, f"figure-levels-{runs.world}", "Scores without intermediate training", caption, False)


def _added(runs: Runs) -> Figure | None:
    if not runs.language_gains:
        return None
    trainings = count(sum(not one.mlm for one in runs.systems), "intermediate training")
    caption = f"Mean over {trainings} without MLM, in points. {who(runs)}."
    return _map(runs, f"figure-gains-{runs.world}", "Mean gain by language and task", caption, True)


def _map(runs: Runs, id: str, name: str, caption: str, diverging: bool) -> Figure:
    cells = runs.language_gains if diverging else runs.levels
    rows = [(one.code, one.name, one.family) for one in runs.languages]
    targets = [(target, short(target)) for target in runs.targets]
    (high_code, high_task), high = max(cells.items(), key=lambda pair: pair[1])
    (low_code, low_task), low = min(cells.items(), key=lambda pair: pair[1])
    known = {one.code: one.name for one in runs.languages}
    shown = plus if diverging else number
    says = (
        f"{caption} Highest: {known.get(high_code, high_code)} in {title(high_task)}, {shown(high)}; "
        f"lowest: {known.get(low_code, low_code)} in {title(low_task)}, {shown(low)}."
    )
    data = [(one.code, one.name, one.family, *(cells.get((one.code, id)) for id in runs.targets)) for one in runs.languages]
    return figure(
        id, name, caption, says,
        lambda id, name, says, narrow: heatmap(id, name, says, rows, targets, cells, diverging, narrow),
        ("code", "language", "family", *runs.targets), data, runs.artificial,
    )  # fmt: skip
