"""Frozen dataclasses to plain data and back, by their own types: what is embedded in a report and read again."""

from __future__ import annotations

import types
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from functools import cache
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from replicate.problems import Problem


def plain(value: Any) -> Any:
    """Dataclasses as mappings of what differs from its default, tuples as lists; numbers, texts and None as they are."""
    if is_dataclass(value) and not isinstance(value, type):
        made = {}
        for one in fields(value):
            held = getattr(value, one.name)
            if one.default != held:
                made[one.name] = plain(held)
        return made
    if isinstance(value, Mapping):
        return {str(key): plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [plain(one) for one in value]
    if value is None or isinstance(value, (bool, int, float, str)):
        return value
    return str(value)


@cache
def _hints(cls: type) -> dict[str, Any]:
    return get_type_hints(cls)


def revive(kind: Any, data: Any) -> Any:
    """The value of this type that `plain` made the data of; a Problem where the data are of another shape."""
    if is_dataclass(kind) and isinstance(kind, type):
        if not isinstance(data, Mapping):
            raise Problem(f"damaged data: {kind.__name__} is no mapping")
        hints, known = _hints(kind), {one.name for one in fields(kind)}
        if unknown := set(data) - known:
            raise Problem(f"data of another version: {kind.__name__} has no field {', '.join(sorted(unknown))}")
        try:
            return kind(**{name: revive(hints[name], held) for name, held in data.items()})
        except TypeError as error:
            raise Problem(f"damaged data: {error}") from error
    origin, inner = get_origin(kind), get_args(kind)
    if origin in (Union, types.UnionType):
        if data is None:
            return None
        return revive(next(one for one in inner if one is not types.NoneType), data)
    if origin is tuple:
        items = list(data)
        if len(inner) == 2 and inner[1] is Ellipsis:
            return tuple(revive(inner[0], one) for one in items)
        return tuple(revive(of, one) for of, one in zip(inner, items, strict=True))
    if origin in (list, Sequence):
        return [revive(inner[0], one) for one in data]
    if origin in (dict, Mapping) or (isinstance(origin, type) and issubclass(origin, Mapping)):
        return {key: revive(inner[1], one) for key, one in data.items()}
    if origin is Literal or kind is Any:
        return data
    return data
