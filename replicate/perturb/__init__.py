"""Character-level noise for evaluation: what happens to a score when texts are typed badly.

`noisy` perturbs the examples of a task, `hit` any text; `python -m replicate.perturb` does it to text on stdin.
docs/perturbations.md says what each kind does in each script.
"""

from __future__ import annotations

from .examples import noisy, perturbed
from .kinds import KINDS
from .noise import VERSION, Count, Perturbation, hit, read

__all__ = ["KINDS", "VERSION", "Count", "Perturbation", "hit", "noisy", "perturbed", "read"]
