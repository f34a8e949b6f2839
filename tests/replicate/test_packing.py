"""Packed sequences give what each of them gives alone or padded, through transformers' own model with ordinary attention."""

from __future__ import annotations

import copy
from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from transformers import XLMRobertaModel

from replicate.models import encoder, nano, packing
from replicate.models.blocks import alike
from replicate.models.dropout import Dropout
from replicate.models.packing import runs_of
from replicate.tasks.kinds import KINDS
from replicate.training import loop
from replicate.training.batches import Encoded, by_budget, encoded, pack, ragged, single

VOCABULARY, SPECIAL = 60, 4
CLOSE = {"atol": 1e-5, "rtol": 1e-4}
SAME = {"atol": 1e-6, "rtol": 1e-6}
KINDS_OF_HEADS = ["pairs", "tags", "spans", "choices", "mlm"]
lengths = st.lists(st.integers(3, 20), min_size=1, max_size=8)


def model(seed: int = 1, sharp: float = 6) -> encoder.Encoder:
    """An untrained encoder, its weights blown up so that attention is sharp and a mistake in it shows."""
    made = encoder.new(nano.config("tiny", VOCABULARY, dropout=0.0), seed)
    with torch.no_grad():
        for weight in made.body.parameters():
            if weight.ndim > 1:
                weight.mul_(sharp)
    return made.eval()


def stock(ours: encoder.Encoder, attention: str) -> XLMRobertaModel:
    """The library's model with the same weights; it counts positions by itself."""
    config = copy.deepcopy(ours.config)
    theirs = XLMRobertaModel(config, add_pooling_layer=False)
    theirs.set_attn_implementation(attention)
    theirs.load_state_dict(ours.body.state_dict())
    return theirs.eval()


def alone(theirs: XLMRobertaModel, sequences: list[np.ndarray], layer: int = -1) -> list[torch.Tensor]:
    """Hidden states of each sequence, read by itself."""
    outs = [theirs(input_ids=torch.from_numpy(ids)[None], output_hidden_states=True) for ids in sequences]
    return [out.hidden_states[layer][0] for out in outs]


def sequences(sizes: list[int], seed: int) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.concatenate([[0], rng.integers(SPECIAL, VOCABULARY, max(size - 2, 0)), [2]])[:size] for size in sizes]


def packed(ours: encoder.Encoder, ids: list[np.ndarray], layer: int | None = None) -> list[torch.Tensor]:
    sizes = [len(one) for one in ids]
    return list(ours.states(torch.from_numpy(np.concatenate(ids)), sizes, layer).split(sizes))


def data(kind: str, sizes: list[int], seed: int) -> Encoded:
    """Examples of a kind with targets at random; choices take two sequences each."""
    ids, rng = sequences(sizes * (2 if kind == "choices" else 1), seed), np.random.default_rng(seed)
    count, flat = len(sizes), ragged(ids)
    first = single(np.zeros(len(ids)))
    if kind == "pairs":
        return encoded(flat, first, single(rng.integers(0, 3, count)), 3)
    if kind == "choices":
        return encoded(flat, first, single(rng.integers(0, 2, count)), 1, 2)
    points = [np.arange(1, len(one) - 1) for one in ids]
    if kind == "tags":
        return encoded(flat, ragged(points), ragged([rng.integers(0, 5, len(p)) for p in points]), 5)
    points = [np.concatenate([[0], p]) for p in points]
    return encoded(flat, ragged(points), ragged([np.sort(rng.integers(0, len(p), 2)) for p in points]), 2)


# ---- hidden states ----


@given(lengths, st.integers(0, 10**6), st.sampled_from(["eager", "sdpa"]))
@settings(max_examples=30)
@torch.no_grad()
def test_hidden_states_are_those_of_each_sequence_alone(sizes, seed, attention):
    ours, ids = model(), sequences(sizes, seed)
    for mine, theirs in zip(packed(ours, ids), alone(stock(ours, attention), ids), strict=True):
        torch.testing.assert_close(mine, theirs, **CLOSE)


