"""All benchmarks, one after the other: `python -m benchmarks` prints their ratios and writes out/bench.json.

A benchmark whose peer is not installed ends with code 4 and is named in the file with its reason; any other failure ends the
run with its code, and the file of before stays.
"""

from __future__ import annotations

import json
import os
import platform
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from replicate import provenance
from replicate.files import whole
from replicate.problems import BAD_INPUT, DONE, INTERRUPTED
from replicate.terminal.usage import Parser, examples

SCHEMA = "stilts-claims.bench/1"
FOLDER = Path(__file__).parent
OUT = FOLDER.parent / "out" / "bench.json"


def main() -> int:
    """Run each benchmark in a process of its own."""
    parser = Parser(prog="python -m benchmarks", description="all benchmarks, one after the other: ratios, and out/bench.json")
    examples(parser, "")
    parser.parse_args()
    found: dict[str, Any] = {}
    missing: dict[str, str] = {}
    for file in sorted(FOLDER.glob("[a-z]*.py")):
        name = file.stem
        print(f"benchmarks.{name} ...", file=sys.stderr, flush=True)
        code, rows, said = measured(name)
        if code not in (DONE, BAD_INPUT):
            print(f"benchmarks.{name} failed with code {code}; nothing was written", file=sys.stderr)
            return code
        if code == BAD_INPUT:
            missing[name] = said
            continue
        found[name] = rows
        for case, row in rows.items():
            print(
                f"{name:11} {case:60} ratio {row['ratio']:8.3f}   ours {row['ours']:>10,}   peer {row['peer']:>10,}", flush=True
            )
    OUT.parent.mkdir(exist_ok=True)
    with whole(OUT) as out:
        about = {"schema": SCHEMA, "machine": machine(), "benchmarks": found, "not_measured": missing}
        out.write((json.dumps(about, indent=1, ensure_ascii=False) + "\n").encode())
    print(f"written: {os.path.relpath(OUT)}", file=sys.stderr)
    return DONE


def measured(name: str) -> tuple[int, dict[str, Any], str]:
    """The exit code of a benchmark, its rows, and what it said on the way, which is shown at once."""
    command, said = [sys.executable, "-m", f"benchmarks.{name}", "--json"], ""
    with (
        tempfile.TemporaryFile("w+", encoding="utf-8") as out,
        subprocess.Popen(command, cwd=FOLDER.parent, stdout=out, stderr=subprocess.PIPE, text=True) as process,
    ):
        for line in process.stderr or ():
            said += line
            print(line, end="", file=sys.stderr, flush=True)
        code = process.wait()
        out.seek(0)
        return code, json.loads(out.read())[name] if code == DONE else {}, said.strip()


def machine() -> dict[str, Any]:
    """What was measured on, without its name."""
    described = Path("/proc/cpuinfo")
    lines = described.read_text().splitlines() if described.exists() else []
    model = next((line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")), platform.machine())
    return {"processor": model, "cores": os.cpu_count(), "system": platform.system(), "versions": provenance.versions()}


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("benchmarks: interrupted; nothing was written", file=sys.stderr)
        sys.exit(INTERRUPTED)
