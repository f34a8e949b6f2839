"""A process of its own for readers: it has little memory, is watched, and a fault of it costs one input."""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import resource
import select
import shutil
import signal
import socket
import struct
import sys
import tempfile
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from .cover import Cover
from .family import Door, Family
from .law import Verdict, judged

MEBIBYTES = 1536  # beyond what the process has when it begins
SECONDS, PER_BYTE = 5.0, 1e-4  # of processor time for one input, and more for a long one
TRACED = 6  # times as much for an input whose lines are noted
STUCK = 120.0  # seconds without an answer, however little the processor did
RENEWED = 2000  # inputs after which a fresh process is taken
TICK = os.sysconf("SC_CLK_TCK")


@dataclass
class Child:
    """Judges inputs of a family, one after another, in a process that is renewed when it dies, hangs or has grown old."""

    family: Family
    cover: Cover | None = None
    folder: Path = field(default_factory=lambda: Path(tempfile.mkdtemp(prefix="fuzz-")))
    _pid: int = 0
    _ask: int = -1
    _hear: int = -1
    _asked: int = 0
    _warmed: bool = False

    def __enter__(self) -> Child:
        return self

    def __exit__(self, *_: object) -> None:
        self._end()
        shutil.rmtree(self.folder, ignore_errors=True)

    def judge(self, door: Door, data: bytes, traced: bool = False) -> tuple[Verdict, list[int]]:
        """The verdict on an input, and the arcs that no input before it has reached."""
        if not self._pid or self._asked >= RENEWED:
            self._end()
            self._begin()
        self._asked += 1
        number = self.family.doors.index(door)
        noted = traced and self.cover is not None
        os.write(self._ask, struct.pack("<IB", number, noted))
        _send(self._ask, data)
        limit = (SECONDS + PER_BYTE * len(data)) * (TRACED if noted else 1)
        answer, how = self._answer(limit)
        if answer is not None:
            told: dict[str, Any] = json.loads(answer)
            if self.cover is not None:
                self.cover.arcs.update(told["arcs"])
            return Verdict(**told["verdict"]), told["arcs"]
        if noted:  # what the noting costs is no fault of the reader
            return self.judge(door, data)
        return Verdict(fault=how, sign=how.partition("\n")[0], seconds=limit), []

    def _answer(self, limit: float) -> tuple[bytes | None, str]:
        """What the process answers; or how it ended in place of it."""
        began, used = time.monotonic(), _used(self._pid)
        while True:
            if select.select([self._hear], [], [], 0.25)[0]:
                if (answer := _take(self._hear)) is not None:
                    return answer, ""
                _, status = os.waitpid(self._pid, 0)
                self._forget()
                code = os.waitstatus_to_exitcode(status)
                why = signal.Signals(-code).name if code < 0 else f"exit code {code}"
                return None, f"the process ended: {why}\n{self._trace()}"
            spent, waited = _used(self._pid) - used, time.monotonic() - began
            if spent > limit or waited > STUCK + limit:
                os.kill(self._pid, signal.SIGUSR1)
                time.sleep(0.3)
                trace = self._trace()
                self._end()
                inner = next((line for line in trace.splitlines() if "/synth/" in line or "/replicate/" in line), "").strip()
                return None, f"hang: more than {limit:.0f} s of processor time {inner.rpartition('/')[2]}\n{trace}"

    def _trace(self) -> str:
        with contextlib.suppress(OSError):
            return (self.folder / "trace").read_text(errors="replace")[:3000]
        return ""

    def _warm(self) -> None:
        """Load here what the readers load when they are first called: else every new process would."""
        self._warmed = True
        kept = dict(os.environ)
        os.environ.update(_homes(self.folder))
        try:
            for door in self.family.doors:
                if not door.heavy:
                    judged(door, door.seeds()[0], self.folder)
        finally:
            os.environ.clear()
            os.environ.update(kept)

    def _begin(self) -> None:
        if not self._warmed:
            self._warm()
        asks, self._ask = os.pipe()
        self._hear, answers = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        self._pid = os.fork()
        if not self._pid:
            os.close(self._ask)
            os.close(self._hear)
            self._serve(asks, answers)
        os.close(asks)
        os.close(answers)
        self._asked = 0

    def _end(self) -> None:
        if self._pid:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._pid, signal.SIGKILL)
            os.waitpid(self._pid, 0)
            self._forget()

    def _forget(self) -> None:
        os.close(self._ask)
        os.close(self._hear)
        self._pid = 0

    def _serve(self, asks: int, answers: int) -> NoReturn:
        """In the process itself."""
        code = 1
        try:
            settle(self.folder)
            faulthandler.enable(trace := (self.folder / "trace").open("w"))
            faulthandler.register(signal.SIGUSR1, trace)
            bound(MEBIBYTES)
            while len(head := os.read(asks, 5)) == 5:
                number, noted = struct.unpack("<IB", head)
                data = _take(asks)
                if data is None:
                    break
                _send(answers, json.dumps(self._verdict(self.family.doors[number], data, bool(noted))).encode())
            code = 0
        finally:
            os._exit(code)

    def _verdict(self, door: Door, data: bytes, noted: bool) -> dict[str, Any]:
        before = set[int]()
        around = None
        if noted and self.cover is not None:
            before, self.cover.arcs = self.cover.arcs, set()
            if door.guide is None:
                around = self.cover.run
            else:
                _guided(self.cover, door, data, self.folder)
        try:
            verdict = judged(door, data, self.folder, around)
        except MemoryError:
            verdict = Verdict(fault=f"memory: more than {MEBIBYTES} MiB", sign="memory")
        arcs = list[int]()
        if noted and self.cover is not None:
            arcs, self.cover.arcs = list(self.cover.arcs - before), before | self.cover.arcs
        return {"verdict": asdict(verdict), "arcs": arcs}


