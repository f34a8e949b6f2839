"""Texts of others on a terminal: nothing of them steers it, hides in it or turns it around, whichever command shows them."""

from __future__ import annotations

import ast
import io
import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from replicate import shown
from replicate.problems import Problem, guard
from replicate.terminal.progress import Bar
from tests.hostile import STEERING, UNSEEN, run

ROOT = Path(__file__).resolve().parent.parent
TEXTS = some.text(
    some.one_of(some.characters(), some.sampled_from("\x1b\x07\x9b\r\n\t\u202e\u2066\u200b\ufeff[]];m\U000e0041\udc80"))
)


@settings(max_examples=30)
@given(TEXTS)
def test_a_visible_text_is_one_line_that_hides_nothing(text: str) -> None:
    made = shown.visible(text)
    assert not UNSEEN.search(made) and not set(made) & set("\n\t\u2028\u2029") and made == shown.visible(made)


@settings(max_examples=30)
@given(TEXTS)
def test_what_is_printed_steers_no_terminal_and_can_always_be_printed(text: str) -> None:
    """Halves of characters, as in file names that are no UTF-8, made `print` fail; a terminal may know ASCII alone."""
    for encoding in ("utf-8", "ascii"):
        under = io.TextIOWrapper(io.BytesIO(), encoding, newline="")
        print(text, "\u2713", file=shown.Guarded(under))  # type: ignore[arg-type]
        under.flush()
        assert not UNSEEN.search(under.buffer.getvalue().decode(encoding))  # type: ignore[attr-defined]


@settings(max_examples=30)
@given(TEXTS)
def test_json_says_the_same_text_in_characters_that_are_seen(text: str) -> None:
    made = shown.as_json({"text": text})
    assert json.loads(made) == {"text": text} and not UNSEEN.search(made)


def test_letters_of_all_scripts_stay_as_they_are() -> None:
    """The joiners too, which have no width: Persian, Hindi and emoji need them."""
    text = (
        "\u0645\u06cc\u200c\u062e\u0648\u0627\u0647\u0645 \u0915\u094d\u200d\u0937 \u05e9\u05dc\u05d5\u05dd \u4e2d\u6587 e\u0301"
    )
    text += " \U0001f9d1\u200d\U0001f52c"
    assert shown.visible(text) == text == json.loads(shown.as_json(text)) and text in shown.as_json(text)


QUESTION = """
question = {bad}
name = "asked"
papers = [{bad}]
[reported]
title = {bad}
[[claim]]
id = "one"
text = {bad}
paper = {bad}
note = {bad}
"""


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in which every text is hostile, names of files as well."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    (tmp_path / "claims").mkdir()
    told = json.dumps(f"SQuAD {STEERING} adds 8.2 points.", ensure_ascii=False)  # JSON's escapes are TOML's
    (tmp_path / "claims" / "asked.toml").write_text(QUESTION.format(bad=told), encoding="utf-8")
    report = f"A title {STEERING}\n\nClaims\n\n1. SQuAD {STEERING} adds 8.2 points. [verified]\n"
    (tmp_path / "re\x1b[31m\u202eport.txt").write_text(report, encoding="utf-8")
    (tmp_path / "ta\x1b]0;t\x07ble.csv").write_text("name,a,b,sum\nx\x1b[31m\u202e,1,2,4\ny\x9b31m,1,2,5\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize(
    "words",
    [
        ("verify", "asked"),
        ("verify", "asked", "--json"),
        ("verify", "asked", "--explain", "one"),
        ("ingest", "re\x1b[31m\u202eport.txt"),
        ("pages", "re\x1b[31m\u202eport.txt"),
        ("pages", "re\x1b[31m\u202eport.txt", "--json"),
        ("audit", "ta\x1b]0;t\x07ble.csv"),
        ("pool", "ta\x1b]0;t\x07ble.csv"),
        ("ingest", "no\x1b[31mfile\udcff.txt"),
        ("fetch", "no\x1b[31m\u202e-id"),
        ("verify", "no\x1b[31m\u202e"),
        ("verify", "--no\x1b[31m\u202e"),
        ("no\x1b[31m\u202e",),
    ],
    ids=lambda words: " ".join(words).encode("ascii", "backslashreplace").decode()[:40],
)
def test_no_command_hands_on_what_steers_a_terminal(here: Path, words: tuple[str, ...]) -> None:
    done = run("synth", *words)
    assert done.code in (0, 2, 4) and done.out + done.err, done
    assert not UNSEEN.search(done.out) and not UNSEEN.search(done.err)
    assert all(line.startswith(("synth", "usage: ", "  ", "verifying: ", "fetching: ")) for line in done.err.splitlines())
    if "--json" in words:
        assert "\x1b[31mred" in json.dumps(json.loads(done.out), ensure_ascii=False).replace("\\u001b", "\x1b")


