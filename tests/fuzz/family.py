"""What is fuzzed: a family of doors, each a kind of file that the product reads."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

CORPUS = Path(__file__).resolve().parent / "corpus"
ANSWERS = (
    "answers", "answer_start", "text", "paragraphs", "qas", "context", "data", "id", "question", "sentence_breaks",
    "is_impossible", "label",
)  # fmt: skip
MARK = "--"  # between the name of a door and what a file of the corpus is about


@dataclass(frozen=True)
class Door:
    """One kind of input and the product's own reader of it.

    `read` gets the path of a file with the input; what it returns says nothing. It may raise a Problem (or what `may` names)
    and nothing else; where what was read can be written again it compares the two with `assert`. `file` is where the input lies,
    with its folders, `beside` are other files of that folder. `seeds` are small valid inputs. `form` says what they are made of
    (json, jsonl, toml, csv, tsv, lines, markup, text) and `words` what else may stand in it. `traced` names the modules whose
    lines guide the choice of inputs; `guide` is what is traced where the reader works in another process. `named` says that a
    Problem has to name the file.
    """

    name: str
    file: str
    read: Callable[[Path], object]
    seeds: Callable[[], tuple[bytes, ...]]
    form: str = "text"
    words: tuple[str, ...] = ()
    traced: tuple[str, ...] = ()
    beside: Mapping[str, bytes] = field(default_factory=dict)
    named: bool = True
    may: tuple[type[BaseException], ...] = ()
    guide: Callable[[Path], object] | None = None
    heavy: bool = False  # too dear for the tests, which replay its corpus alone


@dataclass(frozen=True)
class Family:
    """Doors that belong together."""

    name: str
    doors: tuple[Door, ...]

    def door(self, name: str) -> Door:
        return next(one for one in self.doors if one.name == name)

    @property
    def folder(self) -> Path:
        return CORPUS / self.name

    def corpus(self) -> list[tuple[Door, Path]]:
        """The kept inputs, each with its door, which the name begins with."""
        known = {one.name: one for one in self.doors}
        files = sorted(self.folder.glob(f"*{MARK}*")) if self.folder.is_dir() else []
        return [(known[path.name.partition(MARK)[0]], path) for path in files]


def place(family: Family, door: Door, about: str) -> Path:
    """Where an input is kept that is about something."""
    slug = re.sub(r"[^a-z0-9]+", "-", about.lower()).strip("-")[:70]
    return family.folder / f"{door.name}{MARK}{slug}{Path(door.file).suffix or '.txt'}"


def seeds(*made: bytes | str) -> Callable[[], tuple[bytes, ...]]:
    """Seeds that are there as they stand."""
    return lambda: tuple(one.encode() if isinstance(one, str) else one for one in made)
