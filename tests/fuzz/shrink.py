"""The smallest part of an input that does the same."""

from __future__ import annotations

import time
from collections.abc import Callable


def smallest(data: bytes, same: Callable[[bytes], bool], seconds: float = 15.0) -> bytes:
    """Lines and then bytes taken away for as long as it does the same (delta debugging), and as there is time."""
    until = time.monotonic() + seconds
    for split in (lambda one: one.splitlines(keepends=True), lambda one: [one[at : at + 1] for at in range(len(one))]):
        data = _reduced(split(data), same, until)
    return data


def _reduced(parts: list[bytes], same: Callable[[bytes], bool], until: float) -> bytes:
    count = 2
    while len(parts) > 1 and time.monotonic() < until:
        size = max(1, len(parts) // count)
        for begin in range(0, len(parts), size):
            left = parts[:begin] + parts[begin + size :]
            if time.monotonic() > until:
                break
            if left and same(b"".join(left)):
                parts, count = left, max(2, count - 1)
                break
        else:
            if size == 1:
                break
            count = min(len(parts), 2 * count)
    return b"".join(parts)
