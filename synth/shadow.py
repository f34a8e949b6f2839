"""Where both commands start: is the `replicate` that Python finds ours?

A web service's client on PyPI has the same import name. Where it comes first, nothing of our `replicate` runs
and every import of it fails, so the question is asked here, with no import of `replicate` before the answer.
"""

from __future__ import annotations

import importlib.util
import sys
from collections.abc import Callable
from pathlib import Path

BAD_INPUT, INTERRUPTED = 4, 130  # those of replicate.problems, which is not imported before we know whose `replicate` it is
OURS = "problems.py"


def trouble() -> str:
    """What is wrong with the package `replicate` that an import would find, in one line; empty if it is ours."""
    spec = importlib.util.find_spec("replicate")
    if spec is None:
        return (
            "the package 'replicate', a part of stilts-claims, is missing; pip install --force-reinstall --no-deps stilts-claims"
        )
    folders = [Path(folder) for folder in spec.submodule_search_locations or ()]
    if any((folder / OURS).is_file() for folder in folders):
        return ""
    where = folders[0] if folders else spec.origin
    return (
        f"the package 'replicate' that Python finds ({where}) is another project's and shadows the one of stilts-claims; "
        "pip uninstall replicate, then pip install --force-reinstall --no-deps stilts-claims"
    )


def started(program: str, main: Callable[[], int]) -> int:
    """Carry out a command, unless `replicate` is not ours; Ctrl-C while it is still being loaded is no fault either."""
    try:
        check(program)
        return main()
    except KeyboardInterrupt:
        print(f"{program}: interrupted", file=sys.stderr)
        return INTERRUPTED


def check(program: str) -> None:
    """Stop with one line if `replicate` is not ours; warn if the other one is installed as well."""
    line = trouble()
    if line:
        print(f"{program}: {line}", file=sys.stderr)
        raise SystemExit(BAD_INPUT)
    from replicate import shadow

    shadow.warn(program)


def replicate() -> int:
    """The console script `replicate`."""

    def main() -> int:
        from replicate.__main__ import main

        return main()

    return started("replicate", main)


def synth() -> int:
    """The console script `synth`."""

    def main() -> int:
        from synth.__main__ import main

        return main()

    return started("synth", main)
