"""Monolingual text: every language tells stories of the same world, never the same ones."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random

from . import meanings, tree
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
        again, kind = rng.choice(told), rng.random()
        if kind < 0.4:
            sentences.append(voice.say(again, **rng.choice(FORMS)))
        elif kind < 0.85:
            role = rng.choice(meanings.askable(again))
            question = voice.say(again, ask=role, passive=rng.random() < 0.3)
            sentences += [question, f"{voice.name(again.role(role) or '')}."]
        else:
            sentences.append(voice.say(again, link="because"))
    if rng.random() < 0.3:
        sentences = [*sentences[len(told) :], *sentences[: len(told)]]
    return voice.join(sentences)


def documents(code: str) -> Iterator[str]:
    """The corpus of a language, as long as its size says."""
    tongue = tree.BY_CODE[code]
    voice = Voice(code)
    for number in range(tongue.documents):
        yield document(Random(f"{tree.SEED} text {code.partition('-')[0]} {tongue.variant} {number}"), voice)
