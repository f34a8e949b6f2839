"""Events made from an event: what follows from it, what cannot be true beside it, what it leaves open."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from random import Random

from . import meanings
from .meanings import Event, Thing


def other(rng: Random, one: str, pool: Sequence[str]) -> str:
    """Another one of the pool."""
    return rng.choice([item for item in pool if item != one])


def same(one: Thing, two: Thing) -> bool:
    """Whether two participants cannot be told apart once their modifiers are dropped."""
    return (one.noun, one.name) == (two.noun, two.name)


def someone_else(rng: Random, one: Thing) -> Thing:
    """Someone who is not this one, however little is told of them."""
    found = meanings.someone(rng)
    while same(found, one):
        found = meanings.someone(rng)
    return found


def weakened(rng: Random, told: Event, least: int = 1) -> Event:
    """What follows from an event: some of its details dropped, its patient perhaps called by its class."""
    patient = told.patient
    drops = ["place"] * bool(told.place) + ["time"] * bool(told.time) + ["agent"] * bool(told.agent.adjective)
    if patient:
        drops += ["patient"] * bool(patient.adjective) + ["class"] * (patient.noun in meanings.CLASS_OF)
    rng.shuffle(drops)
    for drop in drops[: rng.randint(min(least, len(drops)), len(drops))]:
        told = _without(told, drop)
    return told


def _without(told: Event, detail: str) -> Event:
    patient = told.patient
    if detail == "place":
        return replace(told, place=None)
    if detail == "time":
        return replace(told, time="")
    if detail == "agent":
        return replace(told, agent=replace(told.agent, adjective=""))
    assert patient is not None
    if detail == "patient":
        return replace(told, patient=replace(patient, adjective=""))
    return replace(told, patient=replace(patient, noun=meanings.CLASS_OF[patient.noun]))


def contradicted(rng: Random, told: Event) -> Event:
    """What cannot be true beside an event: denied, or elsewhere, at another time, of the opposite kind."""
    ways = [replace(weakened(rng, told, 0), negated=True)]
    if told.place:
        elsewhere = Thing(noun=other(rng, told.place.noun, meanings.PLACES))
        ways.append(replace(weakened(rng, _without(told, "place"), 0), place=elsewhere))
    if told.time:
        ways.append(replace(weakened(rng, _without(told, "time"), 0), time=other(rng, told.time, meanings.TIMES)))
    if told.patient and told.patient.adjective:
        opposite = replace(told.patient, adjective=meanings.OPPOSITE[told.patient.adjective])
        ways.append(replace(told, patient=opposite, place=None))
    return rng.choice(ways)


def undecided(rng: Random, told: Event) -> Event:
    """What may or may not be true beside an event: a detail that was not told, other people, the roles exchanged."""
    thin = weakened(rng, told, 0)
    ways = [replace(thin, agent=someone_else(rng, told.agent)), *[replace(changed(rng, told, 3), place=None)] * 2]
    if not told.place:
        ways.append(replace(thin, place=meanings.somewhere(rng)))
    if not told.time:
        ways.append(replace(thin, time=rng.choice(meanings.TIMES)))
    if told.patient and not told.patient.adjective:
        ways.append(replace(thin, patient=replace(told.patient, adjective=rng.choice(meanings.ADJECTIVES))))
    if told.recipient and not same(told.agent, told.recipient):
        ways.append(swapped(thin))
    return rng.choice(ways)


def changed(rng: Random, told: Event, times: int = 1) -> Event:
    """An event that differs in so many of: who did it, the deed, to what, where."""
    patient = told.patient
    for detail in rng.sample(
        ("agent", "place", "patient", "verb") if patient else ("agent", "place"), min(times, 4 if patient else 2)
    ):
        if detail == "agent":
            told = replace(told, agent=someone_else(rng, told.agent))
        elif detail == "place":
            told = replace(told, place=_elsewhere(rng, told.place))
        elif detail == "verb":
            told = replace(told, verb=other(rng, told.verb, meanings.CHAINED))
        elif patient:
            noun = other(rng, patient.noun, tuple(meanings.CLASS_OF))
            told = replace(told, patient=replace(patient, noun=noun, name=None))
    return told


def _elsewhere(rng: Random, place: Thing | None) -> Thing:
    found = meanings.somewhere(rng)
    while found == place:
        found = meanings.somewhere(rng)
    return found


def swapped(told: Event) -> Event:
    """The same words in other roles."""
    if told.recipient:
        return replace(told, agent=told.recipient, recipient=told.agent)
    return replace(told, agent=replace(told.patient, known=False), patient=told.agent) if told.patient else told
