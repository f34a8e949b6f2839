"""The reviewers, a file each. None imports another, and none reads the final verdict: each looks at the evidence itself."""

from __future__ import annotations

from ..scoring import Reviewer
from . import figures, grounding, replication, reproducibility, scope, statistics

REVIEWERS: tuple[Reviewer, ...] = tuple(
    one.REVIEWER for one in (grounding, figures, replication, scope, statistics, reproducibility)
)
