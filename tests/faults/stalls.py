"""A server that stalls: it stands before another one, hands on so many bytes of an answer, and then says nothing more."""

from __future__ import annotations

import contextlib
import socket
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Cut = Callable[[bytes], int]  # how many bytes of a whole answer are handed on
HEAD = b"\r\n\r\n"
CUTS: dict[str, Cut] = {
    "nothing": lambda answer: 0,
    "one byte": lambda answer: 1,
    "the status": lambda answer: answer.index(b"\r\n"),
    "the status line": lambda answer: answer.index(b"\r\n") + 2,
    "all but the end of the head": lambda answer: answer.index(HEAD) + 3,
    "the head": lambda answer: answer.index(HEAD) + 4,
    "one byte of the body": lambda answer: answer.index(HEAD) + 5,
    "half of the body": lambda answer: (answer.index(HEAD) + 4 + len(answer)) // 2,
    "all but one byte": lambda answer: len(answer) - 1,
}


@dataclass
class Stalled:
    """Where it is reached, and how many answers it has cut."""

    url: str
    answers: int = 0
    waiting: list[socket.socket] = field(default_factory=list)


@contextlib.contextmanager
def before(upstream: str, cut: Cut, only: str = "/", drip: float = 0.0) -> Iterator[Stalled]:
    """A server before `upstream`, which cuts what is asked for at paths that begin with `only`; others pass whole.

    With `drip` it is no cut: what would be left out comes a byte at a time, so many seconds apart.
    """
    listener = socket.create_server(("127.0.0.1", 0))
    made, ended = Stalled(f"http://127.0.0.1:{listener.getsockname()[1]}"), threading.Event()
    parts = urlsplit(upstream)

    def answer(client: socket.socket) -> None:
        with contextlib.suppress(OSError), client:
            asked = _head(client)
            if not asked:
                return
            whole = _asked(parts.hostname or "", parts.port or 80, asked)
            if not asked.split(b" ")[1].startswith(only.encode()):
                client.sendall(whole)
                return
            made.answers += 1
            size = cut(whole)
            client.sendall(whole[:size])
            for at in range(size, len(whole)) if drip else ():
                if ended.wait(drip):
                    return
                client.sendall(whole[at : at + 1])
            ended.wait()

    def listen() -> None:
        with contextlib.suppress(OSError):
            while not ended.is_set():
                client, _ = listener.accept()
                threading.Thread(target=answer, args=(client,), daemon=True).start()

    threading.Thread(target=listen, daemon=True).start()
    try:
        yield made
    finally:
        ended.set()
        listener.close()
        time.sleep(0)


def _head(client: socket.socket) -> bytes:
    got = b""
    while HEAD not in got:
        part = client.recv(65536)
        if not part:
            return b""
        got += part
    return got


def _asked(host: str, port: int, head: bytes) -> bytes:
    """The whole answer of the server behind; asked to close, so that its end is seen."""
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith(b"connection:")]
    with socket.create_connection((host, port), timeout=30) as server:
        server.sendall(b"\r\n".join([lines[0], b"Connection: close", *lines[1:]]))
        got = []
        while part := server.recv(65536):
            got.append(part)
    return b"".join(got)
