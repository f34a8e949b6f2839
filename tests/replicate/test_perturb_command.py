"""The command `replicate.perturb`: lines in, lines out, what was hit is counted, bad input is one line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from replicate.perturb import KINDS
from replicate.perturb.graphemes import units
from replicate.problems import BAD_INPUT

from .spoken import MIXED, SENTENCES

ROOT = Path(__file__).resolve().parent.parent.parent


def command(*options: str, text: str | bytes = "") -> tuple[int, str, str]:
    given = text.encode() if isinstance(text, str) else text
    env = {**os.environ, "PYTHONPATH": str(ROOT), "LC_ALL": "C"}
    done = subprocess.run([sys.executable, "-m", "replicate.perturb", *options], input=given, env=env, capture_output=True)
    return done.returncode, done.stdout.decode(), done.stderr.decode()


def test_the_command_reads_lines_and_counts_what_it_hit():
    text = SENTENCES["hi"] + "\r\n\n" + SENTENCES["hi"]  # no newline at the end
    code, out, err = command("--language", "Hindi", "--kind", "swap", "--rate", "0.3", text=text)
    first, second, third = out.split("\n")
    assert code == 0 and first.endswith("\r") and second == "" and first[:-1] != third
    assert "swap at rate 0.3, Hindi, seed 0: hit " in err
    code, out, _ = command("--language", "hi", "--kind", "swap", "--rate", "0.3", "--json", text=text)
    told = [json.loads(line) for line in out.splitlines()]
    assert [one["perturbed"] for one in told] == [first[:-1], second, third] and told[0]["original"] == SENTENCES["hi"]
    assert told[0]["graphemes"] == len(units(SENTENCES["hi"])) and told[0]["hit"] > 0


def test_the_command_loads_nothing_heavy():
    code = "import sys, replicate.perturb.__main__; print(*sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True
    )
    assert "regex" in done.stdout.split() and not {"torch", "transformers", "numpy", "pandas"} & set(done.stdout.split())


def test_none_is_the_identity_and_a_kind_without_effect_says_so():
    assert command("--language", "ko", "--kind", "none", text=MIXED)[:2] == (0, MIXED)
    code, out, err = command("--language", "ko", "--kind", "case", text=SENTENCES["ko"])
    assert (code, out) == (0, SENTENCES["ko"]) and "no capitals" in err and "0 of 0" in err


def test_the_kinds_are_told_for_a_language():
    code, out, _ = command("--kinds", "--language", "th")
    assert code == 0 and len(out.splitlines()) == len(KINDS) and "Kedmanee" in out and "tone marks" in out


@pytest.mark.parametrize(
    ("options", "text", "says"),
    [
        (("--language", "hindu", "--kind", "swap"), "x", "did you mean Hindi"),
        (("--language", "hi", "--kind", "swop"), "x", "did you mean swap"),
        (("--language", "hi", "--kind", "swap", "--rate", "2"), "x", "0 to 1"),
        (("--language", "hi", "--kind", "swap", "--seed", "x"), "x", "whole number"),
        (("--language", "hi", "--kind", "swap"), b"fine\n a\xff", "line 2, byte 3: not UTF-8"),
        (("--language", "hi", "--kind", "swap"), "", "no text"),
        (("--kind", "swap"), "x", "--language"),
        (("--language", "hi"), "x", "--kind"),
    ],
)
def test_bad_input_is_named_in_one_line(options: tuple[str, ...], text: str | bytes, says: str):
    code, _, err = command(*options, text=text)
    assert code == BAD_INPUT and says in err and "Traceback" not in err and err.count("\n") == 1
