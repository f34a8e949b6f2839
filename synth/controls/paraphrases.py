"""True paraphrases: the claim in other words, as true as it was. Its assertions stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from .. import vocabulary
from ..english.numbers import numbers
from ..records import Claim, Twin
from . import words
from .digits import SPELT
from .edits import Edit, choose, edited
from .meanings import denied, finite

KIND = "paraphrase"
PADDING = ("According to the paper, {}", "As the authors report, {}", "The paper finds that {}", "In this work, {}")
# Another spelling of the same thing, by id.
ALIASES = {
    "squad1": "SQuAD v1.1", "squad2": "SQuAD 2.0", "mnli": "MultiNLI", "qqp": "Quora Question Pairs", "cosmosqa": "CosmosQA",
    "csqa": "CSQA", "ccg": "CCGbank", "xnli": "XNLI", "udpos": "POS tagging", "panx": "WikiAnn", "tydiqa": "TyDi QA",
    "bucc2018": "BUCC 2018", "pawsx": "PAWSX", "accuracy": "acc.", "em": "exact match", "average": "mean",
    "FacebookAI/xlm-roberta-large": "XLM-RoBERTa Large", "dev": "validation set",
}  # fmt: skip
CONTEXT = (
    r"(?:on|in|across) (?:the )?(?:(?!(?:in|on|of|from|for|and)\b)[\w-]+ ){0,3}(?:sets?|settings?|domains?|benchmark|corpus)"
)
LAST = re.compile(rf"^(?P<body>.{{15,}}?),? (?P<context>{CONTEXT})(?P<end>\.?)$", re.S)
FIRST = re.compile(rf"^(?P<context>{CONTEXT}),? (?P<body>[^,]{{15,}}?)(?P<end>\.?)$", re.S | re.I)
UP, DOWN = r"raises|increases|improves|boosts", r"lowers|decreases|reduces|worsens"
BY = re.compile(
    rf"^(?P<who>.+?) (?P<verb>{UP}|{DOWN}) (?P<what>.+?) by "
    r"(?P<much>(?:about |nearly |more than )?[\d.,]+ (?:\w+ )?points)(?P<rest>\b.*)$",
    re.S,
)
AN = re.compile(r"\ban? (?P<what>improvement|gain|increase|rise|reduction|decrease|drop|loss) of (?P<much>[\d.]+) points\b")
BEATS = re.compile(r"^(?P<a>[^,;:]{2,80}?) outperforms (?P<b>[^,;:]{2,80}?)(?P<rest>(?: (?:on|in|by|for|at) .*)?\.?)$", re.S)
DECAPITAL = re.compile(
    r"(?:The|A|An|In|On|Our|Their|This|These|We|It|All|Most|Some|Each|Only|Using|Both|No|Experiments?|Intermediate\S*|Multi-task|Full|There"
    r"|Structured|[A-Z][a-z]+ing)\b"
)  # fmt: skip


def paraphrased(claim: Claim) -> Iterator[Twin]:
    """The claim with other words in the place of some, in another order, with neutral words added, in the passive."""
    text = claim.text
    for changed, made in (
        ("a synonym", _synonym(text)),
        ("another name", _renamed(text)),
        ("a number word", _spelt(text)),
        ("word order", _moved(text)),
        ("the form of the number", _formed(text)),
        ("passive", _passive(text)),
        ("neutral words", _padded(text)),
    ):
        if made and made != text:
            yield Twin(made, KIND, changed, False, claim.asserts)


def _synonym(text: str) -> str:
    names = [(one.start, one.end) for one in vocabulary.mentions(text)]
    for start, end, new in words.occurrences(text, words.SAME):
        verb = re.compile(r"\w+").match(text, start)
        noun = text[start:end].lower() in words.BASE and verb and not finite(text, verb)
        if not noun and new.lower()[:4] not in text.lower() and not any(low < end and start < high for low, high in names):
            return _articles(edited(text, [Edit(start, end, new)]))
    return ""


def _articles(text: str) -> str:
    """'a improvement', 'an gain': the article that the word behind it wants."""
    text = re.sub(r"\b([Aa]) (?=[aeio]\w)(?!one\b)", r"\1n ", text)
    return re.sub(r"\b([Aa])n (?=[bcdfgjklmnpqrstvwxyz]\w+\b)(?!hour|honest)", r"\1 ", text)


def _renamed(text: str) -> str:
    for one in vocabulary.mentions(text):
        new = ALIASES.get(one.name.id, "")
        if one.near or not new or vocabulary.key(new) == vocabulary.key(one.text):
            continue
        if one.name.id == "average" and one.text != "average":
            continue
        if one.name.id == "dev":
            if one.text.lower() not in ("development set", "dev set", "development sets", "dev sets"):
                continue
            new += "s" * one.text.endswith("s")
        if one.name.kind == vocabulary.TASK and one.name.id == "udpos" and one.text != "POS":
            continue
        return _articles(edited(text, [Edit(one.start, one.end, new)]))
    return ""


def _spelt(text: str) -> str:
    known = {word: str(size) for size, word in SPELT.items() if size > 1}
    for one in numbers(text):
        if one.text.lower() in known and one.unit:
            return edited(text, [Edit(one.start, one.end, known[one.text.lower()])])
        if (
            one.text.isdigit()
            and 1 < int(one.text) <= 12
            and one.unit not in ("", "points", "%", "times")
            and one.relation == "="
        ):
            return edited(text, [Edit(one.start, one.end, SPELT[int(one.text)])])
    return ""


def _moved(text: str) -> str:
    """'... on the development sets.' -> 'On the development sets, ...', and back."""
    found = LAST.match(text)
    if found and "," not in found["body"] and not re.search(r"\b(?:on|in|across|of|both|and|than|not)$", found["body"]):
        return f"{found['context'][:1].upper()}{found['context'][1:]}, {_inner(found['body'])}{found['end']}"
    if found := FIRST.match(text):
        body = found["body"]
        return f"{body[:1].upper()}{body[1:]} {found['context'][:1].lower()}{found['context'][1:]}{found['end']}"
    return ""


def _formed(text: str) -> str:
    """'raises it by 8.2 points' -> 'gives it an increase of 8.2 points'; 'a gain of 8.2 points' -> 'an 8.2-point gain'."""
    found = BY.match(text)
    if found and not denied(text, found.start("verb")):
        noun = "a reduction" if re.fullmatch(DOWN, found["verb"]) else "an increase"
        return f"{found['who']} gives {found['what']} {noun} of {found['much']}{found['rest']}"
    if found := AN.search(text):
        article = "an" if re.match(r"8|1[18](?!\d)", found["much"]) else "a"
        return edited(text, [Edit(found.start(), found.end(), f"{article} {found['much']}-point {found['what']}")])
    return ""


def _passive(text: str) -> str:
    if found := BEATS.match(text):
        return f"{found['b'][:1].upper()}{found['b'][1:]} is outperformed by {_inner(found['a'])}{found['rest']}"
    found = BY.match(text)
    if not found or denied(text, found.start("verb")) or not found["what"].startswith(("the ", "its ", "our ")):
        return ""
    done = found["verb"].removesuffix("s").removesuffix("e").removesuffix("er") + ("ered" if found["verb"] == "lowers" else "ed")
    who, what = found["who"].rstrip(", "), found["what"][:1].upper() + found["what"][1:]
    return f"{what} is {done} by {found['much']} by {_inner(who)}{found['rest']}"


def _padded(text: str) -> str:
    return choose(PADDING, text).format(_inner(text))


def _inner(text: str) -> str:
    """A sentence, or its beginning, for the middle of another one; names keep their capitals."""
    return text[:1].lower() + text[1:] if DECAPITAL.match(text) else text
