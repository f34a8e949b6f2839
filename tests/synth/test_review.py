"""The review: what each reviewer gives for what, agreement, the total, and the certainty of findings, redone by hand."""

from __future__ import annotations

import ast
import math
from dataclasses import replace
from pathlib import Path

import pytest

import synth
from synth.records import Assertion, Claim, Evidence, Twin
from synth.review.agreement import alpha, interval, level, nominal
from synth.review.grade import certainties
from synth.review.panel import review
from synth.review.review import POINTS
from synth.review.reviewers import REVIEWERS
from synth.review.reviewers.scope import asked, bears
from synth.review.total import combined

from .reviewed import (
    ASKED,
    CELL,
    NOT_RUN,
    PAPER,
    QUOTE,
    SHAKY,
    WHOLE,
    at_hand,
    check,
    claim,
    question,
    ran,
    verdict,
)  # fmt: skip

REVIEWER_FILES = Path(synth.__file__).parent / "review" / "reviewers"


def scores(*claims, verdicts=None, hand=None, **fields):
    of = question(*claims, **fields)
    found = review(of, verdicts or {one.id: verdict(**WHOLE) for one in claims}, hand or at_hand())
    return {one.reviewer: one.score for one in found.opinions}


# ---- the reviewers


def test_a_claim_that_everything_shows_gets_full_points_but_for_what_the_source_does_not_print():
    made = scores(claim(), experiment="stilts", search={"terms": [["STILTs"]]})
    assert made == {
        "grounding": 10, "figures": 10, "replication": 10, "scope": 10, "statistics": 8, "reproducibility": 10,
    }  # fmt: skip


def test_without_experiment_search_and_runs_reproducibility_has_the_points_of_the_claim_alone():
    assert scores(claim(), hand=at_hand(runs=False))["reproducibility"] == 6


@pytest.mark.parametrize(
    ("checks", "reviewer", "points"),
    [
        ({"words": check("words", "supported")}, "grounding", 6),  # no quote
        ({"words": check("words", "supported", replace(QUOTE, page=None))}, "grounding", 9),
        ({"words": check("words", "supported", replace(QUOTE, origin="paper:2005.13013v1"))}, "grounding", 9),
        ({"words": check("words", "partly", QUOTE)}, "grounding", 5),
        ({"words": check("words", "refuted", QUOTE)}, "grounding", 0),
        ({"tables": check("tables", "supported", CELL)}, "figures", 8),  # not recomputed
        ({"tables": check("tables", "partly", CELL, recomputation="8.2")}, "figures", 5),
        ({"tables": check("tables", "refuted", CELL)}, "figures", 0),
        ({"replication": ran("direction only")}, "replication", 6),
        ({"replication": ran("not reproduced")}, "replication", 0),
        ({"replication": ran(values=SHAKY)}, "statistics", 2),  # an interval from -46 to 56
        ({"replication": ran(values=(8.2,))}, "statistics", 0),  # one seed
        ({"replication": ran(values=(8.1, 8.2))}, "statistics", 7),
        ({"words": check("words", "supported", replace(QUOTE, value="8.2 ± 0.3 over five seeds"))}, "statistics", 10),
    ],
)
def test_points_by_the_rubric(checks, reviewer, points):
    assert scores(claim(), verdicts={"squad": verdict(**{**WHOLE, **checks})})[reviewer] == points


@pytest.mark.parametrize(
    ("checks", "reviewer", "word"),
    [
        ({"words": check("words", "not enough information")}, "grounding", "open"),
        ({"tables": check("tables", "other version")}, "figures", "of another version"),
        ({"replication": NOT_RUN}, "replication", "not run"),
        ({"replication": ran("illustration", world="artificial", model="nano")}, "replication", "illustration"),
        ({"replication": ran("inconclusive")}, "replication", "inconclusive"),
    ],
)
def test_what_cannot_be_judged_is_no_opinion_and_no_score(checks, reviewer, word):
    found = review(question(claim()), {"squad": verdict(**{**WHOLE, **checks})}, at_hand()).opinion(reviewer)
    assert found.score is None and found.rating("squad") is None
    assert [(mark.claim, mark.word) for mark in found.unjudged] == [("squad", word)]
    assert found.ceiling == POINTS  # it may be anything up to this


