"""A claim beside a short text, an abstract, as numbers: how much of it stands there, and whether in the same sense.

The model of labels weighs them. Features of sense change their sign, and nothing else, when the claim is turned into its
opposite ('not', 'lower' for 'higher'); features of what is shared do not change at all.
"""

from __future__ import annotations

import functools
import itertools
import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ..evidence.terms import terms
from .polarity import clauses, sense, signed

Rarity = Callable[[str], float]
Named = dict[str, float]
PREFIX = 5  # letters that words of one family share
DENIAL = re.compile(r"\b(?:not|no|cannot|never|neither|nor|unlikely|without|unable|\w+n['\u2019]t)\b", re.I)
STEEP, GENTLE, STEEPEST = 1.5, 2.0, 3.0  # how much more a passage counts that covers more of the claim
NEAR, WIDE = (2.0, 1.0), (4.0, 1.5)  # words between a turning word and the claim's words, and how softly that ends


@dataclass(frozen=True)
class Text:
    """A sentence, read once."""

    text: str
    order: tuple[str, ...]
    terms: frozenset[str]
    prefixes: frozenset[str]
    pairs: frozenset[tuple[str, str]]
    words: frozenset[str]


@functools.lru_cache(maxsize=8192)
def read(text: str) -> Text:
    """A sentence as features are made of it."""
    order = tuple(one.term for one in terms(text))
    prefixes = frozenset(one[:PREFIX] for one in order if len(one) >= PREFIX)
    words = frozenset(re.findall(r"\w+", text.lower()))
    return Text(text, order, frozenset(order), prefixes, frozenset(itertools.pairwise(order)), words)


def features(claim: str, title: str, sentences: Sequence[str], rarity: Rarity) -> tuple[Named, Named]:
    """What a text shares with a claim, and in which sense it says it."""
    mine, head, body = read(claim), read(title), [read(one) for one in sentences]
    shared = _shared(mine, head, body, rarity)
    denial, own, turns = _senses(claim, [head, *body], rarity)
    turns |= {f"{name}_covered": value * shared["whole"] for name, value in turns.items()}
    return {**shared, "denial": denial, "same_words": own}, turns


def _shared(mine: Text, head: Text, body: Sequence[Text], rarity: Rarity) -> Named:
    """How much of the claim stands in the text."""
    from rapidfuzz import fuzz

    asked = list(dict.fromkeys(mine.order))
    weights = {one: rarity(one) for one in asked}
    total = sum(weights.values()) or 1.0

    def covered(there: frozenset[str]) -> float:
        return sum(weights[one] for one in asked if one in there) / total

    each = [covered(one.terms) for one in body]
    order = sorted(range(len(body)), key=lambda place: -each[place])
    best = body[order[0]] if order else head
    top = [each[place] for place in order[:3]] + [0.0] * 3
    every = head.terms.union(*(one.terms for one in body))
    families = head.prefixes.union(*(one.prefixes for one in body))
    missing = [one for one in asked if one not in every and one[:PREFIX] not in families]
    numbers = [one for one in asked if one[0].isdigit()]
    pairs, count = head.pairs.union(*(one.pairs for one in body)), max(1, len(mine.pairs))
    lower = mine.text.lower()
    return {
        "first": top[0],
        "second": top[1],
        "third": top[2],
        "union": covered(frozenset().union(*(body[place].terms for place in order[:3]))),
        "whole": covered(every),
        "title": covered(head.terms),
        "rarest_missing": max((weights[one] for one in missing), default=0.0),
        "share_missing": len(missing) / max(1, len(asked)),
        "weight_missing": sum(weights[one] for one in missing) / total,
        "letters": max((fuzz.partial_ratio(lower, one.text.lower()) for one in body), default=0.0) / 100,
        "jaccard": max((len(mine.words & one.words) / len(mine.words | one.words) for one in body if one.words), default=0.0),
        "pairs": len(mine.pairs & best.pairs) / count,
        "pairs_whole": len(mine.pairs & pairs) / count,
        "place": order[0] / len(body) if order else 0.0,
        "sentences": math.log(1 + len(body)),
        "things": math.log(1 + len(asked)),
        "numbers": float(bool(numbers)),
        "numbers_found": float(sum(one in best.terms for one in numbers) - sum(one not in every for one in numbers)),
    }


