"""Claims in a PDF: what stands beside a claim on the page is said of it, and an item of a list begins with its mark."""

from __future__ import annotations

import re
from collections.abc import Sequence

from ..reading.document import Block
from . import marks
from .parts import ITEM, PARAGRAPH, TABLE, Part

HEAD = re.compile(r"(?:#\s+)?(?:claims?|statements?|findings?|verified|verdict|status|confidence|score|\s)+$", re.I)
BULLET = re.compile(r"(?:^|\s)[\u2022\u2023\u25aa\u25cf\u25e6]\s+")
NUMBER = re.compile(r"(?:^|\s)(\d{1,2})[.)]\s+(?=\S)")
NEAR = 20.0  # points by which the left edges of one column may differ
LONG = 18  # characters from which on a cell is a claim and no mark


def table(blocks: Sequence[Block]) -> Part | None:
    """The claims of a section whose blocks stand in columns, each with its mark and confidence; None where they do not."""
    there = [block for block in blocks if block.box is not None and not HEAD.fullmatch(block.text.strip())]
    claims = [block for block in there if len(block.text) >= LONG and _beside(block.text) is None]
    if not claims:
        return None
    left = min(block.box.left for block in claims if block.box)
    claims = [block for block in claims if block.box and block.box.left - left < NEAR]
    cells = [block for block in there if _beside(block.text) is not None]
    if len(cells) < len(claims) / 2 or len(claims) + len(cells) < len(there):
        return None
    rows, pages = list[tuple[str, str, str]](), list[int]()
    for block in claims:
        beside = [cell for cell in cells if _same_row(block, cell)]
        words = " ".join(cell.text for cell in sorted(beside, key=lambda cell: cell.box.left if cell.box else 0))
        mark, share = _beside(words) or ("", "")
        text = block.text.replace("\n", " ").strip()
        if rows and not beside and text[:1].islower():  # a claim goes on after the end of a page
            rows[-1] = (f"{rows[-1][0]} {text}", *rows[-1][1:])
            continue
        rows.append((text, mark, share))
        pages.append(block.span.page)
    head = ("Claim", "Verified", "Confidence")
    return Part(TABLE, pages[0], rows=(head, *rows), lines=(pages[0], *pages))


def _same_row(one: Block, other: Block) -> bool:
    if one.box is None or other.box is None or one.span.page != other.span.page:
        return False
    middle = (other.box.top + other.box.bottom) / 2
    return one.box.top - 2 <= middle <= one.box.bottom + 2


def _beside(text: str) -> tuple[str, str] | None:
    """The mark and the confidence in what stands beside a claim; None where it is anything else."""
    words = text.split()
    if not 1 <= len(words) <= 3:
        return None
    mark = next((word for word in words if marks.tick(word) is not None and not re.fullmatch(r"[01]", word)), "")
    share = next((word for word in words if word != mark and marks.confidence(word) is not None), "")
    rest = [word for word in words if word not in (mark, share) and word not in marks.OPEN]
    return None if rest else (mark, share)


def items(block: Block) -> list[Part]:
    """The items of a list that a page shows as one block; a paragraph where it is none."""
    text, page = block.text, block.span.page
    found = [(match.start(), match.end()) for match in BULLET.finditer(text)]
    if not found:
        numbers = list(NUMBER.finditer(text))
        rising = [match for place, match in enumerate(numbers) if int(match[1]) - int(numbers[0][1]) == place]
        found = [(match.start(), match.end()) for match in rising] if len(rising) > 1 and rising[0].start() == 0 else []
    if not found:
        return [Part(PARAGRAPH, page, text)]
    before = [Part(PARAGRAPH, page, text[: found[0][0]].strip())] if text[: found[0][0]].strip() else []
    ends = [*(start for start, _ in found[1:]), len(text)]
    return before + [Part(ITEM, page, text[begin:end].strip(), mark="-") for (_, begin), end in zip(found, ends, strict=True)]
