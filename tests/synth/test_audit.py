"""A document's own arithmetic: quiet on papers that agree with themselves, and each planted error found at its place."""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from synth.audit import run
from synth.audit.findings import Audit, Finding
from synth.audit.values import content
from synth.reading.cells import Piece, table
from synth.reading.document import ABSTRACT, BODY, Document, Sentence, Span, Table
from synth.reading.worker import Reader
from tests import audited, audited_hard

SEED = 7


def document(*sentences: str, tables: Sequence[Table] = (), abstract: str = "", kind: str = "text") -> Document:
    """A document of these sentences and tables."""
    told = [(abstract, ABSTRACT)] * bool(abstract) + [(one, BODY) for one in sentences]
    made = tuple(Sentence(text, (Span(1, 0, len(text)),), label) for text, label in told)
    return Document("made", kind, sentences=made, tables=tuple(tables))


def grid(*rows: str, caption: str = "Table 1: Results.", bold: Sequence[tuple[int, int]] = ()) -> Table:
    """A table of rows with | between their cells, the first of them its header."""
    cells = [[one.strip() for one in row.split("|")] for row in rows]
    pieces = [
        [Piece(text, head=not number, bold=(number, at) in bold) for at, text in enumerate(row)]
        for number, row in enumerate(cells)
    ]
    made = table(pieces, caption)
    assert made is not None
    return made


def findings(*sentences: str, tables: Sequence[Table] = (), abstract: str = "") -> tuple[Finding, ...]:
    return tuple(run.audited(document(*sentences, tables=tables, abstract=abstract)).outcome.findings)


def only(*sentences: str, tables: Sequence[Table] = (), abstract: str = "") -> Finding:
    """The one finding."""
    found = findings(*sentences, tables=tables, abstract=abstract)
    assert len(found) == 1, [one.what for one in found]
    return found[0]


# ---- planted errors


def written(paper: audited.Paper, form: str, folder: Path) -> Path:
    made = getattr(audited, form)(paper)
    path = folder / f"paper.{ {'markdown': 'md', 'latex': 'tex'}.get(form, form) }"
    path.write_bytes(made if isinstance(made, bytes) else made.encode())
    return path


@pytest.fixture(scope="module")
def reader():
    with Reader() as one:
        yield one


@pytest.mark.parametrize("form", ["markdown", "html", "latex", "pdf"])
def test_a_paper_that_agrees_with_itself_is_checked_in_all_its_parts_and_yields_nothing(
    form: str, reader: Reader, tmp_path: Path
) -> None:
    audit = run.audit(written(audited.paper(SEED), form, tmp_path), reader)
    assert not audit.outcome.findings
    assert set(audit.outcome.checked) >= {
        "averages", "gains", "totals", "percentages of counts", "best marks", "F1 scores", "spreads", "changes in sentences",
        "numbers of the text in tables", "leads of the text in tables", "superlatives", "counts of rows",
        "numbers of the abstract", "test statistics",
    }  # fmt: skip


def planted(kind: str, form: str, reader: Reader, folder: Path) -> tuple[Audit, str, str]:
    paper, wanted, words = audited.planted(kind, SEED)
    return run.audit(written(paper, form, folder), reader), wanted, words


@pytest.mark.parametrize("kind", audited.ERRORS)
def test_a_planted_error_is_found_at_its_place_and_nothing_else_is(kind: str, reader: Reader, tmp_path: Path) -> None:
    audit, wanted, words = planted(kind, "markdown", reader, tmp_path)
    assert [one.kind for one in audit.outcome.findings if words in one.at.quote] == [wanted]
    others = [one for one in audit.outcome.findings if words not in one.at.quote]
    # A percentage that is wrong makes the printed total of the percentages wrong as well.
    assert [one.kind for one in others] == (["total"] if kind == "a percentage of a count" else [])


@pytest.mark.parametrize("form", ["html", "latex", "pdf"])
@pytest.mark.parametrize("kind", ["an average", "a mark of the best", "a lead in the text"])
def test_every_kind_of_file_shows_it(kind: str, form: str, reader: Reader, tmp_path: Path) -> None:
    audit, wanted, words = planted(kind, form, reader, tmp_path)
    assert [(one.kind, words in one.at.quote) for one in audit.outcome.findings] == [(wanted, True)]
    assert (audit.outcome.findings[0].at.page > 0) == (form == "pdf")


# ---- laws

