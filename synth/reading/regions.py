"""Where the tables of a page are: between the rules that belong together, or, without rules, at a caption."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from . import grid
from .document import Box, Table
from .glyphs import Rule, Sheet
from .layout import CAPTION, Piece
from .lines import Line

NEAR = 60.0  # points between a table and its caption
ALIKE = 6.0  # points: rules of one table begin and end alike


@dataclass
class Found:
    """A table with the lines that it is made of and the piece that is its caption."""

    table: Table | None  # None where its rows and columns were not understood
    lines: list[Line]
    caption: Piece | None


def tables(
    sheet: Sheet, lines: Sequence[Line], pieces: Sequence[Piece], page: int, sides: Sequence[tuple[str, Box]] = ()
) -> list[Found]:
    """The tables of a sheet, from top to bottom; `sides` are texts that stand on their side there."""
    named = [(piece, CAPTION.match(piece.lines[0].text)) for piece in pieces]
    captions = [piece for piece, name in named if name and name["what"].lower().startswith("tab")]
    others = [piece for piece in pieces if CAPTION.match(piece.lines[0].text) and piece not in captions]
    size = _largest(lines)
    prose = [piece for piece in pieces if len(piece.lines) > 2 and piece.prose() and piece not in captions]
    walls = [piece for piece in prose if piece.size > 0.96 * size]  # sentences in a table are set smaller
    found = list[Found]()
    for frame in frames(sheet, [*walls, *captions, *others]):
        caption = _caption(frame, captions, others)
        if caption in others:
            continue
        inside = [one for one in lines if _inside(one, frame)]
        if caption is not None:
            inside = [one for one in inside if one not in caption.lines]
        made = _table(sheet, inside, frame, page, caption, sides)
        if made is not None and (caption is not None or _numeric(made)):
            found.append(Found(made, inside, caption))
        elif caption is not None and made is None and len(inside) > 3:
            found.append(Found(None, inside, caption))
    for caption in captions:
        if not any(one.caption is caption for one in found):
            taken = {id(line) for one in found for line in one.lines}
            for side in (-1, 1):
                inside = _beside(caption, [one for one in lines if id(one) not in taken], pieces, side)
                box = _around(inside)
                made = _table(sheet, inside, box, page, caption, sides) if box and len(inside) > 3 else None
                if made is not None:
                    found.append(Found(made, inside, caption))
                    break
    return sorted(found, key=lambda one: min(line.y for line in one.lines))


def _largest(lines: Sequence[Line]) -> float:
    """The largest size that much of a page is set in: that of its text, also where a table fills most of it."""
    count: Counter[float] = Counter()
    for one in lines:
        count[round(one.size, 1)] += len(one.text)
    return max((size for size, many in count.items() if many > 0.15 * count.total()), default=0.0)


def _table(
    sheet: Sheet, inside: list[Line], box: Box, page: int, caption: Piece | None, sides: Sequence[tuple[str, Box]]
) -> Table | None:
    if len(inside) < 3:
        return None
    rules = [one for one in sheet.rules if one.left > box.left - ALIKE and one.right < box.right + ALIKE]
    rules = [one for one in rules if one.top > box.top - 2 and one.bottom < box.bottom + 2]
    near = [
        one for one in sides if box.left - 20 < one[1].left and one[1].right < box.right and box.top < one[1].top < box.bottom
    ]
    made = grid.table(sheet, inside, box, rules, page, near)
    if made is None or caption is None:
        return made
    number = CAPTION.match(caption.lines[0].text)
    return replace(made, number=number["number"] if number else "")


def _numeric(made: Table) -> bool:
    """Whether a frame without a caption is a table all the same: most of its cells are numbers."""
    numbers = sum(any("0" <= one <= "9" for one in cell.text) and len(cell.text) < 16 for cell in made.cells)
    return len(made.labels) >= 2 and numbers * 2 > len(made.cells) and len(made.cells) >= 4


def frames(sheet: Sheet, walls: Sequence[Piece]) -> list[Box]:
    """The boxes between rules that begin and end alike with no text of sentences between."""
    level = [one for one in sheet.rules if one.top == one.bottom and one.right - one.left > 30]
    groups = list[list[Rule]]()
    for one in sorted(level, key=lambda one: one.top):
        for group in groups:
            last = group[-1]
            alike = abs(last.left - one.left) < ALIKE and abs(last.right - one.right) < ALIKE
            if alike and not _between(last, one, walls):
                group.append(one)
                break
        else:
            groups.append([one])
    made = [
        Box(min(one.left for one in group), group[0].top, max(one.right for one in group), group[-1].top)
        for group in groups
        if len(group) > 1 and group[-1].top - group[0].top > 12
    ]
    # A rule under a group of headers is part of the table around it.
    return [box for box in made if not any(other != box and _holds(other, box) for other in made)]


def _holds(outer: Box, inner: Box) -> bool:
    return (
        outer.left - 2 <= inner.left
        and inner.right <= outer.right + 2
        and outer.top - 2 <= inner.top
        and inner.bottom <= outer.bottom + 2
    )


def _between(one: Rule, two: Rule, walls: Sequence[Piece]) -> bool:
    """Whether a caption, or text as wide as the table, stands between two rules."""
    for wall in walls:
        box = wall.box
        middle, across = (box.top + box.bottom) / 2, min(box.right, one.right) - max(box.left, one.left)
        wide = across > 0.6 * (one.right - one.left) or (across > 0 and CAPTION.match(wall.lines[0].text))
        if one.top < middle < two.top and wide:
            return True
    return False


def _inside(one: Line, box: Box) -> bool:
    middle = (one.box.left + one.box.right) / 2
    return box.left - 3 <= middle <= box.right + 3 and box.top - 1 <= one.y - 0.3 * one.size <= box.bottom + 1


def _caption(frame: Box, captions: Sequence[Piece], others: Sequence[Piece]) -> Piece | None:
    """The nearest caption above or below a frame."""
    best, least = None, NEAR
    for piece in [*captions, *others]:
        box = piece.box
        across = min(box.right, frame.right) - max(box.left, frame.left)
        if across < 0.3 * min(box.right - box.left, frame.right - frame.left):
            continue
        far = max(frame.top - box.bottom, box.top - frame.bottom)
        if -4 < far < least:
            best, least = piece, far
    return best


def _around(inside: Sequence[Line]) -> Box | None:
    if not inside:
        return None
    box = inside[0].box
    for one in inside[1:]:
        box = box.union(one.box)
    return box


def _beside(caption: Piece, lines: Sequence[Line], pieces: Sequence[Piece], side: int) -> list[Line]:
    """The lines above (-1) or below (1) a caption that look like rows: no sentences, no great gap."""
    box = caption.box
    prose = {id(one) for piece in pieces if piece.prose() for one in piece.lines}
    near = [
        one for one in lines if one not in caption.lines and box.left - 60 < (one.box.left + one.box.right) / 2 < box.right + 60
    ]
    near = [one for one in near if (one.y < box.top if side < 0 else one.box.top > box.bottom - 2)]
    near.sort(key=lambda one: one.y * side)
    found, last = list[Line](), box.top if side < 0 else box.bottom
    for one in near:
        gap = last - one.box.bottom if side < 0 else one.box.top - last
        if gap > (1.2 if found else 2.5) * one.size or id(one) in prose or CAPTION.match(one.text):
            break
        found.append(one)
        last = min(last, one.box.top) if side < 0 else max(last, one.box.bottom)
    return found
