"""Evaluation: all languages in one stream say what each language says alone; progress moves; noise is read and said."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from replicate import evaluation, families
from replicate.evaluation import Reader
from replicate.models import encoder, nano, tokens
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.world import tree
from replicate.tasks import TASKS
from replicate.tasks.kinds import KINDS
from replicate.training import loop

WORLD = open_source("world")
LANGUAGES, LENGTH = list(tree.TINY), 48
TARGETS = ("xnli", "udpos", "mlqa")


@pytest.fixture(scope="module")
def reader(tmp_path_factory: pytest.TempPathFactory) -> Reader:
    """An untrained model whose weights are blown up, so that it says different things of different examples."""
    folder = tmp_path_factory.mktemp("model")
    texts = [one.first for language in LANGUAGES for one in WORLD.examples("xnli", "test", language, limit=40)]
    tokens.train(texts, nano.vocabulary("tiny", WORLD.world)).save(str(folder / "tokenizer.json"))
    tokenizer = tokens.load(folder)
    model = encoder.new(nano.config("tiny", tokenizer.size), seed=3)
    for target in TARGETS:
        task = TASKS[target]
        head = task.train or target
        examples, labels = WORLD.examples(target, "test", LANGUAGES[0], limit=2), WORLD.labels(head)
        model.add_head(head, KINDS[task.kind].encode(task, examples, labels, tokenizer, LENGTH).outputs)
    with torch.no_grad():
        for weight in model.parameters():
            if weight.ndim > 1:
                weight.mul_(6)
    return Reader(families.ENCODER, model, tokenizer)


def evaluated(reader: Reader, target: str, out: Path, **more) -> tuple[dict, list[dict], list[tuple[int, int]]]:
    """The result, the lines of predictions, and what was reported."""
    settings = {
        "languages": [code for code in LANGUAGES if TASKS[target].train or code != tree.PIVOT],
        "split": "test", "examples": 25, "row": {"max_length": LENGTH}, "layer": 1, **more,
    }  # fmt: skip
    heard: list[tuple[int, int]] = []
    out.mkdir()
    found = evaluation.evaluate(reader, TASKS[target], settings, WORLD, out, lambda done, total: heard.append((done, total)))
    lines = (out / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    return found, [json.loads(line) for line in lines], heard


@pytest.mark.parametrize("target", TARGETS)
def test_one_stream_says_what_each_language_says_alone(reader, target, tmp_path, monkeypatch):
    """Small batches, so that sequences of several languages meet in each of them."""
    monkeypatch.setattr(evaluation, "TOKENS", 300)
    cells, lines, _ = evaluated(reader, target, tmp_path / "stream")
    apart = replace(reader, family=replace(reader.family, streams=False))
    assert evaluated(apart, target, tmp_path / "apart")[:2] == (cells, lines)
    assert len({json.dumps(line["prediction"]) for line in lines}) > 1
    assert [line["language"] for line in lines] == sorted((line["language"] for line in lines), key=LANGUAGES.index)


@pytest.mark.parametrize("target", ["xnli", "tatoeba"])
def test_progress_moves_and_ends_at_its_total(reader, target, tmp_path, monkeypatch):
    monkeypatch.setattr(evaluation, "TOKENS", 300)
    _, _, heard = evaluated(reader, target, tmp_path / "out")
    done = [done for done, _ in heard]
    assert done == sorted(done) and len(set(done)) > 1
    assert {total for _, total in heard} == {done[-1]}


def test_no_logits_are_kept(reader, tmp_path, monkeypatch):
    """What a batch says is turned into predictions before the next one is read: memory does not grow with languages."""
    sizes: list[int] = []
    original = loop.outputs

    def watched(model, head, data, predict, budget, report):
        def predicted(logits, batch, data):
            sizes.append(logits.numel())
            return predict(logits, batch, data)

        return original(model, head, data, predicted, budget, report)

    monkeypatch.setattr(loop, "outputs", watched)
    monkeypatch.setattr(evaluation, "TOKENS", 300)
    evaluated(reader, "udpos", tmp_path / "out")
    outputs = reader.model.heads["udpos"].out.out_features
    assert len(sizes) > 3 and max(sizes) <= 300 * outputs


def test_noise_changes_what_is_read_and_is_said(reader, tmp_path):
    clean, before, _ = evaluated(reader, "xnli", tmp_path / "clean")
    noisy, after, _ = evaluated(reader, "xnli", tmp_path / "noisy", perturb={"kind": "swap", "rate": 0.5, "seed": 1})
    assert before != after and [line["id"] for line in before] == [line["id"] for line in after]
    assert all("perturbed by swap" in noisy["data"][language]["notes"][-1] for language in LANGUAGES)
    assert not any("perturbed" in json.dumps(told) for told in clean.get("data", {}).values())


def test_a_language_without_examples_is_a_line_before_anything_is_read(reader, tmp_path, monkeypatch):
    empty = replace(WORLD.examples("xnli", "test", LANGUAGES[0], limit=1), rows=[])
    monkeypatch.setattr(evaluation, "_examples", lambda *_: empty)
    with pytest.raises(Problem, match=rf"xnli: {WORLD.name} has no example to evaluate on \(test, {LANGUAGES[0]}\)"):
        evaluated(reader, "xnli", tmp_path / "out")
    assert not list((tmp_path / "out").iterdir())
