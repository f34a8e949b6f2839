"""The headers of a table: which columns a header stands over, and which rows a label names."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

from .grid import EMPTY, Row, Word, text_of

if TYPE_CHECKING:
    from .grid import Layout

SKIP, SPAN = 2.5, 0.6  # points: what leaving a column without a header costs, and every further column under one
OVER = 8.0  # points: what a column costs that a header stands over and is not the header of
NEVER = 1e9


def paths(of: Layout, head: Sequence[Row], stubs: int) -> list[tuple[str, ...]]:
    """A path for every column, from the outermost header to the nearest."""
    count = len(of.columns)
    found: list[list[tuple[str, bool]]] = [[] for _ in range(count)]
    names = [place for place, row in enumerate(head) if len(_split(of, row)) >= 0.7 * (count - stubs) and len(row.words) > 1]
    for place, row in enumerate(head):
        lower = head[place + 1].y if place + 1 < len(head) else row.y + 2 * of.size
        # Above a row that names every column a header stands over all of a group; elsewhere it is one line of a label.
        spans = _spans(of, row, lower, stubs, SKIP if names and place < names[-1] else 0.0)
        filled = sum(last - first + 1 for first, last, _ in spans)
        # A row that names nearly every column is a level of its own; a row with a few words goes on a label begun above.
        own = filled >= 0.7 * (count - stubs) and len(spans) > 1
        for first, last, text in spans:
            for column in range(first, last + 1):
                found[column].append((text, own or last > first))
    return [_path(parts) for parts in found]


def _path(parts: Sequence[tuple[str, bool]]) -> tuple[str, ...]:
    made, level = list[str](), True
    for text, own in parts:
        if made and not own and not level:
            made[-1] = glued(made[-1], text)
        elif not made or made[-1] != text:
            made.append(text)
        level = own
    return tuple(made)


def glued(first: str, second: str) -> str:
    """Two lines of one label; a hyphen at the end of the first belongs to it where a capital follows."""
    if first.endswith("-") and second[:1].islower():
        return first[:-1] + second
    return first + second if first.endswith(("-", "/")) else f"{first} {second}"


def _spans(of: Layout, row: Row, lower: float, stubs: int, skip: float) -> list[tuple[int, int, str]]:
    """The chunks of a row of headers with the first and the last column that each stands over."""
    made = _split(of, row)
    ruled = [_under(of, row, lower, chunk) for chunk in made]
    # Rules that touch are drawn as one: over several headers it tells nothing.
    ruled = [span if span[0] < 0 or ruled.count(span) == 1 else (-1, -1) for span in ruled]
    ruled = [
        (-1, -1)
        if any(span != other and span[0] <= other[0] and other[1] <= span[1] and other[0] >= 0 for other in ruled)
        else span
        for span in ruled
    ]
    lines = [(one, two, chunk) for (one, two), chunk in zip(ruled, made, strict=True) if one >= 0]
    rest = [chunk for (one, _), chunk in zip(ruled, made, strict=True) if one < 0]
    taken = {column for one, two, _ in lines for column in range(one, two + 1)}
    free = [column for column in range(len(of.columns)) if column not in taken]
    spans = [(one, two, text_of(chunk)) for one, two, chunk in lines]
    # Between two ruled headers the others are placed among the columns that are left on their side.
    for group, mine in _runs(free, rest, of.columns):
        spans += _assign(of, mine, group, stubs, skip)
    return sorted(spans)


def _split(of: Layout, row: Row) -> list[list[Word]]:
    """The chunks of a row of headers; more than a space between words that stand over two columns parts them."""
    middles = [(one + two) / 2 for one, two in of.columns]

    def column(word: Word) -> int:
        middle = (word.left + word.right) / 2
        return min(range(len(middles)), key=lambda place: abs(middles[place] - middle))

    made = list[list[Word]]()
    for word in row.words:
        gap = word.left - made[-1][-1].right if made else 0.0
        if made and (gap < 1.25 * of.blank or (gap < 2.0 * of.blank and column(word) == column(made[-1][-1]))):
            made[-1].append(word)
        else:
            made.append([word])
    return made


def _under(of: Layout, row: Row, lower: float, chunk: Sequence[Word]) -> tuple[int, int]:
    """The columns over the rule right under a header; (-1, -1) where there is none that is shorter than the table."""
    left, right = chunk[0].left, chunk[-1].right
    middle = (left + right) / 2
    for rule in sorted(of.level, key=lambda one: one.right - one.left):
        wide = rule.right - rule.left
        if not row.y < rule.top < lower or wide > 0.85 * (of.box.right - of.box.left) or wide < 0.8 * (right - left):
            continue
        # A header stands in the middle of its rule, or at one of its ends.
        ends = abs(rule.left - left) < of.size or abs(rule.right - right) < of.size
        if sum(rule.left < word.left and word.right < rule.right and word not in chunk for word in row.words):
            continue
        if rule.left - 2 <= middle <= rule.right + 2 and (abs(middle - (rule.left + rule.right) / 2) < 0.12 * wide + 2 or ends):
            inside = [
                column for column, (one, two) in enumerate(of.columns) if rule.left - 3 <= (one + two) / 2 <= rule.right + 3
            ]
            if inside:
                return inside[0], inside[-1]
    return -1, -1


def _runs(
    free: Sequence[int], rest: Sequence[list[Word]], columns: Sequence[tuple[float, float]]
) -> list[tuple[list[int], list[list[Word]]]]:
    """Neighbouring columns without a header yet, each run with the chunks that are nearest to it."""
    groups = list[list[int]]()
    for column in free:
        if groups and groups[-1][-1] == column - 1:
            groups[-1].append(column)
        else:
            groups.append([column])
    found: list[tuple[list[int], list[list[Word]]]] = [(group, []) for group in groups]
    for chunk in rest:
        middle = (chunk[0].left + chunk[-1].right) / 2

        def far(item: tuple[list[int], list[list[Word]]], middle: float = middle) -> float:
            left, right = columns[item[0][0]][0], columns[item[0][-1]][1]
            return max(left - middle, middle - right, 0.0)

        if found:
            min(found, key=far)[1].append(chunk)
    return found


def _assign(of: Layout, made: list[list[Word]], columns: list[int], stubs: int, leave: float) -> list[tuple[int, int, str]]:
    """The cheapest way to lay chunks, in their order, over neighbouring columns: each over one or more, none twice."""
    count, many = len(columns), len(made)
    if not many:
        return []
    # best[k][c]: the least cost of laying the first k chunks over the first c columns
    best = [[NEVER] * (count + 1) for _ in range(many + 1)]
    back: dict[tuple[int, int], tuple[int, int]] = {}
    best[0] = [0.0] * (count + 1)
    for c in range(1, count + 1):
        best[0][c] = best[0][c - 1] + (0.0 if columns[c - 1] < stubs else leave)
        back[0, c] = (0, c - 1)
    for k in range(1, many + 1):
        for c in range(1, count + 1):
            skip = best[k][c - 1] + (0.0 if columns[c - 1] < stubs else leave)
            best[k][c], back[k, c] = skip, (k, c - 1)
            for first in range(c, 0, -1):
                cost = best[k - 1][first - 1] + _cost(of, made[k - 1], columns[first - 1], columns[c - 1])
                if cost < best[k][c]:
                    best[k][c], back[k, c] = cost, (k - 1, first - 1)
    if best[many][count] >= NEVER:
        return [_nearest(of, chunk, columns) for chunk in made]
    spans, k, c = list[tuple[int, int, str]](), many, count
    while k or c:
        before = back[k, c]
        if before[0] < k:
            spans.append((columns[before[1]], columns[c - 1], text_of(made[k - 1])))
        k, c = before
    return spans[::-1]


def _cost(of: Layout, chunk: Sequence[Word], first: int, last: int) -> float:
    """How badly a header fits over these columns: how far its middle, left or right is from theirs."""
    left, right = chunk[0].left, chunk[-1].right
    one, two = of.columns[first][0], of.columns[last][1]
    if right < one - 2 * of.size or left > two + 2 * of.size:
        return NEVER
    middle = abs((left + right) / 2 - (one + two) / 2)
    edges = min(abs(left - one), abs(right - two)) if first == last else NEVER
    # What stands over most of a column that is not under it fits badly.
    beside = [column for place, column in enumerate(of.columns) if not first <= place <= last]
    over = sum(min(right, high) - max(left, low) > 0.6 * (high - low) for low, high in beside)
    return min(middle, edges) + SPAN * (last - first) + OVER * over


def _nearest(of: Layout, chunk: Sequence[Word], columns: Sequence[int]) -> tuple[int, int, str]:
    middle = (chunk[0].left + chunk[-1].right) / 2
    near = min(columns, key=lambda column: abs(sum(of.columns[column]) / 2 - middle))
    return near, near, text_of(chunk)


CITED = re.compile(r"\(.*\b(19|20)\d\d[a-z]?\)")
GOES_ON = re.compile(r"[a-z(\[+&/]")


def label_paths(of: Layout, body: Sequence[Row], stubs: int) -> tuple[list[tuple[str, ...]], list[Row], list[str]]:
    """The path of labels of every row of values: labels over all columns, then those of the columns on the left."""
    values, doubts = list[Row](), list[str]()
    over: list[tuple[str, ...]] = []
    title, last_title = "", -9.0
    floating: list[tuple[int, Row]] = []  # labels that stand beside several rows, between two of them
    names: list[dict[int, str]] = []
    for place, row in enumerate(body):
        told = any(text_of(words) not in EMPTY for column, words in row.cells.items() if column >= stubs)
        told = told or any(column >= stubs for column in row.cells)
        if row.wide and not told:
            text = " ".join(text_of(chunk) for _, _, chunk in row.wide)
            text = " ".join([*(text_of(words) for words in row.cells.values()), text]) if row.cells else text
            goes_on = row.y - last_title < 1.3 * of.size and not (values and values[-1].y > last_title)
            title, last_title = (f"{title} {text}" if goes_on else text), row.y
            continue
        if told:
            # A value that stands over a corridor goes to the column that holds most of it.
            for _, _, chunk in row.wide:
                _force(of, row, chunk)
            values.append(row)
            over.append((title,) if title else ())
            names.append({column: text_of(row.cells[column]) for column in range(stubs) if column in row.cells})
            continue
        floating.append((place, row))
    _float(of, values, names, over, floating, stubs)
    _fill(of, values, names, stubs)
    made = [
        (*head, *(name[column] for column in range(stubs) if name.get(column))) for head, name in zip(over, names, strict=True)
    ]
    return _beside(of, values, made), values, doubts


def _beside(of: Layout, values: Sequence[Row], labels: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The paths with the labels that stand on their side, to the left of the rows between two rules."""
    left = [(text, box) for text, box in of.sides if box.right < of.columns[min(len(of.columns) - 1, 1)][0]]
    made = list[tuple[str, ...]]()
    for row, path in zip(values, labels, strict=True):
        near = [one for one in left if not _parted(of, row.y, (one[1].top + one[1].bottom) / 2)]
        far = min(near, key=lambda one: abs(row.y - (one[1].top + one[1].bottom) / 2), default=None)
        made.append((far[0], *path) if far else path)
    return made


