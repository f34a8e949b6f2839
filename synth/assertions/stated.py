"""count, size and setup: what a paper states of itself, read from its facts; a count also from the rows it prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from replicate import tasks

from ..facts import Fact, Facts, sort
from ..records import MULTI, Assertion, title
from .compared import compare, quantity
from .finding import Finding
from .rows import Selection
from .wording import named


def stated(of: Assertion, facts: Facts | None, rows: Selection | None = None) -> Finding:
    """What the paper's facts say; `printed` is their word and `holds` whether the claim is it."""
    found = facts.find(of.about, of.what) if facts is not None else ()
    if found:
        answers = [compare(of, one) for one in found]
        # The paper may state a thing in several places; where one of them is the claim, the claim is the paper's.
        best = next((place for place, answer in enumerate(answers) if answer), 0)
        word = True if True in answers else False if all(answer is False for answer in answers) else None
        return _of_fact(found[best], word)
    counted = _counted(of, rows, facts is not None and facts.whole)
    return counted or Finding(missing=f"{named(of)}: not among the facts" if facts else f"{named(of)}: no facts are at hand")


def _of_fact(fact: Fact, word: bool | None) -> Finding:
    row = {
        "origin": f"{fact.origin}#{fact.table}",
        "cell": f"{fact.about}: {fact.what}",
        "printed": fact.value,
        "note": fact.note,
    }
    return Finding(printed=fact.value, holds=word, rows=(row,), note=fact.note, independent=fact.independent)


COUNTS: Mapping[str, Callable[[Selection], set[str]]] = {
    "intermediate tasks": lambda rows: set(rows.trained) - {MULTI},
    "target tasks": lambda rows: {target for target, _ in rows.targets} & set(tasks.XTREME),
}  # fmt: skip


def _counted(of: Assertion, rows: Selection | None, whole: bool) -> Finding | None:
    """A count of what the rows name. They contradict who counts fewer, and confirm nobody unless the tables were read whole."""
    count = COUNTS.get(sort(of.what))
    names = count(rows) if rows is not None and count and of.kind == "count" and of.about == "stilts" else set()
    if not names:
        return None
    shown = ", ".join(title(name) for name in tasks.TASKS if name in names)
    answer = compare(of, Fact("", of.about, of.what, str(len(names)), "rows"))
    assert rows is not None
    origin = str((rows.gains if len(rows.gains) else rows.levels)["origin"].iloc[0]).partition("#")[0]
    row = {"origin": f"{origin}#rows", "cell": f"counted: {of.what}", "printed": str(len(names)), "note": shown}
    said = quantity(of.value)
    fewer = answer is False and said is not None and said.interval.high < len(names)
    return Finding(
        printed=str(len(names)),
        holds=False if fewer else (whole and answer) or None,
        rows=(row,),
        recomputation=f"the tables name {len(names)}: {shown}",
    )
