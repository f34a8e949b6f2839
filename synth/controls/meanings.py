"""The claim turned into its opposite: direction, negation, quantifier, and the sides of a comparison."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from ..records import Assertion, Claim, Twin
from . import words
from .edits import Asserts, Edit, changed, twin

DIRECTION, NEGATION, QUANTIFIER, SWAPPED = "direction", "negation", "quantifier", "swapped"
ENOUGH = 2
HAVE = {"has": "does", "have": "do", "had": "did"}
FLIPPED = {"each": "none", "most": "none", "some": "none", "none": "each"}
# Of a number with the other sign: a loss of more than 5 is a gain of less than -5.
MIRRORED = {"more than": "less than", "less than": "more than", "at least": "at most", "at most": "at least"}
# 'does not see' -> 'does see'; 'is not' -> 'is'; 'have no training data' -> 'have training data'.
NOT = re.compile(r"\b(is|are|was|were|has|have|had|can|could|may|might|will|would|should|does|do|did)(?:\s+not\b|n't\b)", re.I)
CANNOT = re.compile(r"\bcannot\b|\bcan't\b", re.I)
NO = re.compile(
    r"\b(has|have|had|sees?|saw|brings?|brought|gives?|gave|shows?|showed|with|is|are|was|were)\s+no\s+(?!longer|more|less)", re.I
)
PARTICIPLE = re.compile(
    r"\s+(?:\w+ly\s+)?(?:been|\w+ed|(?!ten\b|seven|eleven|even\b)\w+en|shown|found|led|had|made|become)\b", re.I
)
ANY = re.compile(r"\bany\b")
NEVER = re.compile(r"\bnever\s+", re.I)
ARE = re.compile(rf"(?<![\w-])(?:{'|'.join(words.AUXILIARIES)})(?![\w-])", re.I)
CLAUSE = r"\b(?:that|which|who|whose|where|when|whether|if|as|how|what|to)\s+"
RELATIVE, OF_RELATIVE = re.compile(rf"{CLAUSE}(?:\w+\s+){{0,2}}$", re.I), re.compile(rf"{CLAUSE}(?:\w+\s+)?$", re.I)
NOUNS = frozenset(
    "gain gains increase increases decrease decreases benefit benefits use uses study studies show shows reach drop drops rise "
    "rises fall falls yield yields score scores".split()
)
PLAIN = re.compile(r"The|A|An|Our|Their|Models?|Results?|Multilingual|Intermediate|[A-Z][a-z]+ing")
COMPARED = re.compile(
    r"^(?P<a>(?!(?:there|it|this|that|these|those|we|they)\b)[^,;:]{2,90}?)\s+"
    r"(?P<verb>(?:(?:consistently|clearly|also|often|slightly|far)\s+)?(?:out|under)performs?(?:ed)?|(?:surpass|exceed|trail|beat)(?:s|es|ed)?"
    r"|(?:is|are|was|were|(?:should|can|must) be) preferred (?:over|to)"
    r"|(?:is|are|was|were|has|have|had|gives?|gave|yields?|yielded|reach(?:es|ed)?|contains?|contained|achieves?|achieved|performs?|performed|covers?|covered|needs?|needed)\s+(?:\S+\s+){0,8}?than)\s+"
    r"(?P<b>[^,;:]{2,90}?)(?P<rest>(?:\s+(?:on|in|by|for|at|over|across|after|during)\s.*|,.*|;.*)?[.]?)$",
    re.I | re.S,
)  # fmt: skip


def turned(claim: Claim) -> Iterator[Twin]:
    """Twins with a word of direction turned round: raises -> lowers, higher -> lower, best -> worst, at least -> less than."""
    made, taken = 0, list[tuple[int, int]]()
    for name, table in words.OPPOSITES.items():
        for start, end, new in words.occurrences(claim.text, table):
            if any(start < high and low < end for low, high in taken) or (name != "bound" and denied(claim.text, start)):
                continue
            taken.append((start, end))
            if name == "bound" and not re.match(r"\s+(?:about\s+)?[\d~]", claim.text[end:]):
                continue
            asserts = _turned(claim.asserts, name)
            if claim.asserts and asserts is None and name == "bound":
                continue
            yield twin(claim, DIRECTION, [Edit(start, end, new)], asserts)
            made += 1
            if made == ENOUGH:
                return


def _turned(asserts: Asserts, name: str) -> Asserts | None:
    """The assertions the other way round; None where they have no way to say it."""

    def one(of: Assertion) -> Assertion | None:
        if name == "bound":
            return replace(of, relation=words.OPPOSITE_RELATION[of.relation]) if of.relation in words.OPPOSITE_RELATION else None
        if of.kind == "greater" and name != "top":
            return exchanged(of)
        if of.kind == "gain" and name == "change":
            return replace(of, value=_negative(of.value), relation=MIRRORED.get(of.relation, of.relation))
        if of.kind == "sign" and name != "top":
            return replace(of, direction="down" if of.direction == "up" else "up")
        return None

    if name == "top" and any(of.kind == "best" for of in asserts):
        return None
    return changed(asserts, one)


def _negative(value: str) -> str:
    return value[1:] if value[:1] in "-\u2212" else f"-{value.removeprefix('+')}"


def exchanged(of: Assertion) -> Assertion:
    """The two systems of a comparison in each other's place."""
    return replace(of, intermediate=of.rival, mlm=of.rival_mlm, intermediate_languages=of.rival_languages, rival=of.intermediate,
                   rival_mlm=of.mlm, rival_languages=of.intermediate_languages)  # fmt: skip


def denied(text: str, start: int) -> bool:
    """'does not improve' -> 'does not worsen' would be no opposite."""
    return bool(
        re.search(r"(?:\bnot|n't|\bno|\bnever|\bwithout|\bneither|\bnor|\bnone|\bhardly)\b[^.;:]{0,40}$", text[:start], re.I)
    )


