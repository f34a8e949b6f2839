"""One document -> its audit: every check in turn."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from replicate.problems import Problem

from ..reading.document import Document
from ..reading.worker import Reader
from . import (
    averages,
    changes,
    gains,
    marks,
    proportions,
    reports,
    retold,
    rows,
    shares,
    slips,
    source,
    statistics,
    superlatives,
    told,
    totals,
)
from .findings import Audit, Outcome, ordered

CHECKS: dict[str, Callable[[Document], Outcome]] = {
    "averages": averages.check,
    "gains": gains.check,
    "totals": totals.check,
    "shares": shares.check,
    "marks": marks.check,
    "slips": slips.check,
    "changes": changes.check,
    "proportions": proportions.check,
    "told": told.check,
    "superlatives": superlatives.check,
    "retold": retold.check,
    "reports": reports.check,
    "statistics": statistics.check,
}


def audit(path: Path, reader: Reader, table: str = "") -> Audit:
    """What the document in a file says against itself; with `table` only what concerns the table of that number."""
    if source.is_results(path):
        if table:
            raise Problem(f"{path}: --table goes with documents; results are rows, and each names its table as its origin")
        return rows.audit(path)
    return audited(_only(source.read(path, reader), table))


def audited(document: Document) -> Audit:
    """The audit of a document that was read."""
    whole, document = Outcome(), _placed(document)
    for check in CHECKS.values():
        whole.add(check(document))
    whole.findings[:] = ordered(dict.fromkeys(whole.findings))
    size = {"pages": len(document.pages), "tables": len(document.tables), "sentences": len(document.sentences)}
    return Audit(document.source, document.sha256, document.title, whole, size, document.notes)


def _placed(document: Document) -> Document:
    """Every table with a name, that of its place where it has no number; no page where a kind of file has none."""
    tables = [replace(one, number=one.number or f"no. {at}") for at, one in enumerate(document.tables, 1)]
    if document.kind == "pdf":
        return replace(document, tables=tuple(tables))
    sentences = [replace(one, spans=tuple(span._replace(page=0) for span in one.spans)) for one in document.sentences]
    return replace(document, tables=tuple(replace(one, page=0) for one in tables), sentences=tuple(sentences))


def _only(document: Document, number: str) -> Document:
    if not number:
        return document
    named = [table for table in document.tables if table.number == number]
    named = named or [table for place, table in enumerate(document.tables, 1) if number == str(place)]
    if not named:
        tables = [f"{table.number or 'one without a number'} (page {table.page})" for table in document.tables]
        raise Problem(f"{document.source}: no table {number}; there is {', '.join(tables) or 'none'}")
    return replace(document, tables=tuple(named))