scores = st.decimals("5", "95", places=3)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(3, 6).flatmap(lambda wide: st.lists(st.lists(scores, min_size=wide, max_size=wide), min_size=4, max_size=7)),
    st.data(),
)
def test_a_rounded_table_of_averages_yields_nothing_and_one_average_moved_beyond_rounding_is_the_finding(
    rows: list[list[Decimal]], data: st.DataObject
) -> None:
    places = data.draw(st.sampled_from([1, 2]))
    head = " | ".join(["System", *(f"Task{at}" for at in range(len(rows[0]))), "Avg."])
    printed = [[f"{one:.{places}f}" for one in row] + [f"{sum(row) / len(row):.{places}f}"] for row in rows]

    def made(cells: list[list[str]]) -> Table:
        return grid(head, *(" | ".join([f"system {number}", *row]) for number, row in enumerate(cells)))

    assert not findings(tables=[made(printed)])
    wrong = data.draw(st.integers(0, len(rows) - 1))
    # A mean of n numbers and the number itself are off by half a step each; what no reading of a subset makes is far away.
    printed[wrong][-1] = f"{max(rows[wrong]) + 1:.{places}f}"
    found = only(tables=[made(printed)])
    assert (found.kind, found.at.row, found.at.column) == ("average", f"system {wrong}", "Avg.")
    assert found.made is not None and found.made.low <= sum(rows[wrong]) / len(rows[wrong]) <= found.made.high


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(scores, scores), min_size=4, max_size=8), st.data())
def test_rounded_differences_yield_nothing_and_one_moved_beyond_rounding_is_the_finding(
    pairs: list[tuple[Decimal, Decimal]], data: st.DataObject
) -> None:
    shifts = [f"{two - one:+.1f}" for one, two in pairs]

    def made() -> Table:
        head = " | ".join(["", *(f"Task{at}" for at in range(len(pairs)))])
        lines = [[f"{one:.1f}" for one, _ in pairs], [f"{two:.1f}" for _, two in pairs], shifts]
        return grid(head, *(" | ".join([name, *cells]) for name, cells in zip(("Base", "Ours", "\u0394"), lines, strict=True)))

    assert not findings(tables=[made()])
    wrong = data.draw(st.integers(0, len(pairs) - 1))
    shifts[wrong] = f"{pairs[wrong][1] - pairs[wrong][0] + data.draw(st.sampled_from([Decimal(150), Decimal(-150)])):+.1f}"
    found = only(tables=[made()])
    assert (found.kind, found.at.row, found.at.column) == ("gain", "\u0394", f"Task{wrong}")


@settings(max_examples=60, deadline=None)
@given(st.integers(1, 3000).flatmap(lambda whole: st.tuples(st.integers(0, whole), st.just(whole))), st.integers(0, 2))
def test_a_percentage_of_a_count_is_right_when_it_is_rounded(parts: tuple[int, int], places: int) -> None:
    part, whole = parts
    share = Decimal(100 * part) / whole
    assert not findings(f"We found that {part} of the {whole} papers ({share:.{places}f}%) do so.")
    assert only(f"We found that {part} of the {whole} papers ({share + 2:.{places}f}%) do so.").kind == "percentage"


CELLS = st.one_of(
    st.sampled_from(
        ["", "-", "n/a", "0", "0.0", "+0", "100%", "0%", "\u221e", "1e5", "10\u00b2", "85.2\u2080.\u2083", "3 / 0", "9" * 40]
    ),
    st.from_regex(
        r"[+\-\u2212~$]?[0-9]{1,9}(\.[0-9]{1,3})?( ?[%KM])?( \u00b1 [0-9.]{1,3}| \([+]?[0-9]{1,2}%?\))?", fullmatch=True
    ),
)
NAMES = "Avg Total \u0394 All P R F1 std T1 T2 Rank Median".split()
LABELS = st.sampled_from([*NAMES, "Gain (%)", "Avg. (w/o T1)", "# docs", "% docs", "", "XQuAD F1", "XQuAD EM"])


@settings(max_examples=60, deadline=None)
@given(st.lists(LABELS, min_size=3, max_size=5), st.data())
def test_whatever_stands_in_a_table_the_audit_ends_and_its_json_is_json(labels: list[str], data: st.DataObject) -> None:
    wide = len(labels)
    lines = [[Piece(one, head=True) for one in labels]]
    for _ in range(data.draw(st.integers(1, 5))):
        values = data.draw(st.lists(CELLS, min_size=wide - 1, max_size=wide - 1))
        lines.append([Piece(data.draw(LABELS)), *(Piece(one, bold=data.draw(st.booleans())) for one in values)])
    made = table(lines, "Table 1: Accuracy over 5 runs.")
    audit = run.audited(document("T1 outperforms T2 by 3.0 points (Table 1), t(3) = 2.1, p = .1.", tables=[made] if made else []))
    assert json.loads(json.dumps(audit.to_dict(), allow_nan=False))["checked"]["test statistics"] == 1


