"""Runs in a child before its program does, where this folder is on PYTHONPATH, and does what the environment says:

FAULTS_KILL=WORD:N    the first process with WORD in its command line kills itself before its Nth file operation
FAULTS_DONE=FILE      made when that has happened, so that it happens once
FAULTS_CLOCK=A,B,...  seconds by which the time of day is wrong, the next of these after every TICKS looks at it
FAULTS_SLOW=SECONDS   every file operation takes up to so long
"""

import builtins
import io
import itertools
import os
import random
import signal
import sys
import time

OPERATIONS = ("rename", "replace", "fsync", "mkdir", "rmdir", "unlink", "remove", "open", "close", "write", "scandir", "listdir")
TICKS = 3
VARIABLES = ("FAULTS_KILL", "FAULTS_CLOCK", "FAULTS_SLOW")


def _on_every_operation(act):
    def wrapped(operation):
        def operate(*given, **named):
            act()
            return operation(*given, **named)

        return operate

    for name in OPERATIONS:
        setattr(os, name, wrapped(getattr(os, name)))
    builtins.open = io.open = wrapped(builtins.open)


def _kill(word, number, done):
    left = itertools.count(1)

    def act():
        if next(left) == number and not os.path.exists(done):
            with _open(done, "x"):
                pass
            os.kill(os.getpid(), signal.SIGKILL)

    _open = builtins.open
    if word in " ".join(sys.orig_argv):
        _on_every_operation(act)


def _clock(jumps):
    # Of datetime there is no other: what is compiled against it breaks.
    honest, looks = time.time, itertools.count()
    time.time = lambda: honest() + jumps[next(looks) // TICKS % len(jumps)]


if any(name in os.environ for name in VARIABLES):
    if said := os.environ.get("FAULTS_KILL"):
        _kill(said.rpartition(":")[0], int(said.rpartition(":")[2]), os.environ["FAULTS_DONE"])
    if said := os.environ.get("FAULTS_CLOCK"):
        _clock([float(one) for one in said.split(",")])
    if said := os.environ.get("FAULTS_SLOW"):
        _on_every_operation(lambda: time.sleep(random.random() * float(said)))
