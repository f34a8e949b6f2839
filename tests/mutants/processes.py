"""Pieces of work in processes of their own, a few at a time: how each one ended."""

from __future__ import annotations

import math
import os
import resource
import signal
import time
from collections import deque
from collections.abc import Callable, Iterator, Sequence

PASSED, FAILED, BROKEN = 0, 1, 70  # how a piece of work exits: tests passed, a test failed, it was not begun
KILLED, SURVIVED, TIMED_OUT = "killed", "survived", "timed out"
LONGEST = 1200.0  # seconds of the clock: it waits for something that never comes
MEMORY = 8 << 30  # bytes of address space


def carried_out(works: Sequence[Callable[[], int]], jobs: int) -> Iterator[tuple[int, str]]:
    """The place of each piece of work and what became of it, as they end."""
    waiting, live = deque(enumerate(works)), dict[int, tuple[int, float]]()
    while waiting or live:
        while waiting and len(live) < jobs:
            at, work = waiting.popleft()
            live[forked(work)] = at, time.monotonic() + LONGEST
        for pid in [*live]:
            ended, status = os.waitpid(pid, os.WNOHANG)
            at, until = live[pid]
            if ended:
                del live[pid]
                yield at, _said(status)
            elif time.monotonic() > until:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.002)


def forked(work: Callable[[], int]) -> int:
    """The id of a child that does this and exits as it says."""
    if child := os.fork():
        return child
    code = BROKEN
    try:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
        code = work()
    finally:
        os._exit(code)


def _said(status: int) -> str:
    if os.WIFSIGNALED(status):
        return TIMED_OUT if os.WTERMSIG(status) in (signal.SIGXCPU, signal.SIGKILL) else KILLED
    if os.WEXITSTATUS(status) == BROKEN:
        raise RuntimeError("a mutant could not be put into its module")
    return SURVIVED if os.WEXITSTATUS(status) == PASSED else KILLED


def allow(seconds: float) -> None:
    """This process ends when it has computed for so many seconds more."""
    until = math.ceil(time.process_time() + seconds)
    resource.setrlimit(resource.RLIMIT_CPU, (until, resource.getrlimit(resource.RLIMIT_CPU)[1]))
