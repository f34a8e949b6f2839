"""XTREME's nine target tasks and two of XTREME-R, under their own ids, as values."""

from __future__ import annotations

from .intermediate import NLI
from .task import Task

UPOS = tuple("ADJ ADP ADV AUX CCONJ DET INTJ NOUN NUM PART PRON PROPN PUNCT SCONJ SYM VERB X".split())
IOB2 = tuple("O B-PER I-PER B-ORG I-ORG B-LOC I-LOC".split())
QA = ("f1", "em")


def _target(id: str, title: str, kind: str, metrics: tuple[str, ...], about: str, languages: str, **more) -> Task:
    more.setdefault("benchmark", "XTREME")
    return Task(id, title, kind, "target", metrics, about=about, languages=tuple(languages.split()), **more)


TASKS = (
    _target(
        "xnli",
        "XNLI",
        "pairs",
        ("accuracy",),
        "natural language inference",
        "ar bg de el en es fr hi ru sw th tr ur vi zh",
        labels=NLI,
        train="mnli",
    ),
    _target(
        "pawsx",
        "PAWS-X",
        "pairs",
        ("accuracy",),
        "paraphrase or a scramble of the same words",
        "de en es fr ja ko zh",
        labels=("different", "paraphrase"),
        aliases=("paws-x", "paws"),
        train="pawsx",
    ),
    _target(
        "udpos",
        "POS",
        "tags",
        ("f1", "accuracy"),
        "parts of speech",
        "af ar bg de el en es et eu fa fi fr he hi hu id it ja kk ko mr nl pt ru ta te th tl tr ur vi yo zh",
        labels=UPOS,
        aliases=("pos",),
        train="udpos",
    ),
    _target(
        "panx",
        "NER",
        "tags",
        ("f1", "accuracy"),
        "names of persons, organisations, places",
        "af ar bg bn de el en es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr ms my nl pt ru sw ta te th tl tr ur vi yo zh",
        labels=IOB2,
        aliases=("ner", "wikiann", "pan-x"),
        train="panx",
    ),
    _target("xquad", "XQuAD", "spans", QA, "find the answer in a passage", "ar de el en es hi ru th tr vi zh", train="squad1"),
    _target("mlqa", "MLQA", "spans", QA, "find the answer in a longer passage", "ar de en es hi vi zh", train="squad1"),
    _target(
        "tydiqa",
        "TyDiQA-GoldP",
        "spans",
        QA,
        "find the answer; questions asked without seeing the passage",
        "ar bn en fi id ko ru sw te",
        aliases=("tydiqa-goldp", "tydi"),
        train="tydiqa",
    ),
    _target(
        "bucc2018",
        "BUCC",
        "retrieval",
        ("f1",),
        "mine the translation pairs out of two collections",
        "de fr ru zh",
        aliases=("bucc",),
    ),
    _target(
        "tatoeba",
        "Tatoeba",
        "retrieval",
        ("accuracy",),
        "find each sentence's translation",
        "af ar bg bn de el es et eu fa fi fr he hi hu id it ja jv ka kk ko ml mr nl pt ru sw ta te th tl tr ur vi zh",
    ),
    _target(
        "xcopa",
        "XCOPA",
        "choices",
        ("accuracy",),
        "which is the cause, which the effect?",
        "et ht id it qu sw ta th tr vi zh",
        choices=2,
        train="xcopa",
        benchmark="XTREME-R",
    ),
    _target(
        "lareqa",
        "LAReQA",
        "retrieval",
        ("map20",),
        "find the sentences of all languages that answer a question",
        "ar de el en es hi ru th tr vi zh",
        benchmark="XTREME-R",
    ),
)