def test_runs_of_the_artificial_world_decide_nothing_for_anybody():
    nano = ran("illustration", world="artificial", model="nano")
    with_nano, without = (
        review(question(claim()), {"squad": verdict(replication=one)}, at_hand(runs=False)) for one in (nano, NOT_RUN)
    )
    assert [one.score for one in with_nano.opinions] == [one.score for one in without.opinions] == [None] * 6


def test_a_check_that_was_not_made_is_no_opinion():
    made = replace(verdict(), checks={name: WHOLE[name] for name in ("tables", "replication")})
    found = review(question(claim()), {"squad": made}, at_hand())
    assert found.opinion("grounding").line == "1 not checked"
    assert found.opinion("figures").score == 10


def test_a_false_twin_that_passes_takes_the_opinion_away_from_those_who_could_have_told():
    other = replace(claim().asserts[0], value="2.8")
    for twin, silent in (
        (Twin("by 2.8 points", "number", "8.2 -> 2.8", True, (other,), "supported"), ["grounding", "figures", "replication"]),
        (Twin("mBERT gains 8.2", "system", "XLM-R -> mBERT", True, claim().asserts, "supported"), ["grounding"]),
        (Twin("by 2.8 points", "number", "8.2 -> 2.8", True, (other,), "refuted"), []),
        (Twin("8.2 points more", "paraphrase", "", False, claim().asserts, "supported"), []),
    ):
        found = review(question(claim()), {"squad": replace(verdict(**WHOLE), twins=(twin,))}, at_hand())
        assert [one.reviewer for one in found.opinions if one.score is None] == silent
        assert all(one.unjudged[0].word == "not told from a false twin" for one in found.opinions if one.score is None)


def test_a_claim_that_checks_only_itself_earns_nothing_with_anybody():
    itself = claim(intermediate="baseline", over="baseline", value="0.0", text="No training gains nothing over no training.")
    found = review(question(itself), {"squad": verdict(**WHOLE)}, at_hand())
    assert all(one.score is None and one.unjudged[0].word == "checks only itself" for one in found.opinions)
    assert found.total.score is None


def test_a_claim_outside_the_remit_counts_neither_for_nor_against():
    stated = Claim("starts", "The study starts from a pretrained model.", PAPER)
    found = review(question(claim(), stated), {one: verdict(**WHOLE) for one in ("squad", "starts")}, at_hand())
    for reviewer in ("figures", "replication", "statistics"):
        assert [mark.claim for mark in found.opinion(reviewer).outside] == ["starts"]
    assert found.opinion("replication").score == 10


def test_many_tests_make_each_of_them_stricter():
    """p of one of these is 0.031: below 0.05 alone, above it when Holm counts four."""
    close = ran(values=(8.0, 1.0, 5.0, 6.0, 2.0, 12.0, -1.0))
    claims = [claim(f"c{number}") for number in range(4)]
    assert "p = 0.031 by Holm over 1 " in _statistics(claims[:1], close).line
    assert "p = 0.13 by Holm over 4 " in _statistics(claims, close).line
    assert "clear" in _statistics(claims[:1], close).earned and "clear" not in _statistics(claims, close).earned


def _statistics(claims, made):
    found = review(question(*claims), {one.id: verdict(replication=made) for one in claims}, at_hand())
    return found.opinion("statistics").marks[0]


def test_every_rubric_sums_to_ten_and_says_what_gives_points():
    for one in REVIEWERS:
        assert sum(rule.points for rule in one.rubric) == POINTS
        assert all(rule.gives and rule.points > 0 for rule in one.rubric)
        assert len({rule.id for rule in one.rubric}) == len(one.rubric)


