"""The lines of a text file with their numbers, and JSON: UTF-8, or a Problem that says where not."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from ..problems import Problem, unreadable

HALF = re.compile(r"\\u[dD][89a-fA-F]")


class Lines:
    """The lines of a file, without their ends. `number` is that of the last one read; as a string it says where that is.

    Only a line feed ends a line, as in XTREME's own files; a carriage return before it goes too, and so does a byte order mark.
    """

    def __init__(self, path: Path) -> None:
        self.path, self.number = path, 0

    def __str__(self) -> str:
        return f"{self.path}, line {self.number}"

    def __iter__(self) -> Iterator[str]:
        check(self.path)
        self.number = 0
        try:
            with self.path.open(encoding="utf-8-sig", newline="\n") as file:
                for line in file:
                    self.number += 1
                    yield line.rstrip("\r\n")
        except UnicodeDecodeError:
            raise undecodable(self.path) from None


def whole(path: Path) -> Any:
    """What a JSON file holds."""
    check(path)
    try:
        text = path.read_bytes().decode("utf-8-sig")
        return written(json.loads(text), text, f"{path}")
    except UnicodeDecodeError:
        raise undecodable(path) from None
    except json.JSONDecodeError as error:
        raise Problem(f"{path}, line {error.lineno}, column {error.colno}: no JSON ({error.msg}); is the file whole?") from None
    except (ValueError, RecursionError) as error:
        raise Problem(f"{path}: no JSON of a data set ({unreadable(error)})") from None


def objects(lines: Lines) -> Iterator[dict[str, Any]]:
    """The objects of a file that has one in each line; empty lines are passed over."""
    for line in lines:
        if line.strip():
            yield parsed(line, str(lines))


def parsed(line: str, where: str) -> dict[str, Any]:
    """The object in a line."""
    try:
        found = written(json.loads(line), line, where)
    except (ValueError, RecursionError) as error:
        raise Problem(f"{where}: no JSON ({unreadable(error)}); expected one object a line") from None
    if not isinstance(found, dict):
        raise Problem(f"{where}: {line.strip()[:40]}; expected one object a line")
    return found


def written(found: Any, text: str, where: str) -> Any:
    """What was parsed from the text, unless it has half a letter: JSON writes a letter beyond the first 65,536 in two halves,
    and one half alone can neither be tokenised nor written again."""
    if HALF.search(text):
        try:
            json.dumps(found, ensure_ascii=False).encode("utf-8")
        except UnicodeEncodeError:
            raise Problem(f"{where}: half of a letter (\\ud8.. to \\udf.. without its other half); write the text anew") from None
    return found


def check(path: Path) -> None:
    """A Problem for a file that is not there, is empty, or is no plain text by its first bytes."""
    try:
        with path.open("rb") as file:
            begin = file.read(4096)
    except FileNotFoundError:
        raise Problem(f"{path}: no such file") from None
    except IsADirectoryError:
        raise Problem(f"{path}: a folder stands where a file is expected") from None
    if not begin.removeprefix(b"\xef\xbb\xbf").strip():
        raise Problem(f"{path}: the file is empty")
    if b"\0" in begin:
        raise Problem(f"{path}: not UTF-8 text (a zero byte at {begin.index(0) + 1}); is it UTF-16? convert it to UTF-8")


def undecodable(path: Path) -> Problem:
    """The problem of a file that is not UTF-8, with the line and the byte where that shows first."""
    with path.open("rb") as file:
        for number, line in enumerate(file, 1):
            try:
                line.decode("utf-8")
            except UnicodeDecodeError as error:
                return Problem(
                    f"{path}, line {number}: byte {error.start + 1} (0x{line[error.start]:02x}) is not UTF-8; "
                    "convert the file to UTF-8, and see that its parts are not in several encodings"
                )
    return Problem(f"{path}: not UTF-8")
