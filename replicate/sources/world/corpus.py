"""Monolingual text: every language tells stories of the same world, never the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from . import meanings, tree, variations
from .voice import FORMS, Voice


def document(rng: Random, voice: Voice) -> str:
    """A short text: a chain of events or some unrelated ones, of which some are told again, asked about, denied.

    Texts say things more than once, as real ones do: that is what a masked word can be read off.
    """
    told = meanings.chain(rng, rng.randint(2, 3)) if rng.random() < 0.6 else meanings.events(rng, 2)
    sentences = []
    for number, one in enumerate(told):
        link = rng.choice(("", "then", "so", "and")) if number else ""
        sentences.append(voice.say(one, link=link, **rng.choice(FORMS)))
    for _ in range(rng.randint(1, 2)):
        sentences += _again(rng, voice, rng.choice(told))
    if rng.random() < 0.3:
        sentences = [*sentences[len(told) :], *sentences[: len(told)]]
    return voice.join(sentences)


def _again(rng: Random, voice: Voice, told: meanings.Event) -> list[str]:
    """What is told, said again: in other words, as a question with its answer, or as a reason."""
    kind, passive = rng.random(), rng.random() < 0.3
    if kind < 0.3:
        return [voice.say(told, **rng.choice(FORMS))]
    if kind < 0.6:
        role = rng.choice(meanings.askable(told))
        return [voice.say(told, ask=role, passive=passive), voice.name(told.role(role) or "") + "."]
    if kind < 0.95:
        false = rng.random() < 0.5
        ways = (variations.changed, variations.contradicted, lambda _, one: variations.swapped(one))
        asked = rng.choice(ways)(rng, told) if false else variations.weakened(rng, told, 0)
        truth = asked == told or not false
        return [voice.say(asked, ask="whether", passive=passive), voice.name("yes" if truth else "no") + "."]
    return [voice.say(told, link="because")]


def documents(code: str) -> Iterator[str]:
    """The corpus of a language, as long as its size says."""
    tongue = tree.BY_CODE[code]
    voice = Voice(code)
    for number in range(tongue.documents):
        yield document(Random(f"{tree.SEED} text {code.partition('-')[0]} {tongue.variant} {number}"), voice)
