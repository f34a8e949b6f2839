"""The behaviour of each kind of task, by its name. Imported only where something is trained or evaluated."""

from __future__ import annotations

from types import ModuleType

from . import choices, pairs, retrieval, spans, tags

# Each module offers encode(task, examples, labels, tokenizer, limit) -> Encoded, loss(logits, batch) -> Tensor and
# predict(logits, batch, data) -> list, an answer an item; where several items make one answer (windows of a passage),
# join(task, examples, data, said) -> list too. metrics/measure.py scores what they predict.
KINDS: dict[str, ModuleType] = {"pairs": pairs, "tags": tags, "spans": spans, "choices": choices, "retrieval": retrieval}