def _force(of: Layout, row: Row, chunk: Sequence[Word]) -> None:
    for word in chunk:
        column = sum((word.left + word.right) / 2 > part for part in of.parts)
        row.cells.setdefault(column, []).append(word)
        row.cells[column].sort(key=lambda one: one.left)


def _float(
    of: Layout, values: list[Row], names: list[dict[int, str]], over: list[tuple[str, ...]],
    floating: Sequence[tuple[int, Row]], stubs: int,
) -> None:  # fmt: skip
    """Rows that hold labels alone: the second line of a label, a label beside several rows, or a title of those below."""
    for _, row in floating:
        text = text_of([word for words in row.cells.values() for word in words])
        column = min(row.cells)
        above = [number for number, one in enumerate(values) if one.y < row.y]
        below = [number for number, one in enumerate(values) if one.y > row.y]
        group = [number for number, one in enumerate(values) if not _parted(of, one.y, row.y)]
        bare = [number for number in group if column not in names[number]]
        second = above and names[above[-1]].get(column) and row.y - values[above[-1]].y < 1.5 * of.size
        if bare and len(bare) == len(group) and stubs > 1:
            for number in group:
                names[number][column] = glued(names[number][column], text) if column in names[number] else text
        elif second and (GOES_ON.match(text) or names[above[-1]][column].endswith("-")):
            names[above[-1]][column] = glued(names[above[-1]][column], text)
        elif below and not _parted(of, values[below[0]].y, row.y):
            stop = next((other.y for _, other in floating if other.y > row.y), float("inf"))
            for number in below:
                if values[number].y < stop:
                    over[number] = (text,)
        elif above:
            names[above[-1]][column] = glued(names[above[-1]].get(column, ""), text).strip()


