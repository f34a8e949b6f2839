"""Answers to questions: F1 over words and exact match, by the three scorers of the field.

They differ in how an answer is normalised and in what an empty one is worth:
- SQuAD v1.1 (XQuAD and TyDiQA too, in all languages): ASCII punctuation and English articles go. Two answers of
  which nothing is left are an exact match, but no words in common, so F1 is 0. A question without a prediction is wrong.
- SQuAD v2: the same normal form; gold answers of which nothing is left do not count, and where none is left the
  answer is the empty one. Two empty answers have F1 1. A question without a prediction is left out of the mean.
- MLQA: Unicode punctuation goes, the articles of the answer's language, and Chinese characters are words.
"""

from __future__ import annotations

import re
import string
import unicodedata
from collections import Counter
from collections.abc import Callable, Sequence

from ..problems import Problem
from .scores import Parts, of

Answers = Sequence[Sequence[str]]
Guesses = Sequence[str | None]

ASCII_PUNCTUATION = frozenset(string.punctuation)
# MLQA's lists. Arabic is no list of words: its article is cut out wherever the two letters stand, inside words too.
ARTICLES: dict[str, str] = {
    "en": r"\b(?:a|an|the)\b",
    "es": r"\b(?:un|una|unos|unas|el|la|los|las)\b",
    "vi": r"\b(?:của|là|cái|chiếc|những)\b",
    "de": r"\b(?:ein|eine|einen|einem|eines|einer|der|die|das|den|dem|des)\b",
    "ar": "ال",
}
HAN = re.compile("([\u4e00-\u9fa5])")  # MLQA's range: characters of later Unicode blocks are not cut


def normalise(text: str) -> str:
    """SQuAD's normal form: lower case, no ASCII punctuation, no English articles, single spaces."""
    bare = "".join(letter for letter in text.lower() if letter not in ASCII_PUNCTUATION)
    return " ".join(re.sub(ARTICLES["en"], " ", bare).split())


def _punctuation(letter: str) -> bool:
    return letter in ASCII_PUNCTUATION or unicodedata.category(letter)[0] == "P"


def normalise_mlqa(text: str, language: str) -> str:
    """MLQA's normal form. Languages that MLQA has not are treated as Hindi, which has no articles."""
    bare = "".join(letter for letter in text.lower() if not _punctuation(letter))
    if language in ARTICLES:
        bare = re.sub(ARTICLES[language], " ", bare)
    if language == "zh":
        bare = HAN.sub(r" \1 ", bare)
    return " ".join(bare.split())


def _overlap(one: str, two: str) -> float:
    """F1 over the words of two normal forms, as bags; 0 where they share none."""
    ours, theirs = one.split(), two.split()
    same = sum((Counter(ours) & Counter(theirs)).values())
    return 2 * same / (len(ours) + len(theirs)) if same else 0.0


def _overlap_or_both_empty(one: str, two: str) -> float:
    return _overlap(one, two) if one and two else float(one == two)


def _best(answers: list[str], said: str, overlap: Callable[[str, str], float]) -> tuple[float, float]:
    """F1 and exact match against the best of the answers, all in normal form."""
    return max(overlap(said, answer) for answer in answers), float(said in answers)


def _parts(rows: Sequence[tuple[float, float] | None], missing: float) -> dict[str, Parts]:
    """`missing` is what a question without a prediction weighs in the mean."""
    found = [(0.0, 0.0, missing) if row is None else (*row, 1.0) for row in rows]
    return {"f1": of([(f1, weight) for f1, _, weight in found]), "em": of([(em, weight) for _, em, weight in found])}


def _answerable(gold: Answers, guess: Guesses, normal: Callable[[str], str]) -> dict[str, Parts]:
    for number, answers in enumerate(gold, 1):
        if not answers:
            raise Problem(f"question {number} has no answer; the scorers of SQuAD v1.1 and MLQA need at least one")
    return _parts(
        [
            None if said is None else _best([normal(answer) for answer in answers], normal(said), _overlap)
            for answers, said in zip(gold, guess, strict=True)
        ],
        missing=1,
    )


def squad1(gold: Answers, guess: Guesses) -> dict[str, Parts]:
    """SQuAD v1.1's F1 and exact match, one row a question. A guess of None is a missing one."""
    return _answerable(gold, guess, normalise)


def mlqa(gold: Answers, guess: Guesses, language: str) -> dict[str, Parts]:
    """MLQA's F1 and exact match in the language of the answers, one row a question."""
    return _answerable(gold, guess, lambda text: normalise_mlqa(text, language))


def squad2(gold: Answers, guess: Guesses) -> dict[str, Parts]:
    """SQuAD v2's F1 and exact match, one row a question; no answers means that the guess has to be empty."""
    return _parts(
        [
            None
            if said is None
            else _best([n for a in answers if (n := normalise(a))] or [""], normalise(said), _overlap_or_both_empty)
            for answers, said in zip(gold, guess, strict=True)
        ],
        missing=0,
    )