def _guided(cover: Cover, door: Door, data: bytes, folder: Path) -> None:
    from .law import put

    put(door, data, folder)
    with contextlib.suppress(Exception):
        cover.run(lambda: door.guide(folder / "in" / door.file))


def settle(folder: Path) -> None:
    """Give this process folders of its own, no network, no standard output and no colours of somebody's terminal."""
    for name in ("in", "here", "temporary", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    os.chdir(folder / "here")
    os.environ.update(_homes(folder))
    tempfile.tempdir = str(folder / "temporary")
    socket.socket.connect = _no_network
    nowhere = os.open(os.devnull, os.O_RDWR)
    for stream in (0, 1, 2):
        os.dup2(nowhere, stream)


def _homes(folder: Path) -> dict[str, str]:
    cache = folder / "cache"
    return {"TMPDIR": str(folder / "temporary"), "XDG_CACHE_HOME": str(cache), "HF_HOME": str(cache / "hf")}


def _no_network(self: socket.socket, address: Any) -> None:
    raise AssertionError(f"a reader asked the network for {address}")


def bound(mebibytes: int) -> None:
    """So much more memory than there is now, for this process."""
    pages = int(Path("/proc/self/statm").read_text().split()[0])
    most = pages * resource.getpagesize() + mebibytes * 2**20
    resource.setrlimit(resource.RLIMIT_AS, (most, resource.getrlimit(resource.RLIMIT_AS)[1]))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _used(pid: int) -> float:
    """Seconds of processor time of a process."""
    with contextlib.suppress(OSError, IndexError, ValueError):
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / TICK
    return 0.0


def _send(handle: int, data: bytes) -> None:
    left = memoryview(struct.pack("<I", len(data)) + data)
    while left:
        left = left[os.write(handle, left) :]


def _take(handle: int) -> bytes | None:
    """What was sent; None where the other side has gone."""
    head = _exactly(handle, 4)
    return _exactly(handle, struct.unpack("<I", head)[0]) if head is not None else None


def _exactly(handle: int, size: int) -> bytes | None:
    found = bytearray()
    while len(found) < size:
        piece = os.read(handle, min(size - len(found), 1 << 16))
        if not piece:
            return None
        found += piece
    return bytes(found)
