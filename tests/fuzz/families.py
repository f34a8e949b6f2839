"""All families by name."""

from __future__ import annotations

from .doors import datasets, numbers, papers, services, stored, typed
from .family import Family

HOMES = (papers, numbers, datasets, services, typed, stored)
FAMILIES: dict[str, Family] = {one.name: one for home in HOMES for one in home.FAMILIES}
