"""A systematic search: every database asked, every query on record, one list of studies with what became of each.

The databases are asked side by side. One that is down, slow or limits us is an outcome of the search and no failure of it; the
record says what it gave until then.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

from . import criteria, dedupe, prisma
from .databases import Ask, Database, Page
from .dedupe import Proposal, Record, Study
from .library import now
from .plan import Plan
from .services import Service
from .web import Trouble, Web

COMPLETE, CUT, PARTIAL, NOTHING = "complete", "cut at the limit", "partial", "no answer"


@dataclass
class Heard:
    """What one database said: its pages with their dates, and the trouble that ended them."""

    database: Database
    service: Service
    ask: Ask
    pages: list[tuple[str, Page]] = field(default_factory=list)
    trouble: Trouble | None = None
    error: BaseException | None = None

    @property
    def papers(self) -> int:
        return sum(len(page.papers) for _, page in self.pages)

    @property
    def skipped(self) -> int:
        return sum(page.skipped for _, page in self.pages)

    @property
    def total(self) -> int:
        return max((page.total for _, page in self.pages), default=0)

    @property
    def outcome(self) -> str:
        if self.trouble:
            return PARTIAL if self.pages else NOTHING
        return CUT if self.total > self.papers + self.skipped else COMPLETE


@dataclass(frozen=True)
class Found:
    """A whole search."""

    plan: Plan
    begun: str
    heard: tuple[Heard, ...]
    studies: tuple[Study, ...]
    screened: tuple[criteria.Screened, ...]
    proposals: tuple[Proposal, ...]
    counts: prisma.Counts


def run(
    plan: Plan, databases: Sequence[Database], services: Mapping[str, Service], web: Callable[[], Web],
    heard: Callable[[Heard], None] = lambda one: None,
) -> Found:  # fmt: skip
    """Ask every database, join what is the same, screen it. `heard` is called when a page or a trouble comes; `web` makes
    the connections of one database, which are not shared between threads."""
    begun = now()
    asked = [Heard(database, services[database.name], database.ask(plan)) for database in databases]
    # Threads that end with the process: an interrupt must not wait for a database.
    threads = [threading.Thread(target=_listen, args=(one, web(), heard), daemon=True) for one in asked]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for one in asked:
        if one.error:
            raise one.error
    records = [
        Record(one.database.name, rank, paper)
        for one in asked
        for rank, paper in enumerate((paper for _, page in one.pages for paper in page.papers), 1)
    ]
    studies, proposals = dedupe.studies(records)
    screened = criteria.screen(studies, plan)
    identified = {one.database.name: one.papers + one.skipped for one in asked}
    counts = prisma.count(identified, sum(one.skipped for one in asked), studies, screened)
    return Found(plan, begun, tuple(asked), tuple(studies), tuple(screened), tuple(proposals), counts)


def _listen(one: Heard, web: Web, heard: Callable[[Heard], None]) -> None:
    try:
        for page in one.database.pages(web, one.service, one.ask):
            one.pages.append((now(), page))
            heard(one)
    except Trouble as trouble:
        one.trouble = trouble
        heard(one)
    except BaseException as error:
        one.error = error
