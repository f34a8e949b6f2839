"""Tiny sets of questions: answered by a span of a passage, or by one of several options."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from random import Random
from typing import Any

from .sentences import Sentence, sentence
from .table import Rows, Table, boolean, classes, count, integer, listed, string

XQUAD = "ar de el en es hi ro ru th tr vi zh".split()
MLQA = "ar de en es hi vi zh".split()
TYDIQA = {"ar": "arabic", "bn": "bengali", "en": "english", "fi": "finnish", "id": "indonesian", "ko": "korean", "ru": "russian",
          "sw": "swahili", "te": "telugu"}  # fmt: skip


def asked(split: str, language: str, prefix: str = "", refused: bool = False) -> Rows:
    rng, rows = Random(f"{split} {language}"), []
    for number in range(count(split)):
        told = [sentence(rng, language) for _ in range(3)]
        context = " ".join(one.text() for one in told)
        answer = told[1].words()[3]
        start = context.index(answer, len(told[0].text()))
        answers = {"text": [answer], "answer_start": [start]}
        if refused and number % 3 == 2:
            answers = {"text": [], "answer_start": []}
        question = " ".join(told[1].words()[:3]) + "?"
        rows.append(
            {"id": f"{prefix}{split}-{number}", "title": "Rome", "context": context, "question": question, "answers": answers}
        )
    return rows


def squad_features(*names: str) -> dict[str, Any]:
    answers = {"text": listed(string()), "answer_start": listed(integer())}
    return {**{name: string() for name in names}, "answers": answers}


SQUAD = ("id", "title", "context", "question")


def squad() -> Iterator[Table]:
    for split in ("train", "validation"):
        yield Table("plain_text", split, asked(split, "en"), squad_features(*SQUAD))


def squad_v2() -> Iterator[Table]:
    for split in ("train", "validation"):
        yield Table("squad_v2", split, asked(split, "en", refused=True), squad_features(*SQUAD))


def xquad() -> Iterator[Table]:
    for language in XQUAD:
        yield Table(f"xquad.{language}", "validation", asked("validation", language), squad_features("id", "context", "question"))


def mlqa() -> Iterator[Table]:
    for language in MLQA:
        for split in ("test", "validation"):
            rows = asked(split, language)
            yield Table(f"mlqa.{language}.{language}", split, rows, squad_features("context", "question", "id"))
        for split in ("train", "validation") if language != "en" else ():
            rows = asked(split, language)
            yield Table(f"mlqa-translate-train.{language}", split, rows, squad_features("context", "question", "id"))


def tydiqa() -> Iterator[Table]:
    """All languages in one config, told apart by the beginning of the id alone."""
    for split in ("train", "validation"):
        rows = [row for code, name in TYDIQA.items() for row in asked(split, code, f"{name}-")]
        Random(split).shuffle(rows)
        yield Table("secondary_task", split, rows, squad_features(*SQUAD))


def hellaswag() -> Iterator[Table]:
    names = ("activity_label", "ctx_a", "ctx_b", "ctx", "source_id", "split", "split_type", "label")
    features = {"ind": integer(), **{name: string() for name in names}, "endings": listed(string())}
    for split in ("train", "test", "validation"):
        rows, rng = [], Random(split)
        for number in range(count(split)):
            one = sentence(rng, "en")
            endings = [Sentence("en", (one.parts[0], (one.parts[1] + k) % 3, k % 3, k % 3)).text() for k in range(4)]
            rows.append({**dict.fromkeys(names, ""), "ind": number, "ctx": one.text(), "endings": endings,
                         "label": "" if split == "test" else str(number % 4)})  # fmt: skip
        yield Table("default", split, rows, features, f"data/{split}-00000-of-00001.parquet")


def _answered(split: str, names: list[str], label: Callable[[int], Any], **more: Callable[[int], Any]) -> Rows:
    rng, rows = Random(f"{split} {names}"), []
    for number in range(count(split)):
        told = sentence(rng, "en")
        row = {"context": told.text(), "question": "Where is it?", "label": label(number)}
        rows.append({**row, **{name: sentence(Random(f"{split} {number} {name}"), "en").text() for name in names},
                     **{name: make(number) for name, make in more.items()}})  # fmt: skip
    return rows


def cosmos_qa() -> Iterator[Table]:
    names = [f"answer{number}" for number in range(4)]
    features = {name: string() for name in ("id", "context", "question", *names)} | {"label": integer()}
    for split in ("train", "test", "validation"):
        rows = _answered(split, names, lambda n, s=split: -1 if s == "test" else n % 4, id=lambda n, s=split: f"{s}-{n}")
        yield Table("default", split, rows, features)


def siqa() -> Iterator[Table]:
    names = ["answerA", "answerB", "answerC"]
    features = {name: string() for name in ("context", "question", *names, "label")}
    for split in ("train", "validation"):
        yield Table("default", split, _answered(split, names, lambda n: str(n % 3 + 1)), features)


def commonsense_qa() -> Iterator[Table]:
    choices = {"label": listed(string()), "text": listed(string())}
    features = {name: string() for name in ("id", "question", "question_concept", "answerKey")} | {"choices": choices}
    for split in ("train", "validation", "test"):
        rng, rows = Random(f"csqa {split}"), []
        for number in range(count(split)):
            texts = [sentence(rng, "en").text() for _ in range(6)]
            rows.append({"id": f"{split}-{number}", "question": texts[5], "question_concept": "place",
                         "answerKey": "" if split == "test" else "ABCDE"[number % 5],
                         "choices": {"label": list("ABCDE"), "text": texts[:5]}})  # fmt: skip
        yield Table("default", split, rows, features, f"data/{split}-00000-of-00001.parquet")


def _copa(split: str, language: str) -> Rows:
    rng, rows = Random(f"{split} {language}"), []
    for number in range(count(split)):
        said = {name: sentence(rng, language).text() for name in ("premise", "choice1", "choice2")}
        rows.append({**said, "question": ("cause", "effect")[number % 2], "label": number % 2, "idx": number})
    return rows


def _copa_features(label: Any) -> dict[str, Any]:
    names = ("premise", "choice1", "choice2", "question")
    return {**{name: string() for name in names}, "idx": integer(), "label": label}


def super_glue() -> Iterator[Table]:
    for split in ("train", "validation", "test"):
        rows = [{**row, "label": -1} if split == "test" else row for row in _copa(split, "en")]
        yield Table("copa", split, rows, _copa_features(classes("choice1", "choice2")))


def xcopa() -> Iterator[Table]:
    for language in "et ht id it qu sw ta th tr vi zh".split():
        for split in ("validation", "test"):
            rows = [{**row, "changed": False} for row in _copa(split, language)]
            yield Table(language, split, rows, {**_copa_features(integer()), "changed": boolean()})
