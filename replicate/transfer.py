"""Transfer by language: each target's score in each language, nearest language first, and how it goes with distance."""

from __future__ import annotations

import math
from collections.abc import Mapping

import pandas as pd

from .languages import Language
from .results import scoring

DISTANCE = "featural"
FEWEST = 4  # languages that a correlation needs


def by_language(frame: pd.DataFrame, known: Mapping[str, Language]) -> pd.DataFrame:
    """One line per intermediate and target, one column per language: means over seeds, a QA task as the mean of F1 and EM.

    `r` is Pearson's correlation of score and distance from the pivot over the other languages; empty below four.
    """
    several = [name for name in ("model", "method") if frame[name].nunique() > 1]
    lines = frame[scoring(frame)].pivot_table(
        index=[*several, "intermediate", "mlm", "target"],
        columns="language",
        values="value",
        aggfunc="mean",
        sort=False,
        observed=True,
    )
    order = sorted(lines.columns, key=lambda code: (_distance(known.get(code)), code))
    shown = lines[order]
    shown.columns.name = None
    return shown.assign(r=[_correlation(row, known) for _, row in shown.iterrows()]).reset_index()


def _distance(language: Language | None) -> float:
    return math.inf if language is None else language.distances.get(DISTANCE, math.inf)


def _correlation(row: pd.Series, known: Mapping[str, Language]) -> float:
    pairs = [(_distance(known.get(str(code))), value) for code, value in row.dropna().items()]
    there = pd.DataFrame([pair for pair in pairs if 0 < pair[0] < math.inf], columns=["distance", "score"])
    return float(there["distance"].corr(there["score"])) if len(there) >= FEWEST else math.nan
