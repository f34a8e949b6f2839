"""Effect sizes with their sampling variances, out of what papers report: metafor 3.8's `escalc`, measure by measure.

`MEASURES["SMD"](m1=..., sd1=..., n1=..., m2=..., sd2=..., n2=...)`; arrays of studies go in, arrays come out. Counts of zero
are handled as there: half an observation is added to every cell of a study that has a zero, for the measures that need it.
What our own runs give (paired gains, seeds, a shared baseline) is in gains.py.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from replicate.problems import Problem, unknown

HALF = 0.5
Array = np.ndarray


@dataclass(frozen=True)
class Sizes:
    """Effects and their sampling variances, study by study."""

    y: Array
    v: Array


def compute(measure: str, **given: object) -> Sizes:
    """The effects of studies by the name of a measure; a Problem for an unknown one, or numbers that cannot be."""
    if measure not in MEASURES:
        raise unknown("effect size", measure, MEASURES)
    arrays = {name: np.asarray(values, float) for name, values in given.items()}
    for name, values in arrays.items():
        if not np.isfinite(values).all():
            raise Problem(f"{measure}: {name} holds a number that is not finite")
        if (name[0] in "nx" and (values < 0).any()) or (name.startswith("sd") and (values < 0).any()):
            raise Problem(f"{measure}: {name} holds a negative number")
    try:
        found = MEASURES[measure](**arrays)
    except TypeError:
        raise Problem(f"{measure} takes {', '.join(_names(measure))}; given are {', '.join(arrays)}") from None
    bad = np.flatnonzero(~(np.isfinite(found.y) & np.isfinite(found.v)))
    if len(bad):
        raise Problem(f"{measure}: study {bad[0] + 1} has no finite effect; look at its numbers")
    return found


def _names(measure: str) -> list[str]:
    import inspect

    return list(inspect.signature(MEASURES[measure]).parameters)


def small_sample(df: Array) -> Array:
    """Hedges' exact correction of a standardised difference."""
    from scipy.special import gammaln

    # Below two degrees of freedom there is none, and the difference has no mean.
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.exp(gammaln(df / 2) - np.log(np.sqrt(df / 2)) - gammaln((df - 1) / 2))


# ---- two groups, means ----


