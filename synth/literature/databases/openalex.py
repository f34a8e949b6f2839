"""OpenAlex. Its pages are asked for by number: paging by cursor is refused without a key."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

from ...records import Paper
from .. import ids, terms
from ..ids import Id
from ..plan import Plan
from ..services import Service
from ..web import Web
from .database import Ask, Database, Page, ask_json, at, count, items, whole, words_at

PAGE = 100


def write(plan: Plan) -> str:
    """Boolean, over title, abstract and full text."""
    return terms.written(plan.groups)


def filters(plan: Plan) -> Mapping[str, str]:
    first, last = plan.years
    made = []
    if first or last:
        made.append(f"publication_year:{first or ''}-{last or ''}")
    if plan.languages:
        made.append(f"language:{'|'.join(plan.languages)}")
    return {"filter": ",".join(made)} if made else {}


def pages(web: Web, service: Service, ask: Ask) -> Iterator[Page]:
    """The pages by OpenAlex's own relevance."""
    given, number = 0, 0
    size = min(PAGE, ask.limit)
    while given < ask.limit:
        number += 1
        asked = {"search": ask.query, **ask.filters, "per_page": size, "page": number}
        answer = web.get(service, f"{service.base}/works", asked, look=ask_json)
        data = json.loads(answer.content)
        rows = items(data, "results")[: ask.limit - given]
        papers = [made for row in rows if (made := paper(row))]
        total = count(data, "meta", "count")
        yield Page(answer.url, total, tuple(papers), len(rows) - len(papers), answer.seconds, answer.tries)
        given += len(rows)
        if not rows or given >= total:
            return


def lookup(web: Web, service: Service, doi: Id) -> Paper | None:
    """The work with a DOI; free of charge, with or without a key."""
    return paper(json.loads(web.get(service, f"{service.base}/works/doi:{doi.name}", look=ask_json).content))


def paper(row: Any) -> Paper | None:
    """One work. Its copies elsewhere (arXiv, the ACL) are its aliases."""
    own, title = words_at(row, "id").rsplit("/", 1)[-1], words_at(row, "title") or words_at(row, "display_name")
    if not own or not title:
        return None
    links = [words_at(row, "doi"), *(words_at(one, "landing_page_url") for one in items(row, "locations"))]
    found = [id for link in links if (id := ids.maybe(link))]
    retracted = at(row, "is_retracted") is True
    return Paper(
        id=str(found[0].bare if found else own),
        title=terms.plain(title),
        authors=tuple(name for one in items(row, "authorships") if (name := words_at(one, "author", "display_name"))),
        date=words_at(row, "publication_date") or str(count(row, "publication_year") or ""),
        abstract=_abstract(at(row, "abstract_inverted_index")),
        venue=words_at(row, "primary_location", "source", "display_name"),
        language=words_at(row, "language"),
        aliases=tuple(dict.fromkeys([*(id.key for id in found), f"openalex:{own}"])),
        source="openalex",
        url=f"https://openalex.org/{own}",
        pdf=words_at(row, "best_oa_location", "pdf_url"),
        withdrawn="OpenAlex marks it as retracted" if retracted else "",
    )


def _abstract(index: Any) -> str:
    """An abstract out of the places of its words."""
    if not isinstance(index, dict):
        return ""
    placed = [
        (place, word) for word, places in index.items() if isinstance(places, list) for place in places if isinstance(place, int)
    ]
    return whole(" ".join(word for _, word in sorted(placed)))


SERVICE = Service("openalex", "OpenAlex", "https://api.openalex.org", 0.2, key="OPENALEX_API_KEY", parameter="api_key")
DATABASE = Database(SERVICE, write, filters, pages, most=10_000)
