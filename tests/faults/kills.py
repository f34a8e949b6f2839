"""Kills the processes of a stage again and again, begins it anew each time, and compares what comes out in the end.

A life is one start of the command. In it the command, one of its workers, or all of them are killed: at a random moment from
outside, or before a random file operation from within. The life after the last kill ends by itself; then everything has to be
as in a stage that nobody disturbed.
"""

from __future__ import annotations

import itertools
import os
import random
import shutil
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from . import looks, processes
from .stages import SAID, Place, Stage

COMMAND, WORKER, ALL, WITHIN = "command", "worker", "all", "within"
IN_A_ROUND = 6  # kills until a stage may come to its end
OPERATIONS = 400  # file operations after which a process that kills itself does so at the latest
PATIENCE = 60.0  # seconds for orphans to notice that they are some
LONGEST = 3600.0  # seconds of a life
SELDOM = 0.25  # the share of lives on a slow path, and of rounds in which another command does the same at the same time
SLOW = "0.002"  # seconds that an operation on a file takes at most, on a slow path
POLL = 0.003


@dataclass
class Tally:
    """What became of a stage: kills by victim, starts after them, rounds, those with a rival, work done again, what was wrong."""

    stage: str
    kills: Counter[str] = field(default_factory=Counter)
    resumed: int = 0
    rounds: int = 0
    rivals: int = 0
    again: int = 0
    differences: list[str] = field(default_factory=list)
    seconds: float = 0.0


@dataclass
class Life:
    """One start of a stage's command."""

    process: subprocess.Popen[bytes]
    errors: Path
    done: Path

    def workers(self) -> list[int]:
        return processes.descendants(self.process.pid)

    def messages(self) -> str:
        return self.errors.read_text(encoding="utf-8", errors="replace")


def campaign(stage: Stage, kills: int, scale: str, folder: Path, chance: random.Random) -> Iterator[Tally]:
    """Kill so many times, in rounds; the tally after each round, which is the same object."""
    tally, began = Tally(stage.name), time.monotonic()
    with stage.around(folder, scale) as base:
        expected, seconds = undisturbed(stage, _fresh(base, folder / "undisturbed"))
        tally.seconds = time.monotonic() - began
        yield tally
        while sum(tally.kills.values()) < kills:
            tally.rounds += 1
            place = _fresh(base, folder / f"round-{tally.rounds}")
            most = min(chance.randint(1, IN_A_ROUND), kills - sum(tally.kills.values()))
            wrong = one_round(stage, place, tally, most, seconds, chance)
            wrong += looks.differences(expected, stage.made(place)) + [
                f"{name} was left behind" for name in looks.left(place.folder, stage.empty)
            ]
            tally.differences += [f"round {tally.rounds}: {line}" for line in wrong]
            tally.seconds = time.monotonic() - began
            if not wrong:
                shutil.rmtree(place.folder)
            yield tally


def _fresh(base: Place, folder: Path) -> Place:
    place = replace(base, folder=folder)
    for made in (folder, place.log, folder / "tmp"):
        made.mkdir(parents=True)
    if place.server:
        place.server.log.clear()
    return place


def undisturbed(stage: Stage, place: Place) -> tuple[dict[str, bytes], float]:
    """What a stage makes when nobody disturbs it, and how long it takes."""
    began = time.monotonic()
    life = begin(stage, place, max(stage.workers, 1))
    code = life.process.wait(LONGEST)
    if code:
        raise RuntimeError(
            f"{stage.name} does not even end when nobody disturbs it (exit code {code}): {life.messages()[-2000:]}"
        )
    seconds = time.monotonic() - began
    if left := looks.left(place.folder, stage.empty):
        raise RuntimeError(f"{stage.name} leaves {', '.join(left)} behind when nobody disturbs it")
    return dict(stage.made(place)), seconds


def begin(stage: Stage, place: Place, workers: int, within: str = "", **more: str) -> Life:
    """Start the command of a stage; `within` is where it kills itself (see inside/sitecustomize.py)."""
    number = next(n for n in itertools.count(1) if not (place.folder / f"life-{n}.txt").exists())
    errors, done = place.folder / f"life-{number}.txt", place.folder / f"killed-{number}.txt"
    own = {name: value for name, value in os.environ.items() if not name.startswith(("SYNTH_", "FAULTS_"))}
    more |= {"FAULTS_KILL": within, "FAULTS_DONE": str(done)} if within else {}
    with errors.open("wb") as file, (place.folder / SAID).open("wb") as said:
        process = subprocess.Popen(
            stage.words(place, workers), env={**own, **place.environment, **more}, cwd=place.folder,
            stdin=subprocess.DEVNULL, stdout=said, stderr=file,
        )  # fmt: skip
    return Life(process, errors, done)


