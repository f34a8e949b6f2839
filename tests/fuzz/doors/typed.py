"""What people type: settings, names, sources, ids."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from ..family import Door, Family, seeds


def typed(call: Callable[[str], object]) -> Callable[[Path], None]:
    """What is typed, as Python hands it on: bytes that are no UTF-8 are there as halves of letters."""

    def read(path: Path) -> None:
        call(path.read_bytes().decode("utf-8", "surrogateescape").replace("\0", ""))

    return read


def _set(text: str) -> None:
    from replicate import experiments, plan
    from replicate.experiments import options

    for line in text.split("\n")[:3]:
        found = options.choose(experiments.find("stilts", "nano"), changes=[line])
        [step.id for step in plan.plan(found)] if len(line) < 60 else None


def _only(text: str) -> None:
    from replicate import experiments
    from replicate.experiments import options

    options.choose(experiments.find("stilts", "tiny"), only=text.split())


def _names(text: str) -> None:
    from replicate import experiments, languages, tasks
    from replicate.problems import Problem
    from synth.literature import terms

    found: Problem | None = None
    for call in (tasks.find, languages.find, experiments.find, terms.parse):
        try:
            call(text)
        except Problem as problem:
            found = problem
    if found:
        raise found


def _source(text: str) -> None:
    from replicate.sources import source

    source._open.cache_clear()
    if "/" not in text and ".." not in text and "~" not in text:  # what lies on this machine is no matter of ours
        source.open_source(text)


def _id(text: str) -> None:
    """An id as it is typed, what it is called in the library, and where it is looked for."""
    from synth.commands import reading
    from synth.ingest import cited
    from synth.literature import ids, library

    cited.ids_in(text)
    there = library.open(Path(os.environ["XDG_CACHE_HOME"]) / "papers")
    found = ids.read(text, own=True)
    assert ids.read(str(found), own=True) == found, "an id is another one when it is read again"
    there.find(found)
    if "/" not in text:
        reading.located(text, str(there.folder))


def _said(text: str) -> None:
    from synth.reading import reported

    reported.check_given(dict(one.partition("=")[::2] for one in text.split("\n")))


PHRASES = (
    "target.epochs=2", "seeds=1,2", "languages=de,sw", "evaluation.split=dev", "pretrain.tokens=1e9",
    "target.xnli.learning_rate=nan", "rounds=0", "intermediate.mnli.updates=none", "evaluation.xquad.examples=-1", "=", ".",
    ",", "inf", "1_0", "²", "shards", "layer=99999999999999999999",
)  # fmt: skip
FAMILIES = (
    Family(
        "settings",
        (
            Door(
                "set",
                "typed",
                typed(_set),
                seeds(
                    "target.epochs=2", "seeds=1,2", "evaluation.examples=10", "languages=a1b", "target.xnli.learning_rate=1e-5"
                ),
                "lines",
                PHRASES,
                ("replicate.experiments.options",),
                named=False,
            ),
            Door(
                "only",
                "typed",
                typed(_only),
                seeds("squad1 xnli", "no-mlm", "anli+"),
                "lines",
                ("everything", "mlm", "shuffled"),
                ("replicate.experiments.options",),
                named=False,
            ),
            Door(
                "names",
                "typed",
                typed(_names),
                seeds("xnli", "de", "stilts", '"a b" AND (c OR d)'),
                "lines",
                ("AND", "OR", "NOT", "(", ")", '"'),
                ("replicate.languages", "replicate.tasks", "synth.literature.terms"),
                named=False,
            ),
            Door(
                "source",
                "typed",
                typed(_source),
                seeds("world", "hub", "hub:mc4", "xtreme:x", "folder:here,world", "hub@main"),
                "lines",
                (",", ":", "@", "folder:", "xtreme:"),
                ("replicate.sources.source", "replicate.sources.several"),
                named=False,
            ),
            Door(
                "id",
                "typed",
                typed(_id),
                seeds(
                    "2005.13013v2",
                    "https://arxiv.org/abs/hep-th/9901001v3",
                    "10.18653/v1/2020.aacl-main.56",
                    "2020.acl-main.447",
                    "mine",
                ),
                "lines",
                ("arxiv:", "doi:", "v0", "v²", "10.48550/arxiv.", "%2F", ".pdf"),
                ("synth.literature.ids",),
                named=False,
            ),
            Door(
                "said",
                "typed",
                typed(_said),
                seeds("split=dev\nmodel=x", "metric=f1", "seed=1\ntarget=xnli"),
                "lines",
                ("=", "value", "method"),
                ("synth.reading.reported",),
                named=False,
            ),
        ),
    ),
)
