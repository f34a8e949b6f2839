"""The field's scores, against cases counted by hand and against the published rules written down a second time."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics.scores import accuracy, chunk_f1, chunks, normalise, run_f1, runs, squad
from replicate.tasks.xtreme import IOB2, UPOS

pos = st.lists(st.sampled_from(UPOS), max_size=12)
iob = st.lists(st.sampled_from(IOB2), max_size=12)


def words(text: str) -> list[str]:
    return text.split()


def test_accuracy_is_the_share_that_agrees_in_points():
    assert accuracy("abcd", "abxd") == 75
    assert accuracy([], []) == 0
    with pytest.raises(ValueError):
        accuracy("abc", "ab")


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
    ("tags", "entities"),
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
def test_parts_of_speech_are_counted_in_runs_as_xtremes_old_scorer_does(tags, entities):
    assert runs(words(tags)) == old_seqeval(words(tags)) == entities


@given(pos)
def test_runs_are_the_old_scorers_entities_for_all_parts_of_speech(tags):
    assert runs(tags) == old_seqeval(tags)


@pytest.mark.parametrize(
    ("tags", "entities"),
    [
        ("O B-PER I-PER O B-LOC", {("PER", 1, 3), ("LOC", 4, 5)}),
        ("B-PER B-PER", {("PER", 0, 1), ("PER", 1, 2)}),
        ("I-PER I-PER", {("PER", 0, 2)}),  # an I- without a beginning begins one
        ("B-PER I-LOC I-LOC", {("PER", 0, 1), ("LOC", 1, 3)}),  # an I- of another kind too
        ("O I-ORG O", {("ORG", 1, 2)}),
        ("O O", set()),
    ],
)
def test_names_are_counted_in_chunks_as_conlleval_does(tags, entities):
    assert chunks(words(tags)) == old_seqeval(words(tags)) == entities


@given(iob)
def test_chunks_are_the_old_scorers_entities_for_all_iob2_tags(tags):
    assert chunks(tags) == old_seqeval(tags)


def test_f1_counts_entities_over_all_sentences_and_not_sentence_by_sentence():
    gold = [words("NOUN NOUN VERB"), words("DET NOUN")]
    guess = [words("NOUN ADJ VERB"), words("DET NOUN")]
    # Gold has 4 entities, the guess 5; VERB, DET, NOUN agree, but NOUN NOUN is no NOUN.
    assert run_f1(gold, guess) == pytest.approx(100 * 2 * 3 / (4 + 5))
    # An entity does not reach over the end of a sentence.
    assert run_f1([["NOUN"], ["NOUN"]], [["NOUN"], ["VERB"]]) == 50


def test_chunk_f1_by_hand():
    gold = [words("B-PER I-PER O B-LOC"), words("O O")]
    guess = [words("B-PER O O B-LOC"), words("B-ORG O")]
    assert chunk_f1(gold, guess) == pytest.approx(100 * 2 * 1 / (2 + 3))
    assert chunk_f1([words("O O")], [words("O O")]) == 0  # as seqeval: nothing to find is nothing found


@given(st.lists(pos, max_size=4), st.data())
def test_f1_is_symmetric_and_whole_for_the_right_tags_alone(gold, data):
    guess = [[data.draw(st.sampled_from(UPOS)) for _ in tags] for tags in gold]
    assert run_f1(gold, guess) == run_f1(guess, gold)
    assert 0 <= run_f1(gold, guess) <= 100
    assert (run_f1(gold, guess) == 100) == (gold == guess and any(gold))
    assert run_f1(gold, gold) == (100 if any(gold) else 0)


# ---- answers ----


@pytest.mark.parametrize(
    ("text", "normal"),
    [
        ("The  Cat", "cat"),
        ("an apple, a day", "apple day"),
        ("U.S.A.", "usa"),  # punctuation goes before articles do
        ("The-rapist", "therapist"),
        ("another theme", "another theme"),  # articles are whole words
        ("a.", ""),
        ("«Büro»", "«büro»"),  # ASCII punctuation only: SQuAD's own limit
        ("東京。", "東京。"),
    ],
)
def test_answers_are_normalised_as_in_squad(text, normal):
    assert normalise(text) == normal


@given(st.text(max_size=30))
def test_a_normal_form_has_single_spaces_and_no_capitals(text):
    normal = normalise(text)
    assert normal == " ".join(normal.split()) and normal == normal.lower().strip()
    assert squad([[text]], [text]) == {"f1": 100, "em": 100}


@pytest.mark.parametrize(
    ("answers", "said", "f1", "em"),
    [
        (["in the red house"], "red house", 80, 0),  # 2 of 2 and 2 of 3
        (["The Red House."], "red house", 100, 100),
        (["red house", "house"], "a house", 100, 100),  # the best of the answers counts
        (["red red house"], "red house red", 100, 0),  # words are counted, their order is not
        (["red red house"], "red", 50, 0),  # and a word said once is found once
        (["red"], "blue", 0, 0),
        (["red"], "", 0, 0),
        ([], "", 100, 100),  # no answer, none said
        ([], "red", 0, 0),
        (["the"], "", 100, 100),  # nothing is left of the answer
    ],
)
def test_f1_and_exact_match_by_hand(answers, said, f1, em):
    assert squad([answers], [said]) == {"f1": pytest.approx(f1), "em": em}


def test_the_figure_of_a_set_is_the_mean_over_questions():
    assert squad([["red house"], ["dog"], []], ["house", "dog", "cat"]) == {
        "f1": pytest.approx(100 * (2 / 3 + 1 + 0) / 3),
        "em": pytest.approx(100 / 3),
    }
    assert squad([], []) == {"f1": 0, "em": 0}


answer = st.lists(st.sampled_from(words("red house the dog a")), max_size=4).map(" ".join)


@given(answer, answer)
def test_f1_is_symmetric_and_at_least_exact_match(one, two):
    there, back = squad([[one]], [two]), squad([[two]], [one])
    assert there == back
    assert 0 <= there["em"] <= there["f1"] <= 100
    assert (there["em"] == 100) == (normalise(one) == normalise(two))
