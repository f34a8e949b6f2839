"""Inputs made worse: bytes, tokens, lines and trees changed by chance, always the same for the same random numbers."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Sequence

from .family import Door
from .trees import FORMS, TEXTS

MOST = 1 << 17  # bytes of an input
TOKEN = re.compile(rb"<[^<>]{0,200}>|[\w.]+|\s+|.", re.S)
BYTES = (
    b"\0", b"\xff", b"\xfe\xff", b"\xff\xfe", b"\xef\xbb\xbf", b"\xc3", b"\xed\xa0\x80", b"\r", b"\n", b"\n\n", b"\t",
    b"\x1b[2J", b"\x85", b"\x0c", b"\xe2\x80\xae", b"\xe2\x80\xa8", b"\xc2\xa0", b"\"", b"'", b",", b"{", b"}", b"[", b"]",
    b"<", b">", b"&#0;", b"&#x110000;", b"\\", b"|", b"%", b"$", b"1e999", b"-", b"NaN", b"9" * 5000,
)  # fmt: skip


def mutated(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    """The input after one change or a few."""
    for _ in range(1 + int(rng.expovariate(0.9))):
        data = _once(data, others, door, rng)[:MOST]
    return data


def _once(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    if door.form in FORMS and rng.random() < 0.6 and (made := FORMS[door.form](data, rng, door.words)) is not None:
        return made
    change: Callable[..., bytes] = rng.choice(CHANGES)
    return change(data, others, door, rng)


def _flip(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    found = bytearray(data)
    for _ in range(rng.choice((1, 1, 4))):
        if found:
            found[rng.randrange(len(found))] ^= 1 << rng.randrange(8)
    return bytes(found)


def _insert(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] + _piece(door, rng) + data[at:]


def _replace(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    begin, end = _span(data, rng)
    return data[:begin] + _piece(door, rng) + data[end:]


def _delete(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    begin, end = _span(data, rng)
    return data[:begin] + data[end:]


def _cut(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    at = rng.randrange(len(data) + 1)
    return data[:at] if rng.random() < 0.8 else data[at:]


def _splice(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    other = rng.choice(others) if others else data
    return data[: rng.randrange(len(data) + 1)] + other[rng.randrange(len(other) + 1) :]


def _repeat(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    """A piece many times: long lines, many rows, deep nesting."""
    begin, end = _span(data, rng)
    times = min(rng.choice((2, 10, 300, 5000, 40_000)), MOST // max(1, end - begin))
    return data[:begin] + data[begin:end] * times + data[end:]


def _lines(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    """A line elsewhere, twice, gone, or one of another input."""
    found = data.split(b"\n")
    at = rng.randrange(len(found))
    match rng.randrange(4):
        case 0:
            found.insert(rng.randrange(len(found) + 1), found[at])
        case 1:
            del found[at]
        case 2:
            found.insert(rng.randrange(len(found) + 1), found.pop(at))
        case _:
            found.insert(at, rng.choice((rng.choice(others) if others else data).split(b"\n")))
    return b"\n".join(found)


def _tokens(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    """A word, a mark or a tag in the place of another, or gone, or many times."""
    found = TOKEN.findall(data[:20_000])
    if not found:
        return _piece(door, rng)
    at = rng.randrange(len(found))
    match rng.randrange(4):
        case 0:
            found[at] = rng.choice(found)
        case 1:
            found[at] = b""
        case 2:
            found[at] = _piece(door, rng)
        case _:
            found[at] *= rng.choice((2, 50, 2000))
    return b"".join(found) + data[20_000:]


def _encoded(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    """The same characters in another encoding, or with a mark of one before them."""
    if rng.random() < 0.3:
        return rng.choice((b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff", b"\xef\xbb\xbf\xef\xbb\xbf")) + data
    return data.decode("utf-8", "replace").encode(
        rng.choice(("utf-16", "utf-16-be", "utf-32", "latin-1", "cp1252", "cp037")), "replace"
    )


def _ends(data: bytes, others: Sequence[bytes], door: Door, rng: random.Random) -> bytes:
    return data.replace(b"\n", rng.choice((b"\r\n", b"\r", b"\x85", b"", b"\n\n", b" ", b"\xe2\x80\xa8")))


CHANGES = (
    _flip,
    _insert,
    _insert,
    _replace,
    _replace,
    _delete,
    _cut,
    _splice,
    _repeat,
    _lines,
    _tokens,
    _tokens,
    _encoded,
    _ends,
)


def _span(data: bytes, rng: random.Random) -> tuple[int, int]:
    begin = rng.randrange(len(data) + 1)
    return begin, min(len(data), begin + rng.choice((0, 1, 2, 5, 20, 100, 1000)))


def _piece(door: Door, rng: random.Random) -> bytes:
    kind = rng.random()
    if door.words and kind < 0.5:
        return rng.choice(door.words).encode("utf-8", "surrogateescape")
    return rng.choice(BYTES) if kind < 0.8 else rng.choice(TEXTS).encode("utf-8", "surrogatepass")
