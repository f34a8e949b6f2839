"""Putting adapters into a model, and saying which run and which learn."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any, cast

from ...problems import Problem, unknown
from . import lora
from .attaching import attach, attach_fusion, build, build_fusion, drawn, held, of
from .form import Adapter, Setup, fused, names_in

if TYPE_CHECKING:
    import torch
    from torch import nn

    from .modules import Adapters, Fusion

PENALTY = 0.01  # of a fusion's value matrix for being far from the identity

Names = Sequence[str | Sequence[str]]


def install(model: nn.Module, adapter: Adapter, seed: int) -> None:
    """Put a new adapter into the model; it alone is active then and learns, and so do task heads, but nothing else.

    Body, embeddings, norms and the head of masked language modelling stay frozen: language adapters of one model share
    that head and can be exchanged. A fresh adapter changes no bit of any hidden state. The seed decides its weights; the
    random numbers of training stay where they were.
    """
    if (there := of(model)) and adapter.name in there.about:
        raise Problem(f"adapter {adapter.name}: the model has one of this name already")
    with drawn(seed):
        attach(model, adapter, build(model, adapter))
    activate(model, (adapter.name,))


def activate(model: nn.Module, names: Names, trained: Names | None = None) -> None:
    """Run these, the first nearest to the body: ("sw", "ner") is MAD-X's stack, a tuple within it a fusion that exists.

    `trained` says which of them learn; without it the last one does, and of a fusion the fusion alone. Task heads learn
    always. With no names the model computes what it did before it had adapters.
    """
    mine, setup = held(model), _setup(names)
    _check(mine, setup)
    learning = setup[-1:] if trained is None else _setup(trained)
    if stray := [one for one in learning if one not in setup]:
        raise Problem(f"adapters: {_said(stray[0])} cannot learn: it is not active; active: {', '.join(map(_said, setup))}")
    mine.active = setup
    lora.switch(model, mine.low())
    model.requires_grad_(False)
    if heads := getattr(model, "heads", None):
        heads.requires_grad_(True)
    for one in learning:
        for weight in _weights(model, mine, one):
            weight.requires_grad_(True)


def fuse(model: nn.Module, names: Sequence[str], seed: int, over: Names = ()) -> None:
    """Attend over what several adapters add, at each place (AdapterFusion); it is active then, over a stack or alone.

    Only the fusion learns, and task heads; the adapters stay as they are. Fresh, a fusion of one adapter is that adapter to
    the last bit; several are weighed from the start. What its training adds to the loss: see `penalty`.
    """
    mine, new = held(model), tuple(names)
    setup = (*_setup(over), new)
    if fused(new) in mine.fusions:
        raise Problem(f"adapters: {_said(new)} is there already; activate it")
    _check(mine, setup, new)
    with drawn(seed):
        attach_fusion(model, new, build_fusion(model, mine.about[new[0]].kind))
    activate(model, setup)


def penalty(model: nn.Module) -> Any:
    """What the paper adds to the loss while a fusion learns: 0.01 |V - 1|² over its value matrices; 0.0 where none does."""
    mine = of(model)
    fusions = [mine.fusion(one) for one in mine.active if isinstance(one, tuple)] if mine else []
    values = [cast("Fusion", one).value for fusion in fusions for one in fusion]
    return sum((PENALTY * value.square().sum() for value in values if value.requires_grad), 0.0)


def active(model: nn.Module) -> Setup:
    """What runs in the model, first to last."""
    mine = of(model)
    return mine.active if mine else ()


def _check(mine: Adapters, setup: Setup, new: tuple[str, ...] = ()) -> None:
    """Whether all of a setup is there and goes together."""
    for name in names_in(setup):
        if name not in mine.about:
            raise unknown("adapter", str(name), mine.about) if mine.about else Problem(f"adapter {name}: the model has none")
    for one in setup:
        if isinstance(one, tuple):
            _check_fusion(mine, one, one == new)
    stacked = [mine.about[name] for name in names_in(setup)]
    if len({one.name for one in stacked}) < len(stacked):
        raise Problem(f"adapters: {', '.join(map(_said, setup))}: one of them comes twice")
    kinds = {one.kind: one.name for one in stacked if one.kind != "lora"}
    if len(kinds) > 1:
        said = " and ".join(f"{name} is {kind}" for kind, name in kinds.items())
        raise Problem(f"adapters: {said}; bottlenecks that run together are of one kind")


def _check_fusion(mine: Adapters, one: tuple[str, ...], new: bool) -> None:
    if not one or len(set(one)) < len(one):
        raise Problem(f"adapters: {_said(one)}: expected one adapter or several different ones")
    if not new and fused(one) not in mine.fusions:
        raise Problem(f"adapters: {_said(one)} is not there; fuse them first")
    for adapter in map(mine.about.__getitem__, one):
        if adapter.kind == "lora" or adapter.invertible:
            form = "lora" if adapter.kind == "lora" else "invertible"
            raise Problem(f"adapters: {_said(one)}: {adapter.name} is {form}, which can be stacked but not fused")


def _weights(model: nn.Module, mine: Adapters, one: str | tuple[str, ...]) -> Iterator[torch.Tensor]:
    if isinstance(one, tuple):
        yield from mine.fusion(one).parameters()
    elif mine.about[one].kind == "lora":
        yield from lora.matrices(model, one).values()
    else:
        yield from mine.part(one).parameters()


def _setup(names: Names) -> Setup:
    if isinstance(names, str):
        return (names,)
    return tuple(one if isinstance(one, str) else tuple(one) for one in names)


def _said(one: str | tuple[str, ...]) -> str:
    return one if isinstance(one, str) else f"the fusion of {', '.join(one) or 'nothing'}"