@pytest.mark.parametrize("layer", [0, 1, 2])
@torch.no_grad()
def test_an_inner_layer_is_the_librarys_hidden_state_of_that_number(layer):
    ours, ids = model(), sequences([5, 9, 5], 0)
    for mine, theirs in zip(packed(ours, ids, layer), alone(stock(ours, "eager"), ids, layer), strict=True):
        torch.testing.assert_close(mine, theirs, **CLOSE)


@torch.no_grad()
def test_no_sequence_sees_another():
    ours = model()
    ids, other = sequences([7, 7, 12], 1), sequences([7, 7, 12], 2)
    before = packed(ours, ids)
    for changed in range(3):
        after = packed(ours, [other[k] if k == changed else one for k, one in enumerate(ids)])
        same = [torch.equal(a, b) for a, b in zip(before, after, strict=True)]
        assert same == [k != changed for k in range(3)]


@given(st.lists(st.integers(1, 9), max_size=12))
def test_runs_are_neighbours_of_one_length(sizes):
    runs = runs_of(sizes)
    assert [length for count, length in runs for _ in range(count)] == sizes
    assert all(a[1] != b[1] for a, b in pairwise(runs))


# ---- losses and gradients ----


def read(ours: encoder.Encoder, states: torch.Tensor, kind: str, batch) -> torch.Tensor:
    return KINDS[kind].loss(ours.heads[kind](states[torch.from_numpy(batch.points)]), batch)


@given(lengths, st.integers(0, 10**6), st.sampled_from(["pairs", "tags", "spans", "choices"]))
@settings(max_examples=40)
@torch.no_grad()
def test_the_loss_of_an_example_is_what_it_is_alone_for_every_head(sizes, seed, kind):
    ours, examples = model(), data(kind, sizes, seed)
    ours.add_head(kind, examples.outputs)
    whole = pack(examples, range(len(examples)))
    logits = ours.heads[kind](ours.states(torch.from_numpy(whole.ids), whole.lengths)[torch.from_numpy(whole.points)])
    parts = logits.split([sum(whole.counts[k * examples.group : (k + 1) * examples.group]) for k in range(len(examples))])
    theirs = stock(ours, "sdpa")
    for example, part in zip(whole.items, parts, strict=True):
        one = pack(examples, [example])
        ids = [examples.ids[row] for row in range(example * examples.group, (example + 1) * examples.group)]
        expected = read(ours, torch.cat(alone(theirs, ids)), kind, one)
        torch.testing.assert_close(KINDS[kind].loss(part, one), expected, **CLOSE)


@pytest.mark.parametrize("attention", ["eager", "sdpa"])
@pytest.mark.parametrize("kind", ["pairs", "tags", "spans", "choices", "mlm"])
def test_gradients_of_a_batch_are_the_librarys(kind, attention):
    ours = model()
    examples = data("pairs" if kind == "mlm" else kind, [5, 12, 5, 9, 12, 5], seed=3)
    ours.add_head(kind, examples.outputs)
    batch = pack(examples, range(len(examples)))
    theirs = stock(ours, attention)
    chosen = torch.arange(1, len(batch.ids), 3)

    def loss(states: torch.Tensor, embeddings: torch.Tensor) -> torch.Tensor:
        if kind == "mlm":
            logits = ours.masked(states[chosen], embeddings)
            return torch.nn.functional.cross_entropy(logits, torch.from_numpy(batch.ids)[chosen])
        return read(ours, states, kind, batch)

    mine = loss(ours.states(torch.from_numpy(batch.ids), batch.lengths), ours.body.embeddings.word_embeddings.weight)
    mine.backward()
    split = np.split(batch.ids, np.cumsum(batch.lengths)[:-1])
    reference = loss(torch.cat(alone(theirs, split)), theirs.embeddings.word_embeddings.weight)
    reference.backward()
    torch.testing.assert_close(mine, reference, **CLOSE)
    largest = 0.0
    for (name, ours_), theirs_ in zip(ours.body.named_parameters(), theirs.parameters(), strict=True):
        scale = float(theirs_.grad.abs().max())
        torch.testing.assert_close(
            ours_.grad, theirs_.grad, atol=1e-5 * max(scale, 1), rtol=1e-3, msg=lambda m, n=name: f"{n}: {m}"
        )
        largest = max(largest, scale)
    assert largest > 1e-3


