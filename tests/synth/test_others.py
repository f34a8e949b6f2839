"""Claims of others: JSON Lines become a question, and what is wrong with a line is said by its number."""

from __future__ import annotations

import json
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.problems import Problem
from synth import others


@pytest.fixture
def lines(tmp_path):
    def write(*given):
        path = tmp_path / "claims.jsonl"
        path.write_bytes(b"\n".join(one if isinstance(one, bytes) else json.dumps(one).encode() for one in given) + b"\n")
        return path

    return write


def line(id="a", claim="Training on SQuAD raises the average by 8.3 points on the dev set.", paper="2005.13013v1"):
    return {"id": id, "claim": claim, "paper": paper}


def test_every_line_becomes_a_claim_with_what_it_asserts(lines):
    question = others.read(lines(line(), b"", line("b", "It helps.", "paper.pdf"), line(7, paper=None)))
    assert [(one.id, one.paper) for one in question.claims] == [("a", "2005.13013v1"), ("b", "paper.pdf"), ("7", "")]
    assert question.papers == ("2005.13013v1", "paper.pdf") and question.name == "claims" and question.reported == {}
    assert [one.kind for one in question.claims[0].asserts] == ["gain"] and question.claims[1].asserts == ()


def test_bad_lines_are_named_counted_and_left_out(lines):
    bad = [
        b"{no json", b"\xff\xfe", [1], {"claim": "No id.", "paper": "x"}, {"id": "c"}, line(True), line(" "), line("d", 3),
        line("a"), line("e", paper=[1]), line("f", paper=True),
    ]  # fmt: skip
    said: list[str] = []
    question = others.read(lines(line(), *bad, line("z")), said.append)
    assert [one.id for one in question.claims] == ["a", "z"]
    assert question.reported == {"left_out": len(bad)} and len(said) == len(bad)
    assert [int(one.split("line ")[1].split(":")[0]) for one in said] == list(range(2, len(bad) + 2))
    assert all(one.endswith("; left out") for one in said)


def test_mark_up_and_control_characters_are_taken_out_and_said(lines):
    said: list[str] = []
    question = others.read(lines(line(claim="<b>SQuAD</b> \x1b[31mraises\x1b[0m the\x00 average.")), said.append)
    assert question.claims[0].text == "SQuAD raises the average." and question.reported == {}
    assert [one.split("line 1: ")[1] for one in said] == ["2 tags, 3 control characters left out of the claim"]


def test_long_and_empty_claims_are_kept_for_the_checks_to_say_so(lines):
    question = others.read(lines(line("long", "SQuAD helps. " * 1000), line("void", "")))
    assert [one.id for one in question.claims] == ["long", "void"] and question.claims[0].asserts == ()


def test_a_file_without_a_claim_is_a_problem_that_shows_a_line(lines, tmp_path):
    for given_, reason in ((b"{}", "line 1: no 'id'"), (b"", "the file is empty"), (None, "no such file")):
        with pytest.raises(Problem, match=reason) as raised:
            others.read(tmp_path / "no" if given_ is None else lines(given_))
        assert '{"id": "1", "claim":' in str(raised.value)


def test_a_paper_may_be_cited_by_the_path_of_its_file(lines, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "papers" / "old").mkdir(parents=True)
    file = tmp_path / "papers" / "old" / "one.txt"
    file.write_text("Training on SQuAD helps.")
    cited = [str(file), "papers/old/one.txt", "old/one.txt", "2005.13013v1", "", "x\0", "y" * 999]
    question = others.read(lines(*(line(number, paper=paper) for number, paper in enumerate(cited))))
    for papers in ("papers", tmp_path / "papers"):
        found = others.at_hand(question, papers)
        assert [one.paper for one in found.claims] == ["old/one.txt"] * 3 + cited[3:]
    assert found.papers == ("old/one.txt", *(paper for paper in cited[3:] if paper))
    assert others.at_hand(question, file).claims[0].paper == "one.txt"
    assert others.at_hand(question, tmp_path / "elsewhere") == others.at_hand(question, None) == question


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), lambda one: st.lists(one) | st.dictionaries(
    st.sampled_from(["id", "claim", "paper", "x"]), one)))  # fmt: skip
def test_any_json_is_a_claim_or_a_reason(given_):
    try:
        claim = others._claim(json.dumps(given_).encode(), Counter())
    except ValueError as error:
        assert str(error)
    else:
        assert claim.id and claim.text == given_["claim"]
