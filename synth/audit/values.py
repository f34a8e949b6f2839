"""The text of a cell -> the numbers in it, each with the interval of its rounding."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from decimal import Decimal

from replicate.results import Interval, interval

MINUS = str.maketrans({"\u2212": "-", "\u2013": "-", "\u2010": "-", "\u2011": "-", "\uff0d": "-"})
SMALL = str.maketrans("₀₁₂₃₄₅₆₇₈₉₊₋⁺⁻", "0123456789+-+-")
DIGITS = r"(?:\d{1,3}(?:,\d{3})+|\d+)?(?:\.\d+)?"
NUMBER = re.compile(rf"(?P<sign>[+-]\s?)?(?P<money>[$€£])?(?P<digits>{DIGITS})\s?(?P<unit>%|[kKMB](?![A-Za-z])|[x\u00d7](?!\w))?")
SPREAD = re.compile(rf"\s*(?:\(\s*)?(?:\u00b1|\+/-|\+-)\s*(?P<digits>{DIGITS})\s*%?\s*\)?")
BRACKET = re.compile(rf"\s*[(\[]\s*(?P<inner>[\u2191\u2193]?\s*[+-]?\s?{DIGITS}\s?%?)\s*[)\]]")
LOW = re.compile(r"(?P<raised>[₊₋⁺⁻]?)(?P<digits>[₀-₉]{1,30}(?:\.[₀-₉]{1,30})?)$")
_MARK = r"[\s*\u2217\u2020\u2021\u00a7\u00b6\u2191\u2193\u22c6\u2605]"
MARKS = re.compile(rf"(?<!{_MARK}){_MARK}+$")
LONGEST = 18  # characters of a number: what is longer was put together by mistake
EMPTY = frozenset(("", "-", "--", "n/a", "na", "n.a.", "\u2014", "none", "nan", "/", "?", "x", "\u2717", "\u2713"))
UNITS = {"k": Decimal(10) ** 3, "m": Decimal(10) ** 6, "b": Decimal(10) ** 9}


@dataclass(frozen=True)
class Value:
    """One printed number. `made` is what it may have been before it was rounded, K, M and B multiplied out."""

    printed: str
    value: Decimal
    made: Interval
    places: int
    signed: bool = False
    unit: str = ""

    @property
    def whole(self) -> bool:
        return not self.places and not self.unit

    @property
    def step(self) -> Decimal:
        """One in the last digit that is printed."""
        return self.made.high - self.made.low

    @property
    def cut(self) -> Interval:
        """What it may have been if it was cut and not rounded, or rounded."""
        low, high = self.made
        return Interval(low, high + self.step / 2) if self.value >= 0 else Interval(low - self.step / 2, high)


@dataclass(frozen=True)
class Content:
    """What a cell says: one value, or several with / between; a spread behind it; a number in brackets behind it."""

    parts: tuple[Value, ...]
    spread: Value | None = None
    beside: Value | None = None

    @property
    def one(self) -> Value | None:
        return self.parts[0] if len(self.parts) == 1 else None


def value(text: str) -> Value | None:
    """The number that a whole text prints; None where it is not one."""
    found = NUMBER.fullmatch(text.strip().translate(MINUS))
    if not found or not found["digits"] or len(found["digits"]) > LONGEST:
        return None
    sign = (found["sign"] or "").strip()
    made = interval(f"{sign}{found['digits']}")
    middle, unit = (made.low + made.high) / 2, found["unit"] or found["money"] or ""
    factor = UNITS.get(unit.lower(), Decimal(1))
    places = len(found["digits"].partition(".")[2])
    scaled = Interval(made.low * factor, made.high * factor)
    return Value(text.strip(), middle * factor, scaled, places, bool(sign), unit)


@functools.lru_cache(maxsize=50_000)
def content(text: str) -> Content | None:
    """What a cell says; None where it holds no number or more than is understood."""
    plain = MARKS.sub("", text.translate(MINUS).strip())
    if not any("0" <= one <= "9" for one in plain) or plain.lower() in EMPTY:
        return None
    spread = beside = None
    if low := LOW.search(plain):
        small = value(low[0].translate(SMALL))
        spread, beside = (None, small) if low["raised"] else (small, None)
        plain = plain[: low.start()].rstrip(" \u00b1")
    parts = re.split(r"\s*/\s*", plain) if "+/-" not in plain else [plain]
    if len(parts) > 1:
        values = tuple(value(MARKS.sub("", one)) for one in parts)
        return Content(tuple(one for one in values if one)) if all(values) and len(parts) < 5 else None
    first = NUMBER.match(plain)
    if not first or not first["digits"] or len(first["digits"]) > LONGEST:
        return None
    main, rest = value(first[0]), plain[first.end() :]
    if found := SPREAD.match(rest):
        spread, rest = value(found["digits"]), rest[found.end() :]
    if found := BRACKET.match(rest):
        inner = found["inner"].replace("\u2191", "+").replace("\u2193", "-").replace("+ -", "-").replace("+-", "-")
        beside, rest = value(re.sub(r"^([+-])\s*[+-]?\s*", r"\1", inner)), rest[found.end() :]
    if main is None or MARKS.sub("", rest):
        return None
    return Content((main,), spread, beside)
