"""Seconds, memory and disk of a step on a kind of device, by arithmetic: products, passes over weights, kernels to launch.

What is not measured is a guess, and `ASSUMED` says what it rests on.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from ..models.shapes import TEXT, Shape
from .counted import LOOK, Work

GB, GIB = 10**9, 2**30


@dataclass(frozen=True)
class Device:
    """A kind of device: `rate` products and sums a second that large batches reach, `bandwidth` of its memory in bytes a
    second, `kernel` seconds that launching one takes, bytes of `memory` (0: that of the machine, which others use too). `says`
    is how its driver names it."""

    name: str
    rate: float
    bandwidth: float
    kernel: float
    memory: int = 0
    says: str = ""

    @property
    def gpu(self) -> bool:
        return bool(self.says)


CORE = Device("one core", 100e9, 25e9, 60e-6)
SHARE = 0.4  # of a GPU's bf16 peak, in large batches
CARDS = (
    Device("A10 24GB", SHARE * 125e12, 600e9, 5e-6, 24 * GIB, "NVIDIA A10"),
    Device("A100 80GB", SHARE * 312e12, 2039e9, 5e-6, 80 * GIB, "NVIDIA A100"),
    Device("H100 80GB", SHARE * 989e12, 3350e9, 5e-6, 80 * GIB, "NVIDIA H100"),
)
DEVICES = (CORE, *CARDS)
KERNELS = 100  # of a layer, forward and back
IN_TEXT = {True: 2, False: 7}  # times as many in one with a decoder beside it, on a GPU; on a core as trainings at nano took
PASS = 36  # bytes a weight that an update reads and writes: gradients twice, AdamW's two memories and the weight
NARROW = 64  # hidden units at which a core reaches half its rate
TOGETHER = 4096  # tokens of a forward pass of evaluation
# Disk and page cache: what a step reads before it computes, and writes, syncs and hashes after it.
LOADED, SAVED = 0.3e9, 0.15e9
BESIDE = {True: 0.7e9, False: 0.6e9}  # bytes that a process needs beside its model: libraries on a GPU's card, and on a processor
# Bytes of a layer that a token leaves behind until the way back, by hidden unit; with `--recompute` of one layer alone.
LEFT = {True: 48, False: 66}
KEPT = 4  # bytes a hidden unit of what each layer was given, which `--recompute` keeps
STATES = 3  # of a training on disk: two that are kept and one that is being written
USABLE = 0.95  # of a card's memory
PREDICTION = 100  # bytes of a prediction that is kept
ADAPTERS = 0.02  # the share of a model that its adapters have

ON_CORES = f"a core multiplies {CORE.rate / 1e9:.0f} GFLOP/s in fp32 and moves {CORE.bandwidth / 1e9:.0f} GB/s"
ON_CARDS = (
    f"a GPU reaches {SHARE:.0%} of its bf16 peak in large batches; small ones wait for {KERNELS} kernels a layer to be launched "
    f"({CARDS[0].kernel * 1e6:.0f} us each) and for AdamW, which moves {PASS} bytes a weight"
)
TO_THE_END = "no training stops early"


@dataclass(frozen=True)
class Estimate:
    """What a step takes on a device: seconds of computing and beside it (loading, saving), and bytes of memory at its peak."""

    computing: float
    beside: float
    memory: float

    @property
    def seconds(self) -> float:
        return self.computing + self.beside


def estimate(
    kind: str, work: Work, shape: Shape, device: Device, method: str = "full", at_once: int = 0, recompute: bool = False
) -> Estimate:
    """The time and memory of a step of this kind that works through so much with a model of this shape."""
    back = 6 if method == "full" else 4  # what is frozen has no gradient of its own
    # A card launches the next kernels while it computes; a core does one after the other, and is slower in narrow models.
    rate = device.rate if device.gpu else device.rate * shape.hidden / (shape.hidden + NARROW)
    both = max if device.gpu else sum
    products = back * (work.learnt * shape.reading + work.said * shape.saying)
    forward = 2 * (work.read * shape.reading + work.answered * shape.saying)
    launch = KERNELS * shape.layers * device.kernel * (IN_TEXT[device.gpu] if shape.kind == TEXT else 1)
    computing = both((forward / rate, work.read / TOGETHER * launch / 3))
    if work.updates:
        each = products * (4 / 3 if recompute else 1) / work.updates / rate
        computing += work.updates * (both((each, launch)) + PASS * trained(shape, method) / device.bandwidth)
    weights = 4 * shape.weights
    beside = weights / LOADED + (weights / SAVED if kind != "evaluate" else 0.0)
    return Estimate(computing, beside, memory(kind, work, shape, device, method, at_once, recompute))


def trained(shape: Shape, method: str) -> float:
    """How many weights learn."""
    return shape.weights * (1.0 if method == "full" else ADAPTERS)


def memory(
    kind: str, work: Work, shape: Shape, device: Device, method: str = "full", at_once: int = 0, recompute: bool = False
) -> float:
    """Bytes at the peak: weights, AdamW's two memories, then either gradients and what a batch leaves behind, or the copy of
    AdamW's memories that goes to disk, which a GPU's card is spared. Beside both are the weights that were best on dev, after
    the first look, and on a GPU the weights in bf16."""
    weights, beside = 4.0 * shape.weights, BESIDE[device.gpu]
    if kind == "average":
        return 3 * weights + beside
    if kind == "evaluate":
        return weights * (1 if device.gpu else 3) + TOGETHER * shape.hidden * LEFT[device.gpu] + beside
    learning, best = 4.0 * trained(shape, method), weights if work.read else 0.0
    batch = learning + _tokens(work, at_once) * a_token(work, shape, device, recompute) + (best if work.updates > LOOK else 0.0)
    return weights + 2 * learning + beside + (batch + 2 * shape.reading if device.gpu else max(batch, 2 * learning + best))


def a_token(work: Work, shape: Shape, device: Device, recompute: bool = False) -> float:
    """Bytes that a token of a batch leaves behind until the way back."""
    layers, one = shape.layers * (2 if shape.kind == TEXT else 1), shape.hidden * LEFT[device.gpu]
    said = work.said / work.learnt * shape.vocabulary * 12 if work.learnt else 0.0  # logits, what they came to, their gradient
    return (layers * shape.hidden * KEPT + one if recompute else layers * one) + said


def _tokens(work: Work, at_once: int) -> float:
    """Tokens on a device at a time. An item is never divided."""
    return min(work.largest, max(at_once, work.longest)) if at_once else work.largest


def options(kind: str, work: Work, shape: Shape, device: Device, method: str = "full") -> str | None:
    """What a run on this device needs to be told so that a step fits into its memory: nothing, options, or None: it cannot."""
    room = device.memory * USABLE
    if memory(kind, work, shape, device, method) <= room:
        return ""
    if not work.updates:
        return None
    for recompute in (False, True):
        word = "--recompute" if recompute else ""
        if recompute and memory(kind, work, shape, device, method, recompute=True) <= room:
            return word
        none = replace(work, largest=0.0)
        tokens = (room - memory(kind, none, shape, device, method)) / a_token(work, shape, device, recompute)
        if tokens >= work.longest:
            return f"{word} --at-once {int(tokens) // 256 * 256 or int(tokens)}".strip()
    return None


def disk(kind: str, work: Work, shape: Shape) -> float:
    """Bytes that a finished step leaves in the store."""
    return PREDICTION * work.items if kind == "evaluate" else 4.0 * shape.weights


def states(work: Work, shape: Shape, method: str = "full") -> float:
    """Bytes of the states that a training keeps while it is at work."""
    weights = 4.0 * shape.weights
    return STATES * (weights + 8 * trained(shape, method) + (weights if work.read else 0.0)) if work.updates else 0.0
