"""The checks: when a printed cell supports, refutes or says nothing; when a run reproduces."""

from __future__ import annotations

import pytest

from replicate import results
from synth import verify
from synth.assertions import selection
from synth.checks import replication, tables
from synth.checks.hand import Hand, published
from synth.records import Assertion, Claim, Question
from synth.stats.equivalence import equivalence, estimate

XLMR = "FacebookAI/xlm-roberta-large"
REAL = ("en", "de", "fr", "ru", "zh", "ar", "hi", "th")


def claim(paper="2005.13013v1", **fields):
    made = {"intermediate": "squad1", "split": "dev", "value": "8.3", **fields}
    return Claim("one", "It helps.", paper, (Assertion(made.pop("kind", "gain"), **made),))


def asked(*claims):
    return Question("q", "Does it help?", "stilts", (), 0.5, claims)


@pytest.fixture(scope="module")
def shelf():
    return Hand(published())


# --- printed tables


@pytest.mark.parametrize(
    ("fields", "verdict"),
    [
        ({"value": "8.3"}, "supported"),
        ({"value": "8"}, "supported"),  # the cell, rounded
        ({"value": "8.2"}, "refuted"),  # what version 2 says
        ({"value": "8.4"}, "refuted"),
        ({"value": "83"}, "refuted"),
        ({"value": "-8.3"}, "refuted"),
        ({"value": "8.31"}, "not enough information"),  # finer than what is printed
        ({"intermediate": "mnli", "value": "7.5"}, "not enough information"),
        ({"intermediate": "multi", "value": "6.4"}, "supported"),
        ({"intermediate": "multi", "value": "6.4", "mlm": True}, "refuted"),
        ({"intermediate": "hellaswag", "target": "xnli", "metric": "accuracy", "value": "-0.3"}, "supported"),
        ({"intermediate": "hellaswag", "target": "xnli", "metric": "accuracy", "value": "0.3"}, "refuted"),
        ({"kind": "best", "intermediate": "squad1", "value": ""}, "supported"),
        ({"kind": "best", "intermediate": "multi", "value": ""}, "refuted"),
    ],
)
def test_the_cited_version_decides_by_its_printed_cell(shelf, fields, verdict):
    one = claim(**fields)
    assert tables.check(one, asked(one), shelf).verdict == verdict


def test_a_recomputed_number_refutes_only_when_the_intervals_are_disjoint(shelf):
    fields = {"intermediate": "best", "split": "test", "chosen": "best per target on dev", "over_model": f"{XLMR}:hu2020"}
    for value, verdict in (("6.1", "supported"), ("6.2", "supported"), ("5.4", "refuted"), ("8.1", "refuted")):
        one = claim(**fields, value=value)
        assert tables.check(one, asked(one), shelf).verdict == verdict


@pytest.mark.parametrize(
    ("value", "verdict"), [("5.6", "supported"), ("7.4", "supported"), ("6.5", "supported"), ("7.0", "refuted")]
)
def test_question_answering_without_a_metric_may_mean_f1_em_or_their_mean(shelf, value, verdict):
    one = claim(target="tydiqa", value=value)
    assert tables.check(one, asked(one), shelf).verdict == verdict


def test_a_number_that_cannot_be_read_is_a_reason(shelf, grid):
    one = claim(value="a lot")
    assert "the claim's number cannot be read" in tables.check(one, asked(one), shelf).line
    runs = Hand(
        runs=grid(gains={"squad1": 3.0}, world="real", model=XLMR, codes=("en", "de"), targets=("xnli",), splits=("dev",))
    )
    said = claim(value="a lot", target="xnli")
    assert replication.check(said, asked(said), runs).verdict == "inconclusive"


def test_another_version_is_shown_and_decides_nothing(shelf):
    one = claim(paper="2005.13013v2", value="8.3")
    found = tables.check(one, asked(one), shelf)
    assert found.verdict == "other version"
    assert found.data["other_version"] == {"paper": "2005.13013v1", "number": "8.3", "note": ""}
    assert verify.verify(one, asked(one), shelf).verdict == "not enough information"


def test_a_paper_that_is_nowhere_is_named(shelf):
    one = claim(paper="1911.02116v2")
    found = tables.check(one, asked(one), shelf)
    assert (found.verdict, found.line) == (
        "not enough information",
        "not enough information, tables of 1911.02116v2 are not in data/published (synth fetch 1911.02116v2)",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("parts", "whole"),
    [
        (["supported", "supported"], "supported"),
        (["supported", "refuted"], "partly"),
        (["supported", "not enough information"], "partly"),
        (["refuted", "not enough information"], "refuted"),
    ],
)
def test_a_claim_of_parts_is_partly_true_when_a_part_is(parts, whole):
    assert tables.combine(parts) == tables.combine(parts[::-1]) == whole


