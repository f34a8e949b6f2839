"""Retrieval in the world: collections of sentences in two languages, and what belongs together."""

from __future__ import annotations

from random import Random

from ..examples import Mining
from . import meanings, tree
from .voice import Voice

SIZES = {"tatoeba": 100, "bucc2018": 120, "lareqa": 60}


def _rich(rng: Random) -> meanings.Event:
    return meanings.event(rng, rate=0.6, place=0.8, time=0.5)


def tatoeba(rng: Random, code: str, id: str, size: int) -> Mining:
    """Sentences of the pivot, each with one translation."""
    told = [_rich(rng) for _ in range(size)]
    pivot, foreign = Voice(tree.PIVOT), Voice(code)
    pairs = tuple((number, number) for number in range(size))
    return Mining(id, tuple(pivot.say(e) for e in told), tuple(foreign.say(e) for e in told), pairs)


def bucc(rng: Random, code: str, id: str, size: int) -> Mining:
    """Two collections of which a third is translations of each other, the rest merely alike."""
    shared = [_rich(rng) for _ in range(size // 3)]
    ours = shared + [_rich(rng) for _ in range(size - len(shared))]
    theirs = shared + [_rich(rng) for _ in range(size - len(shared))]
    rng.shuffle(theirs)
    pivot, foreign = Voice(tree.PIVOT), Voice(code)
    gold = tuple((number, theirs.index(told)) for number, told in enumerate(shared))
    return Mining(id, tuple(foreign.say(e) for e in ours), tuple(pivot.say(e) for e in theirs), gold)


def lareqa(rng: Random, code: str, id: str, size: int) -> Mining:
    """Questions of one language; answering sentences of all languages of the demonstration."""
    told = meanings.events(rng, min(size, 20))
    asks = [rng.choice([r for r in ("agent", "patient") if e.role(r)]) for e in told]
    candidates: list[str] = []
    gold: list[tuple[int, int]] = []
    for other in tree.DEMO:
        for number, one in enumerate(told):
            gold.append((number, len(candidates)))
            candidates.append(Voice(other).say(one))
    queries = tuple(Voice(code).say(e, ask=role) for e, role in zip(told, asks, strict=True))
    return Mining(id, queries, tuple(candidates), tuple(gold))


MINERS = {"tatoeba": tatoeba, "bucc2018": bucc, "lareqa": lareqa}
