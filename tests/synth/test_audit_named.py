"""Which rows, columns and tables a sentence names."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from synth.audit.named import Names, _name, _outermost
from synth.reading.document import BODY, Document, Sentence, Span
from tests.synth.test_audit import document, findings, grid

WORDS = st.sampled_from(["XLM", "R", "xlm", "BERT", "Base", "T5", "SQuAD", "v2", "é", "Avg", "2.0"])
GLUE = st.sampled_from([" ", "-", "_", "", "/", "+", " (", ") "])


def written(most: int) -> st.SearchStrategy[str]:
    return st.lists(st.tuples(WORDS, GLUE), min_size=1, max_size=most).map(lambda parts: "".join(map("".join, parts)))


@given(st.lists(written(2), min_size=1, max_size=6), written(8))
def test_the_labels_found_by_their_first_words_are_those_that_a_look_at_every_label_finds(labels: list[str], text: str):
    table = grid("Model | F1", *(f"{label.replace('|', '')} | {at}.0" for at, label in enumerate(labels)))
    (view,) = (names := Names(document(tables=[table]))).views
    patterns = [(line, found[1]) for line, path in enumerate(view.lines) if (found := _name(path))]
    tried = _outermost([(line, one.span()) for line, pattern in patterns for one in pattern.finditer(text)])
    assert [one.rows for one in names.of(text, [0]) if one.rows] == [tried] * bool(tried)


def test_a_label_within_a_longer_one_is_not_named():
    table = grid("Model | F1", "XLM-R | 70.1", "XLM-R Large | 75.3", "mBERT | 66.0")
    (named,) = Names(document(tables=[table])).of("XLM-R Large beats mBERT.", [0])
    assert [named.view.lines[row] for row in named.rows] == [("XLM-R Large",), ("mBERT",)]


def volume(*pages: int) -> Document:
    """Papers bound into one: each has on such a page a Table 1, and beside it a sentence with a digit turned around."""
    tables, sentences = [], []
    for at, page in enumerate(pages):
        tables.append(replace(grid("Model | XNLI", f"Falcon | {71 + at}.53", "Heron | 60.10"), page=page))
        text = f"Table 1 shows that Falcon reaches {71 + at}.35 on XNLI."
        sentences.append(Sentence(text, (Span(page, 0, len(text)),), BODY))
    return Document("made", "pdf", sentences=tuple(sentences), tables=tuple(tables))


def test_in_a_volume_of_papers_table_1_is_the_one_on_the_pages_around():
    from synth.audit import told

    found = told.check(volume(3, 203, 403)).findings
    assert [(one.at.page, one.against[0].page, one.against[0].quote) for one in found] == [
        (3, 3, "71.53"), (203, 203, "72.53"), (403, 403, "73.53"),
    ]  # fmt: skip


def test_a_table_that_is_far_away_is_spoken_of_all_the_same():
    table = replace(grid("Model | XNLI", "Falcon | 71.53", "Heron | 60.10"), page=90)
    assert findings("Table 1 shows that Falcon reaches 71.35 on XNLI.", tables=[table])
