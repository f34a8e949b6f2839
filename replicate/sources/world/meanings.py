"""What can be said in the world: concepts, what is known of them, and events told in chains.

A meaning belongs to no language; `grammar` speaks it. Knowledge is closed: verbs choose what they are
done to, things have a usual place, and what happens to a thing happens in a usual order.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from random import Random

PEOPLE = tuple("farmer teacher child king baker singer soldier guest".split())
ANIMALS = tuple("dog horse cow goat bird wolf".split())
FOODS = tuple("bread rice apple soup cheese honey".split())
TOOLS = tuple("knife hammer rope lamp basket wheel".split())
GOODS = tuple("book cloth letter coin ring drum".split())
CLASSES = {"person": PEOPLE, "animal": ANIMALS, "food": FOODS, "tool": TOOLS, "goods": GOODS}
CLASS_OF = {noun: name for name, nouns in CLASSES.items() for noun in nouns}
PLACES = tuple("market river house field forest school harbour garden".split())
OPPOSITES = (("red", "green"), ("big", "small"), ("old", "new"), ("good", "bad"))
ADJECTIVES = tuple(word for pair in OPPOSITES for word in pair)
OPPOSITE = {a: b for pair in OPPOSITES for a, b in (pair, pair[::-1])}
TIMES = tuple("yesterday today winter summer".split())
NUMBERS = tuple("two three four five".split())
# What happens to a thing of this class, in its usual order; each step brings the next one about.
CHAINS = {
    "food": tuple("buy wash cook eat".split()),
    "animal": tuple("find catch feed sell".split()),
    "tool": tuple("make use break repair".split()),
    "goods": tuple("take hide lose seek".split()),
    "person": tuple("meet invite help thank".split()),
}
TRANSFERS = tuple("give send".split())
ALONE = tuple("sleep run sing laugh".split())
CHAINED = tuple(verb for chain in CHAINS.values() for verb in chain)
VERBS = CHAINED + TRANSFERS + ALONE
# Nouns that are verbs as well, so that a part of speech needs its context.
HOMOGRAPHS = {"hammer": "use", "guest": "invite", "baker": "cook", "singer": "sing", "wheel": "run"}
GRAMMATICAL = tuple("the a not at to by who what where when and then because so whether yes no".split())
CONCEPTS = (
    *PEOPLE, *ANIMALS, *FOODS, *TOOLS, *GOODS, *CLASSES, *PLACES, *ADJECTIVES, *TIMES, *NUMBERS, *VERBS, *GRAMMATICAL,
    "guild", "bank",
)  # fmt: skip


def usual_place(noun: str) -> str:
    """Where a thing is found; known to all speakers, so a text says it more often than not."""
    nouns = [n for group in CLASSES.values() for n in group]
    return PLACES[(5 * nouns.index(noun) + len(noun)) % len(PLACES)]


@dataclass(frozen=True)
class Name:
    """A proper name: its parts (indices into the world's stock of names) and what it names."""

    parts: tuple[int, ...]
    kind: str


@dataclass(frozen=True)
class Thing:
    """A participant or place: a noun with its modifiers, or a name."""

    noun: str = ""
    name: Name | None = None
    adjective: str = ""
    count: int = 1
    known: bool = False


@dataclass(frozen=True)
class Event:
    """Who did what to whom, where and when."""

    verb: str
    agent: Thing
    patient: Thing | None = None
    recipient: Thing | None = None
    place: Thing | None = None
    time: str = ""
    negated: bool = False

    def role(self, name: str) -> Thing | str | None:
        """The filler of a role by its name."""
        return getattr(self, name)


ROLES = ("agent", "patient", "recipient", "place", "time")


def askable(told: Event) -> list[str]:
    """The roles that an event fills, so that a question can ask for them."""
    return [role for role in ROLES if told.role(role)]


STOCK = 24  # name parts: the first eight are given names, the others name families and towns
GUILD, BANK = -1, -2  # stand for common nouns in the parts of a name


def person(rng: Random) -> Name:
    """A person: a given name, a surname, or both."""
    given, surname = rng.randrange(0, 8), rng.randrange(8, STOCK)
    return Name(rng.choice(((given,), (given,), (given, surname), (surname,))), "PER")


def place_name(rng: Random) -> Name:
    """A town. Towns and families share their names, so what a name names is seen from where it stands."""
    return Name((rng.randrange(8, STOCK),), "LOC")


def organisation(rng: Random) -> Name:
    """A guild or bank called after a founder or a town."""
    return Name((rng.randrange(8, STOCK), rng.choice((GUILD, BANK))), "ORG")


def someone(rng: Random, named: float = 0.5) -> Thing:
    """Someone who acts: a person or organisation by name, or a person by trade."""
    if rng.random() < named:
        return Thing(name=organisation(rng) if rng.random() < 0.2 else person(rng))
    return modified(rng, Thing(noun=rng.choice(PEOPLE)), 0.3)


def modified(rng: Random, thing: Thing, rate: float) -> Thing:
    """The thing, perhaps with an adjective and a number."""
    if thing.name:
        return thing
    if rng.random() < rate:
        thing = replace(thing, adjective=rng.choice(ADJECTIVES))
    if rng.random() < rate / 2:
        thing = replace(thing, count=rng.randint(2, 5))
    return thing


def somewhere(rng: Random, noun: str = "") -> Thing:
    """A place: a thing's usual one more often than not, else any, else a town."""
    if noun and rng.random() < 0.6:
        return Thing(noun=usual_place(noun))
    return Thing(name=place_name(rng)) if rng.random() < 0.3 else Thing(noun=rng.choice(PLACES))


def event(rng: Random, rate: float = 0.4, place: float = 0.5, time: float = 0.3) -> Event:
    """Some event, its participants modified at a rate, placed and dated at others."""
    kind = rng.random()
    agent = someone(rng)
    if kind < 0.12:
        told = Event(rng.choice(ALONE), agent)
    else:
        group = rng.choice(tuple(CHAINS))
        noun = rng.choice(CLASSES[group])
        patient = modified(rng, Thing(noun=noun), rate)
        if kind < 0.3:
            goods = modified(rng, Thing(noun=rng.choice(GOODS + FOODS)), rate)
            told = Event(rng.choice(TRANSFERS), agent, goods, someone(rng))
        else:
            told = Event(rng.choice(CHAINS[group]), agent, patient)
    return settled(rng, told, place, time)


def settled(rng: Random, told: Event, place: float, time: float) -> Event:
    """The event with a place and a time, each at its rate."""
    if rng.random() < place:
        told = replace(told, place=somewhere(rng, told.patient.noun if told.patient else ""))
    if rng.random() < time:
        told = replace(told, time=rng.choice(TIMES))
    return told


def chain(rng: Random, length: int, rate: float = 0.3) -> list[Event]:
    """A story: one agent does to one thing what is usually done to it, in order."""
    group = rng.choice(tuple(CHAINS))
    verbs = CHAINS[group]
    length = min(length, len(verbs))
    begin = rng.randint(0, len(verbs) - length)
    agent, patient = someone(rng), modified(rng, Thing(noun=rng.choice(CLASSES[group])), rate)
    events = []
    for number, verb in enumerate(verbs[begin : begin + length]):
        known = replace(patient, known=number > 0)
        events.append(settled(rng, Event(verb, agent, known), 0.4, 0.2))
    return events


def events(rng: Random, count: int) -> list[Event]:
    """So many events that no agent and no patient share, so that each can be asked for."""
    told: list[Event] = []
    seen: set[object] = set()
    while len(told) < count:
        one = event(rng, place=0.6)
        keys = {key for key in (one.agent, one.patient and one.patient.noun, one.recipient) if key}
        if not keys & seen:
            seen |= keys
            told.append(one)
    return told