# ---- every length, against padding ----


def padded(theirs: XLMRobertaModel, ids: list[np.ndarray], layer: int = -1) -> list[torch.Tensor]:
    """Hidden states of the sequences, read in one batch that is padded to the longest."""
    rows = torch.nn.utils.rnn.pad_sequence([torch.from_numpy(one) for one in ids], batch_first=True, padding_value=1)
    out = theirs(input_ids=rows, attention_mask=(rows != 1).long(), output_hidden_states=True)
    return [states[: len(one)] for states, one in zip(out.hidden_states[layer], ids, strict=True)]


def every(kind: str, sizes: list[int]) -> Encoded:
    """Examples of a kind, one of each of these lengths; a sequence of a single token has nothing between its ends to read."""
    made = data("tags" if kind == "mlm" else kind, sizes, seed=4)
    if kind not in ("tags", "mlm"):
        return made
    points = [np.arange(len(one) // 4, len(one)) for one in made.ids]
    targets = [np.arange(len(row)) % made.outputs for row in points]
    return encoded(made.ids, ragged(points), ragged(targets), made.outputs)


def losses(ours: encoder.Encoder, kind: str, states: torch.Tensor, batch, group: int) -> list[torch.Tensor]:
    """The loss of each example, from the states of all that is read."""
    logits = ours.predict_masked(states) if kind == "mlm" else ours.heads[kind](states)
    loss = KINDS["tags" if kind == "mlm" else kind].loss
    counts = np.asarray(batch.counts).reshape(-1, group)
    found = []
    for number, part in enumerate(logits.split(counts.sum(1).tolist())):
        found.append(loss(part, replace(batch, counts=counts[number].tolist(), targets=[batch.targets[number]])))
    return found


@pytest.mark.parametrize("kind", KINDS_OF_HEADS)
@torch.no_grad()
def test_losses_are_those_of_padded_examples_at_every_length(kind):
    """Lengths 1 to the longest that the model takes, in one batch: what is short goes in blocks, the rest run by run."""
    ours = model(sharp=3)
    examples = every(kind, list(range(1, nano.LONGEST + 1)))
    ours.add_head(kind, examples.outputs)
    ours.eval()
    batch = pack(examples, range(len(examples)))
    mine = losses(ours, kind, ours.states(torch.from_numpy(batch.ids), batch.lengths, points=batch.points), batch, examples.group)
    rows = np.split(batch.ids, np.cumsum(batch.lengths)[:-1])
    assert {len(row) for row in rows} == set(range(1, nano.LONGEST + 1))
    states = torch.cat(padded(stock(ours, "sdpa"), rows))
    theirs = losses(ours, kind, states[torch.from_numpy(batch.points)], batch, examples.group)
    torch.testing.assert_close(torch.stack(mine), torch.stack(theirs), **SAME)


@pytest.mark.parametrize("layer", [1, 2])
@torch.no_grad()
def test_embeddings_are_those_of_padded_texts_at_every_length(layer):
    ours = model(sharp=3)
    ids = sequences(list(range(1, nano.LONGEST + 1)), seed=6)
    mine = loop.embeddings(ours, encoded(ragged(ids)), layer, budget=10**6)
    theirs = torch.stack([one.mean(0) for one in padded(stock(ours, "sdpa"), ids, layer)])
    torch.testing.assert_close(torch.from_numpy(mine), theirs, **SAME)


@pytest.mark.parametrize("longest", [0, 9, 256], ids=["all by run", "some of both", "all in blocks"])
@pytest.mark.parametrize("kind", KINDS_OF_HEADS)
def test_gradients_are_those_of_padded_examples(kind, longest, monkeypatch):
    """`longest` is what goes in blocks; on other devices and for long sequences everything else goes run by run."""
    monkeypatch.setattr(packing, "LEARNT", longest)
    ours = model(sharp=3)
    examples = every(kind, [1, 2, 2, 3, 5, 5, 8, 9, 9, 12, 14, 20, 20, 33])
    ours.add_head(kind, examples.outputs)
    ours.eval()
    batch = pack(examples, range(len(examples)))
    theirs = stock(ours, "sdpa")
    theirs.embeddings.word_embeddings.weight.requires_grad_(True)
    read = ours.states(torch.from_numpy(batch.ids), batch.lengths, points=batch.points)
    mine = torch.stack(losses(ours, kind, read, batch, examples.group))
    gradients = torch.autograd.grad(mine.mean(), list(ours.body.parameters()), allow_unused=True)
    states = torch.cat(padded(theirs, np.split(batch.ids, np.cumsum(batch.lengths)[:-1])))[torch.from_numpy(batch.points)]
    if kind == "mlm":  # the head is tied to the embeddings
        ours.body.embeddings.word_embeddings.weight = theirs.embeddings.word_embeddings.weight
    reference = torch.stack(losses(ours, kind, states, batch, examples.group))
    torch.testing.assert_close(mine, reference, **SAME)
    expected = torch.autograd.grad(reference.mean(), list(theirs.parameters()), allow_unused=True)
    assert max(float(one.abs().max()) for one in expected if one is not None) > 1e-3
    for (name, _), one, other in zip(ours.body.named_parameters(), gradients, expected, strict=True):
        torch.testing.assert_close(one, other, atol=1e-6, rtol=1e-4, msg=lambda m, n=name: f"{n}: {m}")


@given(st.lists(st.integers(1, 300), min_size=1, max_size=30), st.sampled_from([1, 4, 16]))
def test_blocks_take_every_sequence_once_and_never_part_those_of_one_length(sizes, heads):
    sizes = sorted(sizes)
    groups = alike(runs_of(sizes), heads)
    assert [number for begin, end in groups for number in range(begin, end)] == list(range(len(sizes)))
    assert all(sizes[begin - 1] < sizes[begin] for begin, _ in groups[1:])


@pytest.mark.parametrize("alone", [False, True], ids=["a query for each token", "a query for each sequence"])
def test_what_a_gpus_kernel_is_given_is_what_it_asks_for(alone, monkeypatch):
    """The kernel itself needs a GPU; in its place stands what its documentation says that it computes."""
    from torch.nn.attention import varlen

    def documented(query, key, value, ends_q, ends_k, most_q, most_k, *, scale):
        assert ends_q.dtype == ends_k.dtype == torch.int32 and ends_q[-1] == len(query) and ends_k[-1] == len(key)
        assert int(ends_q.diff().max()) == most_q and int(ends_k.diff().max()) == most_k
        parts = []
        for (a, b), (c, d) in zip(pairwise(ends_q.tolist()), pairwise(ends_k.tolist()), strict=True):
            q, k, v = (t.transpose(0, 1) for t in (query[a:b], key[c:d], value[c:d]))
            parts.append(torch.nn.functional.scaled_dot_product_attention(q, k, v, scale=scale).transpose(0, 1))
        return torch.cat(parts)

    monkeypatch.setattr(varlen, "varlen_attn", documented)
    runs, (heads, size) = runs_of([2, 5, 5, 9]), (2, 8)
    query, key, value = torch.randn(3, 1, heads, 21, size).unbind(0)
    query = query[:, :, :4] if alone else query
    expected = packing._by_run(query, key, value, runs, 0.3)
    torch.testing.assert_close(packing._flash(query, key, value, runs, 0.3), expected)


# ---- dropout ----


@given(st.sampled_from([0.05, 0.1, 0.5]), st.integers(0, 1000))
@settings(max_examples=20)
def test_dropout_drops_its_share_and_keeps_the_mean(share, seed):
    torch.manual_seed(seed)
    states = torch.ones(200, 250, requires_grad=True)
    kept = Dropout(share)(states)
    assert kept.unique().tolist() == pytest.approx([0.0, 1 / (1 - share)], abs=1e-4)
    spread = (share * (1 - share) / states.numel()) ** 0.5
    assert abs(float((kept == 0).float().mean()) - share) < 6 * spread
    kept.sum().backward()
    assert torch.equal(states.grad, kept.detach())  # what is dropped gets no gradient, the rest the same factor


def test_dropout_is_drawn_from_torchs_generator_and_rests_in_evaluation():
    layer, states = Dropout(0.5), torch.ones(50, 50)
    torch.manual_seed(1)
    first, second = layer(states), layer(states)
    torch.manual_seed(1)
    assert torch.equal(layer(states), first) and not torch.equal(first, second)
    assert layer.eval()(states) is states and Dropout(0.0)(states) is states
    assert not Dropout(1.0)(states).any()


# ---- packing ----


@given(lengths, st.sampled_from(["pairs", "tags", "spans", "choices"]), st.data())
def test_packing_reorders_examples_and_loses_nothing_of_them(sizes, kind, drawn):
    examples = data(kind, sizes, seed=len(sizes))
    wanted = drawn.draw(st.lists(st.integers(0, len(examples) - 1), min_size=1, max_size=10))
    batch = pack(examples, wanted)
    assert sorted(batch.items) == sorted(wanted)
    assert examples.lengths[batch.items].tolist() == sorted(examples.lengths[wanted].tolist())
    ids, points = np.split(batch.ids, np.cumsum(batch.lengths)[:-1]), np.split(batch.points, np.cumsum(batch.counts)[:-1])
    starts = np.concatenate([[0], np.cumsum(batch.lengths)])
    for number, example in enumerate(batch.items):
        assert np.array_equal(batch.targets[number], examples.targets[example])
        for k in range(examples.group):
            mine, theirs = number * examples.group + k, example * examples.group + k
            assert np.array_equal(ids[mine], examples.ids[theirs])
            assert np.array_equal(points[mine] - starts[mine], examples.points[theirs])


@given(lengths, st.integers(1, 60), st.sampled_from(["pairs", "choices"]))
def test_a_budget_of_tokens_takes_every_example_once(sizes, budget, kind):
    examples = data(kind, sizes, seed=0)
    groups = list(by_budget(examples, budget))
    assert sorted(example for group in groups for example in group) == list(range(len(examples)))
    assert all(len(group) == 1 or examples.lengths[group].sum() <= budget for group in groups)


def test_what_is_predicted_does_not_hang_on_how_examples_were_grouped():
    ours, examples = model(), data("tags", [9, 3, 14, 5, 9, 20], seed=5)
    ours.add_head("tags", examples.outputs)

    def numbers(logits, batch, _):
        return [part.argmax(-1).tolist() for part in logits.split(batch.counts)]

    one_by_one, at_once = (loop.outputs(ours, "tags", examples, numbers, budget) for budget in (1, 10**6))
    assert one_by_one == at_once and [len(one) for one in at_once] == [len(points) for points in examples.points]
    few, many = (loop.embeddings(ours, examples, 1, budget) for budget in (1, 10**6))
    np.testing.assert_allclose(few, many, atol=1e-5)
    expected = torch.stack([one.mean(0) for one in alone(stock(ours, "eager"), list(examples.ids), 1)])
    np.testing.assert_allclose(many, expected.detach().numpy(), atol=1e-5)
