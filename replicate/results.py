"""The contract between the packages: one row is one number that somebody measured.

Runs write level rows of one language and nothing else; a paper's rows stand as printed, means and gains
included. Whatever is averaged is averaged here, when it is read, and carries a column `missing`: empty where
the grid was complete, else what it lacks, and then there is no value.
"""

from __future__ import annotations

import os
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from . import columns, tasks
from .files import whole
from .grouped import groups_of, shared
from .printed import Interval, difference, interval, mean, total
from .problems import Problem, unknown

__all__ = [
    "COLUMNS", "SCHEMA", "Interval", "averages", "difference", "gains", "interval", "mean", "read", "select", "table",
    "task_scores", "total", "validate", "wide", "write",
]  # fmt: skip
SCHEMA = "replicate.results/1"
COLUMNS: dict[str, Any] = {  # name -> dtype, in the order of the files
    "origin": "string",  # run:<step id>, or paper:<id and version>#<table>
    "world": "string",
    "model": "string",
    "method": "string",
    "seed": "Int64",
    "intermediate": "string",  # "baseline" for none, "multi" for multi-task
    "intermediate_languages": "string",
    "mlm": "bool",
    "max_length": "Int64",
    "target": "string",
    "language": "string",  # "all" where a paper prints a mean over languages
    "split": "string",
    "perturbation": "string",
    "rate": "float64",
    "metric": "string",
    "quantity": "string",
    "over": "string",  # what a gain is over
    "value": "float64",  # points
    "printed": "string",  # the characters of a paper's cell
    "n": "Int64",
}
DEFAULTS: dict[str, Any] = {
    "method": "full", "seed": pd.NA, "intermediate_languages": "", "mlm": False, "max_length": pd.NA, "perturbation": "",
    "rate": 0.0, "quantity": "level", "over": "", "printed": "", "n": pd.NA,
}  # fmt: skip
AVERAGE, WITHOUT_RETRIEVAL, SCORE, ALL, BASELINE = "average", "average-without-retrieval", "score", "all", "baseline"
AVERAGES: dict[str, tuple[str, ...]] = {
    AVERAGE: tasks.XTREME,
    WITHOUT_RETRIEVAL: tuple(id for id in tasks.XTREME if id not in tasks.RETRIEVAL),
}
TARGETS = (*tasks.TASKS, *AVERAGES)
NO_DEV = ("xquad", "tatoeba")  # XTREME has no dev set of these: a dev average takes them from test, as the paper does
WORDS = {"world": ("real", "artificial"), "quantity": ("level", "gain"), "split": ("train", "dev", "test"), "target": TARGETS}
REQUIRED = ("origin", "world", "model", "method", "intermediate", "target", "language", "split", "metric", "quantity")
# Columns that a file may have: the 95% interval of a cell over its examples, and what stood in for a training set.
OPTIONAL: dict[str, Any] = {"low": "float64", "high": "float64", "trained_on": "string"}
MEASURED = ("origin", "value", "printed", "n", "low", "high", "note")  # what does not tell one row from another
# A gain compares two rows that are alike in all this; the baseline has no intermediate data and no MLM.
SAME = ("world", "model", "method", "seed", "max_length", "target", "language", "split", "perturbation", "rate", "metric")
SHOWN = 4  # faults that one line names
EXACT = 2**53  # above it a float64 does not tell whole numbers apart


def table(rows: Iterable[Mapping[str, Any]] | pd.DataFrame, where: str = "results") -> pd.DataFrame:
    """A valid frame of these rows; columns that a row does not name get their defaults."""
    frame = rows if isinstance(rows, pd.DataFrame) else pd.DataFrame(list(rows))
    for column in COLUMNS:
        if column not in frame and (column in DEFAULTS or frame.empty):
            frame[column] = DEFAULTS.get(column)
        elif column in frame and column in DEFAULTS and not pd.isna(DEFAULTS[column]):
            frame[column] = frame[column].where(frame[column].notna(), DEFAULTS[column])
    return validate(_typed(frame, where), where)


