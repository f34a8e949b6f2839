"""A selection of results made ready for many assertions: looked up by what is asked, not filtered again each time."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from typing import Any

import pandas as pd

from replicate import languages, results, tasks

from .. import vocabulary
from ..records import MULTI, TRANSLATED, Assertion, title
from .finding import NOT_MEASURED, NOTHING, Finding, Row
from .light import light
from .made import completed

ASKED = ("quantity", "over", "intermediate", "mlm", "target", "metric", "language", "split")
OF_TEXT = ("text", "families", "log2_families")  # columns of experiments that only say which languages were read
USUAL = {"adapter": "pfeiffer"}  # what is meant by a way of training that has several forms; `replicate --method` takes it so too


@dataclass(frozen=True, eq=False)
class Selection:
    """Rows of one source and one world: printed gains and every level of plain systems, and all of them as they came."""

    gains: pd.DataFrame
    levels: pd.DataFrame
    whole: pd.DataFrame | None = None

    @cached_property
    def cells(self) -> dict[tuple[Any, ...], dict[str, dict[int | None, Row]]]:
        """The rows that have a value, and what they make, by what an assertion asks for, then by model and seed."""
        found: dict[tuple[Any, ...], dict[str, dict[int | None, Row]]] = {}
        frames = [frame[frame["value"].notna()] for frame in (self.gains, self.levels)]
        rows = [row for frame in frames for row in light(frame, seed=[_seed(one) for one in frame["seed"]])]
        for row in completed(rows):
            of_model = found.setdefault(tuple(row[name] for name in ASKED), {}).setdefault(row["model"], {})
            of_model[row["seed"]] = row
        return found

    @cached_property
    def spoken(self) -> dict[tuple[str, str, str], tuple[str, ...]]:
        """The languages that a target was measured in, by target, metric and split."""
        found: dict[tuple[str, str, str], set[str]] = {}
        for _, _, _, _, target, metric, language, split in self.cells:
            if language != results.ALL:
                found.setdefault((target, metric, split), set()).add(language)
        return {key: tuple(sorted(codes)) for key, codes in found.items()}

    @cached_property
    def targets(self) -> frozenset[tuple[str, str]]:
        """The targets that were measured, each with the splits that it was measured on."""
        return frozenset((key[4], key[7]) for key in self.cells)

    @cached_property
    def model(self) -> str:
        """The model that is meant where none is named: the one that was trained, or the only one; else none."""
        frames = [frame[["model", "intermediate"]] for frame in (self.gains, self.levels) if len(frame)]
        there = pd.concat(frames) if frames else pd.DataFrame(columns=["model", "intermediate"])
        for names in (set(there["model"][there["intermediate"] != results.BASELINE]), set(there["model"])):
            if len(names) == 1:
                return str(names.pop())
        return ""

    @cached_property
    def trained(self) -> tuple[str, ...]:
        """The intermediate trainings among all rows, in the order of the tasks."""
        return tuple(candidates(pd.concat([frame[["intermediate"]] for frame in (self.gains, self.levels)])))

    @cached_property
    def _incomplete(self) -> dict[tuple[str, bool, str, str], str]:
        """What scores and averages lack that have no value, by system, target and split."""
        if "missing" not in self.levels:
            return {}
        rows = self.levels.loc[self.levels["missing"] != "", ["intermediate", "mlm", "target", "split", "missing"]]
        found = sorted(rows.itertuples(index=False), reverse=True)
        return {(name, bool(mlm), target, split): str(what) for name, mlm, target, split, what in found}

    @cached_property
    def known(self) -> dict[tuple[Assertion, float], Finding]:
        """What was found before: many claims ask the same with another number."""
        return {}

    @cached_property
    def _narrowed(self) -> dict[tuple[str, str], Selection]:
        return {}

    def narrowed(self, method: str, spoken: str) -> Selection:
        """The rows of another way of training, or of intermediate data in other languages than the pivot."""
        key = (USUAL.get(method, method or "full"), "" if _codes(spoken) <= {languages.PIVOT} else spoken)
        if self.whole is None or key == ("full", ""):
            return self
        if key not in self._narrowed:
            frame = _variants(self.whole, *key)
            self._narrowed[key] = Selection(frame[frame["quantity"] == "gain"], measured(frame))
        return self._narrowed[key]

    def system(
        self, of: Assertion, intermediate: str, mlm: bool, quantity: str = "level", model: str = ""
    ) -> dict[int | None, Row]:
        """One row per seed of a system that measure what the assertion is about; none where several models did it."""
        metric = of.metric if of.target in tasks.TASKS else results.SCORE
        over = of.over if quantity == "gain" else ""
        there = self.cells.get((quantity, over, intermediate, mlm, of.target, metric, of.language, of.split), {})
        wanted = _models(model or of.model) or ((self.model,) if self.model in there else tuple(there))
        named = [name for name in wanted if name in there]
        return there[named[0]] if len(named) == 1 else {}

    def lacks(self, of: Assertion, intermediate: str, mlm: bool, model: str = "") -> str:
        """Why there is no number for a system."""
        name = title(intermediate, mlm) + (f" of {model or of.model}" if model or of.model else "")
        made = of.target in results.AVERAGES or of.metric == results.SCORE
        if made and (what := self._incomplete.get((intermediate, mlm, of.target, of.split))):
            return f"{name}: {what[:120]} {NOT_MEASURED}"
        metric = of.metric if of.target in tasks.TASKS else results.SCORE
        there = self.cells.get(("level", "", intermediate, mlm, of.target, metric, of.language, of.split), {})
        if len(there) > 1 and not (model or of.model):
            return f"{name}: {title(of.target)} is there for {', '.join(sorted(there))}, and the claim names no model"
        where = "" if of.language == results.ALL else f" in {of.language}"
        measure = "" if metric in (results.SCORE, "") else f" {metric}"
        return f"{name}: no {title(of.target)}{measure}{where} on {of.split} {NOTHING}"


def _seed(seed: Any) -> int | None:
    return None if pd.isna(seed) else int(seed)


@cache
def _models(name: str) -> tuple[str, ...]:
    """The ids that a model's name may mean; none where no model is named."""
    found = vocabulary.find(name, vocabulary.MODEL) if name else ()
    ids = [id for one in found for id in ((one.id,) if one.id else one.open)]
    return tuple(dict.fromkeys(ids)) or ((name,) if name else ())


