"""Numbers that are false where another one is true: another digit, another scale, the place of another in an enumeration."""

from __future__ import annotations

import itertools
import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal

from ..english.numbers import BETWEEN, LEAST, LESS, MORE, MOST, SPREAD, Number, numbers
from ..records import Assertion, Claim, Twin
from .edits import Asserts, Edit, changed, twin, value

KIND, UNREAD = "number", "unread"
MEASURED = ("points", "%", "times")  # units of what was measured; others are of things that were counted
ENOUGH = 2  # numbers of a claim that are changed
SPELT = dict(
    enumerate("zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen".split())
)  # fmt: skip


def falsified(claim: Claim) -> Iterator[Twin]:
    """Twins with another number in the place of one that the claim states.

    First those that it asserts. A measured number that no assertion holds is changed too, and the assertions are not: a check
    that goes by them alone cannot notice, and has not checked all of the claim.
    """
    every = [one for one in numbers(claim.text) if one.relation != SPREAD]
    found = [one for one in every if _bears(claim, one)]
    for place, one in enumerate(found[:ENOUGH]):
        for how, new in (("digit", digit(one)), ("scaled", scaled(one))):
            if new and (how == "digit" or not place):
                yield twin(claim, KIND, [Edit(one.start, one.end, new)], valued(claim.asserts, one.text, new))
    yield from exchanged(claim, found)
    for one in [one for one in every if one not in found and _measured(one)][:1]:
        if new := digit(one):
            yield twin(claim, UNREAD, [Edit(one.start, one.end, new)], claim.asserts)


def _measured(one: Number) -> bool:
    """Whether a number says how much was measured, not how many things there are."""
    return one.unit in MEASURED or ("." in one.text and any(letter.isdigit() for letter in one.text))


def exchanged(claim: Claim, found: list[Number]) -> Iterator[Twin]:
    """Two numbers of one enumeration in each other's place: 'of A and B, 8.2 and 7.5' becomes '7.5 and 8.2'."""
    for one, other in itertools.pairwise(found):
        gap = claim.text[one.end : other.start]
        alike = (one.unit, one.relation) == (other.unit, other.relation) and one.text != other.text
        if not alike or not re.fullmatch(r"\s*%?\s*(?:,|,?\s*and|/|;)\s*", gap) or one.meets(other):
            continue
        edits = [Edit(one.start, one.end, other.text), Edit(other.start, other.end, one.text)]
        made = changed(claim.asserts, _swap(one.text, other.text))
        if claim.asserts and made is None:
            continue
        yield twin(claim, KIND, edits, made, f"{one.text} <-> {other.text}")
        return


def _swap(one: str, other: str) -> Callable[[Assertion], Assertion | None]:
    there = {value(one): other, value(other): one}
    return lambda of: replace(of, value=there[value(of.value)]) if of.value and value(of.value) in there else None


def digit(one: Number) -> str:
    """The number with one digit changed, so far that no rounding and no difference of rounded numbers reaches it.

    The last digit but one where there are several; a bound moves out of reach of what it bounds, and is not changed here.
    """
    if one.relation in (LEAST, MOST, MORE, LESS, BETWEEN):
        return ""
    word = _spelt(one)
    if word is not None:
        return word
    places = [place for place, character in enumerate(one.text) if character.isdigit()]
    if not places or one.text.count(".") > 1 or "/" in one.text or " of " in one.text:
        return _part(one)
    place = places[-2] if len(places) > 1 else places[-1]
    if one.relation != "=":
        place = places[0]
    step = 4 if one.relation != "=" else 1
    old = int(one.text[place])
    new = (old + step) % 10
    if place == places[0] and new == 0:
        new = old - step if old > step else 5
    return one.text[:place] + str(new) + one.text[place + 1 :]


def scaled(one: Number) -> str:
    """The number ten times as large, or a tenth where it bounds from above."""
    plain = re.fullmatch(r"[+\-\u2212]?[\d,]{0,60}\.?\d{1,60}\s?[kKMB%]?", one.text)
    if one.relation == BETWEEN or _spelt(one) is not None or not plain:
        return ""
    body = re.sub(r"[^\d.]", "", one.text)
    rest = one.text[len(one.text.rstrip("kKMB% ")) :]
    sign = one.text[0] if one.text[0] in "+-\u2212" else ""
    down = one.relation in (MOST, LESS)
    size = Decimal(body)
    if not size:
        return ""
    # A share of more than everything would be no twin but nonsense.
    if not down and one.unit in ("%", "points") and size * 10 > 100:
        if one.relation in (LEAST, MORE):
            return ""
        down = True
    moved = format(size.scaleb(-1 if down else 1), "f")
    if "." in moved and "." not in body and down:
        whole = size / 10
        moved = str(int(whole)) if whole == int(whole) else moved
    if not down and "." in body and "." not in moved:
        moved = moved.lstrip("0") or "0"
    grouped = f"{int(moved):,}" if "," in one.text and "." not in moved else moved.lstrip("0") if moved[:2] != "0." else moved
    return sign + grouped + rest


def _part(one: Number) -> str:
    """'9 of the 44': another part of the same whole."""
    found = re.match(r"\d+", one.text)
    if not found:
        return ""
    part = int(found[0])
    return f"{part + 1 if not one.unit.endswith(f' {part}') else part - 1}{one.text[found.end() :]}"


def _spelt(one: Number) -> str | None:
    """Another number word for a number word; None for digits, empty where there is no other."""
    if any(character.isdigit() for character in one.text):
        return None
    known = {word: size for size, word in SPELT.items()}
    size = known.get(one.text.lower())
    if size is None or size < 2:
        return ""
    return SPELT[size - 2 if size > 3 else size + 2]


def _bears(claim: Claim, one: Number) -> bool:
    """Whether a number is one that the claim asserts; where assertions are not known, any may be."""
    if not claim.asserts:
        return True
    return any(value(of.value) in (abs(one.value), value(one.text)) for of in claim.asserts if of.value)


def valued(asserts: Asserts, old: str, new: str) -> Asserts | None:
    """The assertions with another value where they have this one, written as it was."""
    was, written = {value(old), _size(old)}, numbers(new)

    def one(of: Assertion) -> Assertion | None:
        if not of.value or value(of.value) not in was:
            return None
        plain = value(of.value) != value(old) or not written
        made = (f"{written[0].value:f}" if written else new) if plain else new
        sign = of.value[0] if of.value[0] in "+-\u2212" and made[0] not in "+-\u2212" else ""
        return replace(of, value=sign + made)

    return changed(asserts, one)


def _size(text: str) -> Decimal | None:
    """What a number is, with its scale: 81.1M is 81100000."""
    found = numbers(text)
    return abs(found[0].value) if found else None
