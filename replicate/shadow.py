"""The other `replicate`: a web service's client on PyPI has the same import name and may stand in front of ours."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from pathlib import Path

MEND = "take it away (pip uninstall replicate) and put ours back (pip install --force-reinstall --no-deps stilts-claims)"


def other(paths: Iterable[str] | None = None) -> Path | None:
    """The metadata folder of an installed distribution named `replicate`, None where there is none.

    Folders are listed by hand: importlib.metadata would cost every command a twentieth of a second.
    """
    for path in sys.path if paths is None else paths:
        try:
            names = os.listdir(path or ".")
        except OSError:
            continue
        for name in sorted(names):
            if name.startswith("replicate-") and name.endswith((".dist-info", ".egg-info")):
                return Path(path, name)
    return None


def warn(program: str) -> None:
    """One line on stderr if the other distribution is installed too: it may shadow or overwrite ours."""
    found = other()
    if found is not None:
        print(f"{program}: another package named 'replicate' is installed beside this one ({found}); {MEND}", file=sys.stderr)
