"""Several sources as one: each part comes from the first that has it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from ..problems import Problem
from .examples import Examples
from .source import Source


def several(sources: Sequence[Source]) -> Source:
    """One source of many, which must be of one world and one pivot.

    What a part is, its owner says: data that comes from the same place has the same fingerprint, alone or among others.
    """
    first = sources[0]
    for other in sources[1:]:
        if (other.world, other.pivot) != (first.world, first.pivot):
            raise Problem(
                f"{first.name} is of the {first.world} world with the pivot {first.pivot}, {other.name} of the {other.world} "
                f"world with the pivot {other.pivot}; sources that are read together have to share both"
            )

    def owner(task: str, split: str, language: str, translated: bool = False) -> Source | None:
        return next((one for one in sources if not one.missing(task, split, language, translated)), None)

    def missing(task: str, split: str, language: str, translated: bool = False) -> str:
        reasons = []
        for one in sources:
            reason = one.missing(task, split, language, translated)
            if not reason:
                return ""
            reasons.append(f"{one.name}: {reason}")
        return "; ".join(dict.fromkeys(reasons))

    def found(task: str, split: str, language: str, translated: bool = False) -> Source:
        one = owner(task, split, language, translated)
        if one is None:
            raise Problem(missing(task, split, language, translated))
        return one

    def examples(task: str, split: str, language: str, limit: int | None = None, translated: bool = False) -> Examples:
        return found(task, split, language, translated).examples(task, split, language, limit=limit, translated=translated)

    def text(language: str) -> Iterator[str]:
        return found("text", "train", language).text(language)

    def labels(task: str) -> tuple[str, ...]:
        # Where labels are those of the training data, they are those of the source that gives it.
        owners = (owner(task, "train", language) for language in (first.pivot, *languages))
        return next((one for one in owners if one), first).labels(task)

    def fingerprint(task: str, split: str, language: str, translated: bool = False) -> str:
        one = owner(task, split, language, translated)
        return one.fingerprint(task, split, language, translated) if one else ""

    languages = tuple(dict.fromkeys(language for one in sources for language in one.languages))
    return Source(
        id="+".join(one.id for one in sources),
        world=first.world,
        pivot=first.pivot,
        languages=languages,
        examples=examples,
        text=text,
        labels=labels,
        missing=missing,
        fingerprint=fingerprint,
        name=",".join(one.name for one in sources),
    )
