"""One training spread over several processes: each takes a part of every batch, and their gradients are summed.

What comes out is what one process would have made, but for rounding and for what dropout hides, so it enters no id. The first
process writes files and talks with the run; the others help it through a training and write nothing. All of them come to the
same agreements in the same order; one that fails says so at the next. `python -m replicate.training.parallel N` starts the
workers of such a team with torch's own launcher.
"""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from .. import devices
from ..problems import FAILED, INTERRUPTED, Failure
from .batches import Batch

if TYPE_CHECKING:
    import torch

PATIENCE = timedelta(days=30)  # helpers wait as long as the first process has no training for them
BUCKET = 16 * 2**20  # numbers that are summed at once: fewer, larger messages
GONE = 5  # exit code of a process whose team has lost another one
HERE = "127.0.0.1"


class Lost(Exception):
    """Another process of the team is gone. It says nothing of the step, which is done again from its last checkpoint."""


class Failed(Failure):
    """Another process of the team has failed at the step, for the reason that this says."""


class Finished(Exception):
    """A helper's part in a step is over: what follows the last update is for the first process alone."""


@dataclass(frozen=True)
class Team:
    """The processes of one training; of one process, whatever they agree on is what it said."""

    rank: int = 0
    size: int = 1

    def agreed(self, value: float = 0.0, flag: bool = False, failed: str = "") -> tuple[float, bool]:
        """The sum of what all say, and whether one raised its flag; Failed for all others where one says that it did."""
        if self.size == 1:
            return value, flag
        import torch

        told = torch.zeros(2 + self.size, dtype=torch.float64)
        told[0], told[1], told[2 + self.rank] = value, flag, bool(failed)
        self._reduced(told)
        if (failures := told[2:].nonzero().flatten().tolist()) and not failed:
            raise Failed(self.told("", failures[0]))
        if failures:
            self.told(failed, failures[0])
        return float(told[0]), bool(told[1])

    def told(self, text: str, by: int = 0) -> str:
        """What one of them says, heard by all."""
        import numpy as np
        import torch

        size = torch.tensor([len(text.encode())])
        self._broadcast(size, by)
        letters = torch.zeros(int(size), dtype=torch.uint8)
        if self.rank == by:
            letters = torch.from_numpy(np.frombuffer(text.encode(), dtype=np.uint8).copy())
        self._broadcast(letters, by)
        return letters.numpy().tobytes().decode()

    def seed(self, seed: int, update: int) -> None:
        """Random numbers of an update, each process its own: resuming then needs none of them in the checkpoint."""
        if self.size > 1:
            import numpy as np
            import torch

            torch.manual_seed(int(np.random.default_rng([seed, 4, update, self.rank]).integers(2**62)))

    def part(self, batch: Batch) -> Batch | None:
        """This process's examples of a batch, every so-manieth, so that all have about as many tokens; None for none."""
        return batch if self.size == 1 else dealt(batch, self.rank, self.size)

    def alike(self, model: torch.nn.Module) -> None:
        """Give all the weights of the first."""
        for value in model.state_dict().values() if self.size > 1 else ():
            self._broadcast(value.data, 0)

    def summed(self, parameters: Iterable[torch.nn.Parameter]) -> None:
        """Put the sum of all gradients in the place of each. What has a gradient nowhere stays without."""
        if self.size == 1:
            return
        import torch

        weights = [one for one in parameters if one.requires_grad]
        there = torch.tensor([one.grad is not None for one in weights], dtype=torch.uint8)
        self._reduced(there, largest=True)
        for one in (one for one, has in zip(weights, there.tolist(), strict=True) if has and one.grad is None):
            one.grad = torch.zeros_like(one)
        for bucket in _buckets([one.grad for one in weights if one.grad is not None]):
            if len(bucket) == 1 and bucket[0].is_contiguous():
                self._reduced(bucket[0])
                continue
            flat = torch.cat([grad.reshape(-1) for grad in bucket])
            self._reduced(flat)
            for grad, part in zip(bucket, flat.split([grad.numel() for grad in bucket]), strict=True):
                grad.copy_(part.view_as(grad))

    def _reduced(self, tensor: torch.Tensor, largest: bool = False) -> None:
        from torch import distributed

        try:
            distributed.all_reduce(tensor, distributed.ReduceOp.MAX if largest else distributed.ReduceOp.SUM)
        except RuntimeError as error:
            raise Lost(str(error)) from error

    def _broadcast(self, tensor: torch.Tensor, by: int) -> None:
        from torch import distributed

        try:
            distributed.broadcast(tensor, by)
        except RuntimeError as error:
            raise Lost(str(error)) from error


_team = Team()


