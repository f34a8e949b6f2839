"""XLM-R from a hub: fetched from a hub on loopback, read into our encoder, equal to what transformers makes of it."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from transformers import AutoTokenizer, XLMRobertaForMaskedLM

from replicate.models import hub as models
from replicate.models import tokens
from replicate.problems import Problem
from tests.loopback import Client, Hub, Said, asked, environment, hub
from tests.loopback.model import xlm_r
from tests.loopback.sentences import WORDS, every

BASE = "hub:FacebookAI/xlm-roberta-base"
PAD = 1


@pytest.fixture(scope="module")
def files() -> dict[str, bytes]:
    return xlm_r()


@pytest.fixture
def folder(tmp_path: Path, files: dict[str, bytes]) -> Path:
    """The model as a folder on this disk."""
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    return tmp_path


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Hub]:
    with hub(tmp_path_factory.mktemp("hub")) as running:
        yield running


# -- weights --


def padded(rows: list[list[int]]) -> torch.Tensor:
    width = max(map(len, rows))
    return torch.tensor([[*row, *[PAD] * (width - len(row))] for row in rows])


@torch.no_grad()
def test_hidden_states_and_logits_are_those_of_transformers(folder: Path):
    """Ours are packed, without padding; theirs are of a padded batch."""
    rows = [[0, 10, 11, 12, 2], [0, 13, 2], [0, *range(20, 60), 2]]
    ids = padded(rows)
    stock, ours = XLMRobertaForMaskedLM.from_pretrained(folder).eval(), models.load(folder).eval()
    theirs = stock(ids, attention_mask=(ids != PAD).long(), output_hidden_states=True)
    flat, lengths = torch.cat([torch.tensor(row) for row in rows]), [len(row) for row in rows]
    for layer in (0, 7, 12):
        expected = torch.cat([theirs.hidden_states[layer][n, : len(row)] for n, row in enumerate(rows)])
        assert (ours.states(flat, lengths, layer) - expected).abs().max() < 1e-5
    logits = torch.cat([theirs.logits[n, : len(row)] for n, row in enumerate(rows)])
    assert (ours.predict_masked(ours.states(flat, lengths)) - logits).abs().max() < 1e-5
    assert logits.std() > 0.01  # the weights do say something


def rewritten(folder: Path, **changes: torch.Tensor | None) -> Path:
    """The folder with some weights put in, replaced or (None) taken out; `__` stands for a dot."""
    weights = load_file(folder / "model.safetensors")
    for name, value in changes.items():
        weights.pop(name.replace("__", "."), None)
        if value is not None:
            weights[name.replace("__", ".")] = value
    save_file(weights, folder / "model.safetensors")
    return folder


def test_what_is_derived_or_unused_may_be_in_the_file(folder: Path):
    """The pooler, which nothing reads; the decoder, which is the embeddings again; the positions, which are counted."""
    before = models.load(folder).state_dict()
    extra = {
        "roberta__pooler__dense__weight": torch.ones(32, 32),
        "roberta__embeddings__position_ids": torch.arange(514)[None],
        "lm_head__decoder__bias": torch.ones(3),
    }
    after = models.load(rewritten(folder, **extra)).state_dict()
    assert all(torch.equal(before[name], after[name]) for name in before)


def test_a_missing_weight_is_named_as_the_file_has_it(folder: Path):
    rewritten(folder, lm_head__dense__weight=None, roberta__encoder__layer__3__output__dense__bias=None)
    with pytest.raises(Problem, match=re.escape("no lm_head.dense.weight, roberta.encoder.layer.3.output.dense.bias")):
        models.load(folder)


def test_an_unknown_weight_is_named(folder: Path):
    with pytest.raises(Problem, match=re.escape("unknown roberta.encoder.layer.12.output.dense.bias")):
        models.load(rewritten(folder, roberta__encoder__layer__12__output__dense__bias=torch.ones(32)))


def test_a_weight_of_another_shape_is_named(folder: Path):
    with pytest.raises(Problem, match=r"lm_head.bias has the shape \[7\], expected \[\d+\]"):
        models.load(rewritten(folder, lm_head__bias=torch.ones(7)))


def test_a_model_of_another_kind_is_refused(folder: Path):
    (folder / "config.json").write_text(json.dumps({"model_type": "bert"}))
    with pytest.raises(Problem, match="config.json: the model is 'bert'; expected 'xlm-roberta'"):
        models.load(folder)
    (folder / "config.json").write_text("{")
    with pytest.raises(Problem, match="config.json: not the configuration of a model"):
        models.load(folder)


def test_weights_that_were_cut_off_are_a_problem(folder: Path):
    whole = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(whole[:-10])
    with pytest.raises(Problem, match=r"model.safetensors: not whole \(.*\); remove it and fetch it again"):
        models.load(folder)


# -- tokenizer --


def test_our_tokenizer_encodes_as_transformers_does(folder: Path):
    ours, theirs = tokens.load(folder), AutoTokenizer.from_pretrained(folder)
    texts = [one.text() for language in WORDS for one in every(language)[::40]] + [
        "",
        "unheard ☃ of",
        "  two  spaces ",
        "a<mask>b",
    ]
    for text, said in zip(texts, ours.encode(texts), strict=True):
        assert said.ids == theirs(text, add_special_tokens=False)["input_ids"]
        assert ours.single(list(said.ids), 512) == theirs(text)["input_ids"]
    first, second = ours.encode(texts[:2])
    assert ours.pair(list(first.ids), list(second.ids), 512) == theirs(texts[0], texts[1])["input_ids"]
    assert (ours.begin, ours.end, ours.mask, ours.unknown) == (0, 2, len(theirs) - 1, 3)


# -- fetching --


def test_only_what_is_needed_is_fetched_and_is_there_without_the_hub(tmp_path: Path):
    with hub(tmp_path) as running:
        with Client(running.environment) as client:
            folder = Path(client.ask(f"model('{BASE}')"))
        assert sorted(running.fetched) == sorted(models.FILES)
        running.stop()
        with Client(running.environment) as client:
            assert client.ask(f"model('{BASE}')") == str(folder)
    assert models.load(folder).config.num_hidden_layers == 12
    assert tokens.load(folder).size == models.load(folder).config.vocab_size


def test_the_revision_that_an_experiment_pins_is_fetched(here: Hub):
    from replicate.experiments.stilts import HUB

    model, revision, _ = HUB["base"]
    with Client(here.environment) as client:
        assert Path(client.ask(f"model('{model}', '{revision}')")).name == revision
        with pytest.raises(Said, match="model FacebookAI/xlm-roberta-base at 000000000000: the hub has no such revision"):
            client.ask(f"model('{model}', '{'0' * 40}')")


def test_a_pickle_is_never_read(tmp_path: Path):
    held = {"config.json": b"{}", "pytorch_model.bin": b"x", "tokenizer.json": b"{}"}
    with asked({("model", "maker/model"): {"main": held}}, tmp_path) as (running, client):
        with pytest.raises(Said, match="model maker/model at .*: its weights are there as a pickle only, which may run code"):
            client.ask("model('hub:maker/model')")
        assert not running.fetched


def test_what_a_model_lacks_is_named(tmp_path: Path):
    held = {("model", "maker/model"): {"main": {"config.json": b"{}", "model.safetensors": b"x"}}}
    said = "model maker/model at .*: it has no tokenizer.json"
    with asked(held, tmp_path) as (_, client), pytest.raises(Said, match=said):
        client.ask("model('hub:maker/model')")


def test_neither_network_nor_cache_is_one_line_with_what_to_do(tmp_path: Path):
    with Client(environment("http://127.0.0.1:9", tmp_path)) as client, pytest.raises(Said) as said:
        client.ask(f"model('{BASE}', '{'a' * 40}')")
    assert said.value.kind == "Failure" and "\n" not in str(said.value)
    assert re.search(
        "aaaaaaaaaaaa: http://.* is not reached .*, and it is not in the cache .*; run it once with a network", str(said.value)
    )


def test_a_model_behind_terms_and_one_that_is_not_there(tmp_path: Path):
    with asked({("model", "maker/model"): {"main": {}}}, tmp_path) as (running, client):
        running.gated.add("maker/model")
        with pytest.raises(Said, match="accept them on its page there, then log in"):
            client.ask("model('hub:maker/model')")
        with pytest.raises(Said, match="model maker/other: the hub has no such model"):
            client.ask("model('hub:maker/other')")


def test_a_folder_of_ones_own(folder: Path):
    assert models.fetch(f"dir:{folder}") == folder
    (folder / "tokenizer.json").unlink()
    with pytest.raises(
        Problem, match=f"model {folder}: no tokenizer.json there; expected config.json, model.safetensors, tokenizer.json"
    ):
        models.fetch(f"dir:{folder}")
    with pytest.raises(Problem, match="model 'xlm-roberta-base': expected hub:namespace/name, or dir:PATH"):
        models.fetch("xlm-roberta-base")


def test_no_space_on_the_disk_is_said_as_such(monkeypatch: pytest.MonkeyPatch):
    import errno

    from replicate.sources.hub import snapshots

    said = snapshots.problem(
        OSError(errno.ENOSPC, "No space left on device"), "model", "maker/model", "main", "model.safetensors"
    )
    assert re.search("model maker/model at main, model.safetensors: .*: no space left on the device; .* HF_HOME", str(said))