def test_a_reviewer_imports_no_other_reviewer_and_no_check():
    """They share values and the way to add up points, nothing that judges."""
    shared = {"review", "scoring", "records", "checks.hand", "stats.distributions", "stats.equivalence"}
    files = [path for path in REVIEWER_FILES.glob("*.py") if path.stem != "__init__"]
    assert len(files) == len(REVIEWERS)
    for path in files:
        nodes = list(ast.walk(ast.parse(path.read_text(encoding="utf-8"))))
        froms = [node for node in nodes if isinstance(node, ast.ImportFrom)]
        assert {node.module or "" for node in froms if node.level} <= shared, path.name
        whole = [node.module or "" for node in froms if not node.level]
        whole += [alias.name for node in nodes if isinstance(node, ast.Import) for alias in node.names]
        assert not [name for name in whole if name.split(".")[0] == "synth"], f"{path.name}: of its own package by the dots"


def test_the_final_verdict_is_read_by_nobody():
    words = ("supported", "refuted", "conflicting")
    made = [review(question(claim()), {"squad": replace(verdict(**WHOLE), verdict=word)}, at_hand()).opinions for word in words]
    assert made[0] == made[1] == made[2]


# ---- scope


@pytest.mark.parametrize(
    ("text", "varied", "seen"),
    [
        ("What is the impact of script diversity in the data on transfer scores?", "script diversity", "transfer score"),
        ("How does the accuracy of mT5 vary when training is conducted on non-English tasks?", "non-english", "accuracy mt5"),
        ("Do longer sequences improve robustness against noise?", "longer sequence", "robustness noise"),
        ("Does inference change, for two models, when training is in another language than English?", "non-english", "inference"),
        ("Do several tasks at once raise the mean F1 above that of one?", "multi", "average f1"),
        ("Water?", "water", "water"),
    ],
)
def test_what_a_question_varies_and_looks_at(text, varied, seen):
    found = asked(text)
    assert " ".join(found.varied) == varied and " ".join(found.seen) == seen


def test_a_claim_on_english_training_does_not_answer_a_question_on_script_diversity():
    of = "What is the impact of script diversity in intermediate data on zero-shot cross-lingual transfer?"
    assert bears(claim(), ASKED) and not bears(claim(), of)
    beside = review(question(claim(), asked=of), {"squad": verdict(**WHOLE)}, at_hand())
    assert beside.opinion("scope").marks[0].word == "beside the question"
    assert "script, diversity" in beside.opinion("scope").marks[0].line
    assert beside.opinion("scope").score == 0


def test_a_claim_on_a_part_of_what_is_varied_gets_its_share():
    of = "Does stacked multi-task training improve robustness and zero-shot transfer?"
    both = claim(text="Multi-task training is better.", intermediate="multi")
    found = review(question(both, asked=of), {"squad": verdict(**WHOLE)}, at_hand()).opinion("scope")
    assert asked(of).varied == ("stacked", "multi") and asked(of).seen == ("robustness",)
    assert found.marks[0].word == "beside the question"  # robustness is looked at, transfer is what all questions have
    of = of.replace("robustness and ", "")
    found = review(question(both, asked=of), {"squad": verdict(**WHOLE)}, at_hand()).opinion("scope")
    assert found.marks[0].word == "to the point"
    # One of two words varied, all three looked at, four of five together.
    assert found.score == pytest.approx(4 / 2 + 2 + 4 * 4 / 5)


def test_names_are_met_by_themselves_alone():
    assert not bears(claim(text="XTREME has nine tasks."), "Does depth improve XTREME-R?")
    assert bears(claim(text="Depth helps on XTREME-R."), "Does depth improve XTREME-R?")


# ---- agreement

KRIPPENDORFF = {  # four observers, twelve units: Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), example C
    "A": "1 2 3 3 2 1 4 1 2 . . .",
    "B": "1 2 3 3 2 2 4 1 2 5 . 3",
    "C": ". 3 3 3 2 3 4 2 2 5 1 .",
    "D": "1 2 3 3 2 4 4 1 2 5 1 .",
}
THREE = {  # three coders, fifteen units: the example of the encyclopaedia's article
    "A": ". . . . . 3 4 1 2 1 1 3 3 . 3",
    "B": "1 . 2 1 3 3 4 3 . . . . . . .",
    "C": ". . 2 1 3 4 4 . 2 1 1 3 3 . 4",
}


