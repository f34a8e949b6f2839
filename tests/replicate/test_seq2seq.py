"""mT5: a loss that no padding changes, dropout that is set everywhere, and a tiny model that learns a toy."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from replicate.metrics import measure
from replicate.models import seq2seq
from replicate.sources.examples import Pair, Span, Tagged
from replicate.tasks import TASKS, texts
from replicate.training import batches
from replicate.training.batches import pack
from replicate.training.loop import Lesson, Schedule, teach

from .text_models import ANIMALS, PAD, padded, rows, small, some, stock


def test_the_loss_is_that_of_transformers_on_a_padded_batch():
    model, data = small().train(), some()
    batch = pack(data, range(len(data)))
    labels = padded(batch.targets, -100)
    ids = padded([data.ids[item] for item in batch.items], PAD)
    theirs = stock(model)(input_ids=ids, attention_mask=(ids != PAD).long(), labels=labels).loss
    ours = model.learn(Lesson("mnli", data, texts.loss, 12), batch)
    assert float(ours.detach()) == pytest.approx(float(theirs.detach()), abs=1e-6)
    ours.backward()
    assert all(parameter.grad is not None for parameter in model.parameters())


@settings(max_examples=20)
@given(st.integers(2, 7), st.integers(0, 100), st.sampled_from([0, 5, 50, 10**6]))
def test_it_does_not_matter_in_which_groups_rows_are_read(count, seed, call):
    """Each alone, all at once, or in between: the same states at the same places."""
    model, sources, targets = small().eval(), rows(count, seed), rows(count, seed + 1, 6)
    with torch.no_grad():
        grouped = model.states(sources, targets, call)
        alone = torch.cat([model.states([one], [two]) for one, two in zip(sources, targets, strict=True)])
    assert (grouped - alone).abs().max() < 1e-5


@given(st.lists(st.tuples(st.integers(1, 60), st.integers(1, 20)), min_size=1, max_size=40), st.integers(0, 300))
def test_groups_hold_each_row_once_and_cost_no_more_than_one_group_or_many(lengths, call):
    sources, targets = ([one[side] for one in lengths] for side in (0, 1))
    found = seq2seq._groups(sources, targets, call)
    assert sorted(row for group in found for row in group) == list(range(len(lengths)))

    def cost(groups: list[list[int]]) -> int:
        return sum(call + len(g) * (max(sources[k] for k in g) + max(targets[k] for k in g)) for g in groups)

    assert cost(found) <= min(cost([[*range(len(lengths))]]), cost([[k] for k in range(len(lengths))]))


def test_a_batch_in_parts_has_the_loss_of_the_whole():
    """The parts weigh as much as they have tokens to say: so `at_once` changes no update."""
    model, batch = small().eval(), pack(some(), range(12))
    lesson = Lesson("mnli", some(), texts.loss, 12)
    parts = batches.split(batch, 40)
    weights = [sum(map(len, part.targets)) for part in parts]
    assert len(parts) > 2
    with torch.no_grad():
        mean = np.average([float(model.learn(lesson, part)) for part in parts], weights=weights)
        assert mean == pytest.approx(float(model.learn(lesson, batch)), abs=1e-5)


def test_dropout_is_set_everywhere():
    model, batch = small().train(), pack(some(), range(6))
    lesson = Lesson("mnli", some(), texts.loss, 6)
    assert float(model.learn(lesson, batch)) == float(model.learn(lesson, batch))
    model.set_dropout(0.3)
    shares = {module.p for module in model.modules() if isinstance(module, torch.nn.Dropout)}
    inner = {module.dropout for module in model.modules() if isinstance(getattr(module, "dropout", None), float)}
    assert shares == inner == {0.3}
    assert float(model.learn(lesson, batch)) != float(model.learn(lesson, batch))


# ---- it learns ----


def nli(count: int, seed: int) -> list[Pair]:
    """Who does it in the second sentence: the same one, another one, or is it denied?"""
    rng, found = random.Random(seed), []
    for number in range(count):
        one, other, third = rng.sample(ANIMALS, 3)
        verb, label = rng.choice("sees likes hits".split()), rng.choice(TASKS["mnli"].labels)
        second = {"entailment": f"{one} {verb}", "neutral": f"{third} {verb}", "contradiction": f"{one} not {verb}"}[label]
        found.append(Pair(str(number), f"{one} {verb} {other}", second, label))
    return found


def spans(count: int, seed: int) -> list[Span]:
    """The answer is the word after the verb."""
    rng, found = random.Random(seed), []
    for number in range(count):
        one, two, three, four = rng.sample(ANIMALS, 4)
        found.append(Span(str(number), "sees ?", f"{one} {two} sees {three} {four}", (three,), 13))
    return found


@pytest.mark.parametrize("id, make, chance, updates", [("mnli", nli, 33, 100), ("squad1", spans, 25, 200)])
def test_a_tiny_model_learns_a_toy(id, make, chance, updates, tokenizer):
    task, labels, model = TASKS[id], TASKS[id].labels, small(size=tokenizer.size)
    lesson = Lesson(id, texts.encode(task, make(2000, 1), labels, tokenizer, 64), texts.loss, 32)
    before = float(model.learn(lesson, pack(lesson.data, range(200))).detach())
    figures = teach(model, [lesson], Schedule(updates, 5e-3, 0.1, 0.0, 1.0), 1, tokenizer.mask, lambda done, total: None)
    assert figures["loss"] < before / 2
    test = make(100, 2)
    data = texts.encode(task, test, labels, tokenizer, 64)
    said, about = seq2seq.predict(model, task, test, labels, data, tokenizer)
    assert about == {"decoding": texts.decoding(task)}
    score = measure.figures(measure.measure(task, measure.targets(task, test), said))[task.metrics[-1]]
    assert score > chance + 15


def test_a_model_that_knows_nothing_gives_a_tag_for_every_word(tokenizer):
    model, task = small(size=tokenizer.size), TASKS["udpos"]
    test = [Tagged(one.id, tuple(one.first.split()), ("NOUN", "VERB", "NOUN")) for one in nli(30, 3)]
    data = texts.encode(task, test, task.labels, tokenizer, 64)
    said, about = seq2seq.predict(model, task, test, task.labels, data, tokenizer)
    assert about == {"decoding": "filled"}
    assert all(len(tags) == 3 and set(tags) <= set(task.labels) for tags in said)
