"""The modules of adapters, and the one that holds all of a model's and runs those that are active."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, cast

import torch
from torch import nn
from torch.nn import functional

from . import form
from .form import Adapter, Setup, fused, key

FUNCTIONS: dict[str, Callable] = {"relu": functional.relu, "gelu": functional.gelu, "silu": functional.silu}
SPREAD = 0.02  # standard deviation of a fusion's first query and key, as XLM-R's own


class Bottleneck(nn.Module):
    """What an adapter adds at one place: narrow, bend, widen. Fresh it adds zeros."""

    def __init__(self, given: int, units: int, asked: int, function: str) -> None:
        super().__init__()
        self.down, self.up, self.function = nn.Linear(given, units), nn.Linear(units, asked), FUNCTIONS[function]
        for zero in (self.down.bias, self.up.weight, self.up.bias):
            nn.init.zeros_(zero)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        return self.up(self.function(self.down(states)))


class Fusion(nn.Module):
    """Attention of a place over what several adapters add there (AdapterFusion).

    The value matrix is kept as its difference from the identity, so that fresh it passes on what it is given to the last
    bit at any precision, and weight decay draws it to the identity as the paper's penalty does.
    """

    def __init__(self, hidden: int) -> None:
        super().__init__()
        self.query, self.key = nn.Linear(hidden, hidden), nn.Linear(hidden, hidden)
        self.value = nn.Parameter(torch.zeros(hidden, hidden))
        for one in (self.query, self.key):
            nn.init.normal_(one.weight, std=SPREAD)
            nn.init.zeros_(one.bias)

    def forward(self, states: torch.Tensor, added: list[torch.Tensor]) -> torch.Tensor:
        each = torch.stack(added, -2)
        scores = (self.query(states).unsqueeze(-2) * self.key(each)).sum(-1)
        values = each + functional.linear(each, self.value)
        return (scores.softmax(-1).unsqueeze(-1) * values).sum(-2).to(each.dtype)


class Coupling(nn.Module):
    """MAD-X's invertible adapter: each half of the embeddings is shifted by a function of the other; undone before MLM."""

    def __init__(self, hidden: int, function: str) -> None:
        super().__init__()
        self.sizes = form.halves(hidden)
        first, second = self.sizes
        self.first = Bottleneck(second, max(1, second // 2), first, function)
        self.second = Bottleneck(first, max(1, first // 2), second, function)

    def forward(self, states: torch.Tensor) -> torch.Tensor:
        first, second = states.split(self.sizes, -1)
        first = first + self.first(second)
        return torch.cat([first, second + self.second(first)], -1)

    def undo(self, states: torch.Tensor) -> torch.Tensor:
        """What `forward` was given, within rounding."""
        first, second = states.split(self.sizes, -1)
        second = second - self.second(first)
        return torch.cat([first - self.first(second), second], -1)


class Part(nn.Module):
    """One adapter with bottlenecks: one at each of its places, and the invertible one where it has it."""

    def __init__(self, adapter: Adapter, hidden: int, places: int) -> None:
        super().__init__()
        width, function = form.units(adapter, hidden), adapter.function
        self.places = nn.ModuleList(Bottleneck(hidden, width, hidden, function) for _ in range(places))
        self.invertible = Coupling(hidden, function) if adapter.invertible else None


class Adapters(nn.Module):
    """All adapters of a model. It is the model's module `adapters`; hooks in the stock body call it."""

    def __init__(self) -> None:
        super().__init__()
        self.about: dict[str, Adapter] = {}
        self.active: Setup = ()
        self.hooked: set[str] = set()
        self.parts, self.fusions = nn.ModuleDict(), nn.ModuleDict()

    def part(self, name: str) -> Part:
        return cast(Part, self.parts[key(name)])

    def fusion(self, names: tuple[str, ...]) -> nn.ModuleList:
        return cast(nn.ModuleList, self.fusions[fused(names)])

    def fusion_names(self) -> list[tuple[str, ...]]:
        """Of which adapters there are fusions."""
        return [tuple(name.removeprefix(fused(())).split("+")) for name in self.fusions]

    def walk(self, kind: str, place: int, states: torch.Tensor, read: Callable) -> torch.Tensor:
        """The states of a place and what the active adapters of this kind add to them, each to the sum before it."""
        for one in self.active:
            names = (one,) if isinstance(one, str) else one
            if self.about[names[0]].kind != kind:
                continue
            seen = read(states)
            added = [self.part(name).places[place](seen) for name in names]
            states = states + (added[0] if isinstance(one, str) else self.fusion(names)[place](seen, added))
        return states

    def couplings(self) -> list[Coupling]:
        """The invertible ones of what is active, in their order."""
        names = [one for one in self.active if isinstance(one, str) and self.about[one].invertible]
        return [cast(Coupling, self.part(name).invertible) for name in names]

    def low(self) -> list[str]:
        """Those of what is active that are peft's."""
        return [one for one in self.active if isinstance(one, str) and self.about[one].kind == "lora"]

    # Hooks are bound methods, so that a deep copy of a model runs its own adapters and not those of the first.

    def hook(self, kind: str, place: int, module: nn.Module, before: bool) -> None:
        """Run at this place: on what goes into the module, which norms, or on what comes out of it."""
        if before:
            module.register_forward_pre_hook(partial(self._before, kind, place))
        else:
            module.register_forward_hook(partial(self._after, kind, place))

    def hook_ends(self, embeddings: nn.Module, head: nn.Module) -> None:
        """Run the invertible ones behind the embeddings, and undo them behind the last norm of the head that is tied to them."""
        embeddings.register_forward_hook(self._embedded)
        head.register_forward_hook(self._said)

    def _before(self, kind: str, place: int, norm: nn.Module, args: tuple) -> tuple:
        # `forward` and not a call, which would come back to this hook.
        return (self.walk(kind, place, args[0], norm.forward), *args[1:])

    def _after(self, kind: str, place: int, module: nn.Module, args: tuple, output: torch.Tensor) -> torch.Tensor:
        return self.walk(kind, place, output, lambda states: states)

    def _embedded(self, module: nn.Module, args: Any, output: torch.Tensor) -> torch.Tensor:
        for one in self.couplings():
            output = one(output)
        return output

    def _said(self, module: nn.Module, args: Any, output: torch.Tensor) -> torch.Tensor:
        for one in reversed(self.couplings()):
            output = one.undo(output)
        return output
