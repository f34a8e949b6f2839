"""A speaker of one language: says meanings as text, either natively or as a poor machine translation would."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from . import grammar, meanings, tree
from .grammar import Word
from .meanings import Event, Thing

# The ways to put a sentence; those that do not apply to an event leave it as it is.
FORMS: tuple[dict[str, Any], ...] = (
    {},
    {"passive": True},
    {"front": "place"},
    {"front": "time"},
    {"passive": True, "front": "place"},
)
TRANSLATION_ERRORS = 0.15  # the share of words that machine translation gets wrong or loses


@dataclass(frozen=True)
class Voice:
    """One language, and the share of words that go wrong in it (0 for native text)."""

    code: str
    errors: float = 0.0
    key: str = ""

    def words(self, told: Event, spare: str = "", **form) -> list[Word]:
        """The sentence as words; errors never touch the words of the role `spare`."""
        spoken = grammar.speak(told, self.code, **form)
        if not self.errors:
            return spoken
        rng = Random(f"{tree.SEED} translation {self.code} {self.key} {told} {form}")
        kept = []
        for one in spoken:
            if one.upos == "PUNCT" or (spare and one.role == spare) or rng.random() >= self.errors:
                kept.append(one)
            elif rng.random() < 0.7:
                wrong = rng.choice(meanings.CONCEPTS)
                kept.append(replace(one, form=grammar.word(wrong, self.code), gloss=wrong))
        return kept

    def say(self, told: Event, **form) -> str:
        """The sentence as text."""
        return grammar.text(self.words(told, **form), self.code)

    def name(self, thing: Thing | str) -> str:
        """A participant, place or time by itself."""
        if isinstance(thing, str):
            return grammar.word(thing, self.code)
        return grammar.text(grammar.thing(thing, self.code, ""), self.code)

    def join(self, sentences: Sequence[str]) -> str:
        """Sentences as a passage."""
        return grammar.join(list(sentences), self.code)
