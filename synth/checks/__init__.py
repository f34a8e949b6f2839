"""The checks, one file each with a `CHECK`: a claim, its question and what is at hand go in, one Verdict comes out."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping

from .check import ASIDE, RUNS, SOURCE, Check

__all__ = ["ASIDE", "CHECKS", "RUNS", "SOURCE", "Check"]


def _found() -> list[Check]:
    """Those of the files of this folder that are checks, in the order in which people read them."""
    modules = [importlib.import_module(f".{one.name}", __name__) for one in pkgutil.iter_modules(__path__)]
    return sorted((module.CHECK for module in modules if hasattr(module, "CHECK")), key=lambda one: (one.place, one.name))


# A check that is not here was not made, and nothing stands in for it.
CHECKS: Mapping[str, Check] = {one.name: one for one in _found()}
