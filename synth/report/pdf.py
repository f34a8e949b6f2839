"""A report as PDF by typst: tagged for readers (PDF/UA-1), fit for archives (PDF/A-3a), the same bytes on every run.

The report goes in as JSON, so that a claim is data and never markup. Its own data go along as an attachment.
"""

from __future__ import annotations

import bisect
import json
import re
from dataclasses import asdict
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from replicate import resources
from replicate.problems import Failure, Problem

from ..figures.alone import printed
from .plain import breakable
from .rendering import day, sentence
from .value import SCHEMA, Claims, Figure, Report, Table

ATTACHED = "report-data.json"
STANDARDS: list[Any] = ["a-3a", "ua-1"]
WIDE = 720  # units of a figure that fill the width of the text
AS_IS = {"wide", "narrow", "href", "id", "block", "kind", "data", "generator", "mark"}
SHORT, LEAST, MOST = 16, 12, 80  # characters: a column that is as wide as it needs, and the bounds of shares for the others


def document(report: Report, template: Path | None = None) -> bytes:
    """The whole PDF."""
    import typst

    file = template or resources.templates() / "report.typ"
    given = {"report": json.dumps(plain(report))}
    fonts = [str(resources.templates() / "fonts")]
    try:
        return typst.compile(
            str(file), root=str(file.parent), font_paths=fonts, ignore_system_fonts=True, sys_inputs=given, format="pdf",
            pdf_standards=STANDARDS, timestamp=_seconds(report.date),
        )  # fmt: skip
    except typst.TypstError as error:
        said = " ".join(str(error).split())
        if template:
            raise Problem(f"{file}{_line(error)}: {said}") from error
        raise Failure(f"{report.name}: typst could not make a PDF of it ({said[:400]})") from error


def _line(error: Any) -> str:
    """The line of the template that an error names, where typst gives one."""
    found = re.search(r":(\d+):\d+", str(getattr(error, "diagnostic", "") or error))
    return f", line {found.group(1)}" if found else ""


def _seconds(date: str) -> int:
    try:
        return int(datetime.fromisoformat(date).replace(tzinfo=UTC).timestamp())
    except ValueError:
        return 0


def plain(report: Report) -> dict[str, Any]:
    """The report as typst gets it: every text in characters that the fonts have, long words with places to break."""
    made: dict[str, Any] = _texts(asdict(report))
    when = datetime.fromtimestamp(_seconds(report.date), UTC)
    made |= {"day": [when.year, when.month, when.day], "date": day(report.date), "running": _running(report.title)}
    made["data"] = json.dumps({"schema": SCHEMA, "name": report.name, "packed": report.data}) if report.data else ""
    labels = [section.id for section in report.sections]
    for section, source in zip(made["sections"], report.sections, strict=True):
        for block, of in zip(section["blocks"], source.blocks, strict=True):
            if isinstance(of, Figure):
                block["share"] = round(_width(of.wide) / WIDE, 3)
                block["wide"] = printed(of.wide)
                del block["narrow"], block["data"]
            elif isinstance(of, Table):
                block["widths"] = _widths(block)
            elif isinstance(of, Claims):
                labels += [f"claim-{line.id}" for line in of.lines]
                for proof in (proof for line in block["lines"] for proof in line["proofs"]):
                    proof["says"] = sentence(proof["line"])
    made["labels"] = labels
    return made


def _running(title: str, most: int = 90) -> str:
    text = shown(title)
    return text if len(text) <= most else f"{text[:most].rstrip()} \u2026"


def _width(svg: str) -> float:
    found = re.search(r'viewBox="0 0 ([\d.]+)', svg)
    return float(found.group(1)) if found else WIDE


def _widths(block: dict[str, Any]) -> list[int]:
    """Shares of the columns; 0 for those that are as wide as what they hold."""
    made = []
    for place, column in enumerate(block["columns"]):
        lengths = [sum(len(one["text"]) for one in row["cells"][place]["words"]) for row in block["rows"]]
        longest = max([*lengths, 0])
        mean = sum(lengths) / max(1, len(lengths))
        narrow = column["numeric"] or longest <= SHORT
        made.append(0 if narrow else int(min(MOST, max(LEAST, (longest + mean) / 2))))
    if not any(made) and len(made) < 6:
        made[0] = 1
    return made


def _texts(value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: one if key in AS_IS else _texts(one, key) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_texts(one, name) for one in value]
    return breakable(shown(value)) if isinstance(value, str) else value


def shown(text: str) -> str:
    """The text with each character that no font of ours holds named by its number: \u27e8U+1F389\u27e9."""
    return (
        text
        if text.isascii()
        else "".join(one if one.isascii() or _held(ord(one)) else f"\u27e8U+{ord(one):04X}\u27e9" for one in text)
    )


def _held(code: int) -> bool:
    starts, ends = _coverage()
    place = bisect.bisect_right(starts, code) - 1
    return place >= 0 and code <= ends[place]


@cache
def _coverage() -> tuple[list[int], list[int]]:
    spans = json.loads((resources.templates() / "fonts" / "coverage.json").read_text(encoding="utf-8"))
    return [low for low, _ in spans], [high for _, high in spans]
