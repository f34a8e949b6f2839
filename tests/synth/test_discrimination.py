"""Whether a check tells a claim from its twins, and what follows where it does not."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth import verify
from synth.checks import tables
from synth.checks.hand import Hand, published
from synth.controls.discrimination import controlled, discrimination, judged, of, overall, wilson
from synth.controls.siblings import siblings
from synth.controls.tautology import tautology
from synth.english.reading import read
from synth.evidence import index
from synth.records import Assertion, Claim, Evidence, Question, Verdict

GAIN = Assertion("gain", "squad1", split="dev", value="8.3")
CLAIM = Claim("one", "Training on SQuAD raises the average by 8.3 points on the development sets.", "2005.13013v1", (GAIN,))
ASKED = Question("q", "Does it help?", "stilts", (), 0.5, (CLAIM,))


@pytest.fixture(scope="module")
def shelf():
    return Hand(published())


def verdict(word, *evidence):
    return Verdict("final", word, "why", evidence=evidence)


def passage(start):
    return Evidence("paper:a", "", "words", page=1, start=start, end=start + 5)


def test_the_tables_tell_a_claim_from_its_twins(shelf):
    def judge(claim):
        return tables.check(claim, ASKED, shelf)

    found = controlled(CLAIM, judge(CLAIM), judge)
    assert found.verdict == "supported" and found.twins
    assert all(one.verdict != "supported" for one in found.twins if one.false)
    assert all(one.verdict == "supported" for one in found.twins if not one.false)
    plain = found.data["discrimination"]
    assert plain["false_twins_not_supported"]["share"] == plain["paraphrases_that_keep_the_verdict"]["share"] == 1
    assert plain["missed"] == []


def test_a_check_that_finds_everything_supported_has_verified_nothing():
    found = controlled(CLAIM, verdict("supported"), lambda claim: verdict("supported"))
    assert found.verdict == "not checkable"
    assert found.line.startswith("the check does not tell it from a false twin (number: 8.3 -> 9.3, and ")
    assert found.line.endswith("it had said: why") and found.twins


def test_a_check_that_misses_one_contradiction_is_not_checkable():
    def judge(claim):
        return "supported" if claim.asserts == (GAIN,) or "does not" in claim.text else "refuted"

    found = controlled(CLAIM, verdict("supported"), judge)
    assert found.verdict == "not checkable" and "does not raise" in found.line


def test_a_number_that_no_assertion_holds_leaves_the_claim_partly_checked(shelf):
    """The tables alone cannot notice that it is another one."""
    text = "Training on SQuAD raises the average by 8.3 points on the development sets, and ours by 4.1 points."
    one = replace(CLAIM, text=text)

    def judge(claim):
        return tables.check(claim, ASKED, shelf)

    found = controlled(one, judge(one), judge)
    assert found.verdict == "partly" and found.line.endswith("; not checked, since nothing of it was read: 4.1")
    assert found.data["before_controls"] == "supported"


def test_a_few_twins_are_enough_for_thousands_of_claims():
    every = judged(CLAIM, lambda claim: "refuted", "supported")
    few = judged(CLAIM, lambda claim: "refuted", "supported", few=True)
    assert [one.kind for one in few] == list(dict.fromkeys(one.kind for one in every)) and set(few) < set(every)


def test_what_the_sources_say_of_something_else_too_is_no_false_twin():
    """Another task's score may be the same number: then another passage says so."""

    def judge(claim):
        other = claim.text.count("SQuAD") == 0
        return (
            verdict("supported", passage(100 if other else 0))
            if "8.3" in claim.text and "raises the" in claim.text
            else verdict("refuted")
        )

    own = verdict("supported", passage(0))
    made = judged(CLAIM, lambda claim: judge(claim), own)
    assert [one.verdict for one in made if one.kind == "task"] == ["supported elsewhere"]
    found = discrimination(made, "supported")
    assert found.elsewhere == 1 and "task" not in found.kinds
    # By the very same passage it would count.
    same = judged(CLAIM, lambda claim: verdict("supported", passage(0)) if "SQuAD" not in claim.text else verdict("refuted"), own)
    assert [one.kind for one in discrimination(same, "supported").missed] == ["task"]


def cell(name):
    return Evidence("paper:a#table2", name, "8.3")


