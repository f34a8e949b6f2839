"""Tables of papers that lie at hand as files: read when a claim cites them, once, and never in place of another version."""

from __future__ import annotations

import pytest

from replicate import files
from synth.assertions import evaluate
from synth.checks import papers, tables
from synth.checks.hand import Hand, published
from synth.records import Assertion, Claim, Question

DATA = """<table><caption>Table 1: The tasks.</caption>
<tr><th>Task</th><th>|Train|</th><th>|Dev|</th><th>Task type</th><th>Genre/Source</th></tr>
<tr><td>MNLI</td><td>1,234</td><td>56</td><td>natural language inference</td><td>Misc.</td></tr>
<tr><td>CCG</td><td>789</td><td>12</td><td>tagging</td><td>Wall Street Journal</td></tr></table>"""
SCORES = """<table><caption>Table 2: Gains on the development sets, accuracy.</caption>
<tr><th></th><th>XNLI</th><th>PAWS-X</th></tr>
<tr><td>XLM-R Large</td><td>80.0</td><td>86.0</td></tr>
<tr><td>MNLI</td><td>+1.5</td><td>-0.2</td></tr>
<tr><td>CCG</td><td>-0.4</td><td>+0.3</td></tr></table>"""
ID = "2101.99999v1"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """A folder with one paper, and a cache of its own."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    made = tmp_path / "papers"
    made.mkdir()
    words = "<h1>A study of training before training</h1><p>We train first on one task. Then we train on another one.</p>"
    (made / f"{ID}.html").write_text(f"<html><body>{words}{DATA}{SCORES}</body></html>")
    return made


def claim(paper=ID, **fields):
    made = {"kind": "gain", "intermediate": "mnli", "target": "xnli", "split": "dev", **fields}
    return Claim("one", "It helps.", paper, (Assertion(made.pop("kind"), **made),))


ASKED = Question("q", "Does it help?", "stilts", (), 0.5, ())


@pytest.mark.parametrize(
    ("fields", "verdict", "found"),
    [
        ({"value": "1.5"}, "supported", "1.5"),
        ({"value": "1.6"}, "refuted", "1.5"),
        ({"intermediate": "ccg", "value": "-0.4"}, "supported", "0.4"),
        ({"kind": "level", "intermediate": "mnli", "value": "81.5"}, "supported", "81.5"),
        ({"kind": "sign", "intermediate": "", "across": "intermediates", "quantifier": "each"}, "refuted", "up in 1 of 2"),
        ({"kind": "size", "about": "mnli", "what": "training examples", "value": "1,234"}, "supported", "1,234"),
        ({"kind": "size", "about": "mnli", "what": "training examples", "value": "1,243"}, "refuted", "1,234"),
        ({"kind": "setup", "about": "ccg", "what": "genre", "value": "Wall Street Journal"}, "supported", "Wall Street"),
        ({"kind": "count", "about": "stilts", "what": "intermediate tasks", "value": "two"}, "supported", "2"),
        ({"kind": "count", "about": "stilts", "what": "intermediate tasks", "value": "one"}, "refuted", "2"),
        ({"kind": "count", "about": "stilts", "what": "intermediate tasks", "value": "9"}, "not enough information", "2"),
        ({"target": "udpos", "value": "1.5"}, "not enough information", ""),
    ],
)
def test_a_cell_of_a_paper_in_a_folder_decides(folder, fields, verdict, found):
    one = claim(**fields)
    said = tables.check(one, ASKED, Hand(published(), library=folder))
    assert said.verdict == verdict and found in said.number
    assert said.data["paper"] == ID and said.data["independent"]
    assert all(item.origin.startswith(f"paper:{ID}#") for item in said.evidence)


def test_a_count_of_names_confirms_nobody_where_a_cell_was_not_understood(folder):
    path = folder / f"{ID}.html"
    path.write_text(
        path.read_text().replace("</tr></table></body>", "</tr><tr><td>Foo</td><td>+1.0</td><td>+1.0</td></tr></table></body>")
    )
    one = claim(kind="count", intermediate="", about="stilts", what="intermediate tasks", value="two", target="average", split="")
    assert tables.check(one, ASKED, Hand(library=folder)).verdict == "not enough information"


def test_silent_tables_say_how_much_of_them_was_understood(folder):
    one = claim(target="udpos", value="1.5")
    line = tables.check(one, ASKED, Hand(published(), library=folder)).line
    assert "MNLI: no POS on dev among the rows" in line and "6 scores and 8 facts were understood in its 2 tables" in line


def test_a_file_is_read_once_and_again_when_its_content_is_another(folder, monkeypatch):
    read = list[str]()
    plain = papers.worker.read
    monkeypatch.setattr(papers.worker, "read", lambda path: read.append(path.name) or plain(path))
    for _ in range(2):
        hand = Hand(published(), library=folder)
        assert evaluate(claim().asserts[0], hand.papers[ID]).shown == "+1.5"
    assert len(read) == 1 and len(list((files.cache() / "tables").iterdir())) == 1
    path = folder / f"{ID}.html"
    path.write_text(path.read_text().replace("+1.5", "+2.5"))
    assert evaluate(claim().asserts[0], Hand(published(), library=folder).papers[ID]).shown == "+2.5"
    assert len(read) == 2


def test_nothing_is_read_before_a_claim_cites_it(folder, monkeypatch):
    monkeypatch.setattr(papers.worker, "read", lambda path: pytest.fail("read"))
    hand = Hand(published(), library=folder)
    assert ID in hand.papers and next(iter(hand.papers)) == "2005.13013v1"
    assert tables.check(claim(paper="2005.13013v1", value="1"), ASKED, hand).verdict == "not enough information"


def test_another_version_at_hand_is_shown_and_no_version_means_the_newest(folder):
    hand = Hand({}, library=folder)
    other = tables.check(claim(paper="2101.99999v2", value="1.5"), ASKED, hand)
    assert other.verdict == "other version" and other.data["other_version"]["number"] == "+1.5"
    bare = tables.check(claim(paper="2101.99999", value="1.5"), ASKED, hand)
    assert bare.verdict == "supported" and f"names no version: {ID} is the newest here" in bare.line


def test_a_damaged_file_is_a_reason_and_no_failure(folder):
    (folder / "2101.99998v1.pdf").write_bytes(b"%PDF-1.7 and nothing more")
    found = tables.check(claim(paper="2101.99998v1", value="1.5"), ASKED, Hand(published(), library=folder))
    assert found.verdict == "not enough information" and "2101.99998v1.pdf" in found.line


def test_a_paper_that_is_not_in_the_folder_is_named_with_what_to_do(folder):
    line = tables.check(claim(paper="2101.00001v1", value="1"), ASKED, Hand(library=folder)).line
    assert line.startswith("not enough information, tables of 2101.00001v1 are not in data/published nor in ")
    assert line.endswith("(synth fetch 2101.00001v1)")
    own = tables.check(claim(paper="mine.pdf", value="1"), ASKED, Hand()).line
    assert own.endswith("(--papers names the folder that holds it)")
