"""The command that audits a document's own arithmetic: audit."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from typing import Any

from . import Declare, plain, print_json
from .reading import located


def declare(command: Declare) -> None:
    """What this command is called and which options it takes."""
    audit = command(
        "audit",
        "a document's own arithmetic: what one place prints against what its others make",
        [plain()],
        "paper.pdf",
        "2005.13013v2 --table 2",
        "draft.tex results.csv --json --fail-on finding",
    )
    audit.add_argument(
        "files", metavar="FILE|ID", nargs="+", help="PDF, HTML, LaTeX, text, Markdown, CSV; results; or a paper of the library"
    )
    audit.add_argument("--table", metavar="K", default="", help="only what concerns the table of this number")
    audit.add_argument("--papers", metavar="DIR", help="the library of fetched papers (default: in the cache folder)")
    audit.add_argument("--seconds", metavar="S", type=float, default=60, help="what reading one paper may take (default: 60)")
    audit.add_argument("--memory", metavar="MIB", type=int, default=3072, help="what one paper may take (default: 3072 MiB)")
    audit.add_argument("--fail-on", metavar="NAME", choices=["finding"], help="finding: exit code 3 when there is any finding")


def _audit(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import BAD_INPUT, DONE, REFUTED, Problem

    from ..audit import run, show
    from ..audit.findings import SCHEMA
    from ..reading.worker import Limits, Reader

    if not arguments.seconds > 0:
        raise Problem(f"--seconds {arguments.seconds:g}: wanted a number above 0")
    if arguments.memory < 200:
        raise Problem(f"--memory {arguments.memory}: wanted at least 200 MiB")
    many, made, problems = len(arguments.files) > 1, list[dict[str, Any]](), list[dict[str, str]]()
    found = 0
    with Reader(Limits(arguments.seconds, arguments.memory)) as reader:
        for number, name in enumerate(arguments.files):
            try:
                audit = run.audit(located(name, arguments.papers), reader, arguments.table)
            except Problem as problem:
                if not many:
                    raise
                print(f"synth: {problem}", file=sys.stderr)
                problems.append({"source": name, "problem": str(problem)})
                continue
            found += len(audit.outcome.findings)
            if arguments.json:
                made.append(audit.to_dict())
            else:
                print(("\n" if number else "") + "\n".join(show.lines(audit)))
    if arguments.json:
        print_json({"schema": SCHEMA, "documents": made, "problems": problems})
    if problems:
        print(f"synth: {len(problems)} of {len(arguments.files)} documents could not be read", file=sys.stderr)
        return BAD_INPUT
    return REFUTED if found and arguments.fail_on else DONE


COMMANDS = {"audit": _audit}