def units(table):
    rows = [line.split() for line in table.values()]
    return [[float(cell) for cell in column if cell != "."] for column in zip(*rows, strict=True)]


@pytest.mark.parametrize(
    ("table", "distance", "known"),
    [
        (KRIPPENDORFF, None, 0.815),
        (KRIPPENDORFF, nominal, 0.743),
        (KRIPPENDORFF, interval, 0.849),
        (THREE, nominal, 0.691),
        (THREE, interval, 0.811),
    ],
)
def test_alpha_of_the_literature(table, distance, known):
    found = alpha(units(table), distance) if distance else alpha(units(table))
    assert round(found, 3) == known


def test_alpha_is_one_for_agreement_and_not_defined_without_variation_or_pairs():
    assert alpha([[0, 0], [1, 1], [2, 2, 2]]) == 1
    assert alpha([[1, 1], [1, 1]]) is None
    assert alpha([[1], [2]]) is None
    assert alpha([]) is None


def test_levels():
    assert [level(points) for points in (0, 2.9, 3, 6.9, 7, 10)] == [0, 0, 1, 1, 2, 2]


def test_a_dissent_names_reviewer_claim_and_reason():
    refuted = {**WHOLE, "tables": check("tables", "refuted", CELL)}
    found = review(question(claim("a"), claim("b")), {"a": verdict(**WHOLE), "b": verdict(**refuted)}, at_hand())
    assert [(one.reviewer, one.claim, one.level, one.others) for one in found.dissents] == [("figures", "b", "against", "5 for")]
    assert found.dissents[0].line == "tables: refuted"
    assert found.holding.alpha < 1 and found.holding.claims == 2 and found.holding.ratings == 6


# ---- the total


def test_the_total_is_half_the_mean_and_half_the_lowest():
    assert combined({"a": 10, "b": 4}, {"a": 1, "b": 1}) == 5.5
    assert combined({"a": 10, "b": 4}, {"a": 3, "b": 1}) == 6.25
    assert combined(dict.fromkeys("abcde", 10.0) | {"f": 0.0}, dict.fromkeys("abcdef", 1.0)) == pytest.approx(25 / 6)


def test_a_silent_reviewer_earns_nothing_and_the_ceiling_says_what_it_could():
    made = {"squad": verdict(words=WHOLE["words"], tables=WHOLE["tables"])}
    found = review(question(claim(), experiment="stilts"), made, at_hand(runs=False)).total
    assert found.silent == ("replication",) and found.lowest == 0 and found.lowest_by == ("replication", "statistics")
    # 10, 10, 0 (no opinion), 10, 0 (single number), 8 of 10: no runs, no search.
    assert found.score == pytest.approx((38 / 6 + 0) / 2)
    assert found.ceiling == pytest.approx((48 / 6 + 0) / 2)
    assert found.without["grounding"] == pytest.approx(28 / 5 / 2)
    assert found.low < found.score < found.high


def test_nobody_in_the_remit_is_left_out_of_the_total():
    stated = Claim("starts", "The study starts from a pretrained model.", PAPER)
    found = review(question(stated), {"starts": verdict(words=WHOLE["words"])}, at_hand()).total
    assert found.outside == ("figures", "replication", "statistics") and set(found.without) == {
        "grounding",
        "scope",
        "reproducibility",
    }


def test_where_nothing_can_be_judged_there_is_no_total():
    found = review(question(claim()), {"squad": verdict()}, at_hand(runs=False))
    assert found.total.score is None and found.total.low is None and found.agreement.alpha is None
    assert found.notes == (f"Nothing of {PAPER}, which is cited, is at hand: synth fetch {PAPER}.", "No runs of ours in runs/.")


def test_a_question_without_claims_has_nothing_to_review():
    found = review(question(), {}, at_hand())
    assert found.notes == ("This question has no claims, so there is nothing to review.",)
    assert [one.score for one in found.opinions] == [None] * 6 and found.total.score is None and found.certainty == ()


