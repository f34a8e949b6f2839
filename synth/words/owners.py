"""Of whom a passage says it: not of what it only compares with, not of what others report, not with the roles exchanged."""

from __future__ import annotations

import re

from .. import vocabulary
from ..english.cues import COMPARATIVE
from . import sides
from .align import Aligned
from .said import Said, Thing

THAN = re.compile(
    r"\b(?:than|compared (?:with|to|against)|relative to|in (?:comparison|contrast) (?:with|to)|unlike|as opposed to)\b", re.I
)
ENDS = re.compile(r"[,;:]\s|\s\(|\s(?:on|in|across|at|when|with|while|whereas|but|and)\s")
# 'Miller et al. (2019) report ...', 'As Miller and Jones (2019) report, ...'
OTHERS = re.compile(
    r"^(?:\W|\w+:\s)*(?:(?:as|in|following)\s+)?(?P<who>[A-Z][\w'\u2019-]+)(?:\s+et\s+al\.?,?|\s+(?:and|&)\s+[A-Z][\w'\u2019-]+)?"
    r"\s*[(\[](?:19|20)\d\d[a-z]?[)\]]\s+(?:also\s+|further\s+|first\s+)?"
    r"(?:report|find|found|show|observe|use|train|propose|introduce|claim|argue|describe|present|note|evaluate|annotate|release)\w*\b"
)
PASSIVE = re.compile(
    r"\b(?:is|are|was|were|been|being|be)\s+(?:\w+ly\s+)?(\w+ed|built|made|drawn|taken|found|given|written)\s+(to|by|from|for|as|into|with)\b",
    re.I,
)
ONLY = re.compile(r"\b(?:only|solely|exclusively|nothing but|just|merely|purely|entirely|alone)\b", re.I)
MEASURES = (vocabulary.METRIC, vocabulary.AVERAGE, vocabulary.SPLIT)
CLOSE = 25  # characters between 'only' and what it is said of
NOT = re.compile(r"\bnot\s+$", re.I)
POINTS = re.compile(r"\b(?:this|these|those|such|that)\s+$", re.I)
KINDS = re.compile(r"\b(?:type|kind|sort|category|class|group)s?\b", re.I)
KIND = re.compile(rf"\bof (?:this|that|these|those|such) {KINDS.pattern}", re.I)
GOOD = re.compile(r"\b(?:high|good|strong|great|excellent|perfect|superior|gain in|gains in)\s+$", re.I)
BAD = re.compile(
    r"\b(?:loss|losses|drop|drops|decline|decrease|reduction|deterioration|lack)\s+(?:in|of)\s+(?:the\s+)?$|\b(?:low|poor|weak|bad)\s+$",
    re.I,
)


def elsewhere(found: Aligned) -> str:
    """Why what the passage says is said of another thing than the claim's; empty where nothing speaks for that."""
    return (
        _others(found)
        or _compared(found)
        or _exchanged(found)
        or _pointed(found)
        or _turned(found)
    )  # fmt: skip


def _others(found: Aligned) -> str:
    """What others are said to report is theirs, and no claim about the paper that tells it."""
    told = OTHERS.match(found.passage.text)
    named = any(thing.proper and there for thing, there in found.places)  # what is said of a thing by its name is about that
    if told and not named and told["who"].lower() not in found.claim.text.lower():
        return f"the passage tells what {told['who']} and others report"
    return ""


def _compared(found: Aligned) -> str:
    """A name of the claim that stands in the passage only behind 'than', 'compared to', 'unlike'."""
    if found.claim.of(COMPARATIVE) or sides.rival(found.claim) or THAN.search(found.claim.text):
        return ""
    behind = _behind(found.passage)
    for thing, there in found.places:
        if _joined(found.claim.text, thing) or (thing.name and thing.name.kind in MEASURES):
            continue  # 'A-B' is neither A nor B
        if (thing.proper or _named(thing, found.passage)) and there and all(_within(place, behind) for place in there):
            return f"the passage only compares with {thing.text}"
    return ""


