"""Disks of a child's own: small, read-only or gone. They are mounted in a private namespace and end with the child."""

from __future__ import annotations

import functools
import os
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path

SMALL = "mount -t tmpfs -o size={size} tmpfs {folder}"
FIXED = "mount --bind {folder} {folder} && mount -o remount,bind,ro {folder}"  # for root too, whom permissions do not stop


@functools.cache
def _namespace() -> tuple[str, ...]:
    """The command that gives a child mounts of its own; empty where that is not allowed."""
    tool = shutil.which("unshare")
    ways = (["-m"], ["-U", "-r", "-m"]) if tool else ()
    for way in ways:
        words = [str(tool), *way, "sh", "-c", "mount -t tmpfs tmpfs /tmp"]
        if subprocess.run(words, capture_output=True, check=False).returncode == 0:
            return (str(tool), *way)
    return ()


def allowed() -> bool:
    """Whether this machine lets a child mount something."""
    return bool(_namespace())


def script(text: str, folder: Path, environment: Mapping[str, str]) -> None:
    """Carry out a shell script in `folder` with mounts of its own; it ends at the first command that fails unasked."""
    done = subprocess.run(
        [*_namespace(), "sh", "-ec", text], cwd=folder, env={**os.environ, **environment}, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr
