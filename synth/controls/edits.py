"""What the makers of twins share: changes of a text, and the same changes of what it asserts."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from typing import Any

from ..records import Assertion, Claim, Twin

Asserts = tuple[Assertion, ...]
NAMING = ("intermediate", "rival", "target", "about", "model", "over_model", "metric", "language", "split")


@dataclass(frozen=True)
class Edit:
    """`text[start:end]` becomes `new`."""

    start: int
    end: int
    new: str


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text after these edits, which do not overlap; a sentence still begins with a capital where it did."""
    made = text
    for edit in sorted(edits, key=lambda one: -one.start):
        made = made[: edit.start] + edit.new + made[edit.end :]
    made = re.sub(r"(?<=\S)  +", " ", made).strip()
    first, was = next((one for one in made if one.isalpha()), ""), next((one for one in text if one.isalpha()), "")
    if first.islower() and was.isupper() and made[:1] == first and not re.match(r"[a-z]+[A-Z]", made):
        made = made[:1].upper() + made[1:]
    return made


def twin(claim: Claim, kind: str, edits: Sequence[Edit], asserts: Asserts | None, changed: str = "", false: bool = True) -> Twin:
    """A twin by edits of the text; `asserts` is None where assertions cannot say what it says."""
    shown = changed or "; ".join(
        f"{claim.text[one.start : one.end].strip() or '(nothing)'} -> {one.new.strip()}" for one in edits
    )
    return Twin(edited(claim.text, edits), kind, shown, false, asserts or ())


def as_claim(claim: Claim, of: Twin) -> Claim:
    """A twin as a claim of its own, which cites what the claim cites; what the report said of the claim is not its."""
    return replace(claim, text=of.text, asserts=of.asserts, reported={}, note="")


def changed(asserts: Asserts, change: Callable[[Assertion], Assertion | None]) -> Asserts | None:
    """The assertions after a change that touches at least one of them; None where it touches none."""
    made = tuple(change(one) or one for one in asserts)
    return made if made != asserts else None


def named(asserts: Asserts, id: str) -> bool:
    """Whether any assertion is about this thing."""
    return any(id in (*(getattr(one, name) for name in NAMING), *one.among) for one in asserts)


def renamed(asserts: Asserts, old: str, new: str, fields: Sequence[str] = NAMING) -> Asserts | None:
    """The assertions about another thing. What is the best of several has to be it with the old one among them."""

    def change(one: Assertion) -> Assertion:
        names: dict[str, Any] = {name: new for name in fields if getattr(one, name) == old}
        if one.kind == "best":
            return replace(one, **names, among=one.among and tuple(dict.fromkeys((*one.among, new)))) if names else one
        among = tuple(new if name == old else name for name in one.among)
        return replace(one, **names, among=tuple(dict.fromkeys(among)))

    return changed(asserts, change)


def value(text: str) -> Decimal | None:
    """The size of a printed number, without its sign."""
    try:
        return abs(Decimal(re.sub(r"[,%+\s]", "", text.replace("\u2212", "-"))))
    except InvalidOperation:
        return None


def choose(options: Sequence[str], *seed: str) -> str:
    """One of the options, always the same one for the same words."""
    digest = hashlib.sha256("\x1f".join(seed).encode()).digest()
    return options[int.from_bytes(digest[:4], "big") % len(options)]
