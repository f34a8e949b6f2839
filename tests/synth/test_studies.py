"""Records become studies, studies are screened, and the counts balance: duplicates are found and no false ones."""

from __future__ import annotations

import random
import string
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.figures.flow import flow
from synth.literature import criteria, databases, dedupe, plan, prisma, relevance, terms
from synth.literature.dedupe import Record
from synth.records import Paper

ASKED = plan.Plan(
    "asked",
    "Does intermediate training with XLM-R improve zero-shot cross-lingual transfer?",
    (("intermediate training",), ("XLM-R",)),
    years=(2018, 2023),
    languages=("en",),
    must=(plan.Wanted(("zero-shot", "low-resource")),),
    exclude=(plan.Wanted(("survey",), "reports no experiments of its own"),),
)


# ---- duplicates

SURNAMES = ("Müller", "Adebayo", "García López", "Ito", "van Dyk")
WORDS = ("transfer", "probing", "syntax", "morphology", "tokens", "retrieval", "adapters", "alignment", "noise", "scripts")


def planted(seed: int) -> tuple[list[Record], dict[str, int]]:
    """Records of made-up studies, each told of by several databases in its own way, and which study each record is of.

    The chain of names from record to record is never broken: each shares an id with the one before, or title, author and year.
    """
    chance = random.Random(seed)
    made, truth, ranks = [], {}, dict.fromkeys(databases.ALL, 0)
    for number in range(chance.randint(1, 8)):
        title = f"{' '.join(chance.sample(WORDS, 5))} in study {number} of many"
        author, year = f"Ann {chance.choice(SURNAMES)}", chance.randint(2015, 2024)
        every = [
            f"arxiv:{1500 + number:04d}.{chance.randint(10000, 99999)}",
            f"acl:2020.acl-main.{number}",
            f"doi:10.1/{seed}.{number}",
        ]
        have = chance.sample(every, chance.randint(0, 3))
        for _ in range(chance.randint(1, 5)):
            database = chance.choice(list(databases.ALL))
            ranks[database] += 1
            told = chance.choice([title, title.upper(), title.replace(" in ", " {I}n "), title.replace(" ", "-"), f"{title}."])
            said = chance.choice([author, author.replace("Ann", "A."), f"{author.split(' ', 1)[1]}, Ann"])
            when = chance.choice([f"{year}", f"{year}-05-01", f"{year + 1}-01"])
            paper = Paper(
                f"{database}{ranks[database]}", told, (said,), when, aliases=tuple(one for one in have if chance.random() < 0.6)
            )
            made.append(Record(database, ranks[database], paper))
            truth[made[-1].name] = number
    chance.shuffle(made)
    return made, truth


def partition(found: list[dedupe.Study]) -> set[frozenset[str]]:
    return {frozenset(record.name for record in study.records) for study in found}


@settings(max_examples=60)
@given(st.integers(0, 10**6))
def test_planted_duplicates_are_found_and_no_others(seed: int):
    made, truth = planted(seed)
    found, _ = dedupe.studies(made)
    assert partition(found) == {frozenset(name for name in truth if truth[name] == number) for number in set(truth.values())}
    for study in found:
        assert set(study.aliases) == {alias for record in study.records for alias in record.paper.aliases}, "all names are kept"


@settings(max_examples=20)
@given(st.integers(0, 10**6), st.randoms())
def test_the_order_of_the_records_does_not_matter(seed: int, chance: random.Random):
    made, _ = planted(seed)
    first = dedupe.studies(made)
    chance.shuffle(made)
    assert dedupe.studies(made) == first


def paper(
    id: str, title: str = "Zero-Shot Transfer of Many Things", author: str = "Ann Ito", date: str = "2020", aliases: str = ""
) -> Paper:
    return Paper(id, title, (author,) if author else (), date, aliases=tuple(aliases.split()))


@pytest.mark.parametrize(
    ("one", "other", "same", "proposed"),
    [
        (paper("a", aliases="arxiv:2001.00001"), paper("b", title="Renamed Since", aliases="arxiv:2001.00001"), True, False),
        (paper("a", aliases="arxiv:2001.00001"), paper("b", aliases="doi:10.1/x"), True, False),
        (paper("a", aliases="arxiv:2001.00001"), paper("b", aliases="arxiv:2001.00002"), False, True),
        (paper("a", aliases="doi:10.1/x"), paper("b", aliases="doi:10.1/y"), False, True),
        (paper("a"), paper("b", date="2022"), False, True),
        (paper("a"), paper("b", author="Bo Müller"), False, True),
        (paper("a"), paper("b", author=""), False, True),
        (paper("a", title="Introduction"), paper("b", title="Introduction"), False, True),
        (paper("a", title="Transfer to Tongues: Part I"), paper("b", title="Transfer to Tongues: Part II"), False, True),
        (paper("a"), paper("b", title="Something Else Altogether, at Length"), False, False),
        # A volume's DOI on two of its papers.
        (paper("a", aliases="doi:10.1/v arxiv:2001.01"), paper("b", title="B", aliases="doi:10.1/v arxiv:2001.02"), False, True),
    ],
)  # fmt: skip
def test_what_is_one_study_and_what_is_left_to_people(one: Paper, other: Paper, same: bool, proposed: bool):
    found, pairs = dedupe.studies([Record("arxiv", 1, one), Record("openalex", 1, other)])
    assert (len(found) == 1, bool(pairs)) == (same, proposed)


