"""A report as one HTML page that needs no network."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

from replicate import resources

from . import rendering
from .value import SCHEMA, Report


def page(report: Report, template: Path | None = None) -> str:
    """The whole page: style, figures, script and data are in it."""
    held = json.dumps({"schema": SCHEMA, "name": report.name, "packed": report.data}) if report.data else ""
    values = {"report": report, "style": style(), "script": _read("report.js"), "data": held.replace("<", "\\u003c")}
    return rendering.render("report.html.j2", template, True, **values)


def style() -> str:
    return f"{_read('report.css')}\n{_read('figures.css')}"


@cache
def _read(name: str) -> str:
    return (resources.templates() / name).read_text(encoding="utf-8").strip()
