"""The databases that a search asks, one value each. Another one is one more file with a `DATABASE` and one more line here."""

from __future__ import annotations

from . import acl, arxiv, openalex, semanticscholar
from .database import Ask, Database, Page

ALL: dict[str, Database] = {one.DATABASE.name: one.DATABASE for one in (arxiv, semanticscholar, openalex, acl)}

__all__ = ["ALL", "Ask", "Database", "Page"]
