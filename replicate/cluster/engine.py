"""Carries out a plan on a Ray cluster: each step a task with its resources, its inputs references to the tasks before it.

The store alone says what is done, and a node does a step as a local worker does, under the same lease (node.py). So a lost
node, a killed worker or a dead driver cost the steps that were at work. Only a window of the plan is in Ray's hands at a time:
what the most work hangs on is in it, and memory does not grow with the plan.
"""

from __future__ import annotations

import contextlib
import heapq
import math
import os
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from .. import devices, remote
from ..agenda import Agenda, Doing
from ..identity import Step
from ..problems import Failure
from ..run import GRACE
from ..store import Store
from . import meeting, node
from .meeting import Place

AHEAD = 16  # tasks beyond those that the cluster can carry out at once, so that no core waits for the next one
HEAR = 0.2  # seconds between two looks at what the cluster has done
ASK = 1.0  # seconds between two looks at what is at work
COUNT = 5.0  # seconds between two counts of what the cluster has


@dataclass(frozen=True)
class Cluster:
    """A cluster that was met: Ray, what a step gets there, the nodes' names by id, the store and the run's token in it, and
    how many steps may be at work at once if that was said."""

    ray: Any
    place: Place
    names: Mapping[str, str]
    runs: Store
    seen: str
    most: int | None = None

    @property
    def says(self) -> str:
        """The cluster in a line."""
        slots, share = self.place.slots(self.ray), self.place.share
        each = f"a core and {share:g} GPU" if share else "a core"
        at_once = f"{slots} steps at once" if self.most is None or self.most >= slots else f"{self.most} of {slots} steps at once"
        count = len(self.names)
        return f"Ray cluster of {count} node{'s' if count != 1 else ''}: {at_once}, each with {each}"

    def hands(self, agenda: Agenda) -> Fleet:
        """The cluster as what carries out an agenda."""
        return Fleet(agenda, self)


@contextlib.contextmanager
def connected(wanted: meeting.Wanted, runs: Store) -> Iterator[Cluster]:
    """A cluster all of whose nodes run this code and see the store; a Problem in one line where that is not so."""
    with meeting.connected(wanted) as ray, node.token(runs) as seen:
        place = meeting.place(ray, wanted)
        yield Cluster(ray, place, meeting.probe(ray, place, {"runs": runs.address, "seen": seen}), runs, seen, wanted.most)


