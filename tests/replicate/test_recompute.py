"""Layers that are computed twice instead of kept: the same weights to the last bit, and less to keep."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from replicate import devices
from replicate.models import adapters, encoder, nano, seq2seq
from replicate.problems import Failure
from replicate.tasks import texts
from replicate.tasks.kinds import KINDS
from replicate.training import batches, loop
from replicate.training.batches import Encoded, encoded, ragged, single
from replicate.training.loop import Lesson, Schedule

VOCABULARY, MASK = 140, 139
SCHEDULE = Schedule(updates=4, learning_rate=3e-3, warmup=0.1, weight_decay=0.01, clip=1.0)


def pairs(count: int = 24) -> Encoded:
    rng = np.random.default_rng(0)
    ids = [[0, 7 + n % 2, *rng.integers(10, 100, n % 5 + 2), 2] for n in range(count)]
    return encoded(ragged(ids), single(np.zeros(count)), single([n % 2 for n in range(count)]), 2, labels=("8", "7"))


def sentences(count: int = 24, length: int = 9) -> Encoded:
    rng = np.random.default_rng(1)
    return encoded(ragged([[0, *rng.integers(4, 100, length), 2] for _ in range(count)]))


def said(count: int = 24) -> Encoded:
    """Texts and what mT5 is to say of them."""
    rng = np.random.default_rng(2)
    rows = [rng.integers(4, 100, n % 5 + 3) for n in range(count)]
    return encoded(ragged(rows), None, ragged([[20 + n % 2, 2] for n in range(count)]))


PLAIN = (Lesson("toy", pairs(), KINDS["pairs"].loss, 8), Lesson("mlm", sentences(), None, 8))


def xlmr(kind: str = "") -> tuple[torch.nn.Module, tuple[Lesson, ...]]:
    model = encoder.new(nano.config("tiny", VOCABULARY, dropout=0.1), seed=1)
    model.add_head("toy", 2)
    if kind:
        adapters.install(model, adapters.Adapter(kind, "task"), 1)
    return model, PLAIN


def mt5() -> tuple[torch.nn.Module, tuple[Lesson, ...]]:
    return seq2seq.new(nano.mt5("tiny", VOCABULARY, dropout=0.1), seed=1), (Lesson("said", said(), texts.loss, 8),)


MODELS = {"xlmr": xlmr, "mt5": mt5, "pfeiffer": lambda: xlmr("pfeiffer"), "lora": lambda: xlmr("lora")}


@pytest.mark.parametrize("make", MODELS.values(), ids=MODELS)
def test_computing_twice_gives_the_same_weights_bit_for_bit_dropout_included(make, monkeypatch):
    found = []
    for again in ("0", "1"):
        monkeypatch.setenv(devices.RECOMPUTE, again)
        model, lessons = make()
        figures = loop.teach(model, lessons, SCHEDULE, 5, MASK, lambda done, total: None)
        found.append((figures, {name: value.clone() for name, value in model.state_dict().items()}))
    (plain, one), (twice, two) = found
    assert plain == twice
    assert all(torch.equal(one[name], two[name]) for name in one) and one.keys() == two.keys()


def kept(model: torch.nn.Module, lesson: Lesson) -> int:
    """Bytes that a forward pass keeps for the way back, weights aside."""
    weights, seen = {one.data_ptr() for one in model.parameters()}, {}

    def keep(tensor: torch.Tensor) -> torch.Tensor:
        if tensor.data_ptr() not in weights:
            seen[tensor.data_ptr()] = tensor.untyped_storage().nbytes()
        return tensor

    batch = batches.pack(lesson.data, range(8))
    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        loss = model.learn(lesson, batch)
    loss.backward()
    return sum(seen.values())


@pytest.mark.parametrize("name", ["xlmr", "mt5"])
def test_computing_twice_keeps_less(name, monkeypatch):
    sizes = []
    for again in ("0", "1"):
        monkeypatch.setenv(devices.RECOMPUTE, again)
        model, lessons = MODELS[name]()
        loop.begin(model)
        sizes.append(kept(model, lessons[0]))
    assert sizes[1] < 0.7 * sizes[0]


# ---- what is said where memory runs out ----

SAYS = {
    "torch": RuntimeError(
        "[enforce fail at alloc_cpu.cpp:127] DefaultCPUAllocator: can't allocate memory: you tried to allocate"
    ),
    "cuda": torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB"),
    "python": MemoryError(),
}


@pytest.mark.parametrize("error", SAYS.values(), ids=SAYS)
def test_out_of_memory_names_the_settings_to_change_and_changes_none(error, monkeypatch):
    def fail(*_):
        raise error

    model, lessons = xlmr()
    monkeypatch.setattr(model, "learn", fail)
    with pytest.raises(Failure) as failure:
        loop.teach(model, lessons[:1], SCHEDULE, 5, MASK, lambda done, total: None)
    says = str(failure.value)
    assert says.startswith("toy: cpu has no memory for ") and "\n" not in says
    assert "--at-once " in says and "--recompute" in says and "--workers" in says


def test_an_error_that_is_not_about_memory_stays_what_it_is(monkeypatch):
    def fail(*_):
        raise RuntimeError("mat1 and mat2 shapes cannot be multiplied")

    model, lessons = xlmr()
    monkeypatch.setattr(model, "learn", fail)
    with pytest.raises(RuntimeError, match="mat1 and mat2"):
        loop.teach(model, lessons[:1], SCHEDULE, 5, MASK, lambda done, total: None)
