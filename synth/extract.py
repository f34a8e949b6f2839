"""Claims out of a paper: its whole sentences that assert something, the most telling first, with the place where each stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from replicate.problems import Problem

from .english.reading import Reading, read
from .ingest.build import MARGIN, claim_id, slug
from .literature import ids
from .reading.document import ABSTRACT, APPENDIX, BODY, Document, Sentence
from .records import Claim, Question

LABELS = (ABSTRACT, BODY, APPENDIX)  # the paper's own voice; related work speaks of other papers
SHORTEST, LONGEST = 30, 600
WHOLE = re.compile(r"^[\"'\u201c(]?[A-Z0-9].*[.!]$", re.S)
OTHERS = re.compile(r"\bet\s+al\.|\([A-Z][\w-]+(?:\s+(?:and|&)\s+[A-Z][\w-]+)?,?\s+(?:19|20)\d\d")
OURS = re.compile(r"\b(?:we|our|us|this\s+(?:paper|work|study))\b", re.I)
WEIGHT = {"gain": 2.0, "level": 1.5, "best": 1.5, "greater": 1.5, "sign": 1.5, "size": 1.0, "count": 1.0, "setup": 0.75}
PLACES = ((re.compile(r"conclu|summary", re.I), 2.0), (re.compile(r"result|finding|discussion|experiment", re.I), 1.0),
          (re.compile(r"introduction", re.I), 0.75))  # fmt: skip


@dataclass(frozen=True)
class Extracted:
    """The claims of one paper, the best first; how many sentences were read, and how many of them assert something."""

    paper: str
    title: str
    sentences: int
    asserting: int
    claims: tuple[Claim, ...]


def named(given: str, document: Document) -> str:
    """What to call a paper: the id that was asked for, else the id printed on it, else the name of its file."""
    if (known := ids.maybe(given)) and not Path(given).exists():
        return str(ids.maybe(Path(document.source).stem) or ids.maybe(document.stamp) or known)
    return str(ids.maybe(document.stamp) or ids.maybe(Path(given).stem) or Path(given).stem)


def extract(document: Document, paper: str, limit: int) -> Extracted:
    """The claims of a paper. Of sentences that assert the same only the most telling one is kept."""
    own = [one for one in document.sentences if one.label in LABELS]
    ranked = list[tuple[float, int, Sentence, Reading]]()
    for place, sentence in enumerate(own):
        if not SHORTEST <= len(sentence.text) <= LONGEST or not WHOLE.match(sentence.text):
            continue
        reading = read(sentence.text)
        if reading.asserts:
            ranked.append((_score(sentence, reading), -place, sentence, reading))
    ranked.sort(key=lambda one: one[:2], reverse=True)
    made, known = list[Claim](), set[object]()
    for _, _, sentence, reading in ranked:
        if set(reading.asserts) <= known:
            continue
        known |= set(reading.asserts)
        if len(made) < limit:
            id = claim_id(sentence.text, reading.asserts, {one.id for one in made})
            made.append(Claim(id, sentence.text, paper, reading.asserts, note=_place(sentence, document)))
    return Extracted(paper, document.title, len(own), len(ranked), tuple(made))


def _score(sentence: Sentence, reading: Reading) -> float:
    """How telling a sentence is: where it stands, what it asserts, how exactly, and how much of it was understood."""
    place = 3.0 if sentence.label == ABSTRACT else next((worth for where, worth in PLACES if where.search(sentence.heading)), 0.0)
    kinds = sum(sorted((WEIGHT[one.kind] for one in reading.asserts), reverse=True)[:3])
    exact = sum(0.25 for one in reading.asserts[:4] for said in (one.split, one.value, one.model) if said)
    others = 2.0 if OTHERS.search(sentence.text) and not OURS.search(sentence.text) else 0.0
    return place + kinds + exact - 0.5 * len(reading.unread) - others - (1.0 if sentence.label == APPENDIX else 0.0)


def _place(sentence: Sentence, document: Document) -> str:
    """Where a sentence stands, so that it can be found again."""
    spans = ", ".join(f"page {span.page}, characters {span.start}-{span.end}" for span in sentence.spans)
    where = sentence.label if sentence.label == ABSTRACT or not sentence.heading else sentence.heading
    return f"{spans} ({where}); file sha256 {document.sha256[:16]}"


def question(found: Sequence[Extracted], name: str, experiment: str) -> Question:
    """A question of its own for claims out of papers; a Problem where there is none."""
    papers = tuple(dict.fromkeys(one.paper for one in found))
    titles = [f"\u201c{one.title}\u201d" for one in found if one.title] or list(papers)
    asked = f"Does what {titles[0]}{' and others' if len(found) > 1 else ''} claims hold?"
    made = into(Question(name or slug(papers[0], 6) or "paper", asked, experiment, papers, MARGIN, ()), found)
    return replace(made, papers=papers)


def into(there: Question, found: Sequence[Extracted]) -> Question:
    """The claims and papers to add to a question, with ids that it does not have; claims that it has already are left out."""
    taken, texts = {one.id for one in there.claims}, {(one.paper, one.text) for one in there.claims}
    made = list[Claim]()
    for paper in found:
        for one in paper.claims:
            if (one.paper, one.text) in texts:
                continue
            id = claim_id(one.text, one.asserts, taken)
            taken.add(id)
            made.append(replace(one, id=id))
    if not made:
        read_in = sum(one.sentences for one in found)
        asserting = sum(one.asserting for one in found)
        why = (
            "none of them asserts anything that the rules can read"
            if not asserting
            else "all that assert something are there already"
        )
        raise Problem(f"{', '.join(one.paper for one in found)}: no claims; {read_in:,} sentences, {why}")
    return replace(there, papers=tuple(dict.fromkeys(one.paper for one in found)), claims=tuple(made))
