"""Adapters on disk: `adapters.safetensors` with their weights and those of task heads, `adapters.json` with what they are.

A model folder with adapters is a model folder as any other, holding the base as it was, with these two files beside it.
They are small and whole in themselves: over the same base they can be read into another model, beside others.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

from ...problems import Problem, unknown
from . import lora
from .attaching import attach, attach_fusion, build, build_fusion, drawn, held, hidden, of
from .form import Adapter, Setup, names_in
from .setups import activate
from .weights import fingerprint

if TYPE_CHECKING:
    import torch
    from torch import nn

WEIGHTS, ABOUT = "adapters.safetensors", "adapters.json"
FORMAT = 1


def save(model: nn.Module, folder: Path, heads: bool = True) -> None:
    """Write the model's adapters and fusions, and its task heads or not; the base is not among them."""
    from safetensors.torch import save_file

    mine = of(model)
    if not mine or not mine.about:
        raise Problem(f"{folder}: the model has no adapters to save")
    outputs = _outputs(model) if heads else {}
    described = {
        "format": FORMAT,
        "shape": _shape(model),
        "base": fingerprint(model),
        "adapters": [asdict(one) for one in mine.about.values()],
        "fusions": mine.fusion_names(),
        "active": mine.active,
        "heads": outputs,
    }
    tensors = _own(model, list(mine.about), mine.fusion_names())
    for name in outputs:
        tensors |= _named(f"head/{name}", _head(model, name).state_dict())
    save_file({name: value.detach().cpu().contiguous() for name, value in tensors.items()}, folder / WEIGHTS)
    (folder / ABOUT).write_text(json.dumps(described, indent=1) + "\n", encoding="utf-8")


def load_into(model: nn.Module, folder: Path, heads: bool = True) -> bool:
    """Give the model the adapters of a model folder, and run those that ran when it was saved; whether it has any.

    A folder without adapters leaves the model as it is. Task heads come along or not.
    """
    if not (folder / ABOUT).exists() and not (folder / WEIGHTS).exists():
        return False
    activate(model, restore(model, folder, heads=heads))
    return True


def restore(model: nn.Module, folder: Path, names: Sequence[str] | None = None, heads: bool = False, prefix: str = "") -> Setup:
    """Put adapters from a folder beside those that the model has: all with their fusions, or these. They are not active yet.

    Gives what was active when they were saved. Their names in the model begin with the prefix, so that adapters of one name
    from several folders can meet. Files that do not fit the model are a Problem, and leave it as it was.
    """
    about = _prefixed(_about(folder / ABOUT), prefix)
    names = None if names is None else [prefix + name for name in names]
    adapters = {one.name: one for one in about["adapters"]}
    for name in names or ():
        if name not in adapters:
            raise unknown(f"adapter in {folder / ABOUT}", name, adapters)
    wanted = [one for one in about["adapters"] if names is None or one.name in names]
    if twice := [one.name for one in wanted if (mine := of(model)) and one.name in mine.about]:
        raise Problem(f"{folder / ABOUT}: adapter {twice[0]}: the model has one of this name already")
    _fits(model, about, folder)
    read = {_prefixed_key(name, prefix): value for name, value in _read(folder / WEIGHTS).items()}
    with drawn(0):  # what is drawn here is overwritten
        parts = {one.name: build(model, one) for one in wanted}
        fusions = {one: build_fusion(model, adapters[one[0]].kind) for one in about["fusions"] if {*one} <= {*parts}}
    expected = _expected(model, wanted, parts, fusions)
    found = {name: value for name, value in read.items() if not name.startswith("head/")}
    if names is not None:  # the others in the file are none of our concern
        tags = {_tag(name) for name in expected}
        found = {name: value for name, value in found.items() if _tag(name) in tags}
    _compare(folder / WEIGHTS, found, expected)
    if heads:
        _restore_heads(model, about["heads"], read, folder / WEIGHTS)
    with drawn(0):
        for one in wanted:
            attach(model, one, parts[one.name])
    for fused_names, fusion in fusions.items():
        attach_fusion(model, fused_names, fusion)
    _copy(_own(model, list(parts), list(fusions)), found)
    return about["active"]


def _expected(
    model: nn.Module, adapters: Sequence[Adapter], parts: Mapping[str, nn.Module | None],
    fusions: Mapping[tuple[str, ...], nn.Module],
) -> dict[str, tuple[int, ...]]:  # fmt: skip
    """The shapes of weights that the file should hold."""
    shapes: dict[str, tuple[int, ...]] = {}
    for one in adapters:
        part = parts[one.name]
        shapes |= _named(f"adapter/{one.name}", lora.shapes(model, one) if part is None else _shapes(part))
    for names, fusion in fusions.items():
        shapes |= _named(f"fusion/{'+'.join(names)}", _shapes(fusion))
    return shapes


def _restore_heads(model: nn.Module, outputs: Mapping[str, int], read: Mapping[str, torch.Tensor], path: Path) -> None:
    if not outputs:  # a model that answers in words has no heads at all
        return
    like, before = next(model.parameters()), dict(_heads(model))
    try:
        for name, count in outputs.items():
            with drawn(0):
                cast(Any, model).add_head(name, count)
            head = _head(model, name).to(like.device, like.dtype).train(model.training)
            own = {full: value for full, value in read.items() if _tag(full) == f"head/{name}"}
            _compare(path, own, _named(f"head/{name}", _shapes(head)))
            _copy(_named(f"head/{name}", head.state_dict()), own)
    except Problem:
        _heads(model).clear()
        _heads(model).update(before)
        raise


