"""Scope: whether claims and papers have anything to do with the question, and what a report says of itself."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replicate import tasks
from synth.checks.asked import asked, shared, telling, unasked
from synth.checks.hand import Hand, published
from synth.checks.scope import contains, scope, scores, with_scope
from synth.literature import library
from synth.records import Assertion, Claim, Paper, Question, Verdict

V1 = "2005.13013v1"
DIVERSITY = "What is the impact of language family diversity in intermediate-task data on transfer in the XTREME-R benchmark?"


@pytest.fixture(scope="module")
def shelf():
    return Hand(published())


def claim(text, id="one", paper=V1, **more):
    return Claim(id, text, paper, **more)


def question(text, *claims, papers=(V1,), **reported):
    return Question("q", text, "", papers, 0.5, claims, reported)


def lines(found, kind, id=""):
    return [one.line for one in found if (one.kind, one.claim) == (kind, id)]


@pytest.mark.parametrize(
    ("text", "changed", "against", "measured"),
    [
        ("What is the impact of A on B?", "A", "", "B"),
        ("How does B vary when training is on A instead of C?", "training is on A", "C", "B"),
        ("Does A improve B?", "A", "", "B"),
        ("Does B change, for C and for D, when A?", "A", "", "B"),
        ("Does the length of A change how well B holds?", "the length of A", "", "how well B holds"),
        ("Can A improve B compared to C, as measured by D?", "A", "C", "B, as measured by D"),
        ("Something else entirely", "Something else entirely", "", ""),
    ],
)
def test_a_question_is_taken_apart(text, changed, against, measured):
    found = asked(text)
    assert (found.changed, found.against, found.measured) == (changed, against, measured)


def test_themes_are_what_a_question_asks_about_in_particular():
    assert asked(DIVERSITY).themes == {"what is changed": ("language families", "diversity")}
    assert asked("Does intermediate training on English tasks improve zero-shot cross-lingual transfer?").themes == {}
    assert asked("Does training on English tasks first improve zero-shot transfer?").themes == {}
    assert shared("language families", "We train on tasks of one branch.") and not shared("sequence length", "XNLI improves.")


def test_claims_that_say_nothing_of_what_is_asked_are_named(shelf):
    claims = claim("XNLI does not see benefits.", "xnli"), claim("More language families give better transfer.", "families")
    found = scope(question(DIVERSITY, *claims), shelf)
    assert lines(found, "question") == ["1 of 2 claims bear on the question (language families and diversity)"]
    assert lines(found, "question", "xnli") == [
        "it says nothing of language families and diversity, which is what the question asks about"
    ]
    assert lines(found, "question", "families") == []


def test_a_note_names_few_words_and_none_of_degree(shelf):
    """What is asked about in particular stays as it is: 'simultaneously' is what a claim on several tasks at once shares."""
    asks = "Do adapters trained on multiple intermediate tasks simultaneously improve transfer compared to a single task?"
    assert {"adapter", "simultaneously"} <= {theme for group in asked(asks).themes.values() for theme in group}
    found = scope(question(asks, claim("XNLI does not see benefits."), claim("Training jointly helps.", "jointly")), shelf)
    assert lines(found, "question", "one") == [
        "it says nothing of adapter, multi-task and single task, which is what the question asks about"
    ]
    assert lines(found, "question", "jointly") == []
    assert telling(("long",)) == ("length",) and telling(("family", "quickly", "typological")) == ("family", "typology")
    assert telling(("whale", "otter", "seal", "walrus")) == ("whale", "otter", "seal")


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Does language family diversity change transfer?", "claims/of/others.JSONL"), ("", "claims/empty.toml"),
        ("report_with_a_long_name", "claims/report.toml"), ("Do the papers say what is claimed in a file?", ""),
        ("Does what \u201cLong guides for human evaluation\u201d and others claims hold?", "claims/paper.toml"),
    ],
)  # fmt: skip
def test_claims_of_which_nothing_was_asked_bear_on_all(shelf, text, path):
    listed = replace(question(text, claim("XNLI does not see benefits.")), path=path)
    assert [one for one in scope(listed, shelf) if one.kind == "question"] == []
    assert not unasked("Does it help?") and not unasked("Does what is claimed hold for families?")


def test_no_claim_bears_on_the_question(shelf):
    found = scope(question(DIVERSITY, claim("XNLI does not see benefits.")), shelf)
    assert lines(found, "question") == ["none of the 1 claims bears on the question (language families and diversity)"]
    assert lines(scope(question(DIVERSITY), shelf), "question") == ["there is no claim that could answer it"]


def test_an_assertion_may_say_what_the_words_leave_out(shelf):
    asks = "Can adapters improve transfer compared to full fine-tuning?"
    plain = claim("SQuAD raises the average.")
    of = claim("SQuAD raises the average.", asserts=(Assertion("gain", "squad1", value="1.0", method="adapter"),))
    assert lines(scope(question(asks, plain), shelf), "question", "one")
    assert not lines(scope(question(asks, of), shelf), "question", "one")


@pytest.mark.parametrize(
    ("benchmark", "task", "there"),
    [
        ("XTREME", "bucc2018", True), ("XTREME-R", "bucc2018", False), ("XTREME-R", "pawsx", False),
        ("XTREME", "xcopa", False), ("XTREME", "lareqa", False), ("XTREME", "mewslix", False), ("XTREME-R", "xcopa", True),
        ("XTREME-R", "tatoeba", True), ("GLUE", "xnli", None), ("XTREME", "squad1", None),
    ],
)  # fmt: skip
def test_what_a_benchmark_contains(benchmark, task, there):
    assert contains(benchmark, task) is there


def test_xtreme_has_nine_tasks_and_xtreme_r_ten():
    assert sum(contains("XTREME", id) is True for id in tasks.TASKS) == 9
    assert sum(contains("XTREME-R", id) is True for id in tasks.TASKS) == 10


def test_a_task_that_the_benchmark_lacks_is_a_finding(shelf):
    found = scope(question(DIVERSITY, claim("BUCC and Tatoeba improve.")), shelf)
    assert lines(found, "benchmark", "one") == ["BUCC is not in XTREME-R, which the question asks about"]
    found = scope(question("Does A improve B?", claim("XTREME contains XCOPA.")), shelf)
    assert lines(found, "benchmark", "one") == ["XCOPA is not in XTREME"]
    found = scope(question(DIVERSITY, claim("The average over XTREME rises.")), shelf)
    assert lines(found, "benchmark", "one") == ["it is about XTREME, the question about XTREME-R"]


def test_another_version_than_the_one_at_hand(shelf):
    found = scope(question("Does A improve B?", claim("A.", "a", "2005.13013v2"), claim("B.", "b", "2005.13013v2")), shelf)
    assert lines(found, "version") == [
        "2 claims cite 2005.13013v2; the tables at hand are those of 2005.13013v1, which is another text"
    ]
    assert lines(scope(question("Does A improve B?", claim("A.")), shelf), "version") == []


def test_papers_off_the_topic_withdrawn_or_superseded(shelf, tmp_path):
    papers = library.open(tmp_path)
    papers.note(Paper("2101.00001v1", "Enzymes of the liver in mice", abstract="We feed mice."))
    papers.note(Paper("2101.00002v1", "Language families in transfer", withdrawn="a fault in section 3"))
    papers.note(Paper("2101.00003v1", "Language family diversity in cross-lingual transfer", latest="2101.00003v3"))
    ids = ("2101.00001v1", "2101.00002v1", "2101.00003v1", "2101.00009v1")
    found = [one.line for one in scope(question(DIVERSITY, papers=ids), shelf, papers) if one.kind == "paper"]
    assert found == [
        "2101.00001v1 is not on the topic: 'Enzymes of the liver in mice' shares no word with the question",
        "2101.00002v1 was withdrawn: a fault in section 3",
        "2101.00003v1 is not the newest version: there is 2101.00003v3",
        "2101.00009v1: not at hand, so whether it is on the topic was not looked at; synth fetch 2101.00009v1",
    ]


def test_all_claims_of_one_paper_and_a_paper_without_claims(shelf):
    asks = question("Does A improve B?", claim("A.", "a"), claim("B.", "b"), papers=(V1, "2101.00001v1"), papers_retrieved=14)
    found = scope(asks, shelf)
    assert lines(found, "source") == [f"all 2 claims come from one paper of 14 papers retrieved, {V1}: nothing corroborates it"]
    assert "2101.00001v1 is cited and no claim comes from it" in lines(found, "paper")
    two = replace(asks, claims=(claim("A.", "a"), claim("B.", "b", "2101.00001v1")))
    assert lines(scope(two, shelf), "source") == []


def test_a_claim_that_was_cut(shelf):
    cut = claim("word " * 23 + "stop")
    assert lines(scope(question("Does A improve B?", cut), shelf), "cut", "one") == [
        "it stops in the middle after 119 characters: what it would have said is not known"
    ]
    assert lines(scope(question("Does A improve B?", claim("It stops.")), shelf), "cut", "one") == []
    assert lines(scope(question("Does A improve B?", claim("It st", cut=True)), shelf), "cut", "one") == [
        "the report cuts it off after 5 characters: what it would have said is not known"
    ]
    # Whose words follow is what the note is for.
    noted = claim("It stops where the report goes on.", cut=True, note="Its end is taken from another report.")
    assert lines(scope(question("Does A improve B?", noted), shelf), "cut", "one") == [
        "the report cuts it off, not we: the note says where, and whose words its end is"
    ]
    # In our own words, of a claim that the report prints without its end.
    assert lines(scope(question("Does A improve B?", claim("It stops.", cut=True)), shelf), "cut", "one") == [
        "the report cuts it off: what it would have said is not known"
    ]


def test_a_reports_own_counts(shelf):
    claims = claim("A.", "a", reported={"verified": True}), claim("B.", "b", reported={"verified": False})
    found = scope(question("Does A improve B?", *claims, claims_extracted=3, claims_verified=1), shelf)
    assert [(one.line, one.fault) for one in found if one.kind == "counts"] == [
        ("the report counts 3 claims and lists 2", True),
        ("the report counts 1 verified claims and lists 1, as many", False),
    ]


def test_scores_that_follow_the_ticks():
    def report(score, *ticks):
        claims = [claim("A.", str(place), reported={"verified": tick}) for place, tick in enumerate(ticks)]
        return question("Does A improve B?", *claims, score=score)

    found = scores([report(9.2, True, True), report(7.2, True, False), report(5.1, False, False)])
    assert (
        found.fault
        and found.line == "over 3 reports the quality score and the share of ticks correlate at +1.00: the score rewards ticks"
    )
    assert scores([report(9.2, True), report(9.1, True)]) is None


def test_a_verdict_carries_what_is_known_of_its_claim_and_paper(shelf):
    one = claim("BUCC improves.", paper="2005.13013v2")
    asks = question(DIVERSITY, one)
    found = with_scope(Verdict("final", "supported", ""), one, scope(asks, shelf))
    assert [line.split(" ")[0] for line in found.scope] == ["it", "BUCC", "one"]
    refuted = with_scope(Verdict("final", "refuted", ""), one, scope(asks, shelf))
    assert refuted.scope == (*found.scope, "2005.13013v2, which it cites, says otherwise")


def test_a_list_of_claims_of_others_asks_nothing(shelf):
    asks = replace(question("Do the papers say it?", claim("XCOPA is in XTREME."), papers=("2101.00001v1",)), path="claims.jsonl")
    assert [one.kind for one in scope(asks, shelf)] == ["paper", "benchmark"]
