"""A sentence as it is compared: the things that it speaks of, and the cues that say what it says of them."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass
from functools import cached_property

from .. import vocabulary
from ..english.cues import Cue, cues
from ..english.numbers import Number, numbers
from ..evidence.terms import LIGATURES, terms
from .synonyms import DEGREE, LIGHT, group

LIGHT_WEIGHT, DEGREE_WEIGHT = 0.1, 0.3
# What points to another text or counts items of a list, and is nothing that a sentence speaks of.
ASIDE = re.compile(
    r"\((?:[^()]*?(?:,|al\.?|and [A-Z]\w+)\s?(?:19|20)\d\d[a-z]?[^()]*|(?:19|20)\d\d[a-z]?|\d{1,2}|[ivx]{1,4})\)"
    r"|\[\d[\d,; \u2013-]*\]"
)
# Who says it, before what is said.
_WHO = (
    r"(?:(?:(?:the|this|our|their) )?(?:paper|study|work|article|authors?|results?|experiments?|findings|evaluation|analys[ei]s)"
    r"|we|they)"
)
_SAY = (
    r"(?:find|found|show|report|state|demonstrate|observe|conclude|note|claim|argue|reveal|indicate|suggest|confirm|see)"
    r"(?:s|ed|d|n)?"
)
FRAME = re.compile(
    rf"^(?:according to {_WHO},\s|as {_WHO} {_SAY},\s|in (?:this|the|our) (?:paper|study|work),\s|{_WHO} {_SAY} that\s)", re.I
)
LONGEST = 1500  # characters that are compared; no sentence is longer


@dataclass(frozen=True)
class Thing:
    """What a sentence speaks of: a name of the field, or a word by its stem. `share` is what it counts beside others."""

    term: str
    start: int
    end: int
    text: str
    name: vocabulary.Name | None = None
    share: float = 1.0

    @property
    def proper(self) -> bool:
        """Whether it names one certain thing: 'BERT', 'p53', 'Greek' in the middle of a sentence."""
        return (
            self.name is not None
            or bool(re.search(r"\d|[a-z][A-Z]|[A-Z]{2}", self.text))
            or (self.start > 0 and self.text[:1].isupper())
        )


@dataclass(frozen=True)
class Said:
    """A sentence, read for comparison. Everything has its place in `text`."""

    text: str
    things: tuple[Thing, ...]
    numbers: tuple[Number, ...]
    cues: tuple[Cue, ...]

    @cached_property
    def places(self) -> dict[str, tuple[int, ...]]:
        """All that it can be found by, stems and the groups of like words, and where each stands."""
        found: dict[str, list[int]] = {}
        for one in terms(self.text):
            for name in {one.term, group(one.term)}:
                found.setdefault(name, []).append(one.start)
        return {name: tuple(there) for name, there in found.items()}

    @cached_property
    def squeezed(self) -> str:
        """Its letters and digits: 'cross-lingual' and 'crosslingual' are one word."""
        return re.sub(r"[\W_]+", "", self.text.translate(LIGATURES).casefold())

    @cached_property
    def names(self) -> tuple[vocabulary.Name, ...]:
        return tuple(dict.fromkeys(one.name for one in self.things if one.name))

    @property
    def asks(self) -> bool:
        return self.text.rstrip(" \"'\u201d)").endswith("?")

    def of(self, kind: str) -> tuple[Cue, ...]:
        """The cues of one kind."""
        return tuple(one for one in self.cues if one.kind == kind)


def stated(text: str) -> str:
    """A claim without who says it: 'the paper finds that X' is X."""
    bare = FRAME.sub("", text)
    return bare[:1].upper() + bare[1:] if bare else text


@functools.lru_cache(maxsize=8192)
def said(text: str) -> Said:
    """A sentence, read for comparison."""
    text = text[:LONGEST].translate(LIGATURES)
    found, counted = cues(text), numbers(text)
    names = [one for one in vocabulary.mentions(text) if not one.near]
    taken = [(one.start, one.end) for one in found] + [(one.start, one.end) for one in counted]
    taken += [match.span() for match in ASIDE.finditer(text)]
    things = dict[tuple[int, int], Thing]()
    for one in names:
        if not any(low < one.end and one.start < high for low, high in taken):
            things.setdefault(
                (one.start, one.end),
                Thing(f"{one.name.kind}:{one.name.id or ' '.join(one.name.open)}", one.start, one.end, one.text, one.name),
            )
    inside = [*taken, *things]
    for term in terms(text):
        if not any(low < term.end and term.start < high for low, high in inside):
            share = LIGHT_WEIGHT if term.term in LIGHT else DEGREE_WEIGHT if term.term in DEGREE else 1.0
            things[term.start, term.end] = Thing(group(term.term), term.start, term.end, text[term.start : term.end], share=share)
    return Said(text, tuple(things[place] for place in sorted(things)), counted, found)
