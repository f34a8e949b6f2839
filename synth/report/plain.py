"""Text of others as a page shows it: with nothing in it that a reader cannot see (`visible`), and no wider than its line."""

from __future__ import annotations

import re

LONG = 40  # characters of a word that a line still holds
BREAK = "\u200b"


def visible(text: str) -> str:
    """One line of text with its hidden characters named: a right-to-left override becomes \u27e8U+202E\u27e9."""
    from replicate import shown  # not before synth/shadow.py has looked whose `replicate` it is

    return shown.visible(text)


def breakable(text: str, every: int = 8) -> str:
    """The same with places where a line may break inside words of more than LONG characters."""

    def parted(found: re.Match[str]) -> str:
        word = found.group()
        return BREAK.join(word[at : at + every] for at in range(0, len(word), every))

    return re.sub(rf"\S{{{LONG},}}", parted, text)


def slug(text: str) -> str:
    """A name for an address within a page: letters, digits and hyphens."""
    return re.sub(r"[^0-9A-Za-z]+", "-", text).strip("-").lower() or "x"
