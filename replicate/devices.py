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
RECOMPUTE, PARALLEL = "REPLICATE_RECOMPUTE", "REPLICATE_PARALLEL"
SPENT = ("can't allocate memory", "out of memory", "ALLOC_FAILED")  # what torch and drivers say where no memory is left
CARDS = Path("/proc/driver/nvidia/gpus")
PROCESSORS = ("avx512_bf16", "amx_tile")  # what processors have that multiply bf16
WIDE = 256  # numbers a token, from which on bf16 was quicker on such a processor


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


def launched() -> tuple[bool, int]:
    """Whether this process is the first of those that torchrun started, and how many they are; alone it is one of one.

    torchrun's own variables are taken away: what this process starts are no members of that group.
    """
    if "TORCHELASTIC_RUN_ID" not in os.environ:
        return True, 1
    rank, size, machines = (int(os.environ.get(name, "1")) for name in ("RANK", "WORLD_SIZE", "GROUP_WORLD_SIZE"))
    if machines > 1:
        raise Problem("a training is spread over the processes of one machine; machines share a run by one --runs folder")
    for name in [name for name in os.environ if name.startswith("TORCHELASTIC_")]:
        del os.environ[name]
    return rank == 0, size


def named() -> str:
    """The kind of device of this process, "cpu" or "cuda", without a look at whether it is there."""
    return os.environ.get(DEVICE, "cpu")


def chosen() -> torch.device:
    """The device of this process, as `run` decided."""
    import torch

    name = named()
    if name == "cuda" and not torch.cuda.is_available():
        raise Problem("this build of torch reaches no GPU: install one with CUDA, or run with --device cpu")
    return torch.device(name)


def at_once() -> int:
    """Tokens that a device takes at a time, 0 for whole batches."""
    return int(os.environ.get(AT_ONCE, "0"))


def recompute() -> bool:
    """Whether training computes each layer again on its way back instead of keeping what it computed."""
    return os.environ.get(RECOMPUTE, "0") == "1"


def parallel() -> int:
    """The processes that a training is spread over."""
    return int(os.environ.get(PARALLEL, "1"))


def spent(error: BaseException) -> bool:
    """Whether this error is how a device, or this machine, says that it has no memory left."""
    says = str(error)
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and any(word in says for word in SPENT))


def precise(model: Any) -> contextlib.AbstractContextManager[Any]:
    """The arithmetic of a model on its device: bf16 with weights in fp32 where the device multiplies bf16 itself, else fp32.

    Small models on a processor stay in fp32: there casts cost more than the products that they quicken.
    """
    import torch

    device = model.device
    if not halves(device) or (device.type == "cpu" and model.config.hidden_size < WIDE):
        return contextlib.nullcontext()
    return torch.autocast(device.type, dtype=torch.bfloat16)


def halves(device: torch.device) -> bool:
    """Whether a device has bf16 arithmetic of its own; emulated, it is several times slower than fp32."""
    import torch

    if device.type == "cuda":
        return torch.cuda.is_bf16_supported(including_emulation=False)
    return device.type == "cpu" and any(getattr(torch.cpu, f"_is_{name}_supported", bool)() for name in PROCESSORS)
