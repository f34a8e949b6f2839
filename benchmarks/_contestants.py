"""Who races in `benchmarks.training`: our loop, HF Trainer, and the products alone; each trains on the same sequences."""

from __future__ import annotations

import os
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
os.environ |= {"TOKENIZERS_PARALLELISM": "false", "HF_HUB_OFFLINE": "1"}

BATCH, LONGEST, EVALUATED = 32, 256, 64
BUDGET, TIMES = 4096, 5  # tokens of our evaluation at a time; how often it reads all, to last as long as the peer
RATE, DECAY, CLIP, WARMUP = 5e-4, 0.01, 1.0, 0.1
NAMES = ("a", "b", "c", "d")
MARKS, MARKED, FIRST = 40, 0.2, 5  # a label shows by tokens of its own, one in five; the first token that is not special
Tick = Callable[[], None]


@dataclass(frozen=True)
class Setting:
    """What all contestants are given."""

    shape: dict[str, int]
    rows: list[Any]
    labels: Any
    train: Any  # which of them are for training, and which are not
    held: Any
    batch: int = BATCH
    device: str = "cpu"

    @property
    def updates(self) -> int:
        return len(self.train) // self.batch

    @property
    def tokens(self) -> int:
        return sum(len(self.rows[one]) for one in self.train)

    def config(self) -> Any:
        from transformers import XLMRobertaConfig

        return XLMRobertaConfig(
            **self.shape, max_position_embeddings=LONGEST + 2, type_vocab_size=1, pad_token_id=1, bos_token_id=0, eos_token_id=2,
            hidden_dropout_prob=0.1, attention_probs_dropout_prob=0.0, num_labels=len(NAMES),
        )  # fmt: skip

    def encoded(self, chosen: Any) -> Any:
        """Sequences as ours are trained on."""
        import numpy as np

        from replicate.training.batches import encoded, ragged, single

        first = single(np.zeros(len(chosen)))
        return encoded(ragged([self.rows[one] for one in chosen]), first, single(self.labels[chosen]), len(NAMES), labels=NAMES)

    def dicts(self, chosen: Any) -> list[dict[str, Any]]:
        """Sequences as the peer is trained on."""
        return [{"input_ids": self.rows[one].tolist(), "labels": int(self.labels[one])} for one in chosen]


def setting(sizes: tuple[int, int], shape: dict[str, int], taken: tuple[int, int] | None = None, **more: Any) -> Setting:
    """Sequences with lengths as of sentences and pairs of them, and a label that some of the tokens tell."""
    import numpy as np

    rng, rows = np.random.default_rng(0), []
    labels = rng.integers(0, len(NAMES), sum(sizes))
    for label, length in zip(labels, rng.lognormal(3.37, 0.8, sum(sizes)).round().clip(4, LONGEST).astype(int), strict=True):
        tokens = rng.integers(FIRST + len(NAMES) * MARKS, shape["vocab_size"], length - 2)
        marked = rng.random(length - 2) < MARKED
        marked[rng.integers(length - 2)] = True
        tokens[marked] = FIRST + label * MARKS + rng.integers(0, MARKS, marked.sum())
        rows.append(np.concatenate([[0], tokens, [2]]))
    train, held = taken or sizes
    return Setting(shape, rows, labels, np.arange(train), sizes[0] + np.arange(held), **more)


def sampled(given: Setting, whole: int) -> Setting:
    """As many sequences as are given, in batches out of those that the peer would group the whole set into: long ones and
    short ones in proportion, since a few updates would else be the longest."""
    import numpy as np
    from transformers.trainer_pt_utils import get_length_grouped_indices

    order = np.asarray(get_length_grouped_indices([len(row) for row in given.rows[:whole]], given.batch))
    groups = sorted(order.reshape(-1, given.batch).tolist(), key=lambda group: sum(len(given.rows[one]) for one in group))
    places = ((np.arange(given.updates) + 0.5) * len(groups) / given.updates).astype(int)
    return replace(given, train=np.concatenate([groups[place] for place in places]))


# ---- contestants: each ticks when it is ready, and after each update ----


def ours(given: Setting, tick: Tick, half: bool = False) -> Any:
    """`teach` on our encoder, which is returned."""
    from replicate.models import encoder
    from replicate.tasks.kinds import KINDS
    from replicate.training import loop

    model = encoder.new(given.config(), seed=0)
    model.add_head("pairs", len(NAMES))
    model.to(given.device)
    set_arithmetic(model, half)
    lesson = loop.Lesson("pairs", given.encoded(given.train), KINDS["pairs"].loss, given.batch)
    schedule = loop.Schedule(given.updates, RATE, WARMUP, DECAY, CLIP)
    tick()
    loop.teach(model, [lesson], schedule, 0, 4, lambda *_: tick())
    return model


def set_arithmetic(model: Any, half: bool) -> None:
    """fp32 or bf16 for this model on a processor, whatever the processor has, so that both can race."""
    import torch

    from replicate.training import loop

    model.half_ = half
    if model.device.type == "cpu":
        loop.precise = lambda model: torch.autocast("cpu", dtype=torch.bfloat16, enabled=model.half_)


