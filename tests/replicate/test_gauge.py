"""What a step costs is counted as it is: padding where there is some, none in packed rows; and it decides nothing."""

from __future__ import annotations

import json

import numpy as np
import torch

from replicate import experiments, plan, store
from replicate.models import encoder, nano, seq2seq
from replicate.training import gauge


def test_packed_rows_have_no_padding():
    model = encoder.new(nano.config("tiny", 40), seed=1).eval()
    gauge.begin()
    with torch.no_grad():
        model.states(torch.arange(4, 21), [3, 4, 10])
    assert gauge.counted() == (17, 17)
    assert gauge.figures()["pad_share"] == 0


def test_what_mt5_pads_is_counted_on_both_of_its_sides():
    model = seq2seq.new(nano.mt5("tiny", 40), seed=1).eval()
    rows = [np.arange(4, 7), np.arange(4, 12)]  # read in one group, if a further pass costs as much as a hundred tokens
    gauge.begin()
    with torch.no_grad():
        model.states(rows, [np.array([5, 2]), np.array([5, 6, 7, 2])], call=100)
    assert gauge.counted() == (3 + 8 + 2 + 4, 2 * 8 + 2 * 4)
    assert gauge.figures()["pad_share"] == round(7 / 24, 4)


def test_every_step_is_counted_from_nothing():
    gauge.count(10, 20)
    gauge.begin()
    figures = gauge.figures()
    assert "tokens" not in figures and figures["peak_memory_bytes"] > 2**20 and figures["threads"] >= 1
    gauge.count(30, 40)
    with gauge.computing():
        pass
    figures = gauge.figures()
    assert figures["tokens"] == 30 and figures["pad_share"] == 0.25
    assert 0 <= figures["computing_seconds"] <= figures["seconds"] and figures["device"]


def test_what_a_step_took_is_no_part_of_what_it_made(tmp_path):
    """Two runs of a step are told from each other by what they made alone."""
    step, contents = plan.plan(experiments.find("stilts", "tiny"))[0], []
    for seconds in (1.0, 2.0):
        runs = store.open_store(tmp_path / str(seconds))
        store.commit(runs, step, store.start(runs, step.id), {"figures": {}}, {"measured": {"seconds": seconds}})
        record = json.loads((store.folder(runs, step.id) / store.RESULT).read_bytes())
        assert record["measured"]["seconds"] == seconds
        contents.append(record["content"])
    assert contents[0] == contents[1]
