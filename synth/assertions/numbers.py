"""level and gain: the number of one system, as printed, as measured, or made of the cells beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from replicate import results
from replicate.results import Interval

from ..records import Assertion, title
from .choosing import chosen
from .finding import Finding, Row, leaves, middle, number, signed, subtraction
from .rows import Selection, parted


def level(of: Assertion, rows: Selection) -> Finding:
    """The score of a system: its cells, or where gains are printed alone the baseline's cell with the gain."""
    cells = rows.system(of, of.intermediate, of.mlm)
    if cells:
        found = _of_cells(cells)
        return replace(found, printed=found.printed or f"{sum(found.values) / len(found.values):.1f}")
    gains = rows.system(replace(of, over=results.BASELINE), of.intermediate, of.mlm, "gain")
    base = rows.system(of, results.BASELINE, False, model=_model(gains))
    both = [seed for seed in gains if seed in base]
    if not both:
        return Finding(missing=rows.lacks(of, of.intermediate, of.mlm))
    sums = {seed: results.total([number(base[seed]), number(gains[seed])]) for seed in both}
    steps = [f"{_plain(number(base[seed]))} {signed(middle(number(gains[seed])))} = {_plain(sums[seed])}" for seed in both]
    return Finding(
        sums,
        printed=_plain(next(iter(sums.values()))) if len(sums) == 1 else "",
        rows=leaves([*base.values(), *gains.values()]),
        recomputation="; ".join(steps),
    )


def gain(of: Assertion, rows: Selection) -> Finding:
    """By how many points a system is better than another in the same seed."""
    if of.chosen:
        return chosen(of, rows)
    if of.intermediate == of.over and not of.mlm and not of.over_model:
        return Finding(
            holds=None, missing=f"{title(of.over)} against itself is 0 whatever was measured", independent=False
        )  # fmt: skip
    cells = {} if of.over_model else rows.system(of, of.intermediate, of.mlm, "gain")
    if cells:
        found = _of_cells(cells)
        return replace(found, recomputation=found.recomputation or _from_cells(of, rows, cells))
    ours = rows.system(of, of.intermediate, of.mlm)
    base = rows.system(of, of.over, False, model=of.over_model or _model(ours))
    both = [seed for seed in ours if seed in base]
    if both:
        differences = {seed: results.difference(number(ours[seed]), number(base[seed])) for seed in both}
        return Finding(
            differences,
            rows=parted(rows, of, ((of.intermediate, of.mlm), (of.over, False)), dict.fromkeys(both)) or leaves(
                row for seed in both for row in (ours[seed], base[seed])
            ),
            recomputation=subtraction(differences, ours, base),
        )  # fmt: skip
    return _of_two_gains(of, rows) or Finding(
        missing=rows.lacks(of, *((of.over, False) if ours else (of.intermediate, of.mlm)), of.over_model if ours else "")
    )


def standing(of: Assertion, rows: Selection) -> Finding:
    """A system's gain, or its level where there is no baseline to gain over."""
    if of.intermediate == of.over and not of.mlm:
        return level(of, rows)
    found = gain(of, rows)
    plain = level(of, rows) if found.missing else found
    return found if plain.missing else plain


def _of_two_gains(of: Assertion, rows: Selection) -> Finding | None:
    """A gain over something else than the baseline, where both gains over the baseline are printed."""
    if of.over == results.BASELINE or of.over_model:
        return None
    over = replace(of, over=results.BASELINE)
    ours, theirs = (rows.system(over, name, mlm, "gain") for name, mlm in ((of.intermediate, of.mlm), (of.over, False)))
    both = [seed for seed in ours if seed in theirs]
    if not both:
        return None
    found = {seed: results.difference(number(ours[seed]), number(theirs[seed])) for seed in both}
    steps = [
        f"{signed(middle(number(ours[seed])))} \u2212 {signed(middle(number(theirs[seed])))} = {signed(middle(found[seed]))}"
        for seed in both
    ]
    return Finding(found, rows=leaves([*ours.values(), *theirs.values()]), recomputation="; ".join(steps))


def _of_cells(cells: dict[int | None, Row]) -> Finding:
    row = next(iter(cells.values()))
    return Finding(
        {seed: number(one) for seed, one in cells.items()},
        printed=row["printed"] if len(cells) == 1 else "",
        rows=leaves(cells.values()),
        recomputation=_mean_of(row) if len(cells) == 1 else "",
        note=str(row.get("note") or ""),
    )


def _mean_of(row: Row) -> str:
    """How a row that is not printed is made."""
    parts = row.get("made_of", ())
    if not parts:
        return ""
    shown = " and ".join(part["printed"] or _plain(number(part)) for part in parts) if len(parts) < 4 else f"{len(parts)} cells"
    made = number(row)
    return f"mean of {shown}: {made.low:+.2f} to {made.high:+.2f}"


def _from_cells(of: Assertion, rows: Selection, printed: dict[int | None, Row]) -> str:
    """A printed average made again from the printed cells beside it."""
    if of.target not in results.AVERAGES:
        return ""
    scores = []
    for target in results.AVERAGES[of.target]:
        here = replace(of, target=target, metric=results.SCORE)
        parts = rows.system(here, of.intermediate, of.mlm, "gain")
        if not parts and target in results.NO_DEV:
            parts = rows.system(replace(here, split="test"), of.intermediate, of.mlm, "gain")
        if not parts:
            return f"not recomputed: {title(target)} is not printed"
        scores.append(number(next(iter(parts.values()))))
    made = results.mean(scores)
    agrees = all(number(row).meets(made) for row in printed.values())
    return (
        f"mean of the {len(scores)} printed task gains, F1 and EM of a QA task as one: {made.low:+.2f} to {made.high:+.2f}, "
        f"{'which agrees with' if agrees else 'which is not'} the printed average"
    )


def _model(cells: dict[Any, Row]) -> str:
    return next(iter(cells.values()))["model"] if cells else ""


def _plain(one: Interval) -> str:
    return f"{middle(one):.1f}"
