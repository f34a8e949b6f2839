"""What mT5 reads: a tokenizer with sentinels, and the texts with holes that it is pretrained on.

mT5's special tokens are <pad>, which the decoder begins with too, </s>, <unk>, and a hundred sentinels at the end of the
vocabulary, <extra_id_0> the last of them: sentinel n is the id of <extra_id_0> less n. That id takes the place of XLM-R's
<mask>, so whoever passes a tokenizer's `mask` on need not know which model it is for.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np

from ..problems import Problem
from . import tokens

SENTINELS = 100
OFTEN = 500  # how often a new tokenizer reads our own words, so that each of them becomes few tokens


@dataclass(frozen=True)
class Tokenizer(tokens.Tokenizer):
    """A tokenizer whose texts end with </s> and begin with nothing; `begin` is what the decoder begins with, <pad>."""

    @property
    def sentinels(self) -> range:
        """The ids of <extra_id_0>, <extra_id_1> and so on."""
        return range(self.mask, self.mask - SENTINELS, -1)

    def pair(self, first: list[int], second: list[int], limit: int) -> list[int]:
        """first second </s>, cut from the end where it does not fit."""
        return self.single([*first, *second], limit)

    def single(self, ids: list[int], limit: int) -> list[int]:
        """ids </s>, cut from the end where it does not fit."""
        return [*ids[: limit - 1], self.end]


def load(folder: Path) -> Tokenizer:
    """The tokenizer of a model folder; a Problem where it has not mT5's special tokens."""
    from tokenizers import Tokenizer as Library

    file = folder / "tokenizer.json"
    try:
        described = file.read_bytes()
        library = Library.from_str(described.decode("utf-8"))
        library.no_padding()
        library.no_truncation()
    except Exception as error:  # the library raises bare Exceptions
        raise Problem(f"{file}: not a tokenizer ({error}); the model folder is incomplete") from error
    numbers = library.get_vocab()
    # mT5's own vocabulary has the mark of a word's beginning before each sentinel.
    mark = "▁" if "▁<extra_id_0>" in numbers else ""
    wanted = ["<pad>", "</s>", "<unk>", *(f"{mark}<extra_id_{n}>" for n in range(SENTINELS))]
    if lacking := [name for name in wanted if name not in numbers]:
        more = f" and {len(lacking) - 3} more" if len(lacking) > 3 else ""
        raise Problem(f"{file}: it has no {', '.join(lacking[:3])}{more}; expected the tokenizer of an mT5")
    pad, end, unknown, *sentinels = (numbers[name] for name in wanted)
    if sentinels != list(range(sentinels[0], sentinels[0] - SENTINELS, -1)):
        raise Problem(f"{file}: its sentinels are not in a row; expected <extra_id_0> last of {SENTINELS}, as mT5 has them")
    return Tokenizer(library, pad, end, sentinels[0], unknown, len(numbers), hashlib.sha256(described).hexdigest())


def train(texts: Iterable[str], vocabulary: int, ours: Sequence[str]) -> Any:
    """A tokenizer of the given size for a small mT5: that of the small XLM-R with fewer merges, and sentinels at its end.

    `ours` are the words that tasks are asked and answered in, which the texts may not hold.
    """
    library = tokens.train(chain(texts, list(ours) * OFTEN), vocabulary - SENTINELS)
    library.add_special_tokens([f"<extra_id_{n}>" for n in reversed(range(SENTINELS))])
    return library


def corrupted(
    ids: np.ndarray, share: float, first: int, rng: np.random.Generator, span: float = 3.0
) -> tuple[np.ndarray, np.ndarray]:
    """Span corruption, mT5's pretraining: the text with a sentinel for each hidden span, and each sentinel with its span.

    mT5 hides 15% in spans of three tokens on average.

    As in T5's own code a text begins with what is shown and ends with what is hidden; how long the spans are is drawn so
    that all ways to divide are equally likely. `first` is the id of the first sentinel. A text of one token is hidden whole.
    """
    hidden = min(len(ids), max(1, min(round(len(ids) * share), len(ids) - 1)))
    spans = max(1, min(round(hidden / span), len(ids) - hidden, SENTINELS))
    shown = len(ids) - hidden
    lengths = np.stack([_divided(shown, spans, rng), _divided(hidden, spans, rng)], axis=1).reshape(-1)
    pieces = np.split(ids, np.cumsum(lengths)[:-1])
    marks = [np.asarray([first - n], dtype=ids.dtype) for n in range(spans)]
    source = [part for mark, piece in zip(marks, pieces[::2], strict=True) for part in (piece, mark)]
    target = [part for mark, piece in zip(marks, pieces[1::2], strict=True) for part in (mark, piece)]
    return np.concatenate(source), np.concatenate(target)


def _divided(total: int, parts: int, rng: np.random.Generator) -> np.ndarray:
    """So many lengths, none of them 0, that add up to the total; one length alone may be 0."""
    if parts == 1:
        return np.asarray([total])
    return np.diff(np.sort(rng.choice(total - 1, size=parts - 1, replace=False)) + 1, prepend=0, append=total)