def negated(claim: Claim) -> Iterator[Twin]:
    """The claim denied, or its denial taken away."""
    text = claim.text
    for pattern in (NOT, CANNOT, NO, NEVER):
        if found := pattern.search(text):
            new = {CANNOT: "can", NEVER: ""}.get(pattern) or (found[1] if pattern in (NOT, NO) else "")
            edits = [Edit(found.start(), found.end(), f"{new} " if pattern is NO else new)]
            edits += [Edit(one.start(), one.end(), "some") for one in ANY.finditer(text, found.end())]
            yield twin(claim, NEGATION, edits, _denial(claim.asserts))
            return
    edit = _not(text)
    if edit is None:
        first = text[:1].lower() + text[1:] if re.match(r"[A-Z][a-z]+\s", text) else text
        yield Twin(f"It is not true that {first}", NEGATION, "It is not true that", True, _denial(claim.asserts) or ())
        return
    yield twin(claim, NEGATION, [edit], _denial(claim.asserts), f"{text[edit.start : edit.end]} -> {edit.new}")


def _not(text: str) -> Edit | None:
    """Where a 'not' belongs: behind the first auxiliary of the main clause, or before its verb."""
    first = next((one for one in ARE.finditer(text) if not RELATIVE.search(text[: one.start()])), None)
    verbs = words.pattern(tuple(words.BASE)).finditer(text)
    verb = next((one for one in verbs if not OF_RELATIVE.search(text[: one.start()]) and finite(text, one)), None)
    if verb and (first is None or verb.start() < first.start()):
        base, does = words.BASE[verb[0].lower()]
        return Edit(verb.start(), verb.end(), f"{does} not {base}")
    if first is None or (verb is None and re.match(r"\s+(?:been|\w+ing)\b", text[first.end() :]) and first.start() > 60):
        return None
    aid = HAVE.get(first[0].lower())
    if aid and not PARTICIPLE.match(text, first.end()):
        return Edit(first.start(), first.end(), f"{aid} not have")
    return Edit(first.start(), first.end(), f"{first[0]} not")


def finite(text: str, verb: re.Match[str]) -> bool:
    """Whether a verb is that of a clause: not a noun ('the gains'), no participle ('the trained model'), no infinitive."""
    before = text[: verb.start()].rstrip()
    last = re.search(r"(\S+)$", before)
    if not last or re.search(
        r"(?i)\b(?:the|a|an|this|these|our|its|their|of|no|to|by|and|in|on|with|for|from|any|some|many|as|[\d.]+)$", last[1]
    ):
        return False
    if re.search(r"[,(\-\u2014]$", before) or re.match(r"-", text[verb.end() :]):
        return False
    # 'average gains in': a noun, for it has a preposition behind it.
    return not (verb[0].lower() in NOUNS and re.match(r"\s+(?:of|in|from|over|on|for)\b", text[verb.end() :]))


def _denial(asserts: Asserts) -> Asserts | None:
    """What an assertion's denial asserts, where the language has it."""
    if len(asserts) != 1:
        return None
    of = asserts[0]
    if of.kind == "greater":
        return (exchanged(of),)
    if of.kind == "sign" and of.quantifier in ("some", "none"):
        return (replace(of, quantifier=FLIPPED[of.quantifier] if of.quantifier == "some" else "some"),)
    return None


def requantified(claim: Claim) -> Iterator[Twin]:
    """Another quantifier, one that the claim's own excludes: all -> no, most of -> none of, never -> always."""
    asserts = claim.asserts
    if asserts and not any(one.kind == "sign" for one in asserts):
        return
    for pattern, new in words.QUANTIFIERS:
        found = pattern.search(claim.text)
        if not found or denied(claim.text, found.start()) or _named(claim.text, found):
            continue
        made = changed(asserts, lambda of: replace(of, quantifier=FLIPPED[of.quantifier]) if of.kind == "sign" else None)
        yield twin(claim, QUANTIFIER, [Edit(found.start(), found.end(), words.cased(new, found[0]))], made)
        return


def _named(text: str, found: re.Match[str]) -> bool:
    """'up to 40 languages for each task', 'no longer': not what the sentence quantifies over."""
    return bool(re.search(r"\b(?:for|at|than|the|and)\s+$", text[: found.start()])) or bool(
        re.match(r"\s+(?:other|longer)\b", text[found.end() :])
    )


def swapped(claim: Claim) -> Iterator[Twin]:
    """The systems of a comparison in each other's place."""
    asserts = claim.asserts
    if asserts and not any(one.kind == "greater" for one in asserts):
        return
    found = COMPARED.match(claim.text)
    if not found or _plain(found["a"]) == _plain(found["b"]) or re.match(r"(?i)(?:that|those) of\b", found["b"]):
        return
    if re.match(r"(?i)\s*[\d.,]+(?:[MKB%]|\s|$)", found["b"]):
        return
    edits = [Edit(*found.span("a"), found["b"]), Edit(*found.span("b"), _lower(found["a"], found["b"]))]
    yield twin(claim, SWAPPED, edits, changed(asserts, lambda of: exchanged(of) if of.kind == "greater" else None),
               f"{found['a']} <-> {found['b']}")  # fmt: skip


def _plain(text: str) -> str:
    return re.sub(r"\W+", " ", text).strip().lower()


def _lower(text: str, like: str) -> str:
    """A phrase from the start of a sentence, for its middle: names keep their capitals."""
    first = re.split(r"[\s-]", text, maxsplit=1)[0]
    return text[:1].lower() + text[1:] if PLAIN.fullmatch(first) or first.lower() in like.split() else text
