"""Where an artefact comes from: versions, commit, command. No host, no user name."""

from __future__ import annotations

import functools
import sys
from importlib import metadata
from pathlib import Path

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


@functools.cache
def commit() -> str:
    """The commit of the checkout that this code lies in, empty outside one."""
    try:
        git = Path(__file__).resolve().parent.parent / ".git"
        if git.is_file():  # a worktree or submodule points to its folder
            git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        shared = git / "commondir"
        common = (git / shared.read_text().strip()).resolve() if shared.exists() else git
        for folder in (git, common):
            if (folder / ref).is_file():
                return (folder / ref).read_text().strip()
        for line in (common / "packed-refs").read_text().splitlines():
            if line.endswith(" " + ref):
                return line.split()[0]
    except OSError:
        pass
    return ""


def device() -> str:
    """What this process computes on, as far as torch has been imported at all."""
    torch = sys.modules.get("torch")
    if torch is not None and devices.named() == "cuda" and torch.cuda.is_available():
        return str(torch.cuda.get_device_name())
    return "cpu"
