"""Whether a folder holds a model that can be read, found out before anything is planned or trained: nothing heavy is loaded."""

from __future__ import annotations

import json
import struct
from collections.abc import Collection
from pathlib import Path
from typing import Any

from ..problems import Problem, unreadable

FILES = ("config.json", "model.safetensors", "tokenizer.json")
SLOW = ("spiece.model", "sentencepiece.bpe.model", "tokenizer.model")  # SentencePiece's own files
HEADER = 100 * 2**20  # bytes, safetensors' own limit
LAYERS = 10_000  # more than any model has


def lacking(there: Collection[str]) -> str:
    """What a list of files lacks to be a model, as the middle of a sentence; empty where nothing lacks."""
    missing = [file for file in FILES if file not in there]
    slow = next((file for file in SLOW if file in there), "") if "tokenizer.json" in missing else ""
    hint = f" ({slow} by itself is not read; transformers saves the fast tokenizer that it describes)" if slow else ""
    return " and ".join(f"no {file}" for file in missing) + hint


def check(folder: Path, kinds: Collection[str]) -> None:
    """A Problem where the model is of another kind, brings code, is cut off, describes more than its weights hold, or has fewer
    embeddings than its tokenizer has tokens."""
    about, tokenizer = _json(folder / "config.json"), _json(folder / "tokenizer.json")
    kind = about.get("model_type") if isinstance(about, dict) else None
    if kind not in kinds:
        raise Problem(f"{folder / 'config.json'}: the model is {kind!r}; expected {' or '.join(kinds)}")
    if mapped := about.get("auto_map"):
        named = ", ".join(map(str, mapped.values() if isinstance(mapped, dict) else [mapped]))
        raise Problem(
            f"{folder / 'config.json'}: the model wants code of its own run ({named[:100]}); none is: take one without auto_map"
        )
    _whole(folder / "model.safetensors")
    _sized(about, folder)
    numbers = _numbers(tokenizer)
    embeddings = about.get("vocab_size")
    if not numbers:
        raise Problem(f"{folder / 'tokenizer.json'}: not a tokenizer (it has no vocabulary); the model folder is incomplete")
    if isinstance(embeddings, int) and max(numbers) >= embeddings:
        raise Problem(f"{folder / 'tokenizer.json'}: its tokens go up to {max(numbers)}, the model has {embeddings} embeddings; "
                      "it is another model's tokenizer")  # fmt: skip


def _json(path: Path) -> Any:
    try:
        return json.loads(path.read_bytes())
    except (OSError, ValueError, RecursionError) as error:
        what = "the configuration of a model" if path.name == "config.json" else "a tokenizer"
        raise Problem(f"{path}: not {what} ({unreadable(error)}); the model folder is incomplete") from None


def _sized(about: dict[str, Any], folder: Path) -> None:
    """A Problem where a configuration describes more weights than the file has bytes: a model of that size would be made first,
    and compared with its weights then."""

    def number(*names: str) -> int:
        found = next((about[name] for name in names if about.get(name) is not None), 0)
        if isinstance(found, bool) or not isinstance(found, int) or found < 0:
            raise Problem(f"{folder / 'config.json'}: {names[0]} is {str(found)[:40]!r}; expected a number")
        return found

    hidden, layers = number("hidden_size", "d_model"), number("num_hidden_layers", "num_layers")
    inner = number("num_heads") * number("d_kv") or hidden
    least = hidden * (number("vocab_size") + number("max_position_embeddings"))
    least += (layers + number("num_decoder_layers")) * hidden * (4 * inner + 2 * number("intermediate_size", "d_ff"))
    size = (folder / "model.safetensors").stat().st_size
    if least > size or layers > LAYERS:
        raise Problem(
            f"{folder / 'config.json'}: it describes {layers:,} layers, at least {least:,} weights; "
            f"model.safetensors has {size:,} bytes"
        )


def _numbers(tokenizer: Any) -> list[int]:
    """The numbers of a tokenizer's tokens, at least the highest of each of its parts."""
    try:
        vocabulary = tokenizer["model"]["vocab"]
        own = [max(vocabulary.values(), default=-1)] if isinstance(vocabulary, dict) else [len(vocabulary) - 1]
        return [number for number in [*own, *(one["id"] for one in tokenizer.get("added_tokens", ()))] if number >= 0]
    except (KeyError, TypeError, AttributeError):
        return []


def _whole(path: Path) -> None:
    """The header of a safetensors file says how long it is."""
    size = path.stat().st_size
    with path.open("rb") as file:
        begin = file.read(8)
        length = struct.unpack("<Q", begin)[0] if len(begin) == 8 else 0
        try:
            if not 0 < length <= HEADER:
                raise ValueError("no header")
            header = json.loads(file.read(length))
            places = sorted(tuple(one["data_offsets"]) for name, one in header.items() if name != "__metadata__")
            ends = [0, *(end for _, end in places)]
            if any(begin != before or end < begin for (begin, end), before in zip(places, ends, strict=False)):
                raise ValueError("its weights overlap, or leave gaps")
            expected = 8 + length + max(ends)
        except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
            raise Problem(f"{path}: not a safetensors file ({unreadable(error)}); remove it and fetch it again") from None
    if size != expected:
        raise Problem(f"{path}: not whole: {size:,} bytes, its header says {expected:,}; remove it and fetch it again")
