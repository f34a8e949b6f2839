"""Whether a finished report still holds: made again from the data in it, and its numbers compared with what it says.

Three things are asked. Does the text of the file say what its data come to? Do the embedded tables and runs give the verdicts
that are said? And what could not be asked again, such as passages of papers that are not at hand?
"""

from __future__ import annotations

import difflib
import json
import re
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from pathlib import Path
from typing import Any

from replicate.problems import Problem

from .. import provenance
from ..checks import CHECKS
from ..checks.hand import Hand
from ..facts import shipped
from ..reading import attached
from ..records import Verdict
from . import html, markdown, pdf
from .build import compose
from .inputs import GENERATOR, Inputs, unpack
from .value import SCHEMA, Report

WITHOUT = ("tables", "replication")  # checks that need no paper
NUMBER = re.compile(r"[+\u2212-]?\d[\d,]*(?:\.\d+)?%?")
LARGEST = 256 << 20
PARTS = r"p|div|h\d|li|dt|dd|td|th|tr|text|title|desc|figcaption|blockquote|summary|pre|code|span|button"


@dataclass(frozen=True)
class Difference:
    """A line of the file, and the same line as the data give it; one of them is empty where a line is on one side only."""

    says: str
    holds: str


@dataclass(frozen=True)
class Checked:
    """What a check of a finished report came to."""

    path: str
    format: str
    question: str
    numbers: int
    differences: tuple[Difference, ...]
    verdicts: int
    changed: tuple[str, ...]
    left: tuple[str, ...]
    made_by: str = ""

    @property
    def holds(self) -> bool:
        return not self.differences and not self.changed

    def to_dict(self) -> dict[str, Any]:
        return {
            "file": self.path, "format": self.format, "question": self.question, "holds": self.holds, "numbers": self.numbers,
            "differences": [{"says": one.says, "holds": one.holds} for one in self.differences],
            "verdicts_recomputed": self.verdicts, "verdicts_changed": list(self.changed), "not_recomputed": list(self.left),
            "made_by": self.made_by,
        }  # fmt: skip


def check(path: Path) -> Checked:
    """Make the report in a file again, and compare."""
    if not path.is_file():
        raise Problem(f"{path}: a folder; name a report in it" if path.is_dir() else f"{path}: no such file")
    if path.stat().st_size > LARGEST:
        raise Problem(f"{path}: larger than {LARGEST >> 20} MiB; that is no report of synth's")
    kind = path.suffix.lower().removeprefix(".")
    if kind not in AGAIN:
        raise Problem(f"{path}: a report is .html, .pdf or .md")
    held, says = _of_pdf(path) if kind == "pdf" else READERS[kind](path.read_bytes())
    inputs = unpack(_packed(held, str(path)), str(path))
    try:
        holds = AGAIN[kind](compose(inputs, ""))
        changed, verdicts = _verdicts(inputs)
    except Exception as error:  # data that somebody changed have any form, and each part of a report fails in its own way
        said = str(error) if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
        raise Problem(f"{path}: the data in it make no report ({said}); make the report again") from error
    numbers = sum(len(NUMBER.findall(line)) for line in holds)
    found = _differences(says, holds)
    return Checked(str(path), kind, inputs.question.name, numbers, found, verdicts, changed, _left(inputs), _made_by(inputs))


# ---- out of the formats: the data, and the lines of text


