"""Carries out a plan on this machine: one worker process per core, one thread each, steps claimed by lease.

The store alone says what is done, so any number of runs may work on it at once, each dies as it likes, and
the next one goes on. Steps that the most work hangs on come first.
"""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any, Protocol

from . import devices, plan, store
from .agenda import RETRIES, Agenda, Doing
from .costs import counted
from .identity import Step
from .problems import Failure, Problem
from .terminal.progress import Bar

METHODS = "replicate.steps:STEPS"
ADOPTED = ("pretrain", "average")  # what may come with the package instead of being trained
GRACE = 30.0  # seconds for a worker to end its update and write its state when asked to stop
# One thread per worker: more would wait for each other (70 times slower on a busy machine).
ONE_THREAD = {
    "OMP_NUM_THREADS": "1",
    "MKL_NUM_THREADS": "1",
    "OPENBLAS_NUM_THREADS": "1",
    "NUMEXPR_NUM_THREADS": "1",
    "VECLIB_MAXIMUM_THREADS": "1",
    "TOKENIZERS_PARALLELISM": "false",
}


@dataclass(frozen=True)
class Outcome:
    """What a run did: ids done before it, done by it (or beside it), adopted; why others failed; who waits for those."""

    before: tuple[str, ...]
    finished: tuple[str, ...]
    adopted: tuple[str, ...]
    failed: Mapping[str, str]
    waiting: tuple[str, ...]
    seconds: float
    nodes: Mapping[str, str] = field(default_factory=dict)  # by step, the machine that did it, where there are several


class Hands(Protocol):
    """Who carries out an agenda: workers of this machine, or a cluster."""

    def work(self, first: Mapping[str, Any]) -> None:
        """Until nothing is left that can be done; `first` names the methods and the command."""

    def stop(self) -> None:
        """End what is at work still, letting it tidy up."""