# ---- averages


def test_a_qa_task_enters_as_the_mean_of_f1_and_em_where_the_others_of_the_column_show_it() -> None:
    rows = [
        "System | XNLI | XQuAD | MLQA | Tatoeba | Avg",
        "A | 65.4 | 64.5 / 49.4 | 61.4 / 44.2 | 38.7 | 53.5",
        "B | 69.1 | 59.8 / 44.3 | 48.5 / 32.6 | 32.6 | 48.6",
        "C | 79.2 | 76.6 / 60.8 | 71.6 / 53.2 | 57.3 | 66.9",
    ]
    assert not findings(tables=[grid(*rows)])
    rows[3] = rows[3].replace("66.9", "64.9")
    found = only(tables=[grid(*rows)])
    assert (found.at.row, found.printed, found.sure) == ("C", "64.9", "sure")
    assert found.made is not None and float(found.made.low) == pytest.approx(66.85)
    assert found.members == ("79.2", "76.6 / 60.8", "71.6 / 53.2", "57.3")


@pytest.mark.parametrize(
    "rows",
    [
        # GLUE's own average counts both numbers of a pair.
        ("System | MNLI | QQP | QNLI | Avg", "A | 84.6/83.4 | 71.2 | 90.5 | 82.4", "B | 86.7/85.9 | 72.1 | 92.7 | 84.4"),
        # The average of the first three stands before that of all.
        ("System | a | b | Avg. | c | Avg.", "A | 10.0 | 20.0 | 15.0 | 3.0 | 11.0", "B | 11.0 | 23.0 | 17.0 | 5.0 | 13.0"),
        # A header names what is left out.
        ("System | XNLI | POS | Tatoeba | Avg. (w/o Tatoeba)", "A | 60.0 | 80.0 | 10.0 | 70.0", "B | 62.0 | 86.0 | 12.0 | 74.0"),
        # Parameters are no score.
        ("System | # params | XNLI | POS | Avg", "A | 177 | 60.0 | 80.0 | 70.0", "B | 550 | 62.0 | 86.0 | 74.0"),
        # English, the language of training, stands apart.
        ("System | en | de | sw | Avg", "A | 90.0 | 70.0 | 50.0 | 60.0", "B | 91.0 | 72.0 | 56.0 | 64.0"),
        # An average over languages that are not shown.
        ("System | de | sw | Avg", "A | 70.0 | 50.0 | 71.3", "B | 72.0 | 56.0 | 69.9"),
        # A summary of a distribution is no mean of its siblings.
        ("Percentile | Minutes", "P25 | 3.89", "Median | 11.95", "P90 | 33.35", "Average | 16.44"),
        ("Model | Mean | Std", "A | 70.1 | 0.3", "B | 71.5 | 0.4"),
    ],
)  # fmt: skip
def test_an_average_has_many_defensible_readings(rows: tuple[str, ...]) -> None:
    assert not findings(tables=[grid(*rows)])


def test_one_average_without_others_beside_it_is_only_possible_and_says_nothing_where_it_may_be_over_more() -> None:
    rows = ("System | XNLI | POS | NER | Avg.", "A | 60.1 | 80.2 | 70.0 | 73.1")
    assert only(tables=[grid(*rows)]).sure == "possible"
    assert not findings(tables=[grid(*rows, caption="Table 1: Mean over five seeds and all languages.")])


def test_a_sign_that_would_mend_the_average_is_named() -> None:
    rows = ["System | XNLI | POS | NER | Avg."] + [
        f"{name} | -1.0 | +{number}.0 | -3.0 | {(number - 4) / 3:+.1f}" for number, name in enumerate("ABC", 5)
    ]
    rows[1] = rows[1].replace("-3.0", "+3.0")
    found = only(tables=[grid(*rows)])
    assert "with the sign of +3.0 (NER) turned it would be right" in found.what


# ---- gains, totals, percentages


def test_a_gain_in_brackets_is_over_the_row_that_the_others_show() -> None:
    rows = [
        "System | XNLI | POS | NER | BUCC",
        "Base | 60.1 | 80.2 | 70.0 | 50.0",
        "Long | 62.3 (+2.2) | 81.2 (+1.0) | 69.0 (\u22121.0) | 54.4 (+4.4)",
    ]
    assert not findings(tables=[grid(*rows)])
    rows[2] = rows[2].replace("\u22121.0", "+1.0")
    found = only(tables=[grid(*rows)])
    assert found.kind == "gain" and "with the sign turned it would be right" in found.what and found.at.column == "NER"