@pytest.mark.parametrize(
    "words", [("status", "--runs", "re\x1b[31m\u202eport.txt"), ("plan", "no\x1b[31m\u202e"),
              ("score", "xnli", "--gold", "\x1b", "--predictions", "\x07")]
)  # fmt: skip
def test_nor_does_replicate(here: Path, words: tuple[str, ...]) -> None:
    done = run("replicate", *words)
    assert done.code and done.err.startswith("replicate") and not UNSEEN.search(done.err)


def test_a_message_is_one_line_whatever_stands_in_it(capsys: pytest.CaptureFixture[str]) -> None:
    """A text with an end of line could add a line of its own: 'synth: all claims are supported'."""

    def wrong() -> int:
        raise Problem("claim 'a\nsynth: all is well\u2028': \x1b[2K")

    assert guard(wrong, "synth") == 4
    assert capsys.readouterr().err == "synth: claim 'a synth: all is well ': \u27e8U+001B\u27e9[2K\n"


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_a_bar_draws_with_codes_of_its_own_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    with shown.streams(), Bar("doing\x1b[31m", 2) as bar:
        bar._drawn = 0.0
        bar.update(1, doing=["a step\x07\x1b]0;title\x07", "b\rc"])
        bar.note("noted\x1b[2J\nand more")
    drawn = screen.getvalue()
    assert "\r\x1b[K" in drawn and "a step" in drawn
    assert not UNSEEN.search(drawn.replace("\x1b[A", "").replace("\r\x1b[K", ""))


def test_every_program_guards_its_streams() -> None:
    """What is printed before or beside that is not made safe; `python -m replicate.perturb` hands on bytes, its purpose."""
    for name in ("replicate/__main__.py", "synth/__main__.py", "replicate/perturb/__main__.py"):
        tree = ast.parse((ROOT / name).read_text(encoding="utf-8"))
        main = next(node for node in tree.body if isinstance(node, ast.FunctionDef) and node.name == "main")
        within = [node for node in main.body if isinstance(node, ast.With) and ast.unparse(node.items[0]) == "streams()"]
        assert within and not [node for node in main.body if node not in within and "print" in ast.unparse(node)], name


def test_nothing_goes_to_a_terminal_by_another_way() -> None:
    ways = ("sys.__stdout__", "sys.__stderr__", "os.write(1", "os.write(2", "/dev/tty", "sys.stderr.buffer")
    files = [file for package in ("replicate", "synth") for file in (ROOT / package).rglob("*.py")]
    found = {
        (file.relative_to(ROOT).as_posix(), way) for file in files for way in ways if way in file.read_text(encoding="utf-8")
    }
    assert found == set()
    raw = {file.relative_to(ROOT).as_posix() for file in files if "sys.stdout.buffer" in file.read_text(encoding="utf-8")}
    assert raw == {"replicate/perturb/__main__.py"}


@pytest.mark.parametrize(
    ("value", "kept"),
    [("=1+1", "'=1+1"), (" =cmd|' /C calc'!A0", "' =cmd|' /C calc'!A0"), ("@SUM(A1)", "'@SUM(A1)"), ("+x", "'+x"), ("-x", "'-x"),
     ("\t=x", "'\t=x"), ("\ufeff=x", "'\ufeff=x"), ("-2.4", "-2.4"), ("+3", "+3"), (-2.4, -2.4), ("plain", "plain"), ("", ""),
     (None, None)],
)  # fmt: skip
def test_a_cell_for_a_spreadsheet_is_no_formula(value: object, kept: object) -> None:
    assert shown.cell(value) == kept
