"""Retrieval by embeddings, against plain loops that do what the papers say, and against rankings drawn up by hand."""

from __future__ import annotations

import math
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import tasks
from replicate.metrics import measure, mining, neighbours, scores
from replicate.problems import Problem
from replicate.sources.examples import Mining
from replicate.tasks import retrieval

ROOT = Path(__file__).resolve().parents[2]


@st.composite
def clouds(draw) -> tuple[np.ndarray, np.ndarray]:
    """Two collections of vectors; they lie close together, as embeddings of sentences do."""
    rng = np.random.default_rng(draw(st.integers(0, 10**9)))
    n, m, size = draw(st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(2, 6)))
    common = rng.normal(size=size) * draw(st.sampled_from([0.0, 1.0, 3.0]))
    return rng.normal(size=(n, size)) + common, rng.normal(size=(m, size)) + common


def cosine(a: np.ndarray, b: np.ndarray) -> float:
    return sum(x * y for x, y in zip(a, b, strict=True)) / math.sqrt(sum(x * x for x in a) * sum(y * y for y in b))


def laser(queries: np.ndarray, candidates: np.ndarray, k: int = 4) -> list[tuple[int, int, float]]:
    """Margin mining as Artetxe and Schwenk describe it and XTREME runs it (ratio margin, 4 neighbours, both directions).

    Of its k nearest neighbours each sentence proposes the one with the highest margin; the best proposals win.
    """
    sims = [[cosine(q, c) for c in candidates] for q in queries]
    flip = [[row[j] for row in sims] for j in range(len(candidates))]

    def nearest(row: list[float]) -> list[int]:
        return sorted(range(len(row)), key=lambda j: -row[j])[:k]

    forward = [sum(row[j] for j in nearest(row)) / len(nearest(row)) for row in sims]
    backward = [sum(row[i] for i in nearest(row)) / len(nearest(row)) for row in flip]

    def margin(i: int, j: int) -> float:
        return sims[i][j] / ((forward[i] + backward[j]) / 2)

    proposals = [(i, max(nearest(row), key=lambda j, i=i: margin(i, j))) for i, row in enumerate(sims)]
    proposals += [(max(nearest(row), key=lambda i, j=j: margin(i, j)), j) for j, row in enumerate(flip)]
    found: list[tuple[int, int, float]] = []
    for i, j in sorted(proposals, key=lambda pair: -margin(*pair)):
        if all(i != a and j != b for a, b, _ in found):
            found.append((i, j, margin(i, j)))
    return found


@given(clouds())
def test_mining_finds_the_pairs_of_the_reference(sides):
    queries, candidates = (np.abs(side) for side in sides)  # all cosines above zero, as a ratio needs them
    ours, theirs = mining.mine(queries, candidates), laser(queries, candidates)
    assert [pair[:2] for pair in ours] == [pair[:2] for pair in theirs]
    assert [pair[2] for pair in ours] == pytest.approx([pair[2] for pair in theirs])


def test_a_sentence_proposes_none_but_its_neighbours():
    """A far candidate can have the highest margin of all, where nothing is near to it; it shows in one cloud of twenty."""
    for seed in range(120):
        queries, candidates = np.abs(np.random.default_rng(seed).normal(size=(2, 12, 2)))
        assert [pair[:2] for pair in mining.mine(queries, candidates)] == [pair[:2] for pair in laser(queries, candidates)]


@given(clouds())
def test_mining_uses_each_side_once_and_lists_the_best_pair_first(sides):
    found = mining.mine(*(np.abs(side) for side in sides))
    assert len({i for i, _, _ in found}) == len({j for _, j, _ in found}) == len(found) >= 1
    assert [pair[2] for pair in found] == sorted((pair[2] for pair in found), reverse=True)


@given(clouds(), st.floats(0.01, 100))
def test_length_of_a_vector_says_nothing(sides, factor):
    queries, candidates = sides
    assert mining.nearest(queries * factor, candidates) == mining.nearest(queries, candidates)
    assert [p[:2] for p in mining.mine(queries * factor, candidates)] == [p[:2] for p in mining.mine(queries, candidates)]