def selection(frame: pd.DataFrame) -> Selection:
    """The rows that a claim without further words is about, with the scores and averages that they make."""
    usual = plain(frame)
    return Selection(usual[usual["quantity"] == "gain"], measured(usual), frame)


def pivot(world: str) -> str:
    """The language that everything is trained in: the one at no distance from itself."""
    there = languages.languages(world).values()
    return next((one.code for one in there if one.distances and not any(one.distances.values())), languages.PIVOT)


def plain(frame: pd.DataFrame) -> pd.DataFrame:
    """What a claim means when it says no more: full fine-tuning, intermediate data in the pivot, clean text, no settings
    that an experiment of its own has added as columns."""
    pivots = {"", *(pivot(world) for world in set(frame["world"]))}
    keep = (frame["method"] == "full") & frame["intermediate_languages"].isin(list(pivots)) & (frame["perturbation"] == "")
    return frame[keep & _as_usual(frame)]


def _as_usual(frame: pd.DataFrame, allowed: Sequence[str] = ()) -> pd.Series:
    """Which rows have nothing in the columns that experiments add for settings of their own."""
    keep = pd.Series(True, index=frame.index)
    for column in set(frame.columns) - {*results.COLUMNS, *results.MEASURED, *allowed}:
        keep &= frame[column].isna() | (frame[column].astype("string") == "")
    return keep


def _variants(frame: pd.DataFrame, method: str, spoken: str) -> pd.DataFrame:
    """The rows of a method and of intermediate data in these languages; the task bears its own name in them."""
    pivots = {pivot(world) for world in set(frame["world"])}
    frame = frame[(frame["method"] == method) & (frame["perturbation"] == "") & _as_usual(frame, OF_TEXT if spoken else ())]
    bare = frame["intermediate"] == results.BASELINE
    if _codes(spoken) <= pivots:
        return frame[bare | frame["intermediate_languages"].isin(["", *pivots])]
    if spoken == TRANSLATED:
        found = frame[bare | frame["intermediate"].str.startswith(f"{TRANSLATED}-")]
    else:
        wanted = _codes(spoken)
        found = frame[bare | frame["intermediate_languages"].map(lambda one: _codes(one) == wanted)]
        if "text" in found and (found["text"] == "native").any():
            found = found[bare.loc[found.index] | (found["text"] == "native")]
    found = found.assign(intermediate=found["intermediate"].map(_task).astype("string"))
    kept = found.drop(columns=[name for name in OF_TEXT if name in found])
    return kept[~kept.duplicated([name for name in kept.columns if name not in results.MEASURED], keep=False)]


@cache
def _codes(spoken: str) -> frozenset[str]:
    """Languages joined by + or commas, by name or code, as codes."""
    words = [word.strip() for word in re.split(r"[+,]", spoken) if word.strip()]
    known = {word: vocabulary.find(word, vocabulary.LANGUAGE) for word in words}
    return frozenset(found[0].id if len(found) == 1 else word for word, found in known.items())


@cache
def _task(name: str) -> str:
    """The task of an intermediate training that an experiment has named after it: mnli of translated-mnli and mnli-de."""
    bare = name.removeprefix(f"{TRANSLATED}-")
    fits = [id for id in (*tasks.TASKS, MULTI) if bare == id or bare.startswith(f"{id}-")]
    return max(fits, key=len, default=name)


def measured(frame: pd.DataFrame) -> pd.DataFrame:
    """Level cells; of runs with the scores and averages that they make, and what those lack."""
    levels = frame[frame["quantity"] == "level"]
    printed = levels["origin"].str.startswith("paper:")
    if printed.all():
        return levels.assign(missing="")  # what printed cells make are intervals: made.py
    made = [levels.assign(missing=""), results.task_scores(levels), results.averages(levels)]
    joined = pd.concat([part for part in made if len(part)], ignore_index=True)
    key = [column for column in joined.columns if column not in (*results.MEASURED, "missing", "max_length")]
    return joined[~joined.duplicated(key)]


def candidates(frame: pd.DataFrame) -> list[str]:
    """The intermediates that may be chosen: the paper's tasks and multi-task; controls are none of them."""
    there = set(frame["intermediate"])
    return [name for name in (*tasks.INTERMEDIATE, MULTI) if name in there]


def parted(rows: Selection, of: Assertion, systems: Sequence[tuple[str, bool]], seeds: Mapping[Any, Any]) -> tuple[Row, ...]:
    """The rows that a number is made of: task scores for an average, else the rows themselves."""
    found = list[Row]()
    for target in results.AVERAGES.get(of.target, (of.target,)):
        for name, mlm in systems:
            here = replace(of, target=target)
            part = rows.system(here, name, mlm)
            if not part and target in results.NO_DEV:
                part = rows.system(replace(here, split="test"), name, mlm)
            found += [row for seed, row in part.items() if seed in seeds]
    return tuple(found)
