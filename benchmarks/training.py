"""Throughput of training and evaluation against HF Trainer, and against what the products alone would take.

python -m benchmarks.training --json            a sample of 512 sequences for each contestant: a minute of CPU
python -m benchmarks.training --json --quick    a smaller sample: less than a minute
python -m benchmarks.training --json --full     one epoch of 4,000 for each, and what they learnt by it: ten minutes

XLM-R's shape (6 layers of 256, 4 heads, 1,024 inside, 32,000 tokens, random weights, dropout 0.1 but in attention), the same
sequences (about 40 tokens of 256), 32 examples an update, one thread, CPU time. The contestants take turns, an update each, so
that what else the machine does falls on all alike. Ours is `training.loop.teach`, and `training.loop.outputs` for evaluation.
The limit is the stock model's products on the real tokens, AdamW and clipping, and nothing else; ours leaves out what no head
reads of the last layer.

Where there is a GPU, also: XLM-R Large's shape, real tokens a second of wall time, and which share of the GPU's arithmetic.
"""

from __future__ import annotations

import copy
import sys
import time
from collections.abc import Callable
from functools import partial
from importlib.util import find_spec
from typing import Any

from . import _asked
from ._contestants import BATCH, TIMES, Setting, Tick, limit, ours, peer, race, read_by_ours, read_by_peer, sampled, setting

SMALL = {"hidden_size": 256, "num_hidden_layers": 6, "num_attention_heads": 4, "intermediate_size": 1024, "vocab_size": 32_000}
LARGE = {
    "hidden_size": 1024,
    "num_hidden_layers": 24,
    "num_attention_heads": 16,
    "intermediate_size": 4096,
    "vocab_size": 250_002,
}
FULL, SAMPLE, QUICK = (4_000, 1_000), (512, 256), (256, 128)  # sequences to train on and to evaluate on
STRATEGIES = {"HF default": "random", "HF group_by_length": "group_by_length"}
PEAKS = {"H200": 989e12, "H100": 989e12, "A100": 312e12, "B200": 2250e12, "L40S": 362e12, "L4": 121e12}  # dense bf16
ON_GPU, PAPERS_BATCH = 60, 4  # updates; examples in each
Row = dict[str, Any]


def trained(given: Setting, half: bool) -> tuple[dict[str, Any], dict[str, float]]:
    """What all contestants gave, and how many examples of mean length they had a CPU second."""
    entries: dict[str, Callable[[Tick], Any]] = {"ours": partial(ours, given), "limit": partial(limit, given)}
    if half:
        entries |= {"ours, bf16": partial(ours, given, half=True), "limit, bf16": partial(limit, given, half=True)}
    settings = dict.fromkeys([*entries, *STRATEGIES], given)
    for name, strategy in STRATEGIES.items():
        if strategy == "group_by_length" and len(given.train) < FULL[0]:
            settings[name], strategy = sampled(given, FULL[0]), "sequential"
        entries[name] = partial(peer, settings[name], strategy=strategy)
    found, times = race(entries)
    return found, {name: settings[name].tokens / mean_length(given) / sum(some[1:]) for name, some in times.items()}


def mean_length(given: Setting) -> float:
    """Tokens of a sequence of the whole training set."""
    return sum(map(len, given.rows[: FULL[0]])) / FULL[0]


def evaluated(given: Setting, model: Any, trainer: Any, half: bool) -> dict[str, Row]:
    """Ours against the peer on sequences that neither has seen, in random order as the peer takes them."""
    truth = given.labels[given.held]
    entries: dict[str, Callable[[Tick], Any]] = {"fp32": partial(read_by_ours, given, model, False)}
    if half:
        entries["bf16"] = partial(read_by_ours, given, copy.deepcopy(model), True)
    kinds = tuple(entries)
    found, times = race({**entries, "peer": partial(read_by_peer, given, trainer)})
    speed = {name: (TIMES if name in kinds else 1) * len(truth) / sum(some[1:]) for name, some in times.items()}
    right = {name: said == truth for name, said in found.items()}
    learnt = len(given.train) == FULL[0]  # a sample teaches nothing
    return {
        f"evaluation, {name}, random order": row(
            speed[name], speed["peer"], **(shares(right[name], right["peer"]) if learnt else {})
        )
        for name in kinds
    }


