"""Several options, one right: how a story goes on, what a hole in it hides, how the world is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from ..examples import Choice
from . import meanings, variations
from .meanings import Event, Thing
from .voice import Voice


def _chained(rng: Random, length: int) -> tuple[list[Event], list[Event]]:
    """A story, and events of the same participants that do not belong in it."""
    group = rng.choice(tuple(meanings.CHAINS))
    verbs = meanings.CHAINS[group]
    begin = rng.randint(0, len(verbs) - length)
    agent, noun = meanings.someone(rng), rng.choice(meanings.CLASSES[group])
    patient = meanings.modified(rng, Thing(noun=noun, known=True), 0.3)
    story = [Event(verb, agent, patient) for verb in verbs[begin : begin + length]]
    others = [Event(verb, agent, patient) for verb in meanings.CHAINED if verb not in verbs[begin : begin + length]]
    rng.shuffle(others)
    return story, others


def _options(rng: Random, voice: Voice, right: Event, wrong: Sequence[Event]) -> tuple[tuple[str, ...], int]:
    options = [right, *wrong]
    rng.shuffle(options)
    return tuple(voice.say(one) for one in options), options.index(right)


def hellaswag(rng: Random, voice: Voice, id: str) -> Choice:
    """The beginning of a story and four endings."""
    story, others = _chained(rng, 3)
    wrong = [*others[:2], replace(story[-1], agent=variations.someone_else(rng, story[-1].agent))]
    options, label = _options(rng, voice, story[-1], wrong)
    told = [voice.say(meanings.settled(rng, one, 0.4, 0.2), link=rng.choice(("", "then"))) for one in story[:-1]]
    return Choice(id, voice.join(told), "", options, label)


def cosmosqa(rng: Random, voice: Voice, id: str) -> Choice:
    """A story with a hole, and four things that may have happened in it."""
    story, others = _chained(rng, 3)
    options, label = _options(rng, voice, story[1], others[:3])
    context = voice.join([voice.say(meanings.settled(rng, one, 0.4, 0.2)) for one in (story[0], story[2])])
    return Choice(id, context, voice.join([voice.name("then"), voice.name("what")]) + "?", options, label)


def csqa(rng: Random, voice: Voice, id: str) -> Choice:
    """Where a thing is found, or what is done to it, with five answers."""
    group = rng.choice(tuple(meanings.CHAINS))
    noun = rng.choice(meanings.CLASSES[group])
    told = Event(rng.choice(meanings.CHAINS[group]), meanings.someone(rng), Thing(noun=noun))
    right, role, pool = noun, "patient", [n for g, nouns in meanings.CLASSES.items() if g != group for n in nouns]
    if rng.random() < 0.5:
        right, role, pool = meanings.usual_place(noun), "place", list(meanings.PLACES)
    options = [right, *rng.sample([n for n in pool if n != right], 4)]
    rng.shuffle(options)
    return Choice(id, "", voice.say(told, ask=role), tuple(voice.name(Thing(noun=n)) for n in options), options.index(right))


def xcopa(rng: Random, voice: Voice, id: str) -> Choice:
    """What came of it, or what brought it about?"""
    story, others = _chained(rng, 2)
    effect = rng.random() < 0.5
    premise, right = story if effect else story[::-1]
    options, label = _options(rng, voice, right, others[:1])
    return Choice(id, voice.say(premise), voice.name("so" if effect else "because"), options, label)
