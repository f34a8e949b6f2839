"""An experiment on a source that has only a part of the data: what it lacks is left out, and listed with the reason."""

from __future__ import annotations

from dataclasses import replace

import pytest

from replicate import experiments, plan, tasks
from replicate.experiments import options
from replicate.experiments.fit import fitted, listed
from replicate.problems import Problem
from replicate.sources import Source
from replicate.sources.examples import Examples

# (task, split, language) -> a word that tells the data from any other; "text" is there for every language.
HAS = {
    ("squad1", "train", "en"): "squad-train",
    ("udpos", "train", "en"): "pos-train",
    ("tydiqa", "dev", "en"): "tydi-dev-en",
    **{("xquad", "test", language): f"xquad-{language}" for language in ("en", "de", "th")},
    **{("udpos", "test", language): f"pos-{language}" for language in ("en", "fi", "ja")},
    **{("tydiqa", "test", language): f"tydi-dev-{language}" for language in ("en", "fi", "te")},
    ("tatoeba", "test", "de"): "tatoeba-de",
}


def shelf(has: dict = HAS, languages: tuple[str, ...] = ("en", "de", "fi", "ja", "te", "th")) -> Source:
    """A source with these examples, which nobody reads here."""

    def missing(task: str, split: str, language: str, translated: bool = False) -> str:
        there = (task, split, language) in has or (task == "text" and language in languages)
        return "" if there and not translated else f"no {task}/{split}-{language}"

    def fingerprint(task: str, split: str, language: str, translated: bool = False) -> str:
        return f"text-{language}" if task == "text" else has.get((task, split, language), "")

    def labels(task: str) -> tuple[str, ...]:
        return tasks.TASKS[task].labels

    def nothing(*_: object, **__: object) -> Examples:
        return Examples(())

    return Source(
        id="shelf",
        world="real",
        pivot="en",
        languages=languages,
        examples=nothing,
        text=lambda language: iter(()),
        labels=labels,
        missing=missing,
        fingerprint=fingerprint,
        name="shelf:here",
    )


def nano() -> experiments.Experiment:
    return experiments.find("stilts", "nano")


def test_what_has_data_stays_and_the_rest_is_listed_with_its_reason():
    found = fitted(nano(), shelf())
    assert [one.name for one in found.intermediates] == ["baseline", "squad1", "squad1", "shuffled-squad1"]
    assert found.targets == ("udpos", "xquad", "tatoeba")
    assert found.unavailable["xnli"] == "no mnli/train-en" and found.unavailable["tydiqa"] == "no tydiqa/train-en"
    assert found.unavailable["multi"] == "anli+: no anli+/train-en"
    assert listed(found)[0] == "left out, shelf:here lacks what these need:"
    assert "  mnli, xnli: no mnli/train-en" in listed(found) and "  anli+, multi, shuffled-anli+: no anli+/train-en" in listed(
        found
    )
    assert {*found.targets, *(name for name in found.unavailable if name in tasks.XTREME)} == set(tasks.XTREME)


def test_real_data_takes_the_experiment_into_the_real_world_and_keeps_its_small_model():
    found = fitted(nano(), shelf())
    assert (found.world, found.pivot, found.model, found.source) == ("real", "en", "nano", "shelf:here")
    assert found.languages == ("en", "de", "fi", "ja", "te", "th")
    assert plan.evaluated(found, "udpos") == ("en", "fi", "ja") and plan.evaluated(found, "tatoeba") == ("de",)


def test_a_target_is_evaluated_in_the_languages_that_are_there_and_the_others_are_named():
    found = fitted(nano(), shelf())
    assert plan.evaluated(found, "xquad") == ("en", "de", "th")
    assert "no udpos/test-de" in found.unavailable["udpos in de te th"]


def test_a_dev_set_stands_in_for_a_training_set_only_when_asked_and_is_not_evaluated_on():
    assert "tydiqa" not in fitted(nano(), shelf()).targets
    found = fitted(nano(), shelf(), train_on="dev")
    assert found.trained_on == {"tydiqa": "dev"} and "tydiqa" in found.targets
    # TyDiQA's test set is its dev set: English would be scored on what it was trained on.
    assert found.evaluation["targets"]["tydiqa"]["languages"] == ("fi", "te")
    assert found.unavailable["tydiqa in en"] == "tydiqa is trained on the set that it would be evaluated on"
    (line,) = (line for line in listed(found) if "for want of a training set" in line)
    assert line == "tydiqa is trained on its dev set, for want of a training set"


