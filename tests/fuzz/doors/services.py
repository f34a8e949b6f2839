"""What services answer: the databases of a search, and what comes in the place of a PDF."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ..family import Door, Family, seeds


@dataclass
class Told:
    """Stands where the network does: every question gets the same answer, looked at as ours look at it."""

    content: bytes
    asked: int = 0

    def get(self, service: Any, url: str, parameters: Any = None, look: Any = None, most: int = 0, headers: Any = None) -> Any:
        from synth.literature.web import Answer, Trouble

        self.asked += 1
        if self.asked > 3:
            raise Trouble("down", f"{service.host} fails (status 500)")
        answer = Answer(url, self.content, {"ETag": '"x"'})
        if look is not None and (trouble := look(answer)):
            raise trouble
        return answer


def searched(database: str) -> Callable[[Path], None]:
    """A search in one database: its pages, what is joined, what is screened, the record and its flow."""

    def read(path: Path) -> None:
        from synth.literature import criteria, databases, dedupe, plan, prisma, record
        from synth.literature.dedupe import Record
        from synth.literature.search import Found, Heard
        from synth.literature.services import known
        from synth.literature.web import Trouble

        one, asked = databases.ALL[database], plan.of_query("training")
        ask = one.ask(asked)
        held = Heard(one, known()[database], ask)
        try:
            for page in one.pages(Told(path.read_bytes()), known()[database], ask):
                held.pages.append(("2026-11-21T00:00:00Z", page))
        except Trouble as trouble:
            held.trouble = trouble
        records = [Record(database, rank, paper) for _, page in held.pages for rank, paper in enumerate(page.papers, 1)]
        studies, proposals = dedupe.studies(records)
        screened = criteria.screen(studies, asked)
        counts = prisma.count({database: held.papers + held.skipped}, held.skipped, studies, screened)
        folder = Path(os.environ["XDG_CACHE_HOME"]) / "search"
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        record.write(
            Found(asked, "2026-11-21T00:00:00Z", (held,), tuple(studies), tuple(screened), tuple(proposals), counts), folder, "1"
        )
        record.wanted(record.read(folder / record.SEARCH))
        if held.trouble:
            raise held.trouble

    return read


def described(path: Path) -> None:
    """What arXiv says of one paper."""
    from synth.literature import ids
    from synth.literature.databases import arxiv
    from synth.literature.services import known

    arxiv.describe(Told(path.read_bytes()), known()["arxiv"], [ids.read("2005.13013v2")])


def fetched(path: Path) -> None:
    """What comes in the place of a PDF."""
    from synth.literature import pdfs

    pdfs.trouble(path.read_bytes())


def _works() -> Any:
    from tests.servers.works import works

    return works()[:3]


def _feed() -> tuple[bytes, ...]:
    from tests.servers import shapes

    return shapes.feed([(work, 1) for work in _works()], 3, 0, "all:training"), shapes.feed_error("x"), shapes.PAGE


def _graph() -> tuple[bytes, ...]:
    from tests.servers import shapes

    return (
        json.dumps({"total": 3, "offset": 0, "data": [shapes.semanticscholar(work) for work in _works()]}).encode(),
        shapes.PAGE,
    )


def _alex() -> tuple[bytes, ...]:
    from tests.servers import shapes

    return (
        json.dumps({"meta": {"count": 3}, "results": [shapes.openalex(work, "http://localhost") for work in _works()]}).encode(),
    )


def _bib() -> tuple[bytes, ...]:
    import zlib

    from tests.servers import shapes

    text = "".join(shapes.bib(work) for work in _works()).encode()
    machine = zlib.compressobj(wbits=31)
    return text, machine.compress(text) + machine.flush()


def _doors() -> Iterator[Door]:
    for name, file, given, form, module in (
        ("arxiv", "feed.xml", _feed, "markup", "arxiv"),
        ("semanticscholar", "answer.json", _graph, "json", "semanticscholar"),
        ("openalex", "answer.json", _alex, "json", "openalex"),
        ("acl", "anthology.bib", _bib, "lines", "acl"),
    ):
        words = (
            "training",
            "<entry>",
            "</feed>",
            "<updated>",
            "<published>",
            "<title>",
            "2005.13013",
            "@proceedings{x,",
            "@inproceedings{",
            "{\\'e}",
            "year",
            "null",
        )
        yield Door(
            name,
            file,
            searched(name),
            given,
            form,
            words,
            (
                f"synth.literature.databases.{module}",
                "synth.literature.dedupe",
                "synth.literature.record",
                "synth.literature.criteria",
                "synth.literature.ids",
            ),
            named=False,
        )


FAMILIES = (
    Family(
        "feeds",
        (
            *_doors(),
            Door("describe", "feed.xml", described, _feed, "markup", (), ("synth.literature.databases.arxiv",), named=False),
            Door(
                "pdf",
                "fetched.pdf",
                fetched,
                seeds(b"%PDF-1.4\n%%EOF\n", b"<html>"),
                "text",
                (),
                ("synth.literature.pdfs",),
                named=False,
            ),
        ),
    ),
)
