"""What hostile input is made of: texts that try to be more than text, a server that says what it likes, commands to meet it."""

from __future__ import annotations

import contextlib
import io
import re
import socket
import threading
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

# Whatever steers a terminal or is seen by nobody; tabs and ends of lines are ours.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff\U000e0000-\U000e007f]"
)
STEERING = (
    "\x1b[31mred\x1b[0m \x1b]8;;https://evil.example\x07link\x1b]8;;\x07 "
    "\x1b]52;c;ZXZpbA==\x07 \x9b31m \u202ertl\u202c \x07 \x08 "
    "a\u200bb \u2066isolated\u2069 \ufeff \rover \U000e0041"
)
MARKUP = (
    "<script>document.title='ran'</script>", "<img src=x onerror=\"document.title='ran'\">", "</style><script>1</script>",
    "\"><svg onload=\"document.title='ran'\">", "' onmouseover='document.title=1", "</script><script>1</script>",
    "<a href=\"javascript:document.title='ran'\">x</a>", "{{ 7 * 191 }} {% include '/etc/passwd' %} {# #}", "${7*191} #{7*191}",
    '#read("/etc/passwd") #import "@preview/x:1.0.0" `] $ @x <y>', "[x](javascript:alert(1)) ![y](https://evil.example/z)",
    "# heading | cell | **bold** _em_ ~~s~~\n```\nfence", "\\input{/etc/passwd} \\write18{id} %", "=HYPERLINK(\"evil\")",
    "]]> <![CDATA[ <!-- --> <!-- stilts-claims: {} -->", "\u202egnp.exe",
)  # fmt: skip


@dataclass(frozen=True)
class Ran:
    """What a command printed, and its exit code."""

    code: int
    out: str
    err: str


def run(program: str, *words: str) -> Ran:
    """A command of `synth` or `replicate` in this process, its streams as a pipe would get them."""
    import importlib

    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            code = importlib.import_module(f"{program}.__main__").main(list(words))
        except SystemExit as end:
            code = int(str(end.code))
    return Ran(code, out.getvalue(), err.getvalue())


Says = Callable[[str], Iterable[bytes]]  # the path that is asked for -> the bytes of the answer, head and all, piece by piece


@contextlib.contextmanager
def saying(says: Says) -> Iterator[tuple[str, list[str]]]:
    """A server on loopback that is asked a path and says bytes, as many as are taken. Gives its address and what it was asked."""
    heard: list[str] = []
    listening = socket.create_server(("127.0.0.1", 0))

    def answer(line: socket.socket) -> None:
        with contextlib.suppress(OSError), line:
            asked = b""
            while b"\r\n\r\n" not in asked and (part := line.recv(65536)):
                asked += part
            if asked:
                heard.append(asked.decode("latin-1"))
                for piece in says(asked.split(b" ")[1].decode("latin-1")):
                    line.sendall(piece)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                threading.Thread(target=answer, args=(listening.accept()[0],), daemon=True).start()

    threading.Thread(target=accept, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}", heard
    finally:
        with contextlib.suppress(OSError):
            listening.shutdown(socket.SHUT_RDWR)
        listening.close()


def whole(content: bytes, *headers: str, status: str = "200 OK") -> Sequence[bytes]:
    """One plain answer."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(content)}", "Connection: close", *headers, "", ""])
    return [head.encode("latin-1"), content]
