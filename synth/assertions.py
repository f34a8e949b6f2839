"""Assertions evaluated on a selection of results: a paper's rows as printed, or the levels of our runs.

One evaluator per kind, the same for both. Every number is an interval: that of its rounding for a printed
cell, one point for a measured one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd

from replicate import languages, results, tasks
from replicate.results import Interval

from .records import BEST, MULTI, SPLITS, Assertion, title

Row = Mapping[Any, Any]
NOT_MEASURED = "not measured"
ASKED = ("quantity", "over", "intermediate", "mlm", "target", "metric", "language", "split")


@dataclass(frozen=True)
class Finding:
    """What the rows say: a number per seed (a paper has one, of no seed), the rows used, the way there.

    `printed` is the cell itself where there is one. `holds` answers an assertion of yes or no; None leaves
    it open. `missing` says what lacks when nothing was found. `also` holds other readings.
    """

    numbers: Mapping[Any, Interval] | None = None
    printed: str = ""
    holds: bool | None = None
    rows: tuple[Row, ...] = ()
    recomputation: str = ""
    missing: str = ""
    note: str = ""
    also: str = ""

    @property
    def values(self) -> tuple[float, ...]:
        return tuple(middle(one) for one in (self.numbers or {}).values())

    @property
    def shown(self) -> str:
        """The number as people print it: the cell, else the mean over seeds."""
        if self.printed:
            return self.printed
        return signed(math.fsum(self.values) / len(self.values)) if self.numbers else ""


@dataclass(frozen=True)
class Selection:
    """Rows of one source and one world, made ready once for many assertions: printed gains, and every level."""

    gains: pd.DataFrame
    levels: pd.DataFrame

    @cached_property
    def cells(self) -> dict[tuple[Any, ...], list[Row]]:
        """The rows that have a value, by what an assertion asks for; looking up is much quicker than filtering."""
        found: dict[tuple[Any, ...], list[Row]] = {}
        for frame in (self.gains, self.levels):
            for row in frame[frame["value"].notna()].to_dict("records"):
                found.setdefault(tuple(row[name] for name in ASKED), []).append(row)
        return found


def middle(number: Interval) -> float:
    return float((number.low + number.high) / 2)


def signed(value: float) -> str:
    """A gain as people print it: with its sign and a true minus, which zero does not bear."""
    return f"{value:+z.1f}".replace("-", "\u2212")


def number(row: Row) -> Interval:
    """The interval of a row's value."""
    if row["printed"]:
        return results.interval(row["printed"])
    exact = Decimal(repr(float(row["value"])))
    return Interval(exact, exact)


def selection(frame: pd.DataFrame) -> Selection:
    """The rows that a claim without further words is about, with the scores and averages that they make."""
    frame = plain(frame)
    return Selection(frame[frame["quantity"] == "gain"], measured(frame))


