"""Reports as files: which formats there are, what lies beside each, and that nothing of others is overwritten."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from replicate.files import whole
from replicate.problems import Problem, unknown

from .. import provenance
from . import crate, html, markdown, pdf
from .build import build
from .index import index
from .inputs import GENERATOR, Inputs
from .value import Report

Files = dict[str, bytes]  # by their path below the folder of the reports; the report itself first

FORMATS: Mapping[str, Callable[[Report, Path | None], Files]] = {
    "html": lambda report, template: {f"{report.name}.html": html.page(report, template).encode()},
    "pdf": lambda report, template: {f"{report.name}.pdf": pdf.document(report, template)},
    "md": markdown.files,
}
TEMPLATES = {".typ": "pdf", ".md": "md", ".html": "html"}  # which format a template of the user's is for
# What a file of ours says of itself, near its beginning or its end.
SIGNS = (f'name="generator" content="{GENERATOR}', f"<!-- {GENERATOR}: ", "report-data.json", f'"name": "{GENERATOR}"')


def formats(text: str) -> tuple[str, ...]:
    """The formats in a list with commas; a Problem for one that there is not."""
    names = tuple(dict.fromkeys(name.strip().lower() for name in text.split(",") if name.strip()))
    for name in names:
        if name not in FORMATS:
            raise unknown("format", name, FORMATS)
    if not names:
        raise Problem(f"--format names no format; valid: {', '.join(FORMATS)}")
    return names


def template_for(path: Path) -> str:
    """The format that a template is for, by its name: page.html.j2, text.md.j2, paper.typ."""
    if not path.is_file():
        raise Problem(f"{path}: no such template")
    found = next((TEMPLATES[suffix] for suffix in reversed(path.suffixes) if suffix in TEMPLATES), "")
    if not found:
        raise Problem(f"{path}: a template is named .html.j2, .md.j2 or .typ, by the format that it makes")
    return found


def write(
    inputs: Sequence[Inputs],
    out: Path,
    names: Sequence[str] = ("html",),
    template: Path | None = None,
    force: bool = False,
    command: str = "",
) -> list[tuple[str, Path]]:
    """All reports with an index over them and their metadata; the name of each question (or index) with each file's path.

    Everything is made before anything is written, and each file is whole or not there at all. A file that synth did not make
    stays, and then none is written, unless forced.
    """
    own = template_for(template) if template else ""
    reports = [build(one) for one in inputs]
    made = list[tuple[str, crate.Made]]()
    for report, source in zip(reports, inputs, strict=True):
        for name in names:
            files = FORMATS[name](report, template if name == own else None)
            made += [(report.name, crate.Made(path, content, source)) for path, content in files.items()]
    over = index(reports, names)
    kinds = [name for name in names if name != "pdf"] or ["html"]
    made += [(over.name, crate.Made(path, content)) for kind in kinds for path, content in FORMATS[kind](over, None).items()]
    version = provenance.version("stilts-claims")
    about = crate.crate([one for _, one in made], command, over.date, over.author, version)
    files = {one.path: one.content for _, one in made} | {crate.NAME: about}
    refuse([out / path for path in files], force)
    for path, content in files.items():
        put(out / path, content)
    return [(name, out / one.path) for name, one in made if "/" not in one.path]


def refuse(paths: Sequence[Path], force: bool) -> None:
    """A Problem where a file exists that is not ours."""
    for path in paths:
        if path.exists() and not force and not ours(path):
            raise Problem(f"{path}: exists and was not made by synth; name another folder (--out) or say --force")


def ours(path: Path) -> bool:
    """Whether a file was made by this program, and so may be made again."""
    if path.is_dir():
        return False
    if path.parent.name.endswith(".figures") and path.suffix in (".svg", ".csv"):
        return True
    content = path.read_bytes()
    return any(sign.encode() in content for sign in SIGNS)


def put(path: Path, content: bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole(path) as file:
        file.write(content)
