"""The steps themselves, on a plan small enough to train in seconds: pretraining, average, two trainings, evaluations."""

from __future__ import annotations

import json
import shutil
from collections import Counter
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file

from replicate import experiments, plan, steps
from replicate.experiments import Intermediate
from replicate.metrics import measure, mining
from replicate.models import encoder, tokens
from replicate.plan import Step
from replicate.problems import Problem
from replicate.sources import open_source
from replicate.sources.examples import Mining
from replicate.sources.world import tree
from replicate.tasks import TASKS, retrieval
from replicate.training import loop

WORLD = open_source("world")
TARGETS = ("udpos", "xnli", "tydiqa", "bucc2018", "tatoeba", "lareqa")
UPDATES, EXAMPLES = 4, 12


def small_plan(intermediate: Intermediate, seed: int = 1) -> tuple[Step, ...]:
    """The tiny experiment cut down further: two shards of pretraining, one intermediate, a few targets."""
    tiny = experiments.find("stilts", "tiny")
    short = {"updates": UPDATES, "batch_size": 4, "examples": EXAMPLES}
    recipe = replace(tiny.pretrain, **short)
    trained = {TASKS[target].train for target in TARGETS} - {None}
    experiment = replace(
        tiny,
        intermediates=(intermediate,),
        targets=TARGETS,
        seeds=(seed,),
        pretrain=replace(recipe, examples=None),
        rounds=1,
        shards=2,
        intermediate=dict.fromkeys((*intermediate.tasks, "multi", "mlm"), recipe),
        target=dict.fromkeys(trained, recipe),
        evaluation={**tiny.evaluation, "examples": EXAMPLES},
    )
    return plan.plan(experiment)


