"""What steps ask of a kind of model: XLM-R with heads, or mT5, which puts every task into words."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .models import encoder, hub, nano, sentinels, seq2seq, tokens
from .problems import Problem
from .sources import Source
from .tasks import texts
from .tasks.kinds import KINDS
from .tasks.task import Task
from .training import loop
from .training.batches import Encoded

MT5 = "mt5-"  # what the names of small models begin with that are no XLM-R


@dataclass(frozen=True)
class Family:
    """One kind of model. `form(task)` is the module that encodes a task's examples and knows its loss.

    `answers(model, task, examples, labels, data, tokenizer, head, budget, report)` gives a prediction for each example, and
    what belongs into the record; `streams` says that it takes all languages in one stream as fast as it can be, and reports.
    `teach_tokens(texts, size, source)` trains the tokenizer of a small model of this size.
    """

    load: Callable[[Path, bool], Any]
    save: Callable[[Any, Path, bool], None]
    average: Callable[[list[Path]], Any]
    stock: Callable[[Path], Any]
    new: Callable[[str, int, float, int], Any]
    tokens: Callable[[Path], Any]
    teach_tokens: Callable[[Iterable[str], str, Source], Any]
    form: Callable[[Task], Any]
    answers: Callable[..., tuple[list[Any], dict[str, Any]]]
    streams: bool
    embeddings: Callable[[Any, Encoded, int, int], Any]


def _said(
    model: Any,
    task: Task,
    examples: Sequence[Any],
    labels: tuple[str, ...],
    data: Encoded,
    tokenizer: Any,
    head: str,
    budget: int,
    report: loop.Report = loop.silent,
) -> tuple[list[Any], dict[str, Any]]:
    kind = KINDS[task.kind]
    said = loop.outputs(model, head, data, kind.predict, budget, report)
    return (kind.join(task, examples, data, said) if hasattr(kind, "join") else said), {}


def _written(
    model: Any,
    task: Task,
    examples: Sequence[Any],
    labels: tuple[str, ...],
    data: Encoded,
    tokenizer: Any,
    head: str,
    budget: int,
    report: loop.Report = loop.silent,
) -> tuple[list[Any], dict[str, Any]]:
    return seq2seq.predict(model, task, examples, labels, data, tokenizer, budget)


def _words(said: Iterable[str], size: str, source: Source) -> Any:
    own = texts.spoken(lambda task: () if source.missing(task, "train", source.pivot) else source.labels(task))
    return sentinels.train(said, nano.vocabulary(size, source.world), own)


ENCODER = Family(
    load=encoder.load,
    save=encoder.save,
    average=encoder.average,
    stock=hub.load,
    new=lambda size, vocabulary, dropout, seed: encoder.new(nano.config(size, vocabulary, dropout), seed),
    tokens=tokens.load,
    teach_tokens=lambda said, size, source: tokens.train(said, nano.vocabulary(size, source.world)),
    form=lambda task: KINDS[task.kind],
    answers=_said,
    streams=True,
    embeddings=loop.embeddings,
)
TEXT = Family(
    load=lambda folder, heads: seq2seq.load(folder),
    save=lambda model, folder, heads: seq2seq.save(model, folder),
    average=seq2seq.average,
    stock=seq2seq.load_hub,
    new=lambda size, vocabulary, dropout, seed: seq2seq.new(nano.mt5(size, vocabulary, dropout), seed),
    tokens=sentinels.load,
    teach_tokens=_words,
    form=lambda task: texts,
    answers=_written,
    streams=False,
    embeddings=lambda model, data, layer, budget: model.embeddings(data, layer, budget),
)
FAMILIES: Mapping[str, Family] = {hub.KIND: ENCODER, seq2seq.KIND: TEXT}


def small(model: str) -> tuple[Family, str]:
    """The family and the size of a model of ours, by its name."""
    return (TEXT, model.removeprefix(MT5)) if model.startswith(MT5) else (ENCODER, model)


def of(folder: Path) -> Family:
    """The family of the model in a folder, ours or the hub's."""
    try:
        about = json.loads((folder / "config.json").read_bytes())
        kind = about.get("config", about)["model_type"]
    except (OSError, ValueError, KeyError, AttributeError, TypeError):
        raise Problem(f"{folder}: not a model of ours (config.json); remove the folder to make it again") from None
    if kind not in FAMILIES:
        raise Problem(f"{folder}: the model is {kind!r}; expected {' or '.join(FAMILIES)}")
    return FAMILIES[kind]
