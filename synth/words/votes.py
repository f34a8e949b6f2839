"""More votes, by models of others: an NLI model that votes on a claim, sentence embeddings that find passages. Never needed.

A vote is shown beside the verdict and never makes one: a model's word has no place that a reader could look up. Models are
named by their id at the hub or by a folder; they are loaded when the first claim comes, as safetensors and without their code.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from replicate.problems import Problem

LONGEST, AT_ONCE = 256, 32  # tokens of a text; texts that go through a model together
SAYS = {"entail": "supported", "contradict": "refuted", "neutral": "not enough information"}


@dataclass(frozen=True)
class Opinion:
    """What a voter says of a claim: its name, a verdict, how sure it is, and the passage that it speaks of."""

    by: str
    says: str
    probability: float
    passage: str = ""


Vote = Callable[[str, Sequence[str]], Opinion | None]  # a claim and passages that may speak of it
Likeness = Callable[[str, Sequence[str]], Sequence[float]]  # of a text and each of some others, from -1 to 1


@dataclass(frozen=True)
class Votes:
    """The models that were asked for: `likeness` finds more passages, `voters` vote on them."""

    voters: tuple[Vote, ...] = ()
    likeness: Likeness | None = None

    def on(self, claim: str, passages: Sequence[str]) -> list[dict[str, Any]]:
        """The opinions on a claim as JSON has them."""
        opinions = (vote(claim, passages) for vote in self.voters if passages)
        return [{**asdict(one), "probability": round(one.probability, 4)} for one in opinions if one]


def votes(nli: str = "", embeddings: str = "") -> Votes | None:
    """The votes of models by their names; None where none is named. Nothing is loaded yet."""
    if not nli and not embeddings:
        return None
    return Votes((Nli(nli),) if nli else (), Embeddings(embeddings) if embeddings else None)


@dataclass(frozen=True)
class Nli:
    """A model of natural language inference: does a passage entail the claim, contradict it, or neither?"""

    name: str

    def __call__(self, claim: str, passages: Sequence[str]) -> Opinion | None:
        """The answer for the passage of which the model is surest; neutral where it is sure of none."""
        opinions = list[Opinion]()
        for start in range(0, len(passages), AT_ONCE):
            some = list(passages[start : start + AT_ONCE])
            for passage, chances in zip(some, self._chances(claim, some), strict=True):
                says = max(chances, key=lambda one: chances[one])
                opinions.append(Opinion(f"nli:{self.name}", SAYS[says], chances[says], passage))
        decided = [one for one in opinions if one.says != SAYS["neutral"]]
        return max(decided or opinions, key=lambda one: one.probability, default=None)

    def _chances(self, claim: str, passages: list[str]) -> list[dict[str, float]]:
        import torch

        tokenizer, model = _loaded(self.name, "AutoModelForSequenceClassification")
        places, claims = _places(self.name, model.config.id2label), [claim] * len(passages)
        batch = tokenizer(passages, claims, truncation=True, max_length=LONGEST, padding=True, return_tensors="pt")
        with torch.inference_mode():
            rows = model(**batch).logits.float().softmax(-1).tolist()
        return [{name: row[place] for name, place in places.items()} for row in rows]


@dataclass(frozen=True)
class Embeddings:
    """A model whose mean over tokens is the meaning of a sentence."""

    name: str

    def __call__(self, text: str, others: Sequence[str]) -> Sequence[float]:
        import numpy as np

        rows = np.array([_embedded(self.name, one) for one in (text, *others)])
        return [float(one) for one in rows[1:] @ rows[0]]


@functools.lru_cache(maxsize=50_000)
def _embedded(name: str, text: str) -> tuple[float, ...]:
    import torch

    tokenizer, model = _loaded(name, "AutoModel")
    batch = tokenizer([text], truncation=True, max_length=LONGEST, return_tensors="pt")
    with torch.inference_mode():
        states = model(**batch).last_hidden_state[0].float()
    mean = states.mean(0)
    return tuple((mean / mean.norm().clamp(min=1e-9)).tolist())


@functools.lru_cache(maxsize=4)
def _loaded(name: str, kind: str) -> tuple[Any, Any]:
    """A tokenizer and a model; a Problem says what is wrong with the name."""
    import transformers

    try:
        # Without the second word transformers asks on the terminal whether it may run the code of a model.
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, trust_remote_code=False)
        model = getattr(transformers, kind).from_pretrained(name, use_safetensors=True, trust_remote_code=False)
    except (OSError, ValueError) as error:
        said = str(error).strip().splitlines()[0][:200] if str(error).strip() else type(error).__name__
        raise Problem(f"{name}: no model that can be used ({said}); name one of the hub, or a folder with safetensors") from error
    return tokenizer, model.eval()


def _places(name: str, labels: dict[int, str]) -> dict[str, int]:
    """Which output of the model is which answer."""
    found = {start: place for place, label in labels.items() for start in SAYS if label.lower().startswith(start)}
    if missing := [start for start in SAYS if start not in found]:
        raise Problem(f"{name}: no model of inference, its labels are {', '.join(labels.values())}; {missing[0]}... is missing")
    return found
