"""The databases that a search asks, one file each with a `DATABASE`; another one is one more file."""

from __future__ import annotations

import importlib
import pkgutil

from .database import Ask, Database, Page

__all__ = ["ALL", "Ask", "Database", "Page"]

FIRST = ("arxiv", "semanticscholar", "openalex", "acl")  # in the order in which they are asked and shown; then others by name


def _found() -> list[Database]:
    modules = [importlib.import_module(f".{one.name}", __name__) for one in pkgutil.iter_modules(__path__)]
    made = [module.DATABASE for module in modules if hasattr(module, "DATABASE")]
    return sorted(made, key=lambda one: (FIRST.index(one.name) if one.name in FIRST else len(FIRST), one.name))


ALL: dict[str, Database] = {one.name: one for one in _found()}
