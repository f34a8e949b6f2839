"""An audit as people read it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ..plural import counted
from .findings import Audit

SHOWN = 12  # lines of what could not be checked


def lines(audit: Audit) -> Iterator[str]:
    """Each finding with its places, then what was checked and what could not be."""
    found = audit.outcome.findings
    size = ", ".join(counted(number, noun.removesuffix("s")) for noun, number in audit.size.items() if number)
    yield f"{audit.source}: {size}"
    for number, one in enumerate(found, 1):
        yield ""
        yield f"{number}. {one.kind}, {one.sure}: {one.what}"
        yield f"   at       {one.at.shown}"
        for place in one.against:
            yield f"   against  {place.shown}"
        if len(one.members) > 1:
            yield f"   of       {', '.join(one.members)}"
    yield ""
    checked = [_counted(number, nouns) for nouns, number in audit.outcome.checked.items() if number]
    yield f"{', '.join(checked) or 'nothing that could be'} checked; {counted(len(found), 'finding')}"
    left = audit.outcome.left
    if left:
        yield f"not checked: {counted(len(left), 'thing')}"
        yield from (f"   {place.shown}: {why}" for place, why in left[:SHOWN])
        if len(left) > SHOWN:
            yield f"   and {len(left) - SHOWN} more (--json lists them)"
    yield from (f"note: {note}" for note in audit.notes)


def _counted(number: int, nouns: str) -> str:
    """'1 column of decimals', '7 columns of decimals'."""
    head, of, rest = re.split(r"( of | in |$)", nouns, maxsplit=1)
    return f"{number:,} {head if number != 1 else head.removesuffix('s')}{of}{rest}"
