"""Models of random weights at the shapes of the real ones, so that a chain is walked before anything is fetched or paid for.

Their tokenizer is the world's, that of the model which comes with the package: few words in real, wide embeddings.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch

from .. import resources
from ..files import cache, whole
from ..problems import Problem
from . import shapes
from .blank import blank

SEED = 0  # one model for all seeds, as there is one XLM-R
SPREAD = 0.02  # of the weights: what XLM-R itself begins with
DRAWN = 4_194_301  # numbers that are drawn and laid end to end: a prime, so that rows of a matrix differ
FILE = "tokenizer.json"
DOCUMENTS = 50  # of each language, for a tokenizer that has to know the letters and no more
IDS = {"pad_token_id": 1, "eos_token_id": 2}  # of our tokenizers


def model(name: str) -> Any:
    """The model of this name's shape. Its weights are few numbers over and over: drawing 560 million takes a while."""
    about = shapes.REAL[name.removeprefix("hub:")]
    made = blank(lambda: _encoder(about) if about["model_type"] == shapes.ENCODER else _text(about))
    drawn = torch.empty(DRAWN).normal_(0.0, SPREAD, generator=torch.Generator().manual_seed(SEED))
    at = 0
    for module in made.modules():
        norm = "norm" in type(module).__name__.lower()
        for key, weights in module.named_parameters(recurse=False):
            if weights.ndim > 1:
                values, at = _filled(weights.shape, drawn, at)
            else:
                values = torch.full(weights.shape, float(norm and key == "weight"))
            setattr(module, key, torch.nn.Parameter(values))
    return made


def _filled(shape: torch.Size, drawn: torch.Tensor, at: int) -> tuple[torch.Tensor, int]:
    """A matrix of drawn numbers, from this place on and again from the first; the place behind the last one taken."""
    values = torch.empty(shape)
    flat, done = values.view(-1), 0
    while done < len(flat):
        part = drawn[at : at + len(flat) - done]
        flat[done : done + len(part)] = part
        done, at = done + len(part), (at + len(part)) % len(drawn)
    return values, at


def _encoder(about: dict[str, Any]) -> Any:
    from transformers import XLMRobertaConfig

    from .encoder import Encoder

    return Encoder(XLMRobertaConfig(type_vocab_size=1, bos_token_id=0, layer_norm_eps=1e-5, **IDS, **about))


def _text(about: dict[str, Any]) -> Any:
    from transformers import MT5Config

    from .seq2seq import Seq2Seq

    return Seq2Seq(MT5Config(decoder_start_token_id=IDS["pad_token_id"], **IDS, **about))


def tokenizer(name: str) -> Path:
    """The folder with the tokenizer for this model: the package's own, for mT5 one that is made here and kept."""
    shipped = resources.models()
    if not shipped:
        raise Problem("no model came with the package, whose tokenizer --weights random reads with; `make checkpoint` makes one")
    if shapes.REAL[name.removeprefix("hub:")]["model_type"] == shapes.ENCODER:
        return shipped[0]
    from ..families import TEXT
    from ..sources import open_source
    from ..training import text

    world = open_source("world")
    folder = cache() / "rehearsal" / f"{shapes.TEXT}-{world.id}"
    if not (folder / FILE).is_file():
        # mT5 says the names of labels, whose letters the world's own tokenizer need not have.
        documents = (one for language in world.languages for one in text.corpus(world, language, DOCUMENTS))
        folder.mkdir(parents=True, exist_ok=True)
        with whole(folder / FILE) as file:
            file.write(TEXT.teach_tokens(documents, "nano", world).to_str().encode())
    return folder
