"""One study, several records: which records are of the same work.

Records are joined by a DOI, an arXiv id (whatever the version) or an ACL id that they share, then by title: the same letters and
digits, the same surname of the first author, years that differ by one at most. Two things keep records apart that would be
joined: ids of one kind that differ (two arXiv ids are two papers), and titles that many papers have. What is only alike is
proposed and never joined. A preprint and its published version become one study with two reports; all names are kept.
"""

from __future__ import annotations

import functools
import unicodedata
from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations, pairwise

from ..records import Paper
from . import ids, terms

ALIKE = 95.0  # of 100, rapidfuzz's token_sort_ratio
SHORT = 16  # letters and digits of a title; shorter ones are shared by many papers (Introduction, Reply, Preface)
ROWS = 128
STRONG = (ids.DOI, ids.ARXIV, ids.ACL)


@dataclass(frozen=True)
class Record:
    """One result of one database, at its rank there."""

    database: str
    rank: int
    paper: Paper

    @property
    def name(self) -> str:
        return f"{self.database}#{self.rank}"


@dataclass(frozen=True)
class Study:
    """Records of one work. `paper` describes it best; `aliases` are all names of all records; `joined` says by what."""

    paper: Paper
    records: tuple[Record, ...]
    aliases: tuple[str, ...]
    joined: tuple[str, ...] = ()


@dataclass(frozen=True)
class Proposal:
    """Two studies that somebody should look at: alike, and not joined."""

    one: str
    other: str
    why: str


def studies(records: Iterable[Record]) -> tuple[list[Study], list[Proposal]]:
    """The studies by their best rank, and the pairs that are left to people. The order of the input does not matter."""
    all_records = sorted(records, key=lambda record: (record.rank, record.database, record.paper.id, record.paper.title))
    groups = _Groups(all_records)
    for kind in STRONG:
        groups.join_by(functools.partial(_named, kind=kind), kind)
    groups.join_by(lambda record: _title_keys(record.paper), "title")
    found = [_study(members, sorted(groups.joined[root])) for root, members in groups.members().items()]
    proposed = [*groups.proposed(found), *_alike(found)]
    pairs: dict[tuple[str, str], Proposal] = {}
    for one in proposed:
        pairs.setdefault((one.one, one.other), one)
    return found, list(pairs.values())


class _Groups:
    """Records that were joined so far."""

    def __init__(self, records: Sequence[Record]) -> None:
        self.records = records
        self.parent = list(range(len(records)))
        self.names = [{kind: set(_of_kind(record.paper, kind)) for kind in STRONG} for record in records]
        self.joined: dict[int, set[str]] = defaultdict(set)
        self.kept_apart: list[tuple[int, int, str]] = []

    def root(self, at: int) -> int:
        while self.parent[at] != at:
            self.parent[at] = self.parent[self.parent[at]]
            at = self.parent[at]
        return at

    def join_by(self, keys: Callable[[Record], Iterable[str]], what: str) -> None:
        """Join all records that share a key, as far as nothing speaks against it."""
        having: dict[str, list[int]] = defaultdict(list)
        for at, record in enumerate(self.records):
            for key in keys(record):
                having[key].append(at)
        for members in having.values():
            if len(members) > 1:
                self._join(members, what)

    def _join(self, members: list[int], what: str) -> None:
        """Join the records of one key; where any two of them are at odds, only those that nobody could take for another's."""
        roots = list(dict.fromkeys(self.root(at) for at in members))
        odds = next((said for a, b in combinations(roots, 2) if (said := self._odds(a, b, what))), "")
        titled: dict[str, list[int]] = defaultdict(list)
        for at in members:
            titled[terms.title_key(self.records[at].paper.title) if odds and what != "title" else ""].append(at)
        if not (odds and what == "title"):
            for alike in titled.values():
                for one, other in pairwise(alike):
                    self._unite(one, other, what)
        if odds:
            self.kept_apart += [(one, other, f"the same {what}, but {odds}") for one, other in combinations(members, 2)]

    def _odds(self, a: int, b: int, what: str) -> str:
        """What speaks against joining two groups; empty if nothing does.

        A shared id joins a preprint with each of its published versions, but not two papers with titles and other ids of
        their own: a volume's DOI on all of its papers is a slip that databases make.
        """
        kinds = [kind for kind in STRONG if self.names[a][kind] and self.names[b][kind]]
        differing = [kind for kind in kinds if not self.names[a][kind] & self.names[b][kind]]
        if what != "title" and terms.title_key(self.records[a].paper.title) == terms.title_key(self.records[b].paper.title):
            return ""
        return f"{' and '.join(differing)} ids that differ" if differing else ""

    def _unite(self, one: int, other: int, what: str) -> None:
        a, b = sorted((self.root(one), self.root(other)))
        if a == b:
            return
        self.parent[b] = a
        for kind in STRONG:
            self.names[a][kind] |= self.names[b][kind]
        self.joined[a] |= self.joined.pop(b, set()) | {what}

    def members(self) -> dict[int, list[Record]]:
        found: dict[int, list[Record]] = defaultdict(list)
        for at, record in enumerate(self.records):
            found[self.root(at)].append(record)
        return found

    def proposed(self, found: Sequence[Study]) -> list[Proposal]:
        where = {record.name: study.paper.id for study in found for record in study.records}
        made = []
        for one, other, why in self.kept_apart:
            a, b = sorted((where[self.records[one].name], where[self.records[other].name]))
            if a != b:
                made.append(Proposal(a, b, why))
        return made


