"""Laws of the review: what may never raise a score, whatever the claims are and whatever was found."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import assume, given, settings
from hypothesis import strategies as st

from synth.records import Evidence, Question, Twin, Verdict
from synth.review.grade import LEVELS, NOT_RATED
from synth.review.panel import review
from synth.review.total import FACTORS, combined

from .reviewed import ASKED, MODEL, NOT_RUN, PAPER, QUOTE, at_hand, check, claim, question, ran

# From the best to the worst.
WORDS = ("supported", "partly", "not enough information", "refuted")
RUNS = ("reproduced", "direction only", "inconclusive", "not run", "not reproduced")
HANDS = {True: at_hand(), False: at_hand(runs=False)}
TEXTS = (
    "SQuAD training raises the average by 8.2 points.",
    "Script diversity of intermediate tasks improves zero-shot transfer.",
    "The study starts from a pretrained model.",
    "XNLI sees no benefit.",
    "42",
)
ASKS = (ASKED, "What is the impact of script diversity in the data on zero-shot transfer?", "Water?")
RERUN = settings(max_examples=25, deadline=None, derandomize=True)

evidences = st.builds(
    Evidence,
    st.sampled_from([f"paper:{PAPER}#table2", f"paper:{PAPER}", "paper:2005.13013v1", f"run:{MODEL}"]),
    st.just("cell"),
    st.sampled_from(["8.2", "8.2 ± 0.3", "it improves by 8.2 points", " "]),
    page=st.none() | st.just(1),
    start=st.none() | st.just(3),
    end=st.none() | st.just(9),
    sha256=st.sampled_from(["", "ab" * 32]),
)
sources = st.builds(
    lambda word, evidence, way: check("any", word, *evidence, recomputation=way),
    st.sampled_from([*WORDS, "other version"]),
    st.lists(evidences, max_size=2),
    st.sampled_from(["", "70.1 less 61.9"]),
)
values = st.lists(st.floats(-20, 20).map(lambda value: round(value, 1)), min_size=1, max_size=6).map(tuple)
decided = st.builds(ran, st.sampled_from(RUNS), values)
shown = st.builds(lambda values: ran("illustration", values, "artificial", "nano"), values)
replications = st.just(NOT_RUN) | decided | shown
twins = st.lists(
    st.builds(
        Twin, st.just("t"), st.just("number"), st.just(""), st.sampled_from([False, True, True]), verdict=st.sampled_from(WORDS)
    ),
    max_size=1,
)


@st.composite
def verdicts(draw: st.DrawFn) -> Verdict:
    made = {"words": draw(sources), "tables": draw(sources), "replication": draw(replications)}
    kept = draw(st.sets(st.sampled_from(sorted(made)), min_size=1))
    return Verdict(
        "final",
        draw(st.sampled_from(WORDS)),
        "why",
        checks={name: made[name] for name in made if name in kept},
        twins=tuple(draw(twins)),
    )


claims = st.builds(
    lambda text, kind, value, chosen: replace(
        claim(text=text, value=value),
        asserts=() if not kind else claim(kind=kind, value=value, chosen=chosen, split="dev").asserts,
    ),
    st.sampled_from(TEXTS),
    st.sampled_from(["", "gain", "level", "best", "size"]),
    st.sampled_from(["8.2", "0.1", "-3"]),
    st.sampled_from(["", "best per target on dev"]),
)


@st.composite
def cases(draw: st.DrawFn, least: int = 1) -> tuple[Question, dict[str, Verdict], bool]:
    """A question with claims, their verdicts, and whether rows of runs are at hand."""
    made = draw(st.lists(claims, min_size=least, max_size=4))
    named = tuple(replace(one, id=f"c{number}") for number, one in enumerate(made))
    of = question(*named, asked=draw(st.sampled_from(ASKS)), experiment=draw(st.sampled_from(["", "stilts"])))
    return of, {one.id: draw(verdicts()) for one in named}, draw(st.booleans())


def worth(score: float | None) -> float:
    """No score is worth nothing."""
    return score or 0.0


def never_better(after, before, close: float = 1e-9) -> None:
    for one, other in zip(after.opinions, before.opinions, strict=True):
        assert worth(one.score) <= worth(other.score) + close, one.reviewer
    assert worth(after.total.score) <= worth(before.total.score) + close


@RERUN
@given(cases())
def test_scores_lie_between_0_and_10(case):
    of, found, runs = case
    made = review(of, found, HANDS[runs])
    for one in made.opinions:
        assert 0 <= worth(one.score) <= one.ceiling + 1e-9 <= 10 + 2e-9
        assert all(0 <= (mark.points or 0) <= 10 for mark in one.marks)
    total = made.total
    if total.score is not None:
        assert 0 <= total.lowest <= total.mean <= 10 and total.lowest - 1e-9 <= total.low <= total.score <= total.high <= 10
        assert total.score <= total.ceiling + 1e-9


@RERUN
@given(cases(), st.data())
def test_a_lower_verdict_never_raises_a_score(case, data):
    of, found, runs = case
    id = data.draw(st.sampled_from(sorted(found)))
    name = data.draw(st.sampled_from(sorted(found[id].checks)))
    old = found[id].checks[name]
    order = RUNS if name == "replication" else WORDS
    assume(old.verdict in order)
    word = data.draw(st.sampled_from(order[order.index(old.verdict) :]))
    lowered = replace(found[id], checks={**found[id].checks, name: replace(old, verdict=word)})
    never_better(review(of, {**found, id: lowered}, HANDS[runs]), review(of, found, HANDS[runs]))


@RERUN
@given(cases())
def test_a_claim_that_is_corrupted_in_all_checks_never_raises_a_score(case):
    of, found, runs = case
    refuted = {"words": "refuted", "tables": "refuted", "replication": "not reproduced"}
    checks = {name: replace(one, verdict=refuted[name]) for name, one in found["c0"].checks.items()}
    worse = {**found, "c0": replace(found["c0"], verdict="refuted", checks=checks)}
    never_better(review(of, worse, HANDS[runs]), review(of, found, HANDS[runs]))


@RERUN
@given(cases(), st.booleans())
def test_a_missing_replication_never_helps(case, gone):
    of, found, runs = case
    without = {}
    for id, one in found.items():
        rest = {name: made for name, made in one.checks.items() if name != "replication"}
        without[id] = replace(one, checks=rest if gone else {**rest, "replication": NOT_RUN})
    before, after = review(of, found, HANDS[runs]), review(of, without, HANDS[False])
    never_better(after, before)
    order = (NOT_RATED, *LEVELS)
    for one, other in zip(after.certainty, before.certainty, strict=True):
        assert order.index(one.level) <= order.index(other.level)


@RERUN
@given(cases(), st.data())
def test_the_replication_of_one_claim_never_helps_by_its_absence(case, data):
    of, found, runs = case
    id = data.draw(st.sampled_from(sorted(found)))
    without = {**found, id: replace(found[id], checks={**found[id].checks, "replication": NOT_RUN})}
    never_better(review(of, without, HANDS[runs]), review(of, found, HANDS[runs]))


@RERUN
@given(cases(least=2), st.randoms(use_true_random=False))
def test_the_order_of_claims_does_not_matter(case, random):
    of, found, runs = case
    mixed = list(of.claims)
    random.shuffle(mixed)
    one, other = review(of, found, HANDS[runs]), review(replace(of, claims=tuple(mixed)), found, HANDS[runs])
    assert [made.score for made in one.opinions] == [made.score for made in other.opinions]
    assert (one.total, one.agreement.alpha, one.holding.alpha) == (other.total, other.agreement.alpha, other.holding.alpha)
    assert {*one.dissents} == {*other.dissents} and one.notes == other.notes
    assert {made.claim: made for made in one.certainty} == {made.claim: made for made in other.certainty}


@RERUN
@given(cases(least=0), claims, st.booleans())
def test_a_claim_without_evidence_never_raises_the_total(case, more, checked):
    """The nearest passage of a check that found nothing is no evidence."""
    of, found, runs = case
    added = replace(more, id="more")
    nothing = {name: check(name, "not enough information", QUOTE) for name in ("words", "tables")} if checked else {}
    verdict = Verdict("final", "not enough information", "why", checks={**nothing, "replication": NOT_RUN})
    after = review(replace(of, claims=(*of.claims, added)), {**found, "more": verdict}, HANDS[runs])
    never_better(after, review(of, found, HANDS[runs]))


@RERUN
@given(cases(), st.sampled_from(["words", "tables", "replication"]))
def test_each_check_has_one_reviewer_that_asks_whether_it_holds(case, name):
    """What one check says changes no other reviewer's word on whether the claim holds."""
    reader = {"words": "grounding", "tables": "figures", "replication": "replication"}[name]
    of, found, runs = case
    without = {id: replace(one, checks={at: made for at, made in one.checks.items() if at != name}) for id, one in found.items()}
    one, other = review(of, found, HANDS[runs]), review(of, without, HANDS[runs])
    for reviewer in {"grounding", "figures", "replication"} - {reader}:
        assert one.opinion(reviewer) == other.opinion(reviewer)


scored = st.dictionaries(st.sampled_from("abcdef"), st.floats(0, 10), min_size=1)


@given(scored, st.data())
def test_the_total_never_falls_when_a_score_rises_and_never_moves_more_than_it(scores, data):
    name = data.draw(st.sampled_from(sorted(scores)))
    more = data.draw(st.floats(0, 10 - scores[name]))
    weights = {one: data.draw(st.floats(0.1, 5)) for one in scores}
    before, after = combined(scores, weights), combined({**scores, name: scores[name] + more}, weights)
    assert -1e-9 <= after - before <= more + 1e-9
    assert min(scores.values()) - 1e-9 <= before <= max(scores.values()) + 1e-9


@RERUN
@given(cases(), st.data())
def test_no_weights_between_half_and_double_leave_the_range(case, data):
    of, found, runs = case
    total = review(of, found, HANDS[runs])
    scores = {one.reviewer: worth(one.score) for one in total.opinions if one.applies}
    assume(total.total.score is not None)
    weights = {name: data.draw(st.floats(*FACTORS)) for name in scores}
    assert total.total.low - 1e-9 <= combined(scores, weights) <= total.total.high + 1e-9