def _packed(found: str, where: str) -> str:
    if not found:
        raise Problem(f"{where}: no data of a report in it; either it was not made by synth report, or they were taken out")
    try:
        data = json.loads(found)
        schema, packed = data["schema"], data["packed"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise Problem(f"{where}: the data in it are damaged; make the report again") from error
    if schema != SCHEMA or not isinstance(packed, str):
        raise Problem(f"{where}: its data have the schema {schema!r}; this version reads {SCHEMA!r}: make the report again")
    return packed


def _of_html(content: bytes) -> tuple[str, list[str]]:
    _, _, after = content.partition(b'<script type="application/json" id="report-data">')
    held, ended, _ = after.partition(b"</script>")
    return held.decode("utf-8", "replace") if ended else "", _html_lines(content)


def _of_markdown(content: bytes) -> tuple[str, list[str]]:
    _, _, after = content.rpartition(b"<!-- stilts-claims: {")
    held, ended, _ = after.partition(b"} -->")
    return f"{{{held.decode('utf-8', 'replace')}}}" if ended else "", _markdown_lines(content)


def _of_pdf(path: Path) -> tuple[str, list[str]]:
    """In a process of its own: a PDF of somebody else is not trusted."""
    from ..reading.worker import Reader

    with Reader() as reader:
        return reader.attached(path, pdf.ATTACHED)


def _html_lines(content: bytes) -> list[str]:
    """The words of a page, an element's a line: no style, no script; titles and descriptions of figures count as text."""
    text = content.decode("utf-8", "replace")
    for begin, end in (("<style", "</style>"), ("<script", "</script>"), ('<a class="save"', "</a>")):
        text = _without(text, begin, end)
    broken = re.sub(rf"</?({PARTS})\b[^<>]*>", "\n", text)
    lines = (re.sub(r"\s+", " ", unescape(re.sub(r"<[^<>]*>", "", line))).strip() for line in broken.splitlines())
    return [line for line in lines if line]


def _without(text: str, begin: str, end: str) -> str:
    """The text without what stands between these. Both are looked for once, however many openings a file of somebody's has."""
    made, at = [], 0
    while (start := text.find(begin, at)) >= 0 and (stop := text.find(end, start)) >= 0:
        made.append(text[at:start])
        at = stop + len(end)
    return "".join([*made, text[at:]])


def _markdown_lines(content: bytes) -> list[str]:
    text = _without(content.decode("utf-8", "replace"), "<!-- stilts-claims: ", "-->")
    return [line.strip() for line in text.splitlines() if line.strip()]


def _pdf_lines(report: Report) -> list[str]:
    """The text of a report's PDF as its pages hold it."""
    with tempfile.TemporaryDirectory(prefix="stilts-claims-") as folder:
        made = Path(folder) / "again.pdf"
        made.write_bytes(pdf.document(report))
        return attached.read(made, pdf.ATTACHED)[1]


# How the data and the lines of a file are read, and the lines of the same report made again.
READERS: Mapping[str, Callable[[bytes], tuple[str, list[str]]]] = {"html": _of_html, "md": _of_markdown}
AGAIN: Mapping[str, Callable[[Report], list[str]]] = {
    "html": lambda report: _html_lines(html.page(report).encode()),
    "md": lambda report: _markdown_lines(markdown.text(report).encode()),
    "pdf": _pdf_lines,
}


# ---- compared


def _differences(says: Sequence[str], holds: Sequence[str]) -> tuple[Difference, ...]:
    """The lines that are not the same on both sides, paired where they stand in one place."""
    made = []
    for kind, a, b, c, d in difflib.SequenceMatcher(None, says, holds, autojunk=False).get_opcodes():
        if kind != "equal":
            left, right = says[a:b], holds[c:d]
            for place in range(max(len(left), len(right))):
                made.append(Difference(left[place] if place < len(left) else "", right[place] if place < len(right) else ""))
    return tuple(made)


def _verdicts(inputs: Inputs) -> tuple[tuple[str, ...], int]:
    """The checks that need no paper, made again on the embedded rows: what changed, and how many were made."""
    of = inputs.hand
    hand = Hand({**of.published, **inputs.tables}, of.runs, of.where, of.left_out, facts={**shipped(), **inputs.facts})
    changed, made = [], 0
    for claim in inputs.question.claims:
        said = inputs.verdicts.get(claim.id)
        for name in WITHOUT if said else ():
            before = said.checks.get(name) if said else None
            if before is None:
                continue
            made += 1
            now = CHECKS[name].make(claim, inputs.question, hand)
            if not _same(before, now):
                changed.append(f"{claim.id}, {name}: the report says {_short(before)}, its data give {_short(now)}")
    return tuple(changed), made


def _same(one: Verdict, other: Verdict) -> bool:
    return one.verdict == other.verdict and one.number == other.number


def _short(verdict: Verdict) -> str:
    return f"{verdict.verdict} {verdict.number}".strip()


def _made_by(inputs: Inputs) -> str:
    """Which version made the report, where it is not this one: a difference may be the program's."""
    said = dict(inputs.about).get("Version", "")
    return said if said.partition(",")[0] != f"{GENERATOR} {provenance.version('stilts-claims')}" else ""


def _left(inputs: Inputs) -> tuple[str, ...]:
    """What was not asked again, and why."""
    made = []
    words = sum("words" in one.checks and bool(one.checks["words"].evidence) for one in inputs.verdicts.values())
    if words:
        made.append(f"the words of the sources behind {words} claims: papers do not travel with a report; synth verify asks them")
    twins = sum(bool(one.twins) for one in inputs.verdicts.values())
    if twins:
        made.append(f"the twins of {twins} claims: synth verify asks them")
    confident = sum(one.confidence is not None for one in inputs.verdicts.values())
    if confident:
        made.append(f"the confidence of {confident} verdicts: it is learnt from labelled claims that are not in the report")
    return tuple(made)
