"""Both programs on streams of every kind: a reader that goes away, a terminal of few columns or letters, a fault of our own."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

import synth.__main__
from replicate import files
from replicate.problems import BAD_INPUT, FAILED, INTERRUPTED, guard
from synth import questions, shadow

ROOT = Path(__file__).resolve().parent.parent
ALONE = ("replicate", "replicate --help", "replicate tasks", "synth", "synth verify --help")


def start(command: str, folder: Path, **more: str) -> subprocess.Popen[str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT), **more}
    words = [sys.executable, "-m", *command.split()]
    return subprocess.Popen(words, cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


@pytest.mark.parametrize("command", ALONE)
def test_a_reader_that_goes_away_is_no_fault(command: str, tmp_path: Path):
    """As `| head` does, and before the first line: what is written then fails at once."""
    with start(command, tmp_path) as process:
        assert process.stdout and process.stderr
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == 0


@pytest.mark.parametrize("command", ["replicate tasks", "synth", "synth --help"])
def test_a_terminal_without_letters_and_colours_is_served(command: str, tmp_path: Path):
    with start(command, tmp_path, LC_ALL="C", PYTHONIOENCODING="ascii:strict", NO_COLOR="1", TERM="dumb") as process:
        out, err = process.communicate()
    assert (process.returncode, err) == (0, "")
    assert out and out.isascii() and "\x1b" not in out


def test_help_fits_a_narrow_terminal(tmp_path: Path):
    with start("replicate run --help", tmp_path, COLUMNS="40") as process:
        out, _ = process.communicate()
    arguments = out[out.index("what to run:") : out.index("examples:")].splitlines()
    # A value of an option that has no space in it cannot be broken.
    assert [line for line in arguments if len(line) > 40 and " " in line.strip()] == []


def test_a_fault_of_our_own_is_one_line_that_says_where_it_was(capsys: pytest.CaptureFixture[str]):
    from replicate import plan

    assert guard(lambda: len(plan.evaluations(7)), "replicate") == FAILED  # type: ignore[arg-type]
    out, err = capsys.readouterr()
    assert out == "" and err.count("\n") == 1
    assert err.startswith("replicate: a fault of this program, not of yours (") and " line " in err and "--debug" in err
    with pytest.raises(ZeroDivisionError):
        guard(lambda: 1 // 0, "replicate", debug=True)


def test_a_package_that_is_not_installed_is_said_with_the_python_that_lacks_it(capsys: pytest.CaptureFixture[str]):
    assert guard(lambda: len(__import__("made_up_package").__name__), "synth") == FAILED
    err = capsys.readouterr().err
    assert err.startswith(f"synth: the package made_up_package is not installed for this Python ({sys.executable});")
    assert guard(lambda: len(__import__("synth.made_up").__name__), "synth") == FAILED  # a module of ours that lacks is a fault
    assert "a fault of this program" in capsys.readouterr().err


def test_ctrl_c_while_a_program_is_still_loaded_is_one_line(capsys: pytest.CaptureFixture[str]):
    def pressed() -> int:
        raise KeyboardInterrupt

    assert shadow.started("synth", pressed) == INTERRUPTED
    assert capsys.readouterr().err == "synth: interrupted\n"


@pytest.mark.skipif(sys.platform == "darwin", reason="names of files are letters there")
def test_a_files_name_may_hold_bytes_that_are_no_letters(tmp_path: Path):
    report = tmp_path / os.fsdecode(b"caf\xe9.md")
    report.write_text("# Gains\n\n## Claims\n\n- Training on SQuAD first gains 8.2 points.\n", encoding="utf-8")
    words = [sys.executable, "-m", "synth", "ingest", os.fsencode(report.name)]
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(words, cwd=tmp_path, env=env, capture_output=True)
    assert done.returncode == 0, done.stderr
    assert b"Traceback" not in done.stderr
    (made,) = (tmp_path / "claims").glob("*.toml")
    assert questions.read(made).claims[0].text == "Training on SQuAD first gains 8.2 points."


def test_standard_input_is_not_taken_for_a_file(capsys: pytest.CaptureFixture[str]):
    for command in ("ingest", "pages", "audit", "pool"):
        assert synth.__main__.main([command, "-"]) == BAD_INPUT
        assert capsys.readouterr().err == "synth: -: standard input is not read; write it to a file, and name that\n"


@pytest.mark.skipif(not Path("/proc/self").exists(), reason="a file system that takes no folders is at hand on Linux")
def test_where_no_folder_can_be_made_it_is_said_once(tmp_path: Path):
    with pytest.raises(FileNotFoundError):
        files.make(Path("/proc/self/no/folder"))
    files.make(tmp_path / "a" / "b")
    files.make(tmp_path / "a" / "b")
    assert (tmp_path / "a" / "b").is_dir()
