"""Where the files that travel with the product lie, and of which commit they are: beside the packages in a checkout, inside
them in a wheel.

The wheel puts `data/` into `replicate/_data` and `reports/templates/` into `synth/_templates` (pyproject.toml).
"""

from __future__ import annotations

from functools import cache
from pathlib import Path

from .problems import Problem

ROOT = Path(__file__).resolve().parent.parent


def data() -> Path:
    """The folder of shipped data: languages, published tables, claims. Read-only."""
    return _first("data", ROOT / "replicate" / "_data", ROOT / "data")


def models() -> list[Path]:
    """The folders of the pretrained models that are shipped, each named by the id of the step that made it. Read-only."""
    return sorted(path.parent for path in (data() / "checkpoints").glob("*/tokenizer.json"))


def templates() -> Path:
    """The folder of the report's templates and fonts. Read-only."""
    return _first("templates", ROOT / "synth" / "_templates", ROOT / "reports" / "templates")


@cache
def commit() -> str:
    """The commit of the checkout that this code lies in, empty outside one; read without git, since every step asks."""
    try:
        git = ROOT / ".git"
        if git.is_file():  # a worktree or submodule points to its folder
            git = (git.parent / git.read_text().removeprefix("gitdir:").strip()).resolve()
        head = (git / "HEAD").read_text().strip()
        if not head.startswith("ref: "):
            return head
        ref = head.removeprefix("ref: ")
        shared = git / "commondir"
        common = (git / shared.read_text().strip()).resolve() if shared.exists() else git
        for folder in (git, common):
            if (folder / ref).is_file():
                return (folder / ref).read_text().strip()
        for line in (common / "packed-refs").read_text().splitlines():
            if line.endswith(" " + ref):
                return line.split()[0]
    except OSError:
        pass
    return ""


def _first(what: str, *folders: Path) -> Path:
    for folder in folders:
        if folder.is_dir():
            return folder
    raise Problem(f"the {what} of stilts-claims are missing (looked in {' and '.join(map(str, folders))}); install it again")