def _parted(of: Layout, one: float, two: float) -> bool:
    """Whether a rule across the table stands between two heights."""
    low, high = min(one, two), max(one, two)
    return any(low < y < high for y in of.full)


def _fill(of: Layout, values: Sequence[Row], names: list[dict[int, str]], stubs: int) -> None:
    """A label that stands beside several rows names them all: those of its group between two rules, or those below it."""
    for number in range(1, len(values)):
        # Beside the last label there may be more lines of values, and a year in brackets that goes on in the label itself.
        name, before = names[number].get(stubs - 1, ""), names[number - 1].get(stubs - 1, "")
        if before and not _parted(of, values[number - 1].y, values[number].y):
            if CITED.fullmatch(name):
                names[number - 1][stubs - 1] = names[number][stubs - 1] = f"{before} {name}"
            elif not name and values[number].y - values[number - 1].y < 2 * of.size:
                names[number][stubs - 1] = before
    for column in range(stubs - 1):
        start = 0
        while start < len(values):
            stop = start + 1
            while stop < len(values) and not _parted(of, values[start].y, values[stop].y):
                stop += 1
            group = range(start, stop)
            told = [number for number in group if names[number].get(column)]
            if len(told) == 1 or (told and names[start].get(column) is None):
                for number in group:
                    near = min(told, key=lambda one: abs(values[one].y - values[number].y))
                    names[number].setdefault(column, names[near][column])
            elif told:
                last = ""
                for number in group:
                    last = names[number].setdefault(column, last)
            start = stop
