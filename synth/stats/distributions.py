"""The few tails and quantiles that models need; `df` is None for the normal distribution."""

from __future__ import annotations

import math


def quantile(level: float, df: float | None = None) -> float:
    """How many standard errors an interval of this level reaches to each side."""
    from scipy.special import ndtri, stdtrit

    upper = (1 + level) / 2
    return float(ndtri(upper)) if df is None or math.isinf(df) else float(stdtrit(df, upper))


def two_sided(statistic: float, df: float | None = None) -> float:
    """The chance of a statistic at least this far from 0."""
    from scipy.special import ndtr, stdtr

    far = -abs(statistic)
    return 2 * float(ndtr(far) if df is None or math.isinf(df) else stdtr(df, far))


def upper(statistic: float, df: float | None = None) -> float:
    """The chance of a statistic at least as large."""
    from scipy.special import ndtr, stdtr

    return float(ndtr(-statistic) if df is None or math.isinf(df) else stdtr(df, -statistic))


def chi2_tail(value: float, df: float) -> float:
    from scipy.special import chdtrc

    return float(chdtrc(df, value))


def f_tail(value: float, df1: float, df2: float) -> float:
    from scipy.special import fdtrc

    return float(fdtrc(df1, df2, value))
