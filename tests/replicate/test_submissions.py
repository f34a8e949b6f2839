"""Submission files: what is read out of them, and what is said of files that are not as they should be."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from replicate.problems import Problem
from replicate.submissions import layout, read, write
from replicate.tasks import TASKS, XTREME

MOCK = Path(__file__).resolve().parent.parent / "data" / "xtreme_mock"


def put(path: Path, text: str | bytes | dict[str, Any]) -> Path:
    """A file with this text, bytes or JSON in it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(text, dict):
        text = json.dumps(text, ensure_ascii=False)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    return path


def squad(**answers: list[str]) -> dict[str, Any]:
    """Gold in SQuAD's form: answers by question id."""
    qas = [
        {"id": id, "question": "?", "answers": [{"text": text, "answer_start": 0} for text in texts]}
        for id, texts in answers.items()
    ]
    return {"version": "1.1", "data": [{"title": "t", "paragraphs": [{"context": "c", "qas": qas}]}]}


def both(tmp_path: Path, task: str, gold: Any, guess: Any) -> tuple[read.Gold, read.Guess]:
    """Gold and predictions of a task, read from files with these contents."""
    right = read.gold(TASKS[task], put(tmp_path / "gold", gold))
    return right, read.guess(TASKS[task], put(tmp_path / "said", guess), right)


# ---- the layout ----


def test_the_languages_of_xtreme_are_those_of_its_own_submission():
    suite = layout.SUITES["xtreme"]
    assert set(suite.languages) == set(XTREME) == {path.name for path in (MOCK / "labels").iterdir()}
    for task, languages in suite.languages.items():
        assert set(languages) == set(layout.files(MOCK / "predictions" / task, TASKS[task])), task


def test_xtreme_r_has_its_tasks_in_more_languages():
    languages = layout.SUITES["xtreme-r"].languages
    assert len(languages) == 10 and not {"pawsx", "bucc2018"} & set(languages)
    assert {task: len(languages[task]) for task in ("udpos", "panx", "xquad", "tatoeba")} == {
        "udpos": 38,
        "panx": 48,
        "xquad": 12,
        "tatoeba": 41,
    }


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("test-sw.tsv", "sw"),
        ("test-a1a.json", "a1a"),
        ("test-context-ar-question-de.json", "ar"),
        ("xquad.el.json", "el"),
        ("dev-v1.1.json", ""),
        ("predictions.json", ""),
    ],
)
def test_a_files_name_tells_its_language(name, language):
    assert layout.language_of(Path("somewhere") / name) == language


# ---- what is read ----


def test_labels_stand_one_a_line(tmp_path):
    right, said = both(tmp_path, "pawsx", "0\n1\n1\n", "0\r\n0 \r\n1")
    assert (right.rows, said.rows) == (["0", "1", "1"], ["0", "0", "1"])


def test_an_empty_line_ends_a_sentence(tmp_path):
    right, said = both(tmp_path, "udpos", "DET\nNOUN\n\nX\n\n", "DET\nVERB\n\nX")
    assert (right.rows, said.rows) == ([["DET", "NOUN"], ["X"]], [["DET", "VERB"], ["X"]])


def test_gold_tags_may_stand_beside_their_words(tmp_path):
    right, _ = both(tmp_path, "panx", "en:Ada\tB-PER\nen:slept\tO\n", "B-PER\nO\n")
    assert right.rows == [["B-PER", "O"]]


def test_outside_is_a_tag_of_any_predictions(tmp_path):
    _, said = both(tmp_path, "udpos", "DET\nNOUN\n", "DET\nO\n")
    assert said.rows == [["DET", "O"]]


def test_questions_without_predictions_and_predictions_without_questions_are_named(tmp_path):
    right, said = both(tmp_path, "xquad", squad(a=["x"], b=["y", "z"]), {"b": "z", "c": "w"})
    assert right.rows == [("x",), ("y", "z")]
    assert (said.rows, said.missing, said.unknown) == ([None, "z"], ("a",), ("c",))


