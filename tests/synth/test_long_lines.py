"""Patterns that look at a long row of marks once find what they would find if they looked from each of its marks.

What a hostile line costs is held by tests.fuzz, whose corpus has one for each pattern that was slow.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from synth.assertions import compared
from synth.audit import named, roles, slips, values
from synth.english import places
from synth.ingest import header, marks, source, text
from synth.reading import grid, html, latex, prose, reported
from synth.reading.environments import beginning, environments, replaced

AHEAD = re.compile(r"\(\?=\[\^\(\)\]\*\+\\\)\)")  # that a bracket ends at all is looked for first
BEHIND = re.compile(r"\(\?<!\[[^\]]*\]\)")  # nothing of the row stands before it
MARKS = [*"a 1 . , ; : - ( ) [ ] + * % \u00b1 \u2713 \u00b9 \u00b2 \u2081 \u2082 \u2191 \u2020".split(), "  ", " "]
CITES = [*"( ) [ ] , 2019 2019a 12 Ann Bo -Cy et al. and".split(), " "]


def lines(pieces: list[str], count: int = 400) -> Iterator[str]:
    """Lines of these pieces in any order, the same each time."""
    rng = random.Random(7)
    for _ in range(count):
        yield "".join(rng.choice(pieces) for _ in range(rng.randrange(1, 14)))


@pytest.mark.parametrize(
    ("pattern", "pieces"),
    [
        (marks.INLINE_CONFIDENCE, [*MARKS, "confidence: 0.8", "(conf 27%)", "score"]),
        (marks.INLINE_WORD, [*MARKS, "verified: yes", "status ="]),
        (marks.GROUP, [*MARKS, "(0.8, verified)"]),
        (marks.INLINE_MARK, [*MARKS, "(verified)", "supported", " - "]),
        (grid.NOTE, MARKS),
        (reported.SMALL, MARKS),
        (values.MARKS, MARKS),
        (slips.ARROWS, MARKS),
        (roles._BARE, [*MARKS, "_"]),
        (reported.CITATION, CITES),
        (named.CITED, CITES),
        (places.PATTERNS[5], CITES),
        (compared.NOUN, [*MARKS, " tasks", "\t"]),
    ],
    ids=lambda one: one.pattern[:20] if isinstance(one, re.Pattern) else "",
)
def test_a_row_of_marks_is_looked_at_once(pattern: re.Pattern[str], pieces: list[str]):
    bare = re.compile(AHEAD.sub("", BEHIND.sub("", pattern.pattern.replace(r"(?<!\s)", ""))), pattern.flags)
    assert bare.pattern != pattern.pattern
    found = [[one.span() for one in pattern.finditer(line)] for line in lines(pieces)]
    assert found == [[one.span() for one in bare.finditer(line)] for line in lines(pieces)]
    assert any(found)


def test_a_sentence_ends_at_marks_with_a_gap_behind_them():
    plain = re.compile(
        r"(?<=[^\s.])([.?!]+[\"'\u201d\u2019)\]]*[\u2070\u00b9\u00b2\u00b3\u2074-\u2079,\u2020\u2021]*)(?=\s)"
        r"|[\u3002\uff01\uff1f\u0964\u061f]"
    )
    for line in lines(["a", "B", ".", "?", "!", '"', ")", "\u00b9", ",", " ", "\u3002"], 2000):
        ends = [one.span() for one in prose.STOP.finditer(line) if not one["none"]]
        assert ends == [one.span() for one in plain.finditer(line)], line
    said = "Is it?! Yes... it is.\u00b9 (By 8.2 points, e.g. on XNLI.) See Fig. 2.  "
    assert [said[slice(*one)] for one in prose.split(said)] == [
        "Is it?!", "Yes... it is.\u00b9", "(By 8.2 points, e.g. on XNLI.)", "See Fig. 2.",
    ]  # fmt: skip


def test_an_environment_goes_from_its_beginning_to_the_next_end_of_its_name():
    begin = beginning(r"table\*?", "longtable")
    plain = re.compile(r"\\begin\{(table\*?|longtable)\}(.*?)\\end\{\1\}", re.S)
    pieces = [rf"\{what}{{{name}}}" for what in ("begin", "end") for name in ("table", "table*", "longtable", "tab")]
    for line in lines([*pieces, "a", "\n"], 2000):
        assert [(one.start, one.end, one.name, one.inner) for one in environments(line, begin)] == [
            (*one.span(), one[1], one[2]) for one in plain.finditer(line)
        ]
        assert replaced(line, begin, lambda one: f"<{one.inner}>") == plain.sub(r"<\2>", line)


def test_a_heading_of_markdown_is_what_stands_between_its_hashes():
    plain = re.compile(r"(#{1,6})\s+(.+?)\s*#*\s*$")
    for line in lines(["#", "##", " ", "  ", "a", "b1", "-"], 2000):
        bare, match = line.strip(), plain.match(line.strip())
        assert bool(text.HASHES.match(bare)) is bool(match), bare
        if match:
            assert text.sections([bare])[0].heading == match[2], bare


def test_a_number_is_a_power_a_range_or_a_number_with_its_unit():
    for said in ("1.1M", "nine", "2^17", "1e-5", "47-20,436", "3 to 5", "8.2 %", "12 k", "9 tasks", "47  \u2013 50"):
        assert compared.quantity(said) is not None, said
    assert compared.quantity("5" + " " * 30_000 + "k x") is None
    assert compared.quantity("9" * 4_000 + "x") is None


def test_a_name_before_a_digit_has_a_capital_after_a_small_letter():
    plain = re.compile(r"\b(?:[A-Z]{3,}|[A-Z]\w*[a-z][A-Z]\w*)[+-]?\s(\d)(?![\w/%^\u2013-]|[.,]\d|\s?%)")
    for line in lines(["A", "B", "a", "b", "_", "1", "+", "-", " ", "%", "."], 2000):
        assert [one.span() for one in places.NAMED.finditer(line)] == [one.span() for one in plain.finditer(line)], line
    assert any("arXiv:cs/0112017v1" in pattern.findall("(arXiv:cs/0112017v1)") for pattern in places.PATTERNS)


def test_a_link_has_its_address_wherever_it_stands_in_its_tag():
    for tag in ('<a href="u">t</a>', "<a class='x' href = 'u' id=y>t</A >", '<a data-href=no href="u">t</a>'):
        found = source.LINK.search(tag)
        assert found and (found[1], found[2]) == ("u", "t")
    assert source.LINK.search('<a href="u" <b>t</a>') is None


@pytest.mark.parametrize(
    ("line", "asked"),
    [
        ("Research question: Does it help? It does.", "Does it help?"),
        ("RQ1 \u2014 what helps most (in XTREME?) and why?", "what helps most (in XTREME?"),
        ("Question: see a?b=c and then? Question: no", "see a?b=c and then?"),
    ],
)
def test_a_question_goes_from_its_label_to_its_mark(line: str, asked: str):
    mark = header.QUESTION.search(line)
    assert mark
    end = header.ASKED.search(line, mark.end() + 1)
    assert end and line[mark.end() : end.end()] == asked


def test_macros_and_comments_of_latex_end_where_they_end():
    macros = "\\def\\ours{SQuAD} %\n  \\newcommand{\\base}{XLM-R\\xspace}\n"
    made = latex.read(macros + "\\begin{document}\\ours{} helps \\base{} a \\oursx\n% no", "a.tex")
    assert [one.text for one in made.blocks] == ["SQuAD helps XLM-R a"]


@pytest.mark.parametrize(
    ("page", "made"),
    [
        ("<p>8 < 9</p> 7 < 8 <p class=", "<p>8 < 9</p> 7 &lt; 8 &lt;p class="),
        ("<!-- a --> b <!-- c> d", "<!-- a --> b &lt;!-- c> d"),
        ("<![if IE]>a<![endif]> <![CDATA[ b>", "<![if IE]>a<![endif]> &lt;![CDATA[ b>"),
        ("<p>a<!-- b --></p>", "<p>a<!-- b --></p>"),
    ],
)
def test_what_begins_in_a_page_and_never_ends_is_text(page: str, made: str):
    assert html._ended(page) == made
