"""Tiny mT5s, what they read, and transformers' own model beside them: what the tests of text-to-text models look at."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from transformers import MT5ForConditionalGeneration
from transformers.utils import logging

from replicate.models import nano, sentinels, seq2seq
from replicate.models.decoding import Copied
from replicate.tasks import TASKS, texts
from replicate.training.batches import Encoded, encoded, ragged
from replicate.training.loop import Lesson, Schedule, teach

ANIMALS = "bat cow dog elk fox gnu hen owl pig ram".split()
PAD, END, SIZE = 1, 2, 50
logging.set_verbosity_error()
logging.disable_progress_bar()


def tokenizer(folder: Path) -> sentinels.Tokenizer:
    """One that has read the names of a few animals, and our own words."""
    said = [" ".join((*ANIMALS, "sees likes hits not ?"))] * 50
    sentinels.train(said, 600, texts.spoken(lambda id: TASKS[id].labels)).save(str(folder / "tokenizer.json"))
    return sentinels.load(folder)


def small(seed: int = 1, size: int = SIZE) -> seq2seq.Seq2Seq:
    return seq2seq.new(nano.mt5("tiny", size, dropout=0.0), seed)


def stock(model: seq2seq.Seq2Seq) -> MT5ForConditionalGeneration:
    """transformers' own model with the same weights; its queries are not scaled, so these are."""
    theirs = MT5ForConditionalGeneration(model.config).eval()
    theirs.lm_head.weight = torch.nn.Parameter(model.body.lm_head.weight.detach().clone())
    weights = {name.removeprefix("body."): value for name, value in model.state_dict().items()}
    scaled = {
        name: value * model.config.attention_scaling for name, value in weights.items() if name.endswith("Attention.q.weight")
    }
    assert model.config.attention_scaling == 0.25 and len(scaled) == 6
    theirs.load_state_dict({**weights, **scaled}, strict=False)
    return theirs


def rows(count: int, seed: int = 0, longest: int = 30) -> list[np.ndarray]:
    rng = np.random.default_rng(seed)
    return [np.append(rng.integers(4, SIZE, size=rng.integers(1, longest)), END) for _ in range(count)]


def some(count: int = 12) -> Encoded:
    """Texts of all lengths, each with something to say."""
    return encoded(ragged(rows(count)), targets=ragged(rows(count, 1, 8)))


def padded(some: list[np.ndarray], filler: int) -> torch.Tensor:
    return torch.nn.utils.rnn.pad_sequence([torch.from_numpy(row.astype(np.int64)) for row in some], True, filler)


def trained(words: list[list[int]]) -> tuple[seq2seq.Seq2Seq, Encoded]:
    """A model that has learnt by heart what to say of each of a few texts."""
    data = encoded(ragged([row[:6] for row in rows(len(words), longest=30)]), targets=ragged([[*row, END] for row in words]))
    model = small()
    teach(
        model, [Lesson("mnli", data, texts.loss, len(words))], Schedule(60, 2e-2, 0.1, 0.0, 1.0), 1, 0, lambda done, total: None
    )
    return model.eval(), data


SAID = [[5], [6, 7, 8], [], [9, 10, 11, 12], [13, 5]]


def out_of(passage: list[int], silent: bool = True, longest: int = 30) -> Callable[[list[int]], Copied]:
    """Every item may say what stands in this passage."""
    return lambda items: Copied([np.asarray(passage)] * len(items), END, silent, longest, torch.device("cpu"))


# ---- its folder ----


def same(one: seq2seq.Seq2Seq, two: seq2seq.Seq2Seq) -> bool:
    ours, theirs = one.state_dict(), two.state_dict()
    return ours.keys() == theirs.keys() and all(torch.equal(ours[key], theirs[key]) for key in ours)
