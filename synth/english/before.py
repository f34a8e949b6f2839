"""What stands right before a place of a text: all that says how a number or a verb there is meant."""

from __future__ import annotations

REACH = 120  # characters; no phrase that is looked for is nearly as long


def before(text: str, end: int) -> str:
    """The last characters before a place. Of a very long sentence the rest is not looked through for each of its numbers."""
    return text[max(0, end - REACH) : end]
