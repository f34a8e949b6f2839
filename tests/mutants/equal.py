"""Mutants that are shown to do the same as what they stand for: no test can notice them, so they count nowhere."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .making import Mutant

ROOT = Path(__file__).resolve().parent.parent.parent
LISTED = Path(__file__).with_name("equal.toml")


def reasons(path: Path, made: Sequence[Mutant]) -> dict[int, str]:
    """Why mutants of a module are equal to it, by their number."""
    entries = listed().get(str(path.relative_to(ROOT)), ())
    return {meant(entry, made).number: entry["why"] for entry in entries}


def listed() -> dict[str, list[dict[str, Any]]]:
    """The entries of the list, by module."""
    return tomllib.loads(LISTED.read_text(encoding="utf-8"))


def meant(entry: Mapping[str, Any], made: Sequence[Mutant]) -> Mutant:
    """The one mutant that an entry means; of several that are written the same it is the `nth`."""
    wanted = (entry["within"], entry["before"], entry["after"])
    found = [one for one in made if (".".join(one.within), one.before, one.after) == wanted]
    nth = entry.get("nth", 1)
    if len(found) < nth or (len(found) > 1 and "nth" not in entry):
        raise ValueError(f"{len(found)} mutants {wanted[1]} -> {wanted[2]} in {wanted[0] or 'the module'}; wanted number {nth}")
    return found[nth - 1]
