"""Where models compute, and how precisely. None of it enters an id: it decides time, and digits behind those that count.

`run` decides once for all its workers and tells them by the environment; each GPU gets one worker.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

from .problems import Problem, unknown

if TYPE_CHECKING:
    import torch

CHOICES = ("auto", "cpu", "cuda")
DEVICE, AT_ONCE = "REPLICATE_DEVICE", "REPLICATE_AT_ONCE"
CARDS = Path("/proc/driver/nvidia/gpus")


def cards() -> list[str]:
    """The GPUs that may be used, as CUDA_VISIBLE_DEVICES names them; looked up without loading anything."""
    if (visible := os.environ.get("CUDA_VISIBLE_DEVICES")) is not None:
        return [one.strip() for one in visible.split(",") if one.strip() not in ("", "-1")]
    return [str(number) for number, _ in enumerate(sorted(CARDS.iterdir()))] if CARDS.is_dir() else []


def taken(choice: str, large: bool) -> list[str]:
    """The GPUs of a run, none for the processors. "auto" takes them for models of full size: the small ones are quicker, and
    the same to the last bit, on a processor."""
    if choice not in CHOICES:
        raise unknown("device", choice, CHOICES)
    found = cards()
    if choice == "cuda" and not found:
        raise Problem("--device cuda: no GPU is there, or its driver is not; --device cpu runs anywhere")
    return found if choice == "cuda" or (choice == "auto" and large) else []


def chosen() -> torch.device:
    """The device of this process, as `run` decided."""
    import torch

    name = os.environ.get(DEVICE, "cpu")
    if name == "cuda" and not torch.cuda.is_available():
        raise Problem("this build of torch reaches no GPU: install one with CUDA, or run with --device cpu")
    return torch.device(name)


def at_once() -> int:
    """Tokens that a device takes at a time, 0 for whole batches."""
    return int(os.environ.get(AT_ONCE, "0"))


def precise(device: torch.device) -> contextlib.AbstractContextManager[Any]:
    """The arithmetic of a device: bf16 with weights in fp32 where a GPU has it, fp32 elsewhere."""
    import torch

    if device.type == "cuda" and torch.cuda.is_bf16_supported():
        return torch.autocast("cuda", dtype=torch.bfloat16)
    return contextlib.nullcontext()