def test_another_cell_is_not_where_the_claim_stands_though_both_are_compared_with_one():
    """'ANLI+ beats CCG' may be as true as 'SQuAD beats CCG', whose cell of CCG it shares."""

    def made(*cells):
        other = verdict("supported", *map(cell, cells))
        return judged(CLAIM, lambda claim: verdict("refuted") if "SQuAD" in claim.text else other, own)

    own = verdict("supported", cell("SQuAD"), cell("CCG"))
    assert [one.verdict for one in made("ANLI+", "CCG") if one.kind == "task"] == ["supported elsewhere"]
    assert [one.verdict for one in made("SQuAD", "CCG") if one.kind == "task"] == ["supported"]
    assert [one.verdict for one in made("CCG") if one.kind == "task"] == ["supported"]


def test_a_third_system_that_does_as_well_is_no_false_twin(shelf):
    text = "HellaSwag beats CCG on average."
    one = Claim("one", text, "2005.13013v1", read(text).asserts)
    found = verify.verify(one, ASKED, shelf)
    assert found.verdict == "supported"
    assert {twin.verdict for twin in found.twins if twin.kind == "swapped"} == {"refuted"}
    assert "supported elsewhere" in {twin.verdict for twin in found.twins if twin.kind == "task"}


def test_what_mends_a_claim_is_no_false_twin_of_it(shelf):
    """8.3 and 7.9 in each other's place are right: the claim stays partly wrong."""
    text = "SQuAD, HellaSwag and CCG yield average gains of 7.9, 8.3 and 3.7 points."
    found = verify.verify(Claim("one", text, "2005.13013v1", read(text).asserts), ASKED, shelf)
    assert found.verdict == "partly" and not any(one.false for one in found.twins) and found.twins


# ---- numbers of the passage that decided


def said(text, word="supported", **more):
    """The verdict of words that were found in one passage."""
    words = Verdict("words", word, "why", evidence=(replace(passage(0), value=text, **more),))
    return Verdict("final", word, "why", checks={"words": words})


def changes(text, of, *asserts):
    return [one.changed for one in siblings(Claim("one", text, "a", asserts), of)]


@pytest.mark.parametrize(
    ("text", "passage", "expected"),
    [
        ("24 papers use A/B tests.", "Of 44 papers, 24 use A/B tests and 13 papers use scales.", ["24 -> 44", "24 -> 13"]),
        ("XNLI rises by 2.1 points.", "XNLI rises by 2.1 points and BUCC by 4.0 points in 12 languages.", ["2.1 -> 4.0"]),
        ("The graph has 280 million nodes.", "It has 280M nodes, 37M papers and 12M authors.",
         ["280 million -> 37M", "280 million -> 12M"]),
        # One number, rounded; a bound, which a sibling may meet; a number that stands elsewhere.
        ("XNLI rises by 2.1 points.", "XNLI rises by 2.1 points, by 2.12 points with MLM.", []),
        ("More than 20 papers use scales.", "24 papers use scales and 34 papers use A/B tests.", []),
        ("XNLI rises by 2.1 points.", "BUCC rises by 4.0 points and Tatoeba by 3.0 points.", []),
    ],
)  # fmt: skip
def test_siblings_are_other_numbers_of_the_passage_that_decided(text, passage, expected):
    assert changes(text, said(passage)) == expected


def test_siblings_are_few_and_those_that_the_claim_states_come_last():
    text, passage = "It takes 2 days and 3 days.", "It takes 2 days, 3 days, 4 days, 5 days, 6 days and 7 days."
    assert changes(text, said(passage)) == ["2 -> 4", "2 -> 5", "2 -> 6"]
    assert changes(text, said("It takes 2 days and 3 days.")) == ["2 -> 3", "3 -> 2"]


def test_where_no_passage_bears_a_claim_out_there_are_no_siblings():
    text, passage = "24 papers use A/B tests.", "24 papers use A/B tests and 13 papers use scales."
    assert changes(text, said(passage, "refuted")) == changes(text, verdict("supported", cell("SQuAD"))) == []
    assert changes(text, said(passage, note="says otherwise")) == []


def test_assertions_follow_a_sibling_or_are_left_to_the_words():
    of = said("SQuAD gives 8.3 points and CCG 3.7 points.")
    assert [one.asserts for one in siblings(CLAIM, of)] == [(replace(GAIN, value="3.7"),)]
    assert [one.asserts for one in siblings(replace(CLAIM, asserts=(replace(GAIN, value="9.9"),)), of)] == [()]


