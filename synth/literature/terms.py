"""Words: how titles and abstracts are compared, and how a query is written once for all databases.

A query is groups of phrases: each group has to be met, by any of its phrases. `(XLM-R OR mBERT) "zero-shot"` is two groups.
"""

from __future__ import annotations

import functools
import re
import unicodedata
from collections.abc import Iterable, Sequence

from replicate.problems import Problem

Groups = tuple[tuple[str, ...], ...]

# What a question is full of and what says nothing about its subject.
_EMPTY = frozenset(
    """a about across after against all also an and any are as at be been before being better between both but by can compared
    could degree different do does done during each effect effects evaluate evaluated examine examined extent for from had has
    have high how however if impact improve improves improved in influence instead into is it its itself large less like made
    make makes may more most much no not of on one only or other our over paper performance perform performs quality question
    rather research result results same several should show shows since so some such than that the their them then there these
    they this those through to two under up use used using varies vary very via was we were what when where whether which while
    who whose why will with within without would""".split()
)
_MARKUP = re.compile(r"\\[A-Za-z]+\s*|[{}$]")
_WORD = re.compile(r"[^\W_]+")
_TOKEN = re.compile(r'\s*(?:"([^"]*)"|([()])|([^\s()"]+))')


def plain(text: str) -> str:
    """One line without LaTeX's braces and commands, in one form of each character."""
    return " ".join(_MARKUP.sub("", unicodedata.normalize("NFKC", text)).split())


def title_key(title: str) -> str:
    """Letters and digits alone, in lower case: the same for all spellings of a title."""
    return "".join(_WORD.findall(plain(title).casefold()))


@functools.lru_cache(maxsize=1 << 14)
def words(text: str) -> tuple[str, ...]:
    """The words of a text in order, in lower case, plurals as singulars; a hyphen parts words."""
    return tuple(_single(word) for word in _WORD.findall(plain(text).casefold()))


def _single(word: str) -> str:
    if len(word) > 4 and word.endswith("ies"):
        return word[:-3] + "y"
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith(("ss", "us", "is")) else word


def content_words(text: str) -> tuple[str, ...]:
    """The words that say what a text is about, each once, in order."""
    plain_words = (word for word in _WORD.findall(plain(text).casefold()) if word not in _EMPTY and len(word) > 1)
    return tuple(dict.fromkeys(_single(word) for word in plain_words))


def within(phrase: str, text: str) -> bool:
    """Whether the words of a phrase follow each other in a text."""
    wanted, there = words(phrase), words(text)
    size = len(wanted)
    return bool(size) and any(there[at : at + size] == wanted for at in range(len(there) - size + 1))


def first_within(phrases: Iterable[str], text: str) -> str:
    """The first of the phrases that the text has; empty if it has none."""
    return next((phrase for phrase in phrases if within(phrase, text)), "")


def parse(query: str) -> Groups:
    """The groups of a query: words and "quoted phrases" all have to be there; OR (or |) between two makes them a choice."""
    groups: list[list[str]] = []
    inside, choose, join = False, False, False

    def wrong(why: str) -> Problem:
        return Problem(f'query {query!r}: {why}; wanted: words, "a phrase", A OR B, (A OR B) AND C')

    at = 0
    text = query.strip()
    while at < len(text):
        found = _TOKEN.match(text, at)
        if not found:
            raise wrong("a quotation mark has no partner")
        at = found.end()
        phrase, bracket, word = found[1], found[2], found[3]
        if bracket == "(":
            if inside:
                raise wrong("brackets inside brackets")
            if choose:
                raise wrong("OR before a bracket")
            inside, join = True, False
            groups.append([])
        elif bracket == ")":
            if not inside or choose or not groups[-1]:
                raise wrong("a bracket that closes nothing")
            inside = False
        elif word in ("OR", "|"):
            if choose or join or not groups or not groups[-1]:
                raise wrong("OR needs something on both sides")
            choose = True
        elif word == "AND":
            if inside or choose or join or not groups:
                raise wrong("AND stands between groups, not inside one")
            join = True
        elif word == "NOT" or (word and word.startswith("-") and len(word) > 1):
            raise wrong("exclusions belong into the question's [search] table (exclude), where each is counted")
        else:
            said = " ".join((phrase if phrase is not None else word).split())
            if not words(said):
                raise wrong(f"{said!r} has no letters")
            if choose or inside:
                if inside and groups[-1] and not choose:
                    raise wrong("in brackets there is an OR between any two")
                groups[-1].append(said)
            else:
                groups.append([said])
            choose = join = False
    if inside or choose or join:
        raise wrong("it ends in the middle")
    if not groups:
        raise Problem("an empty query finds nothing")
    return tuple(tuple(dict.fromkeys(group)) for group in groups)


def written(groups: Groups, word: str = "{}", both: str = " AND ", either: str = " OR ", quote: bool = True) -> str:
    """The groups in a database's own language: how a phrase is written, and what stands between."""

    def one(phrase: str) -> str:
        bare = phrase.replace('"', " ").strip()
        return word.format(f'"{bare}"' if quote and not bare.isalnum() else bare)

    def group(phrases: Sequence[str]) -> str:
        made = either.join(one(phrase) for phrase in phrases)
        return f"({made})" if len(phrases) > 1 and len(groups) > 1 else made

    return both.join(group(phrases) for phrases in groups)
