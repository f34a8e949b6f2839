"""The command line: `python -m synth`. Nothing heavy is imported before a command needs it."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from . import shadow
from .commands import auditing, beginning, claims, literature, papers, reading, reporting, reviewing, statistics

# Nothing of `replicate` is imported up here: synth/shadow.py first looks whose it is.
WELCOME = """\
synth: what reports and papers claim, checked against words, printed tables and runs of our own

  python -m synth ingest REPORT                   a report taken apart into claims/NAME.toml; `synth new` begins without one
  python -m synth fetch 2005.13013v2              a paper into the library, pinned by version and hash; `synth search` finds some
  python -m synth extract ID --to NAME            claims out of a paper, in its own sentences
  python -m synth verify [NAME]                   every claim with the verdict of each check, and how sure
  python -m synth verify NAME --explain ID        quote, cells, recomputation and controls of one claim
  python -m synth audit FILE                      a document's own arithmetic
  python -m synth review [NAME]                   six reviewers, their dissents, a total, certainty
  python -m synth report [NAME]                   a report on each question, in out/ (--format html,pdf,md)
  python -m synth pages FILE                      a paper sentence by sentence; `synth table` its tables
  python -m synth pool FILE.csv                   a meta-analysis; `synth regress` for gains on typology

All commands: python -m synth --help
"""
GROUPS = (auditing, beginning, claims, literature, papers, reading, statistics, reviewing, reporting)


def parser() -> argparse.ArgumentParser:
    """The parser of all commands and options."""
    top = argparse.ArgumentParser(prog="synth", description="Claims of reports and papers, checked.")
    commands = top.add_subparsers(metavar="COMMAND", dest="command", title="commands")

    def command(name: str, help: str, parents: list[argparse.ArgumentParser]) -> argparse.ArgumentParser:
        return commands.add_parser(name, help=help, description=help, parents=parents)

    for group in GROUPS:
        group.declare(command)
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Carry out one command; the exit codes are those of replicate.problems."""
    from replicate.problems import DONE, guard

    given = list(sys.argv[1:] if argv is None else argv)
    arguments = parser().parse_args(given)
    if not arguments.command:
        print(WELCOME, end="")
        return DONE
    commands = {name: method for group in GROUPS for name, method in group.COMMANDS.items()}
    return guard(lambda: commands[arguments.command](arguments, given), "synth", arguments.debug)


if __name__ == "__main__":
    sys.exit(shadow.synth())
