"""The results of an experiment: tables, flags, and what its contrasts come to."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from .. import flags, store
from .. import plan as planning
from ..experiments import Experiment
from ..problems import DONE
from .again import nothing, same
from .show import print_json, table
from .work import chosen, where

if TYPE_CHECKING:
    import pandas as pd

    from ..contrasts import Estimate, Interval


CONSTANT = ("world", "model", "method", "split")  # columns that are shown where they differ


def results(args: argparse.Namespace) -> int:
    experiment = chosen(args)
    runs = store.open_store(args.runs, write=False)
    steps = planning.plan(experiment)
    wanted = [step.id for step in steps if step.kind == "evaluate"]
    rows = list(store.rows(runs, wanted))
    if not rows:
        raise nothing(args, experiment, runs, f"no results of {experiment.name} at this scale in {runs.name}")
    have = len({row["origin"] for row in rows})
    if have < len(wanted):
        print(
            f"replicate: {len(wanted) - have} of {len(wanted)} evaluations are not done yet: {same(args, 'run')}", file=sys.stderr
        )
    from .. import results as contract

    frame = contract.table(rows, where=runs.name)
    against = flags.flagged(store.sound(runs, [step.id for step in steps]))
    for line in flags.lines(against, steps):
        print(f"replicate: {line}", file=sys.stderr)
    found = contrasted(frame, experiment)
    if not args.csv and not args.json:
        frame = measured(frame, experiment, clean=args.wide or args.by_language)
    if args.wide:
        shown = contract.wide(frame).reset_index()
    elif args.by_language:
        from ..languages import languages
        from ..transfer import by_language

        shown = by_language(frame, languages(experiment.world))
    elif args.csv or args.json:
        shown = frame
    else:
        shown = summary(frame)
    if args.json:
        schema = "replicate.results-wide/1" if args.wide else contract.SCHEMA
        schema = "replicate.results-by-language/1" if args.by_language else schema
        data = json.loads(shown.to_json(orient="records", double_precision=10, force_ascii=False))
        about = {"world": experiment.world, "experiment": experiment.name, "scale": experiment.scale}
        print_json(schema, {**about, "flagged": against, "rows": data, "contrasts": [asdict(one) for one in found]})
    elif args.csv:
        if experiment.world == "artificial":
            print("replicate: artificial world", file=sys.stderr)
        if not args.wide and not args.by_language:
            print(f"# {contract.SCHEMA}")
        sys.stdout.write(shown.to_csv(index=False, lineterminator="\n"))
    else:
        seeds = frame["seed"].nunique()
        print(f"{where(experiment)}, {experiment.name} at scale {experiment.scale}; points, {_means(seeds)}")
        for task, split in experiment.trained_on.items():
            print(f"{task} was trained on its {split} set, for want of a training set")
        print(for_people(shown, signed=args.wide))
        if not args.wide and not args.by_language and experiment.weights != "random":
            print(f"\n{stated(experiment, found)}")
    return DONE


def measured(frame: pd.DataFrame, experiment: Experiment, clean: bool) -> pd.DataFrame:
    """The rows that tables are made of: without those that only serve choosing, and without noise where that is asked."""
    if experiment.selection:
        tested = frame[frame["split"] != "dev"]
        frame = tested if len(tested) else frame
    return frame[frame["perturbation"] == ""] if clean else frame


def contrasted(frame: pd.DataFrame, experiment: Experiment) -> list[Estimate]:
    """What the experiment's contrasts come to on these rows."""
    from ..contrasts import estimates
    from ..languages import languages

    return estimates(frame, experiment.contrasts, languages(experiment.world), experiment.pivot)


def stated(experiment: Experiment, found: Sequence[Estimate]) -> str:
    """The contrasts as people read them, the primary ones first, under what was said beforehand to count as an answer."""
    lines = []
    for one in sorted(found, key=lambda one: not one.primary):
        if one.value is not None:
            p = "" if one.p_holm is None else f"{one.p_holm:.3f}" if one.p_holm >= 0.001 else "<0.001"
            unit = f" per unit of {one.along}" if one.along else ""
            of = f"{one.seeds} x {one.languages}"
            lines.append(("*" if one.primary else "", one.name, f"{one.value:+.1f}{unit}", _ends(one.interval), p, of))
    missing = sum(one.value is None for one in found)
    head = ("", "contrast", "points", "95%", "p (Holm)", "seeds x languages")
    made = [f"stated beforehand: {experiment.protocol.answer}"] if experiment.protocol else []
    made += [table(lines, head)] if lines else []
    made += [f"{missing} of {len(found)} contrasts lack rows; --json says which"] if missing else []
    chosen = {one.name: one.chosen for one in found if one.chosen}
    made += [f"{name}: {', '.join(which)}" for name, which in chosen.items()]
    return "\n".join(made)


def _ends(interval: Interval | None) -> str:
    return "" if interval is None else f"{interval[0]:+.1f} to {interval[1]:+.1f}"


def _means(seeds: int) -> str:
    return "one seed" if seeds == 1 else f"means over {seeds} seeds"


def several(frame: pd.DataFrame) -> list[str]:
    """The columns that tell systems of one name apart, where there is more than one value."""
    return [name for name in ("model", "method", "split", "perturbation", "rate") if frame[name].nunique() > 1]


def summary(frame: pd.DataFrame) -> pd.DataFrame:
    """One line per intermediate and target: the mean score over languages and seeds, its gain over the baseline of the
    same seed, and the 95% interval of that gain over seeds (by t; empty for one seed)."""
    import pandas as pd

    from .. import results as contract

    scores = contract.task_scores(frame)
    key = [*several(scores), "intermediate", "mlm", "target"]
    level = scores.groupby(key, sort=False)["value"].agg(["mean", "std", "count"])
    gain = contract.gains(scores).groupby(key, sort=False)["value"].agg(["mean", "sem", "count"])
    half = gain["sem"] * _t(gain["count"])
    gained = pd.DataFrame({"gain": gain["mean"], "low": gain["mean"] - half, "high": gain["mean"] + half})
    shown: pd.DataFrame = level.join(gained).reset_index()
    return shown.rename(columns={"mean": "score", "std": "sd over seeds", "count": "seeds"})


def _t(counts: pd.Series) -> pd.Series:
    """The 97.5% quantile of Student's t for so many seeds."""
    from scipy.stats import t

    return counts.map(lambda count: t.ppf(0.975, count - 1) if count > 1 else float("nan"))


def for_people(frame: pd.DataFrame, signed: bool) -> str:
    """A frame as text: one digit after the point, gains with their sign, nothing where nothing was measured."""
    columns = [name for name in frame.columns if name not in CONSTANT or frame[name].nunique() > 1]

    def cell(row: Mapping[Any, Any], name: str) -> str:
        value = row[name]
        if value is None or value != value:
            return ""
        if name == "mlm":
            return "yes" if value else "no"
        if name == "r":
            return f"{value:+.2f}"
        if isinstance(value, float):
            return (
                f"{value:+.1f}"
                if name in ("gain", "low", "high") or (signed and row.get("quantity") == "gain")
                else f"{value:.1f}"
            )
        return str(value)

    rows = [[cell(row, name) for name in columns] for row in frame.to_dict("records")]
    return table(rows, columns)
