"""Check: the source's words. A passage that says it, one that says otherwise, or what is missing; the quote with its place."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from ..literature import ids
from ..records import Claim, Evidence, Question, Verdict
from ..shortened import shortened
from .check import SOURCE, Check
from .tables import NOT_ENOUGH, OTHER, PARTLY, REFUTED, SUPPORTED, combine

if TYPE_CHECKING:
    from ..evidence.index import Index, Listed, Passage
    from ..words.judge import Judged
    from ..words.votes import Votes
    from .hand import Hand

NAME = "words"
SHOWN = 160  # characters of a quote within a line
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2066-\u2069\ufeff]+")


def check(claim: Claim, question: Question, hand: Hand) -> Verdict:
    """What the text of the cited version says; that of another version is shown and decides nothing."""
    from ..words.judge import LONGEST

    index: Index | None = hand.index
    text = _uncited(" ".join(CONTROLS.sub(" ", claim.text).split()), claim.paper)
    if len(re.findall(r"[^\W\d_]{2,}", text)) < 2:
        return Verdict(NAME, NOT_ENOUGH, "the claim says nothing that a text could hold")
    if len(text) > LONGEST:
        return Verdict(NAME, NOT_ENOUGH, f"the claim has {len(text):,} characters; at most {LONGEST:,} are one claim")
    if index is None or (claim.paper and index.paper(claim.paper) is None):
        others = index.versions(claim.paper) if index is not None else []
        return _other(claim, text, index, others[-1]) if index is not None and others else _absent(claim.paper)
    if not index.papers:
        return _absent(claim.paper)
    paper = index.paper(claim.paper) if claim.paper else None
    whole = _whole(text) if claim.cut else text
    found, labelled = _judged(index, paper, whole, hand.votes)
    verdict = combine([_word(one) for one in found])
    if claim.cut and verdict == SUPPORTED:
        verdict = PARTLY
    line = "; ".join(_line(one, paper, len(found) > 1) for one in found)
    if claim.cut:
        line = f"the claim is cut off, judged without its end: {line}"
    return Verdict(NAME, verdict, line, evidence=_evidence(found), data={**_data(claim, paper, found), **labelled})


def _uncited(text: str, paper: str) -> str:
    """A claim without the brackets that only name the paper that it cites: no paper says its own number."""
    for name in {paper, paper.rpartition("v")[0]} - {""}:
        for cited in (name, f"arXiv:{name}", f"arXiv {name}"):
            text = text.replace(f" ({cited})", "").replace(f" [{cited}]", "")
    return text


def _judged(index: Index, paper: Listed | None, text: str, votes: Votes | None = None) -> tuple[list[Judged], dict[str, object]]:
    """What a paper says of each statement of a claim; of an abstract outside our field a model says it, with its odds.

    The votes of other models stand beside it.
    """
    from ..words import candidates, judge, short

    if paper is not None and short.applies(index, paper, text) and (made := short.judge(index, paper, text)):
        judged, labelled = made
        chances = dict(zip(short.LABELS, (round(one, 4) for one in labelled.probabilities), strict=True))
        return [judged], {"labels": chances}
    found = judge.judge(index, paper, text, votes.likeness if votes else None)
    if votes is None:
        return found, {}
    passages = [one.text for one in candidates.candidates(index, paper, text, votes.likeness)]
    return found, {"votes": votes.on(text, passages)}


def _absent(paper: str) -> Verdict:
    """The paper is not at hand; how to get it."""
    id = ids.maybe(paper)
    named = f"{paper} is not among the papers at hand" if paper else "the claim cites no paper, and none is at hand"
    todo = f"run synth fetch {paper}" if id else named
    return Verdict(NAME, NOT_ENOUGH, f"{NOT_ENOUGH}: {todo}", data={"paper": paper})


def _other(claim: Claim, text: str, index: Index, other: Listed) -> Verdict:
    """What another version of the cited paper says, which decides nothing."""
    found, _ = _judged(index, other, _whole(text) if claim.cut else text)
    lacking = f"{NOT_ENOUGH}: run synth fetch {claim.paper}"
    said = [one for one in found if _word(one) != NOT_ENOUGH]
    if not said:
        line = f"{lacking}; {other.id}, another version, does not say it"
        return Verdict(NAME, NOT_ENOUGH, line, data={"paper": claim.paper, "other_version": {"paper": other.id}})
    line = f"{lacking}; in another version: " + "; ".join(_line(one, other, len(found) > 1) for one in found)
    shown = {"paper": other.id, "verdict": combine([_word(one) for one in found])}
    return Verdict(NAME, OTHER, line, evidence=_evidence(found), data={"paper": claim.paper, "other_version": shown})


def _whole(text: str) -> str:
    """A text that was cut off, without the word that the cut went through."""
    if re.search(r"[.!?\"'\u201d)]$", text):
        return text
    if re.search(r"\d\s+po(?:i|in|int|ints)?$", text):
        return re.sub(r"\S+$", "points", text)
    return re.sub(r"\s+\S*$", "", text) or text


def _word(one: Judged) -> str:
    from ..words.answers import REFUTES, SUPPORTS, WIDER

    if one.also is not None:
        return PARTLY
    return {SUPPORTS: SUPPORTED, REFUTES: REFUTED, WIDER: PARTLY}.get(one.says, NOT_ENOUGH)


def _line(one: Judged, paper: Listed | None, named: bool) -> str:
    """Why, in one sentence; with the statement where a claim has several."""
    word = _word(one)
    of = f"'{shortened(one.statement, 70)}': " if named else ""
    if one.passage is None:
        return f"{of}{one.why}"
    where, quote = f"{one.passage.paper}, {_place(one.passage)}", f"\u201c{shortened(one.passage.text, SHOWN)}\u201d"
    if word == SUPPORTED:
        return f"{of}{where}: {quote}"
    if one.also is not None:
        also = _place(one.also) if one.also.paper == one.passage.paper else f"{one.also.paper}, {_place(one.also)}"
        return f"{of}{where} says it, {also} says otherwise"
    if word in (REFUTED, PARTLY):
        return f"{of}{where}: {one.why}: {quote}"
    if one.theirs:
        return f"{of}only related work or the bibliography of {one.passage.paper} says it, which are others' words"
    lacks = f"; missing there: {', '.join(one.missing[:6])}" if one.missing else ""
    whose, near = (paper.id, _place(one.passage)) if paper else ("any paper", where)
    return f"{of}no passage of {whose} says it, {near} is nearest: {one.why}{lacks}"


def _place(passage: Passage) -> str:
    return f"p. {passage.page}"


def _evidence(found: list[Judged]) -> tuple[Evidence, ...]:
    """The passages, verbatim, each with its place."""
    items = dict[tuple[str, int], Evidence]()
    for one in found:
        for passage in (one.passage, one.also):
            if passage is not None:
                cell = f"p. {passage.page}, {passage.heading or passage.label}"
                items[passage.paper, passage.number] = Evidence(
                    f"paper:{passage.paper}", cell, passage.text, "" if passage is one.passage else "says otherwise",
                    passage.page, passage.start, passage.end, passage.sha256,
                )  # fmt: skip
    return tuple(items.values())


def _data(claim: Claim, paper: Listed | None, found: list[Judged]) -> dict[str, object]:
    statements = [
        {
            "text": one.statement, "verdict": _word(one), "why": one.why, "coverage": round(one.coverage, 3),
            "missing": list(one.missing),
        }
        for one in found
    ]  # fmt: skip
    return {"paper": paper.id if paper else claim.paper, "statements": statements}


CHECK = Check(NAME, "words", "The source's words", check, SOURCE, 1)
