"""With which adapters a training begins: what the model brings, what other trainings left, and what is new."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ...problems import Problem, unknown
from .attaching import of
from .files import restore
from .form import Adapter, Setup
from .setups import activate, active, fuse, install

if TYPE_CHECKING:
    from torch import nn

SHARED, STACKED, FUSED = "shared", "stacked", "fused"
JOINED = (SHARED, STACKED, FUSED)
NAME = "task"  # the name of a new adapter, with a number where there is one already


def begin(
    model: nn.Module,
    kind: str,
    seed: int,
    joined: str = SHARED,
    folders: Sequence[Path] = (),
    size: Mapping[str, Any] | None = None,
) -> None:
    """Make the model ready for a training of adapters alone.

    "shared": the adapter that the model brings learns on, through all phases and tasks; a model without gets a new one.
    "stacked": all that is there stays as it is, and a new adapter on top of it learns. "fused": a fusion of the adapters in the
    folders learns to weigh them, on top of what the model brings; they stay as they are. The folders are those of earlier
    trainings over the same base; "stacked" puts what ran in them one on the other, in their order. `size` is a new adapter's:
    width or reduction, rank and alpha.
    """
    if joined not in JOINED:
        raise unknown("way to join adapters", joined, JOINED)
    if joined == SHARED and folders:
        raise Problem(f"adapters: {SHARED} takes those of the model alone; {STACKED} or {FUSED} take those of other trainings")
    if joined == SHARED and of(model):
        return
    under = active(model)
    brought = [_brought(model, folder, number) for number, folder in enumerate(folders)]
    if joined == FUSED:
        _fuse(model, under, brought, folders, seed)
        return
    below: Setup = (*under, *(one for setup in brought for one in setup))
    if joined == STACKED and not below:
        raise Problem(f"adapters: {STACKED} on nothing: neither the model nor an earlier training brings an adapter")
    new = Adapter(kind, _free(model), **(size or {}))
    install(model, new, seed)
    activate(model, (*below, new.name))


def _brought(model: nn.Module, folder: Path, number: int) -> Setup:
    """What ran in the model of an earlier training, in this model under names of its own."""
    if not (folder / "adapters.json").is_file():
        raise Problem(f"{folder}: no adapters there; expected the folder of a training with adapters")
    return restore(model, folder, prefix=f"{number}-")


def _fuse(model: nn.Module, under: Setup, brought: Sequence[Setup], folders: Sequence[Path], seed: int) -> None:
    for setup, folder in zip(brought, folders, strict=True):
        if len(setup) != 1 or not isinstance(setup[0], str):
            raise Problem(f"{folder}: {len(setup)} adapters ran here on one another; a fusion takes one adapter of each training")
    if not brought:
        raise Problem(f"adapters: {FUSED} needs the adapters of earlier trainings")
    fuse(model, tuple(str(setup[0]) for setup in brought), seed, over=under)


def _free(model: nn.Module) -> str:
    mine = of(model)
    taken = mine.about if mine else {}
    return next(name for name in (NAME, *(f"{NAME}{n}" for n in range(2, len(taken) + 3))) if name not in taken)
