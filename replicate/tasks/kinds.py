"""The behaviour of each kind of task, by its name. Imported only where something is trained or evaluated."""

from __future__ import annotations

from types import ModuleType

from . import choices, pairs, retrieval, spans, tags

# Each module offers encode(task, examples, labels, tokenizer, limit) -> Encoded,
# loss(logits, batch) -> Tensor, predict(logits, batch, data) -> list, score(task, examples, predictions) -> dict.
KINDS: dict[str, ModuleType] = {"pairs": pairs, "tags": tags, "spans": spans, "choices": choices, "retrieval": retrieval}