ALIKE = (
    [[5, 1, 0, 2], [1, 6, 1, 0], [0, 2, 7, 1], [3, 3, 1, 1], [1, 0, 2, 8], [4, 4, 4, 1]],
    [[1, 7, 0, 1], [6, 0, 1, 2], [1, 1, 8, 2], [2, 1, 1, 9], [3, 4, 3, 2]],
)
OPPOSED = [[2, -1, 0], [-1, 3, 1], [0, -2, 1], [-3, -1, 2]], [[-2, 1, 1], [1, 2, -1], [1, -3, 0]]


@pytest.mark.parametrize(
    ("sides", "k", "expected"),
    [
        (ALIKE, 4, [(4, 3, 1.640956), (2, 2, 1.625087), (1, 0, 1.559081), (0, 1, 1.436342), (5, 4, 1.214729)]),
        (ALIKE, 2, [(4, 3, 1.300211), (2, 2, 1.164114), (0, 1, 1.156361), (1, 0, 1.108141), (5, 4, 1.079403)]),
        (OPPOSED, 4, [(2, 2, 24.86989), (3, 0, 15.01746)]),  # margins that are not above zero are no pairs
        (OPPOSED, 2, [(2, 2, 1.527786), (3, 0, 1.348169), (1, 1, 1.142857)]),
    ],
)
def test_mining_gives_what_xtremes_code_gives(sides, k, expected):
    """mine_bitext of XTREME's utils_retrieve.py (cosine, ratio, max) on the same vectors, with faiss-cpu 1.15.1."""
    found = mining.mine(*(np.array(side, dtype=np.float32) for side in sides), k)
    assert [pair[:2] for pair in found] == [pair[:2] for pair in expected]
    assert [pair[2] for pair in found] == pytest.approx([pair[2] for pair in expected], rel=1e-6)


def test_a_vector_of_zeros_has_no_pair():
    sides = np.array([[0.0, 0], [1, 0]]), np.array([[0.0, 0], [1, 1]])
    assert [pair[:2] for pair in mining.mine(*sides)] == [(1, 1)]
    assert mining.mine(np.zeros((2, 3)), np.zeros((2, 3))) == []


@pytest.mark.parametrize(
    ("queries", "candidates", "says"),
    [
        (np.ones((2, 3)), np.ones((2, 4)), "queries have 3 dimensions, candidates 4"),
        (np.ones((0, 3)), np.ones((2, 3)), r"the query vectors have the shape \(0, 3\)"),
        (np.ones((2, 3)), np.array([[1, 1, 1], [1, np.nan, 1]]), "the vector of candidate 1 has a value"),
        (np.array([[1, np.inf]]), np.ones((2, 2)), "the vector of query 0 has a value"),
    ],
)
def test_vectors_that_cannot_be_compared_are_named(queries, candidates, says):
    with pytest.raises(Problem, match=says):
        mining.mine(queries, candidates)


MEASURE = """
import resource, sys
import numpy as np
from replicate.metrics import neighbours
most = lambda: resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (2**20 if sys.platform == "darwin" else 2**10)
vectors = np.random.default_rng(0).standard_normal((10_000, 8), dtype=np.float32)
neighbours.nearest_both(vectors[:200], vectors[:200], 4)
before = most()
neighbours.nearest_both(vectors, vectors, 4, memory=32 << 20)
print(most() - before)
"""


def test_the_matrix_of_all_cosines_is_never_whole():
    """10,000 x 10,000 cosines are 381 MiB; with 32 allowed the process grows by less than 100."""
    pytest.importorskip("resource")
    done = subprocess.run([sys.executable, "-c", MEASURE], capture_output=True, text=True, check=True, cwd=ROOT)
    assert int(done.stdout) < 100