def _copy(own: Mapping[str, torch.Tensor], values: Mapping[str, torch.Tensor]) -> None:
    import torch

    with torch.no_grad():
        for name, weight in own.items():
            weight.copy_(values[name])


def _about(path: Path) -> dict[str, Any]:
    """What a folder says of its adapters, checked."""
    try:
        told = json.loads(path.read_bytes())
        if told["format"] != FORMAT:
            raise Problem(f"{path}: format {told['format']!r}; this version reads format {FORMAT}")
        adapters = [Adapter(**one) for one in told["adapters"]]
        fusions = [tuple(map(str, one)) for one in told["fusions"]]
        active = tuple(one if isinstance(one, str) else tuple(map(str, one)) for one in told["active"])
        heads = {str(name): int(count) for name, count in told["heads"].items()}
        shape, base = dict(told["shape"]), str(told["base"])
        kinds = {one.name: one.kind for one in adapters}
        if len(kinds) < len(adapters) or not kinds.keys() >= {*names_in(tuple(fusions)), *names_in(active)}:
            raise ValueError("an adapter that is described twice, or not at all")
        if any(len({kinds[name] for name in one}) != 1 or kinds[one[0]] == "lora" for one in fusions):
            raise ValueError("a fusion of other than bottlenecks of one kind")
    except Problem as problem:
        raise problem if str(problem).startswith(str(path)) else Problem(f"{path}: {problem}") from problem
    except Exception as error:  # json raises types of its own, and a wrong form of what it says one of several
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem(f"{path}: not a description of adapters ({said}); remove the folder to make it again") from error
    return {"adapters": adapters, "fusions": fusions, "active": active, "heads": heads, "shape": shape, "base": base}


def _prefixed(about: dict[str, Any], prefix: str) -> dict[str, Any]:
    """The same with other names."""

    def other(setup: Any) -> Any:
        return tuple(prefix + one if isinstance(one, str) else tuple(prefix + name for name in one) for one in setup)

    adapters = [replace(one, name=prefix + one.name) for one in about["adapters"]]
    return {**about, "adapters": adapters, "fusions": list(other(about["fusions"])), "active": other(about["active"])}


def _prefixed_key(name: str, prefix: str) -> str:
    kind, names, *rest = name.split("/", 2)
    return name if kind == "head" else "/".join((kind, "+".join(prefix + one for one in names.split("+")), *rest))


def _fits(model: nn.Module, about: Mapping[str, Any], folder: Path) -> None:
    ours, theirs = _shape(model), about["shape"]
    if ours != theirs:
        said, here = (" ".join(f"{key} {value}" for key, value in one.items()) for one in (theirs, ours))
        raise Problem(f"{folder / ABOUT}: adapters of a model of another shape ({said}); this one has {here}")
    if about["base"] != fingerprint(model):
        raise Problem(f"{folder / ABOUT}: adapters of another model of this shape; load the base that they were trained on")


def _read(path: Path) -> dict[str, torch.Tensor]:
    from safetensors.torch import load_file

    try:
        return load_file(path)
    except Exception as error:  # safetensors raises a type of its own
        said = (str(error).splitlines() or [type(error).__name__])[0]
        raise Problem(f"{path}: not whole ({said}); remove the folder to make it again") from error


def _compare(path: Path, found: Mapping[str, torch.Tensor], expected: Mapping[str, tuple[int, ...]]) -> None:
    wrong = [f"no {name}" for name in expected if name not in found]
    wrong += [f"unknown {name}" for name in found if name not in expected]
    wrong += [
        f"{name} has the shape {list(found[name].shape)}, expected {list(shape)}"
        for name, shape in expected.items()
        if name in found and tuple(found[name].shape) != shape
    ]
    if wrong:
        more = f"; and {len(wrong) - 3} more" if len(wrong) > 3 else ""
        raise Problem(f"{path}: not the weights that {ABOUT} describes: {'; '.join(wrong[:3])}{more}")


def _own(model: nn.Module, names: Sequence[str], fusions: Sequence[tuple[str, ...]]) -> dict[str, torch.Tensor]:
    """The weights of these adapters and fusions of the model, under their names in the file."""
    mine = held(model)
    found: dict[str, torch.Tensor] = {}
    for name in names:
        low = mine.about[name].kind == "lora"
        found |= _named(f"adapter/{name}", lora.matrices(model, name) if low else mine.part(name).state_dict())
    for one in fusions:
        found |= _named(f"fusion/{'+'.join(one)}", mine.fusion(one).state_dict())
    return found


def _named(prefix: str, values: Mapping[str, Any]) -> dict[str, Any]:
    return {f"{prefix}/{name}": value for name, value in values.items()}


def _tag(name: str) -> str:
    return "/".join(name.split("/")[:2])


def _shapes(module: nn.Module) -> dict[str, tuple[int, ...]]:
    return {name: tuple(value.shape) for name, value in module.state_dict().items()}


def _shape(model: nn.Module) -> dict[str, int]:
    return {"hidden": hidden(model), "layers": cast(Any, model).config.num_hidden_layers}


def _heads(model: nn.Module) -> nn.ModuleDict:
    return cast(Any, model).heads


def _head(model: nn.Module, name: str) -> nn.Module:
    return _heads(model)[name]


def _outputs(model: nn.Module) -> dict[str, int]:
    return {name: cast(Any, head).out.out_features for name, head in getattr(model, "heads", {}).items()}
