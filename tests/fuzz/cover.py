"""Which lines of some modules a call runs through, and from which line it came to each: what tells one input from another."""

from __future__ import annotations

import sys
import zlib
from collections.abc import Callable, Iterable
from types import CodeType, FrameType
from typing import Any

from .law import ROOT

SHIFT = 20  # bits of a line's number


class Cover:
    """`traced` are modules or packages by their dotted names."""

    def __init__(self, traced: Iterable[str]) -> None:
        homes = [str(ROOT / name.replace(".", "/")) for name in traced]
        self._homes = tuple(home + end for home in homes for end in (".py", "/"))
        self._codes: dict[CodeType, int] = {}
        self.arcs = set[int]()

    def run(self, call: Callable[[], object]) -> object:
        """Make the call with every line of the modules noted."""
        sys.settrace(self._entered)
        try:
            return call()
        finally:
            sys.settrace(None)

    def _entered(self, frame: FrameType, event: str, argument: Any) -> Any:
        number = self._codes.get(frame.f_code)
        if number is None:
            name = frame.f_code.co_filename
            # The same in every process.
            number = zlib.crc32(name.encode()) % (1 << SHIFT) + 1 if name.startswith(self._homes) else 0
            self._codes[frame.f_code] = number
        if not number:
            return None
        base, last, arcs = number << 2 * SHIFT, 0, self.arcs

        def line(frame: FrameType, event: str, argument: Any) -> Any:
            nonlocal last
            if event == "line":
                at = frame.f_lineno
                arcs.add(base | last << SHIFT | at)
                last = at
            return line

        return line


def lines(arcs: Iterable[int]) -> set[int]:
    """The lines that these arcs end at."""
    return {arc >> 2 * SHIFT << SHIFT | arc & (1 << SHIFT) - 1 for arc in arcs}
