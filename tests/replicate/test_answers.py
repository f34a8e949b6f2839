"""Answers to questions, by the three scorers of the field: cases counted by hand, and where the three differ."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.metrics import answers
from replicate.metrics.answers import normalise, normalise_mlqa
from replicate.metrics.scores import figure
from replicate.problems import Problem


def words(text: str) -> list[str]:
    return text.split()


def told(gold: list[list[str]], said: list[str], rule: str = "squad2", *more: str) -> dict[str, float]:
    """The figures of one of the scorers."""
    return {metric: figure(parts) for metric, parts in getattr(answers, rule)(gold, said, *more).items()}


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
def test_answers_are_normalised_as_in_told(text, normal):
    assert normalise(text) == normal


@given(st.text(max_size=30))
def test_a_normal_form_has_single_spaces_and_no_capitals(text):
    normal = normalise(text)
    assert normal == " ".join(normal.split()) and normal == normal.lower().strip()
    assert told([[text]], [text]) == {"f1": 100, "em": 100}


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
    assert told([answers], [said]) == {"f1": pytest.approx(f1), "em": em}


def test_the_figure_of_a_set_is_the_mean_over_questions():
    assert told([["red house"], ["dog"], []], ["house", "dog", "cat"]) == {
        "f1": pytest.approx(100 * (2 / 3 + 1 + 0) / 3),
        "em": pytest.approx(100 / 3),
    }
    assert told([], []) == {"f1": 0, "em": 0}


answer = st.lists(st.sampled_from(words("red house the dog a")), max_size=4).map(" ".join)


@given(answer, answer)
def test_f1_is_symmetric_and_at_least_exact_match(one, two):
    there, back = told([[one]], [two]), told([[two]], [one])
    assert there == back
    assert 0 <= there["em"] <= there["f1"] <= 100
    assert (there["em"] == 100) == (normalise(one) == normalise(two))


# ---- where the scorers differ ----


def test_two_answers_of_which_nothing_is_left_are_worth_nothing_to_the_first_squads_f1():
    assert told([["the"]], ["a"], "squad1") == {"f1": 0, "em": 100}
    assert told([["the"]], ["a"], "squad2") == {"f1": 100, "em": 100}


def test_a_question_without_a_prediction_is_wrong_in_the_first_and_left_out_in_the_second():
    gold, said = [["red"], ["blue"]], ["red", None]
    assert told(gold, said, "squad1") == told(gold, said, "mlqa", "en") == {"f1": 50, "em": 50}
    assert told(gold, said, "squad2") == {"f1": 100, "em": 100}


@pytest.mark.parametrize("rule", [("squad1",), ("mlqa", "de")])
def test_a_question_that_has_no_answer_is_none_of_the_first_squads(rule):
    with pytest.raises(Problem, match="question 2 has no answer"):
        told([["red"], []], ["red", ""], *rule)


@pytest.mark.parametrize(
    ("language", "text", "normal"),
    [
        ("en", "The «Red» House, 1989–90", "red house 198990"),  # Unicode punctuation goes
        ("de", "Der Bahnhof des Ortes", "bahnhof ortes"),
        ("es", "La casa de los Pérez", "casa de pérez"),
        ("vi", "của những người", "người"),
        ("ar", "الكتاب في البيت", "كتاب في بيت"),  # the article is cut out of the word
        ("hi", "a the house", "a the house"),  # Hindi has no articles
        ("zh", "在1989年的北京。", "在 1989 年 的 北 京"),  # a character is a word
        ("de", "the house", "the house"),  # the articles of another language stay
    ],
)
def test_mlqa_normalises_by_language(language, text, normal):
    assert normalise_mlqa(text, language) == normal


def test_in_chinese_characters_overlap_where_words_do_not():
    assert told([["北京大学"]], ["北京"], "mlqa", "zh") == {"f1": pytest.approx(100 * 2 * 2 / (4 + 2)), "em": 0}
    assert told([["北京大学"]], ["北京"], "squad1") == {"f1": 0, "em": 0}


# ---- what the official scripts gave ----


@pytest.mark.parametrize(
    ("gold", "said", "first", "second", "mlqa"),
    [
        ("the", "", (0, 100), (100, 100), (0, 100)),
        ("", "", (0, 100), (100, 100), (0, 100)),
        ("U.S.", "us", (100, 100), (100, 100), (100, 100)),
        ("“red”", "red", (0, 0), (0, 0), (100, 100)),  # quotation marks that are not ASCII
        ("the red-house", "red house", (0, 0), (0, 0), (0, 0)),
        ("1,000", "1000", (100, 100), (100, 100), (100, 100)),
        ("red house red", "red red", (80, 0), (80, 0), (80, 0)),
    ],
)
def test_the_three_scorers_give_what_their_scripts_give(gold, said, first, second, mlqa):
    """evaluate-v1.1.py, evaluate-v2.0.py and mlqa_evaluation_v1.py (in English) on one question each: F1, exact match."""
    for expected, rule in ((first, ("squad1",)), (second, ("squad2",)), (mlqa, ("mlqa", "en"))):
        assert tuple(told([[gold]], [said], *rule).values()) == pytest.approx(expected, abs=1e-9)


@pytest.mark.parametrize(
    ("language", "gold", "said", "f1", "em"),
    [
        ("de", "das «rote» Haus", "rotes Haus", 50, 0),
        ("de", "Der-die Das", "x", 0, 0),  # the hyphen goes first, and "derdie" is no article
        ("es", "la casa de los Pérez", "una casa, Pérez", 80, 0),
        ("vi", "của những người Việt", "người Việt Nam", 80, 0),
        ("ar", "الكتاب الأول", "كتاب أول", 100, 100),
        ("ar", "والكتاب", "و كتاب", 100, 100),  # cut out of the middle of a word, a space stays
        ("hi", "भारत की राजधानी।", "भारत राजधानी", 80, 0),
        ("zh", "1989年，北京大学", "北京1989", 200 / 3, 0),
        ("zh", "Windows 95系統", "windows 95 系统", 75, 0),  # other scripts stay words
        ("zh", "龦a", "a龦", 0, 0),  # a character that came to Unicode later is not cut
        ("zh", "北京。", "北 京", 100, 100),
        ("en", "the—end", "end", 0, 0),
        ("en", "$5 ½", "5½", 0, 0),  # the dollar is ASCII punctuation, the fraction no punctuation
        ("en", "The", "A", 0, 100),
    ],
)
def test_mlqa_gives_what_its_script_gives(language, gold, said, f1, em):
    assert told([[gold]], [said], "mlqa", language) == pytest.approx({"f1": f1, "em": em}, abs=1e-9)


@given(answer, answer)
def test_the_second_squads_scorer_is_never_harder_than_the_first(one, two):
    first, second = told([[one]], [two], "squad1"), told([[one]], [two], "squad2")
    assert second["em"] == first["em"] and second["f1"] >= first["f1"]