def _difference(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    return Sizes(m1 - m2, sd1**2 / n1 + sd2**2 / n2)


def _standardised(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    """Hedges' g with the usual large-sample variance."""
    df = n1 + n2 - 2
    g = small_sample(df) * (m1 - m2) / np.sqrt(((n1 - 1) * sd1**2 + (n2 - 1) * sd2**2) / df)
    return Sizes(g, 1 / n1 + 1 / n2 + g**2 / (2 * (n1 + n2)))


def _standardised_unbiased(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    """Hedges' g with the unbiased estimate of its variance."""
    df = n1 + n2 - 2
    g = _standardised(m1, sd1, n1, m2, sd2, n2).y
    return Sizes(g, 1 / n1 + 1 / n2 + (1 - (df - 2) / (df * small_sample(df) ** 2)) * g**2)


def _standardised_unequal(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    """By the mean of both variances, which may differ (Bonett 2009)."""
    square = (sd1**2 + sd2**2) / 2
    less = small_sample(n1 + n2 - 2)
    d = less * (m1 - m2) / np.sqrt(square)
    spread = d**2 * (sd1**4 / (n1 - 1) + sd2**4 / (n2 - 1)) / (8 * square**2)
    return Sizes(d, less**2 * (spread + (sd1**2 / (n1 - 1) + sd2**2 / (n2 - 1)) / square))


def _log_ratio_of_means(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    return Sizes(np.log(m1 / m2), sd1**2 / (n1 * m1**2) + sd2**2 / (n2 * m2**2))


def _log_ratio_of_variation(m1: Array, sd1: Array, n1: Array, m2: Array, sd2: Array, n2: Array) -> Sizes:
    means = _log_ratio_of_means(m1, sd1, n1, m2, sd2, n2).v
    spread = _log_ratio_of_spread(sd1, n1, sd2, n2)
    return Sizes(spread.y - np.log(m1 / m2), spread.v + means)


def _log_ratio_of_spread(sd1: Array, n1: Array, sd2: Array, n2: Array) -> Sizes:
    one, other = 1 / (2 * (n1 - 1)), 1 / (2 * (n2 - 1))
    return Sizes(np.log(sd1 / sd2) + one - other, one + other)


# ---- two groups, counts: x1 of n1 against x2 of n2 ----


def _filled(x1: Array, n1: Array, x2: Array, n2: Array) -> tuple[Array, Array, Array, Array]:
    """The four cells of each study; half an observation more in each where one is empty."""
    cells = (x1, n1 - x1, x2, n2 - x2)
    if any((cell < 0).any() for cell in cells):
        raise Problem("more events than observations in a group")
    add = np.where(np.any([cell == 0 for cell in cells], axis=0), HALF, 0.0)
    a, b, c, d = (cell + add for cell in cells)
    return a, b, c, d


def _log_risk_ratio(x1: Array, n1: Array, x2: Array, n2: Array) -> Sizes:
    a, b, c, d = _filled(x1, n1, x2, n2)
    return Sizes(np.log(a / (a + b) / (c / (c + d))), 1 / a - 1 / (a + b) + 1 / c - 1 / (c + d))


def _log_odds_ratio(x1: Array, n1: Array, x2: Array, n2: Array) -> Sizes:
    a, b, c, d = _filled(x1, n1, x2, n2)
    return Sizes(np.log(a * d / (b * c)), 1 / a + 1 / b + 1 / c + 1 / d)


def _risk_difference(x1: Array, n1: Array, x2: Array, n2: Array) -> Sizes:
    a, b, c, d = _filled(x1, n1, x2, n2)
    p, q = a / (a + b), c / (c + d)
    return Sizes(p - q, p * (1 - p) / (a + b) + q * (1 - q) / (c + d))


def _peto(x1: Array, n1: Array, x2: Array, n2: Array) -> Sizes:
    total, events = n1 + n2, x1 + x2
    v = events * (total - events) * (n1 / total) * (n2 / total) / (total - 1)
    with np.errstate(divide="ignore", invalid="ignore"):
        return Sizes((x1 - events * n1 / total) / v, 1 / v)


def _arcsine_difference(x1: Array, n1: Array, x2: Array, n2: Array) -> Sizes:
    return Sizes(np.arcsin(np.sqrt(x1 / n1)) - np.arcsin(np.sqrt(x2 / n2)), 1 / (4 * n1) + 1 / (4 * n2))


# ---- one group: x of n ----


def _part(x: Array, n: Array) -> tuple[Array, Array]:
    if (x > n).any():
        raise Problem("more events than observations")
    add = np.where((x == 0) | (x == n), HALF, 0.0)
    return x + add, n + 2 * add


def _proportion(x: Array, n: Array) -> Sizes:
    x, n = _part(x, n)
    return Sizes(x / n, x / n * (1 - x / n) / n)


def _log_proportion(x: Array, n: Array) -> Sizes:
    x, n = _part(x, n)
    return Sizes(np.log(x / n), 1 / x - 1 / n)


def _log_odds(x: Array, n: Array) -> Sizes:
    x, n = _part(x, n)
    return Sizes(np.log(x / (n - x)), 1 / x + 1 / (n - x))


def _arcsine(x: Array, n: Array) -> Sizes:
    return Sizes(np.arcsin(np.sqrt(x / n)), 1 / (4 * n))


def _freeman_tukey(x: Array, n: Array) -> Sizes:
    return Sizes((np.arcsin(np.sqrt(x / (n + 1))) + np.arcsin(np.sqrt((x + 1) / (n + 1)))) / 2, 1 / (4 * n + 2))


# ---- correlations, and one group before and after ----


def _correlation(r: Array, n: Array) -> Sizes:
    return Sizes(r, (1 - r**2) ** 2 / (n - 1))


def _fisher(r: Array, n: Array) -> Sizes:
    return Sizes(np.arctanh(r), 1 / (n - 3))


def _change(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> Sizes:
    return Sizes(m1 - m2, (sd1**2 + sd2**2 - 2 * r * sd1 * sd2) / n)


def _change_by_change(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> Sizes:
    """By the standard deviation of the changes."""
    d = small_sample(n - 1) * (m1 - m2) / np.sqrt(sd1**2 + sd2**2 - 2 * r * sd1 * sd2)
    return Sizes(d, 1 / n + d**2 / (2 * n))


def _change_by_raw(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> Sizes:
    """By the standard deviation of the second measurement, which is the one before."""
    d = small_sample(n - 1) * (m1 - m2) / sd2
    return Sizes(d, 2 * (1 - r) / n + d**2 / (2 * n))


def _log_ratio_of_change(m1: Array, sd1: Array, m2: Array, sd2: Array, n: Array, r: Array) -> Sizes:
    v = sd1**2 / (n * m1**2) + sd2**2 / (n * m2**2) - 2 * r * sd1 * sd2 / (m1 * m2 * n)
    return Sizes(np.log(m1 / m2), v)


MEASURES: dict[str, Callable[..., Sizes]] = {
    "MD": _difference,
    "SMD": _standardised,
    "SMD-UB": _standardised_unbiased,
    "SMDH": _standardised_unequal,
    "ROM": _log_ratio_of_means,
    "CVR": _log_ratio_of_variation,
    "VR": _log_ratio_of_spread,
    "RR": _log_risk_ratio,
    "OR": _log_odds_ratio,
    "RD": _risk_difference,
    "PETO": _peto,
    "AS": _arcsine_difference,
    "PR": _proportion,
    "PLN": _log_proportion,
    "PLO": _log_odds,
    "PAS": _arcsine,
    "PFT": _freeman_tukey,
    "COR": _correlation,
    "ZCOR": _fisher,
    "MC": _change,
    "SMCC": _change_by_change,
    "SMCR": _change_by_raw,
    "ROMC": _log_ratio_of_change,
}
