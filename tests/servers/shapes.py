"""The answers' shapes: a paper as arXiv's feed, Semantic Scholar's and OpenAlex's JSON and the Anthology's BibTeX have it.

Each database tells of the same works in its own way: other ids, other spellings of titles and names, other gaps.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from html import escape
from typing import Any

from .works import Work

REASON = "This paper has been withdrawn by the authors due to an error in Table 2"


def feed(entries: Sequence[tuple[Work, int]], total: int, start: int, asked: str) -> bytes:
    """arXiv's Atom feed."""
    made = [
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom" xmlns:arxiv="http://arxiv.org/schemas/atom"'
        ' xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">',
        f'<link href="http://arxiv.org/api/query?{escape(asked)}" rel="self" type="application/atom+xml"/>',
        f"<title>arXiv Query: {escape(asked)}</title><id>http://arxiv.org/api/{hashlib.sha1(asked.encode()).hexdigest()[:27]}</id>",
        "<updated>2026-11-21T00:00:00Z</updated>",
        f"<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>",
        f"<opensearch:itemsPerPage>{len(entries)}</opensearch:itemsPerPage>",
    ]
    return "\n".join([*made, *(_entry(work, version) for work, version in entries), "</feed>\n"]).encode()


def feed_error(id: str) -> bytes:
    """What arXiv says of an id that is none (with status 400)."""
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom"><entry>'
        f"<id>http://arxiv.org/api/errors#incorrect_id_format_for_{escape(id)}</id><title>Error</title>"
        f"<summary>incorrect id format for {escape(id)}</summary><updated>2026-11-21T00:00:00Z</updated></entry></feed>\n"
    ).encode()


def _entry(work: Work, version: int) -> str:
    gone = work.withdrawn == version
    authors = "".join(f"<author><name>{escape(name)}</name></author>" for name in work.authors)
    doi = f"<arxiv:doi>{work.doi}</arxiv:doi>" if work.doi and not work.acl else ""
    comment = f"<arxiv:comment>{REASON}</arxiv:comment>" if gone else "<arxiv:comment>9 pages, 2 figures</arxiv:comment>"
    return (
        f"<entry><id>http://arxiv.org/abs/{work.arxiv}v{version}</id>"
        f"<updated>{work.year}-{work.month:02d}-{14 + version}T10:00:00Z</updated><published>{work.date}T10:00:00Z</published>"
        # arXiv breaks long titles and abstracts into lines.
        f"<title>{escape(work.title).replace(': ', f':{chr(10)}  ')}</title><summary>  {escape(work.abstract)}\n</summary>"
        f'{authors}{comment}{doi}<arxiv:primary_category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/>'
        f'<link href="http://arxiv.org/abs/{work.arxiv}v{version}" rel="alternate" type="text/html"/>'
        f'<link title="pdf" href="http://arxiv.org/pdf/{work.arxiv}v{version}" rel="related" type="application/pdf"/>'
        '<category term="cs.CL" scheme="http://arxiv.org/schemas/atom"/></entry>'
    )


def semanticscholar(work: Work) -> dict[str, Any]:
    """A row of the graph's search."""
    ids: dict[str, Any] = {"CorpusId": 100_000 + work.number}
    if work.arxiv and work.number % 7:
        ids["ArXiv"] = work.arxiv
    if work.doi:
        ids["DOI"] = work.doi.upper() if work.number % 2 else work.doi
    if work.acl:
        ids["ACL"] = work.acl
    return {
        "paperId": hashlib.sha1(f"s2 {work.number}".encode()).hexdigest(),
        "externalIds": ids,
        "title": work.title.upper() if "semanticscholar" in work.variants else work.title,
        "abstract": work.abstract or None,
        "venue": "Annual Meeting" if work.acl else "arXiv.org",
        "year": work.year,
        "publicationDate": None if work.number % 6 == 0 else work.date,
        "openAccessPdf": {"url": f"https://arxiv.org/pdf/{work.arxiv}", "status": "GREEN"} if work.arxiv else None,
        "authors": [{"authorId": str(number), "name": _initialled(name)} for number, name in enumerate(work.authors, 1)],
    }


def _initialled(name: str) -> str:
    first, _, last = name.partition(" ")
    return f"{first[0]}. {last}"


def openalex(work: Work, base: str) -> dict[str, Any]:
    """A work of OpenAlex."""
    title = work.title.replace("-", " \u2010 ").replace(" \u2010 ", "\u2010") if "openalex" in work.variants else work.title
    places: dict[str, list[int]] = {}
    for place, word in enumerate(work.abstract.split()):
        places.setdefault(word, []).append(place)
    links = [f"https://doi.org/{work.doi}"] * bool(work.doi) + [f"https://arxiv.org/abs/{work.arxiv}"] * bool(work.arxiv)
    pdf = f"{base}/open/{work.number}.pdf" if work.open_pdf else None
    doi = work.doi or (f"10.48550/arxiv.{work.arxiv}" if work.arxiv else "")
    return {
        "id": f"https://openalex.org/W{4_000_000_000 + work.number}",
        "doi": f"https://doi.org/{doi}" if doi else None,
        "title": title,
        "display_name": title,
        "publication_year": work.year + (1 if work.number % 9 == 0 else 0),
        "publication_date": f"{work.year + (1 if work.number % 9 == 0 else 0)}-{work.month:02d}-01",
        "language": work.language,
        "type": "article",
        "is_retracted": work.retracted,
        "authorships": [{"author": {"display_name": name}} for name in work.authors],
        "primary_location": {"source": {"display_name": "Made-up Letters"}, "landing_page_url": links[0] if links else None},
        "locations": [{"landing_page_url": link, "pdf_url": None} for link in links],
        "best_oa_location": {"pdf_url": pdf} if pdf else None,
        "abstract_inverted_index": places or None,
    }


def bib(work: Work) -> str:
    """An entry as the Anthology writes it: braces around names in titles, accents as commands."""
    months = "jan feb mar apr may jun jul aug sep oct nov dec".split()
    fields = {
        "title": f'"{work.title.replace("Zero-Shot", "{Z}ero-{S}hot").replace("Study", "{S}tudy")}"',
        "author": '"' + "  and\n      ".join(_turned(name) for name in work.authors) + '"',
        "booktitle": '"Proceedings of a Made-up Meeting"',
        "month": months[work.month - 1],
        "year": f'"{work.year}"',
        "url": f'"https://aclanthology.org/{work.acl}/"',
        "doi": f'"{work.doi}"',
        **({"language": '"French"'} if work.language == "fr" else {}),
        **({"abstract": f'"{work.abstract}"'} if work.abstract else {}),
    }
    body = ",\n".join(f"    {name} = {value}" for name, value in fields.items())
    return f"@inproceedings{{made-up-{work.number},\n{body}\n}}\n"


def _turned(name: str) -> str:
    first, _, last = name.partition(" ")
    for letter, command in {"ö": '{\\"o}', "ü": '{\\"u}', "é": "{\\'e}", "ñ": "{\\~n}", "ř": "{\\v{r}}", "í": "{\\'i}", "Í": "{\\'I}", "ć": "{\\'c}", "á": "{\\'a}"}.items():  # fmt: skip  # noqa: E501
        first, last = first.replace(letter, command), last.replace(letter, command)
    return f"{last}, {first}"


PAGE = b"<!DOCTYPE html>\n<html><head><title>Guest network: sign in</title></head><body>Please sign in.</body></html>\n"