def cores() -> int:
    """The cores that this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def run(
    steps: Sequence[Step],
    runs: store.Store,
    title: str,
    workers: int | None = None,
    fresh: bool = False,
    checkpoints: Path | None = None,
    methods: str = METHODS,
    command: str = "",
    cards: Sequence[str] = (),
    parallel: int = 1,
    hands: Callable[[Agenda], Hands] | None = None,
) -> Outcome:
    """Carry out all steps that are not done yet; failed ones are recorded in the store and the others go on.

    `checkpoints` holds pretrained models to adopt instead of training them, unless `fresh`. `methods` is the
    `module:NAME` of a dictionary from kind to function (see `worker.Method`). `cards` are the GPUs, a worker each.
    Each training is spread over `parallel` processes; a worker is then a team of so many. `hands` do the steps instead of
    worker processes of this machine, if given.
    """
    began = time.monotonic()
    sound = store.sound(runs, [step.id for step in steps])
    if fresh and any(record.get("adopted") for _, record in sound.values()):
        raise Problem(
            f"{runs.name} holds the pretrained model that came with the package; --fresh needs another folder: --runs DIR"
        )
    have = set(sound)
    store.clean(runs)
    adopted = [] if fresh or checkpoints is None else _adopt(steps, runs, have, checkpoints)
    have |= set(adopted)
    todo = plan.needed(steps, have)
    before = tuple(step.id for step in steps if step.id in have and step.id not in adopted)
    if not todo:
        return Outcome(before, (), tuple(adopted), {}, (), time.monotonic() - began)
    for step in todo:
        store.forgive(runs, step.id)
    count = min(max(1, (len(cards) or cores()) // parallel) if workers is None else workers, len(todo))
    with interruptible(), Bar(title, len(todo) + len(have), "steps") as bar:
        agenda = Agenda(todo, runs, bar, len(have), sum(counted.weight(step) for step in steps if step.id in have))
        crew = hands(agenda) if hands else Crew(agenda, count, cards, parallel)
        try:
            crew.work({"steps": methods, "command": command or " ".join(sys.argv)})
        finally:
            crew.stop()
    store.clean(runs)  # workers that were killed let nothing go
    finished = tuple(step.id for step in todo if step.id in agenda.done)
    waiting = tuple(step.id for step in todo if step.id not in agenda.done and step.id not in agenda.failed)
    return Outcome(before, finished, tuple(adopted), agenda.failed, waiting, time.monotonic() - began, agenda.nodes)


def _adopt(steps: Sequence[Step], runs: store.Store, have: set[str], checkpoints: Path) -> list[str]:
    """Take the last steps of pretraining that are needed and that `checkpoints` holds; the rounds before them are not."""
    adopted: list[str] = []
    for step in reversed([step for step in steps if step.kind in ADOPTED]):
        source = checkpoints / step.id
        if not source.is_dir() or step.id not in {one.id for one in plan.needed(steps, {*have, *adopted})}:
            continue
        try:
            until = time.monotonic() + GRACE
            while not store.adopt(runs, step, source) and time.monotonic() < until:
                time.sleep(0.1)  # another run adopts it just now
            if store.done(runs, step.id):
                adopted.append(step.id)
        except store.Damaged as damage:
            print(f"replicate: the pretrained model {source} is damaged: {damage}; it is trained anew", file=sys.stderr)
    return adopted


@contextlib.contextmanager
def interruptible() -> Iterator[None]:
    """SIGTERM ends a run as Ctrl-C does."""

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGTERM, interrupt)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


@dataclass(eq=False)
class Worker:
    """A worker process as its parent sees it."""

    process: subprocess.Popen[bytes]
    errors: IO[bytes]
    ready: bool = False
    doing: Doing | None = None
    heard: bytes = b""
    cards: tuple[str, ...] = ()

    def tell(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin is not None
        with contextlib.suppress(BrokenPipeError):  # it died; that is noticed where it is read from
            self.process.stdin.write(json.dumps(message).encode() + b"\n")
            self.process.stdin.flush()

    def last_words(self) -> str:
        self.errors.seek(0, os.SEEK_END)
        self.errors.seek(max(0, self.errors.tell() - 4000))
        lines = self.errors.read().decode("utf-8", "replace").strip().splitlines()
        return lines[-1] if lines else ""


@dataclass
class Crew:
    """The workers of this machine, so many processes or teams of `parallel` processes."""

    agenda: Agenda
    count: int
    cards: Sequence[str] = ()
    parallel: int = 1
    workers: list[Worker] = field(default_factory=list)
    false_starts: int = 0
    selector: selectors.BaseSelector = field(default_factory=selectors.DefaultSelector)

    def work(self, first: Mapping[str, Any]) -> None:
        """Until nothing is left that can be done."""
        agenda = self.agenda
        self.first = {"plan": [step.to_dict() for step in agenda.todo], "runs": agenda.runs.address, **first}
        for _ in range(self.count):
            self.spawn()
        while True:
            self.assign()
            if agenda.idle and not any(worker.doing for worker in self.workers):
                return
            for key, _ in self.selector.select(timeout=0.2):
                self.listen(key.data)
            starting = "" if all(worker.ready for worker in self.workers) else "workers start"
            agenda.show([worker.doing for worker in self.workers if worker.doing], len(self.workers), starting)

    def assign(self) -> None:
        """Give each idle worker the step that the most work hangs on."""
        self.agenda.look_again()
        for worker in self.workers:
            if worker.ready and worker.doing is None and (step := self.agenda.next()):
                worker.doing = Doing(step)
                worker.tell({"do": step.id})

    # ---- the workers ----

    def spawn(self) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        # A GPU may serve several workers: they are spread over all.
        held = Counter(card for worker in self.workers for card in worker.cards)
        cards = tuple(sorted(self.cards, key=lambda one: held[one])[: self.parallel])
        place = {devices.DEVICE: "cuda", "CUDA_VISIBLE_DEVICES": ",".join(cards)} if cards else {devices.DEVICE: "cpu"}
        program = ["replicate.worker"] if self.parallel == 1 else ["replicate.training.parallel", str(self.parallel)]
        errors = tempfile.TemporaryFile()  # noqa: SIM115, closed in `bury`
        process = subprocess.Popen(
            # -P: a folder named like one of our packages in the current folder is not imported.
            [sys.executable, "-P", "-m", *program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": path, **place},
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the workers
        )
        worker = Worker(process, errors, cards=cards)
        self.workers.append(worker)
        assert process.stdout is not None
        self.selector.register(process.stdout, selectors.EVENT_READ, worker)
        worker.tell(self.first)

    def listen(self, worker: Worker) -> None:
        assert worker.process.stdout is not None
        heard = os.read(worker.process.stdout.fileno(), 65536)
        if not heard:
            self.bury(worker)
            return
        *lines, worker.heard = (worker.heard + heard).split(b"\n")
        for line in lines:
            self.hear(worker, json.loads(line))

    def hear(self, worker: Worker, message: Mapping[str, Any]) -> None:
        agenda, doing = self.agenda, worker.doing
        if "ready" in message:
            worker.ready = True
        elif "at" in message and doing:
            doing.share = (message["done"], message["total"])
        elif "note" in message:
            agenda.bar.note(f"replicate: {doing.step.label if doing else 'a worker'}: {message['note']}")
        elif "fatal" in message:
            raise Failure(message["fatal"])
        else:
            worker.doing = None
            agenda.heard(message)

    def bury(self, worker: Worker) -> None:
        """A worker is dead; another one takes its place."""
        code = worker.process.wait()
        says = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        words = worker.last_words()
        self._forget(worker)
        if worker.doing is None:
            self.false_starts += 1
            if self.false_starts > RETRIES:
                raise Failure(f"the workers end before they begin ({says}){': ' + words if words else ''}")
        else:
            memory = ", perhaps for want of memory: try fewer --workers" if code == -signal.SIGKILL else ""
            self.agenda.bury(worker.doing.step.id, says, memory, words)
        self.spawn()

    def _forget(self, worker: Worker) -> None:
        assert worker.process.stdin is not None and worker.process.stdout is not None
        self.selector.unregister(worker.process.stdout)
        worker.process.stdout.close()
        with contextlib.suppress(BrokenPipeError):
            worker.process.stdin.close()
        worker.errors.close()
        self.workers.remove(worker)

    def stop(self) -> None:
        """End all workers, the busy ones by a signal that lets them tidy up, and by force where that does not help."""
        try:
            for worker in self.workers:
                if worker.doing is None and self.parallel == 1:
                    worker.process.kill()
                else:
                    worker.process.terminate()
            until = time.monotonic() + GRACE
            for worker in self.workers:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    worker.process.wait(max(0.0, until - time.monotonic()))
        finally:
            for worker in list(self.workers):
                worker.process.kill()
                worker.process.wait()
                self._forget(worker)
