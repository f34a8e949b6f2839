"""The law of a reader: whatever it is given, it reads it, or says in one clear line what is wrong with it."""

from __future__ import annotations

import os
import shutil
import time
import traceback
import unicodedata
import warnings
from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path

from replicate.problems import Problem, explain
from replicate.shown import visible

from .family import Door

LONGEST = 2000  # characters of a line that is for people
BIDI = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
UNSEEN = ("Cc", "Cs", "Zl", "Zp")
QUIET = (DeprecationWarning, PendingDeprecationWarning, ImportWarning, ResourceWarning)  # Python shows these to nobody
ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Verdict:
    """What came of an input: `said` is the Problem's line, `fault` what is against the law; alike faults have the same `sign`."""

    said: str = ""
    fault: str = ""
    sign: str = ""
    seconds: float = 0.0


def judged(door: Door, data: bytes, folder: Path, around: Callable[[Callable[[], object]], object] | None = None) -> Verdict:
    """The verdict on one input. `folder` is this call's own, and this process's folder for temporary files lies in it."""
    put(door, data, folder)
    path = folder / "in" / door.file
    before = _listed(folder)
    began = time.process_time()
    said = fault = sign = ""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            for kind in QUIET:
                warnings.simplefilter("ignore", kind)
            (around or (lambda call: call()))(lambda: door.read(path))
    except (Problem, OSError) as problem:
        # As problems.guard shows it.
        said = explain(problem) if isinstance(problem, OSError) else visible(str(problem))
        fault = unclear(said, {Path(one).name for one in (door.file, *door.beside)} if door.named else ())
        sign = f"unclear {fault.partition(':')[0]} {_where(problem)}" if fault else ""
    except (KeyboardInterrupt, SystemExit):
        raise
    except door.may as allowed:
        said = str(allowed)
    except BaseException as error:
        fault, sign = "".join(traceback.format_exception(error, limit=-12)), f"{type(error).__name__} {_where(error)}"
    seconds = time.process_time() - began
    if not fault and (left := [name for name in _listed(folder) if name not in before]):
        fault, sign = f"left behind: {', '.join(left)[:200]}", "left behind"
    return Verdict(said, fault, sign, seconds)


def put(door: Door, data: bytes, folder: Path) -> None:
    """Lay the input where its reader looks for it, and nothing else."""
    home = folder / "in"
    shutil.rmtree(home, ignore_errors=True)
    for name in ("here", "temporary", "cache"):
        (folder / name).mkdir(parents=True, exist_ok=True)
    for name, content in {**door.beside, door.file: data}.items():
        (home / name).parent.mkdir(parents=True, exist_ok=True)
        (home / name).write_bytes(content)


def unclear(line: str, names: Collection[str] = ()) -> str:
    """What keeps a line from being clear to people; empty where nothing does. Where there are files it names one of them."""
    if bad := sorted({one for one in line if unicodedata.category(one) in UNSEEN or one in BIDI}):
        return f"control characters: {' '.join(f'U+{ord(one):04X}' for one in bad[:5])} in {line[:300]!r}"
    if len(line) > LONGEST:
        return f"too long: {len(line):,} characters: {line[:300]!r}"
    if not line.strip():
        return "empty: a problem that says nothing"
    if names and not any(name in line for name in names):
        return f"nameless: it names no {' and no '.join(sorted(names))}: {line[:300]!r}"
    return ""


def _listed(folder: Path) -> set[str]:
    """Files that are there, but for those in the cache."""
    return {os.path.join(at, name)[len(str(folder)) + 1 :] for part in ("in", "here", "temporary")
            for at, _, names in os.walk(folder / part) for name in names}  # fmt: skip


def _where(error: BaseException) -> str:
    """The last line of the product that an error went through."""
    at = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        path = Path(frame.f_code.co_filename)
        if path.is_relative_to(ROOT) and "tests" not in path.relative_to(ROOT).parts[:1]:
            at = f"{path.relative_to(ROOT)}:{line} {frame.f_code.co_name}"
    return at
