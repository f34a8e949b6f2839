"""The command line of a benchmark: what it measures, its options, examples; and what it prints."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from replicate.terminal.usage import Parser, examples


def parser(name: str, about: str | None, *lines: str) -> Parser:
    """The parser of `python -m benchmarks.NAME`, with the first line of its module's text, --json and examples."""
    made = Parser(prog=f"python -m benchmarks.{name}".removesuffix("."), description=(about or "").splitlines()[0])
    made.add_argument("--json", action="store_true", help="print JSON")
    examples(made, *lines)
    return made


def show(name: str, rows: Mapping[str, Any], as_json: bool, plain: Callable[[str, Any], str], **about: Any) -> None:
    """The rows of a benchmark on stdout: as JSON, with what there is to say about them all; else what `plain` makes of each."""
    if as_json:
        print(json.dumps({name: rows, **about}))
        return
    for case, row in rows.items():
        print(plain(case, row))
