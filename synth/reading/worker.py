"""Reading in a process of its own: a file that crashes, hangs or eats memory ends that process and not the batch.

    with worker.Reader() as reader:
        document = reader.read(path)

The process gets a line of JSON for each file and answers with one; it may write no file. It is started when the first
file is read and again when it had to be ended.
"""

from __future__ import annotations

import atexit
import json
import os
import selectors
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from replicate.problems import Problem

from .document import Document, from_dict

SECONDS, MEBIBYTES = 60.0, 3072
PER_PAGE = 0.25  # seconds more for each page that was read: a long book is no hanging one
TOLD = 25  # pages after which the process says how many it has read
READ = b'{"read": '
LONGEST = 2**30  # characters of an answer


@dataclass(frozen=True)
class Limits:
    """What one file may take."""

    seconds: float = SECONDS
    mebibytes: int = MEBIBYTES


class Reader:
    """Reads papers, one after another, in a process that can be ended."""

    def __init__(self, limits: Limits = Limits()) -> None:  # a frozen value
        self.limits = limits
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Reader:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def read(self, path: str | Path, only: Iterable[int] = ()) -> Document:
        """The paper in a file, or only some pages of it. A Problem where the file is bad or goes beyond the limits."""
        return from_dict(self._ask({"path": str(path), "only": list(only)}, str(path))["document"])

    def checked(self, document: Document, pages: Iterable[int]) -> tuple[str, ...]:
        """Where pypdf, a second reader, does not find the numbers of these pages of a document; empty where it does."""
        if document.kind != "pdf":
            return ()
        request = {"path": document.source, "check": list(pages), "only": [page.number for page in document.pages]}
        return tuple(self._ask(request, document.source)["notes"])

    def attached(self, path: str | Path, name: str) -> tuple[str, list[str]]:
        """The text of a file that is attached to a PDF, empty where there is none, and the lines of its pages."""
        found = self._ask({"path": str(path), "attached": name}, str(path))
        return found["held"], found["lines"]

    def close(self) -> None:
        """End the process."""
        if self._process is not None:
            self._process.kill()
            self._process.communicate()
            self._process = None

    def _ask(self, request: dict[str, Any], name: str) -> dict[str, Any]:
        line, code = self._asked(request, name)
        if code == -signal.SIGKILL:
            # Somebody else ended it, for want of memory perhaps: that says nothing of the file, unless it happens again.
            line, code = self._asked(request, name)
        if code is not None:
            why = f"ended by signal {-code}" if code < 0 else f"exit code {code}"
            raise Problem(
                f"{name}: the reader broke off ({why}; it may take {self.limits.mebibytes:,} MiB); the file is damaged or "
                "made to do harm, fetch it again"
            )
        answer: dict[str, Any] = json.loads(line)
        if "problem" in answer:
            raise Problem(answer["problem"])
        return answer

    def _asked(self, request: dict[str, Any], name: str) -> tuple[bytes, int | None]:
        """The line that answers; or how the process ended in place of it."""
        process = self._started()
        assert process.stdin is not None and process.stdout is not None
        try:
            # It may have been started elsewhere: paths are those of here.
            process.stdin.write(json.dumps({**request, "folder": os.getcwd()}).encode() + b"\n")
            process.stdin.flush()
            line = self._line(process, name)
        except BrokenPipeError:
            line = b""
        if line.endswith(b"\n"):
            return line, None
        code = process.wait()
        self.close()
        return b"", code

    def _line(self, process: subprocess.Popen[bytes], name: str) -> bytes:
        """The answer, waited for as long as the limits allow."""
        assert process.stdout is not None
        found, ends = bytearray(), time.monotonic() + self.limits.seconds
        with selectors.DefaultSelector() as selector:
            selector.register(process.stdout, selectors.EVENT_READ)
            while not found.endswith(b"\n"):
                left = ends - time.monotonic()
                if left <= 0 or not selector.select(left):
                    self.close()
                    raise Problem(
                        f"{name}: not read after {self.limits.seconds:g} seconds; name one page with --page N, "
                        "or allow more with --seconds"
                    )
                piece = os.read(process.stdout.fileno(), 1 << 20)
                if not piece or len(found) > LONGEST:
                    break
                found += piece
                while found.startswith(READ) and (end := found.find(b"\n")) >= 0:
                    ends += TOLD * PER_PAGE
                    del found[: end + 1]
        return bytes(found)

    def _started(self) -> subprocess.Popen[bytes]:
        if self._process is None or self._process.poll() is not None:
            # The package may be imported from a checkout; the current folder must not come before it.
            roots = {str(Path(__import__(name).__file__ or "").parents[1]) for name in ("synth", "replicate")}
            inherited = [one for one in os.environ.get("PYTHONPATH", "").split(os.pathsep) if one]
            environment = {**os.environ, "PYTHONPATH": os.pathsep.join([*sorted(roots), *inherited]), "OMP_NUM_THREADS": "1"}
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-m", "synth.reading.worker", str(self.limits.mebibytes)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**environment, "OPENBLAS_NUM_THREADS": "1"},
            )
        return self._process


