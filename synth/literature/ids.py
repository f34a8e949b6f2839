"""The names of papers: arXiv ids, ids of the ACL Anthology, DOIs, and names that a user gives to a paper of their own."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote

from replicate.problems import Problem

ARXIV, ACL, DOI, OWN = "arxiv", "acl", "doi", "own"
LONGEST = 200  # characters of a name as it stands in a path, where a file system takes 255 with what is added
SHOWN = 200  # characters of what is no id

_NEW = re.compile(r"(\d{2})(\d{2})\.(\d{4,5})(v[1-9]\d{0,2})?")
_OLD = re.compile(r"([a-z]+(?:-[a-z]+)*)(?:\.[A-Za-z-]+)?/(\d{2})(\d{2})(\d{3})(v[1-9]\d{0,2})?")
_ACL = re.compile(r"(\d{4}\.[A-Za-z0-9_]+-[A-Za-z0-9_]+\.\d{1,5})|([A-Za-z]\d{2}-\d{4,5})")
_DOI = re.compile(r"10\.\d{4,9}/\S+")
_OWN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
# Where an id can stand behind: what people paste out of a browser or a reference list.
_ARXIV_LINK = re.compile(r"(?:https?://)?(?:www\.|export\.)?arxiv\.org/(?:abs|pdf|html|src|e-print)/|arxiv:\s*", re.I)
_ACL_LINK = re.compile(
    r"(?:https?://)?(?:www\.)?aclanthology\.org/(?:anthology/)?|(?:https?://)?(?:www\.)?aclweb\.org/anthology/", re.I
)
_DOI_LINK = re.compile(r"(?:https?://)?(?:dx\.|www\.)?doi\.org/|doi:\s*", re.I)
_DOI_OF_ARXIV = re.compile(r"10\.48550/arxiv\.(.+)", re.I)
_DOI_OF_ACL = re.compile(r"10\.(?:18653/v1|3115/v1)/(.+)", re.I)


@dataclass(frozen=True)
class Id:
    """The name of a paper. `version` (v2) is said by arXiv alone; without it the paper is meant and no certain text of it."""

    kind: str
    name: str
    version: str = ""

    def __str__(self) -> str:
        return f"{self.name}{self.version}"

    @property
    def key(self) -> str:
        """The same for all versions."""
        return f"{self.kind}:{self.name}"

    @property
    def bare(self) -> Id:
        """The paper, whatever its version."""
        return replace(self, version="")

    @property
    def number(self) -> int:
        """The version as a number; 0 where none is said."""
        return int(self.version[1:] or 0)


def read(text: str, own: bool = False) -> Id:
    """The id in a text: bare, with a prefix, or as a link. With `own` any plain word is a name too.

    A DOI that arXiv or the ACL gave stands for the arXiv id or the ACL id in it.
    """
    given = text.strip()
    found = _arxiv(given) or _acl(given) or _doi(given) or (Id(OWN, given) if own and _OWN.fullmatch(given) else None)
    if found and len(quote(str(found), safe="")) > LONGEST:
        raise Problem(f"{given[:60]!r}... is too long for the name of a paper ({len(given):,} characters)")
    if found:
        return found
    raise Problem(f"{given[:SHOWN]!r} is no id of a paper{_hint(given[:SHOWN])}")


def maybe(text: str) -> Id | None:
    """The id in a text; None if there is none."""
    try:
        return read(text)
    except Problem:
        return None


def _arxiv(text: str) -> Id | None:
    link = _ARXIV_LINK.match(text)
    bare = text[link.end() :] if link else text
    if link:
        bare = re.sub(r"\.pdf$", "", re.split(r"[?#]", bare)[0].rstrip("/"), flags=re.I)
    if new := _NEW.fullmatch(bare):
        year, month, digits = int(new[1]), int(new[2]), len(new[3])
        # Ids of this form began in April 2007; since 2015 they have five digits.
        if 1 <= month <= 12 and (year, month) >= (7, 4) and digits == (5 if year >= 15 else 4):
            return Id(ARXIV, f"{new[1]}{new[2]}.{new[3]}", new[4] or "")
    if old := _OLD.fullmatch(bare):
        year, month = int(old[2]), int(old[3])
        if 1 <= month <= 12 and (year >= 91 or (year, month) <= (7, 3)):
            return Id(ARXIV, f"{old[1]}/{old[2]}{old[3]}{old[4]}", old[5] or "")
    return None


def _acl(text: str) -> Id | None:
    link = _ACL_LINK.match(text)
    bare = re.sub(r"\.(pdf|bib|xml)$", "", text[link.end() :].rstrip("/")) if link else text
    found = _ACL.fullmatch(bare)
    if not found:
        return None
    return Id(ACL, found[1].lower() if found[1] else found[2].upper())


def _doi(text: str) -> Id | None:
    link = _DOI_LINK.match(text)
    found = _DOI.fullmatch(unquote(text[link.end() :] if link else text))
    if not found or not found[0].isprintable():
        return None
    doi = found[0].lower().rstrip(".,;")
    for prefix, read in ((_DOI_OF_ARXIV, _arxiv), (_DOI_OF_ACL, _acl)):
        inside = prefix.fullmatch(doi)
        if inside and (id := read(inside[1])):
            return id
    return Id(DOI, doi)


def _hint(text: str) -> str:
    if re.fullmatch(r"\d{4}\.\d+(v\d+)?", text):
        return ": an arXiv id is year and month, a point, and five digits (four before 2015), as in 2005.13013v2"
    if re.fullmatch(r".*\dv0+", text):
        return ": versions of arXiv count from v1"
    return "; wanted: an arXiv id (2005.13013v2), an id of the ACL Anthology (2020.acl-main.447) or a DOI (10.1000/xyz)"
