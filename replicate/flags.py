"""What finished steps say against themselves: a model that has collapsed, a training that has diverged.

Their numbers stand in every average, since leaving them out would flatter; so they are named wherever these are shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from .identity import Step

SHOWN = 20  # lines for people; scripts get all

Flags = Mapping[str, Sequence[str]]


def flagged(records: Mapping[str, tuple[Mapping[str, Any], Mapping[str, Any]]]) -> dict[str, list[str]]:
    """By step, what there is against its result; `records` is what `store.sound` gives."""
    found = {id: _of(record["result"]) for id, (_, record) in records.items()}
    return {id: against for id, against in found.items() if against}


def _of(result: Mapping[str, Any]) -> list[str]:
    noted: dict[str, dict[str, None]] = {}
    for cell in result.get("cells", ()):
        if cell.get("note"):
            noted.setdefault(cell["note"], {})[cell["language"]] = None
    figures = result.get("figures") or {}
    return [*figures.get("flagged", ()), *(f"{note} in {' '.join(languages)}" for note, languages in noted.items())]


def lines(found: Flags, steps: Sequence[Step]) -> list[str]:
    """For people: one line for each thing that is said against a step."""
    labels = {step.id: step.label for step in steps}
    all_ = [f"flagged: {labels[id]} ({id}): {one}" for id, against in found.items() for one in against]
    more = len(all_) - SHOWN
    return all_ if more <= 0 else [*all_[:SHOWN], f"flagged: {more} more; --json lists all"]
