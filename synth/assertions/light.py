"""Rows of a large table as mappings that hold no cells of their own: a million dictionaries would take two gigabytes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pandas as pd


class Light(Mapping[Any, Any]):
    """The row at one place of columns that all rows share."""

    __slots__ = ("_at", "_columns")

    def __init__(self, columns: Mapping[Any, list[Any]], at: int) -> None:
        self._columns, self._at = columns, at

    def __getitem__(self, name: Any) -> Any:
        return self._columns[name][self._at]

    def __iter__(self) -> Iterator[Any]:
        return iter(self._columns)

    def __len__(self) -> int:
        return len(self._columns)


class Changed(Mapping[Any, Any]):
    """A row with other values in some of its columns."""

    __slots__ = ("_changes", "_row")

    def __init__(self, row: Mapping[Any, Any], changes: Mapping[Any, Any]) -> None:
        self._row, self._changes = row, changes

    def __getitem__(self, name: Any) -> Any:
        return self._changes[name] if name in self._changes else self._row[name]

    def __iter__(self) -> Iterator[Any]:
        yield from self._row
        yield from (name for name in self._changes if name not in self._row)

    def __len__(self) -> int:
        return sum(1 for _ in self)


def light(frame: pd.DataFrame, **changed: list[Any]) -> list[Light]:
    """The rows of a frame with the values that `to_dict` gives them; equal cells of a column are one object."""
    columns: dict[Any, list[Any]] = {}
    for name in frame.columns:
        known: dict[Any, Any] = {}
        cells = (row[name] for row in frame[[name]].to_dict("records"))
        columns[name] = [known.setdefault(cell, cell) if cell == cell else cell for cell in cells]
    columns |= changed
    return [Light(columns, at) for at in range(len(frame))]
