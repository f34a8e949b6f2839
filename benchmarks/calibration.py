"""How often the tests of languages are wrong, and how often their intervals hold, where the truth is known.

python -m benchmarks.calibration --json           1,000 draws of each scenario (some minutes)
python -m benchmarks.calibration --json --quick   150 draws of each

Gains are drawn on XTREME's target languages and their tasks: no predictor has an effect, and languages resemble their
families, their branches, both, or neither. An error is a p below 5% for a predictor that does nothing. The peer is least
squares, the usual thing, on the same draws.
"""

from __future__ import annotations

import csv
import math
import os
import sys
from collections.abc import Sequence
from typing import Any

from . import _asked

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

DRAWS, QUICK = 1_000, 150
TASKS = ("xnli", "pawsx", "udpos", "panx", "xquad", "mlqa", "tydiqa", "bucc2018", "tatoeba")
# Standard deviations of families, branches and languages, in units of the residual; tasks differ by 1.5.
SCENARIOS = {"none": (0.0, 0.0, 0.7), "family": (1.0, 0.0, 0.7), "branch": (0.0, 1.0, 0.7), "both": (0.7, 0.7, 0.7)}
TASK = 1.5


def structure() -> Any:
    """XTREME's languages without the pivot, a row for each task that they have, as `synth regress` takes them in."""
    import numpy as np

    from replicate import languages, resources
    from synth import features, typology
    from synth.cells import Cells

    with (resources.data() / "languages.csv").open(encoding="utf-8", newline="") as file:
        codes = [row["iso639_1"] for row in csv.DictReader(file) if row["xtreme40"] == "1" and row["iso639_1"] != languages.PIVOT]
    known = languages.languages()
    rows = [(code, task) for code in codes for task in TASKS if task in known[code].tasks]
    of, tasks = (tuple(column) for column in zip(*rows, strict=True))
    cells = Cells("calibration", "real", "gain", of, tasks, ("",) * len(rows), np.zeros(len(rows)))
    about = features.known(of, "real")
    chosen, _ = features.predictors(cells, about, ("size", "syntactic", "script"), None)
    return typology.data(cells, about, chosen)


def draw(found: Any, scenario: str, rng: Any) -> Any:
    """The same rows with outcomes that no predictor has a part in."""
    from dataclasses import replace

    y = rng.normal(0, 1, len(found.cells))
    for name, sd in (*zip(("family", "branch", "language"), SCENARIOS[scenario], strict=True), ("task", TASK)):
        labels = found.groups[name]
        values = dict(zip(sorted(set(labels)), rng.normal(0, sd, len(set(labels))), strict=True))
        y = y + [values[label] for label in labels]
    return replace(found, cells=replace(found.cells, y=y))


def plain_p(found: Any) -> list[float]:
    """The p values of least squares, tasks as columns."""
    import numpy as np

    from synth import typology
    from synth.stats.distributions import two_sided

    x, y = typology.model_matrix(found, tasks=True).matrix, found.cells.y
    beta, _, _, _ = np.linalg.lstsq(x, y, rcond=None)
    df = len(y) - x.shape[1]
    se = np.sqrt(np.diag(np.linalg.inv(x.T @ x)) * ((y - x @ beta) ** 2).sum() / df)
    return [two_sided(float(b / s), df) for b, s in zip(beta[1:4], se[1:4], strict=True)]


def measure(draws: int, scenario: str, seed: int) -> dict[str, Any]:
    """Errors in per cent, predictor by predictor: of the primary test, of robust errors, of least squares."""
    import numpy as np

    from synth import typology

    found, rng = structure(), np.random.default_rng([seed, list(SCENARIOS).index(scenario)])
    hits: dict[str, list[list[bool]]] = {"primary": [], "robust": [], "least squares": []}
    covered = []
    for _ in range(draws):
        drawn = draw(found, scenario, rng)
        slopes = typology.fit(drawn, robustly=True).slopes
        hits["primary"].append([one.p < 0.05 for one in slopes])
        hits["robust"].append([one.robust_p is not None and one.robust_p < 0.05 for one in slopes])
        hits["least squares"].append([p < 0.05 for p in plain_p(drawn)])
        covered.append([one.low < 0 < one.high for one in slopes])
    names = [one.title for one in found.predictors]
    rates = {name: [round(100 * float(rate), 1) for rate in np.mean(kind, axis=0)] for name, kind in hits.items()}
    mean = float(np.mean(rates["primary"]))
    return {
        "ratio": round(mean / max(float(np.mean(rates["least squares"])), 0.1), 3),
        "ours": round(mean, 2),
        "peer": round(float(np.mean(rates["least squares"])), 2),
        "errors": {name: dict(zip(names, values, strict=True)) for name, values in rates.items()},
        "coverage": dict(zip(names, (round(100 * float(one), 1) for one in np.mean(covered, axis=0)), strict=True)),
        "draws": draws,
        "margin": round(196 * math.sqrt(0.05 * 0.95 / draws), 1),
    }


def main(argv: Sequence[str] | None = None) -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("calibration", __doc__, "--quick", "--only family --seed 1 --json")
    parser.add_argument("--quick", action="store_true", help=f"{QUICK} draws of each scenario instead of {DRAWS:,}")
    parser.add_argument("--draws", type=int, metavar="N", help="another number of draws")
    parser.add_argument("--only", choices=list(SCENARIOS), action="append", help="this scenario; may be repeated")
    parser.add_argument("--seed", type=int, default=0, help="another series of draws")
    arguments = parser.parse_args(argv)
    draws = arguments.draws or (QUICK if arguments.quick else DRAWS)
    if draws < 1:
        parser.error("--draws is at least 1")
    rows = {}
    for name in arguments.only or SCENARIOS:
        print(f"benchmarks.calibration: {name}, {draws} draws", file=sys.stderr)
        rows[name] = measure(draws, name, arguments.seed)
    _asked.show("calibration", rows, arguments.json, _plain)


def _plain(name: str, row: dict[str, Any]) -> str:
    head = f"languages alike by {name}; false alarms at a nominal 5% in {row['draws']} draws, by chance {row['margin']} off:"
    rates = {**row["errors"], "coverage": row["coverage"]}
    lines = [
        f"  {kind:14} " + ", ".join(f"{title} {rate:.1f}%" for title, rate in found.items()) for kind, found in rates.items()
    ]
    return "\n".join([head, *lines])


if __name__ == "__main__":
    main()
