"""Trees with values swapped for hostile ones: JSON, TOML and tables, taken apart, changed and written again."""

from __future__ import annotations

import csv
import io
import json
import random
import tomllib
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

DEEP = 3000


class Raw(str):
    """Characters that are written as they stand."""


TEXTS = (
    "", " ", "\t", "\n", "\0", "\x1b[31mred\x1b[0m", "\x1b]0;title\x07", "\u202egnp.exe", "\u2066x", "\ufeff", "\u2028",
    "a" * 5000, "a\r\nb", "\u0661\u0662", "\u00b2", "\u0f33", "1_000", "1e999", "nan", "-inf", "0x10", "9" * 5000, "-1",
    "../../x", "/etc/passwd", "{}", "[0]", "%s{0}{x}", "<script>", "\\", '"', "'", "None", "null", "e\u0301" * 300,
    "\U0001f600", "\ud800", "a.b.c", "x,y", "|",
)  # fmt: skip
NUMBERS: tuple[Any, ...] = (
    0, -1, 1, 2, 10**6, 2**31, 2**63, -(2**63) - 1, 10**30, 0.5, -0.0, 1e308, 5e-324, float("nan"), float("inf"), float("-inf"),
    Raw("9" * 4999), Raw("1e9999"), Raw("-" + "9" * 310),
)  # fmt: skip
WHOLE: tuple[Any, ...] = (True, False, None, [], {}, [[]], [None], {"": ""}, [0] * 1000, {"a": {"b": {"c": []}}})


def hostile(rng: random.Random, words: tuple[str, ...] = ()) -> Any:
    """A value that a reader may not expect."""
    kind = rng.random()
    if kind < 0.35:
        return rng.choice((*TEXTS, *words))
    if kind < 0.6:
        return rng.choice(NUMBERS)
    if kind < 0.95:
        return rng.choice(WHOLE)
    deep = rng.choice((Raw("[" * DEEP + "]" * DEEP), Raw('{"a":' * DEEP + "1" + "}" * DEEP)))
    return rng.choice((deep, date(2020, 1, 2), time(1, 2), datetime(2020, 1, 2, 3, 4)))


def json_(data: bytes, rng: random.Random, words: tuple[str, ...]) -> bytes | None:
    """One JSON text with a value changed; None where it is none."""
    try:
        tree = json.loads(data, object_pairs_hook=_Pairs)
    except (ValueError, RecursionError):
        return None
    return written(_changed(tree, rng, words)).encode("utf-8", "surrogatepass")


def jsonl(data: bytes, rng: random.Random, words: tuple[str, ...]) -> bytes | None:
    """A file of JSON texts with one of them changed."""
    found = data.split(b"\n")
    at = rng.randrange(len(found))
    changed = json_(found[at], rng, words)
    return None if changed is None else b"\n".join([*found[:at], changed, *found[at + 1 :]])


def toml(data: bytes, rng: random.Random, words: tuple[str, ...]) -> bytes | None:
    """A TOML text with a value changed."""
    try:
        tree = tomllib.loads(data.decode())
    except (ValueError, RecursionError):
        return None
    changed = _changed(_pairs(tree), rng, words)
    if not isinstance(changed, _Pairs):
        return None
    return "".join(f"{_key(name)} = {written(value, True)}\n" for name, value in changed).encode("utf-8", "replace")


def table(mark: str) -> Callable[[bytes, random.Random, tuple[str, ...]], bytes | None]:
    """What changes tables with this mark between cells."""

    def change(data: bytes, rng: random.Random, words: tuple[str, ...]) -> bytes | None:
        try:
            rows = list(csv.reader(io.StringIO(data.decode()), delimiter=mark))
        except (ValueError, csv.Error):
            return None
        if not rows:
            return None
        at = rng.randrange(len(rows))
        match rng.randrange(6):
            case 0:
                rows.insert(at, list(rng.choice(rows)))
            case 1:
                rows[at] = rows[at][: rng.randrange(len(rows[at]) + 1)]
            case 2:
                rows[at].append(str(hostile(rng, words)))
            case 3 if rows[at]:
                column = rng.randrange(len(rows[at]))
                rows = [row[:column] + row[column + 1 :] for row in rows]
            case _ if rows[at]:
                rows[at][rng.randrange(len(rows[at]))] = str(hostile(rng, words))
        out = io.StringIO(newline="")
        csv.writer(out, delimiter=mark, lineterminator="\n").writerows(rows)
        return out.getvalue().encode("utf-8", "replace")

    return change


FORMS: dict[str, Callable[[bytes, random.Random, tuple[str, ...]], bytes | None]] = {
    "json": json_, "jsonl": jsonl, "toml": toml, "csv": table(","), "tsv": table("\t"),
}  # fmt: skip


# ---- trees


class _Pairs(list[Any]):
    """An object as its pairs, since a name may stand in it twice."""


def _pairs(value: Any) -> Any:
    if isinstance(value, dict):
        return _Pairs((name, _pairs(one)) for name, one in value.items())
    return [_pairs(one) for one in value] if isinstance(value, list) else value


def _changed(tree: Any, rng: random.Random, words: tuple[str, ...]) -> Any:
    """The tree with one place changed."""
    places = _places(tree)
    if not places:
        return hostile(rng, words)
    box, at = rng.choice(places)
    named = isinstance(box, _Pairs)
    value = box[at][1] if named else box[at]
    match rng.randrange(8):
        case 0:
            del box[at]
            return tree
        case 1:
            box.insert(rng.randrange(len(box) + 1), box[at])
            return tree
        case 2:
            other, place = rng.choice(places)
            value = other[place][1] if isinstance(other, _Pairs) else other[place]
        case 3:
            value = [value]
        case 4 if named:
            box[at] = (rng.choice((*TEXTS, *words)), value)
            return tree
        case _:
            value = hostile(rng, words)
    box[at] = (box[at][0], value) if named else value
    return tree


def _places(tree: Any, most: int = 4000) -> list[tuple[Any, int]]:
    found, left = list[tuple[Any, int]](), [tree]
    while left and len(found) < most:
        box = left.pop()
        if isinstance(box, list):
            found += [(box, at) for at in range(len(box))]
            left += [one[1] if isinstance(box, _Pairs) else one for one in box]
    return found


def written(value: Any, toml: bool = False, depth: int = 0) -> str:
    """A value as JSON or TOML has it, with names that stand twice and numbers that no Python number is."""
    if isinstance(value, Raw):
        return value.replace('{"a":', "{a=") if toml else str(value)
    if value is None or depth > 60:
        return '"null"' if toml else "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        said = repr(value)
        return said if toml else {"nan": "NaN", "inf": "Infinity", "-inf": "-Infinity"}.get(said, said)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, str):
        return json.dumps(value.encode("utf-8", "replace").decode() if toml else value, ensure_ascii=bool(len(value) % 2))
    if isinstance(value, (date, time)):
        return value.isoformat() if toml else json.dumps(value.isoformat())
    if isinstance(value, dict):
        value = _pairs(value)
    if isinstance(value, _Pairs):
        inner = ", ".join(
            f"{_key(name) if toml else json.dumps(name)}{' =' if toml else ':'} {written(one, toml, depth + 1)}"
            for name, one in value
        )
        return f"{{{inner}}}"
    return f"[{', '.join(written(one, toml, depth + 1) for one in value)}]"


def _key(name: str) -> str:
    return json.dumps(name.encode("utf-8", "replace").decode())