def one_round(stage: Stage, place: Place, tally: Tally, most: int, seconds: float, chance: random.Random) -> list[str]:
    """Lives of a stage until it ends well, with at most so many kills; what was wrong with it."""
    rival = begin(stage, place, 1) if stage.shared and chance.random() < SELDOM else None
    tally.rivals += rival is not None
    try:
        wrong = _lives(stage, place, tally, most, seconds, chance)
        if rival:
            code = rival.process.wait(LONGEST)
            wrong += looks.unclear(rival.messages())
            wrong += [f"the other command, which nobody killed, ended with {code}: {_last_line(rival)}"] if code else []
        return wrong
    finally:
        if rival:
            rival.process.kill()


def _lives(stage: Stage, place: Place, tally: Tally, most: int, seconds: float, chance: random.Random) -> list[str]:
    wrong, killed, allowed = list[str](), 0, 0
    orphans = set[int]()
    kept: dict[str, object] = {}
    while True:
        workers = chance.randint(1, stage.workers) if stage.workers else 1
        plan = _plan(stage, most - killed, chance)
        within = _within(stage, chance) if plan == [WITHIN] else ""
        slow = {"FAULTS_SLOW": SLOW} if chance.random() < SELDOM else {}
        life = begin(stage, place, workers, within, **slow)
        victims = _suffer(stage, life, plan, seconds, chance, orphans)
        code = life.process.poll()
        for victim in victims:
            tally.kills[victim] += 1
            killed += 1
            allowed += workers if victim != WORKER else 1
        wrong += looks.unclear(_whole_lines(life, code))
        now = stage.kept(place)
        wrong += [f"{name} was finished and was done again" for name, stamp in kept.items() if now.get(name) != stamp]
        kept = dict(now)
        if code == 0:
            break
        if code != -signal.SIGKILL:
            return [*wrong, f"exit code {code}: {_last_line(life)}"]
        tally.resumed += 1
    if stuck := processes.wait_until_gone(orphans, PATIENCE):
        processes.kill(stuck)
        wrong.append(f"{len(stuck)} workers outlived their command")
    again = stage.begun(place) - len(stage.kept(place)) if stage.begun else 0
    tally.again += again
    if again > allowed:
        wrong.append(f"{again} pieces of work were begun again after {killed} kills, which account for {allowed} at most")
    return wrong


def _plan(stage: Stage, left: int, chance: random.Random) -> list[str]:
    """Who is killed in a life, one after the other. A third death at one step would be the end of it: two workers at most."""
    if left <= 0:
        return []
    whole = [[COMMAND], [WITHIN]]
    if stage.workers:
        whole += [[ALL], [WORKER], [WITHIN], [WORKER, COMMAND], [WORKER, WORKER]]
    return chance.choice(whole)[:left]


def _within(stage: Stage, chance: random.Random) -> str:
    """Which process kills itself, and before which of its file operations: early ones as often as late ones."""
    number = int(OPERATIONS ** chance.random())
    return f"{chance.choice(stage.within)}:{number}"


def _suffer(stage: Stage, life: Life, plan: Sequence[str], seconds: float, chance: random.Random, orphans: set[int]) -> list[str]:
    """Kill as planned as long as the command lives; who was killed. Returns when the command has ended."""
    victims = list[str]()
    for victim in plan:
        if victim == WITHIN:
            break
        until = time.monotonic() + chance.uniform(0, seconds)
        while time.monotonic() < until and life.process.poll() is None:
            time.sleep(POLL)
        if life.process.poll() is not None:
            break
        workers = life.workers()
        if victim == WORKER and not workers:
            continue
        struck = {COMMAND: [life.process.pid], WORKER: [chance.choice(workers or [0])], ALL: [life.process.pid, *workers]}[victim]
        orphans |= set(workers)
        processes.kill(struck)
        victims.append(victim)
    until = time.monotonic() + LONGEST
    if plan == [WITHIN] and stage.workers:
        # It dies when it likes: its workers are known by then.
        while not life.done.exists() and life.process.poll() is None:
            orphans |= set(life.workers())
            time.sleep(30 * POLL)
    while life.process.poll() is None and time.monotonic() < until:
        time.sleep(10 * POLL)
    if life.process.poll() is None:
        processes.kill([life.process.pid, *life.workers()])
        life.process.wait()
        raise RuntimeError(f"a life hung for {LONGEST:.0f} s: {_last_line(life)}")
    return [*victims, WITHIN] if life.done.exists() else victims


def _whole_lines(life: Life, code: int | None) -> str:
    """What a life said; one that was killed may break off within a line."""
    text = life.messages()
    return text if code == 0 else text[: text.rfind("\n") + 1]


def _last_line(life: Life) -> str:
    return (life.messages().strip().splitlines() or ["nothing was said"])[-1]
