"""Meeting a Ray cluster: reach it or start one, see what its nodes have, and whether each of them can take part in a run."""

from __future__ import annotations

import contextlib
import math
import os
import socket
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from .. import devices, provenance, resources
from ..problems import Problem
from ..run import ONE_THREAD, cores, interruptible
from . import node

INSTALL = "pip install 'stilts-claims[ray]'"
PATIENCE = 5.0  # seconds for an address to answer
PROBED = 90.0  # seconds for a node to start a process and look around
OBJECTS = 100 * 2**20  # bytes of shared memory of a cluster on this machine: what tasks say is small
TOKEN = ".ray/auth_token"  # at home, what Ray made to keep strangers out of its clusters
CLIENT, CLIENT_PORT, PORT = "ray://", 10001, 6379
SHOWN = 300  # characters of what Ray says
STARTS = 3  # tries to start a cluster here: on a busy machine Ray loses patience with its own processes
LATE = "timed out during startup"  # as it says then
# Ray says nothing to its makers, waits for its own processes on a busy machine, and gives up where nobody answers.
SETTINGS_OF_RAY = {
    "RAY_USAGE_STATS_ENABLED": "0",
    "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0",
    "RAY_agent_register_timeout_ms": "120000",
}
BRIEF = {"RAY_py_gcs_connect_timeout_s": "5", "RAY_NUM_REDIS_GET_RETRIES": "1", "RAY_CLIENT_CONNECT_RETRIES": "1"}
# How a server of Ray's kind (gRPC) is greeted, and the kind of frame that it answers with.
GREETING, SETTINGS = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + bytes([0, 0, 0, 4, 0, 0, 0, 0, 0]), 4


@dataclass(frozen=True)
class Wanted:
    """What a run asks of a cluster: an address ("" starts one on this machine), the kind of device ("auto" takes GPUs for
    `large` models), the share of a GPU that each step gets, and how many steps are at work at once if that is said."""

    address: str = ""
    device: str = "auto"
    large: bool = False
    share: float = 1.0
    most: int | None = None


