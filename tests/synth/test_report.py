"""What a report says: computed from values, in the order of the sections, with what is lacking named."""

from __future__ import annotations

import re

import pytest

from replicate import results
from synth.report import analysis, plain
from synth.report.build import build, compose
from synth.report.inputs import pack, unpack
from synth.report.value import Figure, Paragraph, Report, Table, text_of

from . import reported


@pytest.fixture(scope="module", autouse=True)
def pinned():
    """One day for all reports."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SOURCE_DATE_EPOCH", "1700000000")
        yield


@pytest.fixture(scope="module")
def whole() -> Report:
    return reported.whole()[1]


@pytest.fixture
def quick(monkeypatch):
    """Without the regression, which most reports here are not about and which takes longer than all the rest."""
    monkeypatch.setattr(analysis, "regression", lambda rows, margin: {"why": "left out"})


def blocks(report: Report, id: str) -> tuple:
    return next(section.blocks for section in report.sections if section.id == id)


def said(report: Report, id: str) -> str:
    """All paragraphs and bullets of a section."""
    made = []
    for block in blocks(report, id):
        lines = getattr(block, "items", None) or ((block.words,) if isinstance(block, Paragraph) else ())
        made += [text_of(one) for one in lines]
    return " ".join(made)


def test_the_sections_stand_in_the_order_of_a_paper(whole):
    assert [one.id for one in whole.sections] == [
        "question", "original", "claims", "findings", "checker", "search", "runs", "results", "transfer", "regression-artificial",
        "average", "review", "limitations", "references", "provenance",
    ]  # fmt: skip


def test_the_abstract_says_what_was_asked_found_how_sure_and_what_the_report_was_worth(whole):
    parts = {name: text_of(spans) for name, spans in whole.abstract}
    assert "Three claims out of two papers" in parts["What was asked"]
    assert "1 supported" in parts["What was found"] and "1 refuted" in parts["What was found"]
    assert "Certainty by GRADE" in parts["How sure that is"]
    assert parts["The original report"].startswith(
        "It marked all 2 claims as verified. Of those 1 can be confirmed here; 1 refuted."
    )
    assert "One claim stops in the middle" in parts["The original report"] and "9.3 of 10" in parts["The original report"]
    assert "artificial world" in parts["Our own runs"]


def test_a_claim_without_information_is_left_open_in_the_sentence_on_the_report(tmp_path, quick):
    from dataclasses import replace

    from synth.verify import NOT_ENOUGH

    inputs = reported.inputs(reported.asked(tmp_path))
    open_ = {id: replace(one, verdict=NOT_ENOUGH) for id, one in inputs.verdicts.items()}
    report = build(replace(inputs, verdicts=open_))
    parts = {name: text_of(spans) for name, spans in report.abstract}
    assert "Of those none can be confirmed here; 2 left open for want of information." in parts["The original report"]


def test_what_is_said_of_the_whole_question_is_not_said_again_with_each_claim(whole):
    line = next(one for one in whole.claims() if one.id == "unread")
    assert "ne claim cites 2005.13013v9" in said(whole, "original") and not any("cites 2005" in one for one in line.scope)


def test_numbers_come_from_values(tmp_path, grid, quick):
    rows = grid(gains={"squad1": 4.0, "ccg": -1.0}, drift=0)
    report = build(reported.inputs(reported.asked(tmp_path), rows))
    assert "1 of 2 intermediate trainings raised the average" in text_of(report.abstract[-1][1])
    assert "most of all SQuAD v1.1: +4.0" in text_of(report.abstract[-1][1])
    table = next(block for block in blocks(report, "results") if isinstance(block, Table))
    assert [text_of(row.cells[-2].words) for row in table.rows[1:]] == ["+4.0", "\u22121.0"]


def test_an_average_is_taken_apart_and_adds_up_again(whole):
    figure = next(one for one in whole.figures() if one.id.startswith("figure-average-2005"))
    assert "8.3" in text_of(figure.caption) and sum(row[2] for row in figure.data) == pytest.approx(8.27, abs=0.06)
    assert "More than half of it comes from Tatoeba" in said(whole, "average")


def test_twins_show_whether_the_check_of_a_claim_is_worth_anything(whole):
    line = next(one for one in whole.claims() if one.id == "true")
    assert line.controls and all(one.right for one in line.controls if one.false and one.right is not None)
    assert "false by construction" in said(whole, "checker")


def test_figures_and_tables_of_the_artificial_world_carry_the_word(whole):
    made = [block for section in whole.sections if section.artificial for block in section.blocks]
    shown = [block for block in made if isinstance(block, (Figure, Table))]
    assert len(shown) > 8 and all(one.artificial and "(artificial world)" in one.title for one in shown)
    assert {one.id.split("-")[1] for one in whole.figures()} == {
        "forest", "transfer", "languages", "levels", "gains", "average", "reliability",
    }  # fmt: skip


def test_worlds_have_sections_of_their_own(tmp_path, grid, quick):
    real = grid(seeds=(1,), world="real", model="xlm-roberta-large", codes=("en", "de", "ru", "zh", "ar"))
    both = results.pd.concat([real, grid(seeds=(1,))], ignore_index=True)
    report = build(reported.inputs(reported.asked(tmp_path), both))
    worlds = {one.id: one.artificial for one in report.sections if one.id.startswith(("results", "transfer"))}
    assert worlds == {"results": False, "transfer": False, "results-artificial": True, "transfer-artificial": True}
    assert not any("(artificial" in block.title for block in blocks(report, "results"))


@pytest.mark.parametrize(
    "part", ["intermediate == 'baseline'", "intermediate != 'baseline'", "target == 'tatoeba'", "index == 0"]
)
def test_whatever_part_was_run_makes_a_report(tmp_path, grid, quick, part):
    rows = grid(seeds=(1, 2), gains={"squad1": 3.0}, targets=("xnli", "udpos", "tatoeba"))
    report = build(reported.inputs(reported.asked(tmp_path), rows.query(part)))
    assert any(one.id == "runs" for one in report.sections)


def test_what_was_not_made_is_said_in_words(tmp_path):
    report = build(reported.inputs(reported.asked(tmp_path)))
    assert "Not made" in said(report, "search") and "replicate run stilts" in said(report, "runs")
    assert not any(one.id.startswith(("results", "regression")) for one in report.sections)
    empty = build(reported.inputs(reported.asked(tmp_path, 'question = "What?"\npapers = []\n')))
    assert "no claims yet" in said(empty, "claims") and "Not made" in said(empty, "review")
    assert "cannot be answered" in said(empty, "question")


def test_one_seed_has_no_interval_and_the_limitations_say_it(tmp_path, grid, quick):
    report = build(reported.inputs(reported.asked(tmp_path), grid(seeds=(1,))))
    assert "one seed: there is no interval" in said(report, "limitations")
    forest = next(one for one in report.figures() if one.id == "figure-forest-artificial")
    assert all(row[3] is None for row in forest.data)


def test_a_report_is_a_function_of_what_it_packs(whole):
    found = unpack(whole.data, "x")
    assert pack(found) == whole.data and compose(found, "").sections == whole.sections


def test_the_day_is_that_of_the_data_and_not_of_today(whole):
    assert whole.date == "2023-11-14"


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\u202eb", "a\u27e8U+202E\u27e9b"),
        ("a\u0000b\u0007", "a\u27e8U+0000\u27e9b\u27e8U+0007\u27e9"),
        ("a\n\tb", "a b"),
        ("\ud800", "\u27e8U+D800\u27e9"),
        ("שלום 🎉", "שלום 🎉"),
    ],
)
def test_hidden_characters_are_named(text, shown):
    assert plain.visible(text) == shown


@pytest.mark.parametrize(
    ("verdict", "line", "shown"),
    [
        ("not enough information", "Not enough information: no paper is cited.", "no paper is cited."),
        ("other version", "Not enough information, v1 has 8.3.", "Not enough information, v1 has 8.3."),
        ("supported", "Supported:", "Supported:"),
    ],
)
def test_a_verdict_is_not_said_twice(verdict, line, shown):
    from synth.report.parts.claims import _after

    assert _after(verdict, line) == shown


@pytest.mark.parametrize(("value", "shown"), [(0.9999, ">0.99"), (0.994, "0.99"), (0.5, "0.50")])
def test_no_confidence_is_called_certain(value, shown):
    from synth.report.parts.claims import probability

    assert probability(value) == shown


def test_long_words_get_places_to_break_and_lose_nothing():
    text = f"a {'w' * 500} b"
    made = plain.breakable(text)
    assert made.replace(plain.BREAK, "") == text and max(map(len, re.split(rf"[ {plain.BREAK}]", made))) <= plain.LONG