@pytest.mark.parametrize(
    ("given", "taken"), [(9.3, 9.3), (9, 9.0), (0, 0.0), (93, None), ("9.3", None), (True, None), (math.nan, None)]
)
def test_the_score_that_a_report_gave_itself(given, taken):
    found = review(question(claim(), reported={"score": given}), {"squad": verdict()}, at_hand())
    assert found.reported == taken
    assert any("no score from 0 to 10" in note for note in found.notes) == (taken is None)


# ---- certainty


def rated(of, asked=ASKED, reported=None, **checks):
    made = certainties(question(of, claim("other"), asked=asked, reported=reported or {}), {of.id: verdict(**checks)})[0]
    return made.level, {one.name: one.rule for one in made.domains if one.down}


def test_certainty_by_the_domain_and_the_rule_that_fired():
    alone = {"risk of bias": "source alone", "imprecision": "no interval"}
    assert rated(claim(), **WHOLE) == ("high", {})
    assert rated(claim()) == ("not rated", {})
    assert rated(claim(), tables=WHOLE["tables"]) == ("low", alone)
    assert rated(claim(), words=WHOLE["words"]) == ("very low", alone)  # words alone start low
    assert rated(claim(), **{**WHOLE, "replication": ran("direction only")}) == ("moderate", {"imprecision": "size open"})
    assert rated(claim(), **{**WHOLE, "replication": ran("not reproduced")}) == ("moderate", {"inconsistency": "checks disagree"})
    assert rated(claim(), **{**WHOLE, "replication": ran("inconclusive")}) == ("low", alone)


def test_certainty_falls_for_one_paper_of_many_and_for_a_claim_beside_the_question():
    beside = "What is the impact of script diversity on transfer?"
    assert rated(claim(), reported={"papers_retrieved": 14}, **WHOLE) == ("moderate", {"publication bias": "one paper"})
    assert rated(claim(), asked=beside, **WHOLE) == ("moderate", {"indirectness": "beside the question"})


def test_a_false_twin_that_passes_makes_any_certainty_less():
    twin = Twin("by 2.8 points", "number", "8.2 to 2.8", True, verdict="supported")
    (made,) = certainties(question(claim()), {"squad": replace(verdict(**WHOLE), twins=(twin,))})
    assert (made.level, made.domains[0].rule) == ("moderate", "check cannot tell")


def test_a_statement_of_the_set_up_needs_no_run():
    size = Claim("size", "Intermediate training on MNLI has 392,702 English examples for zero-shot transfer.", PAPER,
                 (Assertion("size", about="mnli", what="train", value="392702"),))  # fmt: skip
    assert rated(size, words=check("words", "supported", QUOTE)) == ("high", {})


def test_every_domain_is_listed_with_its_reason():
    (made,) = certainties(question(claim()), {"squad": verdict(**WHOLE)})
    assert [one.name for one in made.domains] == [
        "risk of bias",
        "inconsistency",
        "indirectness",
        "imprecision",
        "publication bias",
    ]
    assert all(one.line and not one.down for one in made.domains) and made.start_line


def test_evidence_of_another_paper_is_no_evidence():
    other = {"tables": check("tables", "supported", Evidence("paper:2005.13013v1#table2", "SQuAD", "8.3"))}
    found = review(question(claim()), {"squad": verdict(**other)}, at_hand(runs=False))
    assert found.opinion("reproducibility").score is None and found.opinion("statistics").score is None


def test_a_paper_may_be_cited_by_a_file_name_that_the_check_knows_otherwise():
    by_name = replace(claim(), paper="corpus.pdf")
    found = check("words", "supported", replace(QUOTE, origin="paper:corpus"), data={"paper": "corpus"})
    made = review(question(by_name), {"squad": verdict(words=found)}, at_hand(runs=False))
    assert made.opinion("grounding").score == 10
    assert made.opinion("reproducibility").marks[0].earned == {"bytes": 2, "redo": 2}  # no version is cited