def _typed(frame: pd.DataFrame, where: str) -> pd.DataFrame:
    """The columns in order and of their dtypes; a Problem names the first cells that do not fit."""
    if absent := [column for column in COLUMNS if column not in frame]:
        raise Problem(f"{where}: no column {', '.join(absent)}; a file of results ({SCHEMA}) has {', '.join(COLUMNS)}")
    typed, faults = {}, list[str]()
    for column, dtype in COLUMNS.items():
        cells = frame[column]
        if dtype == "string":
            typed[column] = cells.astype("string").fillna("")
            continue
        if dtype == "bool":
            numbers = cells.astype("string").str.lower().map({"true": True, "1": True, "false": False, "0": False})
            bad = numbers.isna()
        else:
            numbers = pd.to_numeric(cells, errors="coerce")
            bad = numbers.isna() & (cells.astype("string").fillna("") != "")
            if dtype == "Int64":
                bad |= numbers.notna() & ((numbers % 1 != 0) | (numbers.abs() > EXACT))
        what = {"bool": "true or false", "Int64": "a whole number"}.get(dtype, "a number")
        faults += _faults(bad, cells, f"'{{}}' is not {what}")
        if not bad.any():
            typed[column] = numbers.astype(dtype)
    _raise(faults, where)
    extra = {column: _extra(frame[column]) for column in frame.columns if column not in COLUMNS}
    return pd.DataFrame({**typed, **extra}).reset_index(drop=True)


def _extra(cells: pd.Series) -> pd.Series:
    """A column beyond the contract's own, as it is or as its name promises."""
    dtype = OPTIONAL.get(str(cells.name))
    if dtype == "float64":
        return pd.to_numeric(cells, errors="coerce").astype("float64")
    if cells.dtype == object:  # rows are told apart by their cells, and lists and tables cannot be
        cells = cells.map(lambda one: str(one) if isinstance(one, (list, dict)) else one)
    return cells.astype("string").fillna("") if dtype == "string" else cells


def _faults(bad: pd.Series, cells: pd.Series, reason: str) -> list[str]:
    rows = bad.fillna(True).to_numpy().nonzero()[0]
    return [f"row {row + 1}, column {cells.name}: {reason.format(cells.iloc[row])}" for row in rows]


def _raise(faults: Sequence[str], where: str) -> None:
    if faults:
        more = f"; and {len(faults) - SHOWN} more" if len(faults) > SHOWN else ""
        count = "1 fault" if len(faults) == 1 else f"{len(faults)} faults"
        raise Problem(f"{where}: {count}: {'; '.join(faults[:SHOWN])}{more}")


def validate(frame: pd.DataFrame, where: str = "results") -> pd.DataFrame:
    """The frame itself if every row keeps the contract; else a Problem: row, column and reason of the first faults."""
    if [column for column in frame.columns if column in COLUMNS] != list(COLUMNS):
        frame = _typed(frame, where)
    faults = list[str]()

    def fault(bad: pd.Series, column: str, reason: str) -> None:
        faults.extend(_faults(bad, frame[column], reason))

    for column in REQUIRED:
        fault(frame[column] == "", column, "empty")
    for column, words in WORDS.items():
        shown = "no task and no average that is known" if column == "target" else f"none of {', '.join(words)}"
        fault(~frame[column].isin(words) & (frame[column] != ""), column, f"'{{}}' is {shown}")
    fault(~frame["origin"].str.match(r"(run|paper):.") & (frame["origin"] != ""), "origin", "'{}' is not run:... or paper:...")
    gain, value = frame["quantity"] == "gain", frame["value"]
    fault(value.isna(), "value", "empty or not a number")
    fault(~gain & ((value < 0) | (value > 100)), "value", "{} is outside 0 to 100 points")
    fault(gain & ((value < -100) | (value > 100)), "value", "{} is outside -100 to 100 points")
    fault(gain != (frame["over"] != ""), "over", "'{}': a gain says what it is over, a level says nothing")
    fault((frame["rate"] < 0) | (frame["rate"] > 1) | frame["rate"].isna(), "rate", "{} is outside 0 to 1")
    fault((frame["n"] < 1).fillna(False), "n", "{} examples")
    key = [column for column in frame.columns if column not in MEASURED]
    again = frame[key].assign(source=_source(frame)).duplicated()
    fault(again, "value", "{} is a second value for a cell that another row holds already")
    _raise(faults, where)
    # Chance is 20 points or more in these tasks: a file whose scores never pass 1 is in shares.
    chosen = frame["target"].isin([id for id, task in tasks.TASKS.items() if task.kind in ("pairs", "choices")])
    scores = value[chosen & ~gain & (frame["metric"] == "accuracy")]
    if len(scores) >= 3 and 0 < scores.max() <= 1:
        raise Problem(f"{where}: column value: accuracies between 0 and 1 look like shares; results are in points, 0 to 100")
    return frame


