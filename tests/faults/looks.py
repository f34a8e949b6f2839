"""What a folder holds, to be compared; and what should not be left in it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path

from replicate import results, store

SHOWN = 5
# What libraries make in the folder for temporary files: to use it again, or (Python's tempfile) to see that it can be written to.
LIBRARIES = re.compile(r"^torchinductor_|^[a-z0-9_]{8}$")
LEFT = re.compile(r"^\.|\.(new|tmp|part|aside)$|\.next\.\d+$")  # names of files that are still being written


def files(folder: Path, masked: Iterable[str] = ()) -> dict[str, bytes]:
    """Every file by its path; in JSON these fields, the time of day mostly, are taken out."""
    found, fields = {}, set(masked)
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            content = path.read_bytes()
            if fields and path.suffix in (".json", ".jsonl"):
                content = b"\n".join(_without(line, fields) for line in _documents(path, content))
            found[path.relative_to(folder).as_posix()] = content
    return found


def _documents(path: Path, content: bytes) -> list[bytes]:
    return content.splitlines() if path.suffix == ".jsonl" else [content]


def _without(document: bytes, fields: set[str]) -> bytes:
    try:
        data = json.loads(document)
    except ValueError:
        return document
    return json.dumps({name: value for name, value in data.items() if name not in fields}, sort_keys=True).encode()


def steps(runs: Path) -> dict[str, bytes]:
    """The results as CSV, and of each step the hash of all that it made."""
    there = store.open_store(runs, write=False)
    sound = store.sound(there)
    found = {f"step {id}": str(record["content"]).encode() for id, (_, record) in sound.items()}
    rows = list(store.rows(there))
    aside = runs.with_name("results.csv")
    results.write(results.table(rows), aside)
    return {**found, "results.csv": aside.read_bytes()}


def committed(runs: Path) -> dict[str, object]:
    """What tells a step that was committed from one that was done again."""
    return {path.parent.name: (path.stat().st_ino, path.stat().st_mtime_ns) for path in (runs / "steps").glob("*/result.json")}


def left(folder: Path, empty: Iterable[str] = ()) -> list[str]:
    """Files that somebody began and nobody ended, and what is in folders that should be empty, TMPDIR among them."""
    made = [path.relative_to(folder) for path in folder.rglob("*")]
    begun = [path for path in made if any(LEFT.search(part) for part in path.parts)]
    begun += [path.relative_to(folder) for name in empty for path in (folder / name).glob("*")]
    begun += [path.relative_to(folder) for path in (folder / "tmp").glob("*") if not LIBRARIES.search(path.name)]
    return sorted({path.as_posix() for path in begun})


def differences(expected: Mapping[str, bytes], found: Mapping[str, bytes]) -> list[str]:
    """In words; nothing where all is the same."""
    lines = [f"{name} is missing" for name in expected if name not in found]
    lines += [f"{name} is new" for name in found if name not in expected]
    lines += [f"{name} has other content" for name in expected if name in found and expected[name] != found[name]]
    return lines if len(lines) <= SHOWN else [*lines[:SHOWN], f"{len(lines) - SHOWN} more"]


def unclear(messages: str) -> list[str]:
    """Lines on stderr that are no message to people: `program: what`."""
    if "Traceback" in messages:
        return [f"a traceback: {messages.strip().splitlines()[-1]}"]
    wrong = [line for line in messages.splitlines() if line.strip() and not re.match(r"[\w .,-]+: \S", line)]
    return [f"a line that says not whose it is: {line[:100]!r}" for line in wrong[:SHOWN]]
