"""`synth review`: what people read, the JSON, the files that it refuses, and the rubrics in the docs."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate import results
from replicate.problems import BAD_INPUT, DONE
from synth.__main__ import main
from synth.review.grade import DOMAINS, RULES, STARTS
from synth.review.reviewers import REVIEWERS

DOCS = Path(__file__).parents[2] / "docs" / "review.md"
TWO = """question = "Does intermediate training on English tasks improve zero-shot cross-lingual transfer?"
papers = ["2005.13013v1"]
experiment = "stilts"
[reported]
score = 9.3
papers_retrieved = 14
[[claim]]
id = "squad"
text = "Training on SQuAD first raises the average by 8.3 points."
paper = "2005.13013v1"
assert = [{ kind = "gain", intermediate = "squad1", target = "average", split = "dev", value = "8.3" }]
[[claim]]
id = "hellaswag"
text = "Training on HellaSwag first raises the average by 7.0 points."
paper = "2005.13013v1"
assert = [{ kind = "gain", intermediate = "hellaswag", target = "average", split = "dev", value = "7.0" }]
"""


@pytest.fixture(autouse=True)
def an_empty_folder(tmp_path, monkeypatch):
    """The folder of a fresh clone's user: no runs/, no claims/, no library."""
    folder = tmp_path / "work"
    folder.mkdir()
    monkeypatch.chdir(folder)


@pytest.fixture
def two(tmp_path):
    path = tmp_path / "two.toml"
    path.write_text(TWO, encoding="utf-8")
    return path


@pytest.fixture
def real(grid, tmp_path):
    """Runs of full size on real languages, made by rule: SQuAD adds 8.3 points, HellaSwag next to nothing."""
    path = tmp_path / "real.csv"
    gains = {"squad1": 8.3, "hellaswag": 0.8}
    frame = grid(gains, splits=("dev",), world="real", model="FacebookAI/xlm-roberta-large", codes=("en", "de", "fi", "tr"))
    results.write(frame, path)
    return path


def spoken(capsys, *arguments):
    code = main(["review", *map(str, arguments)])
    said = capsys.readouterr()
    return code, said.out, said.err


def reviewed(capsys, *arguments):
    code, out, _ = spoken(capsys, *arguments, "--json")
    assert code == DONE
    return json.loads(out)


def test_where_nothing_is_at_hand_nobody_has_an_opinion_and_the_way_on_is_named(capsys):
    code, out, _ = spoken(capsys, "stilts")
    assert code == DONE
    assert "Nothing of 2005.13013v2, which is cited, is at hand: synth fetch 2005.13013v2." in out
    assert "No runs of ours in runs/: replicate run stilts." in out
    assert "replication           –  no opinion: " in out


def test_scores_follow_from_published_tables_and_runs(capsys, two, real):
    """One of two claims is printed and reproduced in its direction; of the other neither."""
    (made,) = reviewed(capsys, "--claims", two, "--results", real)["reviews"]
    scores = {one["reviewer"]: one["score"] for one in made["reviewers"]}
    assert scores["grounding"] is None
    assert (scores["figures"], scores["replication"]) == (5.0, 3.0)  # 10 and 0; direction only (6) and 0
    assert made["reported_score"] == 9.3
    assert made["total"]["score"] == pytest.approx(sum(score or 0 for score in scores.values()) / 6 / 2)
    assert {one["claim"]: one["level"] for one in made["certainty"]} == {"squad": "low", "hellaswag": "moderate"}
    assert ("replication", "squad") in [(one["reviewer"], one["claim"]) for one in made["dissents"]]


def test_a_person_reads_reviewers_total_dissents_and_certainty(capsys, two, real):
    code, out, _ = spoken(capsys, "--claims", two, "--results", real)
    assert code == DONE
    for words in (
        "figures             5.0  1 refuted, 1 supported",
        "no opinion of grounding counts as nothing earned",
        "the report's own score: 9.3 of 10",
        "agreement of all six: alpha ",
        "squad: replication is in part, the others ",
        "publication bias −1 (one paper)",
    ):
        assert words in " ".join(out.split()) or words in out


def test_explain_shows_the_rubric_and_every_claim(capsys, two):
    code, out, _ = spoken(capsys, "--claims", two, "--explain", "figures")
    assert code == DONE
    assert "7  yielded: " in out and "squad: 10.0 of 10, supported (yielded 7 + cells named 1 + redone 2)" in out
    assert "hellaswag: 0.0 of 10, refuted" in out
    code, out, _ = spoken(capsys, "--claims", two, "--explain", "certainty")
    assert code == DONE and "−1  risk of bias: source alone, " in out


def test_several_questions_end_in_a_table(capsys, two, tmp_path):
    (tmp_path / "none.toml").write_text('question = "Is there anything?"\npapers = []\n', encoding="utf-8")
    _, out, _ = spoken(capsys, "--claims", tmp_path)
    assert "This question has no claims, so there is nothing to review." in out
    last = [line.split() for line in out.splitlines()[-4:]]
    assert last[0][0] == "question" and last[0][-2:] == ["total", "reported"]
    assert last[2] == ["none", *["–"] * 8] and last[3][0] == "two" and last[3][-1] == "9.3"


def test_the_json_has_all_that_is_needed_to_redo_a_score(capsys, two):
    made = reviewed(capsys, "--claims", two)
    assert made["schema"] == "synth.review/1"
    for one in made["reviews"][0]["reviewers"]:
        rules = {rule["id"]: rule for rule in made["rubrics"][one["reviewer"]]["rules"]}
        claims = [mark for mark in one["marks"] if mark["claim"] and mark["applies"]]
        earned = sum(sum(mark["earned"].values()) for mark in claims if mark["judged"]) / len(claims)
        whole = sum(sum(mark["earned"].values()) for mark in one["marks"] if not mark["claim"] and mark["judged"])
        assert one["score"] is None or one["score"] == pytest.approx(earned + whole)
        assert all(points <= rules[id]["points"] for mark in one["marks"] for id, points in mark["earned"].items())


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["stilt"], "unknown question 'stilt'; did you mean stilts?"),
        (["--explain", "grounds"], "unknown reviewer 'grounds'; did you mean grounding?"),
        (["--results", "nowhere"], "nowhere: no such file or folder"),
    ],
)
def test_bad_input_is_one_line_and_its_exit_code(capsys, arguments, says):
    code, out, err = spoken(capsys, *arguments)
    assert code == BAD_INPUT and out == "" and err.count("\n") == 1 and says in err


def test_the_docs_have_every_line_of_every_rubric():
    text = DOCS.read_text(encoding="utf-8")
    for one in REVIEWERS:
        assert f"### {one.name.capitalize()}: {one.asks}" in text
        for rule in one.rubric:
            assert f"| {rule.id}{' (the question, once)' * rule.whole} | {rule.points:g} | {rule.gives} |" in text
    for rule in RULES:
        assert f"| {rule.domain} ({DOMAINS[rule.domain]}) | {rule.rule} | {rule.when} |" in text
    for start in STARTS:
        assert f"| {start.rule} | {start.level} | {start.when} |" in text
