"""One pace for everything that asks a service, in whatever process it runs.

arXiv wants one request in three seconds and one connection, over all its interfaces together. Two programs that each
keep the pace do not keep it together, so the pace lies in a file: whoever holds the lock may ask, and leaves behind
when the next one may. A second lock is the queue: who has waited for the first lock gets it before who had it last.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

LONGEST = 3600.0  # a service that asks for more is not waited for
POLL = 0.01


@dataclass(frozen=True)
class Throttle:
    """The pace of one service: `folder` is shared by the processes that keep it, `interval` is in seconds."""

    folder: Path
    name: str
    interval: float
    waiting: Callable[[], None] = lambda: None  # called once when another process holds the lock for long

    @contextlib.contextmanager
    def turn(self) -> Iterator[None]:
        """A time to ask in. It begins when the interval since the last turn's beginning is over and nobody else asks."""
        self.folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as held:
            with self._locked("queue"):
                held.enter_context(self._locked("lock"))
            until = time.monotonic() + self.left()
            while (left := until - time.monotonic()) > 0:
                time.sleep(left)
            self._put(self.interval)
            yield

    def pause(self, seconds: float) -> None:
        """Nobody asks for so many seconds: the service said so."""
        self._put(max(self.left(), min(seconds, LONGEST)))

    def next(self) -> float:
        """When the next request may begin (seconds since the epoch); 0 for now."""
        left = self.left()
        return time.time() + left if left else 0.0

    def left(self) -> float:
        """Seconds until the next request may begin; never more than were asked for, though somebody turns the clock back."""
        try:
            until, written = map(float, self._file("next").read_text(encoding="ascii").split())
        except (OSError, ValueError):
            return 0.0
        asked = until - written
        return max(min(until - time.time(), asked), 0.0) if asked <= LONGEST else 0.0

    def _put(self, seconds: float) -> None:
        now = time.time()
        # One call of always the same length: nobody reads half of it, and a kill leaves nothing beside it.
        handle = os.open(self._file("next"), os.O_CREAT | os.O_WRONLY | os.O_NOFOLLOW, 0o666)
        try:
            os.pwrite(handle, f"{now + seconds:020.6f} {now:020.6f}\n".encode(), 0)
        finally:
            os.close(handle)

    def _file(self, what: str) -> Path:
        return self.folder / f"{self.name}.{what}"

    @contextlib.contextmanager
    def _locked(self, what: str) -> Iterator[None]:
        """The kernel takes the lock back when its holder dies."""
        handle = os.open(self._file(what), os.O_CREAT | os.O_RDWR | os.O_NOFOLLOW, 0o666)
        said, since = False, time.monotonic()
        try:
            while True:
                try:
                    fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    break
                except BlockingIOError:
                    if not said and time.monotonic() - since > max(5.0, 3 * self.interval):
                        said = True
                        self.waiting()
                    time.sleep(POLL)
            yield
        finally:
            os.close(handle)
