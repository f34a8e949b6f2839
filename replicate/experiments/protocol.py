"""What an experiment states before it has data: design, controls, outcome, and what would count as an answer."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

Given = Mapping[str, str | float | int | bool | tuple[str, ...]]
LANGUAGES = ("all", "others", "seen", "unseen", "pivot")
# In place of a name of an intermediate: the best of `Contrast.candidates`, chosen for each target, on other data than it is
# measured on or, for comparison, on the same.
SELECTED, PICKED = "selected", "picked"


@dataclass(frozen=True)
class Protocol:
    """In one or two sentences each. `margin` are the points under which a difference is called none."""

    design: str
    controls: str
    outcome: str
    answer: str
    margin: float = 1.0


def rows(**columns: str | float | int | bool | tuple[str, ...]) -> Given:
    """The rows whose columns hold these values."""
    return columns


@dataclass(frozen=True)
class Contrast:
    """One comparison: the rows that `of` selects less those that `over` selects, which are alike in all else.

    Keys are columns of results, values what they hold (a tuple: any of them). `metric` "score" is a task's own score.
    `languages`: "others" than the pivot; "seen" and "unseen" are those whose family is, or is not, in the intermediate data of
    the rows that `of` selects (the pivot's family is never "unseen"). `along` names a column, or "distance": the estimate is
    the slope of the difference along it. Where `of` or `over` says intermediate = SELECTED, the best of `candidates` is taken,
    chosen for each target on the pivot's dev set where that was evaluated, else on the other seeds; with PICKED on the very
    rows. `primary`: it decides the answer.
    """

    name: str
    of: Given = field(hash=False)
    over: Given = field(default_factory=dict, hash=False)
    targets: tuple[str, ...] = ()
    metric: str = "score"
    languages: str = "others"
    along: str = ""
    candidates: tuple[str, ...] = ()
    primary: bool = False

    def __post_init__(self) -> None:
        if self.languages not in LANGUAGES:
            raise ValueError(f"contrast {self.name}: languages {self.languages!r} is none of {', '.join(LANGUAGES)}")
        chooses = {SELECTED, PICKED} & {self.of.get("intermediate"), self.over.get("intermediate")}
        if bool(chooses) != bool(self.candidates):
            raise ValueError(f"contrast {self.name}: candidates are what `{SELECTED}` and `{PICKED}` choose from")
