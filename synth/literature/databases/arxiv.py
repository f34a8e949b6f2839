"""arXiv, through the `arxiv` package.

The package writes the address of a query, walks the pages and reads the feed. What it lacks is put in from outside, where it
asks (`Session`): the pace that metadata and PDFs share across processes, Retry-After, deadlines, tries after time-outs and
broken connections, and the knowledge that a web page or half a feed with status 200 is no answer. Of half a feed it would
take the entries that came, and say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from ...records import Paper
from .. import ids, terms
from ..ids import Id
from ..plan import Plan
from ..services import Service
from ..web import Answer, Trouble, Web, is_page, page
from .database import Ask, Database, Page, no_filters

PAGE = 100
_WITHDRAWN = re.compile(
    r"\b(?:paper|article|submission|manuscript|preprint|work|version|it)\s+(?:has been|have been|is|was|being)\s+"
    r"(?:temporarily\s+|now\s+)?(?:withdrawn|retracted)\b|^\W*(?:withdrawn|retracted)\b|\bwithdrawn by\b",
    re.I,
)


def withdrawal(*texts: str | None) -> str:
    """The words that say a text was withdrawn, out of arXiv's comment, abstract or title; empty if none do."""
    for text in texts:
        said = " ".join((text or "").split())
        if _WITHDRAWN.search(said[:300]):
            return said[:200]
    return ""


class _Over(Exception):
    """A list of ids is one page; the package would ask for another where an id does not exist."""


@dataclass
class Session:
    """Stands in the package's client where it has its `requests.Session`, and asks by our rules."""

    web: Web
    service: Service
    one_page: bool = False
    answers: list[Answer] = field(default_factory=list)

    def get(self, url: str, headers: Mapping[str, str] | None = None, **_: Any) -> _Got:
        if self.one_page and self.answers:
            raise _Over
        self.answers.append(self.web.get(self.service, url, look=_look))
        return _Got(self.answers[-1].content)


@dataclass(frozen=True)
class _Got:
    content: bytes
    status_code: int = 200


def _look(answer: Answer) -> Trouble | None:
    if is_page(answer):
        return page(answer, "a feed")
    if b"<feed" not in answer.content[:2000]:
        return Trouble("damaged", f"{answer.url} gave no feed")
    if b"</feed>" not in answer.content[-200:]:
        return Trouble("damaged", f"{answer.url} gave half a feed")
    if b"arxiv.org/api/errors" in answer.content:
        said = re.search(rb"<summary[^>]*>([^<]*)", answer.content)
        return Trouble(
            "refused", f"arXiv does not take the request: {said[1].decode('utf-8', 'replace') if said else 'no reason'}"
        )
    return None


def _client(session: Session, size: int) -> Any:
    import arxiv

    client = arxiv.Client(page_size=size, delay_seconds=0, num_retries=2)  # our throttle keeps the pace
    client.query_url_format = session.service.base + "/api/query?{}"
    client._session = session
    return client


def describe(web: Web, service: Service, wanted: Sequence[Id]) -> dict[str, Paper]:
    """What arXiv knows of these papers, by id with version; ids without a version give their latest, unknown ids nothing."""
    import arxiv

    found: dict[str, Paper] = {}
    for begin in range(0, len(wanted), PAGE):
        some = [str(one) for one in wanted[begin : begin + PAGE]]
        session = Session(web, service, one_page=True)
        try:
            for result in _client(session, len(some)).results(arxiv.Search(id_list=some, max_results=len(some))):
                paper = _paper(result, result.updated)
                if paper:
                    found[paper.id] = paper
        except _Over:
            pass
        except ValueError as error:
            raise _unread(service, error) from error
    return found


def _unread(service: Service, error: ValueError) -> Trouble:
    """The trouble of an entry that the package cannot read: a date that is none."""
    return Trouble("damaged", f"{service.host} gave an entry that cannot be read ({error})")


def _paper(result: Any, moment: Any) -> Paper | None:
    id = ids.maybe(result.entry_id)
    if id is None or not result.title.strip():
        return None
    doi = ids.maybe(result.doi or "")
    return Paper(
        id=str(id),
        title=terms.plain(result.title),
        authors=tuple(author.name for author in result.authors),
        date=moment.date().isoformat(),
        abstract=" ".join(result.summary.split()),
        venue=" ".join((result.journal_ref or "").split()),
        aliases=tuple(dict.fromkeys([id.key, *([doi.key] if doi else [])])),
        source="arxiv",
        url=f"https://arxiv.org/abs/{id}",
        withdrawn=withdrawal(result.comment, result.summary, result.title),
    )


def write(plan: Plan) -> str:
    """Boolean over all fields, with the years of submission in the query, as arXiv has it."""
    query = terms.written(plan.groups, "all:{}")
    first, last = plan.years
    if first is None and last is None:
        return query
    bracketed = f"({query})" if len(plan.groups) == 1 and len(plan.groups[0]) > 1 else query
    return f"{bracketed} AND submittedDate:[{first or 1991}01010000 TO {last or 2100}12312359]"


def pages(web: Web, service: Service, ask: Ask) -> Iterator[Page]:
    """The pages by arXiv's own relevance."""
    import arxiv

    session = Session(web, service)
    size = min(PAGE, ask.limit)
    search = arxiv.Search(query=ask.query, max_results=ask.limit)
    held: list[Paper] = []
    seen, left = 0, ask.limit

    def page_of(answer: Answer, papers: list[Paper]) -> Page:
        entries = answer.content.count(b"<entry>") + answer.content.count(b"<entry ")
        total = re.search(rb"totalResults[^>]*>(\d{1,18})<", answer.content)
        return Page(
            answer.url,
            int(total[1]) if total else 0,
            tuple(papers),
            max(min(entries, left) - len(papers), 0),
            answer.seconds,
            answer.tries,
        )

    try:
        for result in _client(session, size).results(search):
            if len(session.answers) > seen + 1:
                yield page_of(session.answers[seen], held)
                left -= len(held)
                held, seen = [], len(session.answers) - 1
            if paper := _paper(result, result.published):
                held.append(paper)
    except (Trouble, arxiv.ArxivError, ValueError) as error:
        if session.answers:
            yield page_of(session.answers[seen], held)
        if isinstance(error, Trouble):
            raise
        if isinstance(error, ValueError):
            raise _unread(service, error) from error
        raise Trouble("damaged", f"{service.host} gave an empty page in the middle of its results") from error
    if session.answers:
        yield page_of(session.answers[-1], held)


SERVICE = Service("arxiv", "arXiv", "https://export.arxiv.org", 3.0)
DATABASE = Database(SERVICE, write, no_filters, pages, most=30_000)
