"""The ways to read an average: over which of its siblings it may be, and how pairs of metrics enter.

A reading is a tuple of groups of places; the average is the mean of the means of its groups.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from replicate.results import Interval, mean

from ..vocabulary import key
from . import roles
from .findings import every
from .values import Content
from .views import View

METRIC = re.compile(
    r"[\s(/,_-]{0,20}(?<![^\W_])(f1|em|acc|acc\.|accuracy|exact match|precision|recall|prec\.?|rec\.?|p|r)(?![^\W_])[\s)]*", re.I
)
MEAN = "the mean"
PAIRS = ("both", "the first", "the second")
PLAIN = ("the columns of its group", "the rows of its group", "the columns that", "the rows that", "all ", "both ")
ENGLISH = re.compile(r"^(en|eng|english)$", re.I)
WITHOUT = re.compile(r"\b(?:w/o|without|excl\.?|excluding|except|no|non|but|not)\b[- ]?(.*)", re.I)


@dataclass(frozen=True)
class Reading:
    """Over what the mean is, in words and as groups of places; how a pair in a cell ('84.6/83.4') enters."""

    words: str
    groups: tuple[tuple[int, ...], ...]
    pairs: str = MEAN
    plain: bool = True

    @property
    def places(self) -> tuple[int, ...]:
        return tuple(place for group in self.groups for place in group)


def readings(view: View, place: int) -> tuple[Reading, ...]:
    """All defensible readings of the average at this place of every line; the plain one first."""
    made: dict[tuple[tuple[int, ...], ...], Reading] = {}
    for words, places in _bases(view, place):
        for how, groups in _grouped(view, places):
            if len(groups) > 1 and groups not in made:
                made[groups] = Reading(f"{words}{how}", groups, plain=words.startswith(PLAIN))
    whole = tuple(made.values())
    if any(len(entry.content.parts) > 1 for (_, at), entry in view.entries.items() if at != place):
        flat = [one for one in whole if all(len(group) == 1 for group in one.groups)]
        whole += tuple(Reading(f"{one.words}, {pairs} of a pair", one.groups, pairs) for pairs in PAIRS for one in flat)
    return whole


def _bases(view: View, place: int) -> Iterator[tuple[str, list[int]]]:
    path = view.paths[place]
    told = sorted({at for _, at in view.entries})
    others = [one for one in told if one != place and view.roles[one] not in roles.DERIVED]
    averages = [one for one in range(len(view.paths)) if one != place and view.roles[one] == roles.AVERAGE]
    noun = "rows" if view.turned else "columns"
    measures = [one for one in others if view.roles[one] not in (roles.COUNT, roles.RANK)]
    stop = next((number for number, one in enumerate(path) if roles.of_label(one) in (roles.AVERAGE, roles.WHOLE)), len(path) - 1)
    if named := _named(view, path[stop], measures):
        yield f"the {noun} that its header names", named
    under = [one for one in measures if stop and view.paths[one][:stop] == path[:stop]]
    yield f"the {noun} of its group", under
    yield f"{every(len(measures))} {noun}", measures
    yield f"{every(len(others))} {noun}, counts included", others
    tail = path[stop + 1 :]
    yield f"the {noun} of the same metric", [one for one in measures if tail and view.paths[one][-len(tail) :] == tail]
    yield f"the {noun} of the same metric", [one for one in measures if stop and view.paths[one][-1:] == path[:1]]
    before = max((one for one in averages if one < place), default=-1)
    after = min((one for one in averages if one > place), default=len(view.paths))
    yield f"the {noun} before it", [one for one in measures if before < one < place]
    yield f"the {noun} after it", [one for one in measures if place < one < after]
    yield f"{noun} before it", [one for one in measures if one < place]
    yield f"{noun} after it", [one for one in measures if one > place]
    yield f"the other averages of its {noun}", averages
    for base, words in ((measures, f"all {noun}"), (under, f"the {noun} of its group")):
        foreign = [one for one in base if not any(ENGLISH.match(part) for part in view.paths[one])]
        if len(foreign) != len(base):
            yield f"{words} but English", foreign
    yield f"the {noun} but the first", measures[1:]
    metrics = dict.fromkeys(_metric(view.paths[one]) for one in measures)
    for metric in metrics if 1 < len(metrics) < 5 else ():
        yield f"the {noun} of {metric or 'no metric'}", [one for one in measures if _metric(view.paths[one]) == metric]


def _grouped(view: View, places: Sequence[int]) -> Iterator[tuple[str, tuple[tuple[int, ...], ...]]]:
    """These places one by one; and in groups where their paths or their names hold several metrics of one thing."""
    yield "", tuple((one,) for one in places)
    for level in range(2):
        yield ", each group as its own mean", _by(places, [view.paths[one][level : level + 1] for one in places])
    bare = [tuple(METRIC.sub(" ", part).strip().lower() for part in view.paths[one]) for one in places]
    stems = [tuple(part for part in path if part) for path in bare]
    yield ", F1 and EM of a task as their mean", _by(places, stems)


def _by(places: Sequence[int], names: Sequence[tuple[str, ...]]) -> tuple[tuple[int, ...], ...]:
    """Neighbours with the same name together."""
    pairs = zip(places, names, strict=True)
    return tuple(tuple(one for one, _ in group) for _, group in itertools.groupby(pairs, key=lambda pair: pair[1] or pair[0]))


def _metric(path: Sequence[str]) -> str:
    found = METRIC.search(path[-1]) if path else None
    return found[1].lower() if found else ""


def _named(view: View, text: str, places: Sequence[int]) -> list[int]:
    """The places that a header names in words: 'Avg. (w/o Tatoeba, BUCC)', 'Average of XNLI and PAWS-X'."""
    without = WITHOUT.search(text)
    inside = key(without[1] if without else text)
    if not inside:
        return []
    hit = [one for one in places if any(len(key(part)) > 1 and key(part) in inside for part in view.paths[one])]
    return [one for one in places if one not in hit] if hit and without else hit


def value(view: View, line: int, reading: Reading, part: int, parts: int) -> tuple[Interval, list[str]] | None:
    """What a reading makes in a line, and the printed numbers that went in; None where one of them is missing.

    An average of `parts` numbers is taken part by part; a single one takes a pair of a cell as its mean.
    """
    means, members = list[Interval](), list[str]()
    for group in reading.groups:
        made = list[Interval]()
        for place in group:
            entry = view.at(line, place)
            if entry is None:
                return None
            made += _entered(entry.content, part, parts, reading.pairs)
            members.append(entry.cell.text)
        means += made if reading.pairs == PAIRS[0] else [mean(made)]
    return mean(means), members


def _entered(content: Content, part: int, parts: int, pairs: str) -> list[Interval]:
    there = [one.made for one in content.parts]
    if parts > 1 and len(there) == parts:
        return [there[part]]
    if pairs == MEAN:
        return [mean(there)]
    return there if pairs == PAIRS[0] else there[:1] if pairs == PAIRS[1] else there[-1:]
