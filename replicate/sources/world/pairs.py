"""Pairs of sentences: inference and paraphrase."""

from __future__ import annotations

from dataclasses import replace
from random import Random
from typing import Any

from ..examples import Pair
from . import meanings, variations
from .meanings import Event, Thing
from .voice import FORMS, Voice

SCRAMBLED = 0.2  # the share of false paraphrases that exchange roles; the others change what is told


def nli(rng: Random, voice: Voice, id: str, adversarial: float = 0.0) -> Pair:
    """A premise and what follows from it, cannot be true beside it, or is left open by it."""
    ways = {"entailment": variations.weakened, "neutral": variations.undecided, "contradiction": variations.contradicted}
    label = rng.choice(tuple(ways))
    premise = meanings.event(rng, rate=0.5, place=0.6, time=0.5)
    hypothesis = ways[label](rng, premise)
    said = [voice.say(premise, **rng.choice(FORMS[:3]))]
    if rng.random() < adversarial:
        said.insert(rng.randint(0, 1), voice.say(meanings.event(rng)))
    return Pair(id, voice.join(said), voice.say(hypothesis, **rng.choice(FORMS[:2])), label)


def anli(rng: Random, voice: Voice, id: str) -> Pair:
    """As NLI; one premise in three comes with a sentence that does not matter."""
    return nli(rng, voice, id, adversarial=1 / 3)


def qqp(rng: Random, voice: Voice, id: str) -> Pair:
    """Two questions: the same one in other words, or one that asks something else."""
    told = meanings.event(rng, rate=0.4, place=0.7, time=0.4)
    roles = meanings.askable(told)
    role = asked = rng.choice(roles)
    again, same = told, rng.random() < 0.5
    if not same:
        if len(roles) > 1 and rng.random() < 0.4:
            asked = variations.other(rng, role, roles)
        else:
            again = variations.changed(rng, told)
            # A question does not say what it asks for: where that alone has changed, it is the same question.
            asked_away: dict[str, Any] = {role: told.role(role)}
            while replace(again, **asked_away) == told:
                again = variations.changed(rng, told)
    first, second = rng.sample(FORMS[:4], 2)
    label = "duplicate" if same else "different"
    return Pair(id, voice.say(told, ask=role, **first), voice.say(again, ask=asked, **second), label)


def pawsx(rng: Random, voice: Voice, id: str) -> Pair:
    """A sentence turned round, or one of nearly the same words that says something else."""
    agent, patient = meanings.someone(rng), meanings.someone(rng, named=0.4)
    while variations.same(agent, patient):  # their roles may be exchanged
        patient = meanings.someone(rng, named=0.4)
    told = Event(rng.choice(meanings.CHAINS["person"]), agent, patient)
    if rng.random() < 0.4:
        told = Event(rng.choice(meanings.TRANSFERS), agent, Thing(noun=rng.choice(meanings.GOODS)), patient)
    told = meanings.settled(rng, told, 0.4, 0.2)
    same, again = rng.random() < 0.5, told
    if not same:
        again = variations.swapped(told) if rng.random() < SCRAMBLED else variations.changed(rng, told, rng.choice((1, 2, 3)))
    first, second = rng.sample(FORMS, 2)
    return Pair(id, voice.say(told, **first), voice.say(again, **second), "paraphrase" if same else "different")
