"""Question files: what they hold, and errors that name file, entry, field and the nearest valid names."""

from __future__ import annotations

import pytest

from replicate.problems import Problem
from synth import questions
from synth.records import title


def test_the_shipped_question_is_read_whole():
    (question,) = questions.find(["stilts"])
    assert question.question.endswith("?") and question.experiment == "stilts" and question.margin == 0.5
    assert [claim.asserts[0].value for claim in question.claims] == ["8.2", "7.5", "7.0", "8.7", "5.4"]
    assert {claim.paper for claim in question.claims} == {"2005.13013v2"}
    assert all(claim.reported["verified"] and 0 < claim.reported["confidence"] < 1 for claim in question.claims)


def test_every_shipped_question_is_valid():
    assert len(questions.find()) == len(questions.there()) >= 1


def test_aliases_of_tasks_become_their_ids(question):
    (claim,) = questions.read(question(intermediate="SQuAD", target="POS", value="1.0")).claims
    assert (claim.asserts[0].intermediate, claim.asserts[0].target) == ("squad1", "udpos")


@pytest.mark.parametrize(
    ("wrong", "says"),
    [
        ({"kind": "gian"}, "assert 1, field kind: unknown kind 'gian'; did you mean gain"),
        ({"intermediate": "squadd"}, "assert 1, field intermediate: unknown intermediate task 'squadd'; did you mean"),
        ({"target": "averag"}, "assert 1, field target: unknown target 'averag'; did you mean average"),
        ({"value": "much"}, "assert 1, field value: 'much' is not a printed number"),
        ({"value": 8.2}, "assert 1, field value: 8.2 is not a text in quotes"),
        ({"mlm": "no"}, "assert 1, field mlm: 'no' is not true or false"),
        ({"split": "devel"}, "assert 1, field split: unknown split 'devel'; did you mean dev"),
        ({"valeu": "1.0"}, "assert 1: unknown field 'valeu'; did you mean value"),
        ({"kind": "best", "value": "1.0"}, "assert 1: unknown field 'value'"),
    ],
)
def test_a_wrong_field_is_named_with_file_and_entry(question, wrong, says):
    with pytest.raises(Problem) as raised:
        questions.read(question(**{"value": "8.2", **wrong}))
    assert "asked.toml: claim 1 (one), " in str(raised.value) and says in str(raised.value)
    assert "\n" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("question = ", "broken.toml: not TOML"),
        ('name = "x"', "broken.toml: no field question"),
        ('question = "?"\nmargin = -1', "broken.toml: field margin: -1"),
        ('question = "?"\npapers = "2005.13013v2"', "broken.toml, field papers: '2005.13013v2' is not a list"),
        ('question = "?"\n[[claim]]\nid = "a"\npaper = "p"', r"broken.toml: claim 1 \(a\): no field text"),
        ('question = "?"\n[[claim]]\nid = ""', "broken.toml: claim 1, field id: ''"),
        (
            'question = "?"\n' + '[[claim]]\nid = "a"\ntext = "t"\npaper = "p"\n' * 2,
            "claim 2, field id: 'a' is the id of an earlier",
        ),
    ],
)
def test_a_broken_file_is_one_clear_line(tmp_path, text, says):
    (tmp_path / "broken.toml").write_text(text)
    with pytest.raises(Problem, match=says):
        questions.read(tmp_path / "broken.toml")


def test_an_unknown_question_and_a_place_without_claims_are_named(tmp_path):
    with pytest.raises(Problem, match="unknown question 'stilt'; did you mean stilts"):
        questions.find(["stilt"])
    with pytest.raises(Problem, match=r"^mine/stilts\.toml: questions go by their name, .* --claims mine/stilts\.toml$"):
        questions.find(["mine/stilts.toml"])
    (tmp_path / "report.md").write_text("# A report")
    with pytest.raises(Problem, match=r"report\.md: a file, not the name of a question; python -m synth ingest "):
        questions.find([str(tmp_path / "report.md")])
    with pytest.raises(Problem, match=r"no \.toml file with claims"):
        questions.find(claims=tmp_path)
    with pytest.raises(Problem, match="no such file or folder of claims"):
        questions.find(claims=tmp_path / "nothing")


def test_names_of_systems_are_those_that_people_use():
    assert title("squad1", mlm=True) == "SQuAD v1.1 with MLM"
    assert title("shuffled-anli+") == "ANLI+, labels shuffled"
    assert title("translated-mnli") == "translated MNLI"
    assert title("baseline") == "no intermediate training"


def test_an_experiment_that_does_not_exist_is_named(tmp_path):
    path = tmp_path / "asked.toml"
    path.write_text('question = "why?"\nexperiment = "stilt"\npapers = []\n')
    with pytest.raises(Problem, match="field experiment: 'stilt'; did you mean stilts"):
        questions.read(path)
