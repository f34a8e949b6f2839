"""The page over all reports: each question with its answer, its verdicts, and where to read on."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from ..sentences import UNDECIDED, count
from ..verify import NOT_ENOUGH
from .parts.making import cell, columns, listed, row
from .value import Bullets, Claims, Facts, Paragraph, Report, Section, Table, link, words

NAME = "index"


def index(reports: Sequence[Report], formats: Sequence[str]) -> Report:
    """A Report whose only section is the table of the others."""
    verdicts = Counter(line.verdict for one in reports for line in one.claims())
    total = sum(verdicts.values())
    marked = sum(line.mark == "yes" for one in reports for line in one.claims())
    said = listed([f"{number} {UNDECIDED if word == NOT_ENOUGH else word}" for word, number in verdicts.most_common()])
    found = (
        f"{count(total, 'claim').capitalize()} in {count(len(reports), 'report')}: {said}." if total else "No claim was checked."
    )
    abstract = [("What was found", words(found))]
    if marked:
        held = sum(line.mark == "yes" and line.verdict == "supported" for one in reports for line in one.claims())
        abstract.append(
            (
                "The original reports",
                words(
                    f"They marked {marked} of these claims as verified; {held or 'none'} of those "
                    f"{'is' if held < 2 else 'are'} supported here."
                ),
            )
        )
    rows = tuple(
        row(
            cell(link(one.title, f"./{one.name}.html")) if "html" in formats else cell(one.title), _answer(one), _verdicts(one),
            cell(*[part for name in formats for part in (link(name, f"./{one.name}.{name}"), " ")]),
        )
        for one in reports
    )  # fmt: skip
    head = columns("Research question", "Answered here", "Verdicts", "Formats")
    table = Table("table-reports", "All reports", head, rows, wide=True)
    artificial = any(section.artificial for one in reports for section in one.sections)
    blocks: list[Table | Paragraph | Bullets] = [table]
    if artificial:
        blocks.append(
            Paragraph(
                words(
                    "Figures of runs in the artificial world carry the word wherever they stand; they "
                    "decide nothing about real languages."
                ),
                "fine",
            )
        )
    return Report(
        name=NAME,
        title="Claims about intermediate training, checked",
        kind="Replication and verification reports",
        date=max(one.date for one in reports),
        author=reports[0].author,
        byline=words(f"{count(len(reports), 'research question').capitalize()}, a report on each."),
        abstract=tuple(abstract),
        sections=(Section("reports", "Reports", tuple(blocks)),),
        generator=reports[0].generator,
    )


def _answer(report: Report) -> str:
    """What the section on the question says."""
    facts = [
        block for section in report.sections if section.id == "question" for block in section.blocks if isinstance(block, Facts)
    ]
    return next((spans[0].text for block in facts for name, spans in block.rows if name == "Answered here"), "not said")


def _verdicts(report: Report) -> str:
    found = [block for section in report.sections for block in section.blocks if isinstance(block, Claims)]
    return "; ".join(f"{number} {word}" for block in found for word, number in block.verdicts) or "no claims"
