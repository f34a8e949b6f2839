"""Questions on a passage, answered by a span of it."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from ..examples import Span
from . import meanings, variations
from .grammar import place_words
from .meanings import Event, Thing
from .voice import FORMS, Voice


def passage(rng: Random, voice: Voice, id: str, sentences: int, full: float, missing: float = 0.0) -> Span:
    """A passage of events and a question on one of them.

    `full` is the share of questions that repeat all details, `missing` that of questions without an answer.
    """
    told = meanings.events(rng, sentences)
    number = rng.randrange(sentences)
    event = told[number]
    role = rng.choice(meanings.askable(event))
    question = event if rng.random() < full else _asked(rng, event, role)
    if absent := rng.random() < missing:
        question = _elsewhere(rng, question, role)
    passive = rng.random() < 0.3
    parts: list[str] = []
    answer, start = "", -1
    for index, one in enumerate(told):
        words = voice.words(one, spare=role if index == number else "", **rng.choice(FORMS))
        written, spans = place_words(words, voice.code)
        if index == number and not absent:
            held = [span for word, span in zip(words, spans, strict=True) if word.role == role and word.upos != "ADP"]
            answer, start = written[held[0][0] : held[-1][1]], len(voice.join([*parts, ""])) + held[0][0]
        parts.append(written)
    answers = () if absent else (answer,)
    return Span(id, voice.say(question, ask=role, passive=passive), voice.join(parts), answers, start)


def _asked(rng: Random, event: Event, role: str) -> Event:
    """The event with fewer details, but for the one that is asked for."""
    thin = variations.weakened(rng, event)
    if role == "place":
        return replace(thin, place=event.place)
    return replace(thin, time=event.time) if role == "time" else thin


def _elsewhere(rng: Random, question: Event, role: str) -> Event:
    """A question that the passage says nothing on: of somebody else, or of another deed."""
    if role != "agent":
        return replace(question, agent=variations.someone_else(rng, question.agent))
    patient = Thing(noun=variations.other(rng, question.patient.noun if question.patient else "", tuple(meanings.CLASS_OF)))
    return replace(question, patient=patient, verb=rng.choice(meanings.CHAINED))


def squad1(rng: Random, voice: Voice, id: str) -> Span:
    """Questions that say much of what the passage says."""
    return passage(rng, voice, id, rng.randint(2, 3), full=0.6)


def squad2(rng: Random, voice: Voice, id: str) -> Span:
    """As SQuAD; a third of the questions has no answer."""
    return passage(rng, voice, id, rng.randint(2, 3), full=0.6, missing=1 / 3)


def mlqa(rng: Random, voice: Voice, id: str) -> Span:
    """Longer passages."""
    return passage(rng, voice, id, rng.randint(3, 5), full=0.6)


def tydiqa(rng: Random, voice: Voice, id: str) -> Span:
    """Questions of those who have not seen the passage: few details."""
    return passage(rng, voice, id, 2, full=0.2)
