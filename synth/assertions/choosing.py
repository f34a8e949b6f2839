"""A gain whose system is chosen: the best one for each target on dev, measured on other data."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd

from replicate import results, tasks
from replicate.results import Interval

from ..records import BEST, Assertion, title
from .finding import NOTHING, Finding, Row, level_shown, middle, number, signed, subtraction
from .rows import Selection, candidates


def chosen(of: Assertion, rows: Selection) -> Finding:
    """A paper's own row of best models, or the best chosen here among our runs."""
    row = rows.system(of, BEST, False)
    if not row:
        return _choose(of, rows.levels)
    model = next(iter(row.values()))["model"]
    over = of.over_model or model
    base = rows.system(of, of.over, False, model=over)
    if not base:
        return Finding(missing=f"{title(of.over)} of {over}: not {NOTHING}")
    found = {seed: results.difference(number(row[seed]), number(base[seed])) for seed in row if seed in base}
    also = ""
    own = rows.system(of, of.over, False, model=model)
    if over != model and own:
        gains = [results.difference(number(row[seed]), number(own[seed])) for seed in row if seed in own]
        also = f"over the paper's own baseline {level_shown(next(iter(own.values())))} it is {signed(middle(gains[0]))}"
    note = str(next(iter(base.values())).get("note") or "")
    return Finding(
        found,
        printed=signed(middle(next(iter(found.values())))).removeprefix("+"),
        rows=(*row.values(), *base.values()),
        recomputation=subtraction(found, row, base),
        note=f"over {note}" if note.endswith("baseline") else f"over the baseline {note}" if note else "",
        also=also,
    )


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