def team() -> Team:
    """The team of this process; it is alone unless it has joined one."""
    return _team


def join() -> Team:
    """Meet the others that torch's launcher has started; alone where a run is not spread."""
    global _team
    if devices.parallel() > 1:
        import torch
        from torch import distributed

        threading.Thread(target=_follow, args=(os.getppid(),), daemon=True).start()
        if devices.named() == "cuda":
            devices.chosen()  # says in a line where torch has no GPU
            torch.cuda.set_device(int(os.environ["LOCAL_RANK"]))
        distributed.init_process_group("cpu:gloo,cuda:nccl" if devices.named() == "cuda" else "gloo", timeout=PATIENCE)
        _team = Team(distributed.get_rank(), distributed.get_world_size())
    return _team


def _follow(parent: int) -> None:
    """End with the launcher: a process whose team is killed from outside must not stay behind."""
    while os.getppid() == parent:
        time.sleep(0.5)
    os._exit(GONE)


def dealt(batch: Batch, rank: int, size: int) -> Batch | None:
    """Every `size`-th item of a batch, from the one at `rank` on; None where there is none."""
    import numpy as np

    items = range(rank, len(batch.items), size)
    if not items:
        return None
    group = len(batch.lengths) // len(batch.items)
    sequences = [row for item in items for row in range(item * group, (item + 1) * group)]
    begins, read = (np.concatenate([[0], np.cumsum(counts)]) for counts in (batch.lengths, batch.counts))
    lengths, counts = ([values[row] for row in sequences] for values in (batch.lengths, batch.counts))
    moved = np.cumsum([0, *lengths[:-1]]) - begins[sequences]
    return Batch(
        ids=np.concatenate([batch.ids[begins[row] : begins[row + 1]] for row in sequences]),
        lengths=lengths,
        points=np.concatenate(
            [batch.points[read[row] : read[row + 1]] + by for row, by in zip(sequences, moved.tolist(), strict=True)]
        ),
        counts=counts,
        targets=[batch.targets[item] for item in items],
        items=[batch.items[item] for item in items],
    )


def _buckets(tensors: Iterable[torch.Tensor]) -> Iterator[list[torch.Tensor]]:
    """Neighbours of one kind, so many numbers at a time."""
    bucket: list[torch.Tensor] = []
    for one in tensors:
        if bucket and (one.dtype != bucket[0].dtype or sum(held.numel() for held in bucket) + one.numel() > BUCKET):
            yield bucket
            bucket = []
        bucket.append(one)
    if bucket:
        yield bucket


# ---- the launcher ----


def main() -> int:
    """Start the workers and wait for them. Where one dies the others are ended, and this process ends as that one did."""
    from torch.distributed.elastic.multiprocessing import DefaultLogsSpecs, SignalException
    from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
    from torch.distributed.launcher.api import LaunchConfig, elastic_launch

    size = int(sys.argv[1])
    os.environ[devices.PARALLEL] = str(size)
    if loopback := [name for _, name in socket.if_nameindex() if name in ("lo", "lo0")]:
        # All are on this machine: names that need a network to be looked up are not asked for.
        os.environ.setdefault("GLOO_SOCKET_IFNAME", loopback[0])
    with tempfile.TemporaryDirectory(prefix="stilts-claims-") as logs:
        config = LaunchConfig(
            min_nodes=1,
            max_nodes=1,
            nproc_per_node=size,
            run_id=f"replicate-{os.getpid()}",
            rdzv_backend="c10d",
            rdzv_endpoint=f"{HERE}:0",
            local_addr=HERE,
            max_restarts=0,
            logs_specs=DefaultLogsSpecs(log_dir=logs),
        )
        try:
            elastic_launch(config, sys.executable)("-P", "-m", "replicate.worker")
            return 0
        except SignalException:
            return INTERRUPTED
        except ChildFailedError as error:
            failures = list(error.failures.values())
    return _as(failures)


def _as(failures: list[Any]) -> int:
    """End as the one did that the others were lost by."""
    first = min(failures, key=lambda one: (one.exitcode in (GONE, -signal.SIGTERM), one.exitcode > 0, one.timestamp))
    how = f"was killed by signal {-first.exitcode}" if first.exitcode < 0 else f"ended with exit code {first.exitcode}"
    print(f"process {first.local_rank + 1} of {len(failures)} {how}", file=sys.stderr, flush=True)
    if first.exitcode < 0:
        with contextlib.suppress(OSError):  # of SIGKILL nobody decides what it does
            signal.signal(-first.exitcode, signal.SIG_DFL)
        os.kill(os.getpid(), -first.exitcode)
    return first.exitcode or FAILED


if __name__ == "__main__":
    sys.exit(main())