def peer(given: Setting, tick: Tick, strategy: str, attention: str = "sdpa") -> Any:
    """HF Trainer, which is returned."""
    import torch
    import transformers

    class Ticks(transformers.TrainerCallback):
        def on_train_begin(self, *_: Any, **__: Any) -> None:
            tick()

        def on_step_end(self, *_: Any, **__: Any) -> None:
            tick()

    def padded(some: list[dict[str, Any]]) -> dict[str, torch.Tensor]:
        rows = [torch.tensor(one["input_ids"]) for one in some]
        ids = torch.nn.utils.rnn.pad_sequence(rows, batch_first=True, padding_value=1)
        return {"input_ids": ids, "attention_mask": (ids != 1).long(), "labels": torch.tensor([one["labels"] for one in some])}

    torch.manual_seed(0)
    model = transformers.XLMRobertaForSequenceClassification(given.config())
    model.set_attn_implementation(attention)
    cpu = given.device == "cpu"
    settings = transformers.TrainingArguments(
        output_dir=tempfile.gettempdir(), per_device_train_batch_size=given.batch, per_device_eval_batch_size=EVALUATED,
        max_steps=given.updates, learning_rate=RATE, weight_decay=DECAY, max_grad_norm=CLIP, warmup_steps=WARMUP, use_cpu=cpu,
        bf16=not cpu, train_sampling_strategy=strategy, report_to=[], logging_strategy="no", save_strategy="no",
        disable_tqdm=True, remove_unused_columns=False, log_level="error",
    )  # fmt: skip
    trainer = transformers.Trainer(
        model, settings, data_collator=padded, train_dataset=given.dicts(given.train), callbacks=[Ticks()]
    )  # fmt: skip
    trainer.remove_callback(transformers.PrinterCallback)
    trainer.train()
    return trainer


def read_by_ours(given: Setting, model: Any, half: bool, tick: Tick) -> Any:
    """`outputs` on our encoder, a few times over; the labels that it found."""
    import numpy as np

    from replicate.tasks.kinds import KINDS
    from replicate.training import loop

    set_arithmetic(model, half)
    data, said = given.encoded(given.held), []
    tick()
    for _ in range(TIMES):
        said = loop.outputs(model, "pairs", data, KINDS["pairs"].predict, BUDGET, lambda *_: tick())
    return np.asarray([NAMES.index(one) for one in said])


def read_by_peer(given: Setting, trainer: Any, tick: Tick) -> Any:
    """HF Trainer's `predict`; the labels that it found."""
    import transformers

    class Ticks(transformers.TrainerCallback):
        def on_prediction_step(self, *_: Any, **__: Any) -> None:
            tick()

    trainer.add_callback(Ticks())
    tick()
    return trainer.predict(given.dicts(given.held)).predictions.argmax(-1)


def limit(given: Setting, tick: Tick, half: bool = False) -> float:
    """The products of an update of the stock model, as large as they are and nothing between them, and the optimiser.

    Returns how many million multiplications and additions there are to a real token."""
    import torch

    from replicate.models import encoder
    from replicate.models.packing import runs_of
    from replicate.training import batches

    config, data = given.config(), given.encoded(given.train)
    weights = list(encoder.new(config, seed=0).body.parameters())
    optimiser = torch.optim.AdamW(weights, lr=RATE, weight_decay=DECAY, fused=True)
    for weight in weights:
        weight.grad = torch.full_like(weight, 1e-3)
    kind = torch.bfloat16 if half else torch.float32
    hidden, inner, heads = config.hidden_size, config.intermediate_size, config.num_attention_heads
    shapes = [*[(hidden, hidden)] * 4, (hidden, inner), (inner, hidden)]
    matrices = [[torch.randn(b, a).to(kind) for a, b in shapes] for _ in range(config.num_hidden_layers)]
    tokens = products = 0
    tick()
    for update in range(given.updates):
        batch = batches.pack(data, batches.drawn(len(data), given.batch, 0, update))
        count = len(batch.ids)
        sides = {size: torch.ones(count, size, dtype=kind) for size in (hidden, inner)}
        runs = runs_of(batch.lengths)
        vectors = [torch.ones(n * heads, length, hidden // heads, dtype=kind) for n, length in runs]
        for layer in matrices:
            for matrix in layer:
                out, into = (sides[size] for size in matrix.shape)
                _ = into @ matrix.T, out @ matrix, out.T @ into
            for one in vectors:
                scores = one @ one.mT
                _ = scores @ one, one @ one.mT, scores.mT @ one, scores.mT @ one, scores @ one
        torch.nn.utils.clip_grad_norm_(weights, CLIP)
        optimiser.step()
        tokens += count
        products += 3 * len(matrices) * (count * sum(a * b for a, b in shapes) + 2 * hidden * sum(n * k * k for n, k in runs))
        tick()
    return 2e-6 * products / tokens


# ---- the race ----


def race(contestants: dict[str, Callable[[Tick], Any]]) -> tuple[dict[str, Any], dict[str, list[float]]]:
    """What each gave, and the CPU seconds of each of its updates. Each has a thread, and one of them runs at a time."""
    turn, waiting = threading.Condition(), list(contestants)
    found: dict[str, Any] = {}
    times: dict[str, list[float]] = {name: [] for name in contestants}

    def run(name: str, work: Callable[[Tick], Any]) -> None:
        begun = 0.0

        def wait() -> None:
            nonlocal begun
            turn.wait_for(lambda: waiting[0] == name)
            begun = time.thread_time()

        def tick() -> None:
            times[name].append(time.thread_time() - begun)
            with turn:
                waiting.append(waiting.pop(0))
                turn.notify_all()
                wait()

        with turn:
            wait()
        try:
            found[name] = work(tick)
        finally:
            with turn:
                waiting.remove(name)
                turn.notify_all()

    threads = [threading.Thread(target=run, args=one) for one in contestants.items()]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if missing := contestants.keys() - found.keys():
        raise SystemExit(f"benchmarks.training: {', '.join(sorted(missing))} failed; see above")
    return found, times
