"""Assertions read out of English. What the rules do not understand is listed with its reason and never guessed."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from ..records import Assertion
from ..shortened import clipped
from . import compared as comparisons
from . import cues, measured, stated
from .atoms import atoms
from .found import Found
from .scene import Scene, scene
from .voices import active

LONGEST = 2_000
SHOWN = 80  # characters of what was not read


@dataclass(frozen=True)
class Reading:
    """What a text asserts, as data, and the parts of it that no assertion holds: 'part: why'."""

    asserts: tuple[Assertion, ...]
    unread: tuple[str, ...] = ()


@functools.lru_cache(maxsize=1 << 12)  # a claim is read once to be checked, and again to say what was not read
def read(text: str, broken: bool = False) -> Reading:
    """The assertions of a claim, in the order of its statements.

    `broken` says that the text stops in the middle of a word: a number that it ends with may lack digits and is not read.
    """
    asserts, unread = dict[Assertion, None](), dict[str, None]()
    whole = re.sub(r"\s+", " ", text).strip()
    for atom in atoms(whole):
        if len(atom.text) > LONGEST:
            unread[f"{atom.text[:60]}\u2026: too long for a sentence"] = None
            continue
        seen = scene(active(atom.text))
        found = Found()
        if broken and seen.numbers and seen.numbers[-1].end == len(seen.text) and atom.end == len(whole):
            found.leave(seen.numbers[-1], "the claim stops in the middle of it")
            found.used.add(seen.numbers[-1].start)
        if atom.text.endswith("?"):
            unread[f"{clipped(atom.text, SHOWN)}: a question"] = None
            continue
        for reader in (stated.read, measured.read, comparisons.read):
            reader(seen, found)
        asserts |= dict.fromkeys(found.asserts)
        unread |= dict.fromkeys(_left(seen, found, atom.text))
    return Reading(tuple(asserts), tuple(unread))


def _left(seen: Scene, found: Found, said: str) -> list[str]:
    """What of a statement is in no assertion: numbers first, then the statement as a whole, as it was said."""
    left = [
        f"{seen.text[one.start : one.end]}: {found.why.get(one.start) or 'what it counts or measures is not clear'}"
        for one in seen.numbers
        if one.start not in found.used or one.start in found.why
    ]
    if found.asserts or left:
        return left
    return [f"{clipped(said.removesuffix('.'), SHOWN)}: {_why(scene(said))}"]


def _why(seen: Scene) -> str:
    """Why nothing was read of a statement that has no number."""
    if seen.hedge:
        return f"hedged ('{seen.hedge}')"
    if seen.strange:
        return f"{seen.strange[0]} is no task that is known here"
    if seen.qualified:
        return seen.qualified
    if seen.narrowed:
        return f"what it is said of is narrower than an assertion can be: '{clipped(seen.narrowed, SHOWN)}'"
    if seen.of(cues.DIRECTION):
        return "it names no single system, or not for how many it holds"
    return "no number, order or set-up that an assertion can say"
