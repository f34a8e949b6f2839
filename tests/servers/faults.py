"""What can go wrong on the way, on request: shares of the answers that are spoilt, in a way that the next try mends."""

from __future__ import annotations

import random
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

KINDS = {
    "429": "too many requests, with a Retry-After",
    "429-plain": "too many requests, without a word on waiting",
    "503": "out of service",
    "drop": "the connection ends before an answer",
    "cut": "half of the bytes that were announced",
    "short": "half of the bytes, and only half announced",
    "page": "a web page with status 200",
    "drip": "a byte at a time, without end",
    "wrong": "the PDF of another version",
}
IN_A_ROW = 2  # so many faults for one address, then the answer; a share of 1 never answers


@dataclass
class Faults:
    """Shares of answers by kind. `pace` is the least time between two requests: who is faster gets a 429."""

    shares: Mapping[str, float] = field(default_factory=dict)
    retry_after: str = "1"
    pace: float = 0.0
    slow: float = 0.0
    seed: int = 1
    only: str = ""  # faults for paths that begin like this alone
    done: Counter[str] = field(default_factory=Counter)
    too_fast: int = 0

    def __post_init__(self) -> None:
        for kind in self.shares:
            if kind not in KINDS:
                raise ValueError(f"unknown fault {kind!r}; one of {', '.join(KINDS)}")
        self._chance = random.Random(self.seed)
        self._row: Counter[str] = Counter()
        self._last = -1e9
        self._lock = threading.Lock()

    def next(self, address: str) -> str:
        """The fault for this request; empty for an honest answer."""
        with self._lock:
            now = time.monotonic()
            early, self._last = now - self._last < self.pace, now
            if early:
                self.too_fast += 1
                return "429"
            if not address.startswith(self.only):
                return ""
            draw = self._chance.random()
            for kind, share in self.shares.items():
                if draw < share and (share >= 1 or self._row[address] < IN_A_ROW):
                    self._row[address] += 1
                    self.done[kind] += 1
                    return kind
                draw -= share
            self._row[address] = 0
            return ""
