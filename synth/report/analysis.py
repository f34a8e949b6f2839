"""The dear analyses of a report, made once for the same rows: the regression on typology, and averages taken apart.

They are kept in the cache folder under the hash of their rows and of this version; a report that finds them there needs no
statistics at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd

from replicate import files, results
from replicate.problems import Failure, Problem

from .. import headline, provenance, regress

VERSION = 1  # of what is kept
WHERE = "our runs"
LONG = 3000  # rows that take so long that somebody should know why


def regression(rows: pd.DataFrame, margin: float, fresh: bool = False) -> dict[str, Any]:
    """The prespecified regression of gains with its sensitivity, or {"why": ...} where the rows do not allow one."""

    def made(path: Path) -> dict[str, Any]:
        return regress.report(regress.Asked(source=path, outcome="gain", margin=margin))

    return _kept("regress", rows, {"margin": margin}, made, fresh)


def decomposition(rows: pd.DataFrame, fresh: bool = False) -> dict[str, Any]:
    """What the average gain of each system is made of, or {"why": ...}."""

    def made(path: Path) -> dict[str, Any]:
        return headline.report(headline.read(path), WHERE)

    return _kept("headline", rows, {}, made, fresh)


def _kept(
    kind: str, rows: pd.DataFrame, asked: dict[str, Any], make: Callable[[Path], dict[str, Any]], fresh: bool
) -> dict[str, Any]:
    """The analysis out of the cache, or made and kept there; a cache that cannot be written is no fault."""
    frame = rows[rows["quantity"].isin(["level", "gain"])]
    text = "\n".join(sorted(frame.to_csv(index=False, header=True).splitlines()))
    known = json.dumps([kind, VERSION, provenance.version("stilts-claims"), asked, text], sort_keys=True)
    path = files.cache() / "reports" / f"{kind}-{hashlib.sha256(known.encode()).hexdigest()[:32]}.json"
    if not fresh:
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            pass
    if len(frame) > LONG:
        print(f"synth: {kind} on {len(frame):,} rows, once: it is kept", file=sys.stderr)
    made = _made(frame, make)
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.whole(path) as file:
            file.write(json.dumps(made).encode())
    except OSError:
        pass
    return made


def _made(frame: pd.DataFrame, make: Callable[[Path], dict[str, Any]]) -> dict[str, Any]:
    with tempfile.TemporaryDirectory(prefix="stilts-claims-") as folder:
        path = Path(folder) / "rows.csv"
        try:
            results.write(frame, path)
            return json.loads(json.dumps(make(path)).replace(f"{folder}{os.sep}", "").replace(path.name, WHERE))
        except (Problem, Failure) as problem:
            return {"why": str(problem).replace(str(path), WHERE)}