def _named(record: Record, kind: str) -> list[str]:
    return _of_kind(record.paper, kind)


def _of_kind(paper: Paper, kind: str) -> list[str]:
    return [alias for alias in paper.aliases if alias.startswith(f"{kind}:")]


def _title_keys(paper: Paper) -> list[str]:
    """A key for each year that the paper's twin could bear; none where too little is known to join by title."""
    key, year = terms.title_key(paper.title), paper.date[:4]
    if len(key) < SHORT or not year.isdecimal() or not paper.authors:
        return []
    # Years that differ by one share one of two neighbouring keys.
    return [f"{key}|{surname(paper.authors[0])}|{int(year) + step}" for step in (0, 1)]


def surname(author: str) -> str:
    """The last word of a name, or of what stands before its comma, without accents: databases differ in all of this."""
    names = [name for name in author.split(",")[0].split() if name.strip(".").casefold() not in ("jr", "sr", "ii", "iii")]
    bare = unicodedata.normalize("NFKD", names[-1] if names else "")
    return "".join(letter for letter in bare.casefold() if letter.isalnum())


def _study(members: list[Record], joined: list[str]) -> Study:
    """The record that says most describes the study; what it lacks (abstract, language, a PDF) comes from the others."""
    best = min(members, key=lambda record: (not record.paper.abstract, _rank(record.paper), record.rank, record.database))
    aliases = tuple(dict.fromkeys(alias for record in members for alias in record.paper.aliases))
    rest = {
        name: next((value for record in members if (value := getattr(record.paper, name))), getattr(best.paper, name))
        for name in ("language", "pdf", "withdrawn", "venue")
        if not getattr(best.paper, name)
    }
    dates = [record.paper.date for record in members if record.paper.date]
    first = min(dates, key=lambda date: (date[:4], -len(date), date), default="")  # of the first year, what says most
    paper = replace(best.paper, **rest, date=first, aliases=aliases)
    return Study(paper, tuple(members), aliases, tuple(joined))


def _rank(paper: Paper) -> int:
    """arXiv pins versions, the Anthology is exact; the others pass on what they were told."""
    return ("arxiv", "acl").index(paper.source) if paper.source in ("arxiv", "acl") else 2


def _alike(found: Sequence[Study]) -> list[Proposal]:
    """Pairs of studies whose titles are nearly the same, in whatever order their words are."""
    from rapidfuzz import fuzz, process

    # With its words in order once, `ratio` is token_sort_ratio; so alike are only titles of nearly one length.
    titles = sorted((" ".join(sorted(terms.words(study.paper.title))), study.paper.id) for study in found)
    titles = sorted((one for one in titles if one[0]), key=lambda one: len(one[0]))
    lengths = [len(title) for title, _ in titles]
    made = []
    for begin in range(0, len(titles), ROWS):
        rows = [title for title, _ in titles[begin : begin + ROWS]]
        end = bisect_right(lengths, len(rows[-1]) * (200 - ALIKE) / ALIKE)
        ratios = process.cdist(rows, [title for title, _ in titles[begin:end]], scorer=fuzz.ratio, score_cutoff=ALIKE)
        for row, column in zip(*ratios.nonzero(), strict=True):
            if row < column:
                one, other = sorted((titles[begin + row][1], titles[begin + column][1]))
                made.append(Proposal(one, other, f"titles alike ({ratios[row, column]:.0f} of 100)"))
    return sorted(made, key=lambda pair: (pair.one, pair.other))
