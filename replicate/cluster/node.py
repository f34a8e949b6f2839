"""What a node of a cluster does for a run: say whether it can take part, and carry out steps. Runs in Ray's processes."""

from __future__ import annotations

import contextlib
import functools
import hashlib
import logging
import os
import secrets
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from .. import identity, leases, provenance, remote, store, worker

SEEN = ".seen-"  # a file of the run in the store, for nodes to see
EVERY = 2.0  # seconds between two reports of a step at work; a shorter step makes none
ARRIVES = 60.0  # seconds that a shared folder may take to show what another node wrote


# ---- taking part ----


@contextlib.contextmanager
def token(runs: store.Store) -> Iterator[str]:
    """The name of a file in the store for as long as a run lasts; in a folder it is locked."""
    if runs.remote:
        with remote.token(runs.remote) as name:
            yield name
        return
    for left in runs.root.glob(f"{SEEN}*"):  # by a run that was killed
        if held := leases.take(left):
            held.release()
    held = leases.take(runs.root / f"{SEEN}{secrets.token_hex(8)}")
    assert held is not None
    try:
        yield held.path.name
    finally:
        held.release()


def sees(runs: store.Store, name: str) -> bool:
    """Whether the store that this machine sees is the run's own."""
    return remote.sees(runs.remote, name) if runs.remote else (runs.root / name).exists()


@functools.cache
def code() -> str:
    """The hash of this package's code."""
    home, found = Path(__file__).resolve().parent, hashlib.sha256()
    for path in sorted(home.rglob("*.py")):
        found.update(f"{path.relative_to(home).as_posix()}\0".encode() + path.read_bytes())
    return found.hexdigest()[:12]


def look(order: Mapping[str, Any]) -> dict[str, Any]:
    """What decides whether this node can take part."""
    runs = store.open_store(order["runs"], write=False)
    seen = sees(runs, order["seen"])
    locks = runs.remote is not None or not seen or leases.taken(runs.root / order["seen"])
    return {"code": code(), "versions": provenance.versions(), "seen": seen, "locks": locks}


# ---- steps ----


class Desk:
    """Keeps what steps at work say until the run asks for it: of each the last, and all notes."""

    def __init__(self) -> None:
        self.states: dict[str, dict[str, Any]] = {}
        self.notes: list[dict[str, Any]] = []

    def tell(self, message: dict[str, Any]) -> None:
        if "note" in message:
            self.notes.append(message)
        else:
            self.states[message["at"]] = message

    def take(self) -> list[dict[str, Any]]:
        found = [*self.states.values(), *self.notes]
        self.states, self.notes = {}, []
        return found


def do(
    order: Mapping[str, Any], tell: Callable[[dict[str, Any]], object], data: Mapping[str, Any], *inputs: Any
) -> dict[str, Any]:
    """Carry out a step once its inputs are there: what `worker.carry_out` says. Without them it is not begun: {"unready": id}."""
    step = identity.from_dict(data)
    if not all("finished" in one for one in inputs):
        return {"unready": step.id}
    os.environ.update(order["environment"])
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # as in the background of a script; Ray cancels steps by it
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        runs, methods = _opened(order["runs"], order["seen"], order["steps"])
    except Exception as error:
        return {"fatal": f"{order['steps']} cannot be loaded: {error}"}
    if runs is None:
        return {"fatal": f"this node does not see {order['runs']}"}
    if not runs.remote:
        _arrived(runs, step)
    with _telling(step, tell) as heard:
        return worker.carry_out(runs, step, methods, order["command"], heard)


@functools.cache
def _opened(address: str, seen: str, methods: str) -> tuple[store.Store | None, Mapping[str, worker.Method]]:
    """Once in a process."""
    runs = store.open_store(address, write=False)
    return runs if sees(runs, seen) else None, worker.load(methods)


def _arrived(runs: store.Store, step: identity.Step) -> None:
    """Wait until a shared folder shows what other nodes wrote to it."""
    until = time.monotonic() + ARRIVES
    while not all(store.done(runs, id) for _, id in step.inputs) and time.monotonic() < until:
        time.sleep(0.1)


@contextlib.contextmanager
def _telling(step: identity.Step, tell: Callable[[dict[str, Any]], object]) -> Iterator[Callable[[Mapping[str, Any]], None]]:
    """Passes on what a step says of itself: notes at once, how far it is from time to time."""
    state, over = {"at": step.id, "done": 0, "total": 0}, threading.Event()

    def report() -> None:
        while not over.wait(EVERY):
            tell(dict(state))

    def heard(message: Mapping[str, Any]) -> None:
        if "note" in message:
            tell({"note": message["note"], "of": step.id})
        else:
            state.update(message)

    notes = worker.Notes(heard)
    threading.Thread(target=report, daemon=True).start()
    logging.getLogger("replicate").addHandler(notes)
    try:
        yield heard
    finally:
        logging.getLogger("replicate").removeHandler(notes)
        over.set()
