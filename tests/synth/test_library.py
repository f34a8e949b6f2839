"""The library: ids as people write them, papers by version and hash, and what counts as a whole PDF."""

from __future__ import annotations

import json
import threading
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from replicate.problems import Problem
from synth.literature import ids, library, pdfs
from synth.literature.throttle import Throttle
from synth.literature.web import Answer
from synth.records import Paper
from tests.servers.works import pdf, works

WORK = next(work for work in works() if work.arxiv and work.versions == 3)
PDF = pdf(WORK, 1)


# ---- ids


@pytest.mark.parametrize(
    ("text", "kind", "said"),
    [
        ("2005.13013v2", "arxiv", "2005.13013v2"),
        ("arXiv:2005.13013", "arxiv", "2005.13013"),
        (" https://arxiv.org/pdf/2005.13013v2.pdf ", "arxiv", "2005.13013v2"),
        ("http://export.arxiv.org/abs/2005.13013?context=cs", "arxiv", "2005.13013"),
        ("0704.0001v1", "arxiv", "0704.0001v1"),
        ("hep-th/9901001v3", "arxiv", "hep-th/9901001v3"),
        ("math.GT/0309136", "arxiv", "math/0309136"),
        ("10.48550/arXiv.2005.13013", "arxiv", "2005.13013"),
        ("2020.ACL-main.447", "acl", "2020.acl-main.447"),
        ("https://aclanthology.org/2020.acl-main.447/", "acl", "2020.acl-main.447"),
        ("n18-3011", "acl", "N18-3011"),
        ("https://www.aclweb.org/anthology/N18-3011.pdf", "acl", "N18-3011"),
        ("https://doi.org/10.18653/V1/2020.acl-main.447", "acl", "2020.acl-main.447"),
        ("doi:10.1000/A%2FB.", "doi", "10.1000/a/b"),
    ],
)
def test_an_id_is_read_out_of_what_people_paste(text: str, kind: str, said: str):
    found = ids.read(text)
    assert (found.kind, str(found)) == (kind, said)


@pytest.mark.parametrize(
    "text", ["2005.1301", "2013.13013", "1412.00001", "2005.13013v0", "paper.pdf", "", "v2", "9913.00001", "0703.0001"]
)
def test_what_is_no_id_is_said_to_be_none(text: str):
    with pytest.raises(Problem, match="is no id of a paper"):
        ids.read(text)


@given(st.text(max_size=30))
def test_any_text_is_an_id_or_a_problem(text: str):
    found = ids.maybe(text)
    assert found is None or ids.read(str(found)) == found


# ---- papers


def test_a_paper_is_found_by_its_version_and_its_file_by_its_hash(tmp_path):
    papers = library.open(tmp_path)
    assert papers.find("2005.13013v2") is None
    kept = papers.put(Paper("2005.13013v2", "Made up", source="arxiv", latest="2005.13013v3"), PDF)
    assert papers.find("2005.13013v2") == kept and papers.path("2005.13013v2").read_bytes() == PDF
    assert kept.sha256 in papers.path(kept).name and papers.whole(kept) and kept.when
    assert papers.find("2005.13013v1") is None and papers.find("https://arxiv.org/abs/2005.13013v2") == kept


def test_without_a_version_the_newest_text_is_meant_and_a_withdrawal_is_not_passed_over(tmp_path):
    papers = library.open(tmp_path)
    for version in (1, 2, 10):
        papers.put(Paper(f"2005.13013v{version}", f"Text {version}"), PDF + b"%d" % version)
    assert papers.find("2005.13013").title == "Text 10"
    papers.note(Paper("2005.13013v11", "Text 11", withdrawn="2005.13013v11: an error"))
    assert papers.find("2005.13013").id == "2005.13013v11"
    with pytest.raises(Problem, match="2005.13013v11 has no file: it was withdrawn"):
        papers.path("2005.13013")
    assert papers.path("2005.13013v10").is_file()


def test_a_file_that_changed_or_went_is_not_whole(tmp_path):
    papers = library.open(tmp_path)
    kept = papers.put(Paper("2020.acl-main.447", "Made up"), PDF)
    papers.path(kept).write_bytes(PDF[:-1])
    assert not papers.whole(kept)
    papers.path(kept).unlink()
    assert not papers.whole(kept)
    with pytest.raises(Problem, match=r"gone; python -m synth fetch 2020.acl-main.447"):
        papers.path(kept)
    assert papers.whole(papers.put(kept, PDF))


