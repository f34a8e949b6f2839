"""Files of sentences to be found across languages: Tatoeba, BUCC and LAReQA, each as one collection."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ...problems import Problem
from ...tasks.task import Task
from ..examples import Examples, Mining
from ..lines import Lines
from .layout import Place
from .questions import paragraphs


def aligned(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """LASER's Tatoeba: a file in each language, line by line each other's translation.

    As in XTREME the English sentences ask and the others are found. XTREME sorts the English side and asks for the number of the
    line that each stood in; in the order of the lines, as here, the same sentences are right and wrong.
    """
    (foreign, there), (english, here) = ((list(_stripped(file)), file) for file in place.files)
    if len(foreign) != len(english):
        raise Problem(f"{there} has {len(foreign)} lines, {here} {len(english)}; expected each other's translation, line by line")
    pairs = [pair for pair in zip(english, foreign, strict=True) if any(pair)]
    skipped = {"empty line": len(english) - len(pairs)} if len(pairs) < len(english) else {}
    pairs = pairs[:limit]
    gold = tuple((number, number) for number in range(len(pairs)))
    return Examples([Mining(f"{task.id}-{split}", tuple(a for a, _ in pairs), tuple(b for _, b in pairs), gold)], skipped)


def bucc(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """BUCC: an id, a tab and a sentence in each line, in two languages, and the pairs of ids that belong together.

    As in XTREME the foreign sentences ask. `limit` takes the first pairs, and as many sentences again of each side.
    """
    sides = [_identified(file) for file in place.files[:2]]
    places = [{id: number for number, (id, _) in enumerate(side)} for side in sides]
    gold = list(_gold(place.files[2], places))
    queries, candidates = ([text for _, text in side] for side in sides)
    if limit is not None:
        gold = gold[:limit]
        queries, first = _fewer(queries, [i for i, _ in gold], 2 * limit)
        candidates, second = _fewer(candidates, [j for _, j in gold], 2 * limit)
        gold = [(first[i], second[j]) for i, j in gold]
    return Examples([Mining(f"{task.id}-{split}", tuple(queries), tuple(candidates), tuple(gold))])


def _identified(path: Path) -> list[tuple[str, str]]:
    lines, found, seen = Lines(path), [], set[str]()
    for line in lines:
        if not line.strip():
            continue
        id, tab, text = line.partition("\t")
        if not tab:
            raise Problem(f"{lines}: 1 column; expected an id, a tab and a sentence")
        if id in seen:
            raise Problem(f"{lines}: the id {id} stands here a second time, so that the gold pairs say nothing")
        seen.add(id)
        found.append((id, text.strip()))
    return found


def _gold(path: Path, places: list[dict[str, int]]) -> Iterator[tuple[int, int]]:
    lines = Lines(path)
    for line in lines:
        ids = line.split()
        if not ids:
            continue
        if len(ids) != 2:
            raise Problem(f"{lines}: {len(ids)} ids; expected two, of the foreign and of the English sentence")
        for id, side in zip(ids, places, strict=True):
            if id not in side:
                raise Problem(f"{lines}: no sentence has the id {id}")
        yield places[0][ids[0]], places[1][ids[1]]


def _fewer(texts: list[str], needed: list[int], size: int) -> tuple[list[str], dict[int, int]]:
    """The sentences that are needed and the first others, so many in all and in their order; and where each now stands."""
    keep = set(needed)
    for number in range(len(texts)):
        if len(keep) >= size:
            break
        keep.add(number)
    order = sorted(keep)
    return [texts[number] for number in order], {number: k for k, number in enumerate(order)}


def lareqa(place: Place, task: Task, split: str, language: str, limit: int | None) -> Examples:
    """LAReQA: questions of one language; sentences of all, each followed by its passage, as XTREME-R encodes them.

    Right are the sentences in which the answer begins, in every language; a question that has none in its own language is left
    out, as in XTREME-R. `limit` takes the first questions.
    """
    own, *others = place.files
    questions = [
        (str(asked["id"]), str(asked["question"]))
        for paragraph, where in paragraphs(own)
        for asked in _answered(paragraph, where)
    ][:limit]
    candidates: list[str] = []
    right: dict[str, list[int]] = {}
    answered: set[str] = set()
    for path in others:
        for paragraph, where in paragraphs(path):
            context, breaks = paragraph["context"], paragraph.get("sentence_breaks")
            if not isinstance(breaks, list) or not all(_numbers(one, 2) for one in breaks):
                raise Problem(f"{where}: no 'sentence_breaks' such as [[0, 15], [16, 25]]; expected a file of xquad-r")
            for asked in _answered(paragraph, where):
                begin = asked["answers"][0]["answer_start"]
                holds = next((number for number, (a, b) in enumerate(breaks) if a <= begin < b), None)
                if holds is not None:
                    right.setdefault(str(asked["id"]), []).append(len(candidates) + holds)
                    answered |= {str(asked["id"])} if path == own else set()
            candidates += [(context[a:b] + context).replace("\n", "") for a, b in breaks]
    found = [(text, right[id]) for id, text in questions if id in answered]
    lost = len(questions) - len(found)
    gold = tuple((number, one) for number, (_, its) in enumerate(found) for one in its)
    collection = Mining(f"{task.id}-{split}", tuple(text for text, _ in found), tuple(candidates), gold)
    return Examples([collection], {"question whose answer begins in no sentence": lost} if lost else {})


def _answered(paragraph: dict[str, Any], where: str) -> list[dict[str, Any]]:
    """The questions of a paragraph; a Problem where one has no text, or no place of its answer."""
    for asked in paragraph["qas"]:
        answers = asked.get("answers") if isinstance(asked, dict) and {"id", "question"} <= asked.keys() else None
        first = answers[0] if isinstance(answers, list) and answers else None
        if not isinstance(first, dict) or not _numbers([first.get("answer_start")], 1):
            raise Problem(f"{where}: a question without its id, its text or the place of its answer; expected a file of xquad-r")
    return list(paragraph["qas"])


def _numbers(found: Any, count: int) -> bool:
    return isinstance(found, list) and len(found) == count and all(type(one) is int for one in found)


def _stripped(path: Path) -> Iterator[str]:
    for line in Lines(path):
        yield line.strip()


def texts(place: Place, language: str) -> Iterator[str]:
    """The sentences of one side: the English, or the others."""
    for line in Lines(place.files[language == "en"]):
        yield line.partition("\t")[2] if place.form == "bucc" or "\t" in line else line
