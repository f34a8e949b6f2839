"""What papers state of themselves against their facts and the rows they print; assertions in words; the order of splits."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replicate import results
from synth.assertions import KINDS, evaluate, selection
from synth.assertions.wording import claim, measured, named, system, true_minus
from synth.facts import Fact, Facts
from synth.records import Assertion

from .cells import cell, gained, rows, run

NINE = Assertion("count", about="stilts", what="intermediate tasks", value="9")


def fact(value, about="stilts", what="intermediate tasks", **fields):
    return Fact("paper:p", about, what, value, "text", **fields)


# --- facts


@pytest.mark.parametrize(
    ("values", "holds", "shown"),
    [
        (("9",), True, "9"),
        (("7",), False, "7"),
        (("7", "9"), True, "9"),  # where one of several is the claim, the claim is the paper's
        (("7", "8"), False, "7"),
        (("7", "many"), None, "7"),
        (("many",), None, "many"),
    ],
)
def test_what_a_paper_states_in_several_places(values, holds, shown):
    found = evaluate(NINE, None, Facts(tuple(fact(value, note=f"in {value}") for value in values)))
    assert found.holds is holds and found.printed == shown and found.note == f"in {shown}" and found.independent
    assert found.rows == (
        {"origin": "paper:p#text", "cell": "stilts: intermediate tasks", "printed": shown, "note": f"in {shown}"},
    )


def test_what_no_fact_states_is_missing_with_a_reason():
    assert evaluate(NINE, None, None).missing == "intermediate tasks: no facts are at hand"
    assert evaluate(NINE, None, Facts((fact("9", what="phases"),))).missing == "intermediate tasks: not among the facts"
    own = evaluate(NINE, None, Facts((replace(fact("9"), origin="ours"),)))
    assert own.holds is True and not own.independent


# --- counts of what the rows name

SEVEN = tuple(gained(name, "1.0") for name in ("anli+", "qqp", "squad1", "squad2", "hellaswag", "ccg", "csqa"))


@pytest.mark.parametrize(
    ("value", "relation", "whole", "holds"),
    [
        ("7", "=", True, True),
        ("7", "=", False, None),  # the paper may have more of them than its tables that were read
        ("9", "=", True, None),  # or than it prints at all
        ("6", "=", True, False),
        ("6", "=", False, False),  # seven stand there
        ("6", "at least", False, None),
        ("6", "at least", True, True),
        ("8", "at least", True, None),
        ("6", "at most", False, False),
        ("many", "=", True, None),
    ],
)
def test_rows_contradict_who_counts_fewer_and_confirm_only_where_the_tables_are_whole(value, relation, whole, holds):
    of = replace(NINE, value=value, relation=relation)
    found = evaluate(of, rows(cell(), *SEVEN, gained("multi", "2.0")), Facts(whole=whole))
    assert found.holds is holds and found.printed == "7"
    assert found.recomputation.startswith("the tables name 7: ") and "multi-task" not in found.recomputation
    (row,) = found.rows
    assert (row["origin"], row["cell"], row["printed"]) == ("paper:p#rows", "counted: intermediate tasks", "7")
    assert row["note"] == found.recomputation.removeprefix("the tables name 7: ") and row["note"].count(", ") == 6


def test_only_counts_of_the_study_are_counted():
    there = rows(cell(), cell(target="average", metric="score"), cell(target="mlqa", metric="f1", value="60.0"))
    targets = replace(NINE, what="target tasks", value="2")
    found = evaluate(targets, there, Facts(whole=True))
    assert (found.holds is True and found.rows[0]["note"] == "MLQA, XNLI") or set(found.rows[0]["note"].split(", ")) == {
        "MLQA",
        "XNLI",
    }
    for other in ({"kind": "size"}, {"about": "xtreme"}, {"what": "languages"}):
        assert evaluate(replace(targets, **other), there, Facts(whole=True)).missing
    assert evaluate(targets, None, Facts(whole=True)).missing and evaluate(NINE, there, Facts(whole=True)).missing
    assert evaluate(targets, rows(run()), None).rows[0]["origin"] == "run:baseline1#rows"


# --- which rows are asked


def test_every_kind_has_its_evaluator_and_without_rows_says_so():
    assert set(KINDS) == {"level", "gain", "best", "greater", "sign"}
    for kind in KINDS:
        found = evaluate(Assertion(kind, "ccg", rival="mnli", across="intermediates", quantifier="some"), None)
        assert found.missing == "no table with results is at hand"


def test_where_no_split_is_named_dev_is_asked_before_test():
    of = Assertion("level", "ccg", target="xnli", metric="accuracy")
    both = rows(cell("ccg", "53.0"), cell("ccg", "54.0", split="dev"))
    assert evaluate(of, both).shown == "54.0" and evaluate(replace(of, split="test"), both).shown == "53.0"
    assert evaluate(of, rows(cell("ccg", "53.0"))).shown == "53.0"
    assert evaluate(of, rows(cell("mnli"))).missing == "CCG: no XNLI accuracy on dev among the rows", "the first place"
    begun = evaluate(Assertion("level", "ccg"), selection(results.table([run("ccg", 53.0)])))
    assert begun.missing.endswith("not measured"), "what was begun comes before what was not"
    best = Assertion("gain", "best", target="xnli", metric="accuracy", chosen="best per target on dev")
    assert evaluate(best, rows(cell(), cell("best", "51.0"), cell("best", "60.0", split="dev"))).shown == "1.0"


def test_the_same_question_is_answered_once():
    there = rows(cell(), cell("ccg", "53.0"))
    one = evaluate(Assertion("gain", "ccg", target="xnli", metric="accuracy", value="3.0"), there)
    other = evaluate(Assertion("gain", "ccg", target="xnli", metric="accuracy", value="8", relation="at least"), there)
    assert one is other and len(there.known) == 1
    sign = Assertion("sign", "", target="xnli", metric="accuracy", across="intermediates", quantifier="some")
    seeds = rows(*(run(name, value + step, seed) for name, value in (("baseline", 50.0), ("ccg", 50.2))
                   for seed, step in ((1, 0.0), (2, 0.3 * (name == "ccg")), (3, -0.4 * (name == "ccg")))))  # fmt: skip
    sign = replace(sign, language="de")
    assert evaluate(sign, seeds).holds is None and evaluate(sign, seeds, margin=5.0).holds is False


# --- in words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "CCG"),
        ({"mlm": True}, "CCG with MLM"),
        ({"intermediate": ""}, "any intermediate training"),
        ({"method": "lora"}, "CCG (lora)"),
        ({"method": "lora", "intermediate_languages": "ar+de", "model": "mT5"}, "CCG (lora, ar+de, mT5)"),
    ],
)
def test_a_system_in_words(fields, words):
    assert system(replace(Assertion("gain", "ccg"), **fields)) == words


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({}, "average"),
        ({"target": "tydiqa", "metric": "f1", "language": "sw"}, "TyDiQA-GoldP f1 in Swahili"),
        ({"target": "xnli", "language": "xx"}, "XNLI in xx"),
        ({"target": "xnli", "metric": "accuracy"}, "XNLI accuracy"),
    ],
)
def test_what_is_measured_in_words(fields, words):
    assert measured(replace(Assertion("gain", "ccg"), **fields)) == words


@pytest.mark.parametrize(
    ("of", "words"),
    [
        (NINE, "intermediate tasks"),
        (Assertion("size", about="anli+", what="dev examples"), "ANLI+: dev examples"),
        (Assertion("setup", about="the study", what="model"), "model"),
        (Assertion("count", about="xtreme", what="languages"), "XTREME: languages"),
        (Assertion("gain", "ccg"), "CCG, average"),
        (Assertion("level", "ccg", target="xnli"), "CCG, XNLI"),
        (Assertion("best", "ccg"), "CCG best, average"),
        (Assertion("greater", "ccg", rival="mnli", rival_mlm=True), "CCG above MNLI with MLM, average"),
        (Assertion("greater", "ccg", rival="mnli", rival_languages="de"), "CCG above MNLI (de), average"),
        (Assertion("sign", "ccg", across="targets", quantifier="most"), "up for most of the targets after CCG"),
        (Assertion("sign", "", across="targets", quantifier="each"), "up for each of the targets"),
        (Assertion("sign", "ccg", across="intermediates", quantifier="none", direction="down"),
         "down for none of the intermediates of average"),
        (Assertion("sign", "ccg", target="xnli", across="languages", quantifier="some"),
         "up for some of the languages of XNLI after CCG"),
    ],
)  # fmt: skip
def test_an_assertion_in_words(of, words):
    assert named(of) == words


def test_numbers_in_words():
    assert claim(Assertion("gain", value="8.2")) == "8.2"
    assert claim(Assertion("gain", value="8.2", relation="about")) == "about 8.2"
    assert (
        true_minus("-1.5 to -.5, a 3-5 range, zero-shot, (-2) and x-1")
        == "\u22121.5 to \u2212.5, a 3-5 range, zero-shot, (\u22122) and x-1"
    )
