"""Examples of every task, gold by construction.

A maker draws the meanings with `rng` and lets `voice` say them. It never asks which language it is, so
the same seed gives the same example in every language: test sets are parallel.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from random import Random

from ..examples import Choice, Example, Pair, Span, Tagged
from . import meanings
from .grammar import place_words
from .meanings import Event, Thing
from .voice import Voice

Maker = Callable[[Random, Voice, str], Example]
FORMS: tuple[dict, ...] = ({}, {"passive": True}, {"front": "place"}, {"front": "time"}, {"passive": True, "front": "place"})


def _other(rng: Random, one: object, pool: Sequence) -> object:
    return rng.choice([item for item in pool if item != one])


def _weakened(rng: Random, told: Event, least: int = 1) -> Event:
    """What follows from an event: some of its details dropped, its patient perhaps called by its class."""
    drops: list[Callable[[Event], Event]] = []
    if told.place:
        drops.append(lambda e: replace(e, place=None))
    if told.time:
        drops.append(lambda e: replace(e, time=""))
    if told.agent.adjective:
        drops.append(lambda e: replace(e, agent=replace(e.agent, adjective="")))
    if told.patient and told.patient.adjective:
        drops.append(lambda e: replace(e, patient=replace(e.patient, adjective="")))
    if told.patient and told.patient.noun in meanings.CLASS_OF:
        drops.append(lambda e: replace(e, patient=replace(e.patient, noun=meanings.CLASS_OF[told.patient.noun])))
    rng.shuffle(drops)
    for drop in drops[: rng.randint(min(least, len(drops)), len(drops))]:
        told = drop(told)
    return told


def _contradicted(rng: Random, told: Event) -> Event:
    """What cannot be true beside an event: denied, or elsewhere, at another time, of the opposite kind."""
    ways: list[Event] = [replace(_weakened(rng, told, 0), negated=True)]
    if told.place:
        ways.append(
            replace(_weakened(rng, replace(told, place=None), 0), place=Thing(noun=_other(rng, told.place.noun, meanings.PLACES)))
        )
    if told.time:
        ways.append(replace(_weakened(rng, replace(told, time=""), 0), time=_other(rng, told.time, meanings.TIMES)))
    if told.patient and told.patient.adjective:
        ways.append(replace(told, patient=replace(told.patient, adjective=meanings.OPPOSITE[told.patient.adjective]), place=None))
    return rng.choice(ways)


def _undecided(rng: Random, told: Event) -> Event:
    """What may or may not be true beside an event: a detail that was not told, or the roles exchanged."""
    ways: list[Event] = []
    thin = _weakened(rng, told, 0)
    if not told.place:
        ways.append(replace(thin, place=meanings.somewhere(rng)))
    if not told.time:
        ways.append(replace(thin, time=rng.choice(meanings.TIMES)))
    if told.patient and not told.patient.adjective:
        ways.append(replace(thin, patient=replace(told.patient, adjective=rng.choice(meanings.ADJECTIVES))))
    if told.recipient:
        ways.append(replace(thin, agent=told.recipient, recipient=told.agent))
    ways.append(replace(thin, agent=meanings.someone(rng), patient=told.patient))
    return rng.choice(ways)


def nli(rng: Random, voice: Voice, id: str, adversarial: float = 0.0) -> Pair:
    """A premise and what follows from it, cannot be true beside it, or is left open by it."""
    label, change = rng.choice((("entailment", _weakened), ("neutral", _undecided), ("contradiction", _contradicted)))
    premise = meanings.event(rng, rate=0.5, place=0.6, time=0.5)
    hypothesis = change(rng, premise)
    said = [voice.say(premise, **rng.choice(FORMS[:3]))]
    if rng.random() < adversarial:
        said.insert(rng.randint(0, 1), voice.say(meanings.event(rng)))
    return Pair(id, voice.join(said), voice.say(hypothesis, **rng.choice(FORMS[:2])), label)


def anli(rng: Random, voice: Voice, id: str) -> Pair:
    """As NLI; every second premise comes with a sentence that does not matter."""
    return nli(rng, voice, id, adversarial=0.5)


def _changed(rng: Random, told: Event) -> Event:
    """An event that differs in one participant, its verb or its place."""
    ways = [replace(told, agent=meanings.someone(rng)), replace(told, place=meanings.somewhere(rng))]
    if told.patient:
        ways.append(replace(told, patient=replace(told.patient, noun=_other(rng, told.patient.noun, tuple(meanings.CLASS_OF)))))
        ways.append(replace(told, verb=_other(rng, told.verb, meanings.CHAINED)))
    return rng.choice(ways)


def _swapped(told: Event) -> Event:
    """The same words in other roles."""
    if told.recipient:
        return replace(told, agent=told.recipient, recipient=told.agent)
    return replace(told, agent=replace(told.patient, known=False), patient=told.agent) if told.patient else told


def qqp(rng: Random, voice: Voice, id: str) -> Pair:
    """Two questions: the same one in other words, or one that asks something else."""
    told = meanings.event(rng, rate=0.4, place=0.7, time=0.4)
    role = rng.choice(_askable(told))
    same = rng.random() < 0.5
    other, other_role = told, role
    if not same:
        if len(_askable(told)) > 1 and rng.random() < 0.4:
            other_role = _other(rng, role, _askable(told))
        else:
            other = _changed(rng, told)
    first, second = rng.sample(FORMS[:4], 2)
    return Pair(
        id, voice.say(told, ask=role, **first), voice.say(other, ask=other_role, **second), "duplicate" if same else "different"
    )


def pawsx(rng: Random, voice: Voice, id: str) -> Pair:
    """A sentence turned round, or one of nearly the same words that says something else."""
    agent, patient = meanings.someone(rng), meanings.someone(rng, named=0.4)
    told = Event(rng.choice(meanings.CHAINS["person"]), agent, patient)
    if rng.random() < 0.4:
        goods = Thing(noun=rng.choice(meanings.GOODS))
        told = Event(rng.choice(meanings.TRANSFERS), agent, goods, patient)
    told = meanings.settled(rng, told, 0.7, 0.5)
    same = rng.random() < 0.5
    other = told if same else _swapped(told) if rng.random() < 0.5 else _changed(rng, told)
    first, second = rng.sample(FORMS, 2)
    return Pair(id, voice.say(told, **first), voice.say(other, **second), "paraphrase" if same else "different")


def _askable(told: Event) -> list[str]:
    return [role for role in ("agent", "patient", "recipient", "place", "time") if told.role(role)]


def _passage(rng: Random, voice: Voice, id: str, sentences: int, hint: float, missing: float = 0.0) -> Span:
    """A passage of events and a question on one of them; `hint` is the share of details that the question repeats."""
    told = meanings.events(rng, sentences)
    asked = rng.randrange(sentences)
    event = told[asked]
    role = rng.choice(_askable(event))
    question = event if rng.random() < hint else _weakened(rng, replace(event, **({} if role != "place" else {"time": ""})), 1)
    for kept in ("place", "time"):
        if role == kept:
            question = replace(question, **{kept: event.role(kept)})
    form = {"passive": rng.random() < 0.3}
    absent = rng.random() < missing
    if absent:
        question = (
            replace(question, agent=meanings.someone(rng))
            if role != "agent"
            else _changed(rng, replace(question, agent=event.agent))
        )
    parts, begin, answer, start = [], 0, "", 0
    for number, one in enumerate(told):
        how = rng.choice(FORMS)
        words = voice.words(one, spare=role if number == asked else "", **how)
        written, spans = place_words(words, voice.code)
        if number == asked:
            held = [span for word, span in zip(words, spans, strict=True) if word.role == role and word.upos != "ADP"]
            answer, start = written[held[0][0] : held[-1][1]], begin + held[0][0]
        parts.append(written)
        begin = len(voice.join([*parts, ""]))
    context = voice.join(parts)
    return Span(id, voice.say(question, ask=role, **form), context, () if absent else (answer,), -1 if absent else start)


def squad1(rng: Random, voice: Voice, id: str) -> Span:
    """Questions that say much of what the passage says."""
    return _passage(rng, voice, id, rng.randint(2, 4), hint=0.6)


def squad2(rng: Random, voice: Voice, id: str) -> Span:
    """As SQuAD; a third of the questions has no answer."""
    return _passage(rng, voice, id, rng.randint(2, 4), hint=0.6, missing=1 / 3)


def mlqa(rng: Random, voice: Voice, id: str) -> Span:
    """Longer passages."""
    return _passage(rng, voice, id, rng.randint(4, 6), hint=0.6)


def tydiqa(rng: Random, voice: Voice, id: str) -> Span:
    """Questions of those who have not seen the passage: few details."""
    return _passage(rng, voice, id, rng.randint(2, 3), hint=0.2)


def _chained(rng: Random, length: int) -> tuple[list[Event], list[Event]]:
    """A story, and events of the same participants that do not belong at its next place."""
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
    wrong = [*others[:2], replace(story[-1], agent=meanings.someone(rng))]
    options, label = _options(rng, voice, story[-1], wrong)
    told = [voice.say(meanings.settled(rng, one, 0.4, 0.2), link=rng.choice(("", "then"))) for one in story[:-1]]
    return Choice(id, voice.join(told), "", options, label)


def cosmosqa(rng: Random, voice: Voice, id: str) -> Choice:
    """A story with a hole, and four things that may have happened in it."""
    story, others = _chained(rng, 3)
    options, label = _options(rng, voice, story[1], others[:3])
    context = voice.join([voice.say(meanings.settled(rng, one, 0.4, 0.2)) for one in (story[0], story[2])])
    return Choice(id, context, voice.say(story[1], ask="patient", link="then"), options, label)


def csqa(rng: Random, voice: Voice, id: str) -> Choice:
    """Where a thing is found, or what is done to it, with five answers."""
    group = rng.choice(tuple(meanings.CHAINS))
    noun = rng.choice(meanings.CLASSES[group])
    told = Event(rng.choice(meanings.CHAINS[group]), meanings.someone(rng), Thing(noun=noun))
    if rng.random() < 0.5:
        right, pool, role = meanings.usual_place(noun), list(meanings.PLACES), "place"
    else:
        right, role = noun, "patient"
        pool = [n for g, nouns in meanings.CLASSES.items() if g != group for n in nouns]
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
    """Names: two sentences in three have at least one."""
    told = meanings.event(rng, rate=0.4, place=0.7)
    if rng.random() < 0.5:
        told = replace(told, agent=Thing(name=meanings.organisation(rng) if rng.random() < 0.5 else meanings.person(rng)))
    if told.place and rng.random() < 0.5:
        told = replace(told, place=Thing(name=meanings.place_name(rng)))
    return _tagged(rng, voice, id, "entity", told)


MAKERS: dict[str, Maker] = {
    "anli+": anli, "mnli": nli, "xnli": nli, "qqp": qqp, "pawsx": pawsx, "squad1": squad1, "squad2": squad2,
    "xquad": squad1, "mlqa": mlqa, "tydiqa": tydiqa, "hellaswag": hellaswag, "cosmosqa": cosmosqa, "csqa": csqa,
    "xcopa": xcopa, "ccg": ccg, "udpos": udpos, "panx": panx,
}  # fmt: skip