@pytest.mark.parametrize("few", [False, True])
def test_a_check_that_binds_a_number_to_the_wrong_clause_is_not_checkable(few):
    text = "24 papers use A/B tests and 13 papers use scales."
    bound, blind = {"24 papers use A/B tests."}, {"24 papers use A/B tests.", "13 papers use A/B tests."}
    one = Claim("one", "24 papers use A/B tests.", "a")

    def checked(taken):
        return controlled(one, said(text), lambda twin: said(text) if twin.text in taken else verdict("refuted"), few)

    assert checked(bound).verdict == "supported" and checked(bound).data["discrimination"]["kinds"]["sibling"]["share"] == 1
    assert checked(blind).verdict == "not checkable" and "(sibling: 24 -> 13)" in checked(blind).line
    # Another passage that says so is another statement.
    other = verdict("supported", passage(100))
    elsewhere = controlled(one, said(text), lambda twin: other if twin.text in blind else verdict("refuted"), few)
    assert elsewhere.verdict == "supported" and elsewhere.data["discrimination"]["supported_elsewhere"] == 1


@pytest.mark.parametrize(
    ("word", "kinds"), [("supported", 2), ("partly", 2), ("refuted", 1), ("not enough information", 0), ("conflicting", 0)]
)
def test_twins_are_made_only_where_they_say_something(word, kinds):
    """A twin of a refuted claim may be the truth, and a claim that nothing decides has nothing to be told apart."""
    asked = []
    found = controlled(CLAIM, verdict(word), lambda claim: asked.append(claim) or "refuted")
    assert len({one.false for one in found.twins}) == kinds
    assert (found.verdict, len(asked)) == (word, len(found.twins))


def test_paraphrases_of_a_refuted_claim_keep_its_verdict():
    found = controlled(CLAIM, verdict("refuted"), lambda claim: "refuted")
    assert found.data["discrimination"]["paraphrases_that_keep_the_verdict"]["share"] == 1


def test_all_claims_together():
    fine = controlled(CLAIM, verdict("supported"), lambda claim: "supported" if claim.asserts == (GAIN,) else "refuted")
    blind = controlled(CLAIM, verdict("supported"), lambda claim: "supported")
    none = verdict("not enough information")
    both = of([fine, blind, none])
    false = sum(one.false for one in fine.twins)
    assert (both.false.right, both.false.of) == (false, 2 * false)
    assert both.true.right == both.true.of
    assert overall([]).false.of == 0 and str(overall([]).false) == "none"


def test_the_interval_of_a_share():
    assert wilson(0, 0) == (0.0, 1.0)
    low, high = wilson(97, 100)
    assert (low, high) == (pytest.approx(0.9155, abs=1e-4), pytest.approx(0.9897, abs=1e-4))  # R: binom::binom.wilson(97, 100)


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_interval_holds_the_share(right, wrong):
    low, high = wilson(right, right + wrong)
    assert 0 <= low <= high <= 1
    if right + wrong:
        assert low <= right / (right + wrong) <= high


@pytest.mark.parametrize(
    ("text", "asserts", "why"),
    [
        ("SQuAD gains over SQuAD.", (Assertion("gain", "squad1", over="squad1", value="0.0"),), "over itself"),
        ("SQuAD beats SQuAD.", (Assertion("greater", "squad1", rival="squad1"),), "with itself"),
        ("SQuAD is best.", (Assertion("best", "squad1", among=("squad1",)),), "best of itself"),
        ("The mean of 8.2, 7.5 and 7.0 is 7.6.", (), "its own numbers"),
        ("The sum of 2 and 3 is 5.", (), "its own numbers"),
        ("This report lists nine claims.", (), "report that makes it"),
        ("Claims were extracted and verified.", (), "report that makes it"),
    ],
)
def test_a_claim_that_checks_only_itself_is_named(text, asserts, why):
    one = Claim("one", text, "2005.13013v1", asserts)
    assert why in tautology(one)
    found = controlled(one, verdict("supported"), lambda claim: "supported")
    assert found.verdict == "not checkable" and found.line.startswith("checks only itself: ") and found.twins == ()


def test_a_constant_is_named_where_no_source_speaks_of_it_and_what_is_refuted_stays_so():
    one = Claim("one", "The mean of 8.2, 7.5 and 7.0 is 7.6.", "2005.13013v1")
    assert controlled(one, verdict("not enough information"), lambda claim: "refuted").verdict == "not checkable"
    assert controlled(one, verdict("refuted"), lambda claim: "refuted").verdict == "refuted"


