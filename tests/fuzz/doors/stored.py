"""What earlier runs left behind: steps, models, checkpoints; and what ships with us."""

from __future__ import annotations

import json
import os
import shutil
import struct
from collections.abc import Callable
from pathlib import Path

from ..family import Door, Family, seeds


def stored(path: Path) -> None:
    """The rows of a store whose step says this; its ids and sums are those of what it says, so that more than they are read."""
    from replicate import finished, plan, results, store

    step, _, record = path.read_bytes().partition(b"\n---\n")
    name = "0" * 16
    try:
        told, kept = json.loads(step), json.loads(record)
        name = plan.step_id(told["kind"], told["version"], told["settings"], told["inputs"])
        kept |= {"id": name, "content": finished.content(kept["result"], kept["files"])}
        record = json.dumps(kept).encode()
    except Exception:  # then it is read as it is
        pass
    home = Path(os.environ["XDG_CACHE_HOME"]) / "runs"
    shutil.rmtree(home, ignore_errors=True)
    folder = home / "steps" / name
    folder.mkdir(parents=True)
    (folder / "step.json").write_bytes(step)
    (folder / "result.json").write_bytes(record)
    results.table(store.rows(home), where=path.name)


def _step() -> tuple[bytes, ...]:
    from replicate import finished

    row = {
        "world": "artificial",
        "model": "nano",
        "method": "full",
        "seed": 1,
        "intermediate": "mnli",
        "intermediate_languages": ["en"],
        "mlm": False,
        "max_length": 64,
    }
    step = {
        "schema": finished.SCHEMA,
        "kind": "evaluate",
        "version": 1,
        "settings": {"row": row, "target": "xnli", "split": "dev"},
        "inputs": {"model": "a" * 16},
        "label": "x",
    }
    cells = [{"language": "de", "metric": "accuracy", "value": 70.5, "n": 100, "low": 65.0, "high": 75.0}]
    record = {
        "schema": finished.SCHEMA,
        "result": {"cells": cells},
        "files": {},
        "kind": "evaluate",
        "provenance": {"seconds": 1.0},
    }
    return (json.dumps(step).encode() + b"\n---\n" + json.dumps(record).encode(),)


def configured(path: Path) -> None:
    """The configuration of a model."""
    from replicate.models import checks, shapes

    shapes.described(path)
    checks.check(path.parent, ("xlm-roberta",))


def weights(path: Path) -> None:
    """The head of a file of weights."""
    from replicate.models import checks

    checks.check(path.parent, ("xlm-roberta",))


def recipe(path: Path) -> None:
    """What a shipped model says of itself."""
    from replicate import checkpoints

    checkpoints._made_by(path.parent)


def state(path: Path) -> None:
    """A training's state on disk: it goes on from it, or from the beginning."""
    import torch

    from replicate.training import checkpoint

    model = torch.nn.Linear(2, 1)
    optimiser = torch.optim.AdamW(model.parameters())
    keeper = checkpoint.Keeper(Path(os.environ["XDG_CACHE_HOME"]) / "checkpoint", 0)
    shutil.rmtree(keeper.folder, ignore_errors=True)
    model(torch.ones(1, 2)).sum().backward()
    optimiser.step()
    checkpoint.save(keeper, model, optimiser, checkpoint.State(7, {"loss": 1.0}, {}))
    (keeper.folder / f"{7:09d}" / checkpoint.STATE).write_bytes(path.read_bytes())
    checkpoint.restore(keeper, model, optimiser)


CONFIG = {
    "model_type": "xlm-roberta", "vocab_size": 3, "hidden_size": 8, "num_hidden_layers": 1, "num_attention_heads": 2,
    "intermediate_size": 16, "max_position_embeddings": 10,
}  # fmt: skip
TOKENIZER = {"model": {"type": "Unigram", "vocab": [["a", 0.0], ["b", -1.0]]}, "added_tokens": [{"id": 2, "content": "<s>"}]}


def _weights() -> bytes:
    head = json.dumps({"a": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}, "__metadata__": {"x": "y"}}).encode()
    return struct.pack("<Q", len(head)) + head + b"\0\0\0\0"


