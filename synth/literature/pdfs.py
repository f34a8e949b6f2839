"""Whether bytes are a whole PDF of the paper that was asked for. Nothing is parsed here: a file is not trusted."""

from __future__ import annotations

import re

from .ids import Id, maybe
from .web import MEGABYTE, Answer, Trouble, is_page, page

MOST = 200 * MEGABYTE
_STAMP = re.compile(rb"/arXivID\s*\(\s*(?:https?://arxiv\.org/abs/)?([^)\s]{9,40})\)")
_NAMED = re.compile(r'filename="?([^";]+?)(?:\.pdf)?"?(?:;|$)', re.I)


def trouble(content: bytes) -> str:
    """What is wrong with the bytes of a PDF; empty if nothing is seen."""
    if not content:
        return "an empty file"
    if b"%PDF-" not in content[:1024]:
        return "no PDF: it does not begin with %PDF-"
    # The end of file mark has to be near the end; servers and programs add some bytes after it.
    if b"%%EOF" not in content[-2048:]:
        return "a PDF that was cut off: its end (%%EOF) is missing"
    if b"startxref" not in content[-4096:]:
        return "a damaged PDF: its table of contents (startxref) is missing"
    return ""


def look(id: Id, answer: Answer) -> Trouble | None:
    """What is wrong with an answer that should be the PDF of this paper."""
    if is_page(answer):
        return page(answer, "a PDF")
    if wrong := trouble(answer.content):
        return Trouble("damaged", f"{answer.url} gave {wrong}")
    other = said(answer)
    if id.version and other and other.key == id.key and other.version and other.version != id.version:
        return Trouble("other version", f"{answer.url} gave the PDF of {other}")
    return None


def said(answer: Answer) -> Id | None:
    """Which paper the file says it is: arXiv writes it into the address, the name and the information of a PDF."""
    inside = _STAMP.search(answer.content)
    named = _NAMED.search(answer.headers.get("Content-Disposition", ""))
    last = answer.url.rsplit("/pdf/", 1)[-1].removesuffix(".pdf")
    for text in (inside[1].decode("ascii", "replace") if inside else "", named[1] if named else "", last):
        found = maybe(text.replace("_", "/") if "/" not in text else text)
        if found and found.kind == "arxiv" and found.version:
            return found
    return None
