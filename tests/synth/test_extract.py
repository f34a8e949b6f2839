"""`synth extract` and `synth new`: claims out of papers, with the place where each stands; questions that begin empty."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from replicate.problems import BAD_INPUT, DONE
from synth import extract, questions
from synth.__main__ import main
from synth.reading import plain

PAPER = """A Study of Intermediate Tasks

Abstract

We study transfer. Training on MNLI improves XNLI by 1.2 points. Results may improve by 9 points elsewhere.

1 Introduction

Training on MNLI first improves XNLI by 1.2 points. MNLI has 392,702 training examples. What is transfer?

2 Related Work

Training on SQuAD improves XNLI by 4.4 points.

3 Results

SQuAD outperforms MNLI on MLQA. Phang et al. (2018) report that QQP improves BUCC by 2 points. It helps a lot.
We use nine intermediate tasks and we are very glad that the reviewers of this paper read all of it to the end,

4 Conclusion

Multi-task training performs best on XTREME.

References

Training on CCG improves XNLI by 7.7 points. 2019.
"""


@pytest.fixture
def paper(tmp_path, monkeypatch) -> Path:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    path = tmp_path / "paper.txt"
    path.write_text(PAPER)
    return path


def test_the_most_telling_whole_sentences_come_first_and_each_once(paper):
    document = plain.read(PAPER, "paper.txt")
    found = extract.extract(document, "paper", 20)
    texts = [one.text for one in found.claims]
    assert texts == [
        "Training on MNLI improves XNLI by 1.2 points.",  # of the abstract; the introduction says it again
        "Multi-task training performs best on XTREME.",
        "SQuAD outperforms MNLI on MLQA.",
        "MNLI has 392,702 training examples.",
        "Phang et al. (2018) report that QQP improves BUCC by 2 points.",  # others' results come last
    ]
    assert all(one.asserts and one.paper == "paper" and not one.cut for one in found.claims)
    assert found.asserting == 6 and len(extract.extract(document, "paper", 2).claims) == 2


def test_a_claim_says_where_its_words_stand(paper):
    document = plain.read(PAPER, "paper.txt")
    for one in extract.extract(document, "paper", 20).claims:
        start, end = (int(number) for number in one.note.split("characters ")[1].split(" ")[0].split("-"))
        assert document.page(1).text[start:end].replace("\n", " ") == one.text


def test_the_command_writes_a_question_of_the_paper(paper, capsys):
    assert main(["extract", "paper.txt", "--limit", "3", "--json"]) == DONE
    data = json.loads(capsys.readouterr().out)
    assert data["schema"] == "synth.extract/1" and data["papers"][0] == {
        "paper": "paper",
        "sentences": 11,
        "asserting": 6,
        "kept": 3,
    }
    made = questions.read(data["path"])
    assert [one.id for one in made.claims] == ["mnli-xnli-gain", "multi-best", "squad1-mnli-mlqa-greater"]
    assert main(["extract", "paper.txt"]) == BAD_INPUT and "--force" in capsys.readouterr().err
    assert main(["extract", "paper.txt", "--to", "paper"]) == DONE
    assert len(questions.read(data["path"]).claims) == 5, "those that were there stay, each once"


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["extract", "nowhere.pdf"], "no such file"),
        (["extract", "2005.13013v2"], "python -m synth fetch 2005.13013v2"),
        (["extract", "dull.txt"], "no claims; 2 sentences, none of them asserts anything"),
        (["extract", "paper.txt", "--to", "nothing"], "no such question file; python -m synth new begins one"),
        (["extract", "paper.txt", "--limit", "0"], "wanted at least 1 claim"),
        (["new", " "], "new wants a question in quotes"),
        (["new", "Why?", "--experiment", "lenghts"], "did you mean lengths"),
        (["new", "Why?", "--name", "../x"], "wanted letters, digits"),
    ],
)
def test_what_cannot_be_done_is_one_line(paper, capsys, arguments, says):
    Path("dull.txt").write_text("Abstract\n\nIt is dull in here, and nothing is said. It goes on like this for long.\n")
    assert main(arguments) == BAD_INPUT
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0]


def test_new_begins_an_empty_question_and_overwrites_nothing(paper, capsys):
    assert main(["new", "Does  noise in characters hurt transfer?", "--experiment", "lengths", "--json"]) == DONE
    data = json.loads(capsys.readouterr().out)
    made = questions.read(data["path"])
    assert data["name"] == made.name == "noise-characters-hurt-transfer" and made.experiment == "lengths"
    assert (made.question, made.papers, made.claims, made.margin) == ("Does noise in characters hurt transfer?", (), (), 0.5)
    assert main(["new", "Does noise in characters hurt transfer?"]) == BAD_INPUT
    assert "is there already" in capsys.readouterr().err
