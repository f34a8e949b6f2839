"""Jinja for the templates of reports: what they may call, and errors of a template with its file and line."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import re
import zlib
from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from replicate import resources, shown
from replicate.problems import Problem

from ..sentences import count
from ..verify import FINALS
from .plain import slug
from .value import ClaimLine, Figure

if TYPE_CHECKING:
    import jinja2

MONTHS = "January February March April May June July August September October November December".split()
AT_ONCE = 300  # claims whose evidence a page lays out at once; of more it is kept packed until it is unfolded
SCHEMES = ("https://", "http://", "#", "./")


def render(name: str, own: Path | None, autoescape: bool, **values: Any) -> str:
    """A shipped template, or one of the user's (`own`), filled; a Problem names file and line of what is wrong with it."""
    import jinja2

    folder = own.parent if own else resources.templates()
    environment = _environment(folder, autoescape, own is not None)
    file = own or folder / name
    try:
        return environment.get_template(file.name).render(**values)
    except jinja2.TemplateSyntaxError as error:
        raise Problem(f"{_file(error.filename, file)}, line {error.lineno}: {error.message}") from error
    except jinja2.TemplateNotFound as error:
        raise Problem(f"{file}: there is no template {error.name}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise Problem(f"{file}: not a template that can be read ({error})") from error
    except Exception as error:
        # Whatever a template of the user's runs into is the template's fault; the line is in the traceback.
        if not (where := _line(error, environment)):
            raise
        raise Problem(f"{where}: {type(error).__name__}: {error}") from error


@lru_cache(maxsize=8)
def _environment(folder: Path, autoescape: bool, foreign: bool) -> jinja2.Environment:
    """What fills templates. One that did not come with us may be anybody's: it gets the report, and nothing of Python."""
    import jinja2
    from jinja2.sandbox import SandboxedEnvironment

    made = (SandboxedEnvironment if foreign else jinja2.Environment)(
        loader=jinja2.FileSystemLoader([folder, resources.templates()]),
        autoescape=autoescape,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    made.filters |= FILTERS
    made.globals |= {"at_once": AT_ONCE, "count": count}
    return made


def _file(found: str | None, otherwise: Path) -> str:
    return found if found and Path(found).is_file() else str(otherwise)


def _line(error: BaseException, environment: jinja2.Environment) -> str:
    """File and line of the innermost template that an error came through; empty if it came through none."""
    folders = [Path(one).resolve() for one in getattr(environment.loader, "searchpath", ())]
    found, step = "", error.__traceback__
    while step is not None:
        # A template of the working folder has no folder in its name.
        name = step.tb_frame.f_code.co_filename
        if name.endswith(".j2") and any(Path(name).resolve().is_relative_to(folder) for folder in folders):
            found = f"{name}, line {step.tb_lineno}"
        step = step.tb_next
    return found


# ---- what templates may call


def table(block: Figure) -> str:
    """The data of a figure as CSV. A cell that a spreadsheet would take for a formula is quoted by an apostrophe."""
    made = io.StringIO()
    writer = csv.writer(made, lineterminator="\n")
    writer.writerow(map(_cell, block.head))
    for line in block.data:
        writer.writerow(map(_cell, line))
    return made.getvalue()


def _cell(value: str | float | None) -> Any:
    return "" if value is None else shown.cell(shown.visible(value) if isinstance(value, str) else value)


def ranks(lines: Sequence[ClaimLine]) -> list[str]:
    """For each claim its place in every column of the table, so that a page sorts by comparing numbers; ties share a place."""
    columns = list(zip(*(_keys(line) for line in lines), strict=True))
    places = [{key: place for place, key in enumerate(sorted(set(column)))} for column in columns]
    return [" ".join(str(of[key]) for of, key in zip(places, row, strict=True)) for row in zip(*columns, strict=True)]


def _keys(line: ClaimLine) -> tuple[tuple[object, ...], ...]:
    place = FINALS.index(line.verdict) if line.verdict in FINALS else len(FINALS)
    mark = ("yes", "no", "none").index(line.mark)
    checks = [(one.verdict.lower(), one.number) for one in line.proofs[:3]]  # the table's own columns
    return ((line.text.lower(),), (mark, line.reported), *checks, (place, line.verdict), (line.confidence,))


def day(text: str) -> str:
    """A date as people read it; what is no date stays as it is."""
    try:
        found = date.fromisoformat(text)
    except ValueError:
        return text
    return f"{found.day} {MONTHS[found.month - 1]} {found.year}"


def hashed(script: str) -> str:
    """The name of a script in a content security policy."""
    return f"sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}"


def deflated(texts: Sequence[str]) -> str:
    """Many texts as little text: what a page keeps back until somebody asks for it."""
    return base64.b64encode(zlib.compress(json.dumps(list(texts)).encode(), 9)).decode()


def sentence(text: str) -> str:
    """With a capital, unless it begins with a name such as a file's, and a full stop."""
    first = text.split(" ", 1)[0]
    head = text if re.search(r"[\d_.]", first) else text[:1].upper() + text[1:]
    ended = re.search(r"[.!?\u2026][\u201d\"')]*$", text.rstrip())
    return head + ("" if ended or not text else ".")


FILTERS: dict[str, Any] = {
    "in_url": shown.in_url,
    "csv": table,
    "ranks": ranks,
    "day": day,
    "hashed": hashed,
    "deflated": deflated,
    "sentence": sentence,
    "slug": slug,
    "escaped": shown.markdown,
    "address": shown.address,
    "slug_id": lambda id: re.sub(r"[^\w.-]", "-", id),
    "safe_link": lambda href: str(href).startswith(SCHEMES),
}
