"""A compound claim as single statements, each a whole sentence again. What cannot be taken apart safely stays whole."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ..reading.prose import split
from . import lists
from .clauses import RULES, Piece


@dataclass(frozen=True)
class Atom:
    """One statement: `text` is a sentence that stands alone, made out of the characters from `start` to `end` of the claim."""

    text: str
    start: int
    end: int


LONGEST = 2_000  # characters of a sentence that is taken apart; what is longer is no sentence of a person
DEEPEST = 6


@functools.lru_cache(maxsize=1 << 12)
def atoms(text: str) -> tuple[Atom, ...]:
    """The statements of a text in their order; together they assert what the text asserts, no more and no less."""
    found = dict[Atom, None]()
    for start, end in split(text):
        sentence = text[start:end].strip()
        unquoted = sentence.rstrip("\"'\u201d)")
        bare = unquoted.rstrip(".!?")
        stop = unquoted[len(bare) :]
        body = bare if stop and stop[0] != "?" else sentence
        if len(body) > LONGEST or sentence.endswith("?"):
            found[Atom(sentence, start, end)] = None
            continue
        pieces = list(_apart(Piece(body, start, start + len(body)), DEEPEST))
        for piece in pieces:
            whole = bool(stop) or piece.end < start + len(body)  # what ends a sentence that was cut off is cut off too
            # A sentence that was not taken apart is given back as it stands.
            said = sentence if len(pieces) == 1 else _sentence(piece.text, whole)
            found[Atom(said, piece.start, end if len(pieces) == 1 else piece.end)] = None
    return tuple(found)


def _apart(piece: Piece, depth: int) -> Iterator[Piece]:
    rules: tuple[Callable[[str], list[Piece]], ...] = (*RULES, _listed)
    for rule in rules if depth else ():
        if len(parts := rule(piece.text)) > 1:
            literal = piece.end - piece.start == len(piece.text)
            for part in parts:
                place = (piece.start + part.start, piece.start + part.end) if literal else (piece.start, piece.end)
                yield from _apart(Piece(part.text.strip(), *place), depth - 1)
            return
    yield piece


def _listed(text: str) -> list[Piece]:
    for rule in (lists.pairs, lists.respective):
        if len(made := rule(text)) > 1:
            return [Piece(one, 0, len(text)) for one in made]
    return []


def _sentence(text: str, whole: bool) -> str:
    """A piece with a capital and its full stop."""
    text = re.sub(r"\s+", " ", text).strip(" ,;")
    return text[:1].upper() + text[1:] + ("." if whole and text[-1:] not in ".!?" else "")
