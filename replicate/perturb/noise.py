"""A text, hit by a kind of perturbation at a rate: the same letters for the same seed, and more of them at a higher rate."""

from __future__ import annotations

import math
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any, NamedTuple

from ..problems import Problem, unknown
from . import graphemes
from .kinds import KINDS, Text

VERSION = 1  # a change that hits other letters, or puts others in their place, raises it: it stands in every setting
END = "\n"  # between the parts of one text; no unit melts into it
Ranges = Sequence[tuple[int, int]]


@dataclass(frozen=True)
class Perturbation:
    """What is done to texts: a kind, the share of the units that it can hit which are hit, and a seed.

    A Problem where there is no such kind or the rate is not from 0 to 1.
    """

    kind: str
    rate: float
    seed: int = 0

    def __post_init__(self) -> None:
        if not isinstance(self.kind, str) or self.kind not in KINDS:
            raise unknown("kind of perturbation", str(self.kind), KINDS)
        if isinstance(self.rate, bool) or not isinstance(self.rate, int | float) or not 0 <= self.rate <= 1:
            raise Problem(f"rate {self.rate!r}: expected a number from 0 to 1, the share of letters to hit")
        if isinstance(self.seed, bool) or not isinstance(self.seed, int):
            raise Problem(f"seed {self.seed!r}: expected a whole number")
        if self.kind == "none" and self.rate:
            raise Problem(f"the kind none changes nothing, so it has no rate of {self.rate:g}; leave it out or name another kind")
        object.__setattr__(self, "rate", float(self.rate))

    @property
    def idle(self) -> bool:
        """Whether it changes nothing."""
        return self.rate == 0

    def settings(self) -> dict[str, Any]:
        """As it stands in the settings of a step: all that decides what becomes of a text."""
        return {"kind": self.kind, "rate": self.rate, "seed": self.seed, "version": VERSION}

    def row(self) -> dict[str, Any]:
        """As it stands in the columns of results."""
        return {"perturbation": "" if self.kind == "none" else self.kind, "rate": self.rate}


def read(setting: Mapping[str, Any] | None) -> Perturbation:
    """The perturbation that a setting names, `{"kind": ..., "rate": ..., "seed": ...}`; none where there is no setting."""
    if setting is None:
        return Perturbation("none", 0.0)
    for key in setting:
        if key not in ("kind", "rate", "seed", "version"):
            raise unknown("setting of a perturbation", key, ("kind", "rate", "seed"))
    if absent := {"kind", "rate"} - set(setting):
        raise Problem(f"a perturbation needs {' and '.join(sorted(absent))}; it has {', '.join(setting) or 'nothing'}")
    if setting.get("version", VERSION) != VERSION:
        raise Problem(f"a perturbation of version {setting['version']}; this program makes version {VERSION}: plan it again")
    return Perturbation(setting["kind"], setting["rate"], setting.get("seed", 0))


class Count(NamedTuple):
    """The units of some texts, those among them that the kind can hit, and those that it did hit."""

    graphemes: int = 0
    could: int = 0
    hit: int = 0

    def plus(self, other: Count) -> Count:
        return Count(*(a + b for a, b in zip(self, other, strict=True)))

    def __str__(self) -> str:
        share = f" ({100 * self.hit / self.could:.1f}%)" if self.could else ""
        return f"{self.hit:,} of {self.could:,} graphemes that can be hit{share}, {self.graphemes:,} in all"


@dataclass(frozen=True)
class Hit:
    """What became of the parts of a text, and how much of it was hit."""

    parts: tuple[str, ...]
    count: Count
    text: Text | None = None

    def moved(self, offset: int) -> int:
        """Where the character that stood at an offset of the first part, at or inside what was kept, stands now."""
        if self.text is None:
            return offset
        old = new = 0
        for place, unit in enumerate(self.text.units):
            if old + len(unit) > offset:
                break
            old += len(unit)
            new += sum(map(len, self.text.now.get(place, (unit,))))
        return new + offset - old


def hit(parts: Sequence[str], noise: Perturbation, code: str, key: str, keep: Ranges = ()) -> Hit:
    """The parts of one text, hit together: their number stays, and none of them becomes empty.

    `keep` are ranges of characters of the first part that stay as they are; `key` tells the text from all others, its
    language apart. Letters are hit in an order that seed, kind, language and key decide. The rate says how far down the order, so
    what is hit at a rate is hit, in the same way, at every higher one. The number of hits is the rate times what can be
    hit, rounded up or down by one draw for the text: right on the average, however short the texts are.
    """
    kind, cut = KINDS[noise.kind], [graphemes.units(part) for part in parts]
    total = sum(map(len, cut))
    if noise.kind == "none":
        return Hit(tuple(parts), Count(total))
    units = [unit for part in cut for unit in (*part, END)]
    text = Text(units, _free(cut[0] if cut else [], keep, len(units)), code, _decomposed("".join(parts)))
    places = kind.could(text)
    could = len(places) if kind.size == 1 else len({place + k for place in places for k in range(kind.size)})
    rng = Random(f"perturb {VERSION} {noise.seed} {noise.kind} {code} {key}")
    wanted = math.floor(noise.rate * could / kind.size + rng.random())
    draws = [rng.random() for _ in places]
    hits = 0
    for number in _order(draws, wanted):
        if hits >= wanted:
            break
        if (change := kind.change(text, places[number], rng.random())) is not None:
            text.now.update(change)
            hits += 1
    return Hit(tuple(_joined(text, cut)), Count(total, could, hits * kind.size), text)


def _decomposed(text: str) -> bool:
    """Text in both normal forms, or in none, counts as composed."""
    return not unicodedata.is_normalized("NFC", text) and unicodedata.is_normalized("NFD", text)


def _free(first: Sequence[str], keep: Ranges, count: int) -> list[bool]:
    """Which units may be hit: those that hold no character of a range."""
    free, ends = [True] * count, sorted(keep)
    if not ends:
        return free
    offset = 0
    for place, unit in enumerate(first):
        stop = offset + len(unit)
        free[place] = not any(begin < stop and offset < end for begin, end in ends)
        offset = stop
    return free


def _order(draws: Sequence[float], wanted: int) -> Iterator[int]:
    """The numbers of the draws, smallest draw first; sorted a part at a time, for few of many are wanted."""
    begin, step = 0.0, max(0.05, 1.1 * wanted / max(1, len(draws)))
    while begin < 1:
        end = begin + step
        yield from sorted((k for k, draw in enumerate(draws) if begin <= draw < end), key=draws.__getitem__)
        begin = end


def _joined(text: Text, cut: Sequence[Sequence[str]]) -> list[str]:
    standing, found, begin = list(text.units), [], 0
    for place, pieces in text.now.items():
        standing[place] = "".join(pieces)
    for part in cut:
        found.append("".join(standing[begin : begin + len(part)]))
        begin += len(part) + 1
    return found
