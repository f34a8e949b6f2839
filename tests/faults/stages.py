"""The stages in which processes are killed, each one value: how it is begun, what it makes, and what may not be done twice."""

from __future__ import annotations

import contextlib
import os
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.servers import Running, serve, works
from tests.servers.works import pdf

from . import looks

ROOT = Path(__file__).resolve().parents[2]
TOYS = ROOT / "tests" / "replicate"
SCALES = ("tiny", "nano")
A_PART = ("ccg", "udpos", "tydiqa", "tatoeba")  # at nano: one step of each kind at least, in two minutes
PAPERS = 24


SAID = "said.txt"  # what a command printed
QUESTION = "stilts"


@dataclass
class Place:
    """A folder in which a stage is at work, and what is served to it."""

    folder: Path
    scale: str
    server: Running | None = None

    @property
    def log(self) -> Path:
        return self.folder / "log"

    @property
    def runs(self) -> Path:
        return self.folder / "runs"

    @property
    def environment(self) -> dict[str, str]:
        """Of a process that works here: everything that it may write lies in this folder."""
        mine = {
            "PYTHONPATH": os.pathsep.join(map(str, (ROOT / "tests" / "faults" / "inside", TOYS, ROOT))),
            "XDG_CACHE_HOME": str(self.folder / "cache"),
            "TMPDIR": str(self.folder / "tmp"),
            "TOY_LOG": str(self.log),
            "TOY_SLEEP": "0.004",
            "OMP_NUM_THREADS": "1",
            "SYNTH_INTERVAL": "0.01",
            "GIT_DIR": str(self.folder / "none"),  # which commit it is may change while we work
        }
        return {**mine, **(self.server.environment if self.server else {})}


def _nothing(place: Place) -> dict[str, object]:
    return {}


@contextlib.contextmanager
def _alone(folder: Path, scale: str) -> Iterator[Place]:
    yield Place(folder, scale)


@dataclass(frozen=True)
class Stage:
    """`words` start it (with so many workers), `made` is what must be equal in the end, `kept` what is finished for good,
    `begun` how often something was begun, `empty` folders that are empty in the end. `within` are words of the command lines
    that kill themselves."""

    name: str
    about: str
    words: Callable[[Place, int], Sequence[str]]
    made: Callable[[Place], Mapping[str, bytes]]
    kept: Callable[[Place], Mapping[str, object]] = _nothing
    begun: Callable[[Place], int] | None = None
    empty: tuple[str, ...] = ()
    workers: int = 0  # at most so many; 0 for a command that has none
    within: tuple[str, ...] = ("python",)
    shared: bool = False  # whether another command may do the same at the same time
    share: int = 1  # of the kills
    around: Callable[[Path, str], contextlib.AbstractContextManager[Place]] = _alone


# ---- runs ----


def _run(methods: str) -> Callable[[Place, int], list[str]]:
    def words(place: Place, workers: int) -> list[str]:
        only = ["--only", *A_PART, "--seeds", "1"] if place.scale == "nano" and methods.startswith("tests") else []
        scale = place.scale if methods.startswith("tests") else "tiny"
        given = ["--scale", scale, *only, "--workers", str(workers), "--runs", str(place.runs), "--steps", methods]
        return [sys.executable, "-m", "replicate", "run", "stilts", *given]

    return words


def _steps(place: Place) -> dict[str, bytes]:
    return looks.steps(place.runs)


def _committed(place: Place) -> dict[str, object]:
    return looks.committed(place.runs)


def _calls(place: Place) -> int:
    """How often a step was begun; one that came with the package was never begun here, and counts once all the same."""
    begun = {path.name: len(path.read_text().splitlines()) for path in place.log.iterdir()}
    return sum(begun.values()) + len(_committed(place).keys() - begun.keys())


STORE = tuple(f"runs/{name}" for name in ("aside", "leases", "failed", "damaged"))


def _commits(place: Place, workers: int) -> list[str]:
    return [sys.executable, "-m", "tests.faults.commits", str(place.runs), str(place.log)]


# ---- literature ----


@contextlib.contextmanager
def _served(folder: Path, scale: str) -> Iterator[Place]:
    with serve(works(PAPERS)) as here:
        yield Place(folder, scale, here)


