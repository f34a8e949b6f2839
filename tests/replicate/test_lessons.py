"""What a step teaches from: texts of all languages, drawn so that small ones are heard, and labels shuffled as a control."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from replicate.sources import open_source
from replicate.sources.world import tree
from replicate.tasks import TASKS
from replicate.training import lessons, text

WORLD = open_source("world")


# ---- texts ----


def test_small_languages_are_heard_more_often_than_their_size_says():
    count = 3000
    drawn = text.drawn(WORLD, ["a1a", "a2a-corpus"], count, [0, 0, 0])
    small = set(WORLD.text("a2a-corpus"))
    share = sum(one in small for one in drawn) / count
    sizes = [tree.BY_CODE[code].documents for code in ("a1a", "a2a-corpus")]
    assert share == pytest.approx(sizes[1] ** 0.3 / (sizes[0] ** 0.3 + sizes[1] ** 0.3), abs=0.05)
    assert share > 2 * sizes[1] / sum(sizes)


def test_no_text_is_read_again_before_all_of_its_language_were():
    size = tree.BY_CODE["a2a-corpus"].documents
    drawn = text.drawn(WORLD, ["a2a-corpus"], 2 * size, [0])
    corpus = Counter(WORLD.text("a2a-corpus"))
    assert Counter(drawn[:size]) == Counter(drawn[size:]) == corpus and drawn[:size] != drawn[size:]
    assert text.drawn(WORLD, ["a2a-corpus"], 50, [0]) == drawn[:50] != text.drawn(WORLD, ["a2a-corpus"], 50, [1])


# ---- shuffled labels ----


@pytest.mark.parametrize("task", ["anli+", "qqp", "hellaswag", "ccg", "squad1", "squad2"])
def test_shuffling_takes_labels_from_one_another_and_leaves_the_texts(task):
    before = list(WORLD.examples(task, "train", tree.PIVOT, limit=60))
    after = lessons.shuffled(before, seed=1)
    assert after == lessons.shuffled(before, seed=1) != lessons.shuffled(before, seed=2)
    if TASKS[task].kind in ("pairs", "choices"):
        assert Counter(one.label for one in after) == Counter(one.label for one in before)
        assert [replace(one, label=was.label) for one, was in zip(after, before, strict=True)] == before
        agree = np.mean([one.label == was.label for one, was in zip(after, before, strict=True)])
        assert agree < 0.8
    elif TASKS[task].kind == "tags":
        assert [replace(one, tags=was.tags) for one, was in zip(after, before, strict=True)] == before
        assert [sorted(one.tags) for one in after] == [sorted(one.tags) for one in before] and after != before
    else:
        for one, was in zip(after, before, strict=True):
            assert (one.question, one.context) == (was.question, was.context)
            assert one.context[one.start :].startswith(one.answers[0]) and set(one.answers[0].split()) <= set(one.context.split())
        assert np.mean([one.answers == was.answers for one, was in zip(after, before, strict=True)]) < 0.5
