"""Which words are the verb of a clause: enough of English to tell 'X improves' from 'large improvements of X'."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass

from .. import vocabulary
from . import cues
from .before import before as right_before

REGULAR = (
    "improve yield show reach outperform perform achieve exceed surpass benefit obtain attain contain include consist follow "
    "investigate examine evaluate cover remain transfer provide produce degrade decline suffer match fail propose present "
    "introduce comprise require allow enable vary range differ depend correlate observe report appear seem tend serve lack "
    "underperform widen continue stay help gain raise reduce decrease increase boost drop hurt score use study lead cause result "
    "test work need aim add narrow close train span enhance strengthen worsen deteriorate harm lower compare apply consider "
    "select choose measure demonstrate indicate confirm suggest employ adopt combine support equal extend deliver fine-tune "
    "finetune pre-train pretrain"
).split()
IRREGULAR = {
    "give": "gives gave", "get": "gets got", "see": "sees saw", "bring": "brings brought", "fall": "falls fell",
    "rise": "rises rose", "find": "finds found", "become": "becomes became", "make": "makes made", "take": "takes took",
    "keep": "keeps kept", "beat": "beats beat", "lead": "leads led", "do": "does did", "win": "wins won", "lose": "loses lost",
    "go": "goes went", "drop": "drops dropped", "hurt": "hurts hurt", "study": "studies studied", "apply": "applies applied",
    "vary": "varies varied", "span": "spans spanned", "transfer": "transfers transferred", "reach": "reaches reached",
    "match": "matches matched", "surpass": "surpasses surpassed", "choose": "chooses chose", "know": "knows knew",
    "come": "comes came", "hold": "holds held",
}  # fmt: skip
BE = (
    "is are was were has have had will would can could may might must should does do did isn't aren't wasn't weren't doesn't "
    "don't didn't"
).split()
SINGULAR = {"are": "is", "were": "was", "have": "has", "do": "does", "don't": "doesn't", "aren't": "isn't"}
# Words that are nouns as often as verbs: they count as verbs only behind a name, a pronoun or 'training'.
NOUNS = frozenset(
    "benefit gain raise reduce decrease increase boost drop hurt score use study lead cause result test work need aim add help "
    "range close train span match transfer report show yield decline lack support fall rise beat win cover present harm lower "
    "found trained used combined selected proposed adopted chosen applied compared made held obtained evaluated reported tested "
    "led introduced required produced given considered".split()
)
DETERMINED = re.compile(
    r"(?:\b(?:a|an|the|of|in|on|for|with|by|to|and|or|no|any|our|its|their|these|those|this|large|small|average|consistent|further"
    r"|substantial|significant|dramatic|performance|target|score|point|points|big|slight|clear|mean|final|best|all|some|many|most"
    r"|more|less|few|such|from|as|than|while|over|task)|\d|%)\s+$",
    re.I,
)
BEHIND = re.compile(
    r"(?:\b(?:we|they|it|training|fine-?tuning|that|which|them|model|models|tasks|task|languages|baseline|not|also)\s+)$", re.I
)


ALL_AT_ONCE = re.compile(rf"\b{cues.ALL_AT_ONCE}(?:\s+first)?\s+$", re.I)


@dataclass(frozen=True)
class Verb:
    """A finite verb at `text[start:end]`: its plain form, and whether it goes with one ('improves') or several."""

    start: int
    end: int
    base: str
    single: bool
    past: bool = False


@functools.cache
def _table() -> dict[str, tuple[str, bool, bool]]:
    """Every finite form with its plain form, singular, past."""
    found: dict[str, tuple[str, bool, bool]] = {}
    for base in [*REGULAR, *IRREGULAR]:
        single, past = IRREGULAR.get(base, "").split() or (base + "s", base + ("d" if base.endswith("e") else "ed"))
        found[past] = base, True, True
        found[single] = base, True, False
        found[base] = base, False, False
    return found


@functools.cache
def _pattern() -> re.Pattern[str]:
    words = sorted([*_table(), *BE], key=len, reverse=True)
    return re.compile(rf"(?<![\w-])(?:{'|'.join(words)})(?![\w-])", re.I)


@functools.lru_cache(maxsize=1 << 12)
def finite(text: str) -> tuple[Verb, ...]:
    """The finite verbs of a text; those of relative clauses ('tasks that have no data') are not its own and left out."""
    found = list[Verb]()
    for match in _pattern().finditer(text):
        word, before = match[0].lower().replace("\u2019", "'"), right_before(text, match.start())
        if re.search(r"\b(?:that|which|who|whose|to)\s+(?:\w+ly\s+)?$", before, re.I):
            continue
        base, single, past = _table().get(word, (word, word not in SINGULAR, False))
        if word in BE:
            found.append(Verb(match.start(), match.end(), word, single, past))
        elif base in NOUNS or word in NOUNS or (not single and not past) or past:
            subject = BEHIND.search(before) or _named(before)
            # '8.2 points' has a number before it, 'SQuAD v1.1 yields' a name.
            figure = before.rstrip()[-1:].isdigit() and _named(before)
            if not subject or (DETERMINED.search(before) and not BEHIND.search(before) and not figure):
                continue
            found.append(Verb(match.start(), match.end(), base, single, past))
        elif not before.strip() or re.search(r"\b(?:the|a|an|of|large)\s+$", before):
            continue
        else:
            found.append(Verb(match.start(), match.end(), base, single, past))
    return tuple(found)


def _named(before: str) -> bool:
    """Whether a name of the vocabulary, or what looks like one, stands right before; 'first' may stand between."""
    if ALL_AT_ONCE.search(before):
        return True
    words = re.sub(r"\s+(?:first|jointly)\s+$", " ", before).split()
    if not words or not before[-1].isspace():
        return False
    last, two = (" ".join(words[-length:]).strip("()*\"'") for length in (1, 2))
    capitals = sum(one.isupper() for one in last) >= 2
    return capitals or any(vocabulary.find(name) for name in (last, two)) or bool(re.search(r"\)\s+$", before))


def third(base: str, single: bool) -> str:
    """The present of a verb: improve, improves; are, is."""
    if not single:
        return base
    if base in BE:
        return SINGULAR.get(base, base)
    return IRREGULAR[base].split()[0] if base in IRREGULAR else base + "s"


def plain(participle: str) -> str:
    """The plain form of 'improving'; empty for a word that is not known to be one."""
    stem = participle.lower().removesuffix("ing")
    for base in (stem, stem + "e", stem[:-1] if stem[-2:-1] == stem[-1:] else stem):
        if base in REGULAR or base in IRREGULAR:
            return base
    return ""
