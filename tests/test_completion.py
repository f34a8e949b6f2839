"""Shell completion as a shell does it: the script is loaded by the real bash, zsh and fish, a word is begun, Tab is pressed."""

from __future__ import annotations

import os
import pty
import select
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from pathlib import Path

import pytest

import replicate.__main__
import synth.__main__
from replicate.commands import completing as of_replicate
from replicate.problems import Problem
from replicate.terminal.completion import SHELLS, script
from synth.commands import completing as of_synth

# Sets up what bash gives a completion function, calls the one that the script has registered, and prints what it offers.
BASH = """
source "$1"; COMP_WORDS=("${@:2}"); COMP_CWORD=$(( ${#COMP_WORDS[@]} - 1 ))
COMP_LINE="${COMP_WORDS[*]}"; COMP_POINT=${#COMP_LINE}
name=$(complete -p "$2"); name=${name##*-F }; name=${name%% *}
"$name" "$2" "${COMP_WORDS[-1]}" "${COMP_WORDS[-2]}"
printf '%s\\n' "${COMPREPLY[@]}"
"""
CASES = [
    ("replicate ru", {"run"}),
    ("replicate run st", {"stilts"}),
    ("replicate run stilts --sc", {"--scale"}),
    ("replicate run stilts --scale ", {"tiny", "nano", "base", "large"}),
    ("replicate tasks tydi", {"tydiqa"}),
    ("replicate world --language a2b", {"a2b"}),
    ("replicate run stilts --model m", {"mt5"}),
    ("replicate run stilts --only anli", {"anli+"}),
    ("synth ver", {"verify"}),
    ("synth verify ", {"adapters", "families", "lengths", "non_english", "stilts", "typology", "mine"}),
    ("synth review stilts --explain cer", {"certainty"}),
    ("synth report --format p", {"pdf"}),
    ("synth ingest rep", {"report.txt"}),
]


@pytest.fixture(scope="module")
def scripts(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The scripts of both programs for all shells, in a folder with a report and a question of one's own."""
    folder = tmp_path_factory.mktemp("completion")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        for module, names in ((replicate.__main__, of_replicate.names()), (synth.__main__, of_synth.names())):
            for shell in SHELLS:
                parser = module.parser()
                (folder / f"{parser.prog}.{shell}").write_text(script(parser, shell, names))
    # After the scripts were made: what is in claims/ is looked up when Tab is pressed.
    (folder / "claims").mkdir()
    (folder / "claims" / "mine.toml").touch()
    (folder / "report.txt").touch()
    return folder


def needs(shell: str) -> str:
    found = shutil.which(shell)
    if found is None:
        pytest.skip(f"{shell} is not installed")
    return found


@pytest.mark.parametrize(("line", "offers"), CASES)
def test_bash_offers(scripts: Path, line: str, offers: set[str]):
    words = line.split(" ")
    command = [needs("bash"), "--norc", "-c", BASH, "bash", f"{words[0]}.bash", *words]
    done = subprocess.run(command, cwd=scripts, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    found = set(done.stdout.split())
    assert offers <= found and {one for one in found if not one.startswith(words[-1])} == set()


@pytest.mark.parametrize(("line", "offers"), CASES)
def test_fish_offers(scripts: Path, line: str, offers: set[str]):
    command = [needs("fish"), "--no-config", "-c", f"source {line.split()[0]}.fish; complete -C '{line}'"]
    env = {**os.environ, "XDG_CONFIG_HOME": str(scripts), "XDG_DATA_HOME": str(scripts), "HOME": str(scripts)}
    done = subprocess.run(command, cwd=scripts, capture_output=True, text=True, env=env)
    # Each line is a word and, after a tab, what it is for.
    assert offers <= {one.split("\t")[0] for one in done.stdout.splitlines()}, done.stderr


@pytest.mark.parametrize(
    ("line", "completed"),
    [
        ("replicate run st", b"stilts"),
        ("replicate run stilts --scale la", b"large"),
        ("synth verify mi", b"mine"),
        ("synth audit rep", b"report.txt"),
    ],
)
def test_zsh_completes(scripts: Path, line: str, completed: bytes):
    program = line.split()[0]
    (scripts / "zsh").mkdir(exist_ok=True)
    (scripts / "zsh" / f"_{program}").write_bytes((scripts / f"{program}.zsh").read_bytes())
    said = typed(
        [needs("zsh"), "-f", "-i"],
        scripts,
        # Split in two, so that the echo of what is typed is not taken for its output.
        f"PROMPT=; fpath=({scripts}/zsh $fpath); autoload -Uz compinit; compinit -u -d {scripts}/dump; echo rea''dy\n",
        b"ready",
        f"{line}\t",
        completed,
    )
    assert completed in said


def typed(shell: Sequence[str], folder: Path, first: str, when: bytes, then: str, until: bytes) -> bytes:
    """What a shell on a terminal shows after `then` is typed, which happens once it has answered `first`."""
    process, terminal = pty.fork()
    if not process:
        os.chdir(folder)
        os.execvpe(shell[0], shell, {**os.environ, "TERM": "dumb", "HOME": str(folder)})
    said, mark, end = b"", 0, time.monotonic() + 60
    os.write(terminal, first.encode())
    try:
        while time.monotonic() < end and not (mark and until in said[mark:]):
            if select.select([terminal], [], [], 0.2)[0]:
                said += os.read(terminal, 4096)
            if when in said and not mark:
                mark = len(said)
                os.write(terminal, then.encode())
    finally:
        os.close(terminal)
        os.kill(process, signal.SIGKILL)
        os.waitpid(process, 0)
    return said[mark:]


def test_an_unknown_shell_is_named_with_those_there_are():
    with pytest.raises(Problem, match="unknown shell 'bsh'; did you mean bash"):
        script(replicate.__main__.parser(), "bsh", {})
