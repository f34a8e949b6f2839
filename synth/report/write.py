"""Reports as files: which formats there are, what lies beside each, and that nothing of others is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from replicate.files import whole
from replicate.problems import Problem

from . import html
from .inputs import GENERATOR
from .value import Report

Files = dict[str, bytes]  # by their path below the folder of the reports


def as_html(report: Report, template: Path | None) -> Files:
    return {f"{report.name}.html": html.page(report, template).encode()}


FORMATS: Mapping[str, Callable[[Report, Path | None], Files]] = {"html": as_html}
SIGNS = (f'name="generator" content="{GENERATOR}', f"{GENERATOR}: synth.report/", f"({GENERATOR})")


def write(report: Report, out: Path, formats: tuple[str, ...], template: Path | None = None, force: bool = False) -> list[Path]:
    """The files of a report in a folder, each whole or not at all. The first path of each format is the report itself.

    A file that synth did not make stays, and none is written, unless forced.
    """
    made = {name: FORMATS[name](report, template) for name in formats}
    refuse([out / path for files in made.values() for path in files], force)
    written = []
    for files in made.values():
        for place, (path, content) in enumerate(files.items()):
            put(out / path, content)
            if not place:
                written.append(out / path)
    return written


def refuse(paths: list[Path], force: bool) -> None:
    """A Problem where a file exists that is not ours."""
    for path in paths:
        if path.exists() and not force and not ours(path):
            raise Problem(f"{path}: exists and was not made by synth; name another folder (--out) or say --force")


def ours(path: Path) -> bool:
    """Whether a file was made by this program, and so may be made again."""
    with path.open("rb") as file:
        head = file.read(4096)
        file.seek(max(0, path.stat().st_size - 4096))
        return any(sign.encode() in head + file.read() for sign in SIGNS)


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as file:
        file.write(content)
