"""Rows into examples: each kind of task, each way in which a data set writes it down, and each way in which a row is wrong."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import tasks
from replicate.problems import Problem
from replicate.sources.examples import Choice, Examples, Mining, Pair, Span, Tagged
from replicate.sources.forms import locate
from replicate.sources.rows import collect, documents, duplicates, example, join

PAIR = {"first": "premise", "second": "hypothesis", "label": "label"}
SQUAD = {"id": "id", "question": "question", "context": "context", "answers": "answers"}


def pair(label, labels=(), task="xnli", **more):
    row = {"premise": "It rains.", "hypothesis": "It is wet.", "label": label, **more}
    return example(tasks.find(task), PAIR, labels, row, "here", 7)


def span(answers, context="The cat sat on the mat.", task="squad1", split="train", columns=SQUAD):
    row = {"id": "q1", "question": "Who sat?", "context": context, "answers": answers}
    return example(tasks.find(task), columns, (), row, "here", 0, split)


# --- pairs


def test_a_row_of_the_hub_is_a_pair():
    assert pair(0) == Pair("xnli-train-7", "It rains.", "It is wet.", "entailment")


def test_labels_are_read_by_name_by_place_and_as_numbers_in_texts():
    assert [pair(label).label for label in ("neutral", 1, "1", 1.0, " neutral ")] == ["neutral"] * 5


def test_a_data_set_may_call_the_labels_by_other_names_and_one_label_by_several():
    own = ("e|entails", "n", "c")
    assert [pair(label, own).label for label in ("e", "entails", "n", 2)] == [
        "entailment",
        "entailment",
        "neutral",
        "contradiction",
    ]


def test_names_that_are_numbers_are_names():
    # Counted from 0, "1" would be the second label; here the data set says that it is the first.
    assert [pair(label, ("1", "2"), "pawsx").label for label in ("1", "2", 1, 2)] == ["different", "paraphrase"] * 2
    with pytest.raises(Problem, match="label '0'; expected one of 1, 2"):
        pair("0", ("1", "2"), "pawsx")


@pytest.mark.parametrize("label", [-1, "-1", "", "-", None, float("nan")])
def test_a_row_without_a_gold_label_is_skipped_and_says_so(label):
    assert pair(label) == "no gold label"


def test_an_unknown_label_names_the_place_the_label_and_the_right_ones():
    with pytest.raises(
        Problem, match=r"here: column 'label' holds the label 'maybe'; expected one of entailment, neutral, contra"
    ):
        pair("maybe")
    with pytest.raises(Problem, match="expected one of entailment"):
        pair(3)
    with pytest.raises(Problem, match="2 labels are named; xnli has 3"):
        pair(0, ("yes", "no"))


def test_a_wrong_column_names_those_that_are_there_and_the_nearest():
    columns = {**PAIR, "first": "premises"}
    with pytest.raises(
        Problem, match=r"here: no column 'premises'; there are premise, hypothesis, label; did you mean 'premise'\?"
    ):
        example(tasks.find("xnli"), columns, (), {"premise": "a", "hypothesis": "b", "label": 0}, "here", 0)


def test_fields_are_checked_before_a_row_is_read():
    with pytest.raises(Problem, match="the field 'premise'; fields of pairs: first, second, label, id"):
        collect(tasks.find("xnli"), {"premise": "premise"}, (), [], "here")
    with pytest.raises(Problem, match="no column is named for the field second and label"):
        collect(tasks.find("xnli"), {"first": "premise"}, (), [], "here")


def test_ends_of_lines_are_no_part_of_a_sentence_and_other_white_space_is():
    assert pair(0, premise=" It rains. \r\n").first == " It rains. "


def test_what_is_no_text_is_skipped_where_it_is_empty_and_refused_where_it_is_something_else():
    assert pair(0, premise=None) == "no text in 'premise'"
    with pytest.raises(Problem, match=r"column 'premise' holds 2019 \(int\); expected text"):
        pair(0, premise=2019)


# --- many rows


def test_many_rows_are_counted_by_what_became_of_them():
    rows = [{"premise": str(k), "hypothesis": "b", "label": -1 if k % 3 == 2 else 0} for k in range(10)]
    found = collect(tasks.find("xnli"), PAIR, (), rows, "here")
    assert [one.first for one in found] == ["0", "1", "3", "4", "6", "7", "9"]
    assert found.skipped == {"no gold label": 3}


def test_reading_stops_at_the_limit_and_counts_only_what_it_saw():
    def rows():
        yield {"premise": "a", "hypothesis": "b", "label": -1}
        yield {"premise": "a", "hypothesis": "b", "label": 0}
        yield {"premise": "a", "hypothesis": "b", "label": "read too far"}
        raise AssertionError("read on")

    found = collect(tasks.find("xnli"), PAIR, (), rows(), "here", limit=1)
    assert (len(found), found.skipped) == (1, {"no gold label": 1})


def test_the_place_of_a_bad_row_is_the_row_or_what_the_file_says_of_it():
    rows = [{"premise": "a", "hypothesis": "b", "label": label} for label in (0, "maybe")]
    with pytest.raises(Problem, match="train of mnli, row 2: column 'label'"):
        collect(tasks.find("mnli"), PAIR, (), rows, "train of mnli")
    with pytest.raises(Problem, match="mnli.csv, line 12: column 'label'"):
        collect(tasks.find("mnli"), PAIR, (), rows, lambda number: f"mnli.csv, line {number + 11}")


def test_a_problem_of_the_file_itself_passes_as_it_is():
    def rows():
        yield {"premise": "a", "hypothesis": "b", "label": 0}
        raise Problem("mnli.csv, line 2: not UTF-8")

    with pytest.raises(Problem, match="^mnli.csv, line 2: not UTF-8$"):
        collect(tasks.find("mnli"), PAIR, (), rows(), "train of mnli")


def test_what_a_file_leaves_out_is_counted_by_the_reason_that_it_gives():
    rows = ["words are withheld", {"premise": "a", "hypothesis": "b", "label": 0}, "words are withheld"]
    found = collect(tasks.find("xnli"), PAIR, (), rows, "here")
    assert (len(found), found.skipped) == (1, {"words are withheld": 2})


def test_duplicated_ids_are_numbered_and_the_record_says_how_many():
    rows = [{"premise": "a", "hypothesis": "b", "label": 0, "uid": uid} for uid in (5, "5", "6", 5)]
    found = collect(tasks.find("xnli"), {**PAIR, "id": "uid"}, (), rows, "here")
    assert [one.id for one in found] == ["5", "5-2", "6", "5-3"]
    assert found.notes == ("2 duplicated ids were numbered",)


@given(st.lists(st.sampled_from(["a", "a-2", "a-3", "b"])))
def test_numbered_ids_are_always_unique_and_first_ones_keep_theirs(ids):
    unique, again = duplicates(ids)
    assert len(set(unique)) == len(ids)
    assert again == len(ids) - len(set(ids))
    assert all(unique[ids.index(id)] == id for id in ids)


def test_several_tables_are_joined_with_their_counts_and_notes():
    one, two = Pair("1", "a", "b", "neutral"), Pair("2", "c", "d", "neutral")
    parts = [
        Examples([one], {"no gold label": 1}, ("3 words were kept", "a part of the set")),
        Examples([one, two], {"no gold label": 2, "no text": 1}, ("4 words were kept", "a part of the set")),
    ]
    found = join(parts)
    assert [made.id for made in found] == ["1", "1-2", "2"]
    assert found.skipped == {"no gold label": 3, "no text": 1}
    assert found.notes == ("a part of the set", "7 words were kept", "1 duplicated ids were numbered")


# --- tags


def tagged(words, tags, task="panx", labels=()):
    row = {"tokens": words, "ner": tags}
    return collect(tasks.find(task), {"words": "tokens", "tags": "ner"}, labels, [row], "here")


def test_tags_are_names_or_numbers_in_lists_or_in_texts_with_blanks():
    same = Tagged("panx-train-0", ("Ada", "sang"), ("B-PER", "O"))
    given = [(["Ada", "sang"], ["B-PER", "O"]), (["Ada", "sang"], [1, 0]), ("Ada sang", "B-PER O"), (("Ada", "sang"), ("1", "0"))]
    for words, tags in given:
        assert list(tagged(words, tags)) == [same]


def test_a_word_that_holds_other_white_space_is_one_word():
    assert tagged("10\u00a0000 men", "O O")[0].words == ("10\u00a0000", "men")


def test_a_sentence_with_no_tokens_is_skipped_and_counted():
    for words, tags in (([], []), ("", ""), (None, None)):
        found = tagged(words, tags)
        assert (list(found), found.skipped) == ([], {"sentence with no tokens": 1})


def test_a_sentence_without_tags_is_one_without_gold():
    assert tagged(["Ada"], []).skipped == {"no gold label": 1}
    assert tagged(["Ada", "sang"], ["O", -1]).skipped == {"no gold label": 1}


def test_words_without_a_character_are_kept_and_counted():
    found = tagged(["a", "", "\u200c", " "], ["O"] * 4)
    assert found[0].words == ("a", "", "\u200c", " ")
    assert found.notes == ("3 words without a character were kept",)


def test_each_word_has_to_have_its_tag():
    with pytest.raises(Problem, match="here, row 1: 2 words and 1 tags; expected a tag for each word"):
        tagged(["Ada", "sang"], ["O"])
    with pytest.raises(Problem, match="column 'ner' holds the label 'B-MISC'; expected one of O, B-PER, I-PER"):
        tagged(["Ada"], ["B-MISC"])
    with pytest.raises(Problem, match=r"holds the word 3 \(int\); expected text"):
        tagged([3], ["O"])


def test_supertags_are_whatever_the_file_says():
    assert tagged("Ada sang", "NP S[dcl]\\NP", "ccg")[0].tags == ("NP", "S[dcl]\\NP")
    with pytest.raises(Problem, match="holds the label 4; expected text"):
        tagged(["Ada"], [4], "ccg")


# --- spans


def test_answers_are_squads_struct_or_a_list_of_structs_or_two_columns():
    same = Span("q1", "Who sat?", "The cat sat on the mat.", ("cat", "The cat"), 4)
    assert span({"text": ["cat", "The cat"], "answer_start": [4, 0]}) == same
    assert span([{"text": "cat", "answer_start": 4}, {"text": "The cat", "answer_start": 0}]) == same
    row = {"q": "Who sat?", "c": "The cat sat on the mat.", "a": "cat", "s": "4"}
    columns = {"question": "q", "context": "c", "answer": "a", "start": "s"}
    assert example(tasks.find("squad1"), columns, (), row, "here", 0).start == 4


def test_a_struct_is_reached_into_by_a_dot_and_a_column_of_that_very_name_goes_first():
    row = {"paragraph": {"text": "The cat sat."}, "q": "Who?", "answers": {"text": ["cat"], "answer_start": [4]}}
    columns = {"question": "q", "context": "paragraph.text", "answers": "answers"}
    assert example(tasks.find("squad1"), columns, (), row, "here", 0).context == "The cat sat."
    assert example(tasks.find("squad1"), columns, (), {**row, "paragraph.text": "A cat."}, "here", 0).context == "A cat."
    with pytest.raises(Problem, match="no column 'paragraph.texts'; there are paragraph, q, answers"):
        example(tasks.find("squad1"), {**columns, "context": "paragraph.texts"}, (), row, "here", 0)


def test_an_answer_beside_its_offset_is_found_and_counted():
    row = {"id": "1", "question": "?", "context": "The cat sat on the mat.", "answers": {"text": ["mat"], "answer_start": [12]}}
    found = collect(tasks.find("squad1"), SQUAD, (), [row], "here")
    assert found[0].start == 19
    assert found.notes == ("1 answers stood within 20 characters of their offset and were moved",)


def test_an_answer_that_is_not_there_is_skipped_in_training_and_kept_for_scoring():
    answers = {"text": ["dog"], "answer_start": [4]}
    assert span(answers) == "answer is not in the passage at its offset"
    assert span(answers, split="dev") == Span("q1", "Who sat?", "The cat sat on the mat.", ("dog",), -1)


def test_an_answer_far_from_its_offset_is_not_taken_for_it():
    context = "cat" + " " * 40 + "mat"
    assert span({"text": ["cat"], "answer_start": [43]}, context) == "answer is not in the passage at its offset"


def test_the_first_answer_is_one_that_stands_in_the_passage():
    found = span({"text": ["dog", "cat"], "answer_start": [4, 4]})
    assert (found.answers, found.start) == (("cat", "dog"), 4)


@given(st.text("ab", max_size=60), st.integers(0, 60), st.integers(1, 4), st.integers(-25, 25))
def test_what_is_located_is_the_answer_and_no_nearer_place_holds_it(context, start, length, wrong):
    answer = context[start : start + length]
    offset = max(start + wrong, 0)
    if not answer:
        return
    found = locate(context, answer, offset)
    if found < 0:
        assert abs(start - offset) > 20
    else:
        assert context[found:].startswith(answer)
        assert abs(found - offset) <= min(20, abs(start - offset))


def test_no_answer_is_an_answer_where_the_task_allows_it():
    none = {"text": [], "answer_start": []}
    assert span(none, task="squad2") == Span("q1", "Who sat?", "The cat sat on the mat.", (), -1)
    assert span(none) == "no gold answer"
    assert span([{"text": "", "answer_start": 0}]) == "no gold answer"  # as in test sets whose labels are withheld


def test_answers_in_another_form_are_refused():
    for answers in ({"texts": ["cat"]}, ["cat"], {"text": ["cat", "mat"], "answer_start": [4]}):
        with pytest.raises(Problem, match="expected text and answer_start of each answer"):
            span(answers)
    with pytest.raises(Problem, match="the offset of an answer is 'four'; expected a number of characters"):
        span({"text": ["cat"], "answer_start": ["four"]})


# --- choices


def choice(task, columns, row, labels=()):
    return example(tasks.find(task), columns, labels, row, "here", 0)


def test_options_are_a_list_or_columns_of_their_own():
    row = {"ctx": "It rains.", "endings": ["a", "b", "c", "d"], "label": "2"}
    expected = Choice("hellaswag-train-0", "It rains.", "", ("a", "b", "c", "d"), 2)
    assert choice("hellaswag", {"context": "ctx", "options": "endings", "label": "label"}, row) == expected
    row = {"premise": "It rains.", "choice1": "a", "choice2": "b", "question": "effect", "label": 1}
    columns = {"context": "premise", "question": "question", "option0": "choice1", "option1": "choice2", "label": "label"}
    assert choice("xcopa", columns, row) == Choice("xcopa-train-0", "It rains.", "effect", ("a", "b"), 1)


def test_the_right_option_is_a_letter_a_number_from_zero_or_from_one_or_a_name():
    columns = {"question": "question", "options": "choices.text", "label": "answerKey"}
    row = {"question": "Where?", "choices": {"label": list("ABCDE"), "text": list("vwxyz")}, "answerKey": "C"}
    assert choice("csqa", columns, row).label == 2
    assert choice("csqa", {**columns, "label_from": "1"}, {**row, "answerKey": "3"}).label == 2
    assert choice("csqa", columns, {**row, "answerKey": "c3"}, ("c1", "c2", "c3", "c4", "c5")).label == 2
    assert choice("csqa", columns, {**row, "answerKey": ""}) == "no gold label"
    with pytest.raises(Problem, match="holds the label 'F'; expected one of A, B, C, D, E"):
        choice("csqa", columns, {**row, "answerKey": "F"})
    with pytest.raises(Problem, match="label_from is 'one'; expected the number of the first option"):
        choice("csqa", {**columns, "label_from": "one"}, row)


def test_options_may_stand_in_a_list_of_structs():
    row = {"question": {"stem": "Where?", "choices": [{"label": k, "text": k.lower()} for k in "ABCDE"]}, "answerKey": "B"}
    columns = {"question": "question.stem", "options": "question.choices.text", "label": "answerKey"}
    assert choice("csqa", columns, row) == Choice("csqa-train-0", "", "Where?", tuple("abcde"), 1)


def test_a_task_has_so_many_options_and_no_others():
    columns = {"context": "ctx", "options": "endings", "label": "label"}
    with pytest.raises(Problem, match="here: 3 options; hellaswag has 4"):
        choice("hellaswag", columns, {"ctx": "", "endings": ["a", "b", "c"], "label": 0})
    with pytest.raises(Problem, match="column 'endings' holds 'abcd'; expected a list of options"):
        choice("hellaswag", columns, {"ctx": "", "endings": "abcd", "label": 0})


# --- retrieval and text


def test_aligned_rows_are_one_collection_and_their_line_ends_go():
    rows = [{"a": "ein Hund\n", "b": "a dog\n"}, {"a": "eine Katze\n", "b": "a cat\n"}, {"a": None, "b": "lost"}]
    found = collect(tasks.find("tatoeba"), {"query": "b", "candidate": "a"}, (), rows, "here", split="test")
    assert list(found) == [Mining("tatoeba-test", ("a dog", "a cat"), ("ein Hund", "eine Katze"), ((0, 0), (1, 1)))]
    assert found.skipped == {"no text in 'a'": 1}
    assert list(collect(tasks.find("tatoeba"), {"query": "b", "candidate": "a"}, (), [], "here")) == []


def test_documents_are_the_texts_that_hold_anything():
    rows = [{"text": " one\ntwo \n"}, {"text": ""}, {"text": None}, {"text": "three"}]
    assert list(documents("text", rows, "here")) == ["one\ntwo", "three"]
    with pytest.raises(Problem, match="here, row 1: no column 'body'; there are text"):
        list(documents("body", rows, "here"))
