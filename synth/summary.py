"""What our runs of one model in one world say, computed once for a report: gains, levels and transfer."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from replicate import experiments, languages, results, tasks
from replicate.experiments import Experiment
from replicate.languages import Language

from .assertions import Selection, candidates, pivot
from .checks.hand import decides
from .records import title
from .stats.equivalence import Estimate, estimate

DISTANCE = "featural"  # the one that both worlds have


@dataclass(frozen=True)
class System:
    """One way to train before the target."""

    intermediate: str
    mlm: bool = False

    @property
    def title(self) -> str:
        return title(self.intermediate, self.mlm)


@dataclass(frozen=True)
class Transfer:
    """How one language fares without intermediate training, and what that training adds: means over tasks and seeds."""

    language: Language
    score: float
    gain: float | None

    @property
    def distance(self) -> float | None:
        return self.language.distances.get(DISTANCE)


@dataclass(frozen=True)
class Runs:
    """One model in one world. Keys of the mappings that a grid lacks are absent; `missing` names what lacks."""

    world: str
    model: str
    split: str
    experiment: Experiment | None
    pivot: str
    seeds: tuple[int, ...]
    steps: int
    rows: int
    languages: tuple[Language, ...]
    targets: tuple[str, ...]
    systems: tuple[System, ...]
    controls: tuple[System, ...]
    baseline: Mapping[str, Estimate]
    gains: Mapping[tuple[System, str], Estimate]
    levels: Mapping[tuple[str, str], float]
    language_gains: Mapping[tuple[str, str], float]
    transfer: tuple[Transfer, ...]
    correlation: float | None
    missing: tuple[str, ...]

    @property
    def artificial(self) -> bool:
        return self.world == "artificial"

    @property
    def decides(self) -> bool:
        """Whether these runs can say anything of a claim."""
        return decides((self.world, self.model))

    @property
    def training(self) -> str:
        """The name of the language that everything is trained in."""
        known = languages.languages(self.world)
        return known[self.pivot].name if self.pivot in known else self.pivot

    @property
    def average(self) -> str:
        """The target that sums the systems up: the XTREME average where the grid is whole, else none."""
        return results.AVERAGE if any(target == results.AVERAGE for _, target in self.gains) else ""


def summary(world: str, model: str, rows: Selection, question: str) -> Runs | None:
    """The summary of one group of runs; None where it has no level cell of a known task."""
    levels = rows.levels
    if levels.empty:
        return None
    split = _split(levels)
    here = levels[(levels["split"] == split) | levels["target"].isin(list(results.NO_DEV))]
    scores = here[(here["language"] == results.ALL) & (here["metric"] == results.SCORE) & here["value"].notna()]
    gains = results.gains(scores)
    gains = gains[gains["value"].notna()]
    cells = _cells(here)
    chosen = set(candidates(here))
    found = {
        (System(str(name), bool(mlm)), str(target)): estimate(group["value"].tolist())
        for (name, mlm, target), group in gains.groupby(["intermediate", "mlm", "target"])
    }
    others = sorted(
        {(name, mlm) for name, mlm in zip(here["intermediate"], here["mlm"], strict=True)} - {(results.BASELINE, False)}
    )
    systems = [System(name, bool(mlm)) for name, mlm in others]
    systems.sort(
        key=lambda one: (
            -_order(one, found),
            tasks.INTERMEDIATE.index(one.intermediate) if one.intermediate in chosen - {"multi"} else 99,
        )
    )
    bare = cells[(cells["intermediate"] == results.BASELINE) & ~cells["mlm"]]
    per_cell = _means(bare)
    added = _language_gains(cells, chosen)
    spoken = _spoken(world, {language for language, _ in per_cell} or set(cells["language"]))
    transfer = _transfer(spoken, per_cell, added)
    base = scores[(scores["intermediate"] == results.BASELINE) & ~scores["mlm"]]
    return Runs(
        world=world,
        model=model,
        split=split,
        experiment=_experiment(question, model),
        pivot=pivot(world),
        seeds=tuple(sorted(int(seed) for seed in set(levels["seed"].dropna()))),
        steps=cells["origin"].nunique(),
        rows=int((levels["language"] != results.ALL).sum()),
        languages=spoken,
        targets=tuple(target for target in tasks.TASKS if target in set(cells["target"])),
        systems=tuple(one for one in systems if one.intermediate in chosen),
        controls=tuple(one for one in systems if one.intermediate not in chosen),
        baseline={str(target): estimate(group["value"].tolist()) for target, group in base.groupby("target")},
        gains=found,
        levels=per_cell,
        language_gains=added,
        transfer=transfer,
        correlation=_correlation(transfer),
        missing=tuple(sorted({part for line in here["missing"] if line for part in line.split(", ")})),
    )


def _order(system: System, found: Mapping[tuple[System, str], Estimate]) -> float:
    return found[system, results.AVERAGE].mean if (system, results.AVERAGE) in found else -math.inf


def _split(levels: pd.DataFrame) -> str:
    """Dev where the tasks were measured on it, as in the papers; else test."""
    measured = set(levels["split"][~levels["target"].isin(list(results.NO_DEV))])
    return "dev" if "dev" in measured else "test"


def _cells(levels: pd.DataFrame) -> pd.DataFrame:
    """Scores of single languages: the metrics of a task's score as one."""
    single = levels[(levels["language"] != results.ALL) & levels["target"].isin(list(tasks.TASKS))]
    wanted = [metric in results.score_metrics(target) for metric, target in zip(single["metric"], single["target"], strict=True)]
    single = single[pd.Series(wanted, index=single.index, dtype=bool)]
    key = ["origin", "intermediate", "mlm", "seed", "language", "target"]
    return single.groupby(key, dropna=False, sort=False, as_index=False).agg({"value": "mean"})


