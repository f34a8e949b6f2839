"""The claim about something else: another task, metric, model, language, split, benchmark or system of the same kind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

from replicate import languages, results, tasks

from .. import vocabulary
from ..records import Assertion, Claim, Twin
from ..vocabulary import BENCHMARK, LANGUAGE, METRIC, MODEL, SPLIT, SYSTEM, TASK, Found
from .edits import Asserts, Edit, changed, choose, named, renamed, twin

ENOUGH = 2  # names of a kind that are exchanged
MODELS = {
    "FacebookAI/xlm-roberta-large": "XLM-R Large", "FacebookAI/xlm-roberta-base": "XLM-R Base",
    "google-bert/bert-base-multilingual-cased": "mBERT", "google/mt5-large": "mT5-Large", "google/rembert": "RemBERT",
}  # fmt: skip
METRICS = {"accuracy": "accuracy", "f1": "F1", "em": "exact match"}
OTHER_METRIC = {"accuracy": "f1", "f1": "em", "em": "f1", "map20": "accuracy"}
OTHER_SPLIT = {"dev": "test", "test": "dev"}
SPLIT_WORD = re.compile(r"development|dev|validation|valid|(?:held-out )?test", re.I)
BENCHMARKS = {"XTREME": "GLUE", "XTREME-R": "SuperGLUE", "GLUE": "XTREME", "SuperGLUE": "XTREME-R"}
SYSTEMS = {"mlm": "without MLM", "no mlm": "with MLM"}


def replaced(claim: Claim) -> Iterator[Twin]:
    """Twins that say the same of something else. Whether the sources say that of it too, only they know."""
    found = [one for one in vocabulary.mentions(claim.text) if not one.near and not _word(one)]
    there = {one.name.id for one in found}
    for kind in (TASK, METRIC, MODEL, LANGUAGE, SPLIT, BENCHMARK, SYSTEM):
        ids = list(dict.fromkeys(one.name.id or one.text for one in found if one.name.kind == kind))
        for id in ids[:ENOUGH]:
            places = [one for one in found if one.name.kind == kind and (one.name.id or one.text) == id]
            yield from _another(claim, kind, places, there)


def _word(one: Found) -> bool:
    """'the development of a disease', 'a valid test': words that are names of splits only with a set behind them."""
    return one.name.kind == SPLIT and not re.search(r"(?i)\b(?:sets?|split|data)$", one.text)


def _another(claim: Claim, kind: str, places: list[Found], there: set[str]) -> Iterator[Twin]:
    """The twin in which one thing is another, at all places that name it."""
    id, asserts = places[0].name.id, claim.asserts
    about = bool(asserts) and named(asserts, id)
    if asserts and not about and kind in (TASK, LANGUAGE, METRIC, BENCHMARK):
        return  # a word of the setting, which no assertion is about
    new, title = _other(claim, kind, places[0], there)
    if not title:
        return
    made: Asserts | None
    if kind == SYSTEM:
        made = changed(asserts, lambda one: _other_mlm(one, id))
    elif kind == MODEL and not about:
        made = _set_up(asserts, places[0].text, title)
    else:
        made = renamed(asserts, id, new) if about else None
    if asserts and made is None:
        return
    edits = [Edit(one.start, one.end, title) for one in places]
    yield twin(claim, kind, edits, made, f"{places[0].text} -> {title}")


def _other(claim: Claim, kind: str, one: Found, there: set[str]) -> tuple[str, str]:
    """Id and name of something of the same kind that the claim does not mention; empty where there is none."""
    id = one.name.id
    if kind == TASK:
        role = _targets(claim, id) if id in tasks.TASKS else ()
        options = [other for other in role if other not in there and other != id]
        new = choose(options, claim.text, id) if options else ""
        return new, tasks.TASKS[new].title if new else ""
    if kind == LANGUAGE:
        mine = tasks.TASKS["panx"].languages
        options = [code for code in mine if code not in there and languages.languages()[code].family != _family(id)]
        new = choose(options, claim.text, id)
        return new, languages.languages()[new].name
    if kind == MODEL:
        options = [other for other in MODELS if other != id and other not in one.name.open and other not in there]
        new = choose(options, claim.text, id)
        return new, MODELS[new]
    if kind == METRIC:
        new = OTHER_METRIC[id]
        return (new, METRICS[new]) if new not in there else ("", "")
    if kind == SPLIT:
        new = OTHER_SPLIT.get(id, "")
        return new, SPLIT_WORD.sub(new, one.text) if new else ""
    if kind == BENCHMARK:
        return BENCHMARKS[id], BENCHMARKS[id]
    return (id, SYSTEMS[id]) if id in SYSTEMS and " " in one.text else ("", "")


def _targets(claim: Claim, id: str) -> tuple[str, ...]:
    """Tasks that could stand in the same place, those with the same metrics where there are any."""
    task = tasks.TASKS[id]
    if any(id in (one.intermediate, one.rival, *one.among) for one in claim.asserts):
        return tasks.INTERMEDIATE
    if task.role == "intermediate":
        return tasks.INTERMEDIATE
    alike = tuple(one for one in tasks.XTREME if tasks.TASKS[one].metrics == task.metrics)
    return (
        alike if len(alike) > 1 else tuple(one for one in tasks.XTREME if results.score_metrics(one) == results.score_metrics(id))
    )


def _family(code: str) -> str:
    there = languages.languages()
    return there[code].family if code in there else ""


def _other_mlm(one: Assertion, id: str) -> Assertion | None:
    if one.intermediate == results.BASELINE or not one.intermediate or one.mlm != (id == "mlm"):
        return None
    return replace(one, mlm=not one.mlm)


def _set_up(asserts: Asserts, old: str, new: str) -> Asserts | None:
    return changed(asserts, lambda one: replace(one, value=new) if vocabulary.key(old) in vocabulary.key(one.value) else None)
