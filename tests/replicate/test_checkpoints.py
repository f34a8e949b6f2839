"""The pretrained model that ships with the package is the one that the nano plan asks for, whole and loadable."""

from __future__ import annotations

import hashlib
import json
import shutil
from pathlib import Path

import pytest

from replicate import checkpoints, experiments, resources, store
from replicate.experiments import options
from replicate.problems import Problem

SHIPPED = resources.data() / "checkpoints"
STEPS = checkpoints.pretraining(experiments.find("stilts", "nano"))


def last_of(experiment: str, model: str) -> str:
    """The id of an experiment's pretrained model."""
    return checkpoints.pretraining(options.choose(experiments.find(experiment, "nano"), model=model))[-1].id


def test_the_shipped_models_are_those_that_the_plans_ask_for():
    """A change of world, recipe or code gives other ids; then `make checkpoint` makes the models anew."""
    asked = {name: last_of(experiment, model) for name, (experiment, model, _) in checkpoints.MODELS.items()}
    shipped = {path.name for path in SHIPPED.glob("*/")}
    assert {asked["xlmr"], asked["typology"]} <= shipped <= {*asked.values()}


@pytest.mark.parametrize("folder", sorted(SHIPPED.glob("*/")), ids=lambda path: path.name)
def test_its_files_are_those_that_were_made(folder):
    record = json.loads((folder / store.RESULT).read_text())
    assert set(record["files"]) == {"config.json", "model.safetensors", "tokenizer.json"}
    for name, about in record["files"].items():
        assert hashlib.sha256((folder / name).read_bytes()).hexdigest() == about["sha256"]
    assert record["provenance"]["command"] in {command for _, _, command in checkpoints.MODELS.values()}


def test_its_recipe_is_the_one_of_the_experiment():
    recipe = json.loads((SHIPPED / STEPS[-1].id / "recipe.json").read_text())
    experiment = experiments.find("stilts", "nano")
    assert experiment.pretrain is not None
    assert recipe["last_of_them"]["recipe"] == experiment.pretrain.settings()
    assert recipe["last_of_them"]["languages"] == list(experiment.languages)


def test_it_can_be_loaded_and_knows_its_tokenizer():
    from replicate.models import encoder, tokens

    model, tokenizer = encoder.load(SHIPPED / STEPS[-1].id), tokens.load(SHIPPED / STEPS[-1].id)
    assert model.config.vocab_size == tokenizer.size


def test_shipping_replaces_what_was_there_and_keeps_what_explains_it(tmp_path: Path):
    runs = store.open_store(tmp_path / "runs")
    shutil.copytree(SHIPPED / STEPS[-1].id, store.folder(runs, STEPS[-1].id), dirs_exist_ok=True)
    where = tmp_path / "checkpoints"
    (where / "old").mkdir(parents=True)
    (where / "README.md").write_text("why")
    target = checkpoints.ship(runs, STEPS, where)
    assert sorted(path.name for path in where.iterdir()) == sorted(["README.md", STEPS[-1].id])
    assert (target / "model.safetensors").read_bytes() == (SHIPPED / STEPS[-1].id / "model.safetensors").read_bytes()


def test_nothing_is_shipped_that_was_not_made(tmp_path: Path):
    with pytest.raises(Problem, match="is not done; run: make checkpoint"):
        checkpoints.ship(store.open_store(tmp_path / "runs"), STEPS, tmp_path)
