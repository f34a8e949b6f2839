"""Text of others made safe for where it is shown: the one home for that.

    visible   everywhere: characters that nobody sees, that turn a line around or that steer a terminal, are named
    streams   a terminal: all that is printed within it is made safe as it is written, secrets included
    as_json   JSON on stdout: the same characters escaped, so that nothing is lost
    cell      CSV that a spreadsheet opens: a text is never a formula
    markdown  Markdown: a text is never markup; `address` is one within its brackets

HTML is escaped by its templates, and typst gets data (synth/report).
"""

from __future__ import annotations

import contextlib
import re
import sys
from collections.abc import Iterator
from typing import Any, TextIO, cast

from . import confidential

# Controls, marks and overrides of direction, what has no width (but the joiners, which scripts need), separators of lines,
# tags, and halves of characters that no format holds.
_UNSEEN = (
    "\x7f-\x9f\u061c\u180e\u200b\u200e\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb\ud800-\udfff\ufffe\uffff"
    "\U000e0000-\U000e007f"
)
HIDDEN = re.compile(f"[\x00-\x08\x0b-\x1f{_UNSEEN}]")
_STEERING = re.compile(f"[\x00-\x08\x0b-\x1f\u2028\u2029{_UNSEEN}]")  # what is written may have tabs and ends of lines of ours
_ESCAPED = re.compile(f"[\u2028\u2029{_UNSEEN}]")  # JSON escapes the other controls by itself
_SPACE = re.compile(r"[\t\n\r\u2028\u2029]+")


def _named(found: re.Match[str]) -> str:
    return f"\u27e8U+{ord(found.group()):04X}\u27e9"


def visible(text: str) -> str:
    """One line of text with its hidden characters named: a right-to-left override becomes \u27e8U+202E\u27e9."""
    return HIDDEN.sub(_named, _SPACE.sub(" ", text))


# ---- a terminal ----


class Guarded:
    """A stream whose text is made safe as it is written. What the program itself draws with goes to `bare`."""

    def __init__(self, bare: TextIO) -> None:
        self.bare = bare
        self._secrets = confidential.values()

    def write(self, text: str) -> int:
        shown = _STEERING.sub(_named, confidential.taken_out(text, self._secrets))
        try:
            self.bare.write(shown)
        except UnicodeEncodeError:  # a terminal of another encoding
            encoding = self.bare.encoding or "ascii"
            self.bare.write(shown.encode(encoding, "backslashreplace").decode(encoding))
        return len(text)

    def writelines(self, lines: Iterator[str]) -> None:
        for line in lines:
            self.write(line)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.bare, name)


@contextlib.contextmanager
def streams() -> Iterator[None]:
    """Within it nothing that is printed steers a terminal, and no secret is printed."""
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast(TextIO, one if isinstance(one, Guarded) else Guarded(one)) for one in kept)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept


@contextlib.contextmanager
def bare_streams() -> Iterator[None]:
    """Within it a library may draw its own progress bars."""
    kept = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = map(bare, kept)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = kept


def bare(stream: TextIO) -> TextIO:
    """The stream behind a guarded one."""
    return stream.bare if isinstance(stream, Guarded) else stream


# ---- data ----


def as_json(data: Any, indent: int | None = None) -> str:
    """One JSON document for stdout: letters of all scripts as they are, characters that nobody sees as \\uXXXX."""
    import json

    text = json.dumps(data, ensure_ascii=False, allow_nan=False, indent=indent)
    return _ESCAPED.sub(lambda found: json.dumps(found.group())[1:-1], text)


def cell(value: Any) -> Any:
    """A value of a CSV file that a spreadsheet opens: a text that it would take for a formula gets an apostrophe before it.

    Numbers stay. What `replicate` and `synth` read again themselves (results, tables) is written as it is instead.
    """
    if not isinstance(value, str) or not value.lstrip(" \t\r\n\ufeff")[:1] or value.lstrip(" \t\r\n\ufeff")[0] not in "=+-@|%":
        return value
    try:
        float(value)
    except ValueError:
        return f"'{value}"
    return value


# ---- Markdown ----


def markdown(text: str) -> str:
    """Text that Markdown shows as it is: no emphasis, no link, no tag, no table, no list, nobody mentioned."""
    found = re.sub(r"([\\`*_{}\[\]<>#|~&$!@])", r"\\\1", text)
    found = found.replace("://", "\\://").replace("www.", "www\\.")
    return re.sub(r"^(\s*)([-+=]|\d+(?=[.)]))", lambda one: f"{one.group(1)}{_begun(one.group(2))}", found)


def _begun(start: str) -> str:
    """The beginning of a line that would be taken for a list: the sign, or what follows the number, escaped."""
    return f"{start}\\" if start.isdigit() else f"\\{start}"


def address(href: str) -> str:
    """An address within Markdown's brackets."""
    return "".join(f"%{ord(one):02X}" if one in '()<> \\"' else one for one in href)


def in_url(text: str) -> str:
    """Text as the content of a data: address: only what would end it or be misread is escaped."""
    return "".join(f"%{byte:02X}" if byte < 33 or byte > 126 or byte in b"\"#%&'<>" else chr(byte) for byte in text.encode())
