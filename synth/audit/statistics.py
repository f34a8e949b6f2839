"""Test statistics of sentences: t(28) = 2.20, p = .036 recomputed, with the intervals of rounding of both."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal

from replicate.results import Interval

from ..reading.document import Document
from .findings import LIKELY, SURE, Finding, Outcome
from .spoken import LABELS, LONGEST, spoken

NUMBER = r"[+\-\u2212]?\s?\d*\.?\d+"
TEST = re.compile(
    rf"(?<![\w])(?:(?P<what>[tFrzZ]|\u03c7\s?(?:\u00b2|2|\^2)|X\s?(?:\u00b2|\^2)|chi2)\s*(?:[(\[]\s*(?P<one>\d+(?:\.\d+)?)\s*"
    rf"(?:,\s*(?:N\s*=\s*)?(?P<two>\d+(?:\.\d+)?))?\s*[)\]])?\s*=\s*(?P<value>{NUMBER}))"
    r"\s*[,;]\s*p\s*(?P<sign>[<>=\u2264])\s*(?P<p>\d*\.\d+)",
)
ONE_SIDED = re.compile(r"one[- ](?:sided|tailed)", re.I)


@dataclass(frozen=True)
class _Test:
    """A statistic and the p printed for it; `beyond` is the probability beyond a value, on the sides that count."""

    text: str
    value: Interval
    p: Decimal
    places: int
    sign: str
    beyond: Callable[[float], float]


def check(document: Document) -> Outcome:
    """The tests of all sentences whose statistic, degrees of freedom and p stand together."""
    made = Outcome()
    one_sided = any(ONE_SIDED.search(sentence.text) for sentence in document.sentences)
    for sentence in document.sentences:
        if sentence.label not in LABELS or len(sentence.text) > LONGEST:
            continue
        for test in _tests(sentence.text):
            ends = sorted(test.beyond(float(end)) for end in test.value)
            if not all(math.isfinite(end) for end in ends):
                continue  # no such distribution: F(0, 0)
            made.checked["test statistics"] += 1
            if _fits(test, ends[0], ends[1]) or (one_sided and _fits(test, ends[0] / 2, ends[1] / 2)):
                continue
            about = f"{ends[0]:.3g} to {ends[1]:.3g}" if f"{ends[0]:.3g}" != f"{ends[1]:.3g}" else f"{ends[0]:.3g}"
            what = f"{test.text}: the statistic makes p = {about}"
            if _fits(test, ends[0] / 2, ends[1] / 2):
                what += "; on one side alone the printed p would be right, and no one-sided test is named"
            crossed = (test.p <= Decimal("0.05")) != (ends[1] <= 0.05) and (ends[1] <= 0.05) == (ends[0] <= 0.05)
            what += "; significant at 0.05 by one and not by the other" if crossed else ""
            made_p = Interval(Decimal(str(ends[0])), Decimal(str(ends[1])))
            sure = SURE if not _fits(test, ends[0] / 2, ends[1] / 2) else LIKELY
            made.findings.append(
                Finding("test statistic", sure, what, spoken(sentence), (), f"p {test.sign} {test.p}", made_p, "p value")
            )
    return made


def _fits(test: _Test, low: float, high: float) -> bool:
    p, half = float(test.p), 0.5 * 10.0**-test.places
    if test.sign == "=":
        return low <= p + half and p - half <= high
    return high > p if test.sign == ">" else low < p + (half if test.sign == "\u2264" else 0)


def _tests(text: str) -> Iterator[_Test]:
    for found in TEST.finditer(text):
        from scipy import stats

        what, one, two = found["what"], found["one"], found["two"]
        printed = found["value"].replace("\u2212", "-").replace(" ", "")
        half = Decimal(5).scaleb(-len(printed.partition(".")[2]) - 1)
        size = abs(Decimal(printed))
        value = Interval(max(Decimal(0), size - half), size + half)
        p = Decimal(found["p"] if not found["p"].startswith(".") else f"0{found['p']}")
        beyond: Callable[[float], float]
        if what == "t" and one and not two:
            beyond = _of(lambda x, n=float(one): 2 * stats.t.sf(x, n))
        elif what == "F" and one and two:
            beyond = _of(lambda x, n=float(one), m=float(two): stats.f.sf(x, n, m))
        elif what in "zZ" and not one:
            beyond = _of(lambda x: 2 * stats.norm.sf(x))
        elif what == "r" and one and not two and value.high < 1 and float(one) > 0:
            beyond = _of(lambda x, n=float(one): 2 * stats.t.sf(x * (n / (1 - x * x)) ** 0.5, n))
        elif what not in "tFrzZ" and one:
            beyond = _of(lambda x, n=float(one): stats.chi2.sf(x, n))
        else:
            continue
        places = len(found["p"].partition(".")[2])
        yield _Test(found[0], value, p, places, found["sign"], beyond)


def _of(function: Callable[..., float]) -> Callable[[float], float]:
    return lambda x: float(function(x))
