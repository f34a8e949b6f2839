"""What lies at hand for the checks, made ready once: published tables by version, our runs by world and model."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

import pandas as pd

from replicate import resources, results
from replicate.experiments import SMALL

from ..assertions import Selection, selection

Group = tuple[str, str]  # world and model


def decides(group: Group) -> bool:
    """Whether runs like these can say anything of a claim: a model of full size, in the real world."""
    world, model = group
    return world == "real" and model not in SMALL


@dataclass(frozen=True)
class Hand:
    """Published tables (id with version -> its rows) and our runs. `where` names the place of the runs."""

    published: dict[str, pd.DataFrame] = field(default_factory=dict)
    runs: pd.DataFrame = field(default_factory=lambda: results.table([]))
    where: str = "runs/"
    left_out: int = 0  # evaluations there with settings that are not the experiment's

    @cached_property
    def papers(self) -> dict[str, Selection]:
        return {id: selection(frame) for id, frame in self.published.items()}

    @cached_property
    def groups(self) -> dict[Group, Selection]:
        """Our rows by world and model, the real world first."""
        pairs = sorted(set(zip(self.runs["world"], self.runs["model"], strict=True)), key=lambda pair: (pair[0] != "real", pair))
        return {(world, model): selection(results.select(self.runs, world=world, model=model)) for world, model in pairs}


def base(paper: str) -> str:
    """A paper without its version."""
    return re.sub(r"v\d+$", "", paper)


def published(folder: Path | None = None) -> dict[str, pd.DataFrame]:
    """All published tables that ship with us, by the paper's id and version."""
    folder = folder or resources.data() / "published"
    return {path.stem: results.read(path) for path in sorted(folder.glob("*.csv"))}


def runs(frame: pd.DataFrame) -> pd.DataFrame:
    """Our own rows: whatever a results file holds of papers is no replication."""
    return frame[frame["origin"].str.startswith("run:")]
