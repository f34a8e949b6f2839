"""Scope: is the research question answered, and do the claims bear on it?

The words of the question say what is varied and what is looked at; words that every question of the field has tell nothing
apart and do not count, unless a question has no others. What a claim is about are its words and what its assertions
measure. A claim that nothing backs answers nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from ...records import MULTI, Assertion, Claim, Question, Verdict
from ..review import Mark, Rule
from ..scoring import Reviewer

if TYPE_CHECKING:
    from ...checks.hand import Hand

VARIED, SEEN, ANSWERED = "varied", "looked at", "answered"
RUBRIC = (
    Rule(VARIED, 4, "a backed claim is about what the question varies: the share of the question's words for it; nothing for "
                    "a claim without any of them, or without any for what is looked at"),
    Rule(SEEN, 2, "a backed claim is about what the question looks at: the share of the words for it, as above"),
    Rule(ANSWERED, 4, "these claims together name all that is asked: the share of its words", whole=True),
)  # fmt: skip
POINTS = {rule.id: rule.points for rule in RUBRIC}
BACKED = {"words": ("supported", "partly"), "tables": ("supported", "partly"), "replication": ("reproduced", "direction only")}
AGAINST = ("refuted", "not reproduced")
LEAST, ALIKE = 5, 0.55  # words are one word when they begin alike: so many letters, and that share of the longer one
EMPTY = frozenset(
    """a about above across after against all also among an and another any are as at base based baseline be been being below best
    better between both but by can compare compared conducted could count counted data dataset degree different do does
    during each effect effects evaluated extent far for from further give had has have high hold how if impact improve in
    influence instead into is it its keep large larger lead less level like made make makes matter measured more most mostly
    much no not of on once one only or other over own per rather result role same set should so some such than that the
    their then there these they this those time to trained two under up use used using vary versus via was well what when
    where whether which while who whose why will with within without would yield""".split()
)
COMMON = frozenset(
    """benchmark bert cross crosslingual english fine fine-tuning intermediate language lingual model multilingual performance
    pretrained score shot supplementary target task train training transfer tuning xlm-r xtreme zero zero-shot""".split()
)
CAUSES = "|".join(
    """improve change affect impact influence help raise reduce lower hurt increase decrease enhance shape determine predict alter
    make yield""".split()
)
ASKS = "can|could|do|does|will|would|how do|how does|to what extent do|to what extent does|whether"
PATTERNS = (  # what is varied, and what is looked at
    r"(?:impact|effect|influence|role|benefit)s? of (?P<varied>.+?) on (?P<seen>.+)",
    r"(?:impact|effect|influence|role|benefit)s? of (?P<varied>.+?) (?:in|for) (?P<seen>.+)",
    r"how (?:do|does|much do|much does) (?P<seen>.+?) (?:vary|change|differ) (?:when|with|if|under) (?P<varied>.+)",
    rf"(?:{ASKS}) (?P<seen>[^,]+?) (?:vary|change|differ)(?:,.*,)? (?:when|with|if|under) (?P<varied>.+)",
    rf"(?:{ASKS}) (?P<varied>.+?) (?:{CAUSES})s? (?P<seen>.+)",
)
OTHER = re.compile(r"\b(?:an)?other languages? than english\b|\blanguages? other than english\b|\bnon english\b")
SAME = dict.fromkeys(("several", "multiple", "multitask", "many", "simultaneously", "simultaneous"), "multi") | {
    "mean": "average"
}
TOKEN = re.compile(r"non-?\w+|\w+-\w\b|\w+")


@dataclass(frozen=True)
class Asked:
    """The words of a question that tell it from others: of what is varied, and of what is looked at."""

    varied: tuple[str, ...]
    seen: tuple[str, ...]


@lru_cache
def asked(question: str) -> Asked:
    """What a question varies and what it looks at; where its form is unknown, all of its words stand for both."""
    text = " ".join(question.casefold().split()).rstrip("?. ")
    for pattern in PATTERNS:
        if found := re.search(pattern, text):
            return Asked(_telling(found["varied"]), _telling(found["seen"]))
    return Asked(_telling(text), _telling(text))


def _telling(text: str) -> tuple[str, ...]:
    words = tuple(dict.fromkeys(word for word in _words(text) if word not in EMPTY and f"{word}s" not in EMPTY))
    return tuple(word for word in words if word not in COMMON) or words


def _words(text: str) -> tuple[str, ...]:
    """Words in lower case; XLM-R and non-English are one word each, other hyphens part words."""
    found = TOKEN.findall(OTHER.sub("non-english", text.casefold()))
    return tuple(SAME.get(word) or _single(word) for word in found if len(word) > 1 or word.isdigit())


def _single(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return f"{word[:-3]}y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def topics(claim: Claim) -> frozenset[str]:
    """What a claim is about: its own words, and those for what its assertions measure."""
    return frozenset(_words(claim.text)).union(*(_words(_measured(one)) for one in claim.asserts))


def _measured(of: Assertion) -> str:
    if of.kind in ("count", "size", "setup"):
        return ""
    said = ["zero-shot cross-lingual transfer performance score", of.target, of.metric]
    if of.intermediate or of.kind == "sign":
        languages = of.intermediate_languages
        said += ["intermediate task training", "english" if languages in ("", "en") else f"non-english {languages}"]
    said += ["mlm"] * of.mlm + ["multi-task multiple"] * (of.intermediate == MULTI) + ["compared"] * (of.kind == "greater")
    said += [of.model] + [of.method] * (of.method != "full") + ["languages"] * (of.across == "languages")
    return " ".join(said)


def share(wanted: Sequence[str], there: frozenset[str]) -> float:
    """The share of the wanted words that are there."""
    if not wanted:
        return 0.0
    return sum(one in there or any(_alike(one, other) for other in there) for one in wanted) / len(wanted)


@lru_cache(maxsize=1 << 16)
def _alike(one: str, other: str) -> bool:
    """Whether two words begin alike. mT5, F1 and XTREME-R are names: only they themselves are meant."""
    if one[:LEAST] != other[:LEAST] or not (one.isalpha() and other.isalpha()):
        return False
    same = next((at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), min(len(one), len(other)))
    return same >= LEAST and same >= ALIKE * max(len(one), len(other))


def bears(claim: Claim, question: str) -> bool:
    """Whether a claim is about half of what the question varies at least, and about something that it looks at."""
    wanted, about = asked(question), topics(claim)
    return share(wanted.varied, about) >= 0.5 and share(wanted.seen, about) > 0


def judge(question: Question, verdicts: Mapping[str, Verdict], hand: Hand) -> tuple[Mark, ...]:
    """A mark for each claim, and one for whether those that are backed answer the question together."""
    if not question.claims:
        return ()
    wanted = asked(question.question)
    about = {claim.id: topics(claim) for claim in question.claims}
    backed = {claim.id for claim in question.claims if claim.id in verdicts and _backed(verdicts[claim.id])}
    lost = {
        id for id, one in verdicts.items() if id not in backed and any(made.verdict in AGAINST for made in one.checks.values())
    }
    marks = [
        _mark(claim, question.question, wanted, about[claim.id], claim.id in backed, claim.id in lost)
        for claim in question.claims
    ]
    near = {id: words for id, words in about.items() if _touches(wanted, words)}
    return (*marks, _answered(wanted, near, backed, lost))


def _backed(verdict: Verdict) -> bool:
    return any(name in verdict.checks and verdict.checks[name].verdict in words for name, words in BACKED.items())


def _touches(wanted: Asked, about: frozenset[str]) -> bool:
    return share(wanted.varied, about) > 0 and share(wanted.seen, about) > 0


def _mark(claim: Claim, question: str, wanted: Asked, about: frozenset[str], backed: bool, lost: bool) -> Mark:
    names = {VARIED: wanted.varied, SEEN: wanted.seen}
    absent = {rule: [word for word in words if not share([word], about)] for rule, words in names.items()}
    lacks = " and ".join(f"what is {rule} ({', '.join(words)})" for rule, words in absent.items() if words)
    line = f"it does not name all of {lacks}" if lacks else "it names what is varied and what is looked at"
    if not _touches(wanted, about):
        return Mark(claim.id, "beside the question", line)
    earned = {rule: POINTS[rule] * share(words, about) for rule, words in names.items()}
    word = "to the point" if bears(claim, question) else "in part to the point"
    if not backed:
        line = f"{line}; {'a check refutes it' if lost else 'no check backs it'}"
        possible = 0.0 if lost else sum(earned.values())
        return Mark(claim.id, f"{word} but {'refuted' if lost else 'not backed'}", line, judged=False, possible=possible)
    return Mark(claim.id, word, line, earned)


def _answered(wanted: Asked, about: Mapping[str, frozenset[str]], backed: set[str], lost: set[str]) -> Mark:
    """What the claims that touch the question, and are backed, name of it together."""
    words = tuple(dict.fromkeys((*wanted.varied, *wanted.seen)))
    possible = POINTS[ANSWERED] * share(words, frozenset[str]().union(*(about[id] for id in about if id not in lost)))
    there = [id for id in about if id in backed]
    if not about:
        return Mark("", "not answered: every claim is beside the question", "no claim is about it")
    if not there:
        return Mark("", "no answer yet: nothing that bears on it is backed", "no check backs it", judged=False, possible=possible)
    named = frozenset[str]().union(*(about[id] for id in there))
    absent = [word for word in words if not share([word], named)]
    word = f"asked and not named: {', '.join(absent)}" if absent else "all that is asked is named"
    line = f"of {len(words)} words asked the backed claims ({', '.join(there)}) name {len(words) - len(absent)}"
    return Mark("", word, line, {ANSWERED: POINTS[ANSWERED] * share(words, named)})


REVIEWER = Reviewer("scope", "Is the research question answered, and do the claims bear on it?", RUBRIC, judge)
