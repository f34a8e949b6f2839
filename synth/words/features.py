"""A claim beside a short text, an abstract, as numbers: how much of it stands there, and whether in the same sense.

The model of labels weighs them. Everything is a comparison; what a claim looks like by itself says next to nothing.
"""

from __future__ import annotations

import functools
import math
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..evidence.terms import terms
from .polarity import clauses, sense, signed

Rarity = Callable[[str], float]
PREFIX = 5  # letters that words of one family share
DENIAL = re.compile(r"\b(?:not|no|cannot|never|neither|nor|unlikely|without|unable|\w+n['\u2019]t)\b", re.I)
STEEP, GENTLE = 1.5, 2.0  # how much more a passage counts that covers more of the claim
REACHES = (("near", 2.0, 1.0), ("wide", 4.0, 1.5))


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
    order = tuple(one.term for one in terms(text))
    prefixes = frozenset(one[:PREFIX] for one in order if len(one) >= PREFIX)
    words = frozenset(re.findall(r"\w+", text.lower()))
    return Text(text, order, frozenset(order), prefixes, frozenset(zip(order, order[1:], strict=False)), words)


def features(claim: str, title: str, sentences: Sequence[str], rarity: Rarity) -> dict[str, float]:
    """The features of a claim beside the sentences of a text, by name."""
    mine, head, body = read(claim), read(title), [read(one) for one in sentences]
    made = _shared(mine, head, body, rarity)
    made |= _sense(claim, [head, *body], rarity, made["whole"])
    return made


def _shared(mine: Text, head: Text, body: Sequence[Text], rarity: Rarity) -> dict[str, float]:
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


def _sense(claim: str, units: Sequence[Text], rarity: Rarity, whole: float) -> dict[str, float]:
    """Whether the text says it in the same sense."""
    words = signed(claim)
    neutral = {one.term for one in words if one.term and not one.sign}
    weights = {one: rarity(one) for one in neutral}
    total, sign = sum(weights.values()) or 1.0, sense(claim)
    directed = any(one.sign for one in words)
    ups, downs = any(one.sign > 0 for one in words), any(one.sign < 0 for one in words)

    def covered(text: str) -> float:
        return sum(weights[one] for one in {word.term for word in signed(text)} if one in weights) / total

    parts = [part for one in units for part in clauses(one.text)]
    by_part, by_unit = [covered(part) for part in parts], [covered(one.text) for one in units]
    made = dict[str, float]()
    for name, texts, shares, reach, soft in (
        *((name, parts, by_part, reach, soft) for name, reach, soft in REACHES),
        ("sentence", [one.text for one in units], by_unit, REACHES[0][1], REACHES[0][2]),
    ):
        turned = [_turned(text, neutral, reach, soft) for text in texts]
        agree = [sign * value * (near if directed else 0.6 + 0.4 * near) for value, near in turned]
        made[f"agree_{name}"] = _weighed(agree, shares, STEEP)
        made[f"agree_{name}_best"] = max(zip(shares, agree, strict=True), key=lambda one: one[0], default=(0.0, 0.0))[1]
        if name == "near":
            made["sense"] = _weighed([sign * value for value, _ in turned], shares, STEEP)
    made |= {f"{name}_covered": value * whole for name, value in made.items() if name != "sense"}
    for name, texts, shares in (("parity", [one.text for one in units], by_unit), ("parity_clause", parts, by_part)):
        faded = [sign * _faded(text, neutral) for text in texts]
        made[name] = _weighed(faded, shares, GENTLE)
        made[f"{name}_best"] = max(zip(shares, faded, strict=True), key=lambda one: one[0], default=(0.0, 0.0))[1]
    denial = max((share * bool(DENIAL.search(one.text)) for one, share in zip(units, by_unit, strict=True)), default=0.0)
    denies = bool(DENIAL.search(claim))
    rises = _weighed([sum(word.sign > 0 for word in signed(one.text)) for one in units], by_unit, 3)
    falls = _weighed([sum(word.sign < 0 for word in signed(one.text)) for one in units], by_unit, 3)
    own = [one.term for one in words if one.sign and one.term]
    made |= {
        "denial": denial,
        "denial_both": denies * denial,
        "denial_there": (not denies) * denial,
        "rises": ups * (rises - falls),
        "falls": downs * (falls - rises),
        "same_words": max(
            (
                share * sum(one in unit.terms for one in own) / max(1, len(own))
                for unit, share in zip(units, by_unit, strict=True)
            ),
            default=0.0,
        ),
    }
    return made


def _turned(text: str, neutral: set[str], reach: float, soft: float) -> tuple[float, float]:
    """The sense of a text around the claim's words, from -1 to 1, and how near to them a word with a sign stands."""
    words = signed(text)
    places = [place for place, one in enumerate(words) if one.term in neutral and not one.sign]
    if not places:
        return 0.0, 0.0
    value, nearest = 1.0, 0.0
    for place, one in enumerate(words):
        if one.sign:
            away = min(abs(place - other) for other in places)
            near = 1 / (1 + math.exp((away - reach) / soft))
            nearest = max(nearest, near)
            if one.sign < 0:
                value *= 1 - 2 * near
    return value, nearest


def _faded(text: str, neutral: set[str]) -> float:
    """The same with turning words that fade evenly with their distance."""
    words = signed(text)
    places = [place for place, one in enumerate(words) if one.term in neutral and not one.sign]
    if not places:
        return 0.0
    value = 1.0
    for place, one in enumerate(words):
        if one.sign < 0:
            value *= 1 - 2 * math.exp(-(min(abs(place - other) for other in places) - 1) / 4)
    return value


def _weighed(values: Sequence[float], shares: Sequence[float], power: float) -> float:
    """The mean of values, those of passages that cover more of the claim counting more; near 0 where nothing does."""
    weights = [share**power for share in shares]
    return sum(value * weight for value, weight in zip(values, weights, strict=True)) / (sum(weights) + 0.05)


def row(found: Mapping[str, float], names: Sequence[str]) -> np.ndarray:
    """Features as the model takes them."""
    return np.array([found[name] for name in names])