def test_questions_of_squad2_may_have_no_answer(tmp_path):
    right, said = both(tmp_path, "squad2", squad(a=[], b=["y"]), {"a": "", "b": "y"})
    assert (right.rows, said.rows) == ([(), ("y",)], ["", "y"])


def test_mining_may_find_nothing(tmp_path):
    right, said = both(tmp_path, "bucc2018", "de-1\ten-2\n", "")
    assert (right.rows, said.rows) == ([("de-1", "en-2")], [])


def test_options_and_rankings(tmp_path):
    right, said = both(tmp_path, "xcopa", '{"label": 0, "idx": 3}\n{"label": 1}\n', '{"label": 1}\n1\n')
    assert (right.rows, said.rows) == ([0, 1], [1, 1])
    right, said = both(tmp_path, "mewslix", {"q": ["Q7 "], "r": ["Q8"]}, {"q": ["Q1", "Q7"]})
    assert (right.rows, said.rows, said.missing) == ([{"Q7"}, {"Q8"}], [["Q1", "Q7"], []], ("r",))


# ---- what is not as it should be ----


@pytest.mark.parametrize(
    ("task", "gold", "guess", "says"),
    [
        ("xnli", "neutral\n", "neutrl\n", "said, line 1: 'neutrl' is no label of xnli; expected one of entailment, neutral"),
        ("xnli", "neutral\n", "neutral\n\n", "said, line 2: the line is empty; expected one label of xnli a line"),
        ("pawsx", "1\n0\n", "1\n", "said: 1 line, but {}/gold has 2; pawsx needs as many, in the same order "
         "(nothing corresponds to line 2 of {}/gold"),
        ("tatoeba", "4\n", "4\n5\n6\n", "said: 3 lines, but {}/gold has 1; tatoeba needs as many, in the same order "
         "(nothing corresponds to line 2 of {}/said"),
        ("tatoeba", "4\n", "-1\n", "said, line 1: '-1'; expected the number of a sentence, counted from 0"),
        ("udpos", "DET\n\nX\n", "DET\n\nYX\n", "said, line 3: 'YX' is no tag of udpos; expected one of ADJ"),
        ("udpos", "DET\n\nX\nX\n", "DET\n\nX\n", "said, line 3: sentence 2 has 1 tags; expected 2 as in {}/gold, line 3"),
        ("panx", "O\n\nO\n", "O\n\nO\n\nO\n", "said: 3 sentences, but {}/gold has 2; panx needs as many, in the same order "
         "(nothing corresponds to line 5"),
        ("xquad", squad(a=["x"]), {"b": "x"}, "said: none of its 1 ids is in {}/gold"),
        ("xquad", squad(a=["x"]), '{"a": "x",\n "a": "y"}', "said: the id 'a' is there 2 times; expected each once"),
        ("xquad", squad(a=["x"]), {"a": 3}, "said: 'a' has 3; expected text"),
        ("xquad", squad(a=["x"]), '{"a": "x",}', "said, line 1: this is not JSON"),
        ("xquad", squad(a=["x"]), '["x"]', "said: expected one JSON object, {{id: text}}"),
        ("xquad", squad(a=["x"]), {}, "said: the file has no predictions in it"),
        ("xquad", squad(a=[]), {"a": "x"}, "gold: question a has no answer; only tasks such as squad2 have such questions"),
        ("xquad", squad(a=[""], b=[" "]), {"a": "x"}, "gold: all answers are empty; XTREME's download comes without the labels"),
        ("xquad", {"data": [{"title": "t"}]}, {"a": "x"},
         "gold: this is not in SQuAD's form after 0 questions (there is no 'paragraphs')"),
        ("xquad", '"data"', {"a": "x"}, "gold: this is not in SQuAD's form"),
        ("xquad", "[" * 100_000, {"a": "x"}, "gold: this JSON is nested too deeply"),
        ("bucc2018", "de-1 en-2\n", "", "gold, line 1: 'de-1 en-2'; expected two ids with a tab between them"),
        ("xcopa", '{"label": 0}\n', '{"label": 2}\n',
         "said, line 1: '{{\"label\": 2}}'; expected {{\"label\": N}}, the number of an option from 0 to 1"),
        ("mewslix", {"q": ["Q7"]}, {"q": "Q7"}, "said: 'q' has \"Q7\"; expected a list of ids, best first"),
        ("lareqa", {"q": []}, {"q": ["7"]}, "gold: 'q' has no right candidate"),
        ("xnli", "", "neutral\n", "gold: the file is empty"),
        ("xnli", b"neutral\n\xff\n", "neutral\n", "gold, line 2: byte 0xff is not UTF-8; save the file as UTF-8"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_file_and_line(tmp_path, task, gold, guess, says):
    with pytest.raises(Problem) as caught:
        both(tmp_path, task, gold, guess)
    message = str(caught.value)
    assert message.startswith(f"{tmp_path}/{says.format(tmp_path, tmp_path)}") and "\n" not in message


def test_a_folder_in_the_place_of_a_file_is_a_problem(tmp_path):
    with pytest.raises(Problem, match="this is a folder where a file is needed"):
        read.gold(TASKS["xnli"], tmp_path)
    with pytest.raises(Problem, match="no such file or folder"):
        read.gold(TASKS["xnli"], tmp_path / "none")


def test_a_folder_without_files_of_the_task_names_what_is_expected(tmp_path):
    put(tmp_path / "sw.tsv", "neutral\n")
    with pytest.raises(Problem, match=r"no file of xnli in it; expected test-LL\.tsv for each language LL"):
        layout.files(tmp_path, TASKS["xnli"])


# ---- what is written ----


@pytest.mark.parametrize(
    ("task", "rows", "expected"),
    [
        ("xnli", [{"id": "1", "prediction": "neutral"}], "neutral\n"),
        ("pawsx", [{"id": "1", "prediction": "paraphrase"}, {"id": "2", "prediction": "different"}], "1\n0\n"),
        ("tatoeba", [{"id": "sw", "prediction": [7, 0]}], "7\n0\n"),
        ("tatoeba", [{"id": "sw", "prediction": [7, 0, 3], "order": [2, 0, 1]}], "3\n7\n0\n"),
        ("bucc2018", [{"id": "x", "prediction": [[0, 41, 1.2], ["sw-000000009", "en-000000003", 1.1]]}],
         "sw-000000001\ten-000000042\nsw-000000009\ten-000000003\n"),
        ("xquad", [{"id": "q", "prediction": "шесть"}], '{\n "q": "шесть"\n}\n'),
        ("xcopa", [{"id": "1", "prediction": 1}], '{"label": 1}\n'),
    ],
)  # fmt: skip
def test_predictions_are_written_as_xtreme_reads_them(task, rows, expected):
    assert write.text(TASKS[task], "sw", "en", rows) == expected


def test_words_that_the_model_did_not_read_are_outside_of_any_entity(tmp_path):
    rows = [{"id": "1", "prediction": ["DET", "NOUN"], "words": 4}, {"id": "2", "prediction": ["X"], "words": 1}]
    text = write.text(TASKS["udpos"], "sw", "en", rows)
    assert text == "DET\nNOUN\nO\nO\n\nX\n" and write.cut(rows) == 1
    _, said = both(tmp_path, "udpos", "DET\nNOUN\nADV\nADV\n\nX\n", text)
    assert said.rows == [["DET", "NOUN", "O", "O"], ["X"]]


def test_a_run_does_not_keep_what_rankings_are_written_with():
    with pytest.raises(Problem, match="lareqa: its files hold the ids"):
        write.text(TASKS["lareqa"], "sw", "en", [{"id": "1", "prediction": [[0, 1]]}])
