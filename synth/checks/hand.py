"""What lies at hand for the checks, made ready once: tables and facts of papers by version, our runs by world and model."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from replicate import experiments, resources, results
from replicate.experiments import SMALL

from ..assertions import Selection, selection
from ..facts import Facts, shipped
from .papers import Papers, base

if TYPE_CHECKING:
    from ..words.votes import Votes

__all__ = ["Group", "Hand", "Papers", "base", "decides", "measuring", "published", "runs"]

Group = tuple[str, str]  # world and model


def decides(group: Group) -> bool:
    """Whether runs like these can say anything of a claim: a model of full size, in the real world."""
    world, model = group
    return world == "real" and model not in SMALL


@dataclass(frozen=True)
class Hand:
    """Published tables (id with version -> its rows) and our runs. `where` names the place of the runs.

    `library` is the folder of papers whose own tables count as well, a library or plain files; `index` the index of their
    sentences, which also knows them by the id that is printed on them. Without `facts` the shipped ones are meant. `votes` are
    models of others whose word is shown beside the verdict of the source's words.
    """

    published: dict[str, pd.DataFrame] = field(default_factory=dict)
    runs: pd.DataFrame = field(default_factory=lambda: results.table([]))
    where: str = "runs/"
    left_out: int = 0  # evaluations there with settings that are not the experiment's
    of_papers: int = 0  # rows there that are no runs
    library: Path | None = None
    index: Any = None
    facts: Mapping[str, Facts] | None = None
    votes: Votes | None = None

    @cached_property
    def papers(self) -> Papers:
        """The tables by paper; those of the library are read when their paper is asked for."""
        return Papers(self.published, shipped() if self.facts is None else self.facts, self.library, self.index)

    @cached_property
    def groups(self) -> dict[Group, Selection]:
        """Our rows by world and model, the real world first."""
        pairs = sorted(set(zip(self.runs["world"], self.runs["model"], strict=True)), key=lambda pair: (pair[0] != "real", pair))
        return {(world, model): selection(results.select(self.runs, world=world, model=model)) for world, model in pairs}


@cache
def measuring(paper: str) -> tuple[str, ...]:
    """The experiments that repeat a paper, whatever its version: their runs measure what it claims."""
    found = {name: experiments.find(name).repeats for name in experiments.names()}
    return tuple(name for name, repeats in found.items() if repeats and base(repeats) == base(paper))


def published(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """All published tables that ship with us, by the paper's id and version."""
    folder = folder or resources.data() / "published"
    return {path.stem: results.read(path) for path in sorted(folder.glob("*.csv"))}


def runs(frame: pd.DataFrame) -> pd.DataFrame:
    """Our own rows: whatever a results file holds of papers is no replication."""
    return frame[frame["origin"].str.startswith("run:")]
