"""Crossref, where publishers register DOIs. It takes plain words, and gives what fits best first."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...records import Paper
from .. import ids, terms
from ..plan import Plan
from ..services import Service
from ..web import Web
from .database import Ask, Database, Page, ask_json, at, count, items, words_at

PAGE = 100


def write(plan: Plan) -> str:
    """All words of the question; it knows no Boolean operators."""
    return " ".join(phrase for group in plan.groups for phrase in group)


def filters(plan: Plan) -> Mapping[str, str]:
    first, last = plan.years
    made = [f"from-pub-date:{first}"] * bool(first) + [f"until-pub-date:{last}"] * bool(last)
    return {"filter": ",".join(made)} if made else {}


def pages(web: Web, service: Service, ask: Ask) -> Iterator[Page]:
    """Its pages by its own relevance."""
    given = 0
    while given < ask.limit:
        asked = {"query": ask.query, **ask.filters, "rows": min(PAGE, ask.limit - given), "offset": given}
        answer = web.get(service, f"{service.base}/works", asked, look=ask_json)
        message = at(json.loads(answer.content), "message")
        rows, total = items(message, "items")[: ask.limit - given], count(message, "total-results")
        papers = tuple(made for row in rows if (made := paper(row)))
        yield Page(answer.url, total, papers, len(rows) - len(papers), answer.seconds, answer.tries)
        given += len(rows)
        if not rows or given >= total:
            return


def paper(row: Any) -> Paper | None:
    """One work; None where it lacks title or DOI."""
    titles, doi = items(row, "title"), ids.maybe(words_at(row, "DOI"))
    if not titles or doi is None:
        return None
    authors = [f"{words_at(one, 'given')} {words_at(one, 'family')}".strip() for one in items(row, "author")]
    dates = items(row, "issued", "date-parts")
    return Paper(
        id=str(doi),
        title=terms.plain(str(titles[0])),
        authors=tuple(name for name in authors if name),
        date="-".join(f"{part:02d}" for part in dates[0] if isinstance(part, int)) if dates else "",
        abstract=words_at(row, "abstract"),
        venue=" ".join(map(str, items(row, "container-title")[:1])),
        aliases=(doi.key,),
        source="crossref",
        url=f"https://doi.org/{doi.name}",
    )


SERVICE = Service("crossref", "Crossref", "https://api.crossref.org", 1.0)
DATABASE = Database(SERVICE, write, filters, pages)
