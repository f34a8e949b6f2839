"""How time and memory grow: a million rows, ten thousand steps and claims, a thousand papers, a PDF of 5,000 pages.

python -m benchmarks.scale --json
python -m benchmarks.scale --only rows "synth verify" --size 0.1

Each case runs in a process of its own at a 64th, a 16th, a quarter and all of its size: CPU seconds, wall seconds and the
peak of resident memory of any process in it. Growth is the exponent between the two largest sizes, without what is spent at
any size; up to 1.15 it is called n log n or better.
"""

from __future__ import annotations

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from replicate.problems import BAD_INPUT, DONE, INTERRUPTED

from . import families, growth
from .case import Case, Family

SCHEMA = "stilts-claims.scale/1"
SHARES = (1 / 64, 1 / 16, 1 / 4, 1)
ONE_THREAD = dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")
UNITS = {"cpu": "CPU s", "mib": "MiB"}
Point = dict[str, float]


def main(argv: Sequence[str] | None = None) -> int:
    """Measure and print, as a table or as JSON."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.scale", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--only", nargs="+", default=[], metavar="NAME", help="these families, or cases that bear these words")
    parser.add_argument("--size", type=float, default=1.0, metavar="SHARE", help="a share of the full sizes (default: 1)")
    parser.add_argument("--json", action="store_true", help="print JSON")
    arguments = parser.parse_args(argv)
    if not 0 < arguments.size <= 100:
        parser.error(f"--size {arguments.size:g}: a share above 0, such as 0.1")
    wanted = [(one, chosen(one, arguments.only)) for one in families().values()]
    if not any(names for _, names in wanted):
        print(f"benchmarks.scale: no case is called {' or '.join(arguments.only)}; there are", file=sys.stderr)
        print("\n".join(f"  {one.name}: {', '.join(one.cases)}" for one, _ in wanted), file=sys.stderr)
        return BAD_INPUT
    found = dict[str, Any]()
    for family, names in wanted:
        if names:
            with tempfile.TemporaryDirectory(prefix="scale-") as folder:
                found |= measured(family, names, arguments.size, Path(folder))
    if arguments.json:
        print(json.dumps({"schema": SCHEMA, "size": arguments.size, "scale": found}, ensure_ascii=False, indent=1))
    else:
        print("\n".join(table(found)))
    return DONE


def chosen(family: Family, only: Sequence[str]) -> list[str]:
    """The names of the cases that are asked for and of those that they need, in their order."""
    asked = {name for name in family.cases if not only or family.name in only or any(word in name for word in only)}
    while more := {one for name in asked for one in family.cases[name].after} - asked:
        asked |= more
    return [name for name in family.cases if name in asked]


def measured(family: Family, names: Sequence[str], share: float, folder: Path) -> dict[str, Any]:
    """The rows of a family's cases, by size and then by case: what one case leaves behind the next may use."""
    sizes = [max(2, round(family.size * share * part)) for part in SHARES]
    points: dict[tuple[str, str], list[Point]] = {}
    for size in sizes:
        where = folder / str(size)
        where.mkdir()
        child(family, "", "make", where, size)
        for name in names:
            for role in ("ours", "peer") if family.cases[name].peer else ("ours",):
                point = child(family, name, role, where, size)
                points.setdefault((name, role), []).append(point)
                about = f"{point['cpu']:.2f} CPU s, {point['wall']:.2f} s, {point['mib']:.0f} MiB"
                print(f"{family.name}, {size:,}: {name} ({role}): {about}", file=sys.stderr, flush=True)
    return {f"{family.name}: {name}": row(family, family.cases[name], points, name) for name in names}


def child(family: Family, case: str, role: str, where: Path, size: int) -> Point:
    """What a process of its own needs for one case at one size."""
    out = where / "measured.json"
    command = [sys.executable, "-m", "benchmarks.scale.child", family.name, case, role, str(where), str(size), str(out)]
    caches = {"XDG_CACHE_HOME": str(where / "cache")}
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, cwd=Path(__file__).parents[2], env={**os.environ, **ONE_THREAD, **caches},
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=said,
        )  # fmt: skip
        # Peak memory is told by whoever waits, for the process and all that it waited for itself.
        try:
            _, status, spent = os.wait4(process.pid, 0)
        except BaseException:
            process.kill()
            raise
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode:
            said.seek(0)
            print(said.read().decode("utf-8", "replace")[-4000:], file=sys.stderr)
            raise SystemExit(f"benchmarks.scale: {family.name}, {size:,}: {case or role}: exit code {process.returncode}")
    unit = 2**20 if sys.platform == "darwin" else 2**10
    return {"size": size, "mib": spent.ru_maxrss / unit, **(json.loads(out.read_text()) if role != "make" else {})}


def row(family: Family, case: Case, points: dict[tuple[str, str], list[Point]], name: str) -> dict[str, Any]:
    """What is said of a case: CPU seconds at the largest size, those of the peer, every point, and how both figures grow."""
    ours, peer = points[name, "ours"], points.get((name, "peer"))
    grows = {what: growth.exponent([(int(one["size"]), one[what]) for one in ours], growth.FLOORS[what]) for what in UNITS}
    return {
        "ratio": round(ours[-1]["cpu"] / max(peer[-1]["cpu"], 1e-3), 3) if peer else None,
        "ours": round(ours[-1]["cpu"], 3),
        "peer": round(peer[-1]["cpu"], 3) if peer else None,
        "against": case.against,
        "size": int(ours[-1]["size"]),
        "unit": family.unit,
        "growth": {what: None if one is None else round(one, 2) for what, one in grows.items()},
        "says": {what: growth.says(one) for what, one in grows.items()},
        "points": [{what: round(value, 3) for what, value in one.items()} for one in ours],
    }


def table(found: dict[str, Any]) -> list[str]:
    """The rows for people."""
    made = [f"{'case':45} {'size':>12} {'CPU s':>9} {'wall s':>9} {'MiB':>7} {'peer':>9}  growth of time; of memory"]
    for name, one in found.items():
        last = one["points"][-1]
        peer = f"{one['peer']:9.2f}" if one["peer"] is not None else f"{'':9}"
        more = "".join(f"; {last[what]:,.0f} {what}" for what in last if what not in ("size", "cpu", "wall", "mib"))
        grows = "; ".join(_grown(one, what) for what in UNITS)
        figures = f"{one['ours']:9.2f} {last['wall']:9.2f} {last['mib']:7.0f} {peer}"
        made.append(f"{name:45} {one['size']:>12,} {figures}  {grows}{more}")
    return made


def _grown(one: dict[str, Any], what: str) -> str:
    found = one["growth"][what]
    return growth.UNKNOWN if found is None else f"{found:.2f} {growth.GOOD if found <= growth.MOST else 'WORSE'}"


def _interrupt(*_: object) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        sys.exit(main())
    except KeyboardInterrupt:
        print("benchmarks.scale: interrupted", file=sys.stderr)
        sys.exit(INTERRUPTED)
