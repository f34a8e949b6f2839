"""Sentences with a tag for each word: parts of speech, supertags, names."""

from __future__ import annotations

from dataclasses import replace
from random import Random

from ..examples import Tagged
from . import meanings
from .meanings import Event, Thing
from .voice import FORMS, Voice


def _tagged(rng: Random, voice: Voice, id: str, field: str, told: Event) -> Tagged:
    words = voice.words(told, **rng.choice(FORMS), link=rng.choice(("", "", "then", "because", "and")))
    return Tagged(id, tuple(w.form for w in words), tuple(getattr(w, field) for w in words))


def udpos(rng: Random, voice: Voice, id: str) -> Tagged:
    """Parts of speech."""
    return _tagged(rng, voice, id, "upos", meanings.event(rng, rate=0.5))


def ccg(rng: Random, voice: Voice, id: str) -> Tagged:
    """Supertags."""
    return _tagged(rng, voice, id, "supertag", meanings.event(rng, rate=0.5))


def panx(rng: Random, voice: Voice, id: str) -> Tagged:
    """Names, in most sentences at least one. Half of the sentences are in lower case, as people type."""
    told = meanings.event(rng, rate=0.4, place=0.7)
    if rng.random() < 0.5:
        told = replace(told, agent=Thing(name=meanings.organisation(rng) if rng.random() < 0.5 else meanings.person(rng)))
    if told.place and rng.random() < 0.5:
        told = replace(told, place=Thing(name=meanings.place_name(rng)))
    tagged = _tagged(rng, voice, id, "entity", told)
    return replace(tagged, words=tuple(word.lower() for word in tagged.words)) if rng.random() < 0.5 else tagged