def _senses(claim: str, units: Sequence[Text], rarity: Rarity) -> tuple[float, float, Named]:
    """How much the text denies, how many of the claim's turning words it holds, and whether it agrees with the claim."""
    words, sign = signed(claim), sense(claim)
    weights = {one.term: rarity(one.term) for one in words if one.term and not one.sign}
    total = sum(weights.values()) or 1.0

    def covered(text: str) -> float:
        return sum(weights[one] for one in {word.term for word in signed(text)} if one in weights) / total

    whole = [one.text for one in units]
    parts = [part for text in whole for part in clauses(text)]
    by_part, by_whole = [covered(part) for part in parts], [covered(text) for text in whole]
    made = Named()

    def note(name: str, values: list[float], shares: list[float], power: float = STEEP, best: bool = True) -> None:
        agree = [sign * value for value in values]
        made[name] = _weighed(agree, shares, power)
        if best:
            made[f"{name}_best"] = max(zip(shares, agree, strict=True), key=lambda one: one[0], default=(0.0, 0.0))[1]

    near = [turned(part, weights, NEAR) for part in parts]
    wide = [turned(part, weights, WIDE) for part in parts]
    note("near", [value * close for value, close in near], by_part)
    note("near_plain", [value * (0.6 + 0.4 * close) for value, close in near], by_part)
    note("wide", [value * close for value, close in wide], by_part)
    note("wide_plain", [value * (0.6 + 0.4 * close) for value, close in wide], by_part, best=False)
    note("sentence", [value * close for value, close in (turned(text, weights, NEAR) for text in whole)], by_whole)
    note("fading", [_faded(text, weights) for text in whole], by_whole, GENTLE)
    note("fading_part", [_faded(part, weights) for part in parts], by_part, GENTLE)
    denial = max((share * bool(DENIAL.search(text)) for text, share in zip(whole, by_whole, strict=True)), default=0.0)
    made["denying"] = denial if DENIAL.search(claim) else -denial
    rises = [float(sum(word.sign for word in signed(text))) for text in whole]
    note("rising", rises, by_whole, STEEPEST, best=False)
    own = [one.term for one in words if one.sign and one.term]
    shares = (share * sum(one in unit.terms for one in own) for unit, share in zip(units, by_whole, strict=True))
    return denial, max(shares, default=0.0) / max(1, len(own)), made


def turned(text: str, weights: Named, within: tuple[float, float]) -> tuple[float, float]:
    """The sense of a text around the claim's words, from -1 to 1, and how near to them a word with a sign stands."""
    words = signed(text)
    places = [place for place, one in enumerate(words) if one.term in weights and not one.sign]
    value, nearest = (1.0, 0.0) if places else (0.0, 0.0)
    for place, one in enumerate(words) if places else ():
        if one.sign:
            away = min(abs(place - other) for other in places)
            near = 1 / (1 + math.exp((away - within[0]) / within[1]))
            nearest = max(nearest, near)
            if one.sign < 0:
                value *= 1 - 2 * near
    return value, nearest


def _faded(text: str, weights: Named) -> float:
    """The sense of a text, whose turning words fade evenly with their distance from the claim's words."""
    words = signed(text)
    places = [place for place, one in enumerate(words) if one.term in weights and not one.sign]
    value = 1.0 if places else 0.0
    for place, one in enumerate(words) if places else ():
        if one.sign < 0:
            value *= 1 - 2 * math.exp(-(min(abs(place - other) for other in places) - 1) / 4)
    return value


def _weighed(values: Sequence[float], shares: Sequence[float], power: float) -> float:
    """The mean of values, those of passages that cover more of the claim counting more; near 0 where nothing does."""
    weights = [share**power for share in shares]
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / (sum(weights) + 0.05)
