"""A process of its own that asks a hub: both libraries read their environment once, when they are imported."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]


class Client:
    """Evaluates expressions in a process that knows the hub of its environment, and nothing else.

        with Client(here.environment) as client:
            client.ask("examples('mnli', 'train', 'en', limit=3)")

    Dataclasses come back as dictionaries, paths as text. A Problem comes back as `Said`, any other error fails the test.
    """

    def __init__(self, environment: Mapping[str, str]) -> None:
        env = {**os.environ, **environment, "PYTHONPATH": str(ROOT)}
        command = [sys.executable, "-m", "tests.loopback.client"]
        self.process = subprocess.Popen(
            command, cwd=ROOT, env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )

    def __enter__(self) -> Client:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.communicate()

    def ask(self, expression: str) -> Any:
        """What the expression is worth."""
        assert self.process.stdin and self.process.stdout and self.process.stderr
        self.process.stdin.write(json.dumps(expression) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        assert line, self.process.stderr.read()
        said = json.loads(line)
        if "problem" in said:
            raise Said(said["kind"], said["problem"])
        return said["value"]


class Said(Exception):
    """A Problem that the other process had."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {name: _plain(getattr(value, name)) for name in value.__dataclass_fields__}
    if isinstance(value, Mapping):
        return {str(key): _plain(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(one) for one in value]
    return value if value is None or isinstance(value, (str, int, float, bool)) else str(value)


def main() -> None:
    from itertools import islice

    from replicate import tasks
    from replicate.models import hub as models
    from replicate.problems import Problem
    from replicate.sources import open_source
    from replicate.sources.hub import layout, snapshots

    source = open_source("hub")
    names = {
        "examples": source.examples, "missing": source.missing, "fingerprint": source.fingerprint, "source": source,
        "text": lambda language, count: list(islice(source.text(language), count)), "opened": layout.opened,
        "snapshot": snapshots.snapshot, "fetch": snapshots.fetch, "model": models.fetch, "tasks": tasks, "sys": sys,
    }  # fmt: skip
    for line in sys.stdin:
        try:
            said = {"value": _plain(eval(json.loads(line), names))}
        except Problem as problem:
            said = {"kind": type(problem).__name__, "problem": str(problem)}
        print(json.dumps(said), flush=True)


if __name__ == "__main__":
    main()
