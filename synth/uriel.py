"""Languages beyond the shipped table, by URIEL+ (an extra: `pip install 'stilts-claims[typology]'`).

Distances are over the features that both languages have, as in the shipped table; nothing is imputed. Family and branch are
the first and the third name of Glottolog's lineage (the last one, where it is shorter), coarser or finer than a genus.
"""

from __future__ import annotations

import csv
import logging
from collections.abc import Sequence
from pathlib import Path

from replicate.problems import Problem

from .features import Known, family_names

PIVOT = "eng"
KINDS = ("genetic", "syntactic", "phonological", "inventory", "featural", "geographic")
DEPTH = 3


def known(codes: Sequence[str]) -> dict[str, Known]:
    """What URIEL+ knows of languages by their ISO 639-3 codes; a Problem for those it does not know."""
    try:
        # It writes to the root logger as it is loaded.
        logging.disable(logging.INFO)
        from urielplus.urielplus import URIELPlus
    except ImportError:
        raise Problem("--typology urielplus needs URIEL+: pip install 'stilts-claims[typology]'") from None
    try:
        store = URIELPlus()
        lineages = _lineages()
        return {code: _known(store, code, lineages) for code in codes}
    finally:
        logging.disable(logging.NOTSET)


def _known(store, code: str, lineages: dict[str, tuple[str, tuple[str, ...], tuple[float, float]]]) -> Known:
    distances = {}
    for kind in KINDS:
        try:
            value = float(store.new_distance(kind, PIVOT, code))
        except ValueError as error:
            if not str(error).startswith("Unknown language"):
                continue  # no feature in common
            raise Problem(f"unknown language {code!r}; URIEL+ knows languages by ISO 639-3 codes of three letters") from None
        if value > 0:  # 0 and -1 stand for no feature in common
            distances[kind] = value
    name, lineage, place = lineages.get(code, (code, (), (0.0, 0.0)))
    family = family_names().get(lineage[0], lineage[0]) if lineage else name
    branch = lineage[min(DEPTH, len(lineage)) - 1] if lineage else name
    return Known(code, name, family, branch, distances=distances, place=place if lineage else None)


def _lineages() -> dict[str, tuple[str, tuple[str, ...], tuple[float, float]]]:
    """Name, lineage and place by ISO code, out of URIEL+'s own tables."""
    import urielplus

    folder = Path(str(urielplus.__file__)).parent / "database" / "urielplus_csvs"
    with (folder / "uriel_glottocode_map.csv").open(encoding="utf-8", newline="") as file:
        glottocodes = {row["iso_code"]: row["glottocode"] for row in csv.DictReader(file)}
    with (folder / "lang_fam_geo.csv").open(encoding="utf-8", newline="") as file:
        rows = {row["language_id"]: row for row in csv.DictReader(file)}
    found = {}
    for code, glottocode in glottocodes.items():
        if row := rows.get(glottocode):
            lineage = tuple(part.strip() for part in row["lineage"].split(",") if part.strip())
            place = (float(row["latitude"] or 0), float(row["longitude"] or 0))
            found[code] = (row["language_name"], lineage, place)
    return found
