"""A file -> Document, whatever kind of paper it holds: PDF, HTML, LaTeX source or plain text.

`read` does it here; `synth.reading.worker` does it in a process of its own, which a hostile file cannot outlive.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

from replicate.problems import Problem

from . import plain
from .document import Document

MOST_BYTES = 400 * 2**20
MOST_TEXT = 40 * 2**20


def kind(path: Path) -> str:
    """What a file holds, told by its beginning and not by its name."""
    if path.is_dir():
        raise Problem(f"{path}: a folder; name a paper in it")
    if not path.exists():
        raise Problem(f"{path}: no such file")
    size = path.stat().st_size
    if not size:
        raise Problem(f"{path}: empty, 0 bytes; fetch it again")
    with path.open("rb") as file:
        head = file.read(8192)
    if b"%PDF-" in head[:1024]:
        if size > MOST_BYTES:
            raise Problem(f"{path}: {size / 2**20:,.0f} MiB, more than the {MOST_BYTES // 2**20} MiB that are read")
        return "pdf"
    text = plain.decoded(head) if head[:2] in plain.WIDE else head.decode("utf-8", "replace")
    if "\0" in text or text.count("\ufffd") > 20 + len(text) // 50:
        raise Problem(f"{path}: no PDF, HTML, LaTeX or text (it begins with {head[:8]!r}); is it the right file?")
    if size > MOST_TEXT:
        raise Problem(f"{path}: {size / 2**20:,.0f} MiB of text, more than the {MOST_TEXT // 2**20} MiB that are read")
    lower = text.lower()
    if "<html" in lower or "<!doctype html" in lower or (path.suffix.lower() in (".html", ".htm", ".xhtml") and "<" in lower):
        return "html"
    if "\\documentclass" in text or "\\begin{" in text or (path.suffix == ".tex" and "\\" in text):
        return "latex"
    return "text"


def read(path: str | Path, only: Iterable[int] = (), progress: Callable[[int, int], None] | None = None) -> Document:
    """The paper in a file, or only these pages of it; a Problem says what is wrong with the file and what to do."""
    path = Path(path)
    found = kind(path)
    if found == "pdf":
        from . import pdf

        made = pdf.read(path, only, progress)
    else:
        from . import html, latex

        wanted = [number for number in only if number != 1]
        if wanted:
            raise Problem(f"{path}: page {wanted[0]} is not there; what is no PDF has one page")
        text = plain.decoded(path.read_bytes())
        made = {"html": html.read, "latex": latex.read, "text": plain.read}[found](text, str(path))
        if not made.blocks:
            raise Problem(f"{path}: no text in this {found}; is it the right file?")
    with path.open("rb") as file:
        return replace(made, source=str(path), sha256=hashlib.file_digest(file, "sha256").hexdigest())
