"""What the audit finds of planted errors, what it says of papers that are right, and how fast, beside a plain rule.

The plain rule takes every average for the mean of all numbers beside it, every bold number for the highest of its column, and
every decimal of the text for one that has to stand in a table.

python -m benchmarks.audit --json
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from . import _asked

SHARED = Path(__file__).resolve().parents[2] / "shared" / "pdfs"
SUFFIX = {"markdown": ".md", "html": ".html", "latex": ".tex", "pdf": ".pdf"}
Found = list[tuple[str, str]]  # kind, and what is printed at its place


def ours(document: Any) -> Found:
    from synth.audit import run

    return [(one.kind, one.at.quote) for one in run.audited(document).outcome.findings]


def plain(document: Any) -> Found:
    """The rule that anybody would write first."""
    from synth.audit import roles
    from synth.audit.spoken import sentences
    from synth.audit.views import view

    made: Found = []
    printed = set[str]()
    for one in document.tables:
        seen = view(one)
        values = {where: entry.content.parts[0] for where, entry in seen.entries.items()}
        printed |= {value.printed for value in values.values()}
        for (line, at), value in values.items():
            others = [other.value for (row, column), other in values.items() if row == line and column != at]
            if seen.roles[at] == roles.AVERAGE and others and abs(sum(others) / len(others) - value.value) > value.step:
                made.append(("average", value.printed))
            column = [other.value for (_, each), other in values.items() if each == at]
            if seen.entries[line, at].cell.bold and value.value < max(column):
                made.append(("best mark", value.printed))
    for sentence, found in sentences(document):
        made += [("text and table", sentence.text) for one in found if "." in one.text and one.text not in printed]
    return made


def documents(count: int, form: str, folder: Path) -> Iterator[tuple[str, str, str, Any]]:
    """Made papers: the error that is planted in each ("" for none), the kind of finding, the words at its place, the document."""
    from synth.audit import source
    from synth.reading.worker import Reader
    from tests import audited

    path = folder / f"paper{SUFFIX[form]}"
    with Reader() as reader:
        for seed in range(count):
            papers = [("", "", "", audited.paper(seed))]
            for name in audited.ERRORS:
                paper, kind, words = audited.planted(name, seed)
                papers.append((name, kind, words, paper))
            for name, kind, words, paper in papers:
                made = getattr(audited, form)(paper)
                path.write_bytes(made if isinstance(made, bytes) else made.encode())
                yield name, kind, words, source.read(path, reader)


def planted(count: int, form: str) -> tuple[dict[str, dict[str, float]], dict[str, list[int]]]:
    """Recall and false alarms of both rules; of ours for every kind of error how many were found, and of how many."""
    methods: dict[str, Callable[[Any], Found]] = {"ours": ours, "peer": plain}
    hits, wrong, kinds = dict.fromkeys(methods, 0), dict.fromkeys(methods, 0), dict[str, list[int]]()
    errors = right = 0
    with tempfile.TemporaryDirectory() as folder:
        for name, kind, words, document in documents(count, form, Path(folder)):
            errors, right = errors + bool(name), right + (not name)
            for method, rule in methods.items():
                found = rule(document)
                hit = any(one == kind and words in quote for one, quote in found)
                hits[method] += bool(name) and hit
                wrong[method] += 0 if name else len(found)
                if name and method == "ours":
                    known = kinds.setdefault(name, [0, 0])
                    known[0], known[1] = known[0] + hit, known[1] + 1
    recall = {method: hits[method] / errors for method in methods}
    alarms = {method: wrong[method] / right for method in methods}
    return {
        f"planted errors found, {errors} in {form}": _row(recall, recall["peer"] / recall["ours"]),
        f"false alarms a paper, {right} in {form}": _row(alarms, alarms["ours"] / max(alarms["peer"], 1e-9)),
    }, kinds


def hard(count: int) -> dict[str, dict[str, float]]:
    """Findings a table on tables that are right and look wrong: weights, gains over what is not shown, bold of other kinds."""
    import random

    from synth.reading.cells import Piece, table
    from synth.reading.document import Document
    from tests import audited_hard

    wrong, tables = {"ours": 0, "peer": 0}, 0
    for make in audited_hard.HARD.values():
        for seed in range(count):
            rows, bold = make(random.Random(seed))
            cells = [
                [Piece(one, head=not at, bold=(at, to) in bold) for to, one in enumerate(row)] for at, row in enumerate(rows)
            ]
            made = table(cells, "Table 1: Results.")
            document = Document("made", "text", tables=(made,) if made else ())
            wrong["ours"] += bool(ours(document))
            wrong["peer"] += bool(plain(document))
            tables += 1
    share = {method: number / tables for method, number in wrong.items()}
    return {f"tables with a false alarm, {tables} that only look wrong": _row(share, share["ours"] / max(share["peer"], 1e-9))}


def real(paths: list[Path]) -> dict[str, dict[str, float]]:
    """Findings a page on real papers, and the speed of the audit beside that of reading."""
    from synth.reading import pages

    begin = time.process_time()
    read = [pages.read(path) for path in paths]
    reading = time.process_time() - begin
    count = sum(len(one.pages) for one in read)
    ours(read[0])  # what is imported is not what is measured
    begin = time.process_time()
    mine = sum(len(ours(one)) for one in read)
    auditing = max(time.process_time() - begin, 1e-9)
    theirs = sum(len(plain(one)) for one in read)
    findings = {"ours": mine / count, "peer": theirs / count}
    speed = {"ours": count / auditing, "peer": count / reading}
    name = f"{len(paths)} real papers, {count} pages"  # every finding of ours was looked at: docs/audit.md
    return {
        f"findings a page, {name}": _row(findings, findings["ours"] / max(findings["peer"], 1e-9)),
        f"pages a second of audit (peer: of reading), {name}": _row(speed, speed["peer"] / speed["ours"]),
    }


def _row(values: dict[str, float], ratio: float) -> dict[str, float]:
    return {"ratio": round(ratio, 4), **{method: round(value, 4) for method, value in values.items()}}


def main() -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("audit", __doc__, "", "--papers 2 --form html")
    parser.add_argument("--papers", metavar="N", type=int, default=8, help="made papers of each kind (default: 8)")
    parser.add_argument("--form", choices=list(SUFFIX), default="markdown", help="what they are written as")
    parser.add_argument("--pdfs", metavar="DIR", default=str(SHARED), help="a folder of real papers")
    arguments = parser.parse_args()
    rows, kinds = planted(arguments.papers, arguments.form)
    rows |= hard(3 * arguments.papers)
    if paths := sorted(Path(arguments.pdfs).glob("*.pdf")):
        rows |= real(paths)
    shares = {name: f"{hit} of {whole}" for name, (hit, whole) in kinds.items()}
    plain = "{:72} ours {:9.3f}   peer {:9.3f}"
    _asked.show("audit", rows, arguments.json, lambda name, row: plain.format(name, row["ours"], row["peer"]), kinds=shares)
    if not arguments.json:
        print("\n".join(f"  {name:30} {share}" for name, share in shares.items()))


if __name__ == "__main__":
    main()
