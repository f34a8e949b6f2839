"""A worker: a process of one thread that carries out the steps that `run.py` names to it.

It talks in JSON lines. In: first {"plan": [...], "runs", "steps", "command"}, then {"do": step id}. Out:
{"ready"}, {"at": id, "done", "total"}, {"finished": id, "seconds"}, {"busy": id}, {"failed": id, "reason",
"trace"}, {"fatal": reason}, {"note": what people should know of the step at work}. When its input ends, its
parent is dead and it stops.

Of a team (training/parallel.py) the first process is such a worker; the others hear from it what there is to train.
"""

from __future__ import annotations

import contextlib
import errno
import importlib
import json
import logging
import os
import queue
import shutil
import signal
import sys
import threading
import time
import traceback
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from . import confidential, devices, plan, provenance, resources, store
from .deviations import DEVIATIONS
from .problems import INTERRUPTED, Problem, absent, explain
from .training import gauge, parallel
from .training.parallel import Team

# One step: (step, {role: folder of the input}, an empty folder to write to, report(done, total)) -> JSON-able result.
Method = Callable[[plan.Step, Mapping[str, Path], Path, Callable[[int, int], None]], dict[str, Any]]
REASON = 500  # characters of a reason that is shown; the trace has all of it
REPORT = 0.2  # seconds between two reports of progress inside a step
FULL = (errno.ENOSPC, errno.EDQUOT, errno.EROFS)
ORPHANED = 3
TOGETHER = ("pretrain", "train")  # kinds of steps that a team shares; the others are the first process's alone


