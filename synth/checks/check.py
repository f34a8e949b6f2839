"""What a check is: what it is called where people read it, whose word it brings, and how it is made."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ..records import Claim, Question, Verdict

if TYPE_CHECKING:
    from .hand import Hand

SOURCE, RUNS, ASIDE = "source", "runs", "aside"


@dataclass(frozen=True)
class Check:
    """One check. `column` heads it in `synth verify`, `title` in a report; `make` gives the verdict of a claim.

    `voice` says what its verdict does. SOURCE: it is one more word of the cited source, weighed with the others. RUNS: it says
    what our runs do. ASIDE: it is shown and decides nothing. `place` orders the checks as people read them.
    """

    name: str
    column: str
    title: str
    make: Callable[[Claim, Question, Hand], Verdict]
    voice: str = ASIDE
    place: int = 9
