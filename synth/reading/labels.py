"""Which part of a paper a piece belongs to: abstract, body, related work, references, appendix, or something beside the text."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from .document import (
    ABSTRACT,
    APPENDIX,
    BODY,
    CAPTION,
    FIGURE,
    FOOTNOTE,
    FRONT,
    FURNITURE,
    HEADING,
    PROSE,
    REFERENCES,
    RELATED,
    TABLE,
    Table,
)  # fmt: skip
from .layout import CAPTION as CAPTION_START
from .layout import ENDS, Piece, noted

NUMBERED = re.compile(
    r"(?:(?:Appendix\s+)?(?P<mark>\d{1,2}(?:\.\d{1,2}){0,3}|[A-Z](?:\.\d{1,2}){0,3})[.:]?\s+)(?=[A-Z\u201c\"(\d])"
)
STAMP = re.compile(r"arXiv:\s*((?:[a-z-]+(?:\.[A-Z]{2})?/\d{7}|\d{4}\.\d{4,5})(?:v\d+)?)\b")
FURNITURE_WORDS = re.compile(
    r"(Proceedings of|Findings of|Published as|Under review|Preprint\b|\u00a9|\(c\) \d{4}|Copyright|arXiv:\d|arXiv:[a-z-]+/|"
    r"https?://doi\.org/\S+$|Confidential|Anonymous (ACL|EMNLP|submission))", re.I,
)  # fmt: skip
PAGE_NUMBER = re.compile(r"[\u2013\-\s]*(?:page\s+)?(?:\d{1,5}|[ivxl]{1,6})(?:\s*(?:of|/)\s*\d{1,5})?[\u2013\-\s.]*", re.I)
KNOWN = {
    "abstract": ABSTRACT, "summary": ABSTRACT, "references": REFERENCES, "bibliography": REFERENCES,
    "literature cited": REFERENCES,
    "works cited": REFERENCES, "appendix": APPENDIX, "appendices": APPENDIX, "supplementary material": APPENDIX,
    "supplemental material": APPENDIX, "supplementary materials": APPENDIX, "introduction": BODY, "conclusion": BODY,
    "conclusions": BODY,
    "acknowledgments": BODY, "acknowledgements": BODY, "acknowledgment": BODY, "acknowledgement": BODY, "limitations": BODY,
    "ethics statement": BODY, "ethical considerations": BODY, "broader impact": BODY, "related work": RELATED, "discussion": BODY,
    "results": BODY, "experiments": BODY, "method": BODY, "methods": BODY, "background": RELATED, "methodology": BODY,
    "previous work": RELATED, "prior work": RELATED, "literature review": RELATED, "related works": RELATED, "keywords": FRONT,
}  # fmt: skip
RELATED_WORDS = re.compile(r"\b(related work|previous work|prior work|background|literature review|related literature)\b", re.I)
INLINE = re.compile(r"(Abstract|ABSTRACT)\s*[.:\u2014\u2013-]+\s*(?=\S)")


@dataclass
class Leaf:
    """A page in pieces, before anybody knows what they are."""

    number: int
    width: float
    height: float
    turned: int
    pieces: list[Piece]
    tables: list[tuple[Table, Piece]]
    size: float


@dataclass(frozen=True)
class Labelled:
    """What labelling found out of the whole paper."""

    title: str
    stamp: str


def label(leaves: Sequence[Leaf]) -> Labelled:
    """Label every piece of every page in place."""
    count: Counter[float] = Counter()
    for leaf in leaves:
        for piece in leaf.pieces:
            for line in piece.lines:
                count[round(line.size, 1)] += len(line.text)
    size = count.most_common(1)[0][0] if count else 0.0
    stamp = _furniture(leaves)
    title = _title(leaves[0], size) if leaves and leaves[0].number == 1 else ""
    _sections(leaves, size, any(_heading(piece, size) == "abstract" for leaf in leaves[:2] for piece in leaf.pieces))
    return Labelled(title, stamp)


def _furniture(leaves: Sequence[Leaf]) -> str:
    """Mark page numbers, running heads and stamps; the arXiv id of a stamp."""
    stamp, edges = "", Counter[str]()
    for leaf in leaves:
        for piece in leaf.pieces:
            if _edge(piece, leaf):
                edges[re.sub(r"\d+", "0", piece.shown())] += 1
    for leaf in leaves:
        for piece in leaf.pieces:
            text = piece.shown()
            found = STAMP.search(text) if len(text) < 80 else None
            if found and (piece.sheet or _edge(piece, leaf)):
                stamp, piece.label = stamp or found[1], FURNITURE
            elif piece.label in ("table", "caption"):
                continue
            elif _edge(piece, leaf):
                repeated = len(piece.lines) <= 2 and edges[re.sub(r"\d+", "0", text)] >= 3
                if repeated or (len(piece.lines) == 1 and PAGE_NUMBER.fullmatch(text)) or FURNITURE_WORDS.match(text):
                    piece.label = FURNITURE
    return stamp


def _edge(piece: Piece, leaf: Leaf) -> bool:
    box = piece.box
    return piece.sheet == 0 and (box.bottom < 0.085 * leaf.height or box.top > 0.9 * leaf.height) and len(piece.lines) <= 4


def _title(leaf: Leaf, size: float) -> str:
    """The largest words in the upper half of the first page."""
    there = [
        p for p in leaf.pieces if p.box.top < 0.5 * leaf.height and p.sheet == 0 and p.label != FURNITURE and len(p.shown()) > 8
    ]
    if not there:
        return ""
    largest = max(piece.size for piece in there)
    if largest < 1.1 * size:
        return ""
    words = [line.text for piece in there if abs(piece.size - largest) < 0.03 * largest for line in piece.lines]
    return " ".join(words)[:300]


def _heading(piece: Piece, size: float) -> str:
    """The known name of a heading in lower case, 'numbered' for another one, '' for none."""
    text = " ".join(line.text for line in piece.lines).strip()
    if len(piece.lines) > 3 or len(text) > 120 or not text:
        return ""
    found = NUMBERED.match(text)
    bare = text[found.end() :] if found else text
    name = re.sub(r"\s+", " ", bare).strip(" .:").lower()
    stands_out = piece.bold or piece.size > 1.08 * size
    if name in KNOWN and (stands_out or found or len(piece.lines) == 1):
        return name
    spread = name.replace(" ", "")
    if text.isupper() and spread in (known := {one.replace(" ", ""): one for one in KNOWN}):
        return known[spread]
    if re.match(r"(appendix|appendices|supplementary material)\b", name) and stands_out:
        return "appendix"
    if found and (stands_out or text.isupper()) and not text.endswith((".", ",", ";")) and any(one.isalpha() for one in bare):
        return "numbered"
    if stands_out and piece.bold and len(text.split()) <= 10 and text[:1].isupper() and not text.endswith((".", ",", ";", ":")):
        return "bold"
    return ""


def _named(piece: Piece) -> str:
    """'table 4' for what begins like the caption of Table 4."""
    found = CAPTION_START.match(piece.lines[0].text)
    return f"{found['what'][:3].lower()} {found['number']}" if found else ""


def _level(text: str) -> int:
    found = NUMBERED.match(text)
    return found["mark"].count(".") if found else 0


def _sections(leaves: Sequence[Leaf], size: float, abstract: bool) -> None:
    """Walk through the paper: what stands under which heading."""
    section = (
        FRONT
        if abstract or any(_heading(piece, size) == "introduction" for leaf in leaves[:2] for piece in leaf.pieces)
        else BODY
    )
    heading, part, under = "", section, 9  # `under`: the level of the heading that made this part related work
    ended, unfinished = False, False
    named = Counter(_named(piece) for leaf in leaves for piece in leaf.pieces)
    for leaf in leaves:
        for piece in leaf.pieces:
            if piece.label == "table":
                piece.label, piece.heading = TABLE, heading
                continue
            if piece.label:
                piece.heading = heading
                continue
            text = piece.shown()
            # 'as shown in | Table 4. On average': a column may end before the name of a table.
            if _named(piece) and not (unfinished and named[_named(piece)] > 1 and abs(piece.size - size) < 0.03 * size):
                piece.label, piece.heading = CAPTION, heading
                continue
            kind = _heading(piece, size) if piece.sheet == 0 or leaf.turned else ""
            if part == FRONT and kind in ("bold", "numbered") and not (kind == "numbered" and text[:1] == "1"):
                kind = ""
            if kind and not (part == REFERENCES and kind == "bold"):
                text = " ".join(line.text for line in piece.lines)
                level = _level(text) if NUMBERED.match(text) else (under + 1 if kind == "bold" else 0)
                if kind in KNOWN and KNOWN[kind] in (ABSTRACT, REFERENCES, APPENDIX):
                    part, under = KNOWN[kind], 9
                    ended = ended or part == REFERENCES
                elif part == REFERENCES or (ended and part != REFERENCES):
                    part, under = APPENDIX, 9
                elif RELATED_WORDS.search(text) and kind != "bold":
                    part, under = RELATED, level
                elif not (part == RELATED and level > under) and kind != "bold":
                    part, under = BODY, 9
                elif part == ABSTRACT:
                    part = BODY
                piece.label, heading = HEADING, text
                piece.heading = heading
                continue
            if part in (FRONT, BODY) and INLINE.match(text) and leaf.number <= 2:
                part = ABSTRACT
            piece.heading = heading
            piece.label = _beside(piece, leaf, size, part)
            if piece.label in PROSE:
                unfinished = not ENDS.search(text)


def _beside(piece: Piece, leaf: Leaf, size: float, part: str) -> str:
    """What a piece is that is no heading: of this part, or a footnote, or words in a figure."""
    small = piece.size < 0.93 * size
    text = piece.shown()
    if part not in (FRONT, REFERENCES) and small and piece.sheet == 0:
        box = piece.box
        lower = [
            other for other in leaf.pieces
            if other.sheet == 0 and other.box.top > box.bottom and other.size > 0.96 * size and other.wordy()
            and min(other.box.right, box.right) - max(other.box.left, box.left) > 5
        ]  # fmt: skip
        before = [other for other in leaf.pieces if other.label == FOOTNOTE and 0 <= box.top - other.box.bottom < 6]
        if noted(text) or (before and not lower):
            return FOOTNOTE
    if piece.sheet and not piece.wordy():
        return FIGURE
    if (
        part != FRONT
        and not piece.wordy()
        and abs(piece.size - size) > 0.05 * size
        and len(piece.lines) * 12 > len(text.split()) * 2
    ):
        words = len(text.split()) / len(piece.lines)
        if words < 4 and part != REFERENCES:
            return FIGURE
    return part
