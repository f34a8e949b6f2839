"""Commands that read papers: pages, table."""

from __future__ import annotations

import argparse
import sys
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replicate.terminal.usage import Parser

from ..plural import counted
from . import Declare, named, plain, print_json

if TYPE_CHECKING:
    from ..reading.document import Document, Table
    from ..reading.reported import Mapped
    from ..reading.worker import Reader

TABLES = "synth.tables/1"


FILES = (".pdf", ".html", ".htm", ".tex", ".txt", ".md", ".csv", ".tsv", ".parquet")  # what no id of a paper ends with


def declare(command: Declare) -> None:
    """What these commands are called and which options they take."""
    common = Parser(add_help=False)
    common.add_argument(
        "--page", metavar="N", type=int, action="append", default=[], help="read this page alone (may be repeated)"
    )
    common.add_argument("--papers", metavar="DIR", help="the library of fetched papers (default: in the cache folder)")
    common.add_argument("--seconds", metavar="S", type=float, default=60, help="what one paper may take (default: 60)")
    common.add_argument("--memory", metavar="MIB", type=int, default=3072, help="what one paper may take (default: 3072 MiB)")
    pages = command(
        "pages",
        "a paper as sentences, with page, place and section",
        [common, plain()],
        "paper.pdf --page 1",
        "2005.13013v2 --json",
    )
    pages.add_argument("files", metavar="FILE|ID", nargs="+", help="a PDF, HTML, LaTeX or text file, or a paper of the library")
    table = command(
        "table",
        "the tables of a paper as they were understood",
        [common, plain()],
        "paper.pdf",
        "2005.13013v2 --table 2 --as results --set split=dev --out table2.csv",
    )
    table.add_argument("file", metavar="FILE|ID", help="a PDF, HTML, LaTeX or text file, or a paper of the library")
    table.add_argument("--table", metavar="K", help="the table of this number ('2'), else the K-th of the page or paper")
    table.add_argument(
        "--as",
        dest="form",
        metavar="NAME",
        choices=["results"],
        help="results: rows of results, as CSV; what cannot be mapped is listed",
    )
    table.add_argument("--id", metavar="ID", help="the paper and version that the rows come from (default: the id printed on it)")
    table.add_argument(
        "--set",
        metavar="KEY=VALUE",
        action="append",
        default=[],
        help="what the table leaves unsaid: split=dev, model=..., metric=...",
    )
    table.add_argument("--out", metavar="FILE", help="write the rows here (.csv or .parquet) and not to stdout")
    table.add_argument("--force", action="store_true", help="overwrite that file")


def located(name: str, papers: str | None) -> Path:
    """The file of that name; else the file of the paper of this id in the library."""
    from replicate.problems import Problem

    from ..literature import ids, library

    path = Path(named(name))
    if path.exists():
        return path
    if path.suffix.lower() in FILES:
        raise Problem(f"{name}: no such file")
    found = ids.maybe(name)
    there = library.open(papers)
    if found is not None or there.find(name) is not None:
        return there.path(found or name)
    raise Problem(f"{name}: no such file, and no id of a paper (2005.13013v2, 2020.acl-main.447)")


def _reader(arguments: argparse.Namespace) -> Reader:
    from replicate.problems import Problem

    from ..reading.worker import Limits, Reader

    if not arguments.seconds > 0:
        raise Problem(f"--seconds {arguments.seconds:g}: wanted a number above 0")
    if arguments.memory < 200:
        raise Problem(f"--memory {arguments.memory}: wanted at least 200 MiB")
    return Reader(Limits(arguments.seconds, arguments.memory))


