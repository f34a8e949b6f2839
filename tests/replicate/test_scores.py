"""The field's scores, against cases counted by hand and against the published rules written down a second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics import scores
from replicate.metrics.scores import agreement, chunk_f1, figure, run_f1
from replicate.tasks.xtreme import IOB2, UPOS

pos = st.lists(st.sampled_from(UPOS), max_size=12)
iob = st.lists(st.sampled_from(IOB2), max_size=12)


def words(text: str) -> list[str]:
    return text.split()


def entities(tags: list[str]) -> set[tuple[str, int, int]]:
    (found,) = scores.entities([tags])
    return found


def test_accuracy_is_the_share_that_agrees_in_points():
    assert figure(agreement("abcd", "abxd")) == 75
    assert figure(agreement([], [])) == 0
    with pytest.raises(ValueError, match="shorter"):
        agreement("abc", "ab")


@given(st.lists(st.tuples(st.integers(0, 5), st.integers(1, 5)), max_size=8), st.randoms())
def test_a_figure_is_a_ratio_of_sums_whatever_the_order_of_its_rows(rows, random):
    mixed = random.sample(rows, len(rows))
    expected = 100 * sum(a for a, _ in rows) / sum(b for _, b in rows) if rows else 0
    assert figure(scores.of(rows)) == pytest.approx(figure(scores.of(mixed))) == pytest.approx(expected)


def test_tags_that_are_missing_at_the_end_of_a_guess_are_wrong():
    assert figure(scores.token_agreement([words("NOUN VERB DET NOUN")], [words("NOUN VERB")])) == 50
    assert figure(run_f1([words("NOUN VERB DET NOUN")], [words("NOUN VERB")])) == pytest.approx(100 * 2 * 2 / (4 + 2))


# ---- tags ----


def old_seqeval(tags: list[str]) -> set[tuple[str, int, int]]:
    """Entities by the rule of seqeval 0.0.12: the mark is a tag's first letter, the kind what follows its last hyphen.

    XTREME gives it bare parts of speech, so N of NOUN is the mark, NOUN the kind, and only S for "single" (SCONJ,
    SYM), I (INTJ) and O have a meaning there. Written as its two questions: does an entity end, does one begin?
    """
    found, begin = set(), 0
    before, kind_before = "O", ""
    for place, tag in enumerate([*tags, "O"]):
        mark, kind = tag[0], tag.split("-")[-1]
        ends = before in "ES" or (before in "BI" and mark in "BSO") or (before not in "O." and kind_before != kind)
        begins = mark in "BS" or (before in "ESO" and mark in "EI") or (mark not in "O." and kind_before != kind)
        if ends:
            found.add((kind_before, begin, place))
        if begins:
            begin = place
        before, kind_before = mark, kind
    return found


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("NOUN", {("NOUN", 0, 1)}),
        ("NOUN NOUN VERB", {("NOUN", 0, 2), ("VERB", 2, 3)}),  # neighbours of one tag are one entity
        ("NUM NOUN", {("NUM", 0, 1), ("NOUN", 1, 2)}),  # the first letter alone makes nothing one
        ("SCONJ SCONJ NOUN", {("SCONJ", 0, 1), ("SCONJ", 1, 2), ("NOUN", 2, 3)}),  # S never merges
        ("SYM SYM", {("SYM", 0, 1), ("SYM", 1, 2)}),
        ("INTJ INTJ", {("INTJ", 0, 2)}),
        ("PUNCT", {("PUNCT", 0, 1)}),
        ("", set()),
    ],
)
def test_parts_of_speech_are_counted_in_runs_as_xtremes_old_scorer_does(tags, expected):
    assert entities(words(tags)) == old_seqeval(words(tags)) == expected


@given(pos)
def test_runs_are_the_old_scorers_entities_for_all_parts_of_speech(tags):
    assert entities(tags) == old_seqeval(tags)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("O B-PER I-PER O B-LOC", {("PER", 1, 3), ("LOC", 4, 5)}),
        ("B-PER B-PER", {("PER", 0, 1), ("PER", 1, 2)}),
        ("I-PER I-PER", {("PER", 0, 2)}),  # an I- without a beginning begins one
        ("B-PER I-LOC I-LOC", {("PER", 0, 1), ("LOC", 1, 3)}),  # an I- of another kind too
        ("O I-ORG O", {("ORG", 1, 2)}),
        ("O O", set()),
    ],
)
def test_names_are_counted_in_chunks_as_conlleval_does(tags, expected):
    assert entities(words(tags)) == old_seqeval(words(tags)) == expected


@given(iob)
def test_chunks_are_the_old_scorers_entities_for_all_iob2_tags(tags):
    assert entities(tags) == old_seqeval(tags)


@pytest.mark.parametrize(
    ("tags", "expected"),
    [
        ("B-PER E-PER", {("PER", 0, 2)}),
        ("S-PER S-PER", {("PER", 0, 1), ("PER", 1, 2)}),
        ("E-PER E-PER", {("PER", 0, 1), ("PER", 1, 2)}),
        ("B I", {("B", 0, 1), ("I", 1, 2)}),  # a mark alone is its own kind
        ("PER PER", {("PER", 0, 2)}),
        ("B-A-B I-C-B", {("B", 0, 2)}),  # the kind is what follows the last hyphen
        (". .-PER B-PER", {("PER", 2, 3)}),  # a full stop is outside
        ("OTHER NOUN", {("NOUN", 1, 2)}),  # so is all that begins with O
        ("X-O I-O O", {("O", 0, 2)}),
        ("i-PER b-PER", {("PER", 0, 2)}),  # marks are capitals
        ("_ _", {("_", 0, 2)}),
        ("B- I-", {("", 0, 2)}),
    ],
)
def test_tags_of_no_known_form_are_read_as_seqeval_reads_them(tags, expected):
    """What get_entities of seqeval 0.0.12 gave for them, its last places counted as ours are."""
    assert entities(words(tags)) == old_seqeval(words(tags)) == expected


def test_an_outside_tag_with_a_kind_carries_an_entity_over_the_end_of_a_sentence():
    """seqeval 0.0.12 gave [("PER", 0, 0), ("PER", 0, 3)] for the two sentences in one list."""
    assert list(scores.entities([["B-PER"], ["O-PER", "N-PER"]])) == [{("PER", 0, 1)}, {("PER", 0, 4)}]


def test_f1_of_invalid_sequences_is_seqevals():
    """seqeval 0.0.12's f1_score: 0.6153846153846153."""
    gold = [words("B-PER I-PER O B-LOC"), words("O I-ORG"), words("S-X E-X B-Y")]
    guess = [words("B-PER B-PER O I-LOC"), words("B-ORG I-ORG"), words("S-X I-X B-Y")]
    assert figure(chunk_f1(gold, guess)) == pytest.approx(61.53846153846153, abs=1e-9)


