"""sign: in how many of the intermediates, targets or languages the gain goes up, or down.

'Most' is more than half of them. Something goes up where its whole interval lies above 0; a printed zero does not, and what
lies on both sides of 0 counts for neither and leaves open what hangs on it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

from replicate import languages, results, tasks
from replicate.results import Interval

from ..records import MULTI, Assertion, title
from .finding import Finding, leaves, middle, spread
from .numbers import gain
from .rows import Selection
from .wording import measured as measure
from .wording import system

NEEDED: Mapping[str, Callable[[int], int]] = {
    "each": lambda count: count, "most": lambda count: count // 2 + 1, "some": lambda count: 1, "none": lambda count: 1,
}  # fmt: skip
LEVEL = 0.95


def sign(of: Assertion, rows: Selection, margin: float = 0.0) -> Finding:
    """Whether the quantifier is right; of runs a gain below `margin` for certain is none."""
    found = {name: gain(one, rows) for name, one in _each(of, rows).items()}
    have = {name: one for name, one in found.items() if one.numbers}
    if not have:
        return Finding(missing=next((one.missing for one in found.values()), f"no {of.across} among the rows"))
    absent = [name for name in found if name not in have]
    needed = NEEDED[of.quantifier](len(found))
    up, flat = _certain(have, of.direction, needed, len(found), margin)
    unsure = [name for name in found if name not in up and name not in flat]
    word, named = of.direction, {"intermediates": (measure(of),), "targets": (system(of),)}
    what = ", ".join(named.get(of.across, (system(of), measure(of))))
    said = [f"{what}: {word} in {len(up)} of {len(found)} {of.across}"]
    said += [f"{start}: {', '.join(names)}" for start, names in ((f"not {word}", flat), ("open", unsure)) if names]
    return Finding(
        printed=f"{word} in {len(up)} of {len(found)}",
        holds=holds(of.quantifier, len(up), len(flat), len(found)),
        rows=leaves(row for one in have.values() for row in one.rows),
        recomputation=", ".join(f"{name} {one.shown}" for name, one in have.items()),
        note=f"not at hand: {', '.join(absent)}" if absent else "",
        also="; ".join(said),
        parts=have,
    )


def holds(quantifier: str, up: int, flat: int, count: int) -> bool | None:
    """Whether a quantifier is right where `up` of `count` go up for certain and `flat` for certain do not."""
    if quantifier == "none":
        other = holds("some", up, flat, count)
        return None if other is None else not other
    needed = NEEDED[quantifier](count)
    if up >= needed:
        return True
    return False if count - flat < needed else None


def _certain(have: Mapping[str, Finding], direction: str, needed: int, count: int, margin: float) -> tuple[list[str], list[str]]:
    """Who goes this way for certain, and who for certain does not.

    Of measured numbers the levels hold for the quantifier as a whole: that at least `needed` of `count` are true is wrong in
    one of twenty cases, as is that too few are.
    """
    strict = 1 - (1 - LEVEL) / (count - needed + 1), 1 - (1 - LEVEL) / needed
    up, flat = [], []
    for name, one in have.items():
        here = _turned(spread(one.numbers or {}, strict[0]), direction)
        there = _turned(spread(one.numbers or {}, strict[1]), direction)
        if here.low > 0:
            up.append(name)
        elif there.high <= margin or (middle(here) == 0 and len(one.numbers or {}) == 1):
            flat.append(name)
    return up, flat


def _turned(one: Interval, direction: str) -> Interval:
    return Interval(-one.high, -one.low) if direction == "down" else one


def _each(of: Assertion, rows: Selection) -> dict[str, Assertion]:
    """The assertions of single gains that a quantifier runs over, by what tells them apart."""
    systems = [of.intermediate] if of.intermediate else [name for name in rows.trained if name != MULTI]
    if of.across == "intermediates":
        systems = list(of.among) or [name for name in rows.trained if name != MULTI]
        return {title(name, of.mlm): replace(of, intermediate=name) for name in systems}
    named = _targets(of, rows) if of.across == "targets" else _languages(of, rows)
    found = {}
    for name in systems:
        for what in named:
            if of.across == "targets":
                label, one = title(what), replace(of, target=what, intermediate=name, split=_split(what, of.split, rows))
            else:
                known = languages.languages()
                label, one = known[what].name if what in known else what, replace(of, language=what, intermediate=name)
            found[label if len(systems) == 1 else f"{label} after {title(name, of.mlm)}"] = one
    return found


def _targets(of: Assertion, rows: Selection) -> list[str]:
    there = {target for target, _ in rows.targets}
    return list(of.among) or [name for name in tasks.XTREME if name in there]


def _split(target: str, split: str, rows: Selection) -> str:
    """The split of a target; those without a dev set stand beside dev with their test set, as in an average."""
    apart = target in results.NO_DEV and split == "dev" and (target, "dev") not in rows.targets
    return "test" if apart else split


def _languages(of: Assertion, rows: Selection) -> list[str]:
    metric = of.metric if of.target in tasks.TASKS else results.SCORE
    return list(of.among or rows.spoken.get((of.target, metric, of.split), ()))
