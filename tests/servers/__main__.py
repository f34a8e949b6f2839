"""`python -m tests.servers NAME --port P`: a server that a user can ask, until Ctrl-C."""

from __future__ import annotations

import argparse
import time

from .faults import KINDS, Faults
from .server import NAMES, serve
from .works import works


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.servers", description="Loopback servers with made-up papers.")
    parser.add_argument("name", choices=[*NAMES, "all"], help="whose answers to give; all: those of the four on one port")
    parser.add_argument("--port", type=int, default=8801, help="port on 127.0.0.1 (default: 8801; 0: any free one)")
    parser.add_argument("--papers", type=int, default=260, help="how many papers there are (default: 260)")
    parser.add_argument(
        "--fault", metavar="KIND=SHARE", action="append", default=[],
        help=f"spoil a share of the answers; 1 spoils all. {'; '.join(f'{kind}: {what}' for kind, what in KINDS.items())}",
    )  # fmt: skip
    parser.add_argument("--only", metavar="PATH", default="", help="faults for paths that begin like this (/pdf/) alone")
    parser.add_argument("--retry-after", default="1", help="what a 429 asks to wait, in seconds or as a date (default: 1)")
    parser.add_argument("--pace", type=float, default=0.0, help="who asks faster than every so many seconds gets a 429")
    parser.add_argument("--slow", type=float, default=0.0, help="seconds before an answer")
    arguments = parser.parse_args()
    shares = {}
    for one in arguments.fault:
        kind, _, share = one.partition("=")
        try:
            shares[kind] = float(share or 1)
        except ValueError:
            parser.error(f"--fault {one}: {share!r} is not a number")
        if kind not in KINDS:
            parser.error(f"--fault {one}: one of {', '.join(KINDS)}")
    faults = Faults(shares, arguments.retry_after, arguments.pace, arguments.slow, only=arguments.only)
    names = NAMES if arguments.name == "all" else (arguments.name,)
    with serve(works(arguments.papers), faults, names, arguments.port) as here:
        for name, value in {**here.environment, "SYNTH_INTERVAL": "0.1"}.items():
            print(f"export {name}={value}")
        some = [work for work in here.works if work.arxiv]
        gone = next((work for work in some if work.withdrawn), some[0])
        print(
            f"# papers: {some[0].arxiv}v1, {some[1].arxiv} ... {some[-1].arxiv}; {gone.arxiv} is withdrawn; Ctrl-C ends it",
            flush=True,
        )
        try:
            while True:
                time.sleep(3600)
        except KeyboardInterrupt:
            spoilt = ", ".join(f"{kind} {count}" for kind, count in faults.done.items()) or "none"
            print(f"\n{len(here.log)} requests; faults: {spoilt}; too fast: {faults.too_fast}")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
