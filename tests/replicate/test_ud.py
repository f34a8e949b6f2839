"""Universal Dependencies to XTREME's form of parts of speech. The examples are what XTREME's own converter gives."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.problems import Problem
from replicate.sources import ud
from replicate.tasks.xtreme import UPOS

DEL_PERRO = """
# text = del perro
1-2 del _
1 de ADP 3
2 el DET 3
3 perro NOUN 0
"""


def conllu(text: str) -> str:
    """CoNLL-U from `id form tag head [enhanced]`, a sentence for each paragraph; `+` stands for a space in a form."""
    found = []
    for line in text.strip().splitlines():
        if not line.strip() or line.startswith("#"):
            found.append(line.strip())
            continue
        id, form, tag, *more = line.split()
        head, enhanced = (*more, "_", "_")[:2]
        found.append("\t".join([id, form.replace("+", " "), "_", tag, "_", "_", head, "dep", enhanced, "_"]))
    return "\n".join(found) + "\n\n"


def converted(path: Path, text: str, language: str = "") -> list:
    (path / "x.conllu").write_text(conllu(text), encoding="utf-8")
    return list(ud.sentences(path / "x.conllu", language))


def test_a_fused_word_stands_once_with_the_tag_of_one_of_its_parts(tmp_path):
    assert converted(tmp_path, DEL_PERRO, "es") == [(("del", "perro"), ("ADP", "NOUN"))]


@pytest.mark.parametrize(
    ("language", "tags", "kept"),
    [
        ("es", "ADP DET", "ADP"),
        ("es", "DET ADP", "ADP"),
        ("it", "ADP ADV", "ADV"),  # Italian ranks adverbs above adpositions, the general list too, Spanish has none
        ("fr", "DET AUX", "AUX"),
        ("de", "ADP NUM", "NUM"),
        ("es", "NOUN NUM", "NOUN"),  # neither is on the list: the first (XTREME's converter stops there)
    ],
)
def test_among_parts_that_stand_equally_high_a_list_of_tags_decides(tmp_path, language, tags, kept):
    first, second = tags.split()
    text = f"1-2 ab _\n1 a {first} 3\n2 b {second} 3\n3 c NOUN 0"
    assert converted(tmp_path, text, language) == [(("ab", "c"), (kept, "NOUN"))]


def test_the_part_that_stands_highest_goes_before_the_list(tmp_path):
    """Finnish ettei is a conjunction and an auxiliary; the conjunction is on top of it here, though it ranks lower."""
    assert converted(tmp_path, "1-2 ettei _\n1 että SCONJ 3\n2 ei AUX 1\n3 tule VERB 0") == [
        (("ettei", "tule"), ("SCONJ", "VERB"))
    ]


def test_enhanced_relations_count_as_well(tmp_path):
    """Both depend on the verb; by an enhanced relation the first depends on one word more, so that the second is higher."""
    basic = "1-2 ab _\n1 a PRON 3 {}\n2 b ADP 3 3:case\n3 c VERB 0 0:root\n4 d NOUN 3 3:obj"
    assert converted(tmp_path, basic.format("3:nsubj"))[0][1] == ("PRON", "VERB", "NOUN")
    assert converted(tmp_path, basic.format("3:nsubj|4:nsubj"))[0][1] == ("ADP", "VERB", "NOUN")
    assert converted(tmp_path, basic.format("3:nsubj|4.1:nsubj"))[0][1] == ("PRON", "VERB", "NOUN")  # an empty node is no word


def test_a_circle_of_enhanced_relations_comes_to_an_end(tmp_path):
    found = converted(tmp_path, "1-2 ab _\n1 a PRON 2 2:x|3:y\n2 b VERB 0 0:root|1:z\n3 c NOUN 2 1:x")
    assert found == [(("ab", "c"), ("VERB", "NOUN"))]


def test_empty_nodes_comments_and_several_fused_words_in_a_sentence(tmp_path):
    text = """
    # sent_id = 1
    1-2 del _
    1 de ADP 3
    2 el DET 3
    3 perro NOUN 0
    3.1 que PRON _
    4-5 dámelo _
    4 da VERB 3
    5 melo PRON 4

    # sent_id = 2
    1 solo ADV 0
    """
    text = "\n".join(line.strip() for line in text.splitlines())
    assert converted(tmp_path, text, "es") == [(("del", "perro", "dámelo"), ("ADP", "NOUN", "VERB")), (("solo",), ("ADV",))]


def test_spaces_and_the_zero_width_non_joiner_go_out_of_words(tmp_path):
    assert converted(tmp_path, "1 10+000 NUM 0\n2 می\u200cروم VERB 1") == [(("10000", "میروم"), ("NUM", "VERB"))]


@pytest.mark.parametrize(
    ("forms", "kept"),
    [("_ _ _", False), ("a _ _", False), ("a b _ _ _", True), ("a b _", True), ("_", False), ("a", True)],
)
def test_a_sentence_without_its_words_is_left_out_unless_two_or_more_are_there(tmp_path, forms, kept):
    text = "\n".join(f"{number} {form} NOUN {number - 1}" for number, form in enumerate(forms.split(), 1))
    found = converted(tmp_path, text)
    assert (found == [ud.NO_WORDS]) == (not kept)


def test_a_tag_that_is_left_open_is_x(tmp_path):
    assert converted(tmp_path, "1 a _ 0\n2 b NOUN 1") == [(("a", "b"), ("X", "NOUN"))]


def test_a_sentence_with_no_tokens_is_said(tmp_path):
    assert converted(tmp_path, "# text =\n\n1 a NOUN 0") == [ud.NO_TOKENS, (("a",), ("NOUN",))]


def test_a_file_needs_no_empty_line_at_its_end_and_may_have_the_line_ends_of_windows(tmp_path):
    path = tmp_path / "x.conllu"
    path.write_bytes(b"\xef\xbb\xbf" + conllu(DEL_PERRO).rstrip().replace("\n", "\r\n").encode())
    assert list(ud.sentences(path, "es")) == [(("del", "perro"), ("ADP", "NOUN"))]


@pytest.mark.parametrize(
    ("line", "says"),
    [
        ("1\ta\tNOUN", "line 1: 3 columns; CoNLL-U has 10"),
        ("2\ta\t_\tNOUN\t_\t_\t0\troot\t_\t_", "line 1: the word is numbered 2; expected 1"),
        ("1\ta\t_\tNN\t_\t_\t0\troot\t_\t_", "line 1: the tag 'NN'; expected one of ADJ, ADP"),
        ("1\ta\t_\tNOUN\t_\t_\tx\troot\t_\t_", "line 1: the head 'x'; expected the number of a word"),
        ("a\ta\t_\tNOUN\t_\t_\t0\troot\t_\t_", "line 1: the id 'a'; expected a number, a span"),
        ("2-3\tab\t_\t_\t_\t_\t_\t_\t_\t_", "line 1: the span 2-3 does not begin before its first word"),
        ("1-9\tab\t_\t_\t_\t_\t_\t_\t_\t_\n1\ta\t_\tNOUN\t_\t_\t0\troot\t_\t_", "line 2: the span 1-9 ends after the last word"),
    ],
)
def test_a_malformed_line_is_named(tmp_path, line, says):
    path = tmp_path / "x.conllu"
    path.write_text(line + "\n", encoding="utf-8")
    with pytest.raises(Problem) as error:
        list(ud.sentences(path))
    assert str(error.value).startswith(f"{path}, {says}")


def test_bytes_that_are_no_utf8_are_named(tmp_path):
    path = tmp_path / "x.conllu"
    path.write_bytes(conllu(DEL_PERRO).encode() + "1\tcafé".encode("latin-1"))
    with pytest.raises(Problem, match=r"x\.conllu, line 7: byte 6 \(0xe9\) is not UTF-8"):
        list(ud.sentences(path))


# ---- whatever the sentence ----

WORDS = st.text("abcñ", min_size=1, max_size=4)


@st.composite
def trees(draw):
    """A sentence: forms, tags, heads that make a tree, enhanced relations of any kind, and fused words."""
    size = draw(st.integers(1, 9))
    forms = draw(st.lists(WORDS, min_size=size, max_size=size))
    tags = draw(st.lists(st.sampled_from(UPOS), min_size=size, max_size=size))
    heads = [
        {draw(st.integers(0, number - 1))} | draw(st.sets(st.integers(0, size), max_size=2)) for number in range(1, size + 1)
    ]
    cuts = sorted(draw(st.sets(st.integers(1, size + 1), max_size=4)))
    spans = [(a, b - 1, draw(WORDS)) for a, b in pairwise(cuts) if draw(st.booleans())]
    return forms, tags, heads, spans


@given(trees(), st.sampled_from(["", "es", "fr", "it", "fi"]))
def test_fused_words_take_the_place_of_their_parts_and_a_tag_of_theirs(tree, language):
    forms, tags, heads, spans = tree
    words, kept = ud.joined(forms, tags, heads, spans, language)
    covered = sum(last - first + 1 for first, last, _ in spans)
    assert len(words) == len(kept) == len(forms) - covered + len(spans)
    at = 0
    rest = list(zip(words, kept, strict=True))
    for first, last, form in spans:
        alone = first - 1 - at
        assert rest[:alone] == list(zip(forms[at : first - 1], tags[at : first - 1], strict=True))
        word, tag = rest[alone]
        assert word == form and tag in tags[first - 1 : last]
        rest, at = rest[alone + 1 :], last
    assert rest == list(zip(forms[at:], tags[at:], strict=True))


@given(trees())
def test_a_sentence_without_fused_words_stays_as_it_is(tree):
    forms, tags, heads, _ = tree
    assert ud.joined(forms, tags, heads, []) == (tuple(forms), tuple(tags))


@given(trees(), st.integers(0, 8))
def test_the_head_of_the_others_gives_its_tag(tree, pick):
    """A fused word whose parts all hang on one of them, as a verb with its clitics does, has that one's tag."""
    forms, tags, *_ = tree
    top = pick % len(forms) + 1
    flat = [{top} if number != top else {0} for number in range(1, len(forms) + 1)]
    assert ud.joined(forms, tags, flat, [(1, len(forms), "all")]) == (("all",), (tags[top - 1],))
