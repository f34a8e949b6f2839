"""Where an artefact comes from: versions and device. No host, no user name."""

from __future__ import annotations

import functools
import sys
from importlib import metadata

from . import devices

PACKAGES = ("stilts-claims", "torch", "transformers", "tokenizers", "numpy")


@functools.cache
def versions() -> dict[str, str]:
    """The versions of Python and of what decides numbers, read without importing any of it."""
    found = {"python": ".".join(map(str, sys.version_info[:3]))}
    for name in PACKAGES:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def device() -> str:
    """What this process computes on, as far as torch has been imported at all."""
    torch = sys.modules.get("torch")
    if torch is not None and devices.named() == "cuda" and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "cpu"
