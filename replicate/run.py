"""Carries out a plan on this machine: one worker process per core, one thread each, steps claimed by lease.

The store alone says what is done, so any number of runs may work on it at once, each dies as it likes, and
the next one goes on. Steps that the most work hangs on come first.
"""

from __future__ import annotations

import contextlib
import heapq
import json
import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, Any

from . import devices, plan, store
from .plan import Step
from .problems import Failure, Problem
from .progress import Bar

METHODS = "replicate.steps:STEPS"
ADOPTED = ("pretrain", "average")  # what may come with the package instead of being trained
RETRIES = 2  # of a step whose worker died
GRACE = 30.0  # seconds for a worker to end its update and write its state when asked to stop
AGAIN = 0.5  # seconds until a step that another run had is looked at again
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
) -> Outcome:
    """Carry out all steps that are not done yet; failed ones are recorded in the store and the others go on.

    `checkpoints` holds pretrained models to adopt instead of training them, unless `fresh`. `methods` is the
    `module:NAME` of a dictionary from kind to function (see `worker.Method`). `cards` are the GPUs, a worker each.
    """
    began = time.monotonic()
    sound = store.sound(runs, [step.id for step in steps])
    if fresh and any(record.get("adopted") for _, record in sound.values()):
        raise Problem(
            f"{runs.root} holds the pretrained model that came with the package; --fresh needs another folder: --runs DIR"
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
    count = min((len(cards) or cores()) if workers is None else workers, len(todo))
    with _interruptible(), Bar(title, len(todo) + len(have), "steps") as bar:
        crew = Crew(todo, runs, bar, len(have), sum(plan.weight(step) for step in steps if step.id in have), cards)
        try:
            crew.work(count, {"steps": methods, "command": command or " ".join(sys.argv)})
        finally:
            crew.stop()
    finished = tuple(step.id for step in todo if step.id in crew.done)
    waiting = tuple(step.id for step in todo if step.id not in crew.done and step.id not in crew.failed)
    return Outcome(before, finished, tuple(adopted), crew.failed, waiting, time.monotonic() - began)


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
def _interruptible() -> Iterator[None]:
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
    step: Step | None = None
    since: float = 0.0
    share: tuple[int, int] = (0, 0)
    heard: bytes = b""
    card: str = ""

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
    """The workers and what they still have to do."""

    todo: Sequence[Step]
    runs: store.Store
    bar: Bar
    before: int  # steps done before this run, and their weight
    before_weight: float
    cards: Sequence[str] = ()
    done: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    workers: list[Worker] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.by_id = {step.id: step for step in self.todo}
        self.weights = {step.id: plan.weight(step) for step in self.todo}
        self.order = {id: (-first, place) for place, (id, first) in enumerate(plan.priorities(self.todo).items())}
        self.lacks = {step.id: {id for _, id in step.inputs if id in self.by_id} for step in self.todo}
        self.users: dict[str, list[str]] = defaultdict(list)
        for id, inputs in self.lacks.items():
            for one in inputs:
                self.users[one].append(id)
        self.ready = [(self.order[id], id) for id, inputs in self.lacks.items() if not inputs]
        heapq.heapify(self.ready)
        self.elsewhere: list[tuple[float, str]] = []  # leased by another run: when to look again
        self.deaths: dict[str, int] = defaultdict(int)
        self.false_starts = 0
        self.left = defaultdict[str, float](float)  # weight still to do, by kind
        for step in self.todo:
            self.left[step.kind] += self.weights[step.id]
        self.spent: dict[str, list[float]] = defaultdict(lambda: [0.0, 0.0])  # by kind: seconds, weight
        self.selector = selectors.DefaultSelector()

    # ---- the loop ----

    def work(self, count: int, first: Mapping[str, Any]) -> None:
        """Until nothing is left that can be done."""
        self.first = {"plan": [step.to_dict() for step in self.todo], "runs": str(self.runs.root.resolve()), **first}
        for _ in range(count):
            self.spawn()
        while True:
            self.assign()
            if not self.ready and not self.elsewhere and all(worker.step is None for worker in self.workers):
                return
            for key, _ in self.selector.select(timeout=0.2):
                self.listen(key.data)
            self.show()

    def assign(self) -> None:
        """Give each idle worker the step that the most work hangs on."""
        now = time.monotonic()
        for due, id in [one for one in self.elsewhere if one[0] <= now]:
            self.elsewhere.remove((due, id))
            heapq.heappush(self.ready, (self.order[id], id))
        for worker in self.workers:
            while worker.ready and worker.step is None and self.ready:
                _, id = heapq.heappop(self.ready)
                if store.done(self.runs, id):  # by another run
                    self.finish(id)
                    continue
                worker.step, worker.since, worker.share = self.by_id[id], now, (0, 0)
                worker.tell({"do": id})

    def finish(self, id: str) -> None:
        self.done.add(id)
        self.left[self.by_id[id].kind] -= self.weights[id]
        for user in self.users[id]:
            self.lacks[user].discard(id)
            if not self.lacks[user]:
                heapq.heappush(self.ready, (self.order[user], user))

    def fail(self, id: str, reason: str, trace: str = "") -> None:
        self.failed[id] = reason
        store.fail(self.runs, self.by_id[id], reason, trace, self.deaths[id] + 1)

    # ---- the workers ----

    def spawn(self) -> None:
        root = str(Path(__file__).resolve().parent.parent)
        path = os.pathsep.join(filter(None, (root, os.environ.get("PYTHONPATH"))))
        # The GPU that the fewest other workers have.
        held = Counter(worker.card for worker in self.workers)
        card = min(self.cards, key=lambda one: held[one], default="")
        place = {devices.DEVICE: "cuda", "CUDA_VISIBLE_DEVICES": card} if card else {devices.DEVICE: "cpu"}
        errors = tempfile.TemporaryFile()  # noqa: SIM115, closed in `bury`
        process = subprocess.Popen(
            # -P: a folder named like one of our packages in the current folder is not imported.
            [sys.executable, "-P", "-m", "replicate.worker"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            env={**os.environ, **ONE_THREAD, "PYTHONPATH": path, **place},
            start_new_session=True,  # Ctrl-C reaches the parent alone, which then ends the workers
        )
        worker = Worker(process, errors, card=card)
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
        if "ready" in message:
            worker.ready = True
        elif "at" in message:
            worker.share = (message["done"], message["total"])
        elif "fatal" in message:
            raise Failure(message["fatal"])
        elif "finished" in message:
            step, worker.step = self.by_id[message["finished"]], None
            if message["seconds"]:
                self.spent[step.kind][0] += message["seconds"]
                self.spent[step.kind][1] += self.weights[step.id]
            self.finish(step.id)
        elif "busy" in message:
            worker.step = None
            self.elsewhere.append((time.monotonic() + AGAIN, message["busy"]))
        elif "failed" in message:
            step, worker.step = self.by_id[message["failed"]], None
            self.fail(step.id, message["reason"], message["trace"])
            self.bar.note(f"replicate: {step.label} failed: {message['reason']}")

    def bury(self, worker: Worker) -> None:
        """A worker is dead: its step is done again by another one, but not for ever."""
        code = worker.process.wait()
        says = f"killed by signal {-code}" if code < 0 else f"exit code {code}"
        words = worker.last_words()
        step = worker.step
        self._forget(worker)
        if step is None:
            self.false_starts += 1
            if self.false_starts > RETRIES:
                raise Failure(f"the workers end before they begin ({says}){': ' + words if words else ''}")
        else:
            self.deaths[step.id] += 1
            if self.deaths[step.id] > RETRIES:
                memory = ", perhaps for want of memory: try fewer --workers" if code == -signal.SIGKILL else ""
                self.fail(step.id, f"its worker died {self.deaths[step.id]} times ({says}{memory})", words)
                self.bar.note(f"replicate: {step.label} failed: {self.failed[step.id]}")
            else:
                self.bar.note(f"replicate: a worker died ({says}) at {step.label}; it is done again")
                heapq.heappush(self.ready, (self.order[step.id], step.id))
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
                if worker.step is None:
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

    # ---- what people see ----

    def show(self) -> None:
        now = time.monotonic()
        doing, partial = [], defaultdict[str, float](float)
        spent = {kind: list(pair) for kind, pair in self.spent.items()}
        for worker in self.workers:
            if worker.step is None:
                continue
            at, of = worker.share
            doing.append(f"{worker.step.label} {at}/{of}" if of else worker.step.label)
            if of and at:
                weight = self.weights[worker.step.id] * min(at / of, 1.0)
                partial[worker.step.kind] += weight
                pair = spent.setdefault(worker.step.kind, [0.0, 0.0])
                spent[worker.step.kind] = [pair[0] + now - worker.since, pair[1] + weight]
        if not doing and not all(worker.ready for worker in self.workers):
            doing.append("workers start")
        elif not doing and self.elsewhere:
            doing.append("waiting for another run")
        remaining = {kind: max(weight - partial[kind], 0.0) for kind, weight in self.left.items()}
        total = self.before_weight + sum(self.weights.values())
        share = 1 - sum(remaining.values()) / total
        self.bar.update(self.before + len(self.done), share, doing, self._time_left(remaining, spent))

    def _time_left(self, remaining: Mapping[str, float], spent: Mapping[str, Sequence[float]]) -> float | None:
        """Seconds per weight as measured for each kind, for all kinds together where it has not been met yet."""
        seconds, weight = (sum(pair[place] for pair in spent.values()) for place in (0, 1))
        if not weight or not self.workers:
            return None
        rates = {kind: pair[0] / pair[1] for kind, pair in spent.items() if pair[1]}
        return sum(left * rates.get(kind, seconds / weight) for kind, left in remaining.items()) / len(self.workers)
