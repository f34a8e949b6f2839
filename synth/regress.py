"""What `synth regress` reports, as plain data with the schema `synth.regress/1`: numbers or nothing, never a NaN."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from replicate.problems import Problem

from . import cells as rows
from . import features, sensitivity, typology
from .cells import Cells
from .features import Known, Predictor

SCHEMA = "synth.regress/1"


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    source: Path
    experiments: tuple[str, ...] = ()
    outcome: str | None = None
    language: str | None = None
    task: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    split: str | None = None
    predictors: tuple[str, ...] = ()
    overlap: str | None = None
    typology: str | None = None
    world: str | None = None
    level: float = 0.95
    margin: float | None = None
    with_pivot: bool = False
    quick: bool = False


def report(asked: Asked) -> dict[str, Any]:
    """Read, fit, and ask again in other ways."""
    if not 0 < asked.level < 1:
        raise Problem(f"a level lies between 0 and 1, not at {asked.level:g} (0.95 is usual)")
    if asked.margin is not None and not (math.isfinite(asked.margin) and asked.margin > 0):
        raise Problem(f"a margin is a number of points above 0, not {asked.margin:g}")
    found = rows.read(
        asked.source, asked.experiments, asked.outcome, asked.language, asked.task, asked.where, asked.split, asked.world
    )
    about = _known(found, asked)
    chosen, said = features.predictors(found, about, asked.predictors or None, asked.overlap)
    data = typology.data(found, about, chosen, asked.with_pivot, prespecified=not asked.predictors)
    primary = typology.fit(data, level=asked.level, margin=asked.margin, robustly=True)
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "source": data.cells.where,
        "world": data.cells.world,
        "outcome": data.cells.outcome,
        "unit": "points" if data.cells.table is None else "units of the outcome",
        "says": _first(data, said),
        "level": asked.level,
        "margin": asked.margin,
        "rows": len(data.cells),
        "languages": len(data.languages),
        "tasks": len(set(data.groups["task"])),
        "families": len(set(data.groups["family"])),
        "branches": len(set(data.groups["branch"])),
        "df": primary.df,
        "strata": typology.strata(data, len(data.predictors)),
        "slopes": [asdict(one) for one in primary.slopes],
        "condition": primary.condition,
        "variances": typology.variances(primary.model),
        "explained": typology.explained(data),
        "notes": [*said, *data.notes, *primary.notes],
    }
    if not asked.quick:
        lines = sensitivity.table(data, primary, _unseen(found, about, chosen, asked, data), asked.level)
        made["sensitivity"] = sensitivity.plain(lines)
        made["one_out"] = [
            asdict(one) for by in ("family", "language") for one in _ranges(data, primary, by, asked.level, made["notes"])
        ]
    return _finite(made)


def _known(found: Cells, asked: Asked) -> dict[str, Known]:
    """The languages; where the CSV gives family and branch and all predictors itself, none has to be known."""
    columns = found.table.columns if found.table is not None else {}
    given = "family" in columns and ("branch" in columns or "genus" in columns)
    if given and asked.predictors and all(name in columns for name in asked.predictors):
        return {}
    return features.known(found.language, found.world, asked.typology)


def _unseen(
    found: Cells, about: dict[str, Known], chosen: Sequence[Predictor], asked: Asked, data: typology.Data
) -> typology.Data | None:
    """The rows that the pretraining size alone keeps out, where there are some."""
    rest = [one for one in chosen if one.name != "size"]
    if len(rest) == len(chosen) or not rest:
        return None
    try:
        wider = typology.data(found, about, rest, asked.with_pivot, prespecified=not asked.predictors)
    except Problem:
        return None
    return wider if len(wider.cells) > len(data.cells) else None


def _ranges(data: typology.Data, primary: typology.Result, by: str, level: float, notes: list[str]) -> list[sensitivity.Range]:
    try:
        return sensitivity.one_out(data, primary, by, level)
    except Problem as problem:
        notes.append(str(problem))
        return []


def _first(data: typology.Data, said: Sequence[str]) -> str:
    """The model in one line, and what it lacks."""
    terms = " + ".join(one.title for one in data.predictors)
    counts = (
        f"{len(data.languages)} languages in {len(set(data.groups['branch']))} branches of "
        f"{len(set(data.groups['family']))} families, {len(set(data.cells.task))} tasks, {len(data.cells)} rows"
    )
    dropped = [note for note in data.notes if note.endswith(typology.DROPPED)]
    return "; ".join([f"{data.cells.outcome} ~ {terms}", counts, *said, *dropped])


def _finite(value: Any) -> Any:
    """The same without NaN and infinities: what is not known is None."""
    if isinstance(value, dict):
        return {key: _finite(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(one) for one in value]
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else None
    return value
