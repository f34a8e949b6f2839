"""English stems by the rules of Porter's second stemmer, so that 'improves' and 'improvement' are found by one another."""

from __future__ import annotations

import functools
import re

VOWELS = "aeiouy"
DOUBLE = re.compile(r"(bb|dd|ff|gg|mm|nn|pp|rr|tt)$")
AFTER_LI = frozenset("cdeghkmnrt")
WHOLE = {
    "skis": "ski", "skies": "sky", "idly": "idl", "gently": "gentl", "ugly": "ugli", "early": "earli", "only": "onli",
    "singly": "singl", "sky": "sky", "news": "news", "howe": "howe", "atlas": "atlas", "cosmos": "cosmos", "bias": "bias",
    "andes": "andes",
}  # fmt: skip
KEPT = frozenset("evening inning outing canning herring earring proceed exceed succeed".split())
SECOND = (
    ("ization", "ize"), ("ational", "ate"), ("fulness", "ful"), ("ousness", "ous"), ("iveness", "ive"), ("tional", "tion"),
    ("biliti", "ble"), ("lessli", "less"), ("entli", "ent"), ("ation", "ate"), ("alism", "al"), ("aliti", "al"),
    ("ousli", "ous"), ("iviti", "ive"), ("fulli", "ful"), ("enci", "ence"), ("anci", "ance"), ("abli", "able"),
    ("izer", "ize"), ("ogist", "og"), ("ator", "ate"), ("alli", "al"), ("bli", "ble"), ("ogi", "og"), ("li", ""),
)  # fmt: skip
THIRD = (
    ("ational", "ate"), ("tional", "tion"), ("alize", "al"), ("icate", "ic"), ("iciti", "ic"), ("ative", ""), ("ical", "ic"),
    ("ness", ""), ("ful", ""),
)  # fmt: skip
FOURTH = ("ement", "ance", "ence", "able", "ible", "ment", "ant", "ent", "ism", "ate", "iti", "ous", "ive", "ize", "ion", "al",
          "er", "ic")  # fmt: skip


@functools.lru_cache(maxsize=200_000)
def stem(word: str) -> str:
    """The stem of a word in lower case. Words of two letters, and what has no plain Latin letters, stay as they are."""
    if len(word) < 3 or not word.isascii() or any(one.isdigit() for one in word):
        return word
    word = word.lstrip("'")
    if word in WHOLE:
        return WHOLE[word]
    word = _consonant_y(word)
    first, second = _regions(word)
    word = _plural(re.sub(r"('s'?|')$", "", word))
    if word in KEPT:
        return word
    word = _past(word, first)
    if len(word) > 2 and word[-1] in "yY" and word[-2] not in VOWELS:
        word = word[:-1] + "i"
    word = _replaced(word, SECOND, first)
    word = _third(word, first, second)
    word = _fourth(word, second)
    if word.endswith("e"):
        if len(word) > second or (len(word) > first and not _short(word[:-1])):
            word = word[:-1]
    elif word.endswith("l") and len(word) > second and word[-2:-1] == "l":
        word = word[:-1]
    return word.lower()


def _consonant_y(word: str) -> str:
    """A y that is no vowel, written large."""
    return re.sub(r"(^|(?<=[aeiouy]))y", "Y", word)


def _regions(word: str) -> tuple[int, int]:
    """Where the two parts begin in which suffixes are looked for."""
    opening = re.match(r"gener|commun|arsen|past|univers|later|emerg|organ|inter", word)
    first = opening.end() if opening else _after(word, 0)
    return first, _after(word, first)


def _after(word: str, start: int) -> int:
    found = re.search(r"[aeiouy][^aeiouy]", word[start:])
    return start + found.end() if found else len(word)


def _short(word: str) -> bool:
    """Whether a word ends in a short syllable: 'rap', 'trap', 'ow', not 'uproot' or 'bestow'."""
    if word == "past":
        return True
    return bool(re.search(r"[^aeiouy][aeiouy][^aeiouywxY]$", word) or re.fullmatch(r"[aeiouy][^aeiouy]", word))


def _plural(word: str) -> str:
    if word.endswith("sses"):
        return word[:-2]
    if word.endswith(("ied", "ies")):
        return word[:-2] if len(word) > 4 else word[:-1]
    if word.endswith("s") and not word.endswith(("us", "ss")) and re.search(r"[aeiouy]", word[:-2]):
        return word[:-1]
    return word


def _past(word: str, first: int) -> str:
    for ending in ("eedly", "eed"):
        if word.endswith(ending):
            return word[: len(word) - len(ending)] + "ee" if len(word) - len(ending) >= first else word
    for ending in ("ingly", "edly", "ing", "ed"):
        if not word.endswith(ending):
            continue
        rest = word[: -len(ending)]
        if not re.search(r"[aeiouy]", rest):
            return word
        if ending == "ing" and re.fullmatch(r"[^aeiouy]y", rest):
            return rest[:-1] + "ie"  # dying, lying
        if rest.endswith(("at", "bl", "iz")):
            return rest + "e"
        if DOUBLE.search(rest):
            return rest if re.fullmatch(r"[aeo](.)\1", rest) else rest[:-1]
        if len(rest) <= first and _short(rest):
            return rest + "e"
        return rest
    return word


def _replaced(word: str, endings: tuple[tuple[str, str], ...], first: int) -> str:
    for ending, instead in endings:
        if word.endswith(ending):
            at = len(word) - len(ending)
            letter = word[at - 1 : at]
            barred = (ending == "ogi" and letter != "l") or (ending == "li" and letter not in AFTER_LI)
            return word if at < first or barred else word[:at] + instead
    return word


def _third(word: str, first: int, second: int) -> str:
    for ending, instead in THIRD:
        if word.endswith(ending):
            at = len(word) - len(ending)
            return word if at < first or (ending == "ative" and at < second) else word[:at] + instead
    return word


def _fourth(word: str, second: int) -> str:
    for ending in FOURTH:
        if word.endswith(ending):
            at = len(word) - len(ending)
            return word if at < second or (ending == "ion" and word[at - 1 : at] not in ("s", "t")) else word[:at]
    return word
