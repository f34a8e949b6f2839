"""How time and memory grow with size: a million rows, ten thousand steps and claims, a thousand papers, a PDF of 5,000 pages."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .case import Family

NAMES = ("rows", "steps", "claims", "papers", "pages")


def families() -> dict[str, Family]:
    """All families by name."""
    from importlib import import_module

    return {name: import_module(f"{__name__}.{name}").FAMILY for name in NAMES}
