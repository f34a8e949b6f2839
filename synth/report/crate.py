"""`ro-crate-metadata.json` beside the reports: what each file is, what it was made from, by whom and with what."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from replicate import shown

from ..shortened import shortened
from .inputs import GENERATOR, Inputs
from .plain import visible

NAME = "ro-crate-metadata.json"
CONTEXT = "https://w3id.org/ro/crate/1.1/context"
LONG = 280  # characters of a question
KINDS = {".html": "text/html", ".pdf": "application/pdf", ".md": "text/markdown", ".svg": "image/svg+xml", ".csv": "text/csv"}


@dataclass(frozen=True)
class Made:
    """A file below the folder of the reports, and the question that it is on (none for the index)."""

    path: str
    content: bytes
    inputs: Inputs | None = None


def crate(made: Sequence[Made], command: str, date: str, author: str, version: str) -> bytes:
    """The metadata of these files, the same for the same files."""
    by = "Person" if author and not author.startswith(GENERATOR) else "SoftwareApplication"
    graph: list[dict[str, Any]] = [
        {
            "@id": NAME, "@type": "CreativeWork", "about": {"@id": "./"}, "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
        },
        {
            "@id": "./", "@type": "Dataset", "name": "Replication and verification reports", "datePublished": date,
            "description": "Claims of reports and papers, checked against their sources and against runs of experiments.",
            "author": {"@id": "#author"}, "license": "https://www.apache.org/licenses/LICENSE-2.0",
            "hasPart": [{"@id": one.path} for one in made], "mentions": [{"@id": "#made"}],
        },
        {"@id": "#author", "@type": by, "name": author},
        {"@id": "#program", "@type": "SoftwareApplication", "name": GENERATOR, "version": version},
        {
            "@id": "#made", "@type": "CreateAction", "name": command, "instrument": {"@id": "#program"}, "endTime": date,
            "result": [{"@id": one.path} for one in made],
            "object": [{"@id": f"#input-{name}"} for name, _ in _sources(made)],
        },
    ]  # fmt: skip
    graph += [
        {"@id": f"#input-{name}", "@type": "CreativeWork", "name": name, "sha256": digest} for name, digest in _sources(made)
    ]
    for one in made:
        suffix = f".{one.path.rpartition('.')[2]}"
        entry: dict[str, Any] = {
            "@id": one.path, "@type": "File", "contentSize": len(one.content), "sha256": hashlib.sha256(one.content).hexdigest(),
            "encodingFormat": KINDS.get(suffix, "application/octet-stream"),
        }  # fmt: skip
        if one.inputs:
            entry["name"] = shortened(visible(one.inputs.question.question), LONG)
        graph.append(entry)
    return (shown.as_json({"@context": CONTEXT, "@graph": graph}, indent=1) + "\n").encode()


def _sources(made: Sequence[Made]) -> list[tuple[str, str]]:
    """The input files of all reports by name, each with its hash."""
    return sorted({pair for one in made if one.inputs for pair in one.inputs.files})
