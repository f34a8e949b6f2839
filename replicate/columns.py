"""Files of results as columns, whole and of the version that is asked for; nothing is known of the rows yet."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd

from .problems import Problem

MOST = 20_000_000  # rows of a Parquet file


def of_parquet(path: Path, schema: str) -> pd.DataFrame:
    """The columns of a Parquet file; a Problem where it is damaged, or a cell is no text and no number."""
    import pyarrow
    import pyarrow.parquet

    try:
        about = pyarrow.parquet.read_metadata(path)
        if (rows := about.num_rows) > MOST:  # a few bytes can say one value for all of them
            raise Problem(f"{path}: {rows:,} rows; a table of results has at most {MOST:,}: select some of them")
        _once(about.schema.to_arrow_schema().names, path)
        read = pyarrow.parquet.read_table(path)
        read.validate(full=True)  # a text may hold bytes that are none, which would fail much later
        _version((read.schema.metadata or {}).get(b"schema", b"").decode("utf-8", "replace"), schema, path)
        if other := [field for field in read.schema if not _plain(field.type)]:
            raise Problem(f"{path}: column {other[0].name} holds {other[0].type}; a cell of results is a text or a number")
        return read.to_pandas()
    except (pyarrow.ArrowException, OSError, ValueError, KeyError, TypeError) as error:
        raise Problem(f"{path}: damaged, not a whole Parquet file ({_first(error)}); write it anew") from error


def of_csv(path: Path, schema: str) -> pd.DataFrame:
    """The columns of a CSV file, all of them text; a Problem where it is damaged."""
    try:
        first, _, rest = path.read_text(encoding="utf-8").partition("\n")
        _version(first.lstrip("#").strip() if first.startswith("#") else "", schema, path)
        short = uneven(rest)  # pandas fills up rows that are too short
        if not rest.endswith("\n") or short is not None:
            where = "row {} has {} fields instead of {}".format(*short) if short else "its last row breaks off"
            raise Problem(f"{path}: damaged, {where}; write it anew")
        _once(next(csv.reader(io.StringIO(rest))), path)
        return pd.read_csv(io.StringIO(rest), dtype="string", keep_default_na=False)
    except (UnicodeDecodeError, csv.Error, pd.errors.ParserError, pd.errors.EmptyDataError) as error:
        raise Problem(f"{path}: damaged, not a whole CSV file ({_first(error)}); write it anew") from error


def uneven(text: str) -> tuple[int, int, int] | None:
    """The first row that has not as many fields as row 0 has: its number, its fields, those of row 0; None without one.

    Only a text with quotes needs a reader of CSV; of others the commas between the ends of lines are counted.
    """
    if '"' in text or "\r" in text:
        widths = [len(fields) for fields in csv.reader(io.StringIO(text))]
    else:
        widths = _commas(text)
    found = next((row for row, width in enumerate(widths) if width != widths[0]), None)
    return None if found is None else (found, widths[found], widths[0])


def _commas(text: str) -> list[int]:
    """The fields of each row of a text without quotes; an empty row has none."""
    import numpy as np

    data = np.frombuffer(text.encode(), np.uint8)
    if not len(data):
        return []
    starts = np.concatenate([[0], np.flatnonzero(data[:-1] == ord("\n")) + 1])
    commas = np.add.reduceat((data == ord(",")).view(np.uint8), starts, dtype=np.int64)
    return np.where(data[starts] == ord("\n"), 0, commas + 1).tolist()


def _plain(kind: Any) -> bool:
    from pyarrow import types

    tests = (types.is_nested, types.is_temporal, types.is_binary, types.is_large_binary, types.is_fixed_size_binary)
    return not any(test(kind) for test in tests)


def _version(found: str, schema: str, path: Path) -> None:
    if found != schema:
        says = f"has the schema {found!r}" if found else "names no schema"
        raise Problem(f"{path}: {says}; this version reads {schema!r}: write the results anew")


def _once(names: Sequence[str], path: Path) -> None:
    if again := [name for name in names if names.count(name) > 1]:
        raise Problem(f"{path}: two columns are called {again[0]!r}")


def _first(error: Exception) -> str:
    return (str(error).splitlines() or [type(error).__name__])[0]
