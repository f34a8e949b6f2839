"""A report as Markdown, with its figures and their data as files in a folder beside it."""

from __future__ import annotations

import json
import re
from pathlib import Path

from ..figures.alone import alone
from . import rendering
from .value import SCHEMA, Report


def files(report: Report, template: Path | None = None) -> dict[str, bytes]:
    """The text first, then the figures, by their path below the folder of the reports."""
    made = {f"{report.name}.md": text(report, template).encode()}
    for one in report.figures():
        made[f"{folder(report)}/{one.id}.svg"] = alone(one.wide).encode()
        made[f"{folder(report)}/{one.id}.csv"] = rendering.table(one).encode()
    return made


def folder(report: Report) -> str:
    """Where the figures of a report lie."""
    return f"{report.name}.figures"


def text(report: Report, template: Path | None = None) -> str:
    held = json.dumps({"schema": SCHEMA, "name": report.name, "packed": report.data}) if report.data else ""
    made = rendering.render("report.md.j2", template, False, report=report, folder=folder(report), data=held)
    return re.sub(r"\n{3,}", "\n\n", made).strip() + "\n"
