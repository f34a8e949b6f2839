"""Every command's help: its purpose first, options by groups, and examples at the end that the parser takes. Cheap ones run."""

from __future__ import annotations

import argparse
import importlib
import io
import json
import shlex
from collections.abc import Callable
from pathlib import Path

import pytest

import replicate.__main__
import synth.__main__
from replicate.terminal.usage import Parser, commands, every, examples

PROGRAMS: dict[str, Callable[..., int]] = {"replicate": replicate.__main__.main, "synth": synth.__main__.main}
MODULES = ("replicate.perturb.__main__", "replicate.checkpoints", "benchmarks.__main__")
MODULES += tuple(f"tests.{name}.__main__" for name in ("faults", "fuzz", "mutants"))
# The others load torch and its kin before they know what they are asked.
MODULES += tuple(f"benchmarks.{name}" for name in ("audit", "calibration", "mining", "reading", "startup", "statistics"))
PAPER = "Training on SQuAD first raises the average over the target tasks by 8.2 points.\n"
REPORT = "# Gains\n\nResearch question: Does SQuAD help?\n\n## Claims\n\n- ✓ Training on SQuAD first gains 8.2 points.\n"
# What answers at once with nothing but what is shipped, and the files of `folder`; and what stands in the answer.
CHEAP = {
    "replicate world": "a1a  Talic, Latn, SVO  (the pivot)",
    "replicate tasks xnli": "XNLI (xnli): natural language inference",
    "replicate languages --source world": "a1a          Talic",
    "replicate experiments stilts": "stilts: Does intermediate training on an English task",
    "replicate status": "runs: 0 steps done",
    "replicate completion bash": "_shtab_replicate_subparsers=(",
    "synth new": "claims/far.toml",
    "synth extract paper.txt": "1 sentence, 1 of them asserts something, 1 kept",
    "synth pages paper.txt": PAPER,
    "synth audit paper.txt": "paper.txt: 1 page, 1 sentence\n\nnothing that could be checked; 0 findings",
    "synth pool effects.csv --effect": "pooled effect    0.1839",
    "synth ingest report.txt": "claims/gains.toml\n  1 claim: 1 ticked, 0 crossed; 1 with assertions",
    "synth completion fish": "function _synth_questions",
}


def parsers() -> list[Parser]:
    return [parser for module in (replicate.__main__, synth.__main__) for parser in every(module.parser())]


def asked(module: str, patch: pytest.MonkeyPatch) -> Parser:
    """The parser that a module's main makes for itself."""
    found: list[Parser] = []

    def caught(parser: Parser, args: object = None, namespace: object = None) -> None:
        found.append(parser)
        raise SystemExit

    patch.setattr(argparse.ArgumentParser, "parse_args", caught)
    with pytest.raises(SystemExit):
        importlib.import_module(module).main()
    return found[0]


def words(example: str) -> list[str]:
    """What the program itself is given of a command line: no redirections, and not its own name."""
    return shlex.split(example.split(" < ")[0].split(" > ")[0])[3:]


def holds(parser: Parser, program: Parser) -> None:
    text = parser.format_help()
    first, *_ = text.splitlines()
    assert first.startswith(f"{parser.prog.removeprefix('python -m ')}: ") and first.removesuffix(":") != parser.prog
    assert f"usage: {parser.start}" in text
    assert 1 <= len(parser.examples) <= 4
    assert text.rstrip().endswith(f"  {parser.examples[-1]}")
    for example in parser.examples:
        assert example.startswith("python -m ")
        if "--help" not in example:
            program.parse_args(words(example))


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.prog)
def test_a_commands_help_ends_with_examples_that_its_parser_takes(parser: Parser):
    program = {"replicate": replicate.__main__, "synth": synth.__main__}[parser.prog.split()[0]].parser()
    holds(parser, program)


@pytest.mark.parametrize("module", MODULES)
def test_so_does_the_help_of_a_module_that_is_started_by_itself(module: str, monkeypatch: pytest.MonkeyPatch):
    with monkeypatch.context() as patch:
        parser = asked(module, patch)
    holds(parser, parser)


@pytest.mark.parametrize("parser", parsers(), ids=lambda parser: parser.prog)
def test_every_option_says_what_it_does_and_what_it_takes(parser: Parser):
    for action in parser._actions:
        if commands(parser) and action.dest == "command":
            continue
        assert action.help
        # A name in braces is longer than the help beside it, and the two programs name values alike.
        assert action.nargs == 0 or (str(action.metavar or "").strip("./|:=").isascii() and action.metavar)
    for action in parser._actions:
        if action.option_strings and action.nargs != 0 and isinstance(action.default, str) and action.default:
            assert action.default.partition(":")[0] in (action.help or "") or action.help == argparse.SUPPRESS