def shares(mine: Any, theirs: Any) -> dict[str, float]:
    """Accuracies of ours and of the peer."""
    return {"accuracy": round(float(mine.mean()), 3), "peer_accuracy": round(float(theirs.mean()), 3)}


def row(mine: float, theirs: float, **more: Any) -> Row:
    """One line of the result: examples or tokens a second."""
    return {"ratio": round(mine / theirs, 3), "ours": round(mine, 2), "peer": round(theirs, 2), **more}


def on_cpu(taken: tuple[int, int], half: bool) -> dict[str, Row]:
    """All that is measured on a processor."""
    import torch
    import transformers

    torch.set_num_threads(1)
    transformers.logging.set_verbosity_error()
    given = setting(FULL, SMALL, taken)
    found, speed = trained(given, half)
    rows: dict[str, Row] = {}
    for mine, kind in {"ours": "fp32", "ours, bf16": "bf16"}.items():
        if mine in speed:
            rows |= {f"training, {kind}, {name}": row(speed[mine], speed[name]) for name in STRATEGIES}
            bound = mine.replace("ours", "limit")
            rate = found[bound] * speed[bound] * mean_length(given) / 1e3
            rows[f"training, {kind}, limit"] = row(speed[mine], speed[bound], gflops=round(rate, 1))
    return rows | evaluated(given, found["ours"], found["HF default"], half)


def on_gpu() -> dict[str, Row]:
    """XLM-R Large's shape at the paper's batch and at a larger one, real tokens a second of wall time."""
    import torch

    name = torch.cuda.get_device_name()
    peak = next((found for card, found in PEAKS.items() if card in name), 0.0)
    kernels = ["sdpa", *(["flash_attention_2"] if find_spec("flash_attn") else [])]
    rows: dict[str, Row] = {}
    for batch in (PAPERS_BATCH, BATCH):
        given = setting((ON_GPU * batch, 1), LARGE, batch=batch, device="cuda")
        tokens = given.tokens * (1 - given.updates // 2 / given.updates)  # the second half is timed

        def speed(work: Callable[[Tick], Any], given: Setting = given, tokens: float = tokens) -> float:
            stamps: list[float] = []

            def tick() -> None:
                if len(stamps) in (0, given.updates // 2, given.updates):
                    torch.cuda.synchronize()
                stamps.append(time.perf_counter())

            work(tick)
            torch.cuda.empty_cache()
            return tokens / (stamps[-1] - stamps[given.updates // 2])

        mine = speed(partial(ours, given))
        matrices = 12 * LARGE["hidden_size"] ** 2 * LARGE["num_hidden_layers"]
        share = {"share_of_peak": round(6 * matrices * mine / peak, 3)} if peak else {}
        for kernel in kernels:
            theirs = speed(partial(peer, given, strategy="random", attention=kernel))
            rows[f"{name}, batch {batch}, HF {kernel}"] = row(mine, theirs, **share)
    return rows


def main() -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("training", __doc__, "--quick", "--full --json")
    parser.add_argument("--quick", action="store_true", help="a smaller sample: less than a minute")
    parser.add_argument("--full", action="store_true", help="a whole epoch for each contestant, and what it learnt: ten minutes")
    parser.add_argument("--bf16", action="store_true", help="measure bf16 even where the processor has no arithmetic for it")
    arguments = parser.parse_args()
    if find_spec("accelerate") is None:
        print(
            "benchmarks.training: the peer, HF Trainer, needs accelerate, which is not installed; pip install accelerate",
            file=sys.stderr,
        )
        raise SystemExit(4)
    import torch

    from replicate import devices

    half = arguments.bf16 or devices.halves(torch.device("cpu"))
    rows = on_cpu(QUICK if arguments.quick else FULL if arguments.full else SAMPLE, half)
    if not half:
        print("bf16 was not measured: this processor has no arithmetic for it (--bf16 measures it all the same)", file=sys.stderr)
    if torch.cuda.is_available():
        rows |= on_gpu()
    else:
        print("no GPU was measured: torch reaches none here", file=sys.stderr)
    _asked.show("training", rows, arguments.json, _plain)


def _plain(name: str, row: dict[str, float]) -> str:
    more = "".join(f", {key.replace('_', ' ')} {value}" for key, value in row.items() if key not in ("ratio", "ours", "peer"))
    return f"{name:45} {row['ratio']:6.3f}x: {row['ours']:,.1f} a second, the peer {row['peer']:,.1f}{more}"


if __name__ == "__main__":
    main()