def _language_gains(cells: pd.DataFrame, chosen: set[str]) -> dict[tuple[str, str], float]:
    """Per language and target the mean gain over all intermediates without MLM (controls left out) and seeds."""
    key = ["seed", "language", "target"]
    base = cells[(cells["intermediate"] == results.BASELINE) & ~cells["mlm"]][[*key, "value"]]
    ours = cells[cells["intermediate"].isin(list(chosen)) & ~cells["mlm"]]
    both = ours.merge(base, on=key, suffixes=("", "_base"))
    return _means(both.assign(value=both["value"] - both["value_base"]))


def _means(cells: pd.DataFrame) -> dict[tuple[str, str], float]:
    """The mean of `value` by language and target."""
    made = cells.groupby(["language", "target"], as_index=False).agg({"value": "mean"})
    return {(str(row["language"]), str(row["target"])): float(row["value"]) for row in made.to_dict("records")}


def _spoken(world: str, codes: set[str]) -> tuple[Language, ...]:
    """The languages that were measured, family by family, each family from its nearest language on."""
    known = languages.languages(world)
    there = [known.get(code) or Language(code, code, "?", "?", "?", world=world) for code in codes]

    def far(one: Language) -> float:
        return one.distances.get(DISTANCE, math.inf)

    nearest = {family: min(far(one) for one in there if one.family == family) for family in {one.family for one in there}}
    return tuple(sorted(there, key=lambda one: (nearest[one.family], one.family, far(one), one.code)))


def _transfer(
    spoken: tuple[Language, ...], levels: Mapping[tuple[str, str], float], added: Mapping[tuple[str, str], float]
) -> tuple[Transfer, ...]:
    """Means over the tasks that are trained and measured in every language: only they compare languages."""
    trained = [id for id, task in tasks.TASKS.items() if task.train and any(target == id for _, target in levels)]
    shared = [id for id in trained if all((one.code, id) in levels for one in spoken)]
    if not shared:
        return ()
    made = []
    for one in spoken:
        gains = [added[one.code, id] for id in shared if (one.code, id) in added]
        gain = math.fsum(gains) / len(gains) if len(gains) == len(shared) else None
        made.append(Transfer(one, math.fsum(levels[one.code, id] for id in shared) / len(shared), gain))
    return tuple(sorted(made, key=lambda line: (math.inf if line.distance is None else line.distance, line.language.code)))


def _correlation(transfer: tuple[Transfer, ...]) -> float | None:
    """Spearman's rank correlation of score and distance; None below four languages."""
    known = [(one.distance, one.score) for one in transfer if one.distance is not None]
    if len(known) < 4:
        return None
    ranks = pd.DataFrame(known).rank()
    value = float(ranks[0].corr(ranks[1]))
    return None if math.isnan(value) else value


def _experiment(name: str, model: str) -> Experiment | None:
    """The experiment at the scale whose model this is; None for an experiment or a model that we do not know."""
    if name not in experiments.names():
        return None
    for scale in experiments.SCALES:
        found = experiments.find(name, scale)
        if found.model.removeprefix("hub:") == model:
            return found
    return None