def test_a_record_that_something_else_wrote_is_no_paper(tmp_path):
    papers = library.open(tmp_path)
    papers.put(Paper("2005.13013v2", "Made up"), PDF)
    (record,) = (tmp_path / "papers").rglob("*.json")
    for text in ("", "[]", json.dumps({"schema": "another/1", "id": "2005.13013v2", "title": "x"})):
        record.write_text(text)
        assert papers.find("2005.13013v2") is None and papers.papers() == []


def test_a_paper_that_the_user_has_is_added_under_its_id(tmp_path):
    papers, mine = library.open(tmp_path / "library"), tmp_path / "mine.pdf"
    mine.write_bytes(PDF)
    assert papers.add(mine, ids.read("2005.13013v2")).source == "file"
    assert papers.add(mine, ids.read("my-notes", own=True)).id == "my-notes"
    assert [paper.id for paper in papers.papers()] == ["2005.13013v2", "my-notes"]
    assert len(list((tmp_path / "library" / "files").rglob("*.pdf"))) == 1, "the same bytes are one file"


@pytest.mark.parametrize(
    ("content", "id", "says"),
    [
        (b"<html>", "2005.13013v2", "no PDF: it does not begin with %PDF-"),
        (b"", "2005.13013v2", "an empty file"),
        (PDF[: len(PDF) // 2], "2005.13013v2", "cut off"),
        (PDF, "2005.13013", "which version is it"),
        (PDF + b" ", "hep-th/9901001v1", "with another file"),
    ],
)
def test_a_file_that_cannot_be_what_it_is_called_is_not_added(tmp_path, content: bytes, id: str, says: str):
    papers, mine = library.open(tmp_path / "library"), tmp_path / "mine.pdf"
    papers.put(Paper("hep-th/9901001v1", "There already"), PDF)
    mine.write_bytes(content)
    with pytest.raises(Problem, match=says):
        papers.add(mine, ids.read(id))


# ---- whole PDFs


def look(id: str, content: bytes, url: str = "http://127.0.0.1/pdf/x", headers: dict[str, str] | None = None) -> str:
    found = pdfs.look(ids.read(id), Answer(url, content, headers or {}))
    return f"{found.kind}: {found}" if found else ""


def test_a_pdf_is_the_one_that_was_asked_for():
    id = WORK.arxiv
    assert look(f"{id}v1", PDF) == ""
    assert look(f"{id}v1", pdf(WORK, 2)).startswith("other version")
    assert look(f"{id}v1", b"%PDF-1.5 startxref %%EOF", f"http://127.0.0.1/pdf/{id}v2").startswith("other version")
    named = {"Content-Disposition": f'inline; filename="{id}v3.pdf"'}
    assert look(f"{id}v1", b"%PDF-1.5 startxref %%EOF", headers=named).startswith("other version")


def test_a_page_and_half_a_file_are_told_from_a_pdf():
    assert "a web page ('Sign in') and not a PDF" in look("2005.13013v2", b"\n<!DOCTYPE html><title>Sign\n in</title>")
    assert look("2005.13013v2", PDF[:-40]).startswith("damaged")
    assert look("2005.13013v2", PDF + b"\n" * 900) == "", "servers add a little at the end"


@given(st.integers(0, len(PDF) - 8))
def test_no_beginning_of_a_pdf_passes_for_the_whole(size: int):
    assert pdfs.trouble(PDF[:size])


# ---- the pace


def test_turns_of_many_threads_keep_the_interval_and_never_overlap(tmp_path):
    throttle, begun, inside, most = Throttle(tmp_path, "x", 0.01), [], [], []

    def ask():
        for _ in range(5):
            with throttle.turn():
                inside.append(1)
                most.append(len(inside))
                begun.append(time.time())
                inside.pop()

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    # The next turn may begin an interval after this one's beginning was written down, which is before `begun`.
    assert len(begun) == 20 and max(most) == 1
    assert begun[-1] - begun[0] >= 18 * 0.01


def test_a_pause_holds_for_everybody_and_a_time_far_ahead_for_nobody(tmp_path):
    one, other = Throttle(tmp_path, "x", 0.0), Throttle(tmp_path, "x", 0.0)
    one.pause(30)
    assert 25 < other.next() - time.time() <= 30
    (tmp_path / "x.next").write_text(str(time.time() + 1e6))  # a clock that was wrong
    assert other.next() == 0
    (tmp_path / "x.next").write_text("nonsense")
    with other.turn():
        pass
