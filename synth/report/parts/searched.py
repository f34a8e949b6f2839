"""The search behind a question: how many records came, what became of them, what was asked of which database."""

from __future__ import annotations

from typing import Any

from ...figures.flow import NAMES, flow
from ...sentences import count
from ..inputs import Inputs
from ..value import Paragraph, Section, Table, code, words
from .making import cell, columns, figure, row


def section(inputs: Inputs) -> Section:
    """PRISMA's flow and the queries, where a record of a search exists."""
    found = inputs.search
    if not found:
        told = inputs.question.reported.get("papers_retrieved")
        said = (
            f" The original report says that it retrieved {told} papers, and gives no record of it." if told is not None else ""
        )
        made = code(f"python -m synth search {inputs.question.name}")
        return Section(
            "search",
            "Search",
            (Paragraph(words("Not made: there is no record of a search for this question. ", made, " makes one.", said)),),
        )
    counts: dict[str, Any] = found["counts"]
    came, kept = sum(counts["identified"].values()), counts["sought"]
    line = (
        f"{came:,} records of {count(len(counts['identified']), 'database')} were {counts['screened']:,} studies; "
        f"{kept:,} were kept, "
        f"and {counts['retrieved']:,} of their papers are in the library."
    )
    told = inputs.question.reported.get("papers_retrieved")
    if told is not None:
        line += f" The original report says that it retrieved {told}."
    drawn = figure(
        "figure-flow", "Flow of records into papers", f"PRISMA 2020. Searched on {found['when'][:10]}.", line,
        lambda id, name, says, narrow: flow(id, name, counts, narrow, styled=False),
        ("step", "number"), _flat(counts), False,
    )  # fmt: skip
    asked = Table(
        "table-queries", "What was asked", columns("Database", "Query", "Matches", "Records", "Outcome", numeric=(2, 3)),
        tuple(
            row(NAMES.get(one["database"], one["database"]), cell(code(str(one["query"]))), f"{one['total'] or 0:,}",
                f"{one['records'] or 0:,}", str(one["outcome"]))
            for one in found["databases"]
        ),
    )  # fmt: skip
    return Section("search", "Search", (Paragraph(words(line)), drawn, asked))


def _flat(counts: dict[str, Any]) -> list[tuple[str, float]]:
    made = []
    for name, value in counts.items():
        if isinstance(value, dict):
            made += [(f"{name}: {key}", number) for key, number in value.items()]
        else:
            made.append((name.replace("_", " "), value))
    return made