@pytest.mark.parametrize("memory", [1 << 14, 1 << 30])
def test_neighbours_are_the_same_in_small_blocks_and_large_ones(memory):
    rng = np.random.default_rng(0)
    queries, candidates = rng.normal(size=(150, 16)), rng.normal(size=(210, 16))
    cosines = (queries / np.linalg.norm(queries, axis=1)[:, None]) @ (candidates / np.linalg.norm(candidates, axis=1)[:, None]).T
    forward, backward = neighbours.nearest_both(queries, candidates, 5, memory)
    assert np.array_equal(forward.index, np.argsort(-cosines, axis=1)[:, :5])
    assert np.array_equal(backward.index, np.argsort(-cosines.T, axis=1)[:, :5])
    np.testing.assert_allclose(forward.cosine, -np.sort(-cosines, axis=1)[:, :5], atol=1e-6)


def test_of_equal_cosines_the_first_comes_first():
    assert mining.ranked(np.ones((1, 2)), np.ones((70, 2)), 4) == [[0, 1, 2, 3]]


def directions(*degrees: float) -> np.ndarray:
    return np.stack([np.cos(np.radians(degrees)), np.sin(np.radians(degrees))], 1)


def test_a_hub_that_is_near_to_all_wins_by_cosine_and_not_by_margin():
    queries, candidates = directions(0, 30), directions(20, 60)  # the first candidate is nearest to both queries
    assert mining.nearest(queries, candidates) == [0, 0]
    assert [pair[:2] for pair in mining.mine(queries, candidates)] == [(0, 0), (1, 1)]


def test_nearest_is_the_highest_cosine_by_hand():
    queries = np.array([[1.0, 0.0], [0.0, 2.0], [1.0, 1.0]])
    candidates = np.array([[0.1, 5.0], [3.0, 3.1], [9.0, 0.5]])
    assert mining.nearest(queries, candidates) == [2, 0, 1]


# ---- the threshold ----

mined = st.lists(st.tuples(st.integers(0, 6), st.booleans()), max_size=12)


def pair_f1(found: list, gold: list) -> float:
    return scores.figure(scores.pairs_f1(gold, [pair[:2] for pair in found]))


def collection(drawn: list[tuple[int, bool]], missed: int) -> tuple[list[tuple[int, int, float]], list[tuple[int, int]]]:
    """Mined pairs with margins on a coarse grid, so that some are equal; gold holds the right ones and some never mined."""
    found = [(n, n, margin / 4) for n, (margin, _) in enumerate(drawn)]
    gold = [(n, n) for n, (_, right) in enumerate(drawn) if right] + [(100 + n, 100 + n) for n in range(missed)]
    return sorted(found, key=lambda pair: -pair[2]), gold


@given(mined, st.integers(0, 3))
def test_no_threshold_is_better_than_the_best(drawn, missed):
    found, gold = collection(drawn, missed)

    def kept(cut: float) -> float:
        return pair_f1([pair for pair in found if pair[2] >= cut], gold)

    everywhere = [0.0, 2.0, *(pair[2] for pair in found)]
    assert kept(mining.best_threshold(found, gold)) == pytest.approx(max(kept(cut) for cut in everywhere))


def test_the_threshold_lies_half_way_between_the_last_pair_kept_and_the_next():
    found = [(0, 0, 1.5), (1, 1, 1.3), (2, 9, 1.1), (3, 8, 1.0)]
    assert mining.best_threshold(found, [(0, 0), (1, 1), (2, 2)]) == pytest.approx(1.2)
    assert mining.best_threshold(found[:2], [(0, 0), (1, 1)]) == 1.3  # nothing comes after: all are kept
    assert mining.best_threshold(found, [(7, 7)]) == 0  # none is right: as XTREME's, which begins with it


def test_f1_of_mined_pairs_by_hand():
    found = [(0, 0, 1.5), (1, 1, 1.3), (2, 9, 1.1)]
    assert pair_f1(found, [(0, 0), (1, 1), (2, 2), (3, 3)]) == pytest.approx(100 * 2 * 2 / (3 + 4))
    assert pair_f1([], [(0, 0)]) == pair_f1([], []) == 0


# ---- mean average precision ----


def precision(queries: np.ndarray, candidates: np.ndarray, right: list[set[int]], depth: int) -> float:
    return scores.figure(scores.mean_average_precision(right, mining.ranked(queries, candidates, depth), depth))


