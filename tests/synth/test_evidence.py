"""The index of evidence: what is found, where it stands, and what becomes of files that change or cannot be read."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate import files
from replicate.problems import Problem
from synth.evidence import build, index, piece
from synth.evidence.stems import stem
from synth.evidence.terms import term, terms
from synth.literature import ids, library
from synth.reading import document, pages
from tests import papers

PLAIN = """A Study of Gains

Abstract

Training on one task often helps another. We measure it on nine tasks.

1 Results

The gain is 3.2 points on average. It is largest for question answering.

2 Related Work

Others report a loss of 4.0 points.

References

Someone. 2019. The gain of seven tasks.
"""


class Here:
    """Reads in this process, as the reader does in one of its own: most of these tests are not about hostile files."""

    __enter__ = __exit__ = lambda self, *_: self
    read = staticmethod(pages.read)


@pytest.fixture
def processes():
    """For tests that want files read in processes of their own."""


@pytest.fixture(autouse=True)
def cache(request, tmp_path, monkeypatch):
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    if "processes" not in request.fixturenames:
        monkeypatch.setattr(build, "Reader", Here)


@pytest.fixture
def folder(tmp_path):
    made = tmp_path / "papers"
    made.mkdir()
    (made / "gains.txt").write_text(PLAIN)
    return made


def corpus(path: Path, *texts: tuple[str, str, list[str]]) -> Path:
    lines = [json.dumps({"doc_id": id, "title": title, "abstract": abstract}) for id, title, abstract in texts]
    path.write_text("\n".join(lines) + "\n")
    return path


# --- terms


@pytest.mark.parametrize(
    ("word", "expected"),
    [
        # Pairs of Porter's own description of the algorithm.
        ("caresses", "caress"), ("ponies", "poni"), ("ties", "tie"), ("agreed", "agre"), ("hopping", "hop"), ("hoping", "hope"),
        ("falling", "fall"), ("happy", "happi"), ("relational", "relat"), ("conditional", "condit"), ("digitizer", "digit"),
        ("generously", "generous"), ("generate", "generat"), ("communism", "communism"), ("skies", "sky"), ("dying", "die"),
        ("evening", "evening"), ("improvements", "improv"), ("improves", "improv"), ("by", "by"), ("biologists", "biolog"),
    ],
)  # fmt: skip
def test_words_of_one_family_have_one_stem(word, expected):
    assert stem(word) == expected


@given(st.text(alphabet="abcdefghilmnoprstuvyz'", max_size=14))
def test_a_stem_is_never_longer_than_its_word_by_more_than_an_e(word):
    assert len(stem(word)) <= len(word) + 1


def test_numbers_stay_whole_and_function_words_are_no_terms():
    assert [one.term for one in terms("The gain is 8.2 points, on 1,104,934 examples of mT5-Large.")] == [
        "gain", "8.2", "point", "1104934", "exampl", "mt5", "larg",
    ]  # fmt: skip
    assert term("PDFs") == term("PDF") and term("doesn't") == "" and term("e\ufb03cient") == term("efficient")


# --- what is found


def test_a_passage_says_where_it_stands(folder):
    found = index.open(folder).near("largest gain for question answering", k=1)[0]
    assert found.text == "It is largest for question answering." and found.paper == "gains.txt"
    assert found.label == document.BODY and found.heading == "1 Results"
    text = pages.read(folder / "gains.txt").pages[0].text
    assert text[found.start : found.end] == found.text and found.page == 1
    assert found.sha256 == files.sha256(folder / "gains.txt")


def test_the_sections_of_others_words_keep_their_labels(folder):
    labels = {one.text: one.label for one in index.open(folder).find("gains")}
    assert labels["Others report a loss of 4.0 points."] == document.RELATED
    assert labels["The gain of seven tasks."] == document.REFERENCES


def test_sentences_of_a_pdf_are_those_that_its_reader_finds(tmp_path, processes):
    path = tmp_path / "one" / "paper.pdf"
    path.parent.mkdir()
    path.write_bytes(papers.paper())
    read = pages.read(path)
    found = index.open(path.parent).find("paper.pdf")
    assert [one.text for one in found] == [one.text for one in read.sentences]
    assert [one.spans for one in found] == [tuple(map(tuple, one.spans)) for one in read.sentences]


def test_a_sentence_in_pieces_stands_where_most_of_it_does():
    """Three characters at the end of a column, or of a page, are not the place of a long sentence."""
    assert index.place([(3, 10, 13), (3, 40, 200), (4, 0, 20)]) == (3, 10, 200)
    assert index.place([(3, 910, 913), (4, 0, 200)]) == (4, 0, 200)


def test_every_kind_of_file_is_read_and_found_by_its_name_or_its_stem(folder):
    (folder / "page.html").write_text("<html><body><h1>Title</h1><p>A page speaks of zebras here.</p></body></html>")
    (folder / "source.tex").write_text("\\documentclass{article}\\begin{document}Its source speaks of lemurs.\\end{document}")
    (folder / "notes.md").write_text("# Notes\n\nThese notes speak of otters, and of nothing else.\n")
    made = index.open(folder)
    for animal, name in (("zebras", "page"), ("lemurs", "source.tex"), ("otters", "notes.md")):
        assert [one.text for one in made.near(animal, paper=name, k=1)] == [one.text for one in made.near(animal, k=1)] != []


def test_abstracts_of_a_corpus_are_papers_of_their_own(tmp_path):
    path = corpus(
        tmp_path / "corpus.jsonl", (11, "Otters", ["Otters swim.", "They eat fish."]), (12, "Lemurs", ["Lemurs climb."])
    )
    made = index.open(path)
    assert [paper.id for paper, _ in made.near_papers("what do otters eat")] == ["11"]
    swim, eat = (one for one in made.find("11") if one.label == document.ABSTRACT)
    assert "Otters swim. They eat fish."[eat.start : eat.end] == eat.text and swim.start == 0


def test_bad_lines_of_a_corpus_are_named_and_the_others_are_there(tmp_path):
    path = corpus(tmp_path / "corpus.jsonl", (1, "One", ["It is one."]), (1, "Again", ["Twice."]))
    path.write_text(path.read_text() + "{no json\n[1]\n" + json.dumps({"doc_id": 3, "abstract": [4]}) + "\n")
    made = index.open(path)
    assert [paper.id for paper in made.papers] == ["1"]
    assert [one.why.split(":")[0] for one in made.skipped] == ["line 2", "line 3", "line 4", "line 5"]


def test_a_library_is_indexed_by_the_ids_of_its_papers(tmp_path):
    shelf = library.open(tmp_path / "shelf")
    pdf = tmp_path / "mine.pdf"
    pdf.write_bytes(papers.paper())
    shelf.add(pdf, ids.read("2005.13013v1"))
    made = index.open(shelf.folder)
    assert made.paper("2005.13013v1") == made.paper("arXiv:2005.13013v1") == made.paper("2005.13013") == made.papers[0]
    assert made.paper("2005.13013v2") is None and made.versions("2005.13013v2") == [made.papers[0]]
    shelf.path("2005.13013v1").write_bytes(b"%PDF-1.4 something else")
    assert [one.name for one in index.open(shelf.folder).skipped] == ["2005.13013v1"]


def test_the_newest_version_is_meant_where_none_is_named(folder):
    for version in ("v1", "v2", "v10"):
        (folder / f"2005.13013{version}.txt").write_text(f"We are version {version} of a text.\n")
    assert index.open(folder).paper("2005.13013").id == "2005.13013v10.txt"


def test_a_name_of_two_different_papers_names_none(folder):
    for place in ("a", "b"):
        (folder / place).mkdir()
        (folder / place / "same.txt").write_text(f"The text of {place} is its own.\n")
    made = index.open(folder)
    assert made.paper("same.txt") is None and made.paper("a/same.txt").id == "a/same.txt"


# --- files that change, break or are no papers


def test_what_cannot_be_read_is_named_and_the_rest_is_indexed(folder, processes):
    (folder / "broken.pdf").write_bytes(papers.paper()[:3000])
    (folder / "empty.txt").write_text("")
    (folder / "slides.pptx").write_bytes(b"PK")
    made = index.open(folder)
    assert {one.name for one in made.skipped} == {"broken.pdf", "empty.txt", "slides.pptx"} and len(made.papers) == 1
    assert {one.name for one in index.open(folder).skipped} == {"broken.pdf", "empty.txt", "slides.pptx"}


def test_only_files_that_are_new_are_read_again(folder, monkeypatch):
    index.open(folder)
    (folder / "more.txt").write_text("More is said of walruses here.\n")
    read: list[str] = []
    made = build._made
    monkeypatch.setattr(build, "_made", lambda one, reader: read.append(one.id) or made(one, reader))
    assert index.open(folder).near("walruses")[0].paper == "more.txt"
    assert read == ["more.txt"]


def test_another_content_under_the_same_name_is_another_paper(folder):
    index.open(folder)
    (folder / "gains.txt").write_text("Now it speaks of pelicans only.\n")
    made = index.open(folder)
    assert [one.text for one in made.find("gains")] == ["Now it speaks of pelicans only."] and not made.near("question answering")


def test_a_build_that_dies_leaves_nothing_that_counts(folder, tmp_path, monkeypatch):
    with monkeypatch.context() as patched:
        patched.setattr(build, "_inverted", lambda *_: (_ for _ in ()).throw(MemoryError()))
        with pytest.raises(MemoryError):
            index.open(folder)
    assert not list((tmp_path / "cache").rglob("about.json"))
    assert index.open(folder).near("question answering")


def test_a_damaged_piece_is_made_again(folder, tmp_path):
    index.open(folder)
    (place,) = (tmp_path / "cache").rglob("*.npz")
    place.write_bytes(place.read_bytes()[:100])
    (folder / "more.txt").write_text("More is said of walruses here.\n")
    assert len(index.open(folder).papers) == 2 and piece.read(place) is not None


def test_a_folder_that_is_not_there_is_a_problem_and_an_empty_one_is_not(tmp_path):
    with pytest.raises(Problem, match="no such folder of papers"):
        index.open(tmp_path / "nowhere")
    (tmp_path / "void").mkdir()
    made = index.open(tmp_path / "void")
    assert made.papers == () and made.near("anything") == [] and made.near_papers("anything") == [] and made.find("x") == []
    assert index.open(None).papers == ()  # the user's own library, where nothing was fetched yet


def test_other_papers_change_nothing_of_what_is_found_in_one(folder):
    alone = [(one.text, one.score) for one in index.open(folder).near("gain on nine tasks", paper="gains")]
    for number in range(5):
        (folder / f"other{number}.txt").write_text("The gain is nine. Nine tasks gain. A task has nine gains.\n")
    assert [(one.text, one.score) for one in index.open(folder).near("gain on nine tasks", paper="gains")] == alone != []


def test_what_another_command_made_meanwhile_is_not_made_again(folder, tmp_path, monkeypatch):
    """Both see the same papers missing; the one that comes later to a paper finds it made."""
    stamps: list[int] = []
    made = build._made

    def slowly(one: object, reader: object) -> object:
        found = made(one, reader)
        if not stamps:
            stamps.append(0)
            index.open(folder)  # the other command, from its beginning to its end
            (place,) = (tmp_path / "cache").rglob("*.npz")
            stamps.append(place.stat().st_mtime_ns)
        return found

    monkeypatch.setattr(build, "_made", slowly)
    assert index.open(folder).near("question answering")
    (place,) = (tmp_path / "cache").rglob("*.npz")
    assert stamps == [0, place.stat().st_mtime_ns]


def test_two_that_build_at_once_both_get_the_index(folder):
    children = []
    for _ in range(2):
        child = os.fork()
        if not child:
            try:
                os._exit(0 if index.open(folder).near("question answering") else 1)
            except BaseException:
                os._exit(2)
        children.append(child)
    assert [os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) for child in children] == [0, 0]
