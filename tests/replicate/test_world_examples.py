"""Examples of the artificial world: of every task in every language, the same everywhere and every time."""

from __future__ import annotations

import os
import subprocess
import sys
from collections import Counter
from difflib import SequenceMatcher
from pathlib import Path
from random import Random
from statistics import mean

import pytest

from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Choice, Mining, Pair, Span, Tagged
from replicate.sources.world import SIZES, grammar, meanings, mining, tree
from replicate.sources.world.voice import TRANSLATION_ERRORS, Voice
from replicate.tasks import INTERMEDIATE, TASKS, XTREME

ROOT = Path(__file__).resolve().parents[2]
WORLD = open_source("world")
NOT_SPOKEN = {"siqa", "copa", "mewslix"}
# one example is one text, not a collection
SPOKEN = [id for id, task in TASKS.items() if task.kind != "retrieval" and id not in NOT_SPOKEN]
FORMS = {"pairs": Pair, "tags": Tagged, "spans": Span, "choices": Choice}


def examples(task: str, split: str = "test", language: str = tree.PIVOT, limit: int | None = 20, **more) -> list:
    return list(WORLD.examples(task, split, language, limit=limit, **more))


def content(example) -> tuple:
    """All of an example but its id."""
    return tuple(value for name, value in vars(example).items() if name != "id")


def test_every_task_of_the_paper_has_a_maker():
    assert set(INTERMEDIATE) | set(XTREME) | {"xcopa", "lareqa"} <= set(TASKS)
    assert set(SPOKEN) | set(mining.MINERS) == set(TASKS) - NOT_SPOKEN


@pytest.mark.parametrize("task", sorted(NOT_SPOKEN))
def test_what_is_not_spoken_in_the_world_is_said_to_be_missing(task):
    assert WORLD.missing(task, "test", tree.PIVOT) == f"{task} is not spoken in the artificial world"
    with pytest.raises(Problem, match="is not spoken in the artificial world"):
        WORLD.examples(task, "test", tree.PIVOT)


@pytest.mark.parametrize("task", SPOKEN)
def test_a_task_has_examples_of_its_form_in_every_language_and_split(task):
    zero_shot = TASKS[task].role == "target"
    for language in WORLD.languages:
        for split in SIZES:
            if split == "train" and zero_shot and language != tree.PIVOT:
                continue
            found = examples(task, split, language, 3)
            assert [type(one) for one in found] == [FORMS[TASKS[task].kind]] * 3
            assert len({one.id for one in found}) == 3 and all(one.id.startswith(f"{task}-{split}-") for one in found)


@pytest.mark.parametrize("task", mining.MINERS)
def test_retrieval_has_collections_with_gold_in_every_language_and_no_training_data(task):
    for language in WORLD.languages:
        (one,) = examples(task, "test", language, 30)
        assert isinstance(one, Mining) and len(set(one.queries)) == len(one.queries)
        assert all(0 <= i < len(one.queries) and 0 <= j < len(one.candidates) for i, j in one.gold)
    with pytest.raises(Problem, match=f"{task} has no training data"):
        examples(task, "train")


def test_tatoeba_and_bucc_pair_translations_and_lareqa_answers_in_every_language_of_the_demonstration():
    (one,) = examples("tatoeba", language=tree.PIVOT, limit=None)
    assert all(one.queries[i] == one.candidates[j] for i, j in one.gold) and len(one.gold) == 100
    (one,) = examples("bucc2018", language=tree.PIVOT, limit=None)
    assert {(i, one.candidates.index(said)) for i, said in enumerate(one.queries) if said in one.candidates} == set(one.gold)
    assert len(one.gold) == len(one.queries) / 3
    (one,) = examples("lareqa", limit=None)
    assert Counter(i for i, _ in one.gold) == dict.fromkeys(range(len(one.queries)), len(tree.DEMO))
    assert sorted(j for _, j in one.gold) == list(range(len(one.candidates)))


@pytest.mark.parametrize("task", [id for id, one in TASKS.items() if one.role == "target" and one.kind != "retrieval"])
def test_a_target_refuses_training_data_outside_the_pivot(task):
    with pytest.raises(Problem, match=f"{task} has training data in the pivot a1a only, not in b1a: transfer is zero-shot"):
        examples(task, "train", "b1a")


@pytest.mark.parametrize("task", SPOKEN)
def test_labels_are_those_that_the_source_lists(task):
    for language in WORLD.languages:
        for one in examples(task, "test", language, 60 if TASKS[task].kind == "tags" else 5):
            if isinstance(one, Pair):
                assert one.label in WORLD.labels(task)
            elif isinstance(one, Tagged):
                assert set(one.tags) <= set(WORLD.labels(task)) and len(one.tags) == len(one.words) and all(one.words)
            elif isinstance(one, Choice):
                assert len(one.options) == TASKS[task].choices and 0 <= one.label < len(one.options)
            else:
                assert bool(one.answers) or TASKS[task].unanswerable


@pytest.mark.parametrize("task", SPOKEN)
def test_test_sets_are_parallel(task):
    """What an example teaches is the same in every language; where words move, so do their tags, and none is lost."""

    def taught(one) -> object:
        if isinstance(one, Span):
            return len(one.answers)
        return one.label if isinstance(one, Pair | Choice) else Counter(tag for tag in one.tags if tag[:1] == "B")

    pivot = [(one.id, taught(one)) for one in examples(task)]
    for language in WORLD.languages:
        assert [(one.id, taught(one)) for one in examples(task, language=language)] == pivot