def _source(frame: pd.DataFrame) -> pd.Series:
    """Whose rows these are: all runs together, each version of a paper alone. They are never averaged together."""
    found, paper = pd.Series("run", index=frame.index, dtype="string"), frame["origin"].str.startswith("paper:")
    if paper.any():  # of a million runs none is taken apart
        found[paper] = frame["origin"][paper].str.split("#").str[0].astype("string")
    return found


def read(path: str | os.PathLike, experiments: Iterable[str] = ()) -> pd.DataFrame:
    """The rows of a runs folder, a Parquet or a CSV file; a Problem where it is damaged or of another version.

    With `experiments` a runs folder gives the rows of their plans alone: it may hold runs with other settings,
    which bear the same labels and would be mixed in. `attrs["left_out"]` counts those evaluations.
    """
    far = "://" in str(path)  # a store at a URL
    if not far and not Path(path).exists():
        raise Problem(f"{path}: no such file or folder; name a runs folder, a .parquet or a .csv of results")
    if far or Path(path).is_dir():
        from . import plan, store

        names, seen = set(experiments), set[str]()
        ids = store.answering(path, names).union(*(plan.evaluations(name) for name in names))
        planned = {f"run:{id}" for id in ids} if names else set()

        def kept() -> Iterator[dict[str, Any]]:
            for row in store.rows(path):
                seen.add(row["origin"])
                if not planned or row["origin"] in planned:
                    yield row

        frame = table(kept(), where=str(path))
        frame.attrs["left_out"] = len(seen - planned) if planned else 0
        return frame
    path = Path(path)
    reads = {".parquet": columns.of_parquet, ".csv": columns.of_csv}
    if path.suffix not in reads:
        raise Problem(f"{path}: results are a runs folder, a .parquet or a .csv file, not {path.suffix or 'without suffix'}")
    return validate(_typed(reads[path.suffix](path, SCHEMA), str(path)), str(path))


def write(frame: pd.DataFrame, path: str | os.PathLike) -> None:
    """Write the rows as .parquet or .csv, whole or not at all."""
    path = Path(path)
    if path.suffix not in (".parquet", ".csv"):
        raise Problem(f"{path}: results are written as .parquet or .csv, not {path.suffix or 'without suffix'}")
    validate(frame, str(path))
    with whole(path) as file:
        if path.suffix == ".csv":
            file.write(f"# {SCHEMA}\n".encode() + frame.to_csv(index=False, lineterminator="\n").encode())
        else:
            import pyarrow
            import pyarrow.parquet

            data = pyarrow.Table.from_pandas(frame, preserve_index=False)
            named = {**(data.schema.metadata or {}), b"schema": SCHEMA.encode()}
            pyarrow.parquet.write_table(data.replace_schema_metadata(named), file)


def select(frame: pd.DataFrame, **equal: Any) -> pd.DataFrame:
    """The rows whose columns equal these values; a list or tuple means any of them."""
    for column, wanted in equal.items():
        if column not in frame:
            raise unknown("column", column, frame.columns)
        values = list(wanted) if isinstance(wanted, (list, tuple, set, frozenset)) else [wanted]
        frame = frame[frame[column].isin(values)]
    return frame


def one_world(frame: pd.DataFrame, mix_worlds: bool = False) -> pd.DataFrame:
    """The frame, if its rows are of one world; real and artificial ones stand together only when asked."""
    worlds = sorted(set(frame["world"]))
    if len(worlds) > 1 and not mix_worlds:
        raise Problem(f"rows of the worlds {' and '.join(worlds)} together; keep those of one")
    return frame


