"""The artificial world has a truth: what makes a language harder to transfer to is known, and a pretrained model shows it.

The languages of a minimal pair differ from `a2a` in one thing alone, and its null twin in nothing but a seed. The model that
ships for `typology` was pretrained on all of them; no training follows, so that this takes seconds. Sentences are drawn anew for
each seed.
"""

from __future__ import annotations

from pathlib import Path
from random import Random

import numpy as np
import pytest

from replicate import checkpoints, experiments, resources
from replicate.models import encoder, tokens
from replicate.sources.world import mining
from replicate.tasks import TASKS, retrieval
from replicate.training import loop

SEEDS, SENTENCES, LAYER = (1, 2, 3, 4), 100, 2
BASE, NULL = "a2a", "a2a-null"


@pytest.fixture(scope="module")
def found() -> dict[str, np.ndarray]:
    """Of a hundred sentences, how many find their translation into the pivot: by language, a number for each seed."""
    folder: Path = resources.data() / "checkpoints" / checkpoints.pretraining(experiments.find("typology"))[-1].id
    model, tokenizer, task = encoder.load(folder), tokens.load(folder), TASKS["tatoeba"]

    def right(language: str, seed: int) -> float:
        example = mining.MINERS[task.id](Random(f"planted {seed}"), language, "planted", SENTENCES)
        sides = (retrieval.encode_texts(side, tokenizer, 128) for side in (example.queries, example.candidates))
        nearest = retrieval.find(task, example, *(loop.embeddings(model, side, LAYER, 4096) for side in sides))
        return 100 * float(np.mean([nearest[query] == candidate for query, candidate in example.gold]))

    codes = (BASE, *(f"{BASE}-{twin}" for twin in ("script", "lexicon", "order", "corpus", "null")))
    return {code: np.array([right(code, seed) for seed in SEEDS]) for code in codes}


@pytest.mark.parametrize("twin", ["script", "lexicon"])
def test_another_script_and_other_words_are_far_harder_for_every_seed(found, twin):
    assert (found[f"{BASE}-{twin}"] < found[BASE] - 15).all(), found


def test_another_order_of_words_is_harder(found):
    assert found[f"{BASE}-order"].mean() < found[BASE].mean(), found


def test_the_null_twin_differs_less_than_any_that_is_really_harder(found):
    """It was drawn with another seed, so it differs by the chance of its words; the effects above are larger than that chance."""
    null = abs(found[NULL] - found[BASE]).mean()
    assert all(abs(found[f"{BASE}-{twin}"] - found[BASE]).mean() > 1.5 * null for twin in ("script", "lexicon")), found
