"""The passive of a comparison made active: 'CCG is outperformed by SQuAD on XNLI' is 'SQuAD outperforms CCG on XNLI'."""

from __future__ import annotations

import re

from .. import vocabulary
from . import cues, lists
from .clauses import framed

PASSIVE = re.compile(
    r"\s+(?:is|are|was|were|has\s+been|have\s+been|being)\s+(?P<adverb>(?:also\s+|\w+ly\s+)?)"
    r"(?P<verb>outperformed|beaten|surpassed|exceeded)\b",
    re.I,
)
ACTIVE = {"outperformed": "outperforms", "beaten": "beats", "surpassed": "surpasses", "exceeded": "exceeds"}
TRAINED_ON = r"(?:(?:first\s+)?(?:intermediate[\s-](?:task\s+)?)?(?:training|fine-?tuning)\s+(?:first\s+)?on\s+)"
AGENT = re.compile(rf"\bby\s+(?:the\s+|a\s+)?{TRAINED_ON}?", re.I)
BEHIND = re.compile(r"(?:\s+first\b)?(?:\s+(?:with|plus|\+|and)\s+MLM\b)?")
ALL_AT_ONCE = re.compile(cues.ALL_AT_ONCE, re.I)
# What may stand behind the one that outperforms; 'and', a comma or a further noun would make it another one.
REST = re.compile(r"\s*$|\s+(?:in|on|by|for|across|at|over)\b")
# Of which of both it holds is not clear.
TIED = re.compile(r"\b(?:when|after|before|if|which|who|where)\b", re.I)
NAMES = (vocabulary.TASK, vocabulary.MODEL, vocabulary.SYSTEM)
SMALL = re.compile(r"^(?:Training|Fine|Intermediate|First|The|A|No|Multi|All|Joint)\b")


def active(text: str) -> str:
    """The statement in the active voice; as it stands where it has no such passive, or not for certain one that acts."""
    match = PASSIVE.search(text)
    frame_rest = framed(text) if match else None
    if match is None or frame_rest is None:
        return text
    frame, below = frame_rest[0], text[len(frame_rest[0]) : match.start()]
    if not below.strip() or "," in below:
        return text
    body, stop = (text[:-1], ".") if text.endswith(".") else (text, "")
    for by in AGENT.finditer(body, match.end()):
        end = _agent(body, by.end())
        if not end or not REST.match(body, end) or TIED.search(body, match.end()) or body[match.end() : by.start()].count(","):
            continue
        above, rest = body[by.start() + len("by") : end].strip(), body[match.end() : by.start()].rstrip() + body[end:]
        lower = below[:1].lower() + below[1:] if SMALL.match(below) else below
        return f"{frame}{above} {match['adverb']}{ACTIVE[match['verb'].lower()]} {lower}{rest}{stop}"
    return text


def _agent(text: str, start: int) -> int:
    """Where the one name ends that starts here; 0 where none does, or where it is one of several."""
    if together := ALL_AT_ONCE.match(text, start):
        return _behind(text, together.end())
    named = [one for one in lists.names(text) if one.start == start and one.kind in NAMES]
    if not named or any(run[0].start == start for run in lists.runs(text, lists.names(text))):
        return 0
    return _behind(text, named[0].end)


def _behind(text: str, end: int) -> int:
    match = BEHIND.match(text, end)
    return match.end() if match else end
