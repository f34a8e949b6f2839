"""One family for some time: inputs out of inputs, those kept that reach new lines, and faults made small."""

from __future__ import annotations

import hashlib
import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from .child import Child
from .cover import Cover, lines
from .family import Door, Family, place
from .law import Verdict
from .mutations import mutated
from .shrink import smallest

MOST_FAULTS = 40  # different ones of a family; more of them say no more
KEPT = 4000  # bytes of an input that is worth keeping


@dataclass
class Tally:
    """What became of a family. `faults` are different ones, each with where it is kept and what happened."""

    family: str
    inputs: int = 0
    refused: int = 0
    reached: int = 0
    worst: float = 0.0
    slowest: str = ""
    seconds: float = 0.0
    faults: list[tuple[Path, Verdict]] = field(default_factory=list)


@dataclass
class Pool:
    """The inputs of a door that others are made of."""

    door: Door
    inputs: list[bytes]
    fresh: list[bytes] = field(default_factory=list)

    def take(self, rng: random.Random) -> bytes:
        """Mostly one of those that reached new lines last."""
        if self.fresh and rng.random() < 0.5:
            return rng.choice(self.fresh[-20:])
        return rng.choice(self.inputs)


def campaign(
    family: Family,
    seconds: float,
    seed: int,
    keep: bool = False,
    guided: bool = True,
    say: Callable[[Tally], None] = lambda tally: None,
) -> Tally:
    """Inputs for so long; every fault is written to the corpus when it is found."""
    rng, tally, began = random.Random(f"{seed} {family.name}"), Tally(family.name), time.monotonic()
    kept: dict[str, list[Path]] = {}
    for door, path in family.corpus():
        kept.setdefault(door.name, []).append(path)
    pools = [Pool(door, [*door.seeds(), *(path.read_bytes() for path in kept.get(door.name, ()))]) for door in family.doors]
    shares = [1 if pool.door.heavy else 10 for pool in pools]
    cover = Cover({name for door in family.doors for name in door.traced}) if guided else None
    signs, told = set[str](), began
    with Child(family, cover) as child:
        todo = [(pool, data) for pool in pools for data in pool.inputs]
        while (now := time.monotonic()) - began < seconds or todo:
            pool, data = todo.pop(0) if todo else _made(rng.choices(pools, shares)[0], rng)
            verdict, arcs = child.judge(pool.door, data, traced=guided)
            tally.inputs += 1
            tally.refused += bool(verdict.said)
            if verdict.seconds > tally.worst:
                tally.worst, tally.slowest = verdict.seconds, f"{pool.door.name}, {len(data):,} bytes"
            if verdict.fault and verdict.sign not in signs and len(signs) < MOST_FAULTS:
                signs.add(verdict.sign)
                tally.faults.append(_kept(family, pool.door, data, verdict, child))
            elif arcs and not verdict.fault:
                pool.inputs.append(data)
                pool.fresh.append(data)
                if keep and tally.inputs > sum(len(one.inputs) for one in pools) and (small := _interesting(data, arcs)):
                    path = place(family, pool.door, f"reaches {hashlib.sha256(small).hexdigest()[:8]}")
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_bytes(small)
            if now - told > 10:
                told = now
                tally.reached, tally.seconds = len(lines(cover.arcs)) if cover else 0, now - began
                say(tally)
    tally.reached, tally.seconds = len(lines(cover.arcs)) if cover else 0, time.monotonic() - began
    return tally


def _made(pool: Pool, rng: random.Random) -> tuple[Pool, bytes]:
    return pool, mutated(pool.take(rng), pool.inputs, pool.door, rng)


def _interesting(data: bytes, arcs: list[int]) -> bytes:
    """What is worth keeping for others: small, and far from what was there."""
    return data if len(data) <= KEPT and len(arcs) >= 12 else b""


def _kept(family: Family, door: Door, data: bytes, verdict: Verdict, child: Child) -> tuple[Path, Verdict]:
    """The smallest input with the same fault, in the corpus."""
    heavy = verdict.sign.startswith(("hang", "memory", "the process"))

    def same(one: bytes) -> bool:
        return child.judge(door, one)[0].sign == verdict.sign

    small = smallest(data, same, 60 if heavy else 15) if same(data) else data
    again = child.judge(door, small)[0]
    path = place(family, door, verdict.sign.replace("replicate/", "").replace("synth/", ""))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(small)
    return path, again if again.fault else verdict
