"""Of whom, and of which number, a passage says something: what stands beside a thing is not said of it."""

from __future__ import annotations

import pytest

from synth.checks import words
from synth.checks.hand import Hand
from synth.evidence import index
from synth.records import Claim, Question
from synth.words.answers import OPEN, REFUTES, SUPPORTS
from synth.words.compare import compare
from synth.words.said import said

CLAUSES = "While 41 studies report several raters, only 9 studies report a pilot."
ITEMS = "The forms are: closed questions (41 studies), free comments (9 studies), and drawings (3 studies)."
TIMES = "The archive held 12k letters at the time of the first census, and 30k letters at the time of the last survey."


def found(claim, passage):
    return compare(said(claim), said(passage), lambda term: 1.0)


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("41 studies report several raters.", CLAUSES, SUPPORTS),
        ("9 studies report a pilot.", CLAUSES, SUPPORTS),
        ("41 studies report a pilot.", CLAUSES, REFUTES),
        ("9 studies report several raters.", CLAUSES, REFUTES),
        ("Closed questions are in 41 studies.", ITEMS, SUPPORTS),
        ("Free comments are in 9 studies.", ITEMS, SUPPORTS),
        ("Free comments are in 41 studies.", ITEMS, REFUTES),
        ("Closed questions and free comments are in 41 studies.", ITEMS, OPEN),
        ("The archive held 30k letters at the time of the last survey.", TIMES, SUPPORTS),
        ("The archive held 12k letters at the time of the first census.", TIMES, SUPPORTS),
        (
            "BCC yields 4 points on letters and 9 points on notes.",
            "BCC yields 4 points on letters and 9 points on notes.",
            SUPPORTS,
        ),
        ("60% old letters are there.", "There are 60% old and 40% new letters.", SUPPORTS),
    ],
)
def test_a_number_is_said_of_what_stands_in_its_own_clause_or_item(claim, passage, expected):
    assert found(claim, passage).says == expected


def test_a_number_that_is_a_piece_or_a_whole_of_another_is_not_taken():
    for claim, passage in (
        ("30M letters have dates.", "Of the letters, dates are had for 27M of the 30M letters."),
        ("The parser was trained for 8 weeks on a TPU.", "The parser was trained for weeks on a TPU v3-8."),
        ("The archive has under 20M nodes.", "The archive has 5M nodes of this type."),
    ):
        assert found(claim, passage).says != SUPPORTS


def test_a_number_of_another_clause_is_never_taken():
    for claim, passage in (
        ("The archive held 30k letters at the time of the first census.", TIMES),
        ("The archive held 12k letters at the time of the last survey.", TIMES),
        ("Drawings are in 9 studies.", ITEMS),
    ):
        assert found(claim, passage).says != SUPPORTS


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("The Brontë corpus has 5M letters.", "Our corpus has 5M letters, far larger than the corpus of Brontë."),
        ("Brontë is very dense.", "Compared to Brontë, Austen is more dense."),
        ("70% of the letters of Brontë are dated.", "Unlike Brontë, Austen is neat: 70% of the letters are dated."),
        ("30% of the letters of Brontë are dated.", "Unlike Brontë, Austen is neat: 70% of the letters are dated."),
        ("The letters have 5M words.", "Miller et al. (2019) report that the letters have 5M words."),
    ],
)
def test_what_is_only_compared_with_or_told_by_others_owns_nothing(claim, passage):
    assert found(claim, passage).says == OPEN


def test_a_comparison_wants_a_comparison():
    tried = "We tried a plain parser but the joint parser gave better results."
    assert found("The plain parser did better than the joint parser.", tried).says == REFUTES
    assert found("Letters hold more than Brontë.", "The letters of Brontë hold a more balanced mix.").says == OPEN


def test_what_stands_on_both_sides_of_a_comparison_is_still_compared():
    passage = "Austen is more dense than Brontë."
    assert found(passage, passage).says == SUPPORTS
    assert found("Brontë is more dense than Austen.", passage).says == REFUTES
    assert found("Austen has 5M letters.", "Austen has 5M letters, more than Brontë.").says == SUPPORTS


@pytest.mark.parametrize(
    ("claim", "passage"),
    [
        ("NEWS-5 was used to build MAIL-2.", "MAIL-2 was used to build NEWS-5."),
        ("The hint setting scores higher than the no-hint setting.", "The no-hint setting scores higher than the hint setting."),
        ("The parser has high recall on letters.", "The parser suffered a loss in recall on letters."),
        ("The archive holds only letters.", "The archive holds letters."),
        ("The archive holds only letters.", "The archive holds letters and only 9 drawings."),
        ("The archive has 5M nodes of the letter type.", "The archive has 5M nodes of this type."),
        ("The NEWS-5 letters are not public.", "As the letters of MAIL-2 are not public, NEWS-5 can serve as a set of letters."),
    ],
)
def test_roles_polarity_and_pointing_words_keep_support_away(claim, passage):
    assert found(claim, passage).says in (OPEN, REFUTES)


def test_only_with_an_only_and_only_before_a_number_are_supported():
    assert found("The archive holds only letters.", "The archive holds only letters.").says == SUPPORTS
    assert found("Only 9 studies report a pilot.", CLAUSES).says == SUPPORTS
    assert found("MAIL-2 was used to build NEWS-5.", "MAIL-2 was used to build NEWS-5.").says == SUPPORTS


@pytest.mark.parametrize(
    ("claim", "passage", "expected"),
    [
        ("Some papers rate old letters.", "None of the papers rating old letters released their raw scores.", OPEN),
        ("The papers release raw scores.", "None of the papers release raw scores.", REFUTES),
        ("The plain parser did worse than the joint parser.",
         "We tried a plain parser but the joint parser gave better results.", SUPPORTS),
        ("Merging gives a higher yield than any single parser.",
         "Each parser finds names not found by the other parsers so we decided on merging, which gives a higher yield than any "
         "single parser.", SUPPORTS),
        ("44 papers rate old letters.", "119 papers do not rate old letters.", OPEN),
    ],
)  # fmt: skip
def test_what_is_true_is_not_called_refuted(claim, passage, expected):
    assert found(claim, passage).says == expected


# --- lines


@pytest.fixture(scope="module")
def hand(tmp_path_factory):
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("XDG_CACHE_HOME", str(tmp_path_factory.mktemp("cache")))
        folder = tmp_path_factory.mktemp("papers")
        for name, count in (("one", "12M"), ("two", "30M")):
            text = f"Letters of {name}\n\nAbstract\n\nIt is no part of SQuAD."
            text += f" The archive {name} holds {count} paper clusters that nobody filed.\n"
            (folder / f"{name}.txt").write_text(text)
        yield Hand(index=index.open(folder))


def line(text, hand, paper=""):
    return words.check(Claim("one", text, paper), Question("q", "?", "", (), 0.5, ()), hand).line


def test_a_refuted_line_shows_the_quote_and_counts_in_the_plural(hand):
    shown = line("The archive one holds 15M paper clusters that nobody filed", hand, "one.txt")
    assert "the passage says 12M paper clusters, the claim 15M paper clusters" in shown
    assert "\u201cThe archive one holds 12M paper clusters" in shown


def test_among_several_papers_the_nearest_place_names_its_paper(hand):
    assert "one.txt, p. 1 is nearest" in line("The archive one holds old drawings.", hand)
    assert "says it, p. 1 is nearest" in line("The archive one holds old drawings.", hand, "one.txt")