_kept = list[Reader]()


def read(path: str | Path, only: Iterable[int] = (), limits: Limits = Limits()) -> Document:
    """One paper, read in a process of its own; the next one with these limits is read in the same process."""
    if not _kept or _kept[0].limits != limits:
        _let_go()
        _kept.append(Reader(limits))
    return _kept[0].read(path, only)


@atexit.register
def _let_go() -> None:
    while _kept:
        _kept.pop().close()


def _answer(request: dict[str, Any], last: list[Document], told: Callable[[int, int], None] | None = None) -> dict[str, Any]:
    """What was asked for; `last` keeps the document read last, which is asked about again."""
    from . import attached, pages, pdf

    path = Path(request["path"])
    os.chdir(request["folder"])
    try:
        if "attached" in request:
            held, lines = attached.read(path, request["attached"])
            return {"held": held, "lines": lines}
        if "check" not in request or not last or last[0].source != str(path):
            last[:] = [pages.read(path, request["only"], told)]
        if "check" in request:
            notes = list[str]()
            for done, number in enumerate(request["check"], 1):
                notes += [note] if (note := pdf.cross_check(path, last[0], number)) else []
                if told:
                    told(done, len(request["check"]))
            return {"notes": notes}
        return {"document": last[0].to_dict()}
    except Problem as problem:
        return {"problem": str(problem)}
    except MemoryError:
        return {"problem": f"{path}: needs more memory than a paper may take; the file is damaged or made to do harm"}
    except OSError as error:
        from replicate.problems import explain

        return {"problem": explain(error)}
    except Exception as error:  # whatever a hostile file does to a reader, the batch goes on
        return {"problem": f"{path}: cannot be read ({type(error).__name__}: {str(error)[:200]}); fetch it again"}


def _limited(mebibytes: int) -> None:
    """Bound this process: memory, and no file may grow by its hand."""
    import resource

    def bound(what: int, most: int) -> None:
        _, hard = resource.getrlimit(what)
        top = most if hard == resource.RLIM_INFINITY else min(most, hard)
        try:
            resource.setrlimit(what, (top, hard))
        except (ValueError, OSError):  # macOS refuses some
            return

    bound(resource.RLIMIT_AS, mebibytes * 2**20)
    bound(resource.RLIMIT_CORE, 0)
    bound(resource.RLIMIT_FSIZE, 0)


def main() -> None:
    """Answer requests until nobody asks any more."""
    _limited(int(sys.argv[1]))
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)  # what a library prints must not stand among the answers
    last = list[Document]()

    def told(done: int, total: int) -> None:
        if done % TOLD == 0:
            answers.write(READ + b"%d}\n" % done)
            answers.flush()

    for line in sys.stdin.buffer:
        answers.write(json.dumps(_answer(json.loads(line), last, told)).encode() + b"\n")
        answers.flush()


if __name__ == "__main__":
    main()