# --- our runs


@pytest.mark.parametrize(
    ("values", "verdict"),
    [
        ((8.1, 8.2, 8.3), "reproduced"),
        ((6.0, 6.1, 6.2), "direction only"),
        ((4.0, 8.0, 12.0), "inconclusive"),
        ((-1.0, 0.0, 1.0), "not reproduced"),
        ((-8.1, -8.2, -8.3), "not reproduced"),
        ((8.2,), "inconclusive"),
    ],
)
def test_equivalence_has_four_answers(values, verdict):
    assert equivalence(values, 8.15, 8.25, 0.5)[0] == verdict


def test_the_interval_is_students():
    ours = estimate([1.0, 2.0, 3.0])
    assert ours.mean == 2.0 and ours.high - 2.0 == pytest.approx(4.302652729911275 / 3**0.5, rel=1e-9)  # t(0.975, 2)
    assert not estimate([1.0]).known and "no interval" in str(estimate([1.0]))


def test_real_runs_within_the_margin_reproduce(grid):
    frame = grid(gains={"squad1": 8.2}, world="real", model=XLMR, codes=REAL, splits=("dev",), drift=0.02)
    one = claim(value="8.2")
    found = replication.check(one, asked(one), Hand(runs=frame))
    assert found.verdict == "reproduced" and found.number == "+8.2"
    assert found.data["margin"] == 0.5 and [part["seed"] for part in found.data["estimate"]["seeds"]] == [1, 2, 3]


def test_runs_of_another_size_give_the_direction_alone(grid):
    frame = grid(gains={"squad1": 3.0}, world="real", model=XLMR, codes=REAL, splits=("dev",))
    one = claim(value="8.2")
    assert replication.check(one, asked(one), Hand(runs=frame)).verdict == "direction only"


def test_the_artificial_world_is_an_illustration_however_well_it_fits(grid):
    one = claim(value="8.2")
    found = replication.check(one, asked(one), Hand(runs=grid(gains={"squad1": 8.2}, drift=0.02)))
    assert found.verdict == "illustration" and found.number == "+8.2"
    assert "artificial world" in found.line and "on test since dev was not run" in found.line


def test_real_runs_decide_and_artificial_ones_stand_beside(grid):
    real = grid(gains={"squad1": 8.2}, world="real", model=XLMR, codes=REAL, splits=("dev",), drift=0.02)
    both = results.validate(results.pd.concat([real, grid(gains={"squad1": -5.0})], ignore_index=True))
    one = claim(value="8.2")
    found = replication.check(one, asked(one), Hand(runs=both))
    assert found.verdict == "reproduced" and "artificial world" in found.line


def test_nothing_run_and_a_task_left_out_are_told_apart(grid):
    one = claim(value="8.2")
    assert "no results in runs/" in replication.check(one, asked(one), Hand()).line
    found = replication.check(one, asked(one), Hand(runs=grid(targets=("xnli",))))
    assert found.verdict == "not run" and "pawsx" in found.line


def test_rows_of_a_paper_are_no_replication(grid):
    from synth.checks.hand import runs

    printed, ours = published()["2005.13013v1"], grid(targets=("xnli",))
    assert runs(printed).empty and len(printed)
    both = results.table([*ours.to_dict("records"), *printed.to_dict("records")])
    assert runs(both)["origin"].tolist() == ours["origin"].tolist()


def test_best_is_a_matter_of_the_lead(grid):
    one = claim(kind="best", intermediate="squad1", among=("squad1", "ccg"), value="")
    frame = grid(gains={"squad1": 3.0, "ccg": 0.0}, world="real", model=XLMR, codes=REAL, splits=("dev",))
    assert replication.check(one, asked(one), Hand(runs=frame)).verdict == "reproduced"
    other = claim(kind="best", intermediate="ccg", among=("squad1", "ccg"), value="")
    assert replication.check(other, asked(other), Hand(runs=frame)).verdict == "not reproduced"


# --- all together


@pytest.mark.parametrize(
    ("source", "runs", "final"),
    [
        ("supported", "not run", "supported"),
        ("supported", "illustration", "supported"),
        ("supported", "reproduced", "supported"),
        ("supported", "direction only", "partly"),
        ("supported", "not reproduced", "conflicting"),
        ("refuted", "reproduced", "conflicting"),
        ("refuted", "not reproduced", "refuted"),
        ("other version", "illustration", "not enough information"),
        ("other version", "reproduced", "supported"),
        ("not enough information", "inconclusive", "not enough information"),
    ],
)
def test_the_final_verdict_weighs_source_and_runs(source, runs, final):
    assert verify.final(source, runs) == final


def test_a_selection_is_never_changed_by_asking(grid):
    frame = grid()
    before = frame.copy()
    selection(frame)
    assert frame.equals(before)
