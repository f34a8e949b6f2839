"""Monolingual text for masked language modelling, out of everything that lies in the folder.

Taken are, in this order: the passages of squad, xquad, mlqa and tydiqa; what xcopa and siqa tell; the sentences of udpos,
panx, xnli and pawsx; both sides of bucc2018 and tatoeba, each for its language. Training, dev and test files alike, but their
text alone: questions, answers, tags, labels and which sentences belong together are not looked at. Test files are taken
because for most languages there are no others, and because XLM-R has seen the same texts too (XQuAD, TyDiQA and PAN-X are
Wikipedia). Translations by machine are not taken.

Every passage and sentence comes once. Documents are of about the same length, whatever they were taken from: a passage is
divided at the ends of sentences, short sentences that follow each other are joined.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from hashlib import blake2b

from ...languages import PIVOT
from . import questions, retrieval, sentences
from .layout import Place, Tree, places

TASKS = ("squad1", "squad2", "xquad", "mlqa", "tydiqa", "xcopa", "siqa", "udpos", "panx", "xnli", "pawsx", "bucc2018", "tatoeba")
TEXTS: dict[str, Callable[[Place, str], Iterator[str]]] = {
    "squad": questions.passages,
    "tydiqa": questions.passages,
    "copa": questions.choice_texts,
    "siqa": questions.choice_texts,
    "tags": sentences.tag_texts,
    "wikiann": sentences.tag_texts,
    "conllu": sentences.conllu_texts,
    "pairs": sentences.pair_texts,
    "bucc": retrieval.texts,
    "aligned": retrieval.texts,
    "unpaired": retrieval.texts,
}
PASSAGES = ("squad", "tydiqa")
# Characters in a document: what fits into a hundred tokens, more or less. Chinese and Japanese say as much in a third.
LENGTH, DENSE_LENGTH, DENSE = 300, 100, ("ja", "zh")
END = re.compile(r"(?<=[.!?؟।॥])\s+|(?<=[。！？])")


def found(tree: Tree, language: str) -> tuple[Place, ...]:
    """The files that text of a language is taken from, in their order, none of them twice."""
    pairs = [(task, split) for task in TASKS for split in ("train", "dev", "test")]
    seen, taken = set[tuple[str, ...]](), []
    for task, split in pairs:
        # The English side of a pair lies with the other language.
        others = tree.languages if language == PIVOT and task in ("bucc2018", "tatoeba") else ()
        for code in (language, *others):
            place = next(places(tree, task, split, code, False), None)
            if place and place.names not in seen:
                seen.add(place.names)
                taken.append(place)
    return tuple(taken)


def documents(tree: Tree, language: str) -> Iterator[str]:
    """The text of a language, document by document, in the same order every time."""
    length = DENSE_LENGTH if language in DENSE else LENGTH
    gap = "" if language in sentences.UNSPACED else " "
    seen: set[bytes] = set()
    for place in found(tree, language):
        pieces: list[str] = []
        for text in TEXTS[place.form](place, language):
            text = " ".join(text.replace("\ufeff", "").split())
            mark = blake2b(text.encode(), digest_size=16).digest()
            if not text or mark in seen:
                continue
            seen.add(mark)
            for piece in divided(text, length):
                if pieces and len(piece) + sum(len(one) + len(gap) for one in pieces) > length:
                    yield gap.join(pieces)
                    pieces = []
                pieces.append(piece)
            if place.form in PASSAGES:
                yield gap.join(pieces)
                pieces = []
        if pieces:
            yield gap.join(pieces)


def divided(text: str, length: int) -> Iterator[str]:
    """The text in parts of at most this length: its sentences where it is longer, and words of sentences that are."""
    for sentence in END.split(text) if len(text) > length else (text,):
        while len(sentence) > length:
            cut = sentence.rfind(" ", 1, length + 1)
            cut = cut if cut > 0 else length
            yield sentence[:cut]
            sentence = sentence[cut:].lstrip()
        if sentence:
            yield sentence
