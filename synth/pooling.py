"""From a table of effects, or from our results, to one pooled report: what `synth pool` prints.

The report is plain data with the schema `synth.pool/1`: numbers or nothing, never a NaN.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np

from replicate.problems import Failure, Problem, unknown

from . import cells
from .stats import bias, columns, design, influence, multilevel, pool, robust
from .stats.columns import Table
from .stats.pool import Pool

SCHEMA = "synth.pool/1"
LABELS = ("label", "study", "author", "trial", "name")


@dataclass(frozen=True)
class Asked:
    """What the command line asked for."""

    effect: str = "yi"
    variance: str = "vi"
    is_se: bool = False
    label: str | None = None
    moderators: tuple[str, ...] = ()
    cluster: str | None = None
    method: str = "REML"
    test: str = "knha"
    level: float = 0.95
    influence: bool = False
    leave_one_out: bool = False
    cumulative: str | None = None
    bias: bool = False
    subgroups: str | None = None
    where: tuple[tuple[str, str], ...] = ()
    split: str | None = None


@dataclass(frozen=True)
class Rows:
    """The complete rows of a table, ready to pool, and what was left out of it."""

    table: Table
    labels: tuple[str, ...]
    y: np.ndarray
    v: np.ndarray
    left_out: tuple[str, ...] = field(default=())
    cov: np.ndarray | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()


def of_results(path: Path, asked: Asked) -> tuple[Rows, Asked]:
    """The gains of our runs as rows; where several systems share a baseline, the task is their cluster."""
    from . import pooled_runs

    if columns_asked := [name for name in asked.moderators if name not in pooled_runs.COLUMNS]:
        raise unknown("column of pooled results", columns_asked[0], pooled_runs.COLUMNS)
    try:
        table, cov, notes = pooled_runs.table(path, asked.where, asked.split)
    except Problem as problem:
        if path.is_dir():
            raise
        raise Problem(f"{problem}; what printed averages are made of is told by --decompose") from None
    labels = table.words("label")
    asked = replace(asked, effect="gain", variance="variance", is_se=False, where=())
    if len(set(table.words("system"))) > 1 and asked.cluster is None and asked.method in ("REML", "ML"):
        asked = replace(asked, cluster="task")
        notes = [*notes, "systems share the baseline of a task: their gains covary, and tasks are clusters"]
    given = Rows(table, labels, table.numbers("gain"), table.numbers("variance"), (), cov, tuple(notes))
    return given, asked


def rows(table: Table, asked: Asked) -> Rows:
    """Effects and variances out of their columns; rows with an empty cell are left out, and named."""
    for name, value in asked.where:
        table = table.select(name, value)
    for name, usual, option in (
        (asked.effect, "yi", "--effect"),
        (asked.variance, "vi", "--variance"),
        (asked.variance, "sei", "--se"),
    ):
        if name == usual and name not in table.columns:
            raise Problem(f"{table.where}: no column {name!r}; name another with {option}: {', '.join(table.columns)}")
    used = [asked.effect, asked.variance, *asked.moderators]
    used += [name for name in (asked.cluster, asked.subgroups, asked.cumulative) if name]
    known = design.complete(table, used)
    kept = table.keep(np.flatnonzero(known))
    if not len(kept):
        raise Problem(f"{table.where}: no row has all of {', '.join(used)}")
    y, v = kept.numbers(asked.effect), kept.numbers(asked.variance)
    for row, value in enumerate(v):
        if value < 0:
            what = "standard error" if asked.is_se else "variance"
            raise kept.fault(row, asked.variance, f"the {what} is {value:g}; it has to be above 0")
    if asked.is_se:
        v = v**2
    left = tuple(f"line {table.lines[row]}" for row in np.flatnonzero(~known))
    return Rows(kept, labels(kept, asked), y, v, left)


def labels(table: Table, asked: Asked) -> tuple[str, ...]:
    """What the studies are called: by the column that was named, by a usual one, else by their lines."""
    name = asked.label or next((one for one in LABELS if one in table.columns and one not in (asked.effect, asked.variance)), "")
    if not name:
        return tuple(f"row {number}" for number in range(1, len(table) + 1))
    words = table.words(name)
    if asked.label is None and "author" in table.columns and "year" in table.columns and "study" not in table.columns:
        words = tuple(f"{one} {year}" for one, year in zip(table.words("author"), table.words("year"), strict=True))
    return words


def read(path: Path, asked: Asked) -> tuple[Rows, Asked]:
    """The rows at a path: of our results, or of any CSV."""
    if not path.exists():
        raise Problem(f"{path}: no such file or folder; name a CSV of effects, or results")
    if cells.is_results(path):
        return of_results(path, asked)
    return rows(columns.read(path), asked), asked


def report(given: Rows, asked: Asked) -> dict[str, Any]:
    """Everything that was asked about these rows, as plain data; a Problem names where they come from."""
    try:
        return _pooled(given, asked)
    except Problem as problem:
        where = given.table.where
        raise problem if where in str(problem) else Problem(f"{where}: {problem}") from None


def _pooled(given: Rows, asked: Asked) -> dict[str, Any]:
    table = given.table
    chosen = design.of(table, asked.moderators) if asked.moderators else design.ones(len(table))
    if asked.cluster:
        return _clustered(given, asked, chosen)
    model = pool.fit(given.y, given.v, chosen, asked.method, asked.test, asked.level)
    made: dict[str, Any] = {
        "schema": SCHEMA,
        "source": table.where,
        "effect": asked.effect,
        "variance": asked.variance,
        "left_out": list(given.left_out),
        **summary(model),
    }
    made["notes"] += given.notes
    parts = {
        "influence": (asked.influence, lambda: _influence(model, given)),
        "leave_one_out": (asked.leave_one_out, lambda: _each(influence.leave_one_out(model), given.labels)),
        "cumulative": (asked.cumulative is not None, lambda: _cumulative(model, given, asked.cumulative or "")),
        "subgroups": (asked.subgroups is not None, lambda: _subgroups(model, given, asked.subgroups or "")),
        "bias": (asked.bias, lambda: _bias(model)),
    }
    for name, (wanted, work) in parts.items():
        if wanted:
            made[name] = work()
    made["studies"] = _studies(given, 1 / (model.v + model.tau2))
    return made


def _studies(given: Rows, w: np.ndarray) -> list[dict[str, Any]]:
    """The effects as they were given, each with its share of the weights in per cent."""
    shares = 100 * w / w.sum()
    return [
        {"label": label, "effect": float(y), "variance": float(v), "weight": float(share)}
        for label, y, v, share in zip(given.labels, given.y, given.v, shares, strict=True)
    ]


def _clustered(given: Rows, asked: Asked, chosen: design.Design) -> dict[str, Any]:
    """Effects in clusters: a variance between clusters and one within them, and standard errors that need neither."""
    extra = ("influence", "leave_one_out", "bias", "subgroups", "cumulative")
    if refused := [name for name in extra if getattr(asked, name) not in (False, None)]:
        raise Problem(f"--{refused[0].replace('_', '-')} takes effects as independent; leave --cluster out")
    labels = given.table.words(asked.cluster or "")
    head: dict[str, Any] = {
        "schema": SCHEMA, "source": given.table.where, "effect": asked.effect, "variance": asked.variance,
        "cluster": asked.cluster, "left_out": list(given.left_out),
    }  # fmt: skip
    alone = len(set(labels)) == len(labels)
    if alone or asked.method not in ("REML", "ML"):
        model = pool.fit(given.y, given.v, chosen, asked.method, asked.test, asked.level)
        made = head | summary(model) | {"robust": _robust(robust.of_pool(model, labels), chosen, asked)}
        if alone:
            made["notes"].append(f"every effect is a cluster of its own in {asked.cluster}")
        made["notes"] += given.notes
        made["studies"] = _studies(given, 1 / (model.v + model.tau2))
        return made
    test = "z" if asked.test == "z" else "t"
    pool.checked(given.y, given.v)
    found = multilevel.fit(
        given.y, given.v if given.cov is None else given.cov, chosen, multilevel.clusters(labels), asked.method, test, asked.level
    )
    first, new = found.coefficients[0], found.prediction
    made = head | {
        "k": found.model.n, "method": asked.method, "test": test, "level": asked.level,
        "estimate": first.estimate, "se": first.se, "statistic": first.statistic, "df": found.df, "p": first.p,
        "low": first.low, "high": first.high, "coefficients": [asdict(one) for one in found.coefficients],
        "components": multilevel.components(found), "q": found.q, "q_df": found.q_df, "q_p": found.q_p,
        "moderators": asdict(found.moderators) if found.moderators else None, "r2": None,
        "fit": asdict(found.model.fit), "notes": [],
        "robust": _robust(robust.of_mixed(found.model, labels, level=asked.level), chosen, asked),
    }  # fmt: skip
    if new:
        made["prediction"] = {"low": new.new_low, "high": new.new_high}
    if asked.test in ("knha", "adhoc"):
        made["notes"].append(
            "Knapp and Hartung's variance is for one tau2; with clusters the test is t, and the robust one below"
        )
    made["notes"] += [*given.notes, *(f"the variance of {name} is estimated as 0" for name in found.model.singular)]
    spread = sum(one.variance for one in found.model.components)
    made["studies"] = _studies(given, 1 / (given.v + spread))
    return made


def _robust(found: robust.Robust, chosen: design.Design, asked: Asked) -> dict[str, Any]:
    places = [place for place, name in enumerate(chosen.names) if name != design.INTERCEPT]
    return {
        "kind": found.kind, "cluster": asked.cluster, "clusters": found.clusters,
        "coefficients": [asdict(one) for one in found.lines],
        "moderators": asdict(robust.joint(found, places)) if len(places) > 1 else None,
    }  # fmt: skip


def summary(model: Pool) -> dict[str, Any]:
    """A model as plain data: the first coefficient on top, since it is the pooled effect where there are no moderators."""
    first, around = model.estimate, pool.spread(model)
    made: dict[str, Any] = {
        "k": model.k, "method": model.method, "test": model.test, "level": model.level,
        "estimate": first.estimate, "se": first.se, "statistic": first.statistic, "df": model.df, "p": first.p,
        "low": first.low, "high": first.high,
        "coefficients": [asdict(one) for one in model.coefficients],
        "tau2": model.tau2, "tau2_se": model.tau2_se, **_ends("tau2", around.tau2), "tau": math.sqrt(model.tau2),
        "i2": model.i2, **_ends("i2", around.i2), "h2": model.h2, **_ends("h2", around.h2),
        "q": model.q, "q_df": model.q_df, "q_p": model.q_p,
        "moderators": asdict(model.moderators) if model.moderators else None,
        "r2": model.r2,
        "fit": asdict(model.fit),
        "notes": list(model.notes),
    }  # fmt: skip
    if around.tau2 is None and model.method not in pool.COMMON and model.q is not None:
        made["notes"].append("the effects are more alike than their variances allow: the interval of tau2 is empty")
    if model.moderators is None:
        new = pool.predict(model)
        made["prediction"] = {"low": new.new_low, "high": new.new_high}
    return made


def _ends(name: str, found: tuple[float, float] | None) -> dict[str, float | None]:
    low, high = found or (None, None)
    return {f"{name}_low": low, f"{name}_high": high}


def _line(model: Pool | None, label: str) -> dict[str, Any]:
    if model is None:
        return {"label": label, "estimate": None, "why": "the rest allows no such model"}
    first = model.estimate
    return {
        "label": label, "k": model.k, "estimate": first.estimate, "se": first.se, "p": first.p, "low": first.low,
        "high": first.high, "tau2": model.tau2, "i2": model.i2, "q": model.q, "q_p": model.q_p,
    }  # fmt: skip


def _each(models: Sequence[Pool | None], names: Sequence[str]) -> list[dict[str, Any]]:
    return [_line(model, name) for model, name in zip(models, names, strict=True)]


def _influence(model: Pool, given: Rows) -> list[dict[str, Any]]:
    found = influence.influence(model)
    return [{"label": label, **asdict(one)} for label, one in zip(given.labels, found, strict=True)]


def _cumulative(model: Pool, given: Rows, by: str) -> list[dict[str, Any]]:
    order = given.table.numbers(by).tolist() if by else [float(row) for row in range(model.k)]
    names = [given.labels[place] for place in np.argsort(order, kind="stable")]
    return _each(influence.cumulative(model, order), names)


def _subgroups(model: Pool, given: Rows, by: str) -> dict[str, Any]:
    found = influence.subgroups(model, given.table.words(by))
    groups = [_line(one, name) for name, one in found.groups.items()]
    return {"by": by, "groups": groups, "q": found.q, "df": found.df, "p": found.p}


def _bias(model: Pool) -> dict[str, Any]:
    """Each test of small-study effects, or why there is none."""
    work = {
        "egger": lambda: asdict(bias.egger(model)),
        "egger_classical": lambda: asdict(bias.egger(model, classical=True)),
        "begg": lambda: asdict(bias.begg(model)),
        "trim_and_fill": lambda: _filled(model),
        "pet_peese": lambda: _pet_peese(model),
    }
    made: dict[str, Any] = {}
    for name, one in work.items():
        try:
            made[name] = one()
        except (Problem, Failure) as problem:
            made[name] = {"why": str(problem)}
    return made


def _filled(model: Pool) -> dict[str, Any]:
    found = bias.trim_and_fill(model)
    return {
        "estimator": found.estimator, "side": found.side, "missing": found.missing,
        "se": found.se if math.isfinite(found.se) else None, "p": found.p,
        "filled": [{"effect": y, "variance": v} for y, v in zip(found.y, found.v, strict=True)],
        "with_them": _line(found.model, "with the filled studies"),
    }  # fmt: skip


def _pet_peese(model: Pool) -> dict[str, Any]:
    found = bias.pet_peese(model)
    return {"pet": asdict(found.pet), "peese": asdict(found.peese), "chosen": found.chosen, "estimate": asdict(found.estimate)}
