"""best, greater and sign on a few cells: who leads, for certain or not, and what the lines say."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from synth.assertions import evaluate
from synth.assertions.signs import sign
from synth.records import Assertion

from .cells import cell, gained, rows, run

XNLI = {"target": "xnli", "metric": "accuracy", "split": "test"}
AROUND = (cell(value="50.0"), cell("ccg", "53.0"), cell("mnli", "56.0"), cell("qqp", "52.0"))


def asked(kind, intermediate="mnli", **fields):
    return Assertion(kind, intermediate, **{**XNLI, **fields})


# --- best


def test_the_best_leads_every_other_one():
    found = evaluate(asked("best"), rows(*AROUND))
    assert found.holds is True and found.printed == "+6.0" and found.also == "best is MNLI with +6.0"
    assert found.recomputation == "MNLI +6.0, CCG +3.0, QQP +2.0"
    assert (found.numbers or {})[None] == (Decimal("2.9"), Decimal("3.1")), "its lead over the next one"
    assert set(found.parts) == {"mnli", "qqp", "ccg"} and found.missing == found.note == ""
    assert [row["intermediate"] for row in found.rows] == ["mnli", "baseline", "ccg", "baseline"]


def test_what_another_one_leads_is_not_the_best():
    found = evaluate(asked("best", "ccg"), rows(*AROUND))
    assert found.holds is False and found.also == "best is MNLI with +6.0" and found.values == (-3.0,)


@pytest.mark.parametrize(
    ("other", "holds"),
    [("55.8", True), ("55.9", None), ("56.0", None), ("56.1", None), ("56.2", False)],  # rounding: 0.1 apart may be equal
)
def test_who_leads_by_less_than_rounding_is_open(other, holds):
    assert evaluate(asked("best", among=("mnli", "ccg")), rows(cell(), cell("mnli", "56.0"), cell("ccg", other))).holds is holds


def test_the_best_of_runs_is_the_best_mean_and_leads_in_every_seed():
    seeds = [run(name, value, seed) for seed in (1, 2) for name, value in (("baseline", 50.0), ("ccg", 53.0))]
    there = rows(*seeds, run("mnli", 56.0, 1), run("mnli", 54.0, 2))
    found = evaluate(asked("best", language="de"), there)
    assert found.holds is True and found.values == (3.0, 1.0) and found.printed == "+5.0"
    once = evaluate(asked("best", language="de"), rows(*seeds, run("mnli", 56.0, 1)))
    assert once.also == "best is MNLI with +6.0", "whoever was run in more seeds is not better for it"
    mixed = rows(*seeds, run("mnli", 58.0, 1), run("mnli", 52.0, 2))
    assert evaluate(asked("best", language="de"), mixed).holds is None


def test_the_best_names_who_is_not_at_hand_and_says_when_there_is_nobody_else():
    named = evaluate(asked("best", among=("ccg", "anli+", "mnli", "ccg")), rows(*AROUND))
    assert named.holds is None and named.note == "not at hand: ANLI+" and named.recomputation == "MNLI +6.0, CCG +3.0"
    behind = evaluate(asked("best", "ccg", among=("mnli", "anli+")), rows(*AROUND))
    assert behind.holds is False, "whoever is not at hand, one leads it"
    alone = evaluate(asked("best"), rows(cell(), cell("mnli", "56.0")))
    assert alone.missing == "no other system to compare with" and alone.independent
    absent = evaluate(asked("best", "anli+"), rows(*AROUND))
    assert absent.missing == "ANLI+: no XNLI accuracy on test among the rows"
    itself = evaluate(asked("best", among=("mnli",)), rows(*AROUND))
    assert itself.missing == "the best of one system is that system whatever was measured" and not itself.independent
    two = rows(run(), run("mnli", 56.0), run(seed=2), run("ccg", 53.0, seed=2))
    apart = evaluate(asked("best", language="de"), two)
    assert apart.missing == "no seed has both" and apart.holds is None


# --- greater


def test_the_greater_one_is_told_with_both_numbers():
    found = evaluate(asked("greater", rival="ccg"), rows(*AROUND))
    assert found.holds is True and found.values == (3.0,) and found.missing == ""
    assert found.printed == "+6.0 against +3.0" and found.also == found.recomputation == "MNLI +6.0, CCG +3.0"
    assert set(found.parts) == {"MNLI", "CCG"} and len(found.rows) == 4
    less = evaluate(asked("greater", "ccg", rival="mnli"), rows(*AROUND))
    assert less.holds is False and less.values == (-3.0,)


def test_above_the_baseline_is_above_a_gain_of_zero():
    there = rows(gained("mnli", "6.0"), cell("mnli", "56.0", split="dev"), cell(split="dev"))
    found = evaluate(asked("greater", rival="baseline"), rows(*AROUND))
    assert found.printed == "+6.0 against 0" and found.values == (6.0,) and found.holds is True
    below = evaluate(asked("greater", "baseline", rival="mnli"), rows(*AROUND))
    assert below.printed == "0 against +6.0" and below.holds is False and below.values == (-6.0,)
    with_mlm = evaluate(asked("greater", "baseline", mlm=True, rival="baseline"), rows(cell(), cell(value="51.0", mlm=True)))
    assert with_mlm.printed == "+1.0 against 0" and with_mlm.holds is True
    printed = evaluate(asked("greater", rival="ccg"), rows(gained("mnli", "6.0"), gained("ccg", "3.0")))
    assert printed.values == (3.0,) and printed.holds is True, "of gains, where there are no levels"
    assert evaluate(asked("greater", rival="baseline"), there).missing.startswith("no intermediate training: no XNLI")
    mixed = rows(cell(), gained("mnli", "6.0"))  # a level of the baseline, and of MNLI a gain alone
    above, under = (evaluate(asked("greater", one, rival=other), mixed)
                    for one, other in (("mnli", "baseline"), ("baseline", "mnli")))  # fmt: skip
    assert (above.numbers or {})[None] == (Decimal("5.95"), Decimal("6.05")) and above.holds is True
    assert (under.numbers or {})[None] == (Decimal("-6.05"), Decimal("-5.95")) and under.holds is False


def test_what_is_greater_than_itself_or_than_nobody_is_missing():
    same = evaluate(asked("greater", rival="mnli"), rows(*AROUND))
    assert same.missing == "MNLI is compared with itself" and not same.independent
    absent = evaluate(asked("greater", rival="anli+"), rows(*AROUND))
    assert absent.missing == "ANLI+: no XNLI accuracy on test among the rows" and set(absent.parts) == {"MNLI", "ANLI+"}
    first = evaluate(asked("greater", "anli+", rival="mnli", rival_languages="German"), rows(*AROUND))
    assert first.missing == "ANLI+: no XNLI accuracy on test among the rows"
    german = evaluate(asked("greater", rival="mnli", rival_languages="German"), rows(*AROUND))
    assert german.missing == "MNLI (German): not among the rows"
    two = rows(run(), run("mnli", 56.0), run(seed=2), run("ccg", 53.0, seed=2))
    apart = evaluate(asked("greater", rival="ccg", language="de"), two)
    assert apart.missing == "no seed has both" and apart.holds is None and apart.numbers == {}


def test_a_rival_may_be_trained_on_other_languages():
    other = cell("mnli", "51.0", intermediate_languages="de")
    found = evaluate(asked("greater", rival="mnli", rival_languages="German"), rows(*AROUND, other))
    assert found.holds is True and found.values == (5.0,) and found.also == "MNLI +6.0, MNLI (German) +1.0"
    turned = evaluate(asked("greater", intermediate_languages="German", rival="mnli"), rows(*AROUND, other))
    assert turned.holds is False and turned.values == (-5.0,) and turned.also == "MNLI (German) +1.0, MNLI +6.0"


# --- sign


def signs(*gains, across="intermediates", quantifier="each", **fields):
    """What is said of gains of CCG, MNLI, QQP and so on."""
    names = ("ccg", "mnli", "qqp", "squad1")
    there = rows(cell(value="50.0"), *(gained(name, value) for name, value in zip(names, gains, strict=False)))
    return evaluate(Assertion("sign", "", **XNLI, across=across, quantifier=quantifier, **fields), there)


@pytest.mark.parametrize(
    ("gains", "each", "most", "some", "none"),
    [
        (("1.0", "2.0", "3.0"), True, True, True, False),
        (("1.0", "2.0", "-3.0"), False, True, True, False),
        (("1.0", "-2.0", "-3.0"), False, False, True, False),
        (("-1.0", "-2.0", "-3.0"), False, False, False, True),
        (("1.0", "-2.0"), False, False, True, False),  # half is not most
        (("1.0", "0.0"), False, False, True, False),  # a printed zero does not go up
        (("0.0", "0"), False, False, False, True),
    ],
)
def test_quantifiers_over_printed_gains(gains, each, most, some, none):
    held = {name: signs(*gains, quantifier=name).holds for name in ("each", "most", "some", "none")}
    assert held == {"each": each, "most": most, "some": some, "none": none}


def test_what_is_a_tenth_below_as_printed_does_not_go_up():
    each = Assertion("sign", "", **XNLI, across="intermediates", quantifier="each")
    found = evaluate(each, rows(cell(value="50.0"), cell("ccg", "49.9")))  # at most equal before the rounding
    assert found.holds is False and found.also.endswith("not up: CCG") and found.note == ""
    assert evaluate(each, rows(cell(value="50.0"), cell("ccg", "50.1"))).holds is None


def test_going_down_is_going_up_the_other_way():
    down = signs("1.0", "-2.0", "-3.0", quantifier="most", direction="down")
    assert down.holds is True and down.printed == "down in 2 of 3"
    assert down.also == "XNLI accuracy: down in 2 of 3 intermediates; not down: CCG"
    assert signs("1.0", "-2.0", direction="down").holds is False


def test_what_is_open_is_named_beside_what_is_not():
    levels = rows(cell(value="50.0"), cell("ccg", "50.0"), cell("mnli", "53.0"), cell("qqp", "50.1"), cell("squad1", "48.0"))
    found = evaluate(Assertion("sign", "", **XNLI, across="intermediates", quantifier="most"), levels)
    # Two printed levels that are the same may be a tenth apart; in the middle they are the same.
    assert found.also == "XNLI accuracy: up in 1 of 4 intermediates; not up: SQuAD v1.1, CCG; open: QQP"
    assert set(found.recomputation.split(", ")) == {"CCG +0.0", "MNLI +3.0", "QQP +0.1", "SQuAD v1.1 \u22122.0"}
    assert found.holds is False
    assert len(found.rows) == 5, "the baseline's row is one, however many gains are over it"
    some = Assertion("sign", "", **XNLI, across="intermediates", quantifier="some")
    named = evaluate(replace(some, among=("mnli", "anli+")), levels)
    assert named.holds is True and named.note == "not at hand: ANLI+"
    nobody = evaluate(replace(some, among=("anli+",)), levels)
    assert nobody.missing == "ANLI+: no XNLI accuracy on test among the rows"
    nothing = evaluate(some, rows(cell()))
    assert nothing.missing == "no intermediates among the rows"


def test_all_tasks_at_once_are_none_of_the_intermediates_that_are_counted():
    there = rows(cell(), gained("ccg", "1.0"), gained("multi", "-1.0"))
    asked_of = Assertion("sign", "", **XNLI, across="intermediates", quantifier="each")
    assert evaluate(asked_of, there).printed == "up in 1 of 1"
    both = evaluate(Assertion("sign", "", **XNLI, across="intermediates", quantifier="each", among=("ccg", "multi")), there)
    assert both.printed == "up in 1 of 2"


def test_targets_and_languages_are_counted_system_by_system():
    gains = [gained(name, value, target=target, metric="accuracy") for name, target, value in (
        ("ccg", "xnli", "1.0"), ("ccg", "pawsx", "-1.0"), ("mnli", "xnli", "1.0"), ("mnli", "pawsx", "2.0"))]  # fmt: skip
    there = rows(*gains, gained("multi", "-3.0"))
    every = evaluate(Assertion("sign", "", metric="accuracy", split="test", across="targets", quantifier="most"), there)
    assert set(every.parts) == {"PAWS-X after CCG", "XNLI after CCG", "PAWS-X after MNLI", "XNLI after MNLI"}
    assert every.printed == "up in 3 of 4" and every.also.startswith("any intermediate training: up in 3 of 4 targets")
    one = evaluate(Assertion("sign", "ccg", metric="accuracy", split="test", across="targets", quantifier="some"), there)
    assert set(one.parts) == {"PAWS-X", "XNLI"} and one.also == "CCG: up in 1 of 2 targets; not up: PAWS-X"
    named = evaluate(
        Assertion("sign", "ccg", metric="accuracy", split="test", across="targets", quantifier="each", among=("xnli",)), there
    )
    assert named.holds is True and set(named.parts) == {"XNLI"}


def test_languages_bear_their_names_and_those_are_meant_that_were_measured():
    cells = [
        run(name, value, language=code) for name, value in (("baseline", 50.0), ("ccg", 53.0)) for code in ("de", "fr", "xx")
    ]
    found = evaluate(asked("sign", "ccg", across="languages", quantifier="each"), rows(*cells))
    assert set(found.parts) == {"German", "French", "xx"} and found.holds is True
    assert found.also == "CCG, XNLI accuracy: up in 3 of 3 languages"
    some = evaluate(asked("sign", "ccg", across="languages", quantifier="each", among=("de", "sw")), rows(*cells))
    assert some.note == "not at hand: Swahili" and some.holds is None


def test_targets_without_a_dev_set_stand_beside_dev_with_their_test_set():
    gains = [gained("ccg", "1.0", target="xquad", metric="f1"), gained("ccg", "1.0", target="mlqa", metric="f1", split="dev")]
    asked_of = Assertion("sign", "ccg", metric="f1", split="dev", across="targets", quantifier="each")
    assert evaluate(asked_of, rows(*gains)).printed == "up in 2 of 2"
    both = [*gains, gained("ccg", "-1.0", target="xquad", metric="f1", split="dev")]
    assert evaluate(asked_of, rows(*both)).printed == "up in 1 of 2", "where there is one, it is taken"
    assert evaluate(asked_of, rows(gained("ccg", "1.0", target="mlqa", metric="f1"))).missing


def test_gains_of_runs_go_up_where_their_interval_says_so():
    def seeds(name, *values):
        return [run(name, value, seed) for seed, value in enumerate(values, 1)]

    base, sure, unsure = seeds("baseline", 50.0, 50.0, 50.0), (52.0, 52.1, 51.9), (52.0, 48.5, 51.0)
    asked_of = {"language": "de", "across": "intermediates"}
    there = rows(*base, *seeds("ccg", *sure), *seeds("mnli", *unsure), *seeds("qqp", 47.0, 47.1, 46.9))
    found = evaluate(asked("sign", "", quantifier="some", **asked_of), there)
    assert found.also.endswith("up in 1 of 3 intermediates; not up: QQP; open: MNLI") and found.holds is True
    assert evaluate(asked("sign", "", quantifier="most", **asked_of), there).holds is None
    # A gain that is certainly below the margin is none; one seed alone has no interval, and is taken as it is.
    small = rows(*base, *seeds("ccg", 50.2, 50.21, 50.19))
    one = asked("sign", "", quantifier="each", **asked_of)
    assert sign(one, small).holds is True and sign(one, small, margin=0.1).holds is True
    around = rows(*base, *seeds("ccg", 50.2, 50.0, 49.9))
    assert sign(one, around).holds is None and sign(one, around, margin=5.0).holds is False


def test_the_levels_hold_for_the_quantifier_as_a_whole():
    """A gain of 1.0 with a t interval of +-0.99 at 95% over three seeds is up alone, and open as one of two that must be."""
    half = 0.99 / 2.4841  # the spread of seeds whose interval has this half width

    def seeds(name, middle):
        return [run(name, middle + step * half, seed) for seed, step in ((1, -1), (2, 0), (3, 1))]

    base = [run(seed=seed) for seed in (1, 2, 3)]
    asked_of = asked("sign", "", language="de", across="intermediates", quantifier="some")
    assert evaluate(asked_of, rows(*base, *seeds("ccg", 51.0))).holds is True
    assert evaluate(asked_of, rows(*base, *seeds("ccg", 51.0), *seeds("mnli", 51.0))).holds is None, "two tries at one"
    each = asked("sign", "", language="de", across="intermediates", quantifier="each")
    assert evaluate(each, rows(*base, *seeds("ccg", 51.0), *seeds("mnli", 51.0))).holds is True, "each has to be up by itself"
    none = replace(asked_of, quantifier="none")
    assert evaluate(none, rows(*base, *seeds("ccg", 51.0))).holds is False
    assert evaluate(none, rows(*base, *seeds("ccg", 51.0), *seeds("mnli", 51.0))).holds is None, "as with some"
    down = [*seeds("ccg", 49.0), *seeds("mnli", 49.0)]
    assert evaluate(asked_of, rows(*base, *down)).holds is False and evaluate(each, rows(*base, *down)).holds is None