@pytest.mark.parametrize("task", [id for id, one in TASKS.items() if one.kind == "spans"])
@pytest.mark.parametrize("translated", [False, True])
def test_an_answer_stands_at_its_offset(task, translated):
    for language in WORLD.languages:
        for one in examples(task, language=language, translated=translated):
            for answer in one.answers:
                assert answer.strip() == answer != "" and one.context[one.start :].startswith(answer)
            assert (one.start >= 0) == bool(one.answers)


@pytest.mark.parametrize("task", SPOKEN)
def test_splits_share_next_to_nothing(task):
    """Short sentences meet by chance; examples of test that training has seen stay below three in a hundred."""
    seen = {content(one) for one in examples(task, "train", limit=2000)}
    test = {content(one) for one in examples(task, "test", limit=200)}
    dev = {content(one) for one in examples(task, "dev", limit=200)}
    assert min(len(test), len(dev)) >= 195
    assert len(test & seen) <= 6 and len(dev & seen) <= 6 and len(dev & test) <= 6


@pytest.mark.parametrize("task", [id for id in SPOKEN if TASKS[id].kind in ("pairs", "choices")])
def test_labels_are_balanced(task):
    counts = Counter(one.label for one in examples(task, "train", limit=400))
    classes = TASKS[task].choices or len(TASKS[task].labels)
    assert len(counts) == classes
    # Five standard deviations of a fair die: chance alone fails this once in a million labels.
    fair, spread = 400 / classes, 5 * (400 / classes * (1 - 1 / classes)) ** 0.5
    assert all(abs(count - fair) < spread for count in counts.values())


def test_a_third_of_squad2_has_no_answer():
    share = mean(not one.answers for one in examples("squad2", "train", limit=600))
    assert 0.24 < share < 0.43


# ---- the same examples again ----

DIGEST = """
import hashlib, itertools
from replicate.sources import open_source
world, found = open_source("world"), hashlib.sha256()
for code in ("a1a", "c1a", "e1a"):
    for task in ("anli+", "ccg", "squad2", "hellaswag", "panx", "lareqa"):
        found.update(repr(world.examples(task, "test", code, limit=10, translated=True)).encode())
    found.update(repr(list(itertools.islice(world.text(code), 30))).encode())
found.update(repr(world.labels("ccg")).encode())
print(found.hexdigest())
"""


def test_examples_and_texts_do_not_depend_on_the_process():
    """Sets of strings walk in another order under another hash seed: nothing may hang on it."""
    digests = set()
    for seed in ("0", "1"):
        env = {**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": str(ROOT)}
        digests.add(subprocess.run([sys.executable, "-c", DIGEST], env=env, capture_output=True, text=True, check=True).stdout)
    assert len(digests) == 1 and len(digests.pop().strip()) == 64


@pytest.mark.parametrize("task", ["mnli", "udpos", "mlqa", "csqa"])
def test_a_limit_takes_the_first_of_the_same_examples(task):
    assert examples(task, limit=5) == examples(task, limit=9)[:5]


# ---- machine translation ----


@pytest.mark.parametrize("code", ["a1b", "e1a", "f1a"])
def test_machine_translation_errs_at_its_stated_rate(code):
    words = wrong = lost = 0
    for told in (meanings.event(Random(f"{number}"), 0.5, 0.6, 0.5) for number in range(400)):
        ours = [word.form for word in grammar.speak(told, code)]
        theirs = [word.form for word in Voice(code, TRANSLATION_ERRORS).words(told)]
        assert theirs[-1] == ours[-1]  # the full stop is safe
        kept = sum(block.size for block in SequenceMatcher(None, ours, theirs, autojunk=False).get_matching_blocks())
        words, wrong, lost = words + len(ours) - 1, wrong + len(ours) - kept, lost + len(ours) - len(theirs)
    assert words > 2000
    assert 0.2 < lost / wrong < 0.4  # the others are mistaken for other words
    assert abs(wrong / words - TRANSLATION_ERRORS) < 0.025


@pytest.mark.parametrize("task", INTERMEDIATE)
def test_translated_training_data_keeps_its_labels_and_differs_from_native_text(task):
    native, translated = examples(task, "train", "b1a", 10), examples(task, "train", "b1a", 10, translated=True)
    assert [one.id for one in native] == [one.id for one in translated]
    if TASKS[task].kind in ("pairs", "choices"):
        assert [one.label for one in native] == [one.label for one in translated]
    if task != "csqa":  # its one short sentence survives more often than not
        assert sum(one != two for one, two in zip(native, translated, strict=True)) >= 5
    assert examples(task, "train", tree.PIVOT, 10, translated=True) == examples(task, "train", tree.PIVOT, 10)


# ---- names that do not exist ----


@pytest.mark.parametrize(
    ("task", "split", "language", "says"),
    [
        ("xnil", "test", "a1a", "unknown task 'xnil'; did you mean xnli"),
        ("xnli", "tset", "a1a", "unknown split 'tset'; did you mean test"),
        ("xnli", "test", "a2a-scrpt", "unknown language of the artificial world 'a2a-scrpt'; did you mean a2a-script"),
    ],
)
def test_a_mistyped_name_is_answered_with_the_nearest(task, split, language, says):
    with pytest.raises(Problem) as error:
        examples(task, split, language)
    assert str(error.value).startswith(says) and "\n" not in str(error.value)


def test_a_mistyped_language_has_no_text_and_a_mistyped_source_no_world():
    with pytest.raises(Problem, match="unknown language of the artificial world 'a1'"):
        WORLD.text("a1")
    with pytest.raises(Problem, match="unknown source 'wrold'; did you mean world"):
        open_source("wrold")
    assert open_source(WORLD.id) == open_source("world") and WORLD.id.startswith("world@")