@dataclass
class Fleet:
    """An agenda in the hands of a cluster."""

    agenda: Agenda
    cluster: Cluster
    flying: dict[Any, Doing] = field(default_factory=dict)  # by reference, in the order in which they were handed over
    refs: dict[str, Any] = field(default_factory=dict)  # by step
    chain: list[tuple[tuple[float, int], str]] = field(default_factory=list)  # steps all of whose inputs are done or flying
    told: dict[str, str] = field(default_factory=dict)  # steps that were heard of, by the node that they are at
    slots: int = 0
    counted: float = -math.inf
    asked: float = 0.0
    answer: Any = None

    def work(self, first: Mapping[str, Any]) -> None:
        """Until nothing is left that can be done."""
        ray, runs = self.cluster.ray, self.cluster.runs
        environment = {name: os.environ[name] for name in (devices.AT_ONCE, devices.RECOMPUTE) if name in os.environ}
        environment[devices.DEVICE] = self.cluster.place.device
        order = {"runs": runs.address, "seen": self.cluster.seen, "environment": environment, **first}
        self.desk = ray.remote(node.Desk).options(num_cpus=0, max_restarts=-1).remote()
        self.order = ray.put({**order, "desk": self.desk})
        # One card at most on each node: a process may keep it. Else it ends with the step, for its next one may get another card.
        calls = {"max_calls": 1} if self.cluster.place.share and self.cluster.place.cards > 1 else {"max_calls": 0}
        self.task = ray.remote(**calls)(_do).options(max_retries=0, **self.cluster.place.resources)
        while True:
            self.agenda.look_again()
            self.submit()
            if self.agenda.idle and not self.flying:
                break
            self.hear()
            self.show()
        if runs.remote:
            remote.refresh(runs.remote)

    # ---- handing over ----

    def submit(self) -> None:
        """Fill the window: with steps that are ready, and with some that wait for nothing but those."""
        agenda = self.agenda
        if time.monotonic() - self.counted > COUNT:
            self.slots, self.counted = self.cluster.place.slots(self.cluster.ray), time.monotonic()
        window = self.cluster.most or 2 * self.slots + AHEAD
        ready = sum(not agenda.lacks[id] for id in self.refs)
        while ready < window and (step := agenda.next()):
            if step.id not in self.refs:
                self.send(step)
                ready += 1
        chained = len(self.refs) - ready
        while self.cluster.most is None and self.chain and chained < window and len(self.refs) < 2 * window:
            _, id = heapq.heappop(self.chain)
            if id not in self.refs and agenda.lacks[id] and agenda.lacks[id] <= self.refs.keys():
                self.send(agenda.by_id[id])
                chained += 1

    def send(self, step: Step) -> None:
        inputs = [self.refs[id] for id in sorted(self.agenda.lacks[step.id])]
        ref = self.task.remote(self.order, step.to_dict(), *inputs)
        self.flying[ref], self.refs[step.id] = Doing(step), ref
        for user in self.agenda.users[step.id]:
            if self.agenda.lacks[user] <= self.refs.keys():
                heapq.heappush(self.chain, (self.agenda.order[user], user))

    # ---- hearing ----

    def hear(self) -> None:
        """What became of tasks since, those handed over first heard first: inputs before what is made from them."""
        ray, refs = self.cluster.ray, list(self.flying)
        if refs and ray.wait(refs, num_returns=1, timeout=HEAR)[0]:
            landed = set(ray.wait(refs, num_returns=len(refs), timeout=0)[0])
            for ref in refs:
                if ref in landed:
                    self.land(ref)
        elif not refs:
            time.sleep(HEAR)

    def land(self, ref: Any) -> None:
        errors, agenda = self.cluster.ray.exceptions, self.agenda
        id = self.flying.pop(ref).step.id
        del self.refs[id]
        at = self.told.pop(id, "")
        try:
            message = self.cluster.ray.get(ref)
        except (errors.RuntimeEnvSetupError, errors.TaskUnschedulableError) as error:
            raise Failure(f"the cluster cannot carry out steps: {meeting.said(error)}") from None
        except errors.RayError as error:
            if agenda.lacks[id]:
                return  # not its own error but that of an input, which is done again
            agenda.bury(id, _how(errors, error, at), trace=str(error))
            return
        if "fatal" in message:
            raise Failure(f"{self.name(message['node'])}: {message['fatal']}")
        if "unready" in message:
            if not agenda.lacks[id]:
                agenda.put_back(id)
            return
        agenda.nodes[id] = self.name(message["node"])
        agenda.heard(message)

    def name(self, id: str) -> str:
        """A node's name; one that came later goes by its id."""
        return self.cluster.names.get(id, f"node {id[:8]}")

    # ---- what people see ----

    def show(self) -> None:
        ray, agenda = self.cluster.ray, self.agenda
        if self.answer is None and time.monotonic() - self.asked > ASK:
            self.answer, self.asked = self.desk.take.remote(), time.monotonic()
        if self.answer is not None and ray.wait([self.answer], timeout=0)[0]:
            with contextlib.suppress(ray.exceptions.RayError):  # its node was lost; it is started again elsewhere
                for message in ray.get(self.answer):
                    self.note(message)
            self.answer = None
        doing = [one for one in self.flying.values() if one.step.id in self.told]
        waits = "" if agenda.done else "nodes start"
        agenda.show(doing, max(1, min(self.slots, len(self.flying))), waits if self.slots else "waiting for a node")

    def note(self, message: Mapping[str, Any]) -> None:
        """What a step at work says."""
        doing = next((one for one in self.flying.values() if one.step.id == message.get("at", message.get("of"))), None)
        if "note" in message:
            label = doing.step.label if doing else self.agenda.by_id[message["of"]].label
            self.agenda.bar.note(f"replicate: {label}: {message['note']}")
        elif doing:
            if doing.step.id not in self.told:
                doing.since = time.monotonic() - node.EVERY
            doing.share = (message["done"], message["total"])
            self.told[doing.step.id] = self.name(message["node"])

    # ---- the end ----

    def stop(self) -> None:
        """Cancel what is at work: it may write its state, and is ended by force where it does not end."""
        ray, refs = self.cluster.ray, list(self.flying)
        if not refs:
            return
        try:
            for ref in reversed(refs):
                ray.cancel(ref)
            _, refs = ray.wait(refs, num_returns=len(refs), timeout=GRACE)
        finally:
            for ref in refs:
                with contextlib.suppress(Exception):  # it is over, or the cluster is gone
                    ray.cancel(ref, force=True)


def _how(errors: Any, error: Exception, at: str) -> str:
    """How a worker died, on which node if that was heard."""
    if isinstance(error, errors.NodeDiedError):
        return f"its node {at} was lost" if at else "its node was lost"
    on = f" on {at}" if at else ""
    if isinstance(error, errors.OutOfMemoryError):
        return f"killed by Ray for want of memory{on}"
    # What a step raises is answered on the node; this is about the process.
    return f"{meeting.said(error)}{on}" if isinstance(error, errors.RayTaskError) else f"killed{on}"


def _do(order: Mapping[str, Any], step: Mapping[str, Any], *inputs: Any) -> dict[str, Any]:
    """The task: a step on a node."""
    import ray

    at = ray.get_runtime_context().get_node_id()
    return {**node.do(order, lambda message: order["desk"].tell.remote({**message, "node": at}), step, *inputs), "node": at}
