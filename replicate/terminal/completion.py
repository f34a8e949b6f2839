"""Shell completion for both programs: a script made from the parser itself, which the shell reads once.

shtab writes the scripts. It knows bash, zsh and fish, is kept by tqdm's authors, weighs one file without dependencies, and
is loaded by this command alone. argcomplete would start Python at every Tab, a tenth of a second and more; scripts of our
own would be three dialects to keep.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Mapping
from typing import Any

from ..problems import unknown
from .usage import Parser, commands, every

SHELLS = ("bash", "zsh", "fish")
# A question's own file lies in claims/ of the folder where the shell is, so it is looked up at each Tab.
QUESTIONS = "_{}_questions"
OWN = "ls claims 2>/dev/null | sed -n 's/[.]toml$//p'"


def script(parser: Parser, shell: str, names: Mapping[str, Iterable[str]]) -> str:
    """The script for a shell; a Problem for a shell that is none of ours.

    `names` says what may stand in an argument, by its option (--scale) or by what it is called in the help (EXPERIMENT);
    what is called a file or folder there is completed as one.
    """
    import shtab

    if shell not in SHELLS:
        raise unknown("shell", shell, SHELLS)
    questions = QUESTIONS.format(parser.prog)
    for one in every(parser):
        for action in one._actions:
            if not commands(one) and not action.choices:
                _complete(action, names, questions)
    return str(shtab.complete(parser, shell, preamble=_preamble(shell, questions, names.get("QUESTION", ()))))


def _complete(action: argparse.Action, names: Mapping[str, Iterable[str]], questions: str) -> None:
    """Say of one argument what the shell may put there. The parser is not parsed with afterwards: choices would be a law."""
    import shtab

    called = str(action.metavar or "")
    key = next((one for one in (*action.option_strings, called) if one in names), "")
    told: Any = action
    if called.startswith("QUESTION") and "QUESTION" in names:
        told.complete = {"bash": questions, "zsh": questions, "fish": f"({questions})"}
    elif key:
        action.choices = list(names[key])
    elif called == "DIR":
        told.complete = shtab.DIRECTORY
    elif any(kind in called for kind in ("FILE", "PATH", "CSV", "REPORT", "RESULTS")):
        told.complete = shtab.FILE


def _preamble(shell: str, questions: str, shipped: Iterable[str]) -> str:
    """The function that offers questions, in the shell's own words: those of the package and those in claims/ here."""
    listed = f"printf '%s\\n' {' '.join(shipped)}; {OWN}"
    return {
        "bash": f'{questions}() {{ compgen -W "$({listed})" -- "$1"; }}\n',
        "zsh": f"{questions}() {{ compadd -- $({listed}) }}\n",
        "fish": f"function {questions}; {listed}; end\n",
    }[shell]