def _pages(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import BAD_INPUT, DONE, Problem

    problems, many, read = list[dict[str, str]](), len(arguments.files) > 1, list[dict[str, Any]]()
    with _reader(arguments) as reader:
        for name in arguments.files:
            try:
                document = reader.read(located(name, arguments.papers), arguments.page)
            except Problem as problem:
                if not many:
                    raise
                print(f"synth: {problem}", file=sys.stderr)
                problems.append({"source": name, "problem": str(problem)})
                continue
            if arguments.json:
                read.append(document.to_dict())
            else:
                _show(document)
            for note in document.notes:
                print(f"synth: {document.source}: {note}", file=sys.stderr)
    if arguments.json and many:
        print_json({"schema": read[0]["schema"] if read else "synth.pages/1", "papers": read, "problems": problems})
    elif arguments.json:
        print_json(read[0])
    if problems:
        print(f"synth: {len(problems)} of {len(arguments.files)} papers could not be read", file=sys.stderr)
    return BAD_INPUT if problems else DONE


def _show(document: Document) -> None:
    """A line for each sentence: page, place on it, section, words; tables as rows."""
    counts = [(len(document.pages), "page"), (len(document.sentences), "sentence"), (len(document.tables), "table")]
    stamp = f", arXiv:{document.stamp}" if document.stamp else ""
    print(f"{document.source}: {', '.join(counted(*one) for one in counts)}{stamp}")
    if document.title:
        print(f"title: {document.title}")
    print()
    shown = [(one.spans[0], one.label, one.text) for one in document.sentences]
    shown += [
        (block.span, block.label, f"{block.text.count(chr(10)) + 1} rows (synth table)")
        for block in document.blocks
        if block.label == "table"
    ]
    for span, label, text in sorted(shown, key=lambda one: (one[0].page, one[0].start)):
        print(f"{span.page}:{span.start}-{span.end}\t{label}\t{text}")
    print()


def _table(arguments: argparse.Namespace, given: Sequence[str]) -> int:
    from replicate.problems import DONE, Problem

    if arguments.out and arguments.form is None:
        raise Problem("--out goes with --as results")
    path = located(arguments.file, arguments.papers)
    with _reader(arguments) as reader:
        document = reader.read(path, arguments.page)
        found = _chosen(document, arguments)
        notes = reader.checked(document, sorted({table.page for table in found}))
    if arguments.form == "results":
        return _results(document, found, notes, arguments)
    if arguments.json:
        whole = document.to_dict()["tables"]
        shown = [one for one, table in zip(whole, document.tables, strict=True) if table in found]
        print_json(
            {"schema": TABLES, "source": document.source, "sha256": document.sha256, "tables": shown, "notes": list(notes)}
        )
    else:
        print("\n\n".join(_grid(table) for table in found))
    for note in notes:
        print(f"synth: {note}", file=sys.stderr)
    return DONE


def _chosen(document: Document, arguments: argparse.Namespace) -> list[Table]:
    """The tables asked for; a Problem says which ones there are."""
    from replicate.problems import Problem

    there = list(document.tables)
    where = f"page {', '.join(map(str, arguments.page))} of {document.source}" if arguments.page else document.source
    if not there:
        raise Problem(f"{where}: no table was found; python -m synth pages shows what was read")
    if arguments.table is None:
        return there
    named = [table for table in there if table.number == arguments.table]
    named = named or [table for place, table in enumerate(there, 1) if arguments.table == str(place)]
    if not named:
        names = ", ".join(f"{table.number or 'without number'} (page {table.page})" for table in there)
        raise Problem(f"{where}: no table {arguments.table}; there is {names}")
    return named


def _grid(table: Table) -> str:
    """A table as people read it: the header paths above, the label paths on the left."""
    depth = max((len(path) for path in table.header), default=0)
    labels = [" | ".join(path) for path in table.labels]
    rows = [["", *(path[level] if level < len(path) else "" for path in table.header)] for level in range(depth)]
    rows = [_merged(row) for row in rows]
    marked = [[""] * len(table.header) for _ in table.labels]
    for cell in table.cells:
        mark = ("*" if cell.bold else "") + ("_" if cell.underlined else "")
        marked[cell.row][cell.column] = mark + cell.text + mark[::-1] + (f" [{cell.notes}]" if cell.notes else "")
    values = [[label, *row] for label, row in zip(labels, marked, strict=True)]
    widths = [max(len(row[column]) for row in [*rows, *values]) for column in range(len(table.header) + 1)]

    def line(row: Sequence[str]) -> str:
        first = row[0].ljust(widths[0])
        return "  ".join([first, *(one.rjust(width) for one, width in zip(row[1:], widths[1:], strict=True))]).rstrip()

    head = [
        f"page {table.page}" + (f", turned by {table.turned}\u00b0" if table.turned else ""),
        table.caption or "(no caption)",
        "",
    ]
    rule = ["-" * (sum(widths) + 2 * len(table.header))]
    doubts = [f"not sure: {doubt}" for doubt in table.doubts]
    return "\n".join([*head, *map(line, rows), *rule, *map(line, values), *doubts])


def _merged(row: list[str]) -> list[str]:
    """A header over several columns is printed once."""
    return [one if not place or one != row[place - 1] else "\u2026" if one else "" for place, one in enumerate(row)]


def _results(document: Document, found: Sequence[Table], notes: Sequence[str], arguments: argparse.Namespace) -> int:
    from replicate import results
    from replicate.problems import DONE, Problem

    from ..reading import reported

    if bare := next((one for one in arguments.set if "=" not in one), None):
        raise Problem(f"--set {bare}: wanted KEY=VALUE, as in split=dev")
    said = dict(one.partition("=")[::2] for one in arguments.set)
    given = reported.check_given(said)
    paper = (
        arguments.id
        or (arguments.file if not Path(arguments.file).exists() else "")
        or document.stamp
        or Path(arguments.file).stem
    )
    if arguments.out and Path(arguments.out).exists() and not arguments.force:
        raise Problem(f"{arguments.out}: is there already; --force overwrites it")
    parts = reported.together([reported.results_of(table, document, paper, given) for table in found])
    mapped = list(zip(found, parts, strict=True))
    rows = [row for _, one in mapped for row in one.rows]
    frame = results.table(rows, where=document.source) if rows else None
    if arguments.json:
        print_json(
            {
                "schema": results.SCHEMA,
                "paper": paper,
                "rows": [
                    {name: _json(value) for name, value in row.items()}
                    for row in (frame.to_dict("records") if frame is not None else [])
                ],
                "not_mapped": [
                    {"table": table.number, "page": table.page, "row": list(one.cell.rows), "column": list(one.cell.columns),
                     "printed": one.cell.text, "reason": one.reason}
                    for table, part in mapped for one in part.left
                ],
                "notes": list(notes),
            }
        )  # fmt: skip
    elif frame is not None and arguments.out:
        results.write(frame, arguments.out)
        print(arguments.out)
    elif frame is not None:
        sys.stdout.write(f"# {results.SCHEMA}\n{frame.to_csv(index=False, lineterminator=chr(10))}")
    for table, part in mapped:
        _listed(table, part)
    for note in notes:
        print(f"synth: {note}", file=sys.stderr)
    if frame is None and not arguments.json:
        raise Problem(f"{document.source}: no cell could be mapped; the reasons stand above")
    return DONE


def _listed(table: Table, part: Mapped) -> None:
    """What became of the cells of a table, reasons with their number and an example."""
    name = f"table {table.number}" if table.number else f"a table of page {table.page}"
    cells = len({id(cell) for cell in part.cells})
    print(
        f"synth: {name}: {counted(cells, 'cell')} mapped to {counted(len(part.rows), 'row')}, {len(part.left)} not mapped",
        file=sys.stderr,
    )
    reasons = Counter(one.reason for one in part.left)
    for reason, number in reasons.most_common():
        example = next(one.cell for one in part.left if one.reason == reason)
        where = " | ".join([*example.rows, *example.columns])
        print(f"  {number:4} {reason}; e.g. {example.text!r} at {where}", file=sys.stderr)


def _json(value: Any) -> Any:
    import pandas as pd

    return None if pd.api.types.is_scalar(value) and pd.isna(value) else value


COMMANDS = {"pages": _pages, "table": _table}