@given(st.lists(st.sampled_from([*IOB2, *UPOS, "E-PER", "S-PER", ".-PER", "X-O", "I-O", "PER", "B", "I", "_"]), max_size=9))
def test_any_tags_are_read_as_the_old_scorer_reads_them(tags):
    assert entities(tags) == old_seqeval(tags)


def test_f1_counts_entities_over_all_sentences_and_not_sentence_by_sentence():
    gold = [words("NOUN NOUN VERB"), words("DET NOUN")]
    guess = [words("NOUN ADJ VERB"), words("DET NOUN")]
    # Gold has 4 entities, the guess 5; VERB, DET, NOUN agree, but NOUN NOUN is no NOUN.
    assert figure(run_f1(gold, guess)) == pytest.approx(100 * 2 * 3 / (4 + 5))
    # An entity does not reach over the end of a sentence.
    assert figure(run_f1([["NOUN"], ["NOUN"]], [["NOUN"], ["VERB"]])) == 50


def test_chunk_f1_by_hand():
    gold = [words("B-PER I-PER O B-LOC"), words("O O")]
    guess = [words("B-PER O O B-LOC"), words("B-ORG O")]
    assert figure(chunk_f1(gold, guess)) == pytest.approx(100 * 2 * 1 / (2 + 3))
    assert figure(chunk_f1([words("O O")], [words("O O")])) == 0  # as seqeval: nothing to find is nothing found


@given(st.lists(pos, max_size=4), st.data())
def test_f1_is_symmetric_and_whole_for_the_right_tags_alone(gold, data):
    guess = [[data.draw(st.sampled_from(UPOS)) for _ in tags] for tags in gold]
    assert figure(run_f1(gold, guess)) == figure(run_f1(guess, gold))
    assert 0 <= figure(run_f1(gold, guess)) <= 100
    assert (figure(run_f1(gold, guess)) == 100) == (gold == guess and any(gold))
    assert figure(run_f1(gold, gold)) == (100 if any(gold) else 0)


# ---- rankings ----


def test_mined_pairs_are_counted_once_each_by_hand():
    gold, said = [(0, 0), (1, 1), (2, 2), (3, 3)], [(0, 0), (1, 1), (1, 1), (2, 9)]
    assert figure(scores.pairs_f1(gold, said)) == pytest.approx(100 * 2 * 2 / (3 + 4))
    assert figure(scores.pairs_f1(gold, gold)) == 100 and figure(scores.pairs_f1(gold, [])) == 0


def test_a_right_candidate_that_is_named_twice_counts_once():
    assert scores.average_precision({1, 2}, [1, 1, 2], 20) == pytest.approx((1 + 2 / 3) / 2)
    assert scores.average_precision({5}, [1, 2, 5], 20) == pytest.approx(1 / 3)  # one right one: the reciprocal rank
    assert scores.average_precision({5}, [1, 2, 5], 2) == 0