def test_what_is_trained_on_a_dev_set_says_so_in_its_settings_and_rows_and_nothing_else_changes_its_id(monkeypatch):
    monkeypatch.setattr(plan, "open_source", lambda name: shelf())
    steps = plan.plan(fitted(nano(), shelf(), train_on="dev"))
    told = [step for step in steps if step.settings.get("trained_on")]
    assert {tuple(step.settings["tasks"]) for step in told} == {("tydiqa",)}
    rows = {step.settings["target"]: step.settings["row"].get("trained_on") for step in steps if step.kind == "evaluate"}
    assert rows == {"udpos": None, "xquad": None, "tatoeba": None, "tydiqa": "tydiqa: dev"}
    plain = {step.id for step in plan.plan(fitted(nano(), shelf()))}
    assert plain < {step.id for step in steps}


def test_a_step_is_named_by_the_data_that_it_reads_and_by_no_other(monkeypatch):
    def ids(has: dict) -> dict[str, str]:
        monkeypatch.setattr(plan, "open_source", lambda name: shelf(has))
        steps = plan.plan(replace(fitted(nano(), shelf(has)), seeds=(1,)))
        return {step.label: step.id for step in steps}

    before = ids(HAS)
    more = ids({**HAS, ("panx", "train", "en"): "panx-train", **{("panx", "test", code): code for code in ("en", "fi")}})
    assert set(before.items()) < set(more.items())
    other = ids({**HAS, ("udpos", "train", "en"): "pos-train, corrected"})
    changed = {label for label in before if before[label] != other[label]}
    assert changed == {label for label in before if "udpos" in label}


def test_the_place_of_the_data_is_told_to_the_worker_and_is_no_part_of_an_id(monkeypatch):
    elsewhere = replace(shelf(), name="shelf:there")
    monkeypatch.setattr(plan, "open_source", lambda name: elsewhere if name == "shelf:there" else shelf())
    here, there = (plan.plan(fitted(nano(), source)) for source in (shelf(), elsewhere))
    assert [step.id for step in here] == [step.id for step in there]
    assert {step.place for step in there if step.kind != "average"} == {"shelf:there"}
    assert plan.from_dict(there[0].to_dict()) == there[0]


def test_an_experiment_that_was_changed_does_not_answer_its_question(monkeypatch):
    monkeypatch.setattr(plan, "open_source", lambda name: shelf())
    found = fitted(nano(), shelf())
    assert {step.answers for step in plan.plan(found) if step.kind == "evaluate"} == {"stilts"}
    for changes in ({"limit": 5}, {"changes": ["target.updates=3"]}):
        steps = plan.plan(options.choose(found, **changes))
        assert {step.answers for step in steps} == {""}
    assert {step.answers for step in plan.plan(fitted(nano(), shelf(), train_on="dev"))} == {""}


def test_asking_for_what_is_not_there_says_why():
    with pytest.raises(Problem) as error:
        options.choose(fitted(nano(), shelf()), only=["xnli"])
    assert str(error.value) == "xnli is unavailable from shelf:here: no mnli/train-en"
    # A named part of the experiment takes what there is.
    assert options.choose(fitted(nano(), shelf()), only=["demo"]).targets == ("udpos", "xquad", "tatoeba")


def test_a_source_without_any_target_is_one_line():
    with pytest.raises(Problem) as error:
        fitted(nano(), shelf({}))
    assert str(error.value).startswith("source shelf:here: no target of stilts can be trained and evaluated: ")


def test_xlmr_is_not_trained_on_the_artificial_world():
    with pytest.raises(Problem, match="scale base is FacebookAI/xlm-roberta-base on real data"):
        experiments.find("stilts", "base", "world")


def test_a_set_to_train_on_that_does_not_exist_is_named():
    with pytest.raises(Problem, match="unknown set to train on 'tset'"):
        experiments.find("stilts", "nano", train_on="tset")


def test_targets_of_xtreme_r_are_measured_where_their_data_is_there():
    copa = {("xcopa", "train", "en"): "copa", **{("xcopa", "test", code): f"xcopa-{code}" for code in ("et", "it")}}
    found = fitted(nano(), shelf({**HAS, **copa}, languages=("en", "de", "et", "fi", "it", "ja", "te", "th")))
    assert found.targets == ("udpos", "xquad", "tatoeba", "xcopa") and plan.evaluated(found, "xcopa") == ("et", "it")
