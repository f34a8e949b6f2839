"""CCGbank: the words of the Penn Treebank's newspaper sentences, each with its category (its supertag).

It is licensed (LDC2005T13) and lies on no hub. Read here: the folder that the LDC hands out, with `AUTO/02/wsj_0201.auto`
and so on, by the customary sections; or `train.tsv`, `dev.tsv` and `test.tsv` with the words of a sentence, a tab, and
their tags, both with spaces between, which is what jiant reads.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

from .. import tasks
from ..problems import Problem, unknown
from . import rows
from .examples import Examples
from .lines import Lines

SECTIONS = {"train": tuple(f"{number:02d}" for number in range(2, 22)), "dev": ("00",), "test": ("23",)}
NAMES = {"train": ("train.tsv",), "dev": ("dev.tsv", "val.tsv"), "test": ("test.tsv",)}
ROOTS = ("AUTO", "data/AUTO", "ccgbank_1_1/data/AUTO")
# One lexical leaf of a derivation: category, two parts of speech, word, category with its dependencies.
LEAF = re.compile(r"<L ([^ <>]+) [^ <>]+ [^ <>]+ ([^ ]+) [^ <>]+>")
WANTED = (
    "expected CCGbank, LDC2005T13, which the Linguistic Data Consortium licenses: its AUTO folder "
    "(data/AUTO/02/wsj_0201.auto, ...), or train.tsv, dev.tsv and test.tsv with the words of a sentence, a tab "
    "and their tags in each line"
)


def missing(folder: Path, split: str = "train") -> str:
    """Empty where the folder holds this split, else why not and what to do."""
    if split not in SECTIONS:
        raise unknown("split", split, SECTIONS)
    if _files(folder, split):
        return ""
    if auto := _auto(folder):
        return f"{auto} has no section {SECTIONS[split][0]}; copy it from CCGbank (LDC2005T13) again"
    if any(_files(folder, other) for other in SECTIONS):
        return f"{folder} has no {' or '.join(NAMES[split])}"
    return f"{folder} {'holds no supertags' if folder.is_dir() else 'is not there'}; {WANTED}"


def read(folder: Path, split: str, limit: int | None = None) -> Examples:
    """The sentences of a split in the order of the treebank. Tags are those of the file, known in training or not."""
    if why := missing(folder, split):
        raise Problem(why)
    place: list[Lines] = []
    found = rows.collect(
        tasks.find("ccg"),
        {"id": "id", "words": "words", "tags": "tags"},
        (),
        _sentences(folder, split, place),
        lambda number: str(place[0]),
        limit=limit,
        split=split,
    )
    return Examples(found.rows, found.skipped, (*found.notes, *_absent(folder, split)))


def supertags(folder: Path) -> tuple[str, ...]:
    """The tags of the training data, sorted: what a model can learn to give. Others are wrong whatever it says."""
    return _supertags(folder, fingerprint(folder, "train"))


@cache
def _supertags(folder: Path, held: str) -> tuple[str, ...]:
    return tuple(sorted({tag for sentence in read(folder, "train").rows for tag in sentence.tags}))


def fingerprint(folder: Path, split: str) -> str:
    """The SHA-256 over the split's files, in their order."""
    held = [(path, path.stat()) for path in _files(folder, split)]
    return _hashed(tuple((path, one.st_size, one.st_mtime_ns) for path, one in held))


@cache
def _hashed(files: tuple[tuple[Path, int, int], ...]) -> str:
    found = hashlib.sha256()
    for path, *_ in files:
        found.update(hashlib.sha256(path.read_bytes()).digest())
    return found.hexdigest()


def _auto(folder: Path) -> Path | None:
    return next((folder / root for root in ROOTS if (folder / root).is_dir()), folder if folder.name == "AUTO" else None)


def _files(folder: Path, split: str) -> list[Path]:
    auto = _auto(folder)
    if auto:
        return [file for section in SECTIONS[split] for file in sorted((auto / section).glob("*.auto"))]
    return [folder / name for name in NAMES[split] if (folder / name).is_file()][:1]


def _absent(folder: Path, split: str) -> tuple[str, ...]:
    auto = _auto(folder)
    absent = [section for section in SECTIONS[split] if auto and not any((auto / section).glob("*.auto"))]
    return (f"sections {' '.join(absent)} of CCGbank are not there",) if absent else ()


def _sentences(folder: Path, split: str, place: list[Lines]) -> Iterator[dict[str, Any]]:
    """One row for each sentence; `place` holds the lines that are being read."""
    for path in _files(folder, split):
        place[:] = [lines := Lines(path)]
        name = ""
        for line in lines:
            if path.suffix != ".auto":
                yield {"id": f"{split}-{lines.number}", **_separated(line, lines)}
            elif line.startswith("ID="):
                name = line[3:].split(" ")[0]
            elif line:
                yield {"id": name or f"{path.stem}-{lines.number}", **_leaves(line, lines)}


def _leaves(line: str, lines: Lines) -> dict[str, Any]:
    """Words and categories of a derivation, from left to right."""
    found = LEAF.findall(line)
    leaves = line.split("(<L ")[1:]
    if not line.startswith("(") or len(found) != len(leaves):
        broken = next((f"(<L {leaf.split('>')[0]}>" for leaf in leaves if not LEAF.match(f"<L {leaf}")), line)
        raise Problem(f"{lines}: {broken[:60]} is no leaf; expected one like (<L N/N NNP NNP Pierre N_73/N_73>)")
    return {"words": [word for _, word in found], "tags": [tag for tag, _ in found]}


def _separated(line: str, lines: Lines) -> dict[str, Any]:
    words, tab, tags = line.partition("\t")
    if line.strip() and (not tab or "\t" in tags):
        raise Problem(f"{lines}: {line.count(chr(9))} tabs; expected the words of a sentence, one tab, their tags")
    return {"words": words, "tags": tags}
