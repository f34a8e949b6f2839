"""A bar on stderr: redrawn in place on a terminal, a line every ten seconds elsewhere."""

from __future__ import annotations

import shutil
import sys
import time
from collections.abc import Sequence
from typing import TextIO, TypeVar

from .. import confidential
from ..shown import bare, visible

Item = TypeVar("Item")
REDRAW, LINE = 0.1, 10.0  # seconds between two drawings on a terminal, and between two lines elsewhere
WIDTH = 24


class Bar:
    """Shows how far a piece of work is. It says something at once, and is silent after `close`.

    >>> with Bar("verifying", total=14, unit="claims") as bar:
    ...     bar.update(3, doing=["squad-gain"])
    """

    def __init__(self, title: str, total: int, unit: str = "", stream: TextIO | None = None) -> None:
        self.title, self.total, self.unit = title, total, unit
        self.stream = bare(sys.stderr if stream is None else stream)  # what it draws with steers a terminal
        self.terminal = self.stream.isatty()
        self.started = time.monotonic()
        self._drawn = 0.0
        self._lines = 0
        self._last: tuple[int, float | None, Sequence[str], float | None] = (0, None, (), None)
        self._draw()

    def update(self, done: int, share: float | None = None, doing: Sequence[str] = (), left: float | None = None) -> None:
        """`share` of all the work (default done / total), what is being done now, and the seconds left."""
        self._last = (done, share, doing, left)
        if time.monotonic() - self._drawn >= (REDRAW if self.terminal else LINE):
            self._draw()

    def note(self, line: str) -> None:
        """A line that stays, above the bar."""
        self._erase()
        print(_safe(line), file=self.stream, flush=True)
        if self.terminal:
            self._draw()

    def close(self) -> None:
        """Take the bar away; what it said last stays only where it is no terminal."""
        if self.terminal:
            self._erase()
        elif self._last[0] and self._drawn:
            self._draw()
        self.stream.flush()

    def __enter__(self) -> Bar:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def _draw(self) -> None:
        self._drawn = time.monotonic()
        done, share, doing, left = self._last
        if share is None:
            share = done / self.total if self.total else 1.0
        share = min(max(share, 0.0), 1.0)
        counts = f"{done}/{self.total}{' ' + self.unit if self.unit else ''}"
        passed = duration(self._drawn - self.started)
        times = f"{passed}, about {duration(left)} left" if left is not None and done < self.total else passed
        if not self.terminal:
            what = f"  {' | '.join(doing)}" if doing else ""
            print(_safe(f"{self.title}: {counts}, {share:.0%}, {times}{what}"), file=self.stream, flush=True)
            return
        width = max(shutil.get_terminal_size().columns - 1, 20)
        full = round(share * WIDTH)
        lines = [f"{self.title} [{'█' * full}{'░' * (WIDTH - full)}] {share:4.0%}  {counts}  {times}"]
        if doing:
            lines.append("  " + " | ".join(doing))
        self._erase()
        self.stream.write("\n".join(_safe(line)[:width] for line in lines))
        self._lines = len(lines)
        self.stream.flush()

    def _erase(self) -> None:
        if self._lines:
            self.stream.write("\r\x1b[K" + "\x1b[A\r\x1b[K" * (self._lines - 1))
            self._lines = 0


def _safe(line: str) -> str:
    return visible(confidential.taken_out(line))


def duration(seconds: float) -> str:
    """For people: 45 s, 12 min, 3.5 h."""
    if seconds < 90:
        return f"{seconds:.0f} s"
    return f"{seconds / 60:.0f} min" if seconds < 5400 else f"{seconds / 3600:.1f} h"
