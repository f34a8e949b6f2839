"""Where a person stands in a folder, by a few looks at its names: what was run, whose claims lie there, which reports."""

from __future__ import annotations

import itertools
import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from ..shown import visible

LOOKS = 500  # steps that are looked at for the newest: this has to answer at once, on a slow disk too


class Standing(NamedTuple):  # no dataclass: those load more than all the rest of this
    """What the folders of the command line hold; nothing of it is read but one small file."""

    steps: int = 0
    failed: int = 0
    last: str = ""  # the command of a run that finished a step lately
    claims: tuple[str, ...] = ()
    report: str = ""


def look(runs: str = "runs", claims: str = "claims", out: str = "out") -> Standing:
    """What lies in these folders; a folder that cannot be read counts as empty."""
    done = _names(Path(runs, "steps"))
    index = next((path for name in ("index.html", "index.md") if (path := Path(out, name)).is_file()), None)
    pages = [name for name in _names(Path(out)) if name.endswith((".html", ".pdf"))]
    return Standing(
        len(done),
        len(_names(Path(runs, "failed"))),
        visible(_last(Path(runs, "steps"), done)),
        tuple(sorted(visible(name.removesuffix(".toml")) for name in _names(Path(claims)) if name.endswith(".toml"))),
        visible(str(index or (Path(out, sorted(pages)[0]) if pages else ""))),
    )


def _names(folder: Path) -> list[str]:
    try:
        return [name for name in os.listdir(folder) if not name.startswith(".")]
    except OSError:
        return []


def _last(folder: Path, ids: Sequence[str]) -> str:
    """The command that made the newest of these steps; empty where it does not say."""
    found = list[tuple[float, Path]]()
    for id in itertools.islice(ids, LOOKS):
        try:
            found.append(((path := folder / id / "result.json").stat().st_mtime, path))
        except OSError:
            continue
    try:
        return str(json.loads(max(found)[1].read_bytes())["provenance"]["command"]) if found else ""
    except (OSError, ValueError, KeyError, TypeError):
        return ""


def told(title: str, steps: Sequence[tuple[str, str]], program: str) -> str:
    """A title, commands with what they are for, and where the others are."""
    width = max(len(command) for command, _ in steps)
    lines = [f"  {command:{width}}  {why}" for command, why in steps]
    return "\n".join([title, "", *lines, "", f"All commands: python -m {program} --help", ""])
