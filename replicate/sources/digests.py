"""SHA-256 of files, remembered across processes: a plan on gigabytes answers at once the second time."""

from __future__ import annotations

import contextlib
import hashlib
import os
import time
from pathlib import Path

from .. import files

# A file that changed this recently can change again without a new time stamp: its digest is not kept.
SETTLED = 2e9  # nanoseconds


def digest(path: Path) -> str:
    """The SHA-256 of the file's content, in hex. It is read only if its path, size or time of change are new to us."""
    path = path.absolute()
    stat = path.stat()
    stamp = f"{stat.st_size} {stat.st_mtime_ns}"
    known = files.cache() / "digests" / hashlib.sha256(os.fsencode(path)).hexdigest()[:32]
    kept = _read(known, stamp)
    if kept:
        return kept
    with path.open("rb") as file:
        found = hashlib.file_digest(file, "sha256").hexdigest()
    if time.time_ns() - stat.st_mtime_ns > SETTLED:
        # A cache that cannot be written costs time and nothing else.
        with contextlib.suppress(OSError):
            known.parent.mkdir(parents=True, exist_ok=True)
            with files.whole(known) as file:
                file.write(f"{stamp} {found}\n".encode())
    return found


def together(*words: str) -> str:
    """One digest for several words, names or digests, in their order."""
    return hashlib.sha256("\n".join(words).encode()).hexdigest()


def _read(known: Path, stamp: str) -> str:
    """The digest that was kept under this stamp, or empty."""
    try:
        kept = known.read_text(encoding="ascii")
    except (OSError, UnicodeDecodeError):
        return ""
    before, _, found = kept.strip().rpartition(" ")
    return found if before == stamp and len(found) == 64 else ""
