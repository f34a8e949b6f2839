"""Where a report comes from: command, commit, versions, and its inputs by hash."""

from __future__ import annotations

import hashlib
import importlib.metadata
import os
import platform
import shlex
import subprocess
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

from replicate import resources

from .checks.hand import Hand
from .records import Question

LIBRARIES = ("torch", "transformers", "pandas", "numpy")


def about(command: Sequence[str], hand: Hand) -> tuple[tuple[str, str], ...]:
    """Name and value of everything but the files."""
    made = [("Command", shlex.join(("python", "-m", "synth", *command))), ("Made", _when()), ("Commit", _commit())]
    made.append(("Version", f"stilts-claims {version('stilts-claims')}, Python {platform.python_version()}"))
    made.append(("Libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)))
    if len(hand.runs):
        made.append(("Results", f"{len(hand.runs)} rows from {hand.where}, sha256 {rows_hash(hand)}"))
    return tuple(made)


def files(question: Question, hand: Hand) -> tuple[tuple[str, str], ...]:
    """The files that a report rests on, each with its sha256."""
    tables = [resources.data() / "published" / f"{id}.csv" for id in hand.published]
    return tuple((path.name, sha256(path)) for path in (Path(question.path), *tables) if path.is_file())


def rows_hash(hand: Hand) -> str:
    """A hash of the rows themselves: the same rows in another order or file have the same."""
    lines = sorted(hand.runs.to_csv(index=False, header=False).splitlines())
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def version(name: str) -> str:
    """The version of an installed distribution."""
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return "not installed" if name in LIBRARIES else "of a checkout"


def _when() -> str:
    """Now, or the moment that SOURCE_DATE_EPOCH pins for pages that must come out the same."""
    pinned = os.environ.get("SOURCE_DATE_EPOCH", "")
    moment = datetime.fromtimestamp(int(pinned), UTC) if pinned.isdigit() else datetime.now(UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _commit() -> str:
    """The commit of the checkout that the packages lie in, and whether it has changes."""
    root = resources.ROOT
    if not (root / ".git").exists():
        return "none: installed, not a checkout"
    try:
        git = ["git", "-C", str(root)]
        head = subprocess.run([*git, "rev-parse", "HEAD"], capture_output=True, text=True, timeout=5, check=True).stdout.strip()
        changed = subprocess.run(
            [*git, "status", "--porcelain", "-uno"], capture_output=True, text=True, timeout=5, check=True
        ).stdout
    except (OSError, subprocess.SubprocessError):
        return "unknown"
    return f"{head}{' with local changes' if changed.strip() else ''}"
