"""The ACL Anthology. It has no search of its own to ask: its whole bibliography is fetched (once; later only if it changed)
and searched here, title and abstract."""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

from replicate import files

from ...records import Paper
from .. import ids, terms
from ..plan import Plan
from ..relevance import Ranking
from ..services import Service
from ..web import MEGABYTE, Answer, Trouble, Web, is_page, page
from .database import Ask, Database, Page, no_filters

FILE = "anthology+abstracts.bib.gz"
PAGE = 100
LONGEST = 100_000  # characters of an entry; a longer one has no end, and its fields would be looked for in all of it
MOST_PACKED, MOST = 128 * MEGABYTE, 512 * MEGABYTE
_ENTRY = re.compile(r"^@(\w+)\{([^,\s]+),\s*$", re.M)
_FIELD = re.compile(r'^\s+(\w+)\s*=\s*(?:"(.*?)"|\{(.*?)\}|(\w+))\s*,?\s*(?=^\s+\w+\s*=|^\}|\Z)', re.M | re.S)
_ACCENT = re.compile(r"\\([`'^\"~=.uvHcdbkr])\s*\{?\\?([A-Za-z])\}?")
_MARKS = dict(
    zip(
        "`'^\"~=.uvHcdbkr",
        "\u0300\u0301\u0302\u0308\u0303\u0304\u0307\u0306\u030c\u030b\u0327\u0323\u0331\u0328\u030a",
        strict=True,
    )
)
_LETTERS = {
    r"\ss": "ß",
    r"\o": "ø",
    r"\O": "Ø",
    r"\l": "ł",
    r"\L": "Ł",
    r"\ae": "æ",
    r"\AE": "Æ",
    r"\aa": "å",
    r"\AA": "Å",
    r"\i": "ı",
}
_LETTER = re.compile(r"\{?(\\(?:ss|o|O|l|L|ae|AE|aa|AA|i))(?![A-Za-z])\s*\}?")
_MONTHS = {name: f"{number:02d}" for number, name in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_LANGUAGES = {
    "English": "en",
    "French": "fr",
    "German": "de",
    "Chinese": "zh",
    "Spanish": "es",
    "Portuguese": "pt",
    "Russian": "ru",
}


def write(plan: Plan) -> str:
    return terms.written(plan.groups)


def pages(web: Web, service: Service, ask: Ask) -> Iterator[Page]:
    """What the bibliography has, best first by our own relevance, in pages of a hundred."""
    answer, text, note = _bibliography(web, service)
    groups = terms.parse(ask.query)
    found, skipped = _matching(text, groups, ask.plan.years)
    ranking = Ranking.of(terms.content_words(" ".join(phrase for group in groups for phrase in group)), found)
    found = sorted(found, key=lambda paper: (-ranking.score(paper).value, paper.id))
    papers = found[: ask.limit]
    for begin in range(0, max(len(papers), 1), PAGE):
        first = begin == 0
        yield Page(
            answer.url, len(found), tuple(papers[begin : begin + PAGE]), skipped if first else 0,
            answer.seconds if first else 0.0, answer.tries, note,
        )  # fmt: skip


def entry(web: Web, service: Service, id: ids.Id) -> Paper | None:
    """The Anthology's record of one paper."""
    answer = web.get(service, f"{service.base}/{id.name}.bib", look=_look_bib)
    return next((paper for block in _entries(answer.content.decode("utf-8", "replace")) if (paper := _paper(block))), None)


def _look_bib(answer: Answer) -> Trouble | None:
    if is_page(answer):
        return page(answer, "a bibliography")
    return None if answer.content.lstrip()[:1] in (b"@", b"%") else Trouble("damaged", f"{answer.url} gave no bibliography")


@dataclass(frozen=True)
class _Kept:
    """The bibliography of last time, and what the server called it."""

    folder: Path

    @property
    def packed(self) -> Path:
        return self.folder / FILE

    def tag(self) -> str:
        try:
            return str(json.loads((self.folder / f"{FILE}.json").read_text(encoding="utf-8"))["etag"])
        except (OSError, ValueError, KeyError, TypeError):
            return ""

    def keep(self, answer: Answer) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        with files.whole(self.packed) as file:
            file.write(answer.content)
        with files.whole(self.folder / f"{FILE}.json") as file:
            file.write(json.dumps({"etag": answer.headers.get("ETag", "")}).encode())


def _bibliography(web: Web, service: Service) -> tuple[Answer, str, str]:
    kept = _Kept(files.cache() / "anthology" / service.host.replace(":", "-"))
    tag = kept.tag() if kept.packed.is_file() else ""
    answer = web.get(
        service, f"{service.base}/{FILE}", look=_look_packed, most=MOST_PACKED, headers={"If-None-Match": tag} if tag else {}
    )
    if answer.status == 304:
        content = kept.packed.read_bytes()
    else:
        content = answer.content
        kept.keep(answer)
    text = _unpacked(content).decode("utf-8", "replace")
    digest = hashlib.sha256(content).hexdigest()
    return answer, text, f"bibliography with sha256 {digest}{', unchanged since the last search' if answer.status == 304 else ''}"


def _look_packed(answer: Answer) -> Trouble | None:
    if answer.status == 304:
        return None
    if is_page(answer):
        return page(answer, "the bibliography")
    try:
        head = _unpacked(answer.content)[:4096]
    except Trouble as trouble:
        return trouble
    return None if b"@" in head or not head.strip() else Trouble("damaged", f"{answer.url} gave no bibliography")


def _unpacked(content: bytes) -> bytes:
    """The text in a .gz, up to a size that a bibliography can have."""
    if content[:2] != b"\x1f\x8b":
        return content
    machine = zlib.decompressobj(wbits=31)
    try:
        text = machine.decompress(content, MOST)
    except zlib.error:
        raise Trouble("damaged", f"{FILE} cannot be unpacked") from None
    if not machine.eof:
        raise Trouble("damaged", f"{FILE} was cut off or is larger than {MOST // MEGABYTE} MB")
    return text


def _matching(text: str, groups: terms.Groups, years: tuple[int | None, int | None]) -> tuple[list[Paper], int]:
    """The papers that meet the query, and how many entries without a title or id would have."""
    # Most entries are ruled out by their letters alone; only the others are taken apart.
    needles = [[terms.words(phrase)[0] for phrase in group] for group in groups]
    found, skipped = [], 0
    for block in _entries(text):
        lower = block.casefold().replace("{", "").replace("}", "")
        if not all(any(needle in lower for needle in group) for group in needles):
            continue
        paper = _paper(block)
        if paper is None:
            skipped += not block.startswith("@proceedings")
            continue
        year = int(paper.date[:4] or 0)
        if (years[0] and year < years[0]) or (years[1] and year > years[1]):
            continue
        whole = f"{paper.title}\n{paper.abstract}"
        if all(terms.first_within(group, whole) for group in groups):
            found.append(paper)
    return found, skipped


def _entries(text: str) -> Iterator[str]:
    starts = [match.start() for match in _ENTRY.finditer(text)]
    for begin, end in pairwise([*starts, len(text)]):
        yield text[begin:end]


def _paper(block: str) -> Paper | None:
    """One entry, BibTeX as the Anthology writes it; None for what is no paper (a volume) or has no id."""
    if block.startswith("@proceedings") or len(block) > LONGEST:
        return None
    given = {match[1].lower(): match[2] or match[3] or match[4] or "" for match in _FIELD.finditer(block)}
    id, title = ids.maybe(given.get("url", "")), _words(given.get("title", ""))
    if id is None or not title:
        return None
    doi = ids.maybe(given.get("doi", ""))
    month = _MONTHS.get(given.get("month", "")[:3].lower(), "")
    year = re.sub(r"\D", "", given.get("year", ""))
    return Paper(
        id=str(id),
        title=title,
        authors=tuple(_name(name) for name in re.split(r"\s+and\s+", given.get("author", "").strip()) if name),
        date=f"{year}-{month}" if year and month else year,
        abstract=_words(given.get("abstract", "")),
        venue=_words(given.get("booktitle", "") or given.get("journal", "")),
        language=_LANGUAGES.get(given.get("language", ""), given.get("language", "").lower()),
        aliases=tuple(dict.fromkeys([id.key, *([doi.key] if doi else [])])),
        source="acl",
        url=f"https://aclanthology.org/{id}/",
        withdrawn=title if re.match(r"\W*(withdrawn|retracted)\b", title, re.I) else "",
    )


def _words(text: str) -> str:
    """Text without LaTeX."""
    text = _ACCENT.sub(lambda found: found[2] + _MARKS[found[1]], text)
    text = _LETTER.sub(lambda found: _LETTERS[found[1]], text)
    return terms.plain(text.replace("---", "\u2014").replace("--", "\u2013").replace(r"\%", "%").replace(r"\&", "&"))


def _name(text: str) -> str:
    """First name first."""
    last, _, first = _words(text).partition(", ")
    return f"{first} {last}".strip()


SERVICE = Service("acl", "ACL Anthology", "https://aclanthology.org", 1.0)
DATABASE = Database(SERVICE, write, no_filters, pages, most=30_000)
