"""The beginnings of long texts, for lines and labels that people read."""

from __future__ import annotations

NEAR = 0.6  # of the length: a word that ends behind that ends the text


def shortened(text: str, most: int) -> str:
    """The beginning of a long text, cut at a word where one ends near; a short text stays as it is."""
    if len(text) <= most:
        return text
    head = text[:most]
    space = head.rfind(" ")
    return f"{(head[:space] if space > most * NEAR else head).rstrip()} \u2026"


def clipped(text: str, most: int) -> str:
    """A text that takes no more than so many characters, of which the last one is an ellipsis where it was longer."""
    return text if len(text) <= most else text[: most - 1].rstrip() + "\u2026"
