"""A number language by language: how much it hangs on which languages were measured."""

from __future__ import annotations

from dataclasses import replace

from replicate import results

from ..records import Assertion
from .finding import middle, number
from .rows import Selection


def by_language(of: Assertion, rows: Selection) -> dict[str, float]:
    """A system's level or gain in each language, as the mean over targets and seeds; empty where no language is apart."""
    if of.chosen or of.language != results.ALL:
        return {}
    here = rows.narrowed(of.method, of.intermediate_languages)
    found: dict[str, list[float]] = {}
    for target in results.AVERAGES.get(of.target, (of.target,)):
        metric = of.metric if of.target == target else results.SCORE
        for split in (of.split or "dev", "test"):
            codes = here.spoken.get((target, metric, split), ())
            if codes:
                break
        for code in codes:
            one = replace(of, target=target, metric=metric, language=code, split=split)
            ours = here.system(one, of.intermediate, of.mlm)
            base = here.system(one, of.over, False) if of.kind == "gain" else {}
            for seed, row in ours.items():
                if of.kind != "gain":
                    found.setdefault(code, []).append(middle(number(row)))
                elif seed in base:
                    found.setdefault(code, []).append(middle(number(row)) - middle(number(base[seed])))
    return {code: sum(values) / len(values) for code, values in sorted(found.items())}
