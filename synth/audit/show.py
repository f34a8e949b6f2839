"""An audit as people read it."""

from __future__ import annotations

from collections.abc import Iterator

from .findings import Audit, counted

SHOWN = 12  # lines of what could not be checked


def lines(audit: Audit) -> Iterator[str]:
    """Each finding with its places, then what was checked and what could not be."""
    found = audit.outcome.findings
    size = ", ".join(counted(number, noun.removesuffix("s")) for noun, number in audit.size.items())
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
    checked = [counted(number, noun.removesuffix("s")) for noun, number in audit.outcome.checked.items() if number]
    yield f"{', '.join(checked) or 'nothing that could be'} checked; {counted(len(found), 'finding')}"
    left = audit.outcome.left
    if left:
        yield f"not checked: {counted(len(left), 'thing')}"
        yield from (f"   {place.shown}: {why}" for place, why in left[:SHOWN])
        if len(left) > SHOWN:
            yield f"   and {len(left) - SHOWN} more (--json lists them)"
    yield from (f"note: {note}" for note in audit.notes)
