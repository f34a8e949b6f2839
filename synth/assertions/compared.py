"""A claim's value against a fact's: numbers as intervals of their rounding, words by the vocabulary."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from replicate import results
from replicate.results import Interval

from .. import vocabulary
from ..facts import Fact
from ..records import Assertion
from .claimed import meant

# What a task asks, by the words for it; what may be said of the same task stands together in `ALIKE`.
KINDS = (
    {"natural language inference", "nli", "textual entailment"},
    {"paraphrase detection", "paraphrase identification", "paraphrasing"},
    {"span extraction", "extractive question answering"},
    {"question answering", "qa", "multiple choice question answering"},
    {"sentence completion"},
    {"tagging", "sequence tagging", "sentence tagging", "word classification"},
    {"named entity recognition", "ner"},
    {"sentence retrieval", "retrieval"},
)
ALIKE = ({2, 3}, {5, 6})
SCALES = {"k": 3, "thousand": 3, "m": 6, "million": 6, "b": 9, "bn": 9, "billion": 9}
WORDS = ("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
         "eighteen nineteen twenty").split()  # fmt: skip
NUMBER = re.compile(
    r"(?P<digits>[+\-\u2212]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+)\s*+(?P<scale>[a-z]+)?\s*+(?P<unit>%)?", re.I
)
POWER = re.compile(r"(\d{1,9})\s*\^\s*(\d{1,3})|(?<!\d)(\d+(?:\.\d+)?)e([+-]?\d{1,3})", re.I)
NOUN = re.compile(
    r"(?<!\s)\s+(examples|sentences|pairs|languages|tasks|points|parameters|phases|steps|epochs|layers|seeds)$", re.I
)
APART = frozenset("not no none without but except excluding only all never other".split())  # turn words into another statement
IDLE = frozenset("a an the of and or in on with from for to its".split())


def compare(of: Assertion, fact: Fact) -> bool | None:
    """Whether a fact is what the claim says; None where the two cannot be told apart or compared."""
    ours, theirs = quantity(of.value), quantity(fact.value)
    if ours and theirs:
        if (ours.unit or theirs.unit) and ours.unit != theirs.unit:
            return None
        said = meant(ours.interval, of.relation)
        if theirs.upto:  # a range holds every number in it
            inside = Interval(theirs.interval.low, theirs.upto)
            return True if of.relation == "=" and ours.upto == theirs.upto and ours.interval == theirs.interval else (
                None if said.interval.meets(inside) else False
            )  # fmt: skip
        return said.against_cell(theirs.interval)
    return same_words(of.value, fact.value)


@dataclass(frozen=True)
class Quantity:
    """A number as a text writes it: the interval of its rounding, its unit, and the other end where it is a range."""

    interval: Interval
    unit: str = ""
    upto: Decimal | None = None


def quantity(text: str) -> Quantity | None:
    """The number that a text is ('1.1M', 'nine', '2^17', '47-20,436'); None where it is words."""
    bare = NOUN.sub("", text.strip())
    if bare.lower() in WORDS:
        return Quantity(results.interval(str(WORDS.index(bare.lower()))))
    if found := POWER.fullmatch(bare):
        value = Decimal(found[1]) ** int(found[2]) if found[1] else Decimal(f"{found[3]}e{found[4]}")
        return Quantity(Interval(value, value))
    ends = re.split(r"(?<!\s)\s*(?:-|\u2013|to)\s*(?=\d)", bare)
    if len(ends) == 2 and all(end and _interval(end) for end in ends):
        low, high = (_interval(end) for end in ends)
        assert low and high
        return Quantity(low[0], low[1] or high[1], (high[0].low + high[0].high) / 2)
    one = _interval(bare)
    return Quantity(*one) if one else None


def _interval(text: str) -> tuple[Interval, str] | None:
    found = NUMBER.fullmatch(text)
    if not found:
        return None
    scale = (found["scale"] or "").lower()
    if scale and scale not in SCALES:
        return None
    plain = results.interval(found["digits"])
    power = SCALES.get(scale, 0)
    return Interval(plain.low.scaleb(power), plain.high.scaleb(power)), found["unit"] or ""


def same_words(claim: str, fact: str) -> bool | None:
    """Whether words say the same: by the vocabulary, by known kinds of tasks, or because every word of one is in the other."""
    if vocabulary.key(claim) == vocabulary.key(fact):
        return True
    named = [vocabulary.find(text) for text in (claim, fact)]
    shared = {one.kind for one in named[0]} & {one.kind for one in named[1]}
    if shared:
        ids = [{id for one in found if one.kind in shared for id in (one.open or (one.id,))} for found in named]
        return False if not ids[0] & ids[1] else True if len(ids[0] | ids[1]) == 1 else None
    kinds = [{place for place, names in enumerate(KINDS) if text.strip().lower() in names} for text in (claim, fact)]
    if all(kinds):
        return True if kinds[0] & kinds[1] else None if kinds[0] | kinds[1] in ALIKE else False
    first, second = _tokens(claim), _tokens(fact)
    return True if first and first <= second and first & APART == second & APART else None


def _tokens(text: str) -> frozenset[str]:
    words: Sequence[str] = re.findall(r"[^\W_]+", text.lower())
    return frozenset(word.removesuffix("s") if len(word) > 3 else word for word in words if word not in IDLE)