@cache
def score_metrics(target: str) -> tuple[str, ...]:
    """The metrics whose mean is a task's score: F1 and EM for span QA, the task's own first metric elsewhere."""
    task = tasks.find(target)
    return ("f1", "em") if task.kind == "spans" else task.metrics[:1]


def _identity(frame: pd.DataFrame) -> list[str]:
    """The columns that say who was measured under which settings, those of an experiment included."""
    drop = {*MEASURED, "target", "language", "metric", "quantity", "over", "missing"}
    return [column for column in frame.columns if column not in drop]


def _computed(groups: Iterable[dict[str, Any]], like: pd.DataFrame) -> pd.DataFrame:
    rows = [{"printed": "", "quantity": "level", "over": "", **group} for group in groups]
    frame = pd.DataFrame(rows, columns=[*(column for column in like.columns if column != "missing"), "missing"])
    return frame.astype({column: dtype for column, dtype in COLUMNS.items() if column in frame})


def scoring(frame: pd.DataFrame) -> pd.Series:
    """Which rows hold a metric that counts in the score of their task."""
    found = pd.Series(False, index=frame.index)
    for target in frame["target"].unique():
        found |= (frame["target"] == target) & frame["metric"].isin(score_metrics(target))
    return found


def task_scores(frame: pd.DataFrame, mix_worlds: bool = False) -> pd.DataFrame:
    """Per task one row (language `all`, metric `score`): the mean over its languages of its score's metrics.

    Complete is what has every language that some row of the same model, task and split has.
    """
    frame = one_world(frame, mix_worlds)
    frame = frame[(frame["quantity"] == "level") & frame["target"].isin(list(tasks.TASKS))].assign(source=_source)
    frame = frame[scoring(frame)]
    key, about = [*_identity(frame), "target"], ["source", "world", "model", "method", "target", "split"]
    spoken = {pair: set(group.unique()) - {ALL} for pair, group in frame.groupby(about)["language"]}
    values = frame["value"].to_numpy()
    cells = {name: shared(frame[name]) for name in ("language", "metric", "origin")}
    groups = list[dict[str, Any]]()
    for named, rows in groups_of(frame, key):
        languages = spoken[tuple(named[column] for column in about)] or {ALL}
        rows = rows if languages == {ALL} else np.array([row for row in rows if cells["language"][row] != ALL], int)
        have: dict[str, set[str]] = {}
        for row in rows:
            have.setdefault(cells["metric"][row], set()).add(cells["language"][row])
        absent = [
            f"{language} {metric}"
            for metric in score_metrics(named["target"])
            for language in sorted(languages - have.get(metric, set()))
        ]
        origins = sorted({cells["origin"][row] for row in rows})
        origin = origins[0] if len(origins) == 1 else f"{named['source']}:{len(origins)} origins"
        named |= {"origin": origin, "language": ALL, "metric": SCORE}
        named["value"] = float("nan") if absent else values[rows].mean()
        groups.append({**named, "missing": ", ".join(f"{named['target']} {name}" for name in absent)})
    return _computed(groups, frame).drop(columns="source")


def averages(frame: pd.DataFrame, mix_worlds: bool = False) -> pd.DataFrame:
    """The XTREME average with and without the retrieval tasks, out of level cells; without a value where tasks lack."""
    scores = task_scores(frame, mix_worlds).assign(source=_source)
    # The tasks of one system differ in length (QA reads more) and, where there is no dev set, in split.
    key = [column for column in _identity(scores) if column not in ("split", "max_length", "trained_on")]
    records = scores.to_dict("records")
    groups = list[dict[str, Any]]()
    for named, places in groups_of(scores, key):
        by_split: dict[str, dict[str, dict[Hashable, Any]]] = {}
        for row in (records[place] for place in places):
            of_split = by_split.setdefault(row["split"], {})
            if row["target"] in of_split:
                raise Problem(f"{row['target']} of {row['intermediate']} was measured at several max_length; keep one of them")
            of_split[row["target"]] = row
        lengths = {None if pd.isna(length := records[place]["max_length"]) else length for place in places}
        length = lengths.pop() if len(lengths) == 1 else None
        for split, have in by_split.items():
            if split == "dev":
                have = {id: row for id, row in by_split.get("test", {}).items() if id in NO_DEV} | have
            elif set(have) <= set(NO_DEV) and "dev" in by_split:
                continue  # they stand in the dev average
            named |= {"split": split, "max_length": pd.NA if length is None else length}
            for name, members in AVERAGES.items():
                missing = [have[id]["missing"] if id in have else id for id in members if id not in have or have[id]["missing"]]
                value = float("nan") if missing else sum(have[id]["value"] for id in members) / len(members)
                origin = f"{named['source']}:{len(have)} tasks"
                average = {**named, "origin": origin, "target": name, "language": ALL, "metric": SCORE, "value": value}
                groups.append({**average, "missing": ", ".join(missing)})
    return _computed(groups, scores).drop(columns="source")


