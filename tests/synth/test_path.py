"""One path from a question to its page, on a loopback server: new, search, fetch, extract, verify, report."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from replicate.problems import DONE
from synth import questions
from synth.__main__ import main
from tests.servers import serve, works

SENTENCE = "Training on MNLI raises the average over the target tasks by 3.2 points on the development sets."


@pytest.fixture
def asking(tmp_path, monkeypatch):
    """A folder of its own and a server that has one paper with a claim in it."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    paper = next(one for one in works() if one.arxiv and not one.withdrawn and not one.textless and one.language == "en")
    paper = replace(paper, abstract=f"We study intermediate training with XLM-R. {SENTENCE} It costs little.", versions=1)
    with serve(papers=[paper]) as here:
        for name, value in {**here.environment, "SYNTH_INTERVAL": "0.001"}.items():
            monkeypatch.setenv(name, value)
        yield f"{paper.arxiv}v1"


def test_a_question_is_asked_searched_filled_and_answered(asking, capsys):
    assert main(["new", "Does intermediate training with XLM-R help?", "--name", "mine", "--experiment", "stilts"]) == DONE
    made = questions.read("claims/mine.toml")
    assert (made.question, made.experiment, made.claims) == ("Does intermediate training with XLM-R help?", "stilts", ())

    assert main(["search", "mine", "--deadline", "5", "--json"]) == DONE
    studies = json.loads(capsys.readouterr().out.partition("{")[2].join(["{", ""]))["studies"]
    assert len(studies) == 1

    assert main(["fetch", "mine", "--papers", "papers"]) == DONE
    assert main(["extract", asking, "--papers", "papers", "--to", "mine"]) == DONE
    filled = questions.read("claims/mine.toml")
    assert filled.papers == (asking,) and [one.text for one in filled.claims] == [SENTENCE]
    (gain,) = filled.claims[0].asserts
    assert (gain.kind, gain.intermediate, gain.split, gain.value) == ("gain", "mnli", "dev", "3.2")
    assert "page 1, characters" in filled.claims[0].note

    capsys.readouterr()
    assert main(["verify", "mine", "--papers", "papers", "--json"]) == DONE
    (entry,) = json.loads(capsys.readouterr().out)["claims"]
    assert entry["checks"]["words"]["verdict"] == "supported", "it was taken out of this paper"
    assert entry["checks"]["replication"]["verdict"] == "not run"

    assert main(["report", "mine", "--papers", "papers", "--out", "out"]) == DONE
    pages = [path.read_text(encoding="utf-8") for path in Path("out").rglob("*.html")]
    assert any(SENTENCE in page for page in pages)