def main() -> int:
    """Obey the parent until it says no more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer
    if os.environ.get("RANK", "0") != "0" and devices.parallel() > 1:
        return _help()
    signal.signal(signal.SIGTERM, _interrupt)
    # Libraries that print must not break the talk with the parent: their stdout becomes stderr.
    talk = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)

    def tell(message: Mapping[str, Any]) -> None:
        try:
            print(json.dumps(message), file=talk, flush=True)
        except OSError:
            os._exit(ORPHANED)

    logging.getLogger("replicate").addHandler(Notes(tell))
    orders: queue.SimpleQueue[dict[str, Any]] = queue.SimpleQueue()
    threading.Thread(target=_listen, args=(orders,), daemon=True).start()
    try:
        try:
            team = parallel.join()
        except Problem as problem:
            tell({"fatal": str(problem)})
            return 1
        first = orders.get()
        if team.size > 1:
            team.told(json.dumps(first))
        steps = {step.id: step for step in map(plan.from_dict, first["plan"])}
        runs = store.open_store(first["runs"], write=False)
        try:
            methods = load(first["steps"])
        except Exception as error:
            tell({"fatal": f"{first['steps']} cannot be loaded: {absent(error) or error}", "trace": traceback.format_exc()})
            return 1
        tell({"ready": os.getpid()})
        while True:
            step = steps[orders.get()["do"]]
            tell(carry_out(runs, step, methods, first["command"], tell))
    except KeyboardInterrupt:
        return INTERRUPTED
    except parallel.Lost as lost:
        print(lost, file=sys.stderr, flush=True)
        os._exit(parallel.GONE)  # what waits for the lost one must not hold this one up


def _help() -> int:
    """Train with the first process of the team, until that one is gone. Nothing is written where it would stay."""
    os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
    os.dup2(2, 1)
    try:
        team = parallel.join()
        first = json.loads(team.told(""))
        steps = {step.id: step for step in map(plan.from_dict, first["plan"])}
        runs, methods = store.open_store(first["runs"], write=False), load(first["steps"])
        while True:
            order = json.loads(team.told(""))
            _assist(team, runs, steps[order["do"]], methods, Path(order["work"]))
    except parallel.Lost:
        os._exit(parallel.GONE)


def _assist(team: Team, runs: store.Store, step: plan.Step, methods: Mapping[str, Method], work: Path) -> None:
    # Beside the checkpoints, of which it reads the newest: whatever becomes of this process, it goes when they go.
    out = work / store.CHECKPOINT / f"helper-{team.rank}"
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    (out / store.CHECKPOINT).symlink_to(work / store.CHECKPOINT)
    gauge.begin()
    try:
        with contextlib.suppress(parallel.Finished):
            methods[step.kind](step, {role: store.folder(runs, id) for role, id in step.inputs}, out, lambda done, total: None)
        team.agreed()
        for number in gauge.counted():
            team.agreed(float(number))
    except parallel.Failed:
        pass  # the first process has heard it too, and tells
    except Exception as error:
        traceback.print_exc()
        team.agreed(failed=_says(error))


class Notes(logging.Handler):
    """Warnings of ours, told to the parent as they come."""

    def __init__(self, tell: Callable[[Mapping[str, Any]], None]) -> None:
        super().__init__(logging.WARNING)
        self.tell = tell

    def emit(self, record: logging.LogRecord) -> None:
        self.tell({"note": record.getMessage()})


def load(name: str) -> Mapping[str, Method]:
    """The methods by kind that `module:NAME` holds."""
    module, _, attribute = name.partition(":")
    found: Mapping[str, Method] = getattr(importlib.import_module(module), attribute)
    return found


def _listen(orders: queue.SimpleQueue[dict[str, Any]]) -> None:
    for line in sys.stdin:
        orders.put(json.loads(line))
    # The parent is gone. What is not committed is done again, so there is nothing to save.
    os._exit(ORPHANED)


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


def carry_out(
    runs: store.Store, step: plan.Step, methods: Mapping[str, Method], command: str, tell: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    """Do one step under its lease; the message that says how it went."""
    try:
        held = store.lease(runs, step.id)
        if held is None:
            return {"busy": step.id}
        try:
            if store.settled(runs, step.id):
                return {"finished": step.id, "seconds": 0.0}
            return _work(runs, step, methods, command, tell)
        finally:
            held.release()
    except parallel.Lost:
        raise
    except Exception as error:
        # Without a folder, room in it and leave to write no other step can do better.
        if not store.there(runs):
            gone = f"{runs.name}: the runs folder is gone; when it is back, the same command goes on"
            return {"fatal": gone, "trace": traceback.format_exc()}
        if (isinstance(error, OSError) and error.errno in FULL) or "No space left on device" in str(error):
            error = error if isinstance(error, OSError) and error.errno else OSError(errno.ENOSPC, "")
            error.filename = error.filename or runs.name
            return {"fatal": explain(error), "trace": traceback.format_exc()}
        store.give_up(runs, step.id)
        return {"failed": step.id, "reason": _says(error), "trace": traceback.format_exc()}


def _says(error: Exception) -> str:
    """One line for people."""
    says = str(error) if isinstance(error, Problem) else f"{type(error).__name__}: {error}"
    if devices.spent(error):
        says = f"no memory is left ({(says.splitlines() or [''])[0]}); run with fewer --workers, with --recompute or --at-once N"
    return " ".join(says.split())[:REASON]


def _work(
    runs: store.Store, step: plan.Step, methods: Mapping[str, Method], command: str, tell: Callable[[Mapping[str, Any]], None]
) -> dict[str, Any]:
    if step.kind not in methods:
        raise Problem(f"no method for steps of the kind {step.kind!r}")
    last = 0.0

    def report(done: int, total: int) -> None:
        nonlocal last
        now = time.monotonic()
        if now - last >= REPORT or done >= total:
            last = now
            tell({"at": step.id, "done": int(done), "total": int(total)})

    inputs = {role: store.folder(runs, id) for role, id in step.inputs}
    made_from = {role: {"id": id, "content": _content(runs, id)} for role, id in step.inputs}
    work = store.start(runs, step.id)
    started, wall, cpu = datetime.now(UTC), time.monotonic(), time.process_time()
    gauge.begin()
    result, measured = _together(step, work, lambda: methods[step.kind](step, inputs, work, report))
    if not isinstance(result, Mapping):
        raise TypeError(f"a step of the kind {step.kind!r} returned {type(result).__name__} instead of a mapping")
    seconds = time.monotonic() - wall
    record = {
        "adopted": False,
        "provenance": {
            "inputs": made_from,
            "versions": provenance.versions(),
            "commit": resources.commit(),
            "command": confidential.taken_out(command),
            "started": started.isoformat(timespec="seconds"),
            "wall_seconds": round(seconds, 3),
            "cpu_seconds": round(time.process_time() - cpu, 3),
            "device": provenance.device(),
            **({"deviations": list(DEVIATIONS)} if step.kind in TOGETHER else {}),
        },
        "measured": measured,
    }
    store.commit(runs, step, work, result, record)
    return {"finished": step.id, "seconds": seconds}


def _together(step: plan.Step, work: Path, carry_out: Callable[[], dict[str, Any]]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The result of a step and what it cost; with the help of the team, where it is one that a team shares."""
    team = parallel.team()
    if team.size == 1 or step.kind not in TOGETHER:
        return carry_out(), gauge.figures()
    team.told(json.dumps({"do": step.id, "work": str(work.resolve())}))
    try:
        result = carry_out()
        team.agreed()
        real, read = (round(team.agreed(float(number))[0]) for number in gauge.counted())
    except (parallel.Lost, parallel.Failed):
        raise
    except Exception as error:
        team.agreed(failed=_says(error))
        raise
    return result, gauge.figures(real, read, team.size)


def _content(runs: store.Store, id: str) -> str:
    return str(json.loads((store.folder(runs, id) / store.RESULT).read_bytes())["content"])


if __name__ == "__main__":
    sys.exit(main())
