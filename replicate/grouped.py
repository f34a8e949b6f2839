"""Groups of a frame's rows without a frame for each: pandas takes a millisecond to make one, and there may be 100,000 groups."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    import pandas as pd


def groups_of(frame: pd.DataFrame, key: Sequence[str]) -> Iterator[tuple[dict[str, Any], np.ndarray]]:
    """What the rows of each group have in common, by column, and their places; the groups in the order in which they begin."""
    import numpy as np

    if frame.empty:
        return
    number = frame.groupby(list(key), dropna=False, sort=False).ngroup().to_numpy()
    order = np.argsort(number, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(number[order])) + 1)
    first = frame.iloc[[part[0] for part in parts]]
    for named, part in zip(zip(*(first[column].tolist() for column in key), strict=True), parts, strict=True):
        yield dict(zip(key, named, strict=True)), part


def shared(column: pd.Series) -> list[str]:
    """The cells of a column of words without gaps; equal ones are one object."""
    import pandas as pd

    places, words = pd.factorize(column)
    known = words.tolist()
    return [known[place] for place in places]
