"""The shipped questions: all claims of the five reports, and what a fresh clone says of them."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from replicate import resources
from synth import questions
from synth.checks import replication, tables
from synth.checks.hand import Hand, published
from synth.literature import plan

REPORTS = {
    "families": ("000_3629b83d8ce26a6d", 9.3, 14, 9, 9),
    "non_english": ("001_00da8943697a2d4a", 9.0, 13, 9, 9),
    "lengths": ("002_98d3328549919bbe", 7.2, 13, 20, 12),
    "adapters": ("003_aa61e306f7a1005f", 9.2, 14, 10, 10),
    "typology": ("004_f1075ae67c39d885", 9.2, 8, 9, 9),
}
SEEDS = Path(__file__).resolve().parents[3] / "shared" / "seeds"


@pytest.fixture(scope="module")
def shelf():
    return Hand(published())


@pytest.mark.parametrize("name", REPORTS)
def test_a_question_holds_all_claims_of_its_report_with_its_marks(name):
    (question,) = questions.find([name])
    report, score, papers, extracted, verified = REPORTS[name]
    said = question.reported
    assert (said["report"], said["score"], said["papers_retrieved"]) == (report, score, papers)
    assert (said["claims_extracted"], said["claims_verified"]) == (extracted, verified) == (
        len(question.claims), sum(claim.reported["verified"] for claim in question.claims),
    )  # fmt: skip
    assert question.experiment == name and question.question.endswith("?") and question.margin == 0.5
    assert {claim.paper for claim in question.claims} == {"2005.13013v2"} <= set(question.papers)
    plan.of_question(question, ["arxiv"])  # its search is a search


def test_every_number_of_a_claim_is_asserted():
    words = "one two three four five six seven eight nine ten".split()
    for question in questions.find(list(REPORTS)):
        for claim in question.claims:
            bare = re.sub(r"v\d\.\d|XLM-R|ANLI\+|\b(two|one) (retrieval|of)", "", claim.text)
            found = [word for word in re.findall(r"\d[\d,]*(?:\.\d+)?|[a-z]+", bare) if word[0].isdigit() or word in words]
            asserted = {one.value for one in claim.asserts}
            assert set(found) <= asserted, (question.name, claim.id)


def test_what_is_cut_says_where_our_words_end():
    cut = [claim for question in questions.find(list(REPORTS)) for claim in question.claims if claim.cut]
    assert len(cut) == 33 and all("cuts the" in claim.note for claim in cut)


def test_the_headline_claims_in_a_fresh_clone(shelf):
    (question,) = questions.find(["stilts"])
    found = [tables.check(claim, question, shelf) for claim in question.claims]
    numbers = [one.data["other_version"]["number"] for one in found]
    assert numbers == ["8.3", None, "7.9", "6.4", "6.1"]
    for one in found:
        assert one.line.startswith(
            "not enough information, tables of 2005.13013v2 are not in data/published (synth fetch 2005.13013v2); 2005.13013v1, "
            "another version, has "
        )
    assert "6.4 (all intermediate tasks but SQuAD)" in found[3].line and "no such number" in found[1].line
    assert [one.verdict for one in found] == ["other version", "not enough information", *["other version"] * 3]
    ours = [replication.check(claim, question, shelf) for claim in question.claims]
    assert {one.verdict for one in ours} == {"not run"} and "replicate run stilts" in ours[0].line


def test_no_claim_is_decided_by_another_version(shelf):
    for question in questions.find(list(REPORTS)):
        for claim in question.claims:
            said = tables.check(claim, question, shelf)
            assert said.verdict in ("other version", "not enough information")


@pytest.mark.parametrize(
    ("name", "id", "number"),
    [
        ("lengths", "anli-size", "1,104,934"),
        ("lengths", "mnli-size", "392,702"),
        ("lengths", "nine-targets", "9"),
        ("lengths", "nine-tasks", "7"),
        ("lengths", "xtreme-languages", "40"),
        ("lengths", "tydiqa-gains", "up in 6 of 7"),
        ("lengths", "xnli-no-gain", "up in 0 of 7"),
        ("lengths", "retrieval-gains", "up in 7 of 7"),
        ("lengths", "english-above-mlm", "8.3 against 4.1"),
        ("lengths", "english-above-translated", None),
        ("lengths", "squad2-kind", None),
        ("families", "xlmr-large", "XLM-R Large"),
    ],
)
def test_what_the_other_version_has(shelf, name, id, number):
    (question,) = questions.find([name])
    claim = next(one for one in question.claims if one.id == id)
    assert tables.check(claim, question, shelf).data["other_version"]["number"] == number


def test_no_sentence_of_a_report_is_pasted():
    if not SEEDS.is_dir():
        pytest.skip("the reports themselves are not here")
    text = " ".join(" ".join(path.read_text().split()) for path in sorted(SEEDS.glob("*.txt")))
    for path in sorted((resources.data() / "claims").glob("*.toml")):
        for claim in questions.read(path).claims:
            pieces = [claim.text[start : start + 45] for start in range(0, len(claim.text) - 44)]
            assert not [piece for piece in pieces if piece in text], (path.name, claim.id)
