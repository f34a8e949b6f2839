"""Text of others made safe to show: nothing that a reader cannot see, nothing that turns the line around."""

from __future__ import annotations

import re

# Controls, marks and overrides of direction, separators of lines, and halves of characters that no format holds.
HIDDEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff]"
)
SPACE = re.compile(r"[\t\n\r\u2028\u2029]+")
LONG = 40  # characters of a word that a line still holds
BREAK = "\u200b"


def visible(text: str) -> str:
    """The text with its hidden characters named: a right-to-left override becomes \u27e8U+202E\u27e9."""
    return HIDDEN.sub(lambda found: f"\u27e8U+{ord(found.group()):04X}\u27e9", SPACE.sub(" ", text))


def breakable(text: str, every: int = 8) -> str:
    """The same with places where a line may break inside words of more than LONG characters."""

    def parted(found: re.Match[str]) -> str:
        word = found.group()
        return BREAK.join(word[at : at + every] for at in range(0, len(word), every))

    return re.sub(rf"\S{{{LONG},}}", parted, text)


def shortened(text: str, most: int) -> str:
    """The beginning of a long text, cut at a word where one ends near; a short text stays as it is."""
    if len(text) <= most:
        return text
    head = text[:most]
    space = head.rfind(" ")
    return f"{(head[:space] if space > most * 0.6 else head).rstrip()} \u2026"


def slug(text: str) -> str:
    """A name for an address within a page: letters, digits and hyphens."""
    return re.sub(r"[^0-9A-Za-z]+", "-", text).strip("-").lower() or "x"