@dataclass(frozen=True)
class Place:
    """What a step gets: a core, and a share of a card if there are such. `cards`: the most that a node has."""

    share: float
    cards: int

    @property
    def device(self) -> str:
        return "cuda" if self.share else "cpu"

    @property
    def resources(self) -> dict[str, float]:
        return {"num_cpus": 1, "num_gpus": self.share}

    def room(self, has: Mapping[str, float]) -> int:
        """How many steps fit on a node that has this."""
        most, cards = int(has.get("CPU", 0)), has.get("GPU", 0)
        if not self.share:
            return most
        return min(most, int(cards) * math.floor(1 / self.share + 1e-9) if self.share <= 1 else int(cards // self.share))

    def slots(self, ray: Any) -> int:
        """How many steps the cluster can do at once as it is now."""
        return sum(self.room(one["Resources"]) for one in ray.nodes() if one["Alive"])


# ---- reaching it ----


@contextlib.contextmanager
def connected(wanted: Wanted) -> Iterator[Any]:
    """Ray, connected; what was started here ends here."""
    known = {**SETTINGS_OF_RAY, **(BRIEF if wanted.address else {})}
    if wanted.address.startswith(CLIENT) and (Path.home() / TOKEN).exists():
        known["RAY_AUTH_MODE"] = "token"  # Ray thinks of it by itself everywhere but here
    for name, value in known.items():
        os.environ.setdefault(name, value)
    try:
        import ray
    except ImportError:
        raise Problem(f"--on ray needs Ray: {INSTALL}") from None
    address = wanted.address
    if address not in ("", "auto"):
        answers(address)
    cards = [] if address else devices.taken(wanted.device, wanted.large)
    here = {"num_cpus": min(wanted.most or cores(), cores()), "num_gpus": len(cards), "object_store_memory": OBJECTS}
    told: dict[str, Any] = {"runtime_env": {"env_vars": environment()}, "log_to_driver": False, "logging_level": "ERROR"}
    # Ray answers SIGTERM in its own way, and prints what nodes say where our own output goes: of both no more than we do.
    with interruptible(), open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        told |= {"address": address} if address else {"address": "local", "include_dashboard": False, **here}
        begun(ray, told, 1 if address else STARTS)
        try:
            with interruptible():
                yield ray
        finally:
            ray.shutdown()


def begun(ray: Any, told: Mapping[str, Any], tries: int) -> None:
    """Connect, or start a cluster; what Ray writes meanwhile is for itself."""
    for left in reversed(range(tries)):
        try:
            with hushed():
                ray.init(**told)
            return
        except (Exception, SystemExit) as error:
            ray.shutdown()
            if left and LATE in str(error):
                print("replicate: Ray has not started in time; once more", file=sys.stderr, flush=True)
                continue
            raise Problem(_unmet(told["address"], error)) from None


def _unmet(address: str, error: BaseException) -> str:
    """Why there is no cluster, and what to do."""
    if address == "local":
        late = f"Ray did not start in time, {STARTS} times; is this machine busy?"
        return f"--on ray: {late if LATE in str(error) else said(error)}"
    if isinstance(error, ImportError):
        return f"--on ray={address}: {said(error)}; {CLIENT} needs {INSTALL}"
    hint = f"; is the port right ({PORT}, or {CLIENT_PORT} with {CLIENT}), does it ask for a token (RAY_AUTH_TOKEN)?"
    return f"--on ray={address}: {said(error)}{'' if address == 'auto' else hint}"


@contextlib.contextmanager
def hushed() -> Iterator[None]:
    """Nothing of what is written to stderr meanwhile is seen, from wherever in this process."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def environment() -> dict[str, str]:
    """What every process of the run is told: one thread, and where a checkout lies if this is one."""
    checkout = [str(resources.ROOT)] if (resources.ROOT / "pyproject.toml").exists() else []
    path = os.pathsep.join([*checkout, *filter(None, [os.environ.get("PYTHONPATH")])])
    return {**ONE_THREAD, **({"PYTHONPATH": path} if path else {})}


def answers(address: str) -> None:
    """A Problem where nobody answers at an address, or somebody who is not of Ray's kind. Ray itself would wait for minutes."""
    where = address.removeprefix(CLIENT)
    host, _, port = where.rpartition(":") if ":" in where else (where, "", str(CLIENT_PORT if address != where else PORT))
    if not host or not port.isdigit():
        raise Problem(f"--on ray={address}: expected auto, HOST:PORT or ray://HOST:PORT")
    try:
        with socket.create_connection((host.strip("[]"), int(port)), PATIENCE) as line:
            line.settimeout(PATIENCE)
            line.sendall(GREETING)
            heard = b"" if os.environ.get("RAY_USE_TLS") != "1" else bytes([0, 0, 0, SETTINGS])
            while len(heard) < 4 and (more := line.recv(9)):
                heard += more
    except TimeoutError:
        raise Problem(f"--on ray={address}: nobody answers there within {PATIENCE:.0f} seconds") from None
    except (OSError, OverflowError) as error:
        says = (getattr(error, "strerror", "") or str(error)).lower()
        raise Problem(f"--on ray={address}: nobody answers there ({says}); is the cluster up?") from None
    if len(heard) < 4 or heard[3] != SETTINGS:
        raise Problem(f"--on ray={address}: what answers there is no Ray cluster")


# ---- its nodes ----


def place(ray: Any, wanted: Wanted) -> Place:
    """What a step gets on this cluster; a Problem where no node has that."""
    there = [one["Resources"] for one in ray.nodes() if one["Alive"]]
    cards = max((int(has.get("GPU", 0)) for has in there), default=0)
    if wanted.device == "cuda" and not cards:
        raise Problem("--device cuda: no node of the cluster has a GPU; --device cpu runs anywhere")
    on_cards = cards and (wanted.device == "cuda" or (wanted.device == "auto" and wanted.large))
    found = Place(wanted.share if on_cards else 0.0, cards)
    if not any(map(found.room, there)):
        what = f"a core and {wanted.share:g} GPUs" if on_cards else "a core"
        raise Problem(f"no node of the cluster has {what} for a step")
    return found


def probe(ray: Any, place: Place, order: Mapping[str, Any]) -> dict[str, str]:
    """The names of all nodes by id, once each that can take steps has shown that it can take part; else a Problem."""
    from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

    def look(order: Mapping[str, Any]) -> dict[str, Any]:
        # Travels by value, for `replicate` may not be there.
        try:
            from replicate.cluster import node
        except ImportError as error:
            return {"missing": str(error)}
        return node.look(order)

    alive = [one for one in ray.nodes() if one["Alive"]]
    names = named(alive)
    asked = {
        ray.remote(look)
        .options(num_cpus=0, max_retries=1, scheduling_strategy=NodeAffinitySchedulingStrategy(one["NodeID"], soft=False))
        .remote(order): names[one["NodeID"]]
        for one in alive
        if place.room(one["Resources"])
    }
    ready, silent = ray.wait(list(asked), num_returns=len(asked), timeout=PROBED)
    if silent:
        raise Problem(f"{asked[silent[0]]}: the node starts no process within {PROBED:.0f} seconds; see its logs (ray logs)")
    for ref in ready:
        try:
            judge(asked[ref], ray.get(ref), order["runs"])
        except ray.exceptions.RayError as error:
            raise Problem(f"{asked[ref]}: the node cannot take part: {said(error)}") from None
    return names


def named(nodes: list[dict[str, Any]]) -> dict[str, str]:
    """Names of nodes by id: their hosts', numbered where several share one."""
    hosts = Counter(one["NodeManagerHostname"] for one in nodes)
    found, count = {}, Counter[str]()
    for one in nodes:
        host = one["NodeManagerHostname"]
        count[host] += 1
        found[one["NodeID"]] = f"{host}#{count[host]}" if hosts[host] > 1 else host
    return found


def judge(name: str, found: Mapping[str, Any], runs: str) -> None:
    """A Problem where a node that found this cannot take part; a line where its results may differ in the last digits."""
    ours = provenance.versions()
    mine = ours.get("stilts-claims", "")
    if "missing" in found:
        raise Problem(
            f"{name}: this node cannot import replicate ({found['missing']}); install the same wheel everywhere: "
            f"pip install 'stilts_claims-{mine}-py3-none-any.whl[ray]'"
        )
    if found["code"] != node.code():
        theirs = found["versions"].get("stilts-claims", "?")
        raise Problem(
            f"{name}: this node has another replicate ({theirs}, code {found['code']}) than this machine ({mine}, code "
            f"{node.code()}); install the same everywhere"
        )
    if not found["seen"]:
        raise Problem(
            f"{name}: this node does not see {runs}; name a folder that all nodes share (--runs DIR), or a URL (--runs s3://BUCKET/DIR)"
        )
    other = [f"{key} {value}" for key, value in found["versions"].items() if _plain(value) != _plain(ours.get(key, ""))]
    if other:
        print(f"replicate: {name} has other libraries than this machine: {', '.join(other)}", file=sys.stderr, flush=True)
    if not found["locks"]:
        print(
            f"replicate: {name} does not see this machine's locks in {runs}: start no second run there",
            file=sys.stderr,
            flush=True,
        )


def _plain(version: str) -> str:
    """A version without what says how it was built."""
    return version.partition("+")[0]


def said(error: BaseException) -> str:
    """What Ray says in a line: of what was raised on a node that, not its traceback."""
    cause = getattr(error, "cause", None)
    if isinstance(cause, Exception):
        return str(cause) if isinstance(cause, Problem) else f"{type(cause).__name__}: {said(cause)}"
    lines = [line.strip() for line in str(error).splitlines() if line.strip()] or [type(error).__name__]
    return lines[0][:SHOWN]
