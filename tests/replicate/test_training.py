"""Training: an order that seed and epoch decide, mixtures by size, a schedule, masking, and a loop that repeats itself."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from replicate.models import encoder, masking, nano
from replicate.tasks.kinds import KINDS
from replicate.training import batches, loop
from replicate.training.batches import Batch, Encoded, encoded, ragged, single
from replicate.training.loop import Lesson, Schedule

VOCABULARY, MASK, SPECIAL = 40, 39, 4
counts, seeds = st.integers(1, 30), st.integers(0, 10**6)


# ---- the order of examples ----


@given(counts, st.integers(1, 40), seeds, st.integers(1, 5))
def test_every_epoch_sees_every_example_once(count, size, seed, epochs):
    """Batches are cut from the epochs laid end to end; the last one of an epoch may reach into the next."""
    updates = -(-count * epochs // size)
    seen = [one for update in range(updates) for one in batches.drawn(count, size, seed, update)]
    assert len(seen) == updates * size
    for epoch in range(epochs):
        assert sorted(seen[epoch * count : (epoch + 1) * count]) == list(range(count))


@given(counts, seeds, st.integers(0, 50))
def test_an_order_is_a_function_of_seed_and_epoch_and_needs_no_history(count, seed, epoch):
    first = batches.permutation(count, seed, epoch).tolist()
    batches.permutation(count, seed + 1, epoch)
    assert batches.permutation(count, seed, epoch).tolist() == first


def test_other_seeds_and_other_epochs_have_other_orders():
    orders = {tuple(batches.permutation(20, seed, epoch).tolist()) for seed in range(10) for epoch in range(10)}
    assert len(orders) == 100


# ---- mixtures ----


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5), st.integers(1, 1000), seeds)
def test_tasks_are_drawn_by_size_up_to_a_cap(sizes, cap, seed):
    updates = 2000
    drawn = Counter(task for task, _ in batches.mixture(sizes, cap, updates, seed))
    total = sum(min(size, cap) for size in sizes)
    for task, size in enumerate(sizes):
        share = min(size, cap) / total
        # Six standard deviations: chance alone fails this once in a hundred million draws.
        assert abs(drawn[task] - updates * share) <= 6 * (updates * share * (1 - share)) ** 0.5 + 1


@given(st.lists(st.integers(1, 1000), min_size=1, max_size=5), seeds)
def test_each_task_counts_its_own_updates(sizes, seed):
    schedule = batches.mixture(sizes, 100, 60, seed)
    assert len(schedule) == 60 and schedule == batches.mixture(sizes, 100, 60, seed)
    for task in range(len(sizes)):
        own = [had for drawn, had in schedule if drawn == task]
        assert own == list(range(len(own)))


# ---- the schedule ----

PLAIN = Schedule(updates=10, learning_rate=1.0, warmup=0.2, weight_decay=0.0, clip=1.0)


def test_the_rate_rises_to_its_peak_and_falls_in_a_straight_line():
    rates = [PLAIN.rate(update) for update in range(10)]
    assert rates == pytest.approx([1 / 2, 1, 1, 7 / 8, 6 / 8, 5 / 8, 4 / 8, 3 / 8, 2 / 8, 1 / 8])


def test_without_warm_up_it_begins_at_the_peak():
    assert replace(PLAIN, warmup=0.0).rate(0) == 1.0


@given(st.integers(1, 500), st.floats(0, 1), st.floats(1e-6, 1))
def test_no_rate_is_above_the_stated_one_or_below_zero(updates, warmup, peak):
    schedule = replace(PLAIN, updates=updates, warmup=warmup, learning_rate=peak)
    rates = [schedule.rate(update) for update in range(updates)]
    assert min(rates) >= 0 and max(rates) <= peak * (1 + 1e-12)
    top = rates.index(max(rates))
    assert rates[:top] == sorted(rates[:top]) and rates[top:] == sorted(rates[top:], reverse=True)


def test_a_training_in_parts_has_the_rates_of_the_whole_but_for_a_short_warm_up_of_each():
    whole = replace(PLAIN, updates=300)
    parts = [replace(PLAIN, updates=100, before=100 * part, total=300) for part in range(3)]
    for update in range(300):
        part, at = divmod(update, 100)
        afresh = min(1, (at + 1) / loop.AFRESH) if part else 1
        assert parts[part].rate(at) == pytest.approx(whole.rate(update) * afresh)


# ---- masking ----


def batch(ids: list[int]) -> Batch:
    return Batch(np.asarray(ids), [len(ids)], np.zeros(0, dtype=np.int64), [0], [], [])


tokens = st.lists(st.integers(0, VOCABULARY - 1), min_size=1, max_size=80).filter(
    lambda ids: any(SPECIAL <= i < MASK for i in ids)
)


@given(tokens, st.floats(0.01, 0.9), seeds)
def test_masking_hides_the_stated_share_and_no_special_token(ids, share, seed):
    one = batch(ids)
    hidden, chosen = masking.masked(one.ids, share, MASK, VOCABULARY, np.random.default_rng(seed), SPECIAL)
    ordinary = sum(SPECIAL <= token < MASK for token in ids)
    assert len(chosen) == len(set(chosen.tolist())) == max(1, round(share * ordinary))
    assert all(SPECIAL <= ids[place] < MASK for place in chosen)
    untouched = np.setdiff1d(np.arange(len(ids)), chosen)
    assert np.array_equal(hidden[untouched], one.ids[untouched]) and one.ids.tolist() == ids
    assert all(SPECIAL <= token < VOCABULARY for token in hidden[chosen])


def test_of_what_is_hidden_eight_tenths_are_masked_one_is_replaced_and_one_stays():
    one = batch([5] * 40_000)
    hidden, chosen = masking.masked(one.ids, 0.25, MASK, VOCABULARY, np.random.default_rng(0), SPECIAL)
    assert len(chosen) == 10_000
    masked, stayed = np.mean(hidden[chosen] == MASK), np.mean(hidden[chosen] == 5)
    assert masked == pytest.approx(0.8, abs=0.02) and stayed == pytest.approx(0.1, abs=0.02)


# ---- the loop ----


def toy(count: int = 48) -> Encoded:
    """Sequences of two kinds of token; the label says whether the second one is a 7."""
    rng = np.random.default_rng(0)
    labels = [n % 2 for n in range(count)]
    ids = [np.array([0, 7 if label else 8, *rng.integers(10, 38, n % 4 + 2), 2]) for n, label in enumerate(labels)]
    return encoded(ragged(ids), single(np.zeros(count)), single(labels), 2, labels=("8", "7"))


def text(count: int = 48) -> Encoded:
    rng = np.random.default_rng(1)
    ids = [np.array([0, *rng.integers(SPECIAL, 38, 8), 2]) for _ in range(count)]
    return encoded(ragged(ids))


LESSON = Lesson("toy", toy(), KINDS["pairs"].loss, batch_size=8)
READING = Lesson("mlm", text(), None, batch_size=8)
SCHEDULE = Schedule(updates=12, learning_rate=3e-3, warmup=0.1, weight_decay=0.01, clip=1.0)


def taught(seed: int, lessons=(LESSON,), schedule: Schedule = SCHEDULE) -> tuple[encoder.Encoder, dict[str, float]]:
    model = encoder.new(nano.config("tiny", VOCABULARY, dropout=0.1), seed=1)
    for lesson in lessons:
        if lesson.loss:
            model.add_head(lesson.name, lesson.data.outputs)
    return model, loop.teach(model, lessons, schedule, seed, MASK, lambda done, total: None)


def weights(model: encoder.Encoder) -> list[bytes]:
    return [value.numpy().tobytes() for value in model.state_dict().values()]


@pytest.mark.parametrize("lessons", [(LESSON,), (READING,), (LESSON, READING)], ids=["task", "text", "both"])
def test_one_seed_gives_the_same_weights_bit_for_bit_and_another_does_not(lessons):
    (one, figures), (two, again), (other, _) = (taught(seed, lessons) for seed in (1, 1, 2))
    assert weights(one) == weights(two) and figures == again
    assert weights(one) != weights(other)


def test_what_can_be_learnt_is_learnt():
    model, figures = taught(1, schedule=replace(SCHEDULE, updates=120))
    said = loop.outputs(model, "toy", toy(), KINDS["pairs"].predict, 500)
    assert said == ["8" if n % 2 == 0 else "7" for n in range(48)]
    _, short = taught(1)
    assert figures["loss"] < 0.35 < short["loss"]


def test_masked_words_that_can_be_read_off_their_neighbours_are_learnt():
    """Every text is one token over and over: what stands beside the hole fills it."""
    count = 64
    ids = [np.array([0, *[10 + n % 4] * 6, 2]) for n in range(count)]
    lesson = Lesson("mlm", encoded(ragged(ids)), None, 16)
    model, _ = taught(1, (lesson,), replace(SCHEDULE, updates=150))
    model.eval()
    with torch.no_grad():
        states = model.states(torch.tensor([0, 11, 11, MASK, 11, 11, 11, 2]), [8])
        assert int(model.predict_masked(states)[3].argmax()) == 11


def test_progress_is_reported_update_by_update_and_work_is_counted():
    model, heard = encoder.new(nano.config("tiny", VOCABULARY), 1), []
    model.add_head("toy", 2)
    figures = loop.teach(model, [LESSON], SCHEDULE, 1, MASK, lambda done, total: heard.append((done, total)))
    assert heard == [(n, 12) for n in range(1, 13)]
    # Twelve updates of eight are two epochs of forty-eight.
    assert figures["updates"] == 12 and figures["tokens"] == 2 * sum(map(len, toy().ids))


def test_a_rate_of_zero_teaches_nothing():
    before = encoder.new(nano.config("tiny", VOCABULARY), seed=1)
    after, _ = taught(1, (READING,), replace(SCHEDULE, learning_rate=0.0))
    assert weights(before) == weights(after)


def test_weights_of_one_dimension_do_not_decay():
    """With gradients clipped to next to nothing only decay is left: matrices shrink, biases and norms stay."""
    schedule = replace(SCHEDULE, updates=1, warmup=0.0, learning_rate=1e-3, weight_decay=100.0, clip=1e-30)
    before, (after, _) = encoder.new(nano.config("tiny", VOCABULARY), seed=1), taught(1, (READING,), schedule)
    for (name, old), new in zip(before.named_parameters(), after.parameters(), strict=True):
        expected = old * 0.9 if old.ndim > 1 else old
        torch.testing.assert_close(new, expected, atol=1e-6, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}")