def test_a_claim_whose_only_evidence_is_its_own_report_checks_itself():
    one = Claim("one", "XNLI sees no benefits.", "2005.13013v1", reported={"report": "seed-7"})
    own = verdict("supported", Evidence("report:seed-7", "", "XNLI sees no benefits."))
    assert "the report that makes it" in tautology(one, own)
    assert tautology(one, verdict("supported", passage(0))) == ""


@pytest.mark.parametrize(
    "text",
    [
        "The mean of XNLI and PAWS-X is 83.3 points over 2 tasks.",
        "The mean of 8.2, 7.5 and 7.0 is 9.9.",
        "Training on SQuAD, MNLI and HellaSwag yields 8.2, 7.5 and 7.0 points.",
    ],
)
def test_numbers_that_were_measured_are_no_constants(text):
    assert tautology(Claim("one", text, "2005.13013v1")) == ""
    assert tautology(CLAIM) == ""


# --- laws that the score of the seeds fails (the paper is made, its tables are the published ones)

PAPER = "2005.13013v1"
SAID = """A Study of Transfer

Abstract

On the development sets, the average over the nine target tasks is higher by 8.3 points when the model is first trained on
SQuAD v1.1.

1 Results

Training on HellaSwag raises F1 on TyDiQA-GoldP by 3.4 points on the development sets. The corpus of our study holds 81.1M
papers of many disciplines. FINE annotations have higher agreement than COARSE annotations. Only 2 of the 44 papers release
their data.

References

Smith, A. 2019. The parser needs 99.5 hours of training for each language. In Proceedings of ACL.
"""
TRUE = (
    "Training on SQuAD v1.1 first raises the average over the nine target tasks by 8.3 points on the development sets.",
    "The corpus of the study holds 81.1M papers of many disciplines.",
    "FINE annotations have higher agreement than COARSE annotations.",
    "Only 2 of the 44 papers release their data.",
)
PADDING = ("According to the paper, {}", "The paper finds that {}", "As the authors report, {}", "In this work, {}")


@pytest.fixture(scope="module")
def verified(tmp_path_factory):
    """The whole verdict of a text on the made paper; `more` puts other papers beside it."""
    folders = {}
    # Longer than an abstract, of which a model of labels would judge.
    rest = "\n\n".join(f"Step {place} of the procedure was repeated by another group of annotators." for place in range(50))
    for more in (False, True):
        folder = folders[more] = tmp_path_factory.mktemp("papers")
        (folder / f"{PAPER}.txt").write_text(SAID.replace("References\n", f"2 Procedure\n\n{rest}\n\nReferences\n"))
        for number in range(3 * more):
            lines = [f"The parser of group {place} finds {number}.{place} points in {place} runs." for place in range(20)]
            (folder / f"a-{number}.txt").write_text(f"Parsers {number}\n\n1 Results\n\n" + "\n\n".join(lines))
    shelves = {more: Hand(published(), index=index.open(folder), library=folder) for more, folder in folders.items()}

    def say(text, more=False, paper=PAPER):
        return verify.verify(Claim("one", text, paper, read(text).asserts), ASKED, shelves[more])

    return say


@pytest.mark.parametrize("text", TRUE)
def test_a_true_claim_is_supported_and_none_of_its_false_twins(verified, text):
    found = verified(text)
    assert found.verdict == "supported" and found.confidence and found.confidence > 0.5
    assert found.interval[0] <= found.confidence <= found.interval[1]
    assert {one.false for one in found.twins} == {True, False}
    for one in found.twins:
        if one.false:
            assert one.verdict != "supported", one.text


@settings(max_examples=12, deadline=None)
@given(st.sampled_from(TRUE), st.sampled_from(PADDING), st.booleans())
def test_neutral_words_and_other_papers_change_nothing(verified, text, padding, more):
    plain, padded = (
        verified(text),
        verified(padding.format(text[:1].lower() + text[1:] if text.startswith(("T", "O")) else text), more),
    )
    assert padded.verdict == plain.verdict
    assert padded.confidence == pytest.approx(plain.confidence, abs=0.05)


@pytest.mark.parametrize("text", TRUE)
def test_without_a_source_there_is_a_reason_and_no_confidence(verified, text):
    found = verified(text, paper="2101.00001v1")
    assert (found.verdict, found.confidence, found.twins) == ("not enough information", None, ())
    assert "2101.00001v1" in found.line
    assert found.reason == "nothing was decided"


def test_what_stands_only_in_the_bibliography_is_not_supported(verified):
    assert verified("The parser needs 99.5 hours of training for each language.").verdict == "not enough information"
