"""What both command lines share: help that begins with the purpose and ends with examples, and wrong usage said in one line."""

from __future__ import annotations

import argparse
import re
import sys
from collections.abc import Generator, Iterator, Mapping, Sequence
from typing import Any, NoReturn

from ..problems import DONE, USAGE, guard, unknown

OTHER, OF_ALL = "options of every command", ("help", "json", "debug")
COMPLETION = "print a script that lets a shell complete commands, options and names"
COMPLETION_EXAMPLES = (
    "bash > ~/.local/share/bash-completion/completions/{}",
    "zsh > ~/.zfunc/_{}",
    "fish > ~/.config/fish/completions/{}.fish",
)
NUMBERS = {"int": "a whole number", "float": "a number"}


class Help(argparse.RawDescriptionHelpFormatter):
    """Help with room for the names; what is indented in an epilog is a command line, which is not wrapped."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{"max_help_position": 26, **options})

    def _format_action(self, action: argparse.Action) -> str:
        made = super()._format_action(action)
        # The title has said that these are commands.
        return made.partition("\n")[2] if isinstance(action, argparse._SubParsersAction) else made

    def _iter_indented_subactions(self, action: argparse.Action) -> Generator[argparse.Action, None, None]:
        # Not indented: argparse forgets the indent where it measures the names.
        yield from action._get_subactions() if isinstance(action, argparse._SubParsersAction) else ()

    def _format_args(self, action: argparse.Action, default_metavar: str) -> str:
        made = super()._format_args(action, default_metavar)
        return f"{action.metavar or default_metavar} ..." if action.nargs == argparse.ONE_OR_MORE else made


class Parser(argparse.ArgumentParser):
    """A parser of one command, or of a program with its commands; those get parsers of the same kind."""

    def __init__(self, *given: Any, **options: Any) -> None:
        super().__init__(*given, **{"formatter_class": Help, **options})
        self._positionals.title = "arguments"
        self.examples: tuple[str, ...] = ()
        self._given: Sequence[str] = ()

    @property
    def start(self) -> str:
        """How a person starts this command."""
        return self.prog if self.prog.startswith("python ") else f"python -m {self.prog}"

    def parse_known_args(self, args: Any = None, namespace: Any = None) -> Any:
        """As argparse does; a command names its own unknown words, since the program does not know what would be right."""
        self._given = sys.argv[1:] if args is None else args
        found, left = super().parse_known_args(args, namespace)
        if left and not commands(self):
            self.error(self._stray(left))
        return found, left

    def error(self, message: str) -> NoReturn:
        """One line: what is wrong, the nearest right word, and where help is. The exit code is that of wrong usage."""
        self.exit(USAGE, f"{self.prog.removeprefix('python -m ')}: {self._said(message)}; see {self.start} --help\n")

    def _print_message(self, message: str, file: Any = None) -> None:
        """As argparse does; a reader that goes away (`--help | head`) is no fault."""
        guard(lambda: super(Parser, self)._print_message(message, file) or DONE, self.prog)

    def format_help(self) -> str:
        """The purpose, how it is called, the arguments by groups, and examples."""
        formatter = self._get_formatter()
        formatter.add_text(f"{self.prog.removeprefix('python -m ')}: {self.description}")
        formatter.add_usage(self._called(), self._actions, self._mutually_exclusive_groups, prefix="usage: ")
        shared = OF_ALL if " " in self.prog.removeprefix("python -m ") else ()
        for group in (*(one for one in self._action_groups if one is not self._optionals), self._optionals):
            formatter.start_section(group.title)
            formatter.add_text(group.description)
            formatter.add_arguments([one for one in group._group_actions if one.dest not in shared])
            formatter.end_section()
        formatter.start_section(OTHER)
        formatter.add_arguments([one for one in self._optionals._group_actions if one.dest in shared])
        formatter.end_section()
        formatter.add_text(self.epilog)
        return formatter.format_help()

    def _called(self) -> str:
        """The command, what it must be given, and that there are options."""
        words = [self.start]
        for action in self._actions:
            if not action.option_strings:
                name = str(action.metavar or action.dest)
                words.append(f"[{name} ...]" if action.nargs == "*" else f"[{name}]" if action.nargs == "?" else name)
                words += ["..."] if action.nargs in ("+", argparse.PARSER) else []
            elif action.required:
                words.append(f"{action.option_strings[0]} {action.metavar or action.dest.upper()}")
        return " ".join([*words, "[options]"])

    def _stray(self, words: Sequence[str]) -> str:
        """Words that no argument takes: the nearest option, or that there are too many."""
        option = next((word.partition("=")[0] for word in words if word.startswith("-") and word != "-"), "")
        if not option:
            return f"{words[0]!r} is one word too many"
        return str(unknown("option", option, (name for action in self._actions for name in _shown(action)), whole=False))

    def _said(self, message: str) -> str:
        """A complaint of argparse in our words; what is not known here stays as it is."""
        for pattern, say in (
            (r"argument (.+?): invalid choice: '(.*?)' \(", self._no_choice),
            (r"argument (.+?): invalid (\w+) value: '(.*)'", self._no_number),
            (r"argument (.+?): expected (?:one|at least one) argument", self._no_value),
            (r"the following arguments are required: (.+)", self._missing),
            (r"unrecognized arguments: (.+)", lambda words: self._stray(words.split())),
        ):
            if match := re.match(pattern, message, re.S):
                return say(*match.groups())
        return message.removeprefix("argument ")

    def _action(self, name: str) -> argparse.Action | None:
        return next((one for one in self._actions if name in (one.metavar, one.dest, "/".join(one.option_strings))), None)

    def _no_choice(self, name: str, value: str) -> str:
        action = self._action(name)
        choices = [str(one) for one in (action.choices if action else None) or ()]
        return str(unknown("command" if isinstance(action, argparse._SubParsersAction) else name, value, choices))

    def _no_number(self, name: str, kind: str, value: str) -> str:
        return f"{name} {value!r}: wanted {NUMBERS.get(kind, kind)}"

    def _no_value(self, name: str) -> str:
        action = self._action(name)
        return f"{name} wants {(action.metavar if action else '') or 'a value'} after it"

    def _missing(self, names: str) -> str:
        takes = [one.option_strings[0] for one in self._actions if one.option_strings and one.nargs == "+"]
        eager = [name for name in takes if name in self._given]
        hint = f" (it stands before {eager[0]}, which takes all words after it)" if eager else ""
        return f"{names} {'are' if ',' in names else 'is'} missing{hint}" + (
            f", for example: {self.examples[0]}" if self.examples else ""
        )


def _shown(action: argparse.Action) -> Sequence[str]:
    return () if action.help == argparse.SUPPRESS else action.option_strings


def examples(parser: argparse.ArgumentParser, *lines: str) -> None:
    """Show these command lines, each without the program's name, at the end of a command's help."""
    assert isinstance(parser, Parser)
    program = re.sub(r"^(?:python -m )?(\S+).*", r"python -m \1", parser.prog)
    parser.examples = tuple(f"{program} {line}".rstrip() for line in lines)
    parser.epilog = "\n".join([f"example{'s' * (len(lines) > 1)}:", *(f"  {line}" for line in parser.examples)])


def commands(parser: argparse.ArgumentParser) -> Mapping[str, argparse.ArgumentParser]:
    """The commands of a program by name; none where the parser is that of one command."""
    return next((one.choices for one in parser._actions if isinstance(one, argparse._SubParsersAction)), {})


def every(parser: argparse.ArgumentParser) -> Iterator[argparse.ArgumentParser]:
    """A program's own parser and those of its commands."""
    yield parser
    yield from commands(parser).values()