def test_a_third_record_that_could_be_of_either_of_two_papers_joins_none():
    """Two preprints bear one title; a record without ids has it too. Nobody can say whose it is."""
    made = [Record("arxiv", rank, paper(f"a{rank}", aliases=f"arxiv:2001.0000{rank}")) for rank in (1, 2)]
    found, pairs = dedupe.studies([*made, Record("openalex", 1, paper("b"))])
    assert len(found) == 3 and len(pairs) == 3


# ---- criteria and relevance


def screened(asked: plan.Plan, *papers: Paper) -> dict[str, criteria.Screened]:
    found = [dedupe.Study(one, (Record("arxiv", rank, one),), one.aliases) for rank, one in enumerate(papers, 1)]
    return {one.study.paper.id: one for one in criteria.screen(found, asked)}


def test_each_criterion_excludes_with_its_reason_and_what_it_cannot_judge_is_kept():
    good = "Intermediate training with XLM-R for zero-shot transfer."
    found = screened(
        ASKED,
        Paper("good", "Zero Shot Intermediate Training", date="2020", abstract=good),
        Paper("old", "Zero-Shot", date="2017-12-31", abstract=good),
        Paper("french", "Zero-Shot", date="2020", abstract=good, language="fr"),
        Paper("other", "Speech", date="2020", abstract="Nothing of it."),
        Paper("survey", "Zero-Shot: A Survey", date="2020", abstract=good),
        Paper("gone", "Zero-Shot", date="2020", abstract=good, withdrawn="an error"),
        Paper("blank", "A Title Alone", date="2020"),
        Paper("timeless", "Zero-Shot", abstract=good),
    )
    assert {id: (one.outcome, one.criterion) for id, one in found.items()} == {
        "good": ("included", ""), "old": ("excluded", "years"), "french": ("excluded", "language"),
        "other": ("excluded", "must: zero-shot"), "survey": ("excluded", "exclude: survey"), "gone": ("excluded", "withdrawn"),
        "blank": ("to look at", ""), "timeless": ("to look at", ""),
    }  # fmt: skip
    assert found["survey"].reasons == ("exclude: survey: 'survey' in its title: reports no experiments of its own",)
    assert found["blank"].reasons == ("no abstract to look for 'zero-shot' in",)


def test_what_a_person_decided_goes_before_all_rules():
    asked = plan.Plan(
        "x", "?", (("a",),), years=(2020, None),
        decisions=(plan.Decision("arxiv:1901.00001", True, "a classic"), plan.Decision("doi:10.1/x", False, "on speech")),
    )  # fmt: skip
    found = screened(asked, paper("a", date="2019", aliases="arxiv:1901.00001"), paper("b", aliases="doi:10.1/x"))
    assert (found["a"].outcome, found["a"].by, found["a"].reasons) == ("included", "person", ("a classic",))
    assert (found["b"].outcome, found["b"].criterion) == ("excluded", "by hand")


def test_relevance_is_a_share_and_names_its_parts():
    papers = [
        Paper("a", "Zero-shot transfer", abstract="of mT5 and more"),
        Paper("b", "Speech", abstract="of transfer"),
        Paper("c", "Noise"),
    ]
    ranking = relevance.Ranking.of(terms.content_words("Does mT5 transfer zero-shot?"), papers)
    first, second, third = (ranking.score(one) for one in papers)
    assert 1 > first.value > second.value > third.value == 0
    assert sum(part for _, part in first.parts) == pytest.approx(first.value) and dict(second.parts).keys() == {"transfer"}
    assert set(second.missing) == {"mt5", "zero", "shot"} and third.missing == ("mt5", "transfer", "zero", "shot")


@given(st.text(alphabet=string.ascii_lowercase + " ", max_size=60), st.text(alphabet=string.ascii_lowercase + " ", max_size=60))
def test_relevance_lies_between_nothing_and_one(title: str, asked: str):
    one = Paper("a", title, abstract=title)
    assert 0 <= relevance.Ranking.of(terms.words(asked), [one]).score(one).value < 1


# ---- PRISMA


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(0, 5), st.data())
def test_the_counts_balance_whatever_came_and_whatever_was_fetched(seed: int, unusable: int, data: st.DataObject):
    made, _ = planted(seed)
    found, _ = dedupe.studies(made)
    asked = plan.Plan("x", "syntax transfer", (("syntax",),), years=(2018, 2021), must=(plan.Wanted(("syntax",)),), least=0.2)
    result = criteria.screen(found, asked)
    came = {name: sum(record.database == name for record in made) for name in databases.ALL}
    came["arxiv"] += unusable
    counts = prisma.count(came, unusable, found, result)
    assert sum(counts.identified.values()) == len(made) + unusable and counts.waiting == counts.sought
    outcomes = data.draw(st.lists(st.sampled_from(["", "withdrawn", "missing"]), max_size=counts.sought))
    after = prisma.after_fetching(counts.to_dict(), outcomes)
    assert after.retrieved == outcomes.count("") and after.waiting == counts.sought - len(outcomes)
    picture = ElementTree.fromstring(flow("f", "Flow", after.to_dict()))
    assert f"Studies screened: {counts.screened}" in "".join(picture.itertext())


@pytest.mark.parametrize(
    "wrong", [{"duplicates": 2}, {"sought": 3}, {"retrieved": 1}, {"excluded_by_hand": -1, "sought": 3, "waiting": 3}]
)
def test_counts_that_do_not_balance_are_none(wrong: dict[str, int]):
    right = {"identified": {"arxiv": 3}, "unusable": 0, "duplicates": 1, "screened": 2, "excluded_by_rule": {},
             "excluded_by_hand": 0, "sought": 2, "unsure": 0, "waiting": 2}  # fmt: skip
    prisma.Counts(**right)
    with pytest.raises(AssertionError, match="PRISMA"):
        prisma.Counts(**{**right, **wrong})
