"""Plain text -> Document; and what every kind without pages is put together from."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from . import labels, prose
from .document import ABSTRACT, APPENDIX, BODY, CAPTION, FRONT, HEADING, REFERENCES, RELATED, TABLE, Document, Page, Span, Table
from .layout import CAPTION as CAPTION_START

WIDE = (b"\xff\xfe", b"\xfe\xff")  # how UTF-16 begins
MOST_BLANKS = 300
BLANKS = re.compile(rf"[^\S\n]{{{MOST_BLANKS + 1},}}")


def decoded(content: bytes) -> str:
    """The text of bytes in UTF-8, in UTF-16 that says so, or else in Windows-1252; each line ends with a line feed."""
    if content[:2] in WIDE:
        text = content.decode("utf-16", "replace")
    else:
        try:
            text = content.decode("utf-8-sig")
        except UnicodeDecodeError:
            text = content.decode("cp1252", "replace")
    return narrowed(re.sub(r"\r\n?", "\n", text))


def narrowed(text: str) -> str:
    """The text with no more blanks in a row than a page has: patterns that look for what stands behind them look from each."""
    return BLANKS.sub(lambda found: found[0][:MOST_BLANKS], text)


@dataclass
class Part:
    """A paragraph, heading, caption, note or table in the order of reading, from a source without pages.

    `level` of a heading counts from 1; `label` is empty where the section decides.
    """

    text: str
    label: str = ""
    level: int = 1


def document(source: str, kind: str, parts: Sequence[Part], tables: Sequence[Table] = (), title: str = "") -> Document:
    """One page of these parts."""
    flows, at, heading, part, under, ended = list[prose.Flow](), 0, "", BODY, 9, False
    known = {name: label for name, label in labels.KNOWN.items() if label != BODY}
    if any(one.label == HEADING and one.text.strip().lower() == "abstract" for one in parts):
        part = FRONT
    for one in parts:
        text = one.text.strip("\n")
        if not text.strip():
            continue
        label = one.label or part
        if one.label == HEADING:
            heading = " ".join(text.split())
            name = re.sub(r"^([A-Z]|\d+)(\.\d+)*\.?\s+", "", heading).strip(" .:").lower()
            if known.get(name) in (ABSTRACT, REFERENCES, APPENDIX) or name.startswith("appendix"):
                part, under = known.get(name, APPENDIX), 9
                ended = ended or part == REFERENCES
            elif ended:
                part = APPENDIX
            elif labels.RELATED_WORDS.search(heading):
                part, under = RELATED, one.level
            elif not (part == RELATED and one.level > under):
                part, under = BODY, 9
        elif one.label in (ABSTRACT, APPENDIX, REFERENCES):
            part, label = one.label, one.label
        flows.append(prose.Flow(Span(1, at, at + len(text)), text, label, heading))
        at += len(text) + 1
    blocks, sentences = prose.read(flows)
    page = Page(1, "\n".join(one.text for one in flows))
    return Document(source, kind, "", title, "", (page,), blocks, sentences, tuple(tables))


def read(text: str, source: str) -> Document:
    """Paragraphs with empty lines between; a short line that is numbered or known by name is a heading."""
    parts = list[Part]()
    title = ""
    for number, raw in enumerate(re.split(r"\n\s*\n", text.replace("\r\n", "\n").replace("\f", "\n\n"))):
        lines = [line.rstrip() for line in raw.strip("\n").split("\n")]
        first = lines[0].strip()
        if not number and len(lines) == 1 and 0 < len(first) < 200 and first[:1].isalpha() and first.lower() not in labels.KNOWN:
            title = first if not first.endswith(".") else ""
            parts.append(Part(first, FRONT if title else ""))
            continue
        while lines and _heading(lines[0]):
            parts.append(Part(lines[0].lstrip("# ").strip(), HEADING, max(1, len(lines[0]) - len(lines[0].lstrip("#")))))
            lines = lines[1:]
        if not any(line.strip() for line in lines):
            continue
        if len(lines) > 1 and sum("\t" in line for line in lines) * 2 > len(lines):
            parts.append(Part("\n".join(lines), TABLE))
        elif CAPTION_START.match(lines[0].strip()):
            parts.append(Part("\n".join(lines), CAPTION))
        else:
            parts.append(Part("\n".join(lines)))
    return document(source, "text", parts, title=title)


def _heading(line: str) -> bool:
    bare = line.strip()
    if not bare or len(bare) > 90 or bare.endswith((".", ",", ";", "?", "!")):
        return False
    name = re.sub(r"^([A-Z]|\d+)(\.\d+)*\.?\s+", "", bare.lstrip("# ")).strip(" :").lower()
    return bare.startswith("#") or name in labels.KNOWN or (labels.NUMBERED.match(bare) is not None and len(bare.split()) < 10)
