"""A number with its noun, for lines that people read."""

from __future__ import annotations


def counted(number: int, noun: str) -> str:
    """'1 claim', '2,000 claims'."""
    return f"{number:,} {noun}{'s' * (number != 1)}"
