"""What a step is, and what its id is made of: the hash of all that decides its result."""

from __future__ import annotations

import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

# A change of the code that changes results raises the number: old steps stay, and are not mistaken for new ones.
VERSIONS = {"pretrain": 2, "average": 1, "train": 2, "evaluate": 3}


@dataclass(frozen=True)
class Step:
    """One unit of work. `id` is a hash of kind, version, settings and inputs.

    The rest decides nothing: `label` is for people, `place` says where this machine finds the source's data (empty
    where the settings say it all), `answers` names the experiment that an evaluation belongs to as it is written down,
    empty where somebody changed its settings.
    """

    kind: str
    settings: Mapping[str, Any]
    inputs: tuple[tuple[str, str], ...]
    label: str
    place: str = ""
    answers: str = ""

    def __post_init__(self) -> None:
        # Raises here and not later where something has no canonical form; tuples become lists, as in step.json.
        object.__setattr__(self, "settings", json.loads(canonical(self.settings)))

    @property
    def version(self) -> int:
        return VERSIONS.get(self.kind, 1)

    @cached_property
    def id(self) -> str:
        return step_id(self.kind, self.version, self.settings, self.inputs)

    def to_dict(self) -> dict[str, Any]:
        return {
            "id": self.id,
            "kind": self.kind,
            "version": self.version,
            "settings": dict(self.settings),
            "inputs": [list(one) for one in self.inputs],
            "label": self.label,
            "place": self.place,
            "answers": self.answers,
        }


def from_dict(data: Mapping[str, Any]) -> Step:
    """The step that `to_dict` wrote; its id is computed anew."""
    inputs = tuple((role, id) for role, id in data["inputs"])
    return Step(data["kind"], data["settings"], inputs, data["label"], data.get("place", ""), data.get("answers", ""))


def step_id(kind: str, version: int, settings: Mapping[str, Any], inputs: Sequence[Sequence[str]]) -> str:
    """The hash of all that decides a step's result; settings are plain JSON already, as a `Step` and step.json hold them."""
    return hashlib.sha256(_text({"kind": kind, "version": version, "settings": settings, "inputs": inputs}).encode()).hexdigest()[
        :16
    ]


def canonical(value: object) -> str:
    """The one text of a value of plain JSON types; raises where there is none (NaN, sets, objects, subclasses)."""
    return _text(_plain(value, "value"))


def _text(plain: object) -> str:
    return json.dumps(plain, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def _plain(value: object, where: str) -> object:
    if value is None or type(value) in (bool, int, str):
        return value
    if type(value) is float:
        if not math.isfinite(value):
            raise ValueError(f"{where}: {value} has no canonical form")
        return value
    if isinstance(value, (list, tuple)):
        return [_plain(one, f"{where}[{index}]") for index, one in enumerate(value)]
    if isinstance(value, Mapping):
        for key in value:
            if type(key) is not str:
                raise ValueError(f"{where}: the key {key!r} is no text, so it has no canonical form")
        return {key: _plain(one, f"{where}.{key}") for key, one in value.items()}
    raise ValueError(f"{where}: a {type(value).__name__} has no canonical form")
