"""Which tokens masked language modelling hides."""

from __future__ import annotations

import numpy as np

SPECIAL = 4  # <s> <pad> </s> <unk>, XLM-R's first tokens, which are never hidden


def masked(
    ids: np.ndarray, share: float, mask: int, vocabulary: int, rng: np.random.Generator, special: int = SPECIAL
) -> tuple[np.ndarray, np.ndarray]:
    """BERT's masking: of a share of the tokens (special ones aside) 80% become <mask>, 10% another token, 10% stay.

    Returns the ids as the model reads them, and the places that it has to guess.
    """
    candidates = np.flatnonzero((ids >= special) & (ids != mask))
    chosen = np.sort(rng.choice(candidates, size=max(1, round(share * len(candidates))), replace=False))
    read, fate = ids.copy(), rng.random(len(chosen))
    read[chosen[fate < 0.8]] = mask
    other = chosen[fate >= 0.9]
    read[other] = rng.integers(special, vocabulary, size=len(other))
    return read, chosen