def _wanted(place: Place) -> list[str]:
    assert place.server is not None
    found = [work for work in place.server.works if not work.withdrawn and not work.textless]
    return [work.arxiv or work.acl for work in found if work.arxiv or work.acl]


def _fetch(place: Place, workers: int) -> list[str]:
    papers = str(place.folder / "papers")
    return [sys.executable, "-m", "synth", "fetch", *_wanted(place), "--papers", papers, "--out", str(place.folder / "out")]


def _library(place: Place) -> dict[str, bytes]:
    return looks.files(place.folder / "papers", masked=("when",))


def _fetched(place: Place) -> dict[str, object]:
    """Papers that are here, whole: neither their file nor their record is written again."""
    from synth.literature import library

    papers = library.open(place.folder / "papers")
    there = [paper for paper in papers.papers() if papers.whole(paper)]
    return {paper.id: (paper.when, papers.path(paper).stat().st_mtime_ns) for paper in there}


def _asked(place: Place) -> int:
    """How often a PDF was asked for."""
    assert place.server is not None
    return sum(path.startswith("/pdf/") or path.endswith(".pdf") for _, path in place.server.log)


def _search(place: Place, workers: int) -> list[str]:
    query = "question answering"
    return [sys.executable, "-m", "synth", "search", "--query", query, "--out", str(place.folder / "out")]


def _found(place: Place) -> dict[str, bytes]:
    """The record and its picture; earlier records, moved aside under their dates, are no part of it."""
    made = looks.files(place.folder / "out", masked=("when", "seconds", "tries", "note"))
    return {name: content for name, content in made.items() if Path(name).name in ("search.jsonl", "flow.svg")}


# ---- evidence and reports ----


def _papers(place: Place) -> None:
    """A folder of papers, each a page."""
    folder = place.folder / "papers"
    if not folder.exists():
        folder.mkdir()
        for work in works(PAPERS):
            (folder / f"paper-{work.number}.pdf").write_bytes(pdf(work, 1))


def _index(place: Place, workers: int) -> list[str]:
    _papers(place)
    return [sys.executable, "-m", "synth", "verify", QUESTION, "--papers", "papers", "--json"]


def _verified(place: Place) -> dict[str, bytes]:
    """The index as it lies in the cache, and the verdicts that were printed last."""
    made = looks.files(place.folder / "cache" / "stilts-claims" / "evidence")
    return {**made, "verdicts": (place.folder / SAID).read_bytes()}


def _read(place: Place) -> dict[str, object]:
    """Papers that were read: their pieces are not made again."""
    pieces = (place.folder / "cache").rglob("*.npz")
    return {path.name: path.stat().st_mtime_ns for path in pieces if not path.name.startswith(".")}


def _report(place: Place, workers: int) -> list[str]:
    _papers(place)
    return [sys.executable, "-m", "synth", "report", QUESTION, "--papers", "papers", "--out", "out"]


def _reported(place: Place) -> dict[str, bytes]:
    return looks.files(place.folder / "out")


STAGES = {
    stage.name: stage
    for stage in (
        Stage("commit", "steps committed one after the other", _commits, _steps, _committed, _calls, STORE, share=6),
        Stage(
            "toys", "run, with toy steps", _run("toy_steps:STEPS"), _steps, _committed, _calls, STORE,
            workers=2, within=("replicate run", "replicate.worker"), shared=True, share=6,
        ),
        Stage(
            "run", "run: training, evaluation, commit", _run("tests.faults.methods:STEPS"), _steps, _committed, _calls, STORE,
            workers=2, within=("replicate run", "replicate.worker"), shared=True, share=4,
        ),
        Stage("fetch", "fetch, from a server", _fetch, _library, _fetched, _asked, shared=True, share=4, around=_served),
        Stage("search", "search, in four databases", _search, _found, share=2, around=_served),
        Stage(
            "index", "verify, which reads papers and indexes their sentences", _index, _verified, _read,
            workers=2, within=("synth verify", "synth.reading"), shared=True, share=3,
        ),
        Stage("report", "report: a page, an index of pages, their record", _report, _reported, share=2),
    )
}  # fmt: skip
