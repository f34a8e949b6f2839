"""Semantic Scholar's graph. Its ranked search takes plain words, its bulk search takes a Boolean query; which one fits is
told by the query."""

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

FIELDS = "title,abstract,year,publicationDate,venue,authors,externalIds,openAccessPdf"
RANKED, RANKED_MOST = 100, 1000


def _ranked(plan: Plan) -> bool:
    """Whether plain words say all of it."""
    return plan.ranked or all(len(group) == 1 for group in plan.groups)


def write(plan: Plan) -> str:
    """Plain words, where any order and any of them will do; else + for and, | for or."""
    if _ranked(plan):
        return " ".join(phrase.replace("-", " ") for group in plan.groups for phrase in group)
    return terms.written(plan.groups, both=" + ", either=" | ")


def filters(plan: Plan) -> Mapping[str, str]:
    first, last = plan.years
    years = {"year": f"{first or ''}-{last or ''}"} if first or last else {}
    # In a Boolean search nothing is more relevant than anything else: what is cut off by a limit should be what is cited least.
    return years if _ranked(plan) else {**years, "sort": "citationCount:desc"}


def pages(web: Web, service: Service, ask: Ask) -> Iterator[Page]:
    """Ranked pages by offset, or bulk pages by the token that each one leaves."""
    bulk = "sort" in ask.filters
    given, token = 0, ""
    limit = ask.limit if bulk else min(ask.limit, RANKED_MOST)
    while given < limit:
        asked: dict[str, Any] = {"query": ask.query, "fields": FIELDS, **ask.filters}
        if not bulk:
            asked |= {"offset": given, "limit": min(RANKED, limit - given)}
        elif token:
            asked |= {"token": token}
        url = f"{service.base}/paper/search{'/bulk' if bulk else ''}"
        answer = web.get(service, url, asked, look=ask_json)
        data = json.loads(answer.content)
        rows = items(data, "data")[: limit - given]
        papers = [paper for row in rows if (paper := _paper(row))]
        yield Page(answer.url, count(data, "total"), tuple(papers), len(rows) - len(papers), answer.seconds, answer.tries)
        given += len(rows)
        token = words_at(data, "token")
        if not rows or (not token if bulk else at(data, "next") is None):
            return


def _paper(row: Any) -> Paper | None:
    own, title = words_at(row, "paperId"), words_at(row, "title")
    if not own or not title:
        return None
    names = [("arXiv:", "ArXiv"), ("", "ACL"), ("", "DOI")]
    found = [ids.maybe(prefix + value) for prefix, name in names if (value := words_at(row, "externalIds", name))]
    aliases = tuple(dict.fromkeys([*(id.key for id in found if id), f"semanticscholar:{own}"]))
    return Paper(
        id=str(next((id for id in found if id), own)),
        title=terms.plain(title),
        authors=tuple(name for author in items(row, "authors") if (name := words_at(author, "name"))),
        date=words_at(row, "publicationDate") or str(count(row, "year") or ""),
        abstract=words_at(row, "abstract"),
        venue=words_at(row, "venue"),
        aliases=aliases,
        source="semanticscholar",
        url=f"https://www.semanticscholar.org/paper/{own}",
        pdf=words_at(row, "openAccessPdf", "url"),
    )


SERVICE = Service(
    "semanticscholar", "Semantic Scholar", "https://api.semanticscholar.org/graph/v1", 1.1,
    key="SEMANTIC_SCHOLAR_API_KEY", header="x-api-key",
)  # fmt: skip
DATABASE = Database(SERVICE, write, filters, pages, most=10_000)
