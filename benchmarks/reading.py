"""Pages a second of reading papers: plain text, and whole papers with sentences and tables, against pypdf and pdfplumber.

The papers are made by typst here; where `../shared/pdfs` is there, its papers are read as well.

python -m benchmarks.reading --json
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

from . import _asked

TRIES, ENOUGH = 3, 4.0  # CPU seconds after which nothing is tried again
PAGES = 12
SHARED = Path(__file__).resolve().parents[2] / "shared" / "pdfs"


def made(folder: Path) -> list[Path]:
    """Papers of two columns with tables, as many pages as a paper has."""
    from tests import papers

    path = folder / "made.pdf"
    path.write_bytes(papers.long(PAGES))
    return [path]


def plain(path: Path) -> int:
    from synth.reading import pdf

    return sum(1 for _ in pdf.plain(path))


def whole(path: Path) -> int:
    from synth.reading import pages

    return len(pages.read(path).pages)


def pypdf(path: Path) -> int:
    import pypdf

    return len([page.extract_text() for page in pypdf.PdfReader(path).pages])


def pdfplumber(path: Path) -> int:
    import pdfplumber

    with pdfplumber.open(path) as file:
        return len([page.extract_text() for page in file.pages])


def pdfplumber_tables(path: Path) -> int:
    import pdfplumber

    with pdfplumber.open(path) as file:
        return len([(page.extract_text(), page.extract_tables()) for page in file.pages])


def speed(read: Callable[[Path], int], paths: list[Path]) -> float:
    """Pages for each CPU second, the best of a few tries."""
    read(paths[0])  # what is imported is not what is measured
    best, spent = 0.0, 0.0
    for _ in range(TRIES):
        begin = time.process_time()
        count = sum(read(path) for path in paths)
        took = max(time.process_time() - begin, 1e-9)
        best, spent = max(best, count / took), spent + took
        if spent > ENOUGH:
            break
    return best


def measure(paths: list[Path], where: str, peers: bool) -> dict[str, dict[str, float]]:
    """Rows of this benchmark: `ours` and `peer` are pages a second, `ratio` how many times as fast the peer is."""
    cases = [("plain text", plain, "pypdf", pypdf), ("sentences and tables", whole, "pypdf", pypdf)]
    if peers:
        cases += [
            ("plain text", plain, "pdfplumber", pdfplumber),
            ("sentences and tables", whole, "pdfplumber", pdfplumber_tables),
        ]
    speeds = {read: speed(read, paths) for read in dict.fromkeys(one for case in cases for one in (case[1], case[3]))}
    rows = {}
    for name, ours, peer, theirs in cases:
        rows[f"{name}, {where}, against {peer}"] = {
            "ratio": round(speeds[theirs] / speeds[ours], 4), "ours": round(speeds[ours], 1), "peer": round(speeds[theirs], 1),
        }  # fmt: skip
    return rows


def main() -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("reading", __doc__, "", "--pdfs papers/ --json")
    parser.add_argument("--pdfs", metavar="DIR", default=str(SHARED), help="a folder of real papers to read as well")
    arguments = parser.parse_args()
    peers = find_spec("pdfplumber") is not None
    with tempfile.TemporaryDirectory() as folder:
        rows = measure(made(Path(folder)), "made papers", peers)
    if real := sorted(Path(arguments.pdfs).glob("*.pdf")):
        rows |= measure(real, f"{len(real)} real papers", peers)
    absent = {} if peers else {"absent": ["pdfplumber"]}
    _asked.show("reading", rows, arguments.json, _plain, **absent)
    if not peers and not arguments.json:
        print("pdfplumber is not installed, so it was not measured: pip install pdfplumber")


def _plain(name: str, row: dict[str, float]) -> str:
    return f"{name:58} {row['ours']:7.1f} pages/s, {1 / row['ratio']:6.1f} times the peer's {row['peer']:.1f}"


if __name__ == "__main__":
    main()
