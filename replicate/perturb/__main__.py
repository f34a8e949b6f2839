"""The command line: `python -m replicate.perturb --language hi --kind swap --rate 0.1 < text`, line by line."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator, Sequence
from typing import IO

from ..problems import DONE, Problem, guard
from ..shown import as_json, streams
from ..terminal.usage import Parser, examples
from . import about, keyboards
from .kinds import KINDS
from .noise import Count, Perturbation, hit

SCHEMA = "replicate.perturb/1"
PROGRAM = "replicate.perturb"


def parser() -> Parser:
    """The parser of all options."""
    top = Parser(
        prog=f"python -m {PROGRAM}",
        description="perturb the letters of a text on stdin, line by line, to stdout; what was hit is counted on stderr",
    )
    examples(
        top,
        "--language hi --kind swap --rate 0.1 < text",
        "--language de --kind diacritics --json < text",
        "--kinds --language ar",
    )
    top.add_argument("--language", metavar="L", default="", help="code or name: hi, Hindi, or of the artificial world a1a")
    top.add_argument("--kind", metavar="NAME", default="", help=", ".join(KINDS))
    top.add_argument("--rate", metavar="X", default="0.1", help="share of the letters that can be hit, 0 to 1 (default: 0.1)")
    top.add_argument("--seed", metavar="N", default="0", help="another draw of letters (default: 0)")
    top.add_argument("--kinds", action="store_true", help="say what each kind does, in the language if one is named")
    top.add_argument("--json", action="store_true", help=f"a line of JSON for each line of text ({SCHEMA})")
    top.add_argument("--debug", action="store_true", help="show the whole traceback of an error")
    return top


def main(argv: Sequence[str] | None = None) -> int:
    """Run the command; the exit code."""
    with streams():
        args = parser().parse_args(argv)
        return guard(lambda: _run(args), PROGRAM, args.debug)


def _run(args: argparse.Namespace) -> int:
    if args.kinds:
        return _kinds(args)
    if not args.language:
        raise Problem("--language is missing: whose letters and keys? For example --language hi")
    if not args.kind:
        raise Problem(f"--kind is missing: one of {', '.join(KINDS)}; --kinds says what each does")
    language = keyboards.language(args.language)
    rate = 0.0 if args.kind == "none" and args.rate == "0.1" else _number("--rate", args.rate)
    noise = Perturbation(args.kind, rate, int(_number("--seed", args.seed, whole=True)))
    count, number = Count(), 0
    for number, (line, end) in enumerate(_lines(sys.stdin.buffer), 1):
        found = hit([line], noise, language.code, f"line {number}")
        count = count.plus(found.count)
        if args.json:
            told = {"schema": SCHEMA, "line": number, "original": line, "perturbed": found.parts[0]}
            _put(as_json({**told, **found.count._asdict()}) + "\n")
        else:
            _put(found.parts[0] + end)
    sys.stdout.buffer.flush()
    if not number:
        raise Problem("no text on stdin; give it a line or more, for example: echo 'नमस्ते दुनिया' | python -m "
                      f"{PROGRAM} --language {language.code} --kind {noise.kind}")  # fmt: skip
    if why := about.lacks(noise.kind, language):
        print(f"{PROGRAM}: {language.name}: {why}", file=sys.stderr)
    print(f"{PROGRAM}: {noise.kind} at rate {noise.rate:g}, {language.name}, seed {noise.seed}: hit {count}", file=sys.stderr)
    return DONE


def _kinds(args: argparse.Namespace) -> int:
    language = keyboards.language(args.language) if args.language else None
    told = {kind: about.told(kind, language) for kind in KINDS}
    if args.json:
        _put(as_json({"schema": SCHEMA, "language": language.code if language else None, "kinds": told}, indent=2) + "\n")
    else:
        width = max(map(len, told))
        _put("".join(f"{kind:<{width}}  {line}\n" for kind, line in told.items()))
    sys.stdout.buffer.flush()
    return DONE


def _number(option: str, text: str, whole: bool = False) -> float:
    try:
        return int(text) if whole else float(text)
    except ValueError:
        expected = "a whole number" if whole else "a number from 0 to 1"
        raise Problem(f"{option} {text}: expected {expected}") from None


def _lines(file: IO[bytes]) -> Iterator[tuple[str, str]]:
    """Each line without its end, and its end."""
    if file.isatty():
        print(f"{PROGRAM}: reading from the terminal, line by line; Ctrl-D ends", file=sys.stderr)
    for number, raw in enumerate(file, 1):
        try:
            line = raw.decode("utf-8")
        except UnicodeDecodeError as error:
            raise Problem(f"stdin, line {number}, byte {error.start + 1}: not UTF-8 ({raw[error.start]:#04x}); "
                          "convert the text first, for example with iconv -t UTF-8") from None  # fmt: skip
        bare = line.rstrip("\r\n")
        yield bare, line[len(bare) :]


def _put(text: str) -> None:
    # Bytes, so that neither the locale nor the platform changes letters or line ends.
    sys.stdout.buffer.write(text.encode("utf-8"))


if __name__ == "__main__":
    sys.exit(main())
