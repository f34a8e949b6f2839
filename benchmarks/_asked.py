"""The command line of a benchmark: what it measures, its options, examples."""

from __future__ import annotations

from replicate.terminal.usage import Parser, examples


def parser(name: str, about: str | None, *lines: str) -> Parser:
    """The parser of `python -m benchmarks.NAME`, with the first line of its module's text, --json and examples."""
    made = Parser(prog=f"python -m benchmarks.{name}".removesuffix("."), description=(about or "").splitlines()[0])
    made.add_argument("--json", action="store_true", help="print JSON")
    examples(made, *lines)
    return made