def ranked(*orders: list[int]) -> tuple[np.ndarray, np.ndarray]:
    """Vectors under which each query ranks the candidates in the given order."""
    count = max(map(len, orders))
    candidates = np.eye(count)
    queries = np.array([[count - order.index(j) for j in range(count)] for order in orders], dtype=float)
    return queries, candidates


def test_average_precision_by_hand():
    queries, candidates = ranked([2, 0, 1, 3])
    # Right ones at ranks 1 and 4: (1/1 + 2/4) / 2.
    assert precision(queries, candidates, [{2, 3}], 20) == pytest.approx(75)
    # To a depth of 2 only the first is seen, of two that would fit: (1/1) / 2.
    assert precision(queries, candidates, [{2, 3}], 2) == pytest.approx(50)
    # To a depth of 1 one fits: a perfect list is a perfect score.
    assert precision(queries, candidates, [{2, 3}], 1) == pytest.approx(100)


def test_mean_average_precision_is_the_mean_over_queries():
    queries, candidates = ranked([0, 1, 2], [0, 1, 2])
    assert precision(queries, candidates, [{0}, {2}], 20) == pytest.approx((100 + 100 / 3) / 2)


@given(st.permutations(range(8)), st.sets(st.integers(0, 7), min_size=1), st.integers(1, 8))
def test_average_precision_is_whole_where_the_right_ones_lead(order, right, depth):
    queries, candidates = ranked(list(order))
    value = precision(queries, candidates, [right], depth)
    fits = min(len(right), depth)
    assert (value == pytest.approx(100)) == (set(order[:fits]) <= right)
    assert 0 <= value <= 100 + 1e-9


# ---- the kind: from embeddings to a task's figure ----


def figures(task: str, one: Mining, said: list) -> dict[str, float]:
    found = tasks.find(task)
    return measure.figures(measure.measure(found, measure.targets(found, [one]), said))


def test_a_text_that_stands_twice_is_embedded_once_and_found_in_both_places():
    one = Mining("b", ("a", "b", "a"), ("A", "B"), ((0, 0), (2, 0), (1, 1)))
    bucc, tatoeba = tasks.find("bucc2018"), tasks.find("tatoeba")
    assert retrieval.read(bucc, one.queries) == ("a", "b") and retrieval.read(tatoeba, one.queries) == one.queries
    found = retrieval.find(bucc, one, np.eye(2), np.eye(2))
    assert [pair[:2] for pair in found] == [(0, 0), (2, 0), (1, 1)]
    assert figures("bucc2018", one, [pair[:2] for pair in found]) == {"f1": 100}


def test_tatoeba_is_the_share_of_sentences_whose_translation_is_nearest():
    sides = np.eye(4), np.eye(4)[[1, 0, 2, 3]]
    one = Mining("t", tuple("abcd"), tuple("abcd"), ((0, 0), (1, 1), (2, 2), (3, 3)))
    assert retrieval.find(tasks.find("tatoeba"), one, *sides) == [1, 0, 2, 3]
    assert figures("tatoeba", one, [1, 0, 2, 3]) == {"accuracy": 50}


def test_bucc_cuts_where_dev_says_and_the_others_do_not_cut():
    one = Mining("b", tuple("abc"), tuple("abc"), ((0, 0), (1, 1)))
    sides = (
        np.array([[1.0, 0.1, 0.1], [0.1, 1.0, 0.1], [0.5, 0.5, 0.6]]),
        np.array([[1.0, 0, 0.1], [0, 1.0, 0.1], [0.3, 0.3, 0.3]]),
    )
    cut = retrieval.threshold(tasks.find("bucc2018"), one, *sides)
    pairs, kept = (retrieval.find(tasks.find("bucc2018"), one, *sides, margin) for margin in (None, cut))
    assert len(pairs) == 3 and figures("bucc2018", one, [pair[:2] for pair in pairs])["f1"] == pytest.approx(80)
    assert {(i, j) for i, j, _ in kept} == {(0, 0), (1, 1)}
    assert figures("bucc2018", one, [pair[:2] for pair in kept]) == {"f1": 100}
    assert retrieval.threshold(tasks.find("tatoeba"), one, *sides) is None