def test_relative_changes_are_changes_too() -> None:
    assert not findings(
        tables=[
            grid("System | A | B | C", "Base | 50.0 | 40.0 | 20.0", "Ours | 60.0 | 50.0 | 21.0", "Gain (%) | 20.0 | 25.0 | 5.0")
        ]
    )


def test_a_total_that_is_far_from_the_sum_of_overlapping_parts_is_left_alone_and_listed() -> None:
    audit = run.audited(
        document(tables=[grid("What | Papers", "Total | 81", "with PDF | 28", "with abstract | 73", "with DOI | 52")])
    )
    assert not audit.outcome.findings
    assert "they may overlap" in audit.outcome.left[0][1]


def test_percentages_are_of_what_most_of_their_column_are_of() -> None:
    rows = [
        "Setup | # papers | % papers",
        "None | 101 | 62%",
        "Short | 17 | 11%",
        "Likert | 24 | 15%",
        "A/B | 13 | 8%",
        "Other | 7 | 4%",
    ]
    found = only(tables=[grid(*rows)])
    assert (found.kind, found.at.row, found.printed) == ("percentage", "Short", "11%")
    assert found.made is not None and float(found.made.low) == pytest.approx(10.49, abs=0.005)
    assert not findings(tables=[grid(*rows[:2], rows[2].replace("11%", "10%"), *rows[3:])])


# ---- marks


def test_bold_is_the_best_of_its_column_where_lower_is_better_too() -> None:
    rows = [
        "Model | Acc \u2191 | Loss \u2193 | WER | F1",
        "A | 70.1 | 0.31 | 12.0 | 60.0",
        "B | 72.2 | 0.36 | 14.1 | 64.0",
        "C | 71.0 | 0.41 | 13.0 | 62.0",
    ]
    assert not findings(tables=[grid(*rows, bold=[(2, 1), (1, 2), (1, 3), (2, 4)])])
    found = only(tables=[grid(*rows, bold=[(2, 1), (1, 2), (3, 3), (2, 4)])])
    assert (found.kind, found.at.row, found.at.column) == ("best mark", "C", "WER")


@pytest.mark.parametrize(
    "bold",
    [
        [(3, 1), (3, 2), (3, 3)],  # a whole row: our system, not the best
        [(1, 1), (2, 2), (2, 3)],  # no meaning that most of them share
    ],
)
def test_bold_that_means_something_else_is_left_alone(bold: list[tuple[int, int]]) -> None:
    rows = [
        "Model | XNLI | POS | NER",
        "A | 70.1 | 65.0 | 81.0",
        "B | 72.2 | 66.0 | 84.1",
        "Ours | 71.0 | 65.5 | 83.0",
        "D | 73.0 | 66.2 | 84.0",
    ]
    assert not findings(tables=[grid(*rows, caption="Table 1: Accuracy.", bold=bold)])


# ---- numbers of cells


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("85.2", "85.15", "85.25"), ("\u2212 0.8", "-0.85", "-0.75"), ("28.9M (35.6%)", "28850000", "28950000"),
        (".53", "0.525", "0.535"), ("1,104,934", "1104933.5", "1104934.5"), ("85.2 (+1.3)", "85.15", "85.25"),
        ("90.1*", "90.05", "90.15"), ("65.4 \u00b1 0.3", "65.35", "65.45"), ("85.2\u2080.\u2083", "85.15", "85.25"),
    ],
)  # fmt: skip
def test_a_cell_is_the_interval_of_its_rounding(text: str, low: str, high: str) -> None:
    made = content(text)
    assert made is not None and made.one is not None
    assert made.one.made == (Decimal(low), Decimal(high))


@pytest.mark.parametrize("text", ["-", "n/a", "2^17", "F1", "~3.8B", "67.962.04", ""])
def test_what_is_no_number_is_none(text: str) -> None:
    assert content(text) is None


# ---- tables that only look wrong


@pytest.mark.parametrize("kind", audited_hard.HARD)
def test_a_table_that_only_looks_wrong_is_hardly_ever_reported(kind: str) -> None:
    """Of 25 tables of each kind at most one, whose other numbers fit by chance."""
    found = list[tuple[Finding, ...]]()
    for seed in range(25):
        rows, bold = audited_hard.HARD[kind](random.Random(seed))
        pieces = [
            [Piece(one, head=not line, bold=(line, at) in bold) for at, one in enumerate(row)] for line, row in enumerate(rows)
        ]
        made = table(pieces, "Table 1: Results.")
        assert made is not None
        found.append(findings(tables=[made]))
    assert sum(map(bool, found)) <= 1
