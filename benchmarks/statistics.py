"""CPU seconds of the statistics: mixed models on 20,000 rows, and a thousand meta-analyses.

python -m benchmarks.statistics --json            each measured three times, the least counts
python -m benchmarks.statistics --json --quick    measured once

The peers: lme4 1.1-31 (R 4.2.2) took 0.39 CPU seconds for family, language and task crossed and 1.1 with language by task, on
rows of the same make (../shared/reference); for the meta-analyses the goal of two seconds. One BLAS thread. The models'
numbers are compared with lme4's and metafor's in the tests, not here.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from typing import Any

from . import _asked

os.environ |= dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), "1")

ROWS, LANGUAGES, FAMILIES, TASKS = 20_000, 40, 12, 9
PEERS = {"family + language + task": 0.39, "and language x task": 1.1, "1,000 meta-analyses": 2.0}
ANALYSES, STUDIES = 1_000, 30


def seconds(work: Callable[[], Any], tries: int) -> float:
    """The least CPU seconds of a few tries."""
    found = []
    for _ in range(tries):
        before = time.process_time()
        work()
        found.append(time.process_time() - before)
    return min(found)


def rows() -> dict[str, Any]:
    """Gains of languages on tasks, with intercepts of all kinds in them."""
    import numpy as np

    rng = np.random.default_rng(0)
    language, task = rng.integers(0, LANGUAGES, ROWS), rng.integers(0, TASKS, ROWS)
    family = rng.integers(0, FAMILIES, LANGUAGES)[language]
    predictors = rng.normal(size=(LANGUAGES, 3))[language]
    y = rng.normal(0, 3, ROWS) + predictors @ [-1.0, 0.5, 0.0]
    for codes, sd in ((family, 0.8), (language, 1.1), (task, 1.3), (language * TASKS + task, 0.75)):
        y = y + rng.normal(0, sd, codes.max() + 1)[codes]
    names = {"family": family, "language": language, "task": task, "language x task": language * TASKS + task}
    return {"y": y, "predictors": predictors, "groups": {name: [f"{code}" for code in codes] for name, codes in names.items()}}


def mixed_model(data: dict[str, Any], groups: tuple[str, ...]) -> Callable[[], Any]:
    """A fit by REML, from labels to coefficients."""
    import numpy as np

    from synth.stats import mixed, penalised
    from synth.stats.design import Design

    names = ("intercept", "one", "two", "three")
    matrix = np.column_stack([np.ones(ROWS), data["predictors"]])

    def work() -> Any:
        terms = [penalised.term(name, data["groups"][name]) for name in groups]
        return mixed.fit(data["y"], Design(matrix, names, {}), terms)

    return work


def meta_analyses() -> Callable[[], Any]:
    """REML with Knapp and Hartung's variance, the interval of tau2 and the prediction interval."""
    import numpy as np

    from synth.stats import pool

    rng = np.random.default_rng(1)
    variances = rng.gamma(4, 0.02, (ANALYSES, STUDIES))
    effects = rng.normal(0.2, np.sqrt(variances + 0.05 * rng.integers(0, 2, (ANALYSES, 1))))

    def work() -> None:
        for y, v in zip(effects, variances, strict=True):
            model = pool.fit(y, v, test="knha")
            pool.spread(model)
            pool.predict(model)

    return work


def main() -> None:
    """Measure and print, as a table or as JSON."""
    parser = _asked.parser("statistics", __doc__, "--quick", "--json")
    parser.add_argument("--quick", action="store_true", help="measure once instead of three times")
    arguments = parser.parse_args()
    data, tries = rows(), 1 if arguments.quick else 3
    crossed = ("family", "language", "task")
    work = dict(
        zip(PEERS, (mixed_model(data, crossed), mixed_model(data, (*crossed, "language x task")), meta_analyses()), strict=True)
    )
    found = {}
    for name, one in work.items():
        ours = seconds(one, tries)
        found[name] = {"ratio": round(ours / PEERS[name], 3), "ours": round(ours, 3), "peer": PEERS[name]}
    plain = "{:26} {ours:6.3f} s of CPU, {ratio:5.2f} of {peer:g} s"
    _asked.show("statistics", found, arguments.json, lambda name, row: plain.format(name, **row))


if __name__ == "__main__":
    main()
