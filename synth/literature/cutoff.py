"""A connection that is ended at a time, whatever is waited for on it.

The wait of a socket begins anew with every byte, so a server that drips the head of an answer would hold us for hours. Where
the head of an answer breaks off, the library takes what came for all of it: who was cut off has to be asked.
"""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

import requests
from requests.adapters import HTTPAdapter

_mine = threading.local()  # the cutoff of the request that this thread makes


class Cutoff:
    """The end of one request, at a time of time.monotonic; `came` where it was not over before."""

    def __init__(self, until: float) -> None:
        self.until, self.came = until, False
        self.timer: threading.Timer | None = None

    def watch(self, one: socket.socket) -> None:
        """From now on this is the connection that will be ended."""
        self.stop()
        self.timer = threading.Timer(max(self.until - time.monotonic(), 0.0), self._end, (one,))
        self.timer.daemon = True
        self.timer.start()

    def stop(self) -> None:
        if self.timer:
            self.timer.cancel()

    def _end(self, one: socket.socket) -> None:
        self.came = True
        with contextlib.suppress(OSError):
            # The socket's own method: one of TLS would wait for the other side to take part.
            socket.socket.shutdown(one, socket.SHUT_RDWR)


@contextlib.contextmanager
def at(until: float) -> Iterator[Cutoff]:
    """Within the block this thread's requests by a `session` are ended at this time."""
    _mine.cutoff = made = Cutoff(until)
    try:
        yield made
    finally:
        made.stop()
        _mine.cutoff = None


class _Watched:
    """A connection that a cutoff may end; mixed into those of urllib3."""

    sock: socket.socket | None

    def getresponse(self, *given: Any, **named: Any) -> Any:
        cutoff: Cutoff | None = getattr(_mine, "cutoff", None)
        if cutoff and self.sock is not None:
            cutoff.watch(self.sock)
        return super().getresponse(*given, **named)  # type: ignore[misc]


class _Adapter(HTTPAdapter):
    def get_connection_with_tls_context(self, *given: Any, **named: Any) -> Any:
        pool = super().get_connection_with_tls_context(*given, **named)
        if not issubclass(pool.ConnectionCls, _Watched):
            pool.ConnectionCls = type("Watched", (_Watched, pool.ConnectionCls), {})
        return pool


def session() -> requests.Session:
    """A session whose requests can be cut off."""
    made = requests.Session()
    for scheme in ("http://", "https://"):
        made.mount(scheme, _Adapter())
    return made
