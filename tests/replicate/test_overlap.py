"""Subword overlap with the pivot: who shares the pivot's words, and who is written in another script."""

from __future__ import annotations

from replicate import overlap
from replicate.__main__ import main
from replicate.sources import open_source


def test_relatives_share_more_with_the_pivot_than_strangers():
    found = overlap.overlap(open_source("world"), overlap.tokenizer(""), documents=60)
    assert found["a1a"] > 0.9, "the pivot shares its own pieces, but for the rare ones"
    assert found["a1a"] > found["a1b"] > found["g1a"] > found["f1a"]
    assert all(0 <= share <= 1 for share in found.values())


def test_the_command_prints_what_the_regression_reads(capsys):
    assert main(["languages", "--overlap"]) == 0
    head, first, *_ = capsys.readouterr().out.splitlines()
    assert (head, first.split(",")[0]) == ("language,overlap", "a1a")


def test_real_text_needs_a_model(capsys):
    assert main(["languages", "--overlap", "--source", "hub"]) == 4
    assert "--model hub:ID" in capsys.readouterr().err