def _calibration(path: Path) -> None:
    from synth import calibration

    calibration.together([path])


def finished(path: Path) -> None:
    """`synth report --check`, of a report that holds these data."""
    import base64
    import zlib

    from synth.report import check

    packed = base64.b64encode(zlib.compress(path.read_bytes())).decode()
    report = Path(os.environ["XDG_CACHE_HOME"]) / "report.md"
    report.write_text(f"# A report\n\n<!-- stilts-claims: {json.dumps({'schema': check.SCHEMA, 'packed': packed})} -->\n")
    check.check(report)


def _finished() -> tuple[bytes, ...]:
    import base64
    import zlib

    from synth import questions
    from synth.checks.hand import Hand
    from synth.report import inputs

    from .given import QUESTION

    asked = questions.parsed(QUESTION.decode(), "families.toml")
    packed = inputs.pack(inputs.gather(asked, {}, Hand({}), ["report"], papers=os.devnull))
    return (zlib.decompress(base64.b64decode(packed)),)


def _counted() -> tuple[bytes, ...]:
    from synth import calibration

    head = f'schema = "{calibration.SCHEMA}"\nsource = "a test"\n'
    rows = '[[stratum]]\nname = "words"\ncounts = [[0.25, 3, 9], [0.75, 8, 9]]\n[[stratum]]\nname = "tables"\ncounts = [[7, 8]]\n'
    return (f"{head}{rows}[reliability]\nbins = [[0.5, 5, 10]]\n".encode(),)


def _facts(path: Path) -> None:
    from synth import facts

    facts.read(path)


def _model(name: str, file: str, read: Callable[[Path], object], own: bytes, form: str) -> Door:
    files = {
        "model/config.json": json.dumps(CONFIG).encode(),
        "model/tokenizer.json": json.dumps(TOKENIZER).encode(),
        "model/model.safetensors": _weights(),
    }
    beside = {at: content for at, content in files.items() if at != f"model/{file}"}
    return Door(
        name,
        f"model/{file}",
        read,
        seeds(own),
        form,
        ("vocab", "data_offsets", "model_type", "__metadata__"),
        ("replicate.models.checks", "replicate.models.shapes"),
        beside,
    )


FAMILIES = (
    Family(
        "stored",
        (
            Door(
                "step",
                "step.txt",
                stored,
                _step,
                "lines",
                ("cells", "row", "target", "value", "language", "files", "NaN"),
                ("replicate.finished", "replicate.store", "replicate.results"),
                named=False,
            ),
            _model("config", "config.json", configured, json.dumps(CONFIG).encode(), "json"),
            _model("tokenizer", "tokenizer.json", weights, json.dumps(TOKENIZER).encode(), "json"),
            _model("weights", "model.safetensors", weights, _weights(), "text"),
            Door(
                "recipe",
                "m/recipe.json",
                recipe,
                seeds('{"made_by": "make"}'),
                "json",
                (),
                ("replicate.checkpoints",),
                named=False,
            ),
            Door(
                "checkpoint",
                "state.json",
                state,
                seeds('{"update": 7, "figures": {"loss": 1.0}}'),
                "json",
                ("update", "figures"),
                ("replicate.training.checkpoint",),
                named=False,
                heavy=True,
            ),
            Door(
                "report",
                "report.json",
                finished,
                _finished,
                "json",
                (),
                ("synth.report.inputs", "synth.report.revive", "synth.report.check"),
                named=False,
                heavy=True,
            ),
            Door(
                "calibration",
                "counts.toml",
                _calibration,
                _counted,
                "toml",
                ("schema", "stratum"),
                ("synth.calibration",),
            ),
            Door(
                "facts",
                "2005.13013v2.toml",
                _facts,
                seeds(b'id = "2005.13013v2"\ntitle = "A"\n[[fact]]\nabout = "xnli"\nvalues."languages" = "15"\ntable = "1"\n'),
                "toml",
                ("fact", "about", "values"),
                ("synth.facts",),
            ),
        ),
    ),
)
