"""What a step costs: tokens, padding, time, memory. It stands in the step's record beside its result, and enters no hash.

A worker begins the count before a step and reads it after; models count what they read. Nothing here decides a result.
"""

from __future__ import annotations

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from .. import devices

STATUS, RESET = Path("/proc/self/status"), Path("/proc/self/clear_refs")


@dataclass
class Count:
    """Tokens that models were given, those that they multiplied, padding included, and the seconds in which they did."""

    real: int = 0
    read: int = 0
    computing: float = 0.0
    began: float = field(default_factory=time.monotonic)


_now = Count()


def begin() -> None:
    """From here on it is another step's count."""
    global _now
    _now = Count()
    with contextlib.suppress(OSError):
        RESET.write_text("5")  # Linux forgets the highest memory so far
    if (torch := _cuda()) is not None:
        torch.cuda.reset_peak_memory_stats()


def count(real: int, read: int | None = None) -> None:
    """A model reads so many tokens, `read` of them with padding."""
    _now.real += real
    _now.read += real if read is None else read


@contextlib.contextmanager
def computing() -> Iterator[None]:
    """The time inside is what tokens per second are told of; without it, it is the whole step's."""
    began = time.monotonic()
    try:
        yield
    finally:
        _now.computing += time.monotonic() - began


def counted() -> tuple[int, int]:
    """Tokens given and tokens multiplied since `begin`."""
    return _now.real, _now.read


def figures(real: int | None = None, read: int | None = None, processes: int = 1) -> dict[str, Any]:
    """All that was measured since `begin`; where several processes share a step, with the tokens of them all. The memory is
    that of the first."""
    real, read = _now.real if real is None else real, _now.read if read is None else read
    seconds = time.monotonic() - _now.began
    spent = _now.computing or seconds
    tokens = {"tokens": real, "tokens_per_second": round(real / spent, 1), "pad_share": round(1 - real / read, 4)} if read else {}
    torch = sys.modules.get("torch")
    cuda = _cuda()
    return {
        "seconds": round(seconds, 3),
        **({"computing_seconds": round(_now.computing, 3)} if _now.computing else {}),
        **tokens,
        "peak_memory_bytes": _peak(),
        **({"peak_gpu_memory_bytes": cuda.cuda.max_memory_allocated()} if cuda is not None else {}),
        "device": cuda.cuda.get_device_name() if cuda is not None else processor(),
        "threads": torch.get_num_threads() if torch is not None else 1,
        "processes": processes,
    }


def _cuda() -> Any:
    """torch where this process computes on a GPU."""
    torch = sys.modules.get("torch")
    return torch if torch is not None and devices.named() == "cuda" and torch.cuda.is_available() else None


def _peak() -> int:
    """The most memory that this process had since `begin`; where the system cannot say that, since it started."""
    with contextlib.suppress(OSError, ValueError, StopIteration):
        line = next(line for line in STATUS.read_text().splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) * 1024
    import resource

    most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return most if sys.platform == "darwin" else most * 1024


@cache
def processor() -> str:
    """The model of the processor, as far as the system tells."""
    with contextlib.suppress(OSError, StopIteration):
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8", errors="replace").splitlines()
        return next(line for line in lines if line.startswith("model name")).partition(":")[2].strip()
    return os.uname().machine if hasattr(os, "uname") else "cpu"
