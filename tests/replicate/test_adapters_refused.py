"""Adapters that cannot be: settings, models without a place for them, a library that is missing."""

from __future__ import annotations

import sys

import pytest
import torch

from replicate.models import adapters
from replicate.models.adapters import Adapter
from replicate.problems import Problem

from .adapted import adapter, small

SETTINGS = {
    "unknown kind of adapter 'houlsy'; did you mean houlsby?": {"kind": "houlsy"},
    "expected letters, digits": {"name": "a.b"},
    "reduction = 0; expected a whole number from 1": {"reduction": 0},
    "rank = '8'; expected a whole number": {"rank": "8"},
    "invertible = True; expected true or false, and false for lora": {"kind": "lora", "invertible": True},
    "activation = 'tanh'; expected relu, gelu, silu": {"activation": "tanh"},
}


@pytest.mark.parametrize("says", SETTINGS)
def test_an_adapter_that_cannot_be_is_refused_when_it_is_described(says):
    with pytest.raises(Problem) as error:
        Adapter(**{"kind": "pfeiffer", "name": "task", **SETTINGS[says]})
    assert says in str(error.value)


def test_a_model_that_has_no_place_for_them_is_refused(tmp_path):
    with pytest.raises(Problem, match="Linear has no place for houlsby; they fit XLM-R and its kin, and mT5"):
        adapters.install(torch.nn.Linear(2, 2), adapter("houlsby"), seed=1)
    with pytest.raises(Problem, match="the model has no adapters to save"):
        adapters.save(small(), tmp_path)


def test_without_peft_lora_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "peft", None)
    model = small()
    with pytest.raises(Problem, match=r"lora needs peft .*; pip install 'stilts-claims\[lora\]'"):
        adapters.install(model, adapter("lora"), seed=1)
    assert adapters.of(model) is None