def pivot(world: str) -> str:
    """The language that everything is trained in: the one at no distance from itself."""
    there = languages.languages(world).values()
    return next((one.code for one in there if one.distances and not any(one.distances.values())), languages.PIVOT)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """What a claim means when it says no more: full fine-tuning, intermediate data in the pivot, clean text, no settings
    that an experiment of its own has added as columns."""
    pivots = {"", *(pivot(world) for world in set(frame["world"]))}
    keep = (frame["method"] == "full") & frame["intermediate_languages"].isin(list(pivots)) & (frame["perturbation"] == "")
    for column in set(frame.columns) - {*results.COLUMNS, *results.MEASURED}:
        keep &= frame[column].isna() | (frame[column].astype("string") == "")
    return frame[keep]


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Level cells with the scores and averages that they make; what stands there already (a paper's average) stays."""
    levels = frame[frame["quantity"] == "level"]
    if levels.empty:
        return levels.assign(missing="")
    made = [levels.assign(missing=""), results.task_scores(levels), results.averages(levels)]
    joined = pd.concat([part for part in made if len(part)], ignore_index=True)
    key = [column for column in joined.columns if column not in (*results.MEASURED, "missing", "max_length")]
    return joined[~joined.duplicated(key)]


def _system(
    rows: Selection, of: Assertion, intermediate: str, mlm: bool, quantity: str = "level", model: str = ""
) -> dict[Any, Row]:
    """One row per seed of a system that measure what the assertion is about."""
    metric = of.metric if of.target in tasks.TASKS else results.SCORE
    over = of.over if quantity == "gain" else ""
    there = rows.cells.get((quantity, over, intermediate, mlm, of.target, metric, of.language, of.split), [])
    return {_seed(row): row for row in there if model in ("", row["model"])}


def _seed(row: Row) -> int | None:
    return None if pd.isna(row["seed"]) else int(row["seed"])


def _lacks(rows: Selection, of: Assertion, intermediate: str, mlm: bool) -> str:
    """Why there is no number for a system."""
    name = title(intermediate, mlm)
    if of.target in results.AVERAGES or of.metric == results.SCORE:
        tried = results.select(rows.levels, intermediate=intermediate, mlm=mlm, target=of.target, split=of.split)
        if named := sorted({one for one in tried["missing"] if one}):
            return f"{name}: {named[0][:120]} {NOT_MEASURED}"
    return f"{name}: no {title(of.target)} on {of.split} among the rows"


def gain(of: Assertion, rows: Selection) -> Finding:
    """By how many points a system is better than another in the same seed."""
    if of.chosen:
        return _chosen(of, rows)
    cells = _system(rows, of, of.intermediate, of.mlm, "gain")
    if cells:
        row = next(iter(cells.values()))
        return Finding(
            {seed: number(row) for seed, row in cells.items()},
            printed=row["printed"] if len(cells) == 1 else "",
            rows=tuple(cells.values()),
            recomputation=_from_cells(of, rows),
            note=str(row.get("note") or ""),
        )
    ours = _system(rows, of, of.intermediate, of.mlm)
    model = next(iter(ours.values()))["model"] if ours else ""
    base = _system(rows, of, of.over, False, model=model)
    both = [seed for seed in ours if seed in base]
    if not both:
        absent = (of.intermediate, of.mlm) if not ours else (of.over, False)
        return Finding(missing=_lacks(rows, of, *absent))
    differences = {seed: results.difference(number(ours[seed]), number(base[seed])) for seed in both}
    return Finding(
        differences,
        rows=_parts(rows, of, ((of.intermediate, of.mlm), (of.over, False)), both),
        recomputation=_per_seed(differences, ours, base),
    )


def _per_seed(differences: Mapping[Any, Interval], ours: Mapping[Any, Row], base: Mapping[Any, Row]) -> str:
    def line(seed: Any) -> str:
        name = "" if seed is None else f"seed {seed}: "
        return f"{name}{_level(ours[seed])} \u2212 {_level(base[seed])} = {signed(middle(differences[seed]))}"

    return "; ".join(line(seed) for seed in differences)


def _level(row: Row) -> str:
    return row["printed"] or f"{row['value']:.1f}"


def _parts(rows: Selection, of: Assertion, systems: Iterable[tuple[str, bool]], seeds: Iterable[Any]) -> tuple[Row, ...]:
    """The rows that a number is made of: task scores for an average, else the rows themselves."""
    wanted, found = set(seeds), list[Row]()
    for target in results.AVERAGES.get(of.target, (of.target,)):
        for name, mlm in systems:
            here = replace(of, target=target)
            part = _system(rows, here, name, mlm)
            if not part and target in results.NO_DEV:
                part = _system(rows, replace(here, split="test"), name, mlm)
            found += [row for seed, row in part.items() if seed in wanted]
    return tuple(found)


def _from_cells(of: Assertion, rows: Selection) -> str:
    """A printed average made again from the printed cells beside it."""
    if of.target not in results.AVERAGES:
        return ""
    scores = []
    for target in results.AVERAGES[of.target]:
        metrics = results.score_metrics(target)
        asked = [replace(of, target=target, metric=metric) for metric in metrics]
        parts = [number(row) for one in asked for row in _system(rows, one, of.intermediate, of.mlm, "gain").values()]
        if len(parts) != len(metrics):
            return f"not recomputed: {title(target)} is not printed"
        scores.append(results.mean(parts))
    made = results.mean(scores)
    printed = _system(rows, of, of.intermediate, of.mlm, "gain")
    agrees = all(number(row).meets(made) for row in printed.values())
    return (
        f"mean of the {len(scores)} printed task gains, F1 and EM of a QA task as one: {made.low:+.2f} to {made.high:+.2f}, "
        f"{'which agrees with' if agrees else 'which is not'} the printed average"
    )


def _chosen(of: Assertion, rows: Selection) -> Finding:
    """The best system per target, chosen on dev: a paper's own row of best models, or chosen here among our runs."""
    row = _system(rows, of, BEST, False)
    if not row:
        return _choose(of, rows.levels)
    model = next(iter(row.values()))["model"]
    over = of.over_model or model
    base = _system(rows, of, of.over, False, model=over)
    if not base:
        return Finding(missing=f"no {title(of.over)} of {over} among the rows")
    found = {seed: results.difference(number(row[seed]), number(base[seed])) for seed in row if seed in base}
    also = ""
    own = _system(rows, of, of.over, False, model=model)
    if over != model and own:
        gains = [results.difference(number(row[seed]), number(own[seed])) for seed in row if seed in own]
        also = f"over the paper's own baseline {_level(next(iter(own.values())))} it is {signed(middle(gains[0]))}"
    note = str(next(iter(base.values())).get("note") or "")
    return Finding(
        found,
        printed=signed(middle(next(iter(found.values())))).lstrip("+"),
        rows=(*row.values(), *base.values()),
        recomputation=_per_seed(found, row, base),
        note=f"over the baseline {note}" if note else "",
        also=also,
    )


def candidates(frame: pd.DataFrame) -> list[str]:
    """The intermediates that may be chosen: the paper's tasks and multi-task; controls are none of them."""
    there = set(frame["intermediate"])
    return [name for name in (*tasks.INTERMEDIATE, MULTI) if name in there]


def _choose(of: Assertion, levels: pd.DataFrame) -> Finding:
    """Per seed and target the system with the best dev score, measured on `of.split`."""
    scores = levels[(levels["metric"] == results.SCORE) & (levels["language"] == results.ALL) & levels["value"].notna()]
    scores = scores[scores["target"].isin(list(tasks.XTREME))]
    systems = scores[scores["intermediate"].isin(candidates(scores))]
    numbers, lines, used, lacking = dict[Any, Interval](), list[str](), list[Row](), set[str]()
    for seed, mine in systems.groupby("seed"):
        total, names = Decimal(0), list[str]()
        for target in results.AVERAGES.get(of.target, (of.target,)):
            here = mine[mine["target"] == target]
            # XTREME has no dev set of some targets: their best can only be chosen on test, in the open.
            dev = here[here["split"] == ("test" if target in results.NO_DEV and "dev" not in set(here["split"]) else "dev")]
            base = scores[
                (scores["intermediate"] == of.over) & ~scores["mlm"] & (scores["target"] == target) & (scores["seed"] == seed)
            ]
            base = base[base["split"] == of.split]
            if dev.empty or base.empty:
                lacking.add(title(target))
                continue
            best = dev.sort_values("value", ascending=False, kind="stable").iloc[0]
            then = here[
                (here["split"] == of.split) & (here["intermediate"] == best["intermediate"]) & (here["mlm"] == best["mlm"])
            ]
            if then.empty:
                lacking.add(title(target))
                continue
            used += [then.iloc[0].to_dict(), base.iloc[0].to_dict()]
            total += Decimal(repr(float(then["value"].iloc[0]))) - Decimal(repr(float(base["value"].iloc[0])))
            names.append(f"{title(target)} {title(best['intermediate'], bool(best['mlm']))}")
        if not lacking:
            mean = total / len(names)
            numbers[int(str(seed))] = Interval(mean, mean)
            lines.append(f"seed {seed}: {signed(float(mean))} with {', '.join(names)}")
    if lacking or not numbers:
        what = ", ".join(sorted(lacking)) or "any system"
        return Finding(missing=f"choosing on dev and measuring on {of.split or 'test'} needs both; not there for {what}")
    return Finding(numbers, rows=tuple(used), recomputation="; ".join(lines))


def best(of: Assertion, rows: Selection) -> Finding:
    """Whether a system has the highest score of those named (all that are there where none is named)."""
    rivals = [name for name in (of.among or candidates(rows.levels) or candidates(rows.gains)) if name != of.intermediate]
    found: dict[str, Finding] = {}
    for name in (of.intermediate, *rivals):
        found[name] = gain(replace(of, kind="gain", intermediate=name, among=()), rows)
    have = {name: one for name, one in found.items() if one.numbers}
    absent = [title(name) for name in found if name not in have]
    if of.intermediate not in have or len(have) < 2:
        return Finding(missing=found[of.intermediate].missing or "no other system to compare with")
    mean = {name: math.fsum(one.values) / len(one.values) for name, one in have.items()}
    order = sorted(mean, key=lambda name: -mean[name])
    rival = next(name for name in order if name != of.intermediate)
    ours, theirs = have[of.intermediate].numbers or {}, have[rival].numbers or {}
    lead = {seed: results.difference(ours[seed], theirs[seed]) for seed in ours if seed in theirs}
    holds = None
    if lead and all(one.high < 0 for one in lead.values()):
        holds = False
    elif lead and all(one.low > 0 for one in lead.values()) and not absent:
        holds = True
    top = order[0]
    return Finding(
        lead,
        printed=have[top].shown,
        holds=holds,
        rows=tuple(row for name in (of.intermediate, rival) for row in have[name].rows),
        recomputation=", ".join(f"{title(name, of.mlm)} {have[name].shown}" for name in order),
        missing="" if lead else "no seed has both",
        note=f"not at hand: {', '.join(absent)}" if absent else "",
        also=f"best is {title(top, of.mlm)} with {have[top].shown}",
    )


KINDS: dict[str, Callable[[Assertion, Selection], Finding]] = {"gain": gain, "best": best}


def evaluate(of: Assertion, rows: Selection) -> Finding:
    """What these rows say of an assertion; where it names no split, dev is asked before test."""
    splits = [of.split] if of.split else ["test"] if of.chosen else list(SPLITS)
    for split in splits:
        found = KINDS[of.kind](replace(of, split=split), rows)
        if not found.missing:
            break
    return found