def test_the_many_options_of_run_stand_in_groups():
    text = commands(replicate.__main__.parser())["run"].format_help()
    titles = [line for line in text.splitlines() if line.endswith(":") and not line.startswith(" ")]
    assert titles == [
        "arguments:", "what to run:", "model and settings:", "where:", "this machine, or a cluster:", "options of every command:",
        "examples:",
    ]  # fmt: skip


def test_an_option_means_the_same_kind_of_value_in_both_programs():
    named: dict[str, set[str]] = {}
    for parser in parsers():
        for action in parser._actions:
            for name in action.option_strings:
                named.setdefault(name, set()).add(str(action.metavar))
    # Of a CSV a column is named; what is written is a folder or a file; what is explained has its own names.
    own = {"--language", "--task", "--out", "--explain", "--format", "--overlap", "--steps"}
    assert {name: kinds for name, kinds in named.items() if len(kinds) > 1 and name not in own} == {}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder of a person's own, with the files that examples name."""
    (tmp_path / "effects.csv").write_text("study,yi,vi\na,0.1,0.02\nb,0.3,0.03\nc,0.2,0.05\n")
    for name, text in (("paper.txt", PAPER), ("report.txt", REPORT), ("notes.md", REPORT)):
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("start", CHEAP)
def test_cheap_examples_run(start: str, folder: Path, capsys: pytest.CaptureFixture[str]):
    told = [example for parser in parsers() for example in parser.examples]
    text = f"python -m {start}".replace("paper.txt", "paper.pdf")
    example = next(line for line in told if line == text or line.startswith(f"{text} "))
    example = example.replace("paper.pdf", "paper.txt")  # a PDF of the example's name is not at hand; its text is
    program = start.split()[0]
    assert PROGRAMS[program](words(example)) == 0
    assert CHEAP[start] in capsys.readouterr().out


def test_the_examples_of_perturb_run(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]):
    from replicate.perturb import KINDS
    from replicate.perturb.__main__ import main, parser

    typed, heard = "नमस्ते दुनिया, schöne Welt\n", []
    for example in parser().examples:
        monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(typed.encode()), encoding="utf-8"))
        assert main(words(example)) == 0
        heard.append(capsys.readouterr().out)
    swapped, told, explained = heard
    assert swapped != typed and sorted(swapped) == sorted(typed)
    assert json.loads(told)["original"] == typed.strip() and json.loads(told)["could"] == 1
    assert [line.split()[0] for line in explained.splitlines()] == list(KINDS)


# -- wrong usage


@pytest.mark.parametrize(
    ("command", "says"),
    [
        ("replicate rnu", "replicate: unknown command 'rnu'; did you mean run?; see python -m replicate --help"),
        ("synth verfy", "synth: unknown command 'verfy'; did you mean verify?"),
        ("replicate run", "replicate run: EXPERIMENT is missing, for example: python -m replicate run stilts --scale tiny;"),
        ("replicate run --only anli+ stilts", "replicate run: EXPERIMENT is missing (it stands before --only, which takes all"),
        ("replicate run stilts --scael tiny", "replicate run: unknown option '--scael'; did you mean --scale"),
        ("replicate run stilts --wrkers=2", "replicate run: unknown option '--wrkers'; did you mean --workers"),
        ("replicate run stilts tiny", "replicate run: 'tiny' is one word too many; see python -m replicate run --help"),
        ("replicate run stilts --seeds two", "replicate run: --seeds 'two': wanted a whole number"),
        ("replicate run stilts --scale", "replicate run: --scale wants NAME after it"),
        ("synth pool x.csv --method rem", "synth pool: unknown --method/--tau2 'rem'; did you mean REML"),
        ("synth pool x.csv --level much", "synth pool: --level 'much': wanted a number"),
        ("synth verify --fail-on refute", "synth verify: unknown --fail-on 'refute'; did you mean refuted?"),
        ("synth completion", "synth completion: SHELL is missing, for example: python -m synth completion bash > "),
    ],
)
def test_wrong_usage_is_one_line_with_the_nearest_right_word(command: str, says: str, capsys: pytest.CaptureFixture[str]):
    program, *given = command.split()
    with pytest.raises(SystemExit) as caught:
        PROGRAMS[program](given)
    out, err = capsys.readouterr()
    assert (caught.value.code, out) == (2, "")
    assert err.startswith(says) and err.count("\n") == 1 and err.endswith(" --help\n")


def test_an_example_begins_with_how_its_program_is_started():
    made = Parser(prog="python -m a.b", description="does something")
    examples(made, "--x 1 < text")
    assert made.examples == ("python -m a.b --x 1 < text",)
    assert made.format_help().splitlines()[0] == "a.b: does something"
