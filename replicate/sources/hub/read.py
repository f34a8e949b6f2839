"""Rows out of the files of a data set: columns wanted, classes by name, batch by batch."""

from __future__ import annotations

import gzip
import itertools
import json
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ...problems import Problem, unreadable
from ..forms import no_column
from .layout import find_names, label_names
from .snapshots import Snapshot, fetch

BATCH = 4096
LONGEST, MOST = 256 << 20, 2 << 30  # bytes of a line of JSON, and of a file that is one list


@dataclass(frozen=True)
class Wanted:
    """What is read of a table: these columns, of rows whose column `keep[0]` begins with `keep[1]`.

    `classes` is the column whose numbers are read as the names of their classes: the order of a set's classes is its own.
    """

    columns: tuple[str, ...]
    keep: tuple[str, str] | None = None
    classes: str = ""


def rows(held: Snapshot, config: str, paths: Sequence[str], wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The rows of these files, one file after the other; none is fetched before its first row is asked for."""
    for path in paths:
        file, where = fetch(held, path), f"dataset {held}, {path}"
        if path.endswith(".parquet"):
            yield from _parquet(file, where, wanted, lambda: label_names(held, config, wanted.classes))
        else:
            yield from _objects(file, where, wanted)


def _parquet(file: Path, where: str, wanted: Wanted, otherwise: Callable[[], tuple[str, ...]]) -> Iterator[dict[str, Any]]:
    import pyarrow
    import pyarrow.compute
    import pyarrow.parquet

    try:
        with pyarrow.parquet.ParquetFile(file) as held:
            schema = held.schema_arrow
            columns = [_column(name, schema.names, where) for name in wanted.columns]
            names = _class_names(schema, wanted.classes, otherwise) if wanted.classes in schema.names else ()
            read = list(dict.fromkeys([*columns, *([_column(wanted.keep[0], schema.names, where)] if wanted.keep else [])]))
            for batch in held.iter_batches(BATCH, columns=read):
                if wanted.keep:
                    column, prefix = wanted.keep
                    batch = batch.filter(pyarrow.compute.starts_with(batch[column], prefix))
                held_by = {name: batch[name].to_pylist() for name in dict.fromkeys(columns)}
                if names:
                    held_by[wanted.classes] = [_class_of(value, names, where) for value in held_by[wanted.classes]]
                for values in zip(*held_by.values(), strict=True):
                    yield dict(zip(held_by, values, strict=True))
    except (pyarrow.ArrowException, OSError) as error:
        said = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise Problem(
            f"{where}: not a whole Parquet file ({said}); remove {file.resolve()} and run again to fetch it anew"
        ) from None


def _column(name: str, names: Sequence[str], where: str) -> str:
    """The column of the table that a name means; `a.b` may be a column or reach into the column `a`."""
    found = name if name in names else name.split(".")[0]
    if found not in names:
        raise Problem(f"{where}: {no_column(name, dict.fromkeys(names))}")
    return found


def _class_names(schema: Any, column: str, otherwise: Callable[[], tuple[str, ...]]) -> tuple[str, ...]:
    """The names of the classes that numbers in a column stand for: from the file itself, else from the README."""
    import pyarrow.types

    held = schema.field(column).type
    while pyarrow.types.is_list(held) or pyarrow.types.is_large_list(held):
        held = held.value_type
    if not pyarrow.types.is_integer(held):
        return ()
    said = (schema.metadata or {}).get(b"huggingface")
    try:
        features = json.loads(said)["info"]["features"] if said else {}
    except (ValueError, KeyError, TypeError):
        features = {}
    return find_names(features.get(column)) or otherwise()


def _class_of(value: Any, names: Sequence[str], where: str) -> Any:
    """A class by its name; -1 and nothing stay, they mean that there is no gold label."""
    if isinstance(value, list):
        return [_class_of(one, names, where) for one in value]
    if value is None or value < 0:
        return value
    if value >= len(names):
        raise Problem(f"{where}: the label {value}; its classes are {', '.join(names)}, counted from 0")
    return names[value]


def _objects(file: Path, where: str, wanted: Wanted) -> Iterator[dict[str, Any]]:
    """The objects of a JSON file: one in each line, or all in one list."""
    number = 0
    column, prefix = wanted.keep or ("", "")
    try:
        with gzip.open(file, "rb") if file.name.endswith(".gz") else file.open("rb") as read:
            for number, line in enumerate(iter(lambda: read.readline(LONGEST), b""), 1):
                whole = number == 1 and line.lstrip().startswith(b"[")
                # Piece by piece: to read so much at once takes the memory for it first.
                rest = b"".join(itertools.islice(iter(lambda: read.read(1 << 20), b""), MOST >> 20)) if whole else b""
                if len(rest) == MOST or (
                    len(line) == LONGEST and not whole
                ):  # what is packed small may be made to fill the memory
                    raise ValueError(f"more than {(MOST if whole else LONGEST) >> 20} MiB in one {'list' if whole else 'line'}")
                for row in json.loads(line + rest) if whole else [json.loads(line)] if line.strip() else []:
                    if not isinstance(row, dict):
                        raise ValueError(f"{str(row)[:40]}; expected objects")
                    if str(row.get(column, "")).startswith(prefix):
                        yield row
    except (OSError, EOFError, ValueError, RecursionError, zlib.error) as error:
        raise Problem(
            f"{where}, line {number}: {unreadable(error)}; remove {file.resolve()} and run again to fetch it anew"
        ) from None


def columns_of(columns: Mapping[str, str]) -> tuple[str, ...]:
    """The columns that a mapping of fields names; `label_from` is a number and none of them."""
    return tuple(dict.fromkeys(name for field, name in columns.items() if field != "label_from"))
