"""Commands that show what there is: languages, experiments, the artificial world."""

from __future__ import annotations

import argparse
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

from .. import experiments as registry
from ..experiments.options import words
from ..problems import DONE, Problem, unknown
from ..shown import as_json


def table(rows: Iterable[Sequence[object]], head: Sequence[str]) -> str:
    """Rows as columns of text, numbers to the right."""
    cells = [list(head)] + [
        ["" if one is None else f"{one:.2f}" if isinstance(one, float) else str(one) for one in row] for row in rows
    ]
    widths = [max(len(row[place]) for row in cells) for place in range(len(head))]
    right = [all(_number(row[place]) for row in cells[1:]) for place in range(len(head))]
    lines = (
        "  ".join(
            cell.rjust(width) if to_right else cell.ljust(width) for cell, width, to_right in zip(row, widths, right, strict=True)
        )
        for row in cells
    )
    return "\n".join(line.rstrip() for line in lines)


def _number(text: str) -> bool:
    return not text.strip() or text.replace(",", "").replace(".", "", 1).lstrip("+-").isdigit()


def print_json(schema: str, data: dict[str, Any]) -> None:
    print(as_json({"schema": schema, **data}, indent=1))


def languages(args: argparse.Namespace) -> int:
    if args.overlap:
        return _overlap(args)
    from ..languages import DISTANCES
    from ..languages import languages as of_world

    if args.source and args.source.partition(":")[0] not in ("world", "artificial", "real", "hub"):
        raise unknown("source", args.source, ("world", "hub"))
    artificial = args.source.partition(":")[0] in ("world", "artificial")
    found = list(of_world("artificial" if artificial else "real").values())
    if args.json:
        data = [{**asdict(one), "distances": dict(one.distances)} for one in found]
        print_json("replicate.languages/1", {"world": "artificial" if artificial else "real", "languages": data})
        return DONE
    if artificial:
        print("artificial world")
    kinds = [kind for kind in DISTANCES if any(kind in one.distances for one in found)]
    rows = [
        (
            one.code,
            one.name,
            one.family,
            one.branch,
            one.script,
            one.word_order,
            _size(one.size),
            *(one.distances.get(kind) for kind in kinds),
        )
        for one in found
    ]
    print(table(rows, ("code", "name", "family", "branch", "script", "order", "size", *kinds)))
    return DONE


def _overlap(args: argparse.Namespace) -> int:
    """The subword overlap of each language with the pivot, as CSV that `synth regress --overlap` reads."""
    from .. import overlap
    from ..sources import open_source

    source = open_source(args.source or "world")
    if source.world == "real" and not args.model:
        raise Problem("--overlap on real text needs the model whose pieces are counted: --model hub:ID or dir:PATH")
    found = overlap.overlap(source, overlap.tokenizer(args.model))
    if args.json:
        print_json("replicate.overlap/1", {"world": source.world, "pivot": source.pivot, "overlap": found})
        return DONE
    print("language,overlap")
    for language, share in sorted(found.items(), key=lambda pair: -pair[1]):
        print(f"{language},{share:.4f}")
    return DONE


def _size(value: float | None) -> str | None:
    return None if value is None else f"{value:g}"


def experiments(args: argparse.Namespace) -> int:
    if args.experiment:
        return _experiment(args)
    found = [registry.find(name, "nano") for name in registry.names()]
    if args.json:
        data = [{"name": one.name, "question": one.question, "repeats": one.repeats, "scales": registry.SCALES} for one in found]
        print_json("replicate.experiments/1", {"experiments": data})
    else:
        print(table([(one.name, one.repeats or "-", one.question) for one in found], ("name", "repeats", "question")))
    return DONE


def _experiment(args: argparse.Namespace) -> int:
    """What one experiment stated before it had data."""
    found = registry.find(args.experiment, args.scale)
    stated = asdict(found.protocol) if found.protocol else {}
    if args.json:
        about = {"name": found.name, "scale": found.scale, "question": found.question, "repeats": found.repeats}
        contrasts = [asdict(one) for one in found.contrasts]
        print_json("replicate.experiment/1", {**about, "protocol": stated, "contrasts": contrasts, "words": words(found)})
        return DONE
    print(f"{found.name}: {found.question}")
    for name, said in stated.items():
        said = f"{said:g} point{'s' * (said != 1)}, under which a difference is called none" if name == "margin" else said
        print(textwrap.fill(f"{name}: {said}", 110, subsequent_indent="  "))
    for primary, title in ((True, "what decides"), (False, "beside it")):
        names = [one.name for one in found.contrasts if one.primary is primary]
        if names:
            print(f"{title}:\n" + "\n".join(f"  {one}" for one in names))
    print(textwrap.fill(f"--only takes: {' '.join(words(found))}", 110, subsequent_indent="  "))
    return DONE


def world(args: argparse.Namespace) -> int:
    from ..sources.world import show

    if args.count < 1:
        raise Problem(f"--count {args.count}: at least one example is needed")
    print(
        show.world(
            sample=args.sample, language=args.language, count=args.count, seed=args.seed, split=args.split, as_json=args.json
        ).rstrip("\n")
    )
    return DONE
