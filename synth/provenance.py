"""Where a report comes from: command, commit, versions, and its inputs by hash. Nothing in it is the time of day."""

from __future__ import annotations

import hashlib
import importlib.metadata
import json
import os
import platform
import shlex
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from replicate import confidential, resources

from .checks.hand import Hand
from .records import Question

LIBRARIES = ("torch", "transformers", "pandas", "numpy")


def about(command: Sequence[str], hand: Hand) -> tuple[tuple[str, str], ...]:
    """Name and value of everything but the files."""
    made = [("Command", shown(command)), ("Commit", _commit())]
    made.append(("Version", f"stilts-claims {version('stilts-claims')}, Python {platform.python_version()}"))
    made.append(("Libraries", ", ".join(f"{name} {version(name)}" for name in LIBRARIES)))
    if len(hand.runs):
        made.append(("Results", f"{len(hand.runs):,} rows from {hand.where}, sha256 {rows_hash(hand)}"))
    return tuple(made)


def shown(command: Sequence[str]) -> str:
    """A command line as it can be typed again, but for what is secret in it."""
    return confidential.taken_out(shlex.join(("python", "-m", "synth", *command)))


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


def dated(question: Question, hand: Hand, search: Mapping[str, Any]) -> str:
    """The day of the newest thing that a report rests on, so that the same inputs make the same bytes on any day.

    SOURCE_DATE_EPOCH pins it. Else it is the newest of our runs and of the search; without them that of the commit, and
    outside a checkout that of the question's file.
    """
    pinned = os.environ.get("SOURCE_DATE_EPOCH", "")
    if pinned.isdigit():
        return datetime.fromtimestamp(int(pinned), UTC).strftime("%Y-%m-%d")
    known = [when[:10] for when in (*_started(hand), str(search.get("when", ""))) if when]
    if known:
        return max(known)
    if when := _git("log", "-1", "--format=%cs"):
        return when
    path = Path(question.path)
    return datetime.fromtimestamp(path.stat().st_mtime, UTC).strftime("%Y-%m-%d") if path.is_file() else "undated"


def _started(hand: Hand) -> Iterator[str]:
    """When the evaluations began that our rows come from, where they lie in a runs folder."""
    folder = Path(hand.where)
    if "://" in hand.where or not folder.is_dir():
        return
    for origin in sorted(set(hand.runs["origin"])):
        try:
            text = (folder / "steps" / origin.removeprefix("run:") / "result.json").read_text(encoding="utf-8")
            yield str(json.loads(text)["provenance"]["started"])
        except (OSError, ValueError, KeyError, TypeError):
            continue


def _commit() -> str:
    """The commit of the checkout that the packages lie in, and whether it has changes."""
    if not (resources.ROOT / ".git").exists():
        return "none: installed, not a checkout"
    head = resources.commit()
    return f"{head}{' with local changes' if _git('status', '--porcelain', '-uno') else ''}" if head else "unknown"


@cache
def _git(*words: str) -> str:
    """What git says of the checkout; empty where there is none or no git."""
    if not (resources.ROOT / ".git").exists():
        return ""
    try:
        command = ["git", "-C", str(resources.ROOT), *words]
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""