def _named(thing: Thing, passage: Said) -> bool:
    """A word at the beginning of a claim that the passage has as a name."""
    return any(one.term == thing.term and one.proper for one in passage.things)


def _joined(text: str, thing: Thing) -> bool:
    return text[thing.start - 1 : thing.start] == "-" or bool(re.match(r"-\w", text[thing.end :]))


def _behind(said: Said) -> list[tuple[int, int]]:
    spans = list[tuple[int, int]]()
    for match in THAN.finditer(said.text):
        if any(0 <= number.start - match.end() <= 1 for number in said.numbers):
            continue
        over = ENDS.search(said.text, match.end())
        spans.append((match.end(), over.start() if over else len(said.text)))
    return spans


def _within(place: int, spans: list[tuple[int, int]]) -> bool:
    return any(low <= place < high for low, high in spans)


def _exchanged(found: Aligned) -> str:
    """'A was used to build B' where the passage has 'B was used to build A'."""
    mine, theirs = PASSIVE.search(found.claim.text), PASSIVE.search(found.passage.text)
    if not mine or not theirs or (mine[1].lower(), mine[2].lower()) != (theirs[1].lower(), theirs[2].lower()):
        return ""
    moved = set[bool]()
    for thing, there in found.places:
        left = {place < theirs.start() for place in there}
        if (thing.proper or _named(thing, found.passage)) and len(left) == 1 and left != {thing.start < mine.start()}:
            moved.add(thing.start < mine.start())
    return f"the passage has the two sides of '{theirs[0]}' the other way round" if len(moved) == 2 else ""


def _pointed(found: Aligned) -> str:
    """'Of this type' points somewhere: where the claim says to what and the passage does not, it may be another."""
    kind = KIND.search(found.passage.text)
    if kind and not KINDS.search(found.claim.text):
        return f"the passage says it '{kind[0]}' only"
    for missing in found.missing:
        if missing.share < 1.0:
            continue
        for thing, there in found.places:
            if 0 < thing.start - missing.end <= 2 and any(POINTS.search(found.passage.text[:place]) for place in there):
                return f"'{missing.text} {thing.text}' is only pointed to there, and may be another"
    return ""


def _turned(found: Aligned) -> str:
    """'High precision' where the passage has 'a loss in precision'."""
    for thing, there in found.places:
        for one, other in ((GOOD, BAD), (BAD, GOOD)):
            before = one.search(found.claim.text[: thing.start])
            against = [match for place in there if (match := other.search(found.passage.text[:place]))]
            if before and against and len(against) == len(there):
                return f"the claim says '{before[0].strip()} {thing.text}', the passage '{against[0][0].strip()}'"
    return ""


def alone(found: Aligned) -> str:
    """What the claim says 'only' of and the passage does not; 'only 9' is a number and says no more than 9."""
    claim, passage = found.claim, found.passage
    for match in ONLY.finditer(claim.text):
        if any(0 <= number.start - match.end() <= 1 for number in claim.numbers) or NOT.search(claim.text[: match.start()]):
            continue
        after = [there for thing, there in found.places if thing.share == 1.0 and 0 <= thing.start - match.end() <= CLOSE]
        before = [there for thing, there in found.places if thing.share == 1.0 and thing.start < match.start()]
        others = [other.span() for other in ONLY.finditer(passage.text) if not _counting(passage, other.end())]
        places = [place for there in after or before[-1:] for place in there]
        if not any(0 <= (place - high if after else abs(low - place)) <= CLOSE for low, high in others for place in places):
            return f"the claim says '{match[0]}', the passage does not"
    return ""


def _counting(said: Said, end: int) -> bool:
    """Whether an 'only' belongs to a number: 'only 9', 'only comprise half'."""
    return any(0 <= number.start - end <= CLOSE // 2 for number in said.numbers)