class Bench:
    """Carries out steps one after another into folders below one root, each once, and keeps what they return."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.results: dict[str, dict] = {}
        self.heard: dict[str, list[tuple[int, int]]] = {}

    def folder(self, step: Step) -> Path:
        return self.root / step.id

    def do(self, step: Step) -> dict:
        if step.id not in self.results:
            self.folder(step).mkdir(parents=True)
            heard = self.heard.setdefault(step.id, [])
            inputs = {role: self.root / id for role, id in step.inputs}
            out = steps.STEPS[step.kind](step, inputs, self.folder(step), lambda done, total: heard.append((done, total)))
            self.results[step.id] = json.loads(json.dumps(out))
        return self.results[step.id]

    def all(self, some: tuple[Step, ...]) -> None:
        for step in some:
            self.do(step)


PLAN = small_plan(Intermediate("squad1", ("squad1",)))


def of(kind: str, some: tuple[Step, ...] = PLAN, **settings) -> list[Step]:
    return [step for step in some if step.kind == kind and all(step.settings[key] == settings[key] for key in settings)]


@pytest.fixture(scope="module")
def bench(tmp_path_factory: pytest.TempPathFactory) -> Bench:
    """The whole plan, carried out."""
    made = Bench(tmp_path_factory.mktemp("steps"))
    made.all(PLAN)
    return made


def weights(folder: Path) -> dict[str, torch.Tensor]:
    return load_file(folder / "model.safetensors")


# ---- what each step leaves behind ----


def test_the_plan_under_test_has_every_kind_of_step():
    assert Counter(step.kind for step in PLAN) == {"pretrain": 2, "average": 1, "train": 4, "evaluate": 6}
    assert set(steps.STEPS) == set(plan.VERSIONS)


def test_every_model_folder_holds_weights_configuration_and_tokenizer(bench):
    first = (bench.folder(PLAN[0]) / "tokenizer.json").read_bytes()
    for step in PLAN:
        if step.kind != "evaluate":
            assert sorted(path.name for path in bench.folder(step).iterdir()) == [
                "config.json",
                "model.safetensors",
                "tokenizer.json",
            ]
            assert (bench.folder(step) / "tokenizer.json").read_bytes() == first
            assert encoder.load(bench.folder(step)).config.vocab_size == tokens.load(bench.folder(step)).size


def test_shards_begin_alike_read_other_texts_and_are_averaged(bench):
    one, two = (weights(bench.folder(step)) for step in of("pretrain"))
    (average,) = of("average")
    assert not all(torch.equal(one[key], two[key]) for key in one)
    for key, value in weights(bench.folder(average)).items():
        torch.testing.assert_close(value, (one[key] + two[key]) / 2)
    assert bench.results[average.id] == {"figures": {"averaged": 2}}


def test_only_a_target_keeps_its_head(bench):
    for step in of("train"):
        kept = {key.split(".")[1] for key in weights(bench.folder(step)) if key.startswith("heads.")}
        assert kept == (set(step.settings["tasks"]) if step.settings["phase"] == "target" else set())


def test_figures_count_updates_and_examples(bench):
    for step in of("train"):
        figures = bench.results[step.id]["figures"]
        assert figures["updates"] == UPDATES and figures["loss"] > 0 and figures["tokens"] > 0
        assert figures["examples"] == dict.fromkeys(step.settings["tasks"], EXAMPLES)
        assert {task: told["examples"] for task, told in bench.results[step.id]["data"].items()} == figures["examples"]


def test_progress_ends_at_its_total(bench):
    for step in PLAN:
        done = [done for done, _ in bench.heard[step.id]]
        assert done == sorted(done) and bench.heard[step.id][-1] == (done[-1], done[-1])


# ---- evaluation ----


@pytest.mark.parametrize("target", TARGETS)
def test_an_evaluation_gives_one_cell_for_each_language_and_metric(bench, target):
    (step,) = of("evaluate", target=target)
    cells = bench.results[step.id]["cells"]
    languages = [code for code in tree.TINY if TASKS[target].train or code != tree.PIVOT]
    assert [(cell["language"], cell["metric"]) for cell in cells] == [(c, m) for c in languages for m in TASKS[target].metrics]
    assert all(0 <= cell["low"] <= cell["value"] <= cell["high"] <= 100 and cell["n"] > 0 for cell in cells)


def predictions(bench: Bench, step: Step) -> list[dict]:
    text = (bench.folder(step) / "predictions.jsonl").read_text(encoding="utf-8")
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("target", TARGETS)
def test_predictions_are_kept_and_give_the_cells_again(bench, target):
    (step,) = of("evaluate", target=target)
    lines = predictions(bench, step)
    values = {(cell["language"], cell["metric"]): cell["value"] for cell in bench.results[step.id]["cells"]}
    for language in step.settings["languages"]:
        said = [line for line in lines if line["language"] == language]
        examples = list(WORLD.examples(target, "test", language, limit=EXAMPLES))
        assert [line["id"] for line in said] == [one.id for one in examples]
        if TASKS[target].kind != "retrieval":
            right = measure.targets(TASKS[target], examples)
            again = measure.figures(measure.measure(TASKS[target], right, [line["prediction"] for line in said]))
            assert {metric: values[language, metric] for metric in again} == pytest.approx(again)
        elif target == "tatoeba":
            right = np.mean([line["prediction"][i] == j for line in said for i, j in examples[0].gold])
            assert values[language, "accuracy"] == pytest.approx(100 * right)
        elif target == "bucc2018":
            pairs = [tuple(pair[:2]) for pair in said[0]["prediction"]]
            both = len(set(pairs) & set(examples[0].gold))
            assert values[language, "f1"] == pytest.approx(200 * both / (len(pairs) + len(examples[0].gold)))


def test_mining_is_cut_where_the_dev_collection_says(bench):
    (step,) = of("evaluate", target="bucc2018")
    folder = bench.root / step.inputs[0][1]
    model, tokenizer = encoder.load(folder), tokens.load(folder)

    def sides(split: str) -> tuple[Mining, np.ndarray, np.ndarray]:
        (one,) = WORLD.examples("bucc2018", split, "a1b", limit=EXAMPLES)
        encoded = [retrieval.encode_texts(texts, tokenizer, 96) for texts in (one.queries, one.candidates)]
        return one, *(loop.embeddings(model, side, step.settings["layer"], 4096) for side in encoded)

    cut = retrieval.threshold(TASKS["bucc2018"], *sides("dev"))
    mined = mining.mine(*sides("test")[1:])
    (said,) = [line for line in predictions(bench, step) if line["language"] == "a1b"]
    assert [tuple(pair[:2]) for pair in said["prediction"]] == [(i, j) for i, j, margin in mined if margin >= cut]
    assert 0 < len(said["prediction"]) < len(mined)


def test_what_is_evaluated_is_the_trained_head_on_its_own_encoder(bench):
    """Another model gives other numbers: the evaluation has really read its input."""
    (step,) = of("evaluate", target="udpos")
    (trained,) = of("train", tasks=["udpos"])
    out = bench.root / "other"
    shutil.copytree(bench.folder(trained), out)
    model = encoder.load(out, heads=True)
    with torch.no_grad():
        model.heads["udpos"].out.bias[0] = 1e4  # says ADJ, always
    encoder.save(model, out)
    (bench.root / "elsewhere").mkdir()
    steps.evaluate(step, {"model": out}, bench.root / "elsewhere", lambda done, total: None)
    lines = (bench.root / "elsewhere" / "predictions.jsonl").read_text(encoding="utf-8").splitlines()
    assert {tag for line in lines for tag in json.loads(line)["prediction"]} == {"ADJ"}


# ---- the same again ----


def test_the_same_steps_give_the_same_bytes(bench, tmp_path):
    again = Bench(tmp_path)
    again.all(PLAN)
    assert again.results == bench.results
    for step in PLAN:
        for path in again.folder(step).iterdir():
            assert path.read_bytes() == (bench.folder(step) / path.name).read_bytes(), (step.label, path.name)


def carried_on(bench: Bench, intermediate: Intermediate, seed: int = 1) -> Step:
    """The intermediate training of another plan, on the same pretrained model."""
    (step,) = of("train", small_plan(intermediate, seed), phase="intermediate")
    bench.do(step)
    return step


def test_every_setting_of_an_intermediate_tells_in_its_weights(bench):
    plain = Intermediate("squad1", ("squad1",))
    variants = [
        plain,
        replace(plain, shuffled=True),
        replace(plain, mlm=True),
        replace(plain, languages=("b1a",)),
        replace(plain, languages=("b1a",), translated=True),
        replace(plain, languages=("a1a", "b1a")),
        Intermediate("multi", ("squad1", "ccg")),
    ]
    folders = [bench.folder(carried_on(bench, one)) for one in variants] + [bench.folder(carried_on(bench, plain, seed=2))]
    assert len({(folder / "model.safetensors").read_bytes() for folder in folders}) == len(folders)


def test_training_on_several_languages_takes_an_equal_part_of_each(bench):
    step = carried_on(bench, Intermediate("squad1", ("squad1",), languages=("a1a", "a1b", "b1a")))
    assert bench.results[step.id]["figures"]["examples"] == {"squad1": EXAMPLES // 3 * 3}


def test_masked_language_modelling_is_one_more_lesson(bench):
    step = carried_on(bench, Intermediate("squad1", ("squad1",), mlm=True))
    figures = bench.results[step.id]["figures"]
    assert set(figures["examples"]) == {"squad1", "mlm"} and figures["updates"] == 2 * UPDATES


# ---- what goes wrong is said ----


@pytest.mark.parametrize("name", ["model.safetensors", "config.json", "tokenizer.json"])
@pytest.mark.parametrize("kind", ["train", "evaluate"])
def test_a_damaged_model_folder_is_one_clear_problem(bench, tmp_path, kind, name):
    step = of(kind)[0]
    model = tmp_path / "model"
    shutil.copytree(bench.folder(next(one for one in PLAN if ("model", one.id) in step.inputs)), model)
    (model / name).write_bytes((model / name).read_bytes()[:100])
    (tmp_path / "out").mkdir()
    with pytest.raises(Problem) as error:
        steps.STEPS[kind](step, {"model": model}, tmp_path / "out", lambda done, total: None)
    assert str(model) in str(error.value) and "\n" not in str(error.value)


def test_a_plan_of_another_world_is_named(tmp_path):
    step = replace(PLAN[0], settings={**PLAN[0].settings, "source": "world@0"})
    with pytest.raises(Problem, match="this plan was made for the source world@0, here is world@[1-9]"):
        steps.pretrain(step, {}, tmp_path, lambda done, total: None)


def test_a_hub_model_that_cannot_be_had_is_one_line(tmp_path):
    (step,) = [one for one in of("train") if one.settings["phase"] == "intermediate"]
    hub = {"model": "hub:FacebookAI/xlm-roberta-base", "revision": "0" * 40}
    with pytest.raises(Problem, match="FacebookAI/xlm-roberta-base.*not in the cache") as error:
        steps.train(replace(step, settings={**step.settings, **hub}, inputs=()), {}, tmp_path, lambda done, total: None)
    assert "\n" not in str(error.value)
