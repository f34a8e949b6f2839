"""A model folder that cannot be used is named in one line before anything is planned: what it lacks, what is wrong with it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save_file

from replicate.models import hub
from replicate.problems import Problem


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """What is looked at: the kind, whether the weights are whole, how many tokens there are."""
    (tmp_path / "config.json").write_text(json.dumps({"model_type": "mt5", "vocab_size": 4}))
    (tmp_path / "tokenizer.json").write_text(
        json.dumps({"model": {"vocab": [["a", 0.0], ["b", 0.0]]}, "added_tokens": [{"id": 3}]})
    )
    save_file({"shared.weight": np.zeros((4, 2), dtype=np.float32)}, tmp_path / "model.safetensors")
    return tmp_path


def test_a_folder_with_all_that_a_model_needs_is_taken_and_loads_no_library(folder):
    told = f"import sys; from replicate.models import hub; print(hub.fetch('dir:{folder}')); print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True)
    assert done.stdout.split() == [str(folder), "False"], done.stderr


def without(name: str, *others: str):
    def change(folder: Path) -> None:
        (folder / name).unlink()
        for other in others:
            (folder / other).write_bytes(b"")

    return change


def with_text(name: str, text: str):
    return lambda folder: (folder / name).write_text(text)


def cut(folder: Path) -> None:
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-5])


BAD = {
    "no tokenizer.json there; expected config.json, model.safetensors, tokenizer.json": without("tokenizer.json"),
    "no tokenizer.json (spiece.model by itself is not read; transformers saves the fast tokenizer that it describes) there":
        without("tokenizer.json", "spiece.model"),
    "no model.safetensors there": without("model.safetensors", "pytorch_model.bin"),
    "config.json: the model is 'bert'; expected xlm-roberta or mt5": with_text("config.json", '{"model_type": "bert"}'),
    "config.json: the model is None; expected xlm-roberta or mt5": with_text("config.json", "[]"),
    "config.json: not the configuration of a model (": with_text("config.json", "{"),
    "model.safetensors: not whole: ": cut,
    "model.safetensors: not a safetensors file (no header); remove it and fetch it again": with_text("model.safetensors", ""),
    "model.safetensors: not a safetensors file (": with_text("model.safetensors", "version https://git-lfs.github.com/spec/v1"),
    "tokenizer.json: not a tokenizer (it has no vocabulary)": with_text("tokenizer.json", "{}"),
    "tokenizer.json: not a tokenizer (Expecting": with_text("tokenizer.json", ""),
    "tokenizer.json: its tokens go up to 9, the model has 4 embeddings; it is another model's tokenizer":
        with_text("tokenizer.json", '{"model": {"vocab": {"a": 9}}}'),
}  # fmt: skip


@pytest.mark.parametrize("says", BAD)
def test_what_is_wrong_with_a_folder_is_one_line(says, folder):
    BAD[says](folder)
    with pytest.raises(Problem) as error:
        hub.fetch(f"dir:{folder}")
    assert says in str(error.value) and "\n" not in str(error.value) and str(folder) in str(error.value)
