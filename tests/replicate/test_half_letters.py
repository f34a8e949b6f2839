"""Half a letter in JSON can neither be tokenised nor written again: it is named where it is read."""

from __future__ import annotations

import json

import pytest

from replicate.problems import Problem
from replicate.sources import lines

TEXTS = [r'{"a": "\ud83d\ude00"}', r'{"a": "\\ud800"}', '{"a": "\U0001f600"}']  # a whole letter, a backslash, a letter
HALVES = [r'{"a": "\ud800 x"}', r'{"a": ["\ude00"]}', r'{"\uD83D": 1}']


@pytest.mark.parametrize("text", TEXTS)
def test_whole_letters_are_read_however_they_are_written(text, tmp_path):
    (tmp_path / "file").write_text(text, encoding="utf-8")
    assert lines.whole(tmp_path / "file") == json.loads(text) == next(lines.objects(lines.Lines(tmp_path / "file")))


@pytest.mark.parametrize("text", HALVES)
def test_half_a_letter_is_named_with_its_place(text, tmp_path):
    (tmp_path / "file").write_text('{"a": 1}\n' + text + "\n", encoding="utf-8")
    with pytest.raises(Problem, match="file, line 2: half of a letter"):
        list(lines.objects(lines.Lines(tmp_path / "file")))
    (tmp_path / "file").write_text(text, encoding="utf-8")
    with pytest.raises(Problem, match="file: half of a letter"):
        lines.whole(tmp_path / "file")