def gains(frame: pd.DataFrame, over: str = BASELINE, same: Sequence[str] = SAME, mix_worlds: bool = False) -> pd.DataFrame:
    """Level minus the level of `over` in the same seed, for every level row that is not itself `over` without MLM.

    Rows whose counterpart is not there come back without a value, and `missing` says so.
    """
    levels = one_world(frame, mix_worlds)
    levels = levels[levels["quantity"] == "level"].assign(source=_source)
    key = ["source", *same]
    bare = (levels["intermediate"] == over) & ~levels["mlm"]
    base = levels.loc[bare, [*key, "value"]].rename(columns={"value": "base"})
    if (twice := base.duplicated(key, keep=False)).any():
        raise Problem(f"two rows of {over} for {_unlike(levels.loc[base.index[twice]], key)}")
    found = levels[~bare].merge(base, on=key, how="left", validate="m:1")
    lacks = found["base"].isna().map({True: f"{over} of the same seed", False: ""})
    if "missing" in found:  # of an average: what its own grid lacks comes first
        lacks = found["missing"].where(found["missing"] != "", lacks)
    done = found.assign(value=found["value"] - found["base"], quantity="gain", over=over, printed="", missing=lacks)
    return done.drop(columns=["base", "source"])


def _unlike(rows: pd.DataFrame, key: Sequence[str]) -> str:
    """What the first of these rows and the next one with its key measured, and in which other settings they differ."""
    first = next(group for _, group in rows.groupby(list(key), dropna=False, sort=False))
    pairs = {name: first[name].astype("string").fillna("").tolist()[:2] for name in _identity(rows) if name not in key}
    told = [f"{name} ({one!r}, {other!r})" for name, (one, other) in pairs.items() if one != other]
    row = first.iloc[0]
    return f"{row['target']} {row['language']} seed {row['seed']}, unlike in {' and '.join(told)}; keep one of them"


def wide(frame: pd.DataFrame, mix_worlds: bool = False) -> pd.DataFrame:
    """For people: one line per intermediate, a column per task and average, means over seeds.

    The lines of the baseline are levels, the others gains over it, as papers print them. An empty cell was
    not measured completely.
    """
    scores, totals = task_scores(frame, mix_worlds), averages(frame, mix_worlds)
    levels = pd.concat([scores, totals], ignore_index=True) if len(scores) else scores
    bare = levels[(levels["intermediate"] == BASELINE) & ~levels["mlm"]]
    lines = pd.concat([bare, gains(levels, mix_worlds=mix_worlds)], ignore_index=True)
    index = ["world", "model", "method", "split", "quantity", "intermediate", "mlm"]
    if lines.empty:
        return pd.DataFrame(columns=["seeds"])
    if "dev" in set(lines["split"]):  # what has no dev set stands in the line of dev, as in the average
        lines["split"] = lines["split"].mask(lines["target"].isin(list(NO_DEV)) & (lines["split"] == "test"), "dev")
    cells = lines.pivot_table(index=index, columns="target", values="value", aggfunc="mean", sort=False)
    cells = cells.reindex(columns=[name for name in TARGETS if name in set(lines["target"])])
    cells.columns.name = None
    return cells.assign(seeds=lines.groupby(index)["seed"].nunique(dropna=False))
