"""Which files of a data set hold a split of a configuration.

A set says so at the head of its README (`configs`). Where it does not, the hub's own conversion to Parquet does, whose files
are CONFIG/SPLIT/0000.parquet; else the names of the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from ...problems import Problem
from .snapshots import CONVERTED, Missing, Snapshot, fetch, snapshot

FORMATS = (".parquet", ".jsonl", ".jsonl.gz", ".json", ".json.gz", ".ndjson")
ALSO = {"dev": "validation", "validation": "dev"}
PARTIAL = "partial-"  # the hub converts only the first 5 GB of a large split


def opened(id: str, revision: str, config: str, split: str) -> tuple[Snapshot, tuple[str, ...]]:
    """The snapshot that has this split, and the paths of its files in order; Missing where there is none.

    A set whose own files are a loading script, or of no form that is known, is read as the hub converted it.
    """
    held = snapshot("dataset", id, revision)
    if paths := files(held, config, split):
        return held, paths
    named = f"{config or 'its only config'}, {split}"
    # A set that names its configs has no others when it is converted; to ask would need the network every time.
    if revision != CONVERTED and not _card(held).get("configs"):
        try:
            converted = snapshot("dataset", id, CONVERTED)
        except Missing:
            script = f"{id.partition('/')[2]}.py" in held.paths
            why = "it is a loading script, which is no longer run," if script else "none of its files is named so,"
            raise Missing(f"dataset {held}: {why} and the hub has not converted it to Parquet ({named})") from None
        if paths := files(converted, config, split):
            return converted, paths
        held = converted
    raise Missing(f"dataset {held}: it has no files for {named}; it has {_offered(held)}")


def files(held: Snapshot, config: str, split: str) -> tuple[str, ...]:
    """Paths of the files of a split; empty where there are none."""
    data = [path for path in held.paths if path.endswith(FORMATS)]
    if about := _named(_card(held).get("configs"), "config_name", config):
        patterns = list(_patterns(about, split)) or list(_patterns(about, ALSO.get(split, split)))
        expressions = [_expression(pattern) for pattern in patterns]
        # In the order of the patterns, as the set's makers wrote them, and by name within each.
        return tuple(dict.fromkeys(path for one in expressions for path in data if one.fullmatch(path)))
    tops = {path.split("/")[0] for path in data if path.count("/") == 2}
    folder = config or ("default" if "default" in tops or len(tops) != 1 else next(iter(tops)))
    for wanted in (split, PARTIAL + split, ALSO.get(split, split)):
        if found := tuple(path for path in data if path.startswith(f"{folder}/{wanted}/")):
            return found
    inside = [path for path in data if path.startswith(f"{config}/")] if config else []
    word = re.compile(rf"(?:.*[/_.-])?(?:{split}|{ALSO.get(split, split)})(?:[/_.-].*)", re.IGNORECASE)
    return tuple(path for path in inside or (data if not config else []) if word.fullmatch(path))


def label_names(held: Snapshot, config: str, column: str) -> tuple[str, ...]:
    """The names of a column's classes as the set's README has them; empty where it has none."""
    about = _named(_card(held).get("dataset_info"), "config_name", config)
    features = about.get("features") if about else None
    column_of = next((one for one in features or () if isinstance(one, dict) and one.get("name") == column), None)
    return find_names(column_of)


def find_names(feature: Any) -> tuple[str, ...]:
    """The names of the classes in the description of a column, however deep in lists."""
    if isinstance(feature, list):
        return next((found for one in feature if (found := find_names(one))), ())
    if not isinstance(feature, dict):
        return ()
    names = feature.get("names")
    if isinstance(names, dict):
        return tuple(str(names[key]) for key in sorted(names, key=int))
    if isinstance(names, list):
        return tuple(map(str, names))
    return next((found for one in feature.values() if (found := find_names(one))), ())


@cache
def _card(held: Snapshot) -> dict[str, Any]:
    """What stands at the head of the README."""
    if "README.md" not in held.paths:
        return {}
    from huggingface_hub import DatasetCard

    file = fetch(held, "README.md")
    try:
        return DatasetCard.load(file, ignore_metadata_errors=True).data.to_dict()
    except Exception as error:  # whatever its parser raises
        raise Problem(f"dataset {held}: the head of its README cannot be read ({error}), so its files have no names") from error


def _named(entries: Any, key: str, config: str) -> dict[str, Any]:
    """The entry of a config among those of a card; without a name the default one, or the only one."""
    listed = [one for one in (entries if isinstance(entries, list) else [entries]) if isinstance(one, dict)]
    if config:
        return next((one for one in listed if one.get(key, "default") == config), {})
    if len(listed) == 1:
        return listed[0]
    return next((one for one in listed if one.get("default") or one.get(key, "default") == "default"), {})


def _patterns(about: Mapping[str, Any], split: str) -> Iterator[str]:
    """The patterns of a split's files, in any of the forms that a card may have."""
    said, base = about.get("data_files"), str(about.get("data_dir") or "").strip("/")
    before = f"{base}/" if base else ""
    if isinstance(said, dict):
        said = [{"split": name, "path": path} for name, path in said.items()]
    elif isinstance(said, str):
        said = [said]
    elif said is None:
        said = [{"split": split, "path": f"**/*{split}*"}] if base else []
    for one in said:
        # A pattern alone is that of all data, which the library calls train.
        name, path = ("train", one) if isinstance(one, str) else (one.get("split"), one.get("path", ()))
        if name == split:
            yield from (before + each.removeprefix("./") for each in ([path] if isinstance(path, str) else path))


def _expression(pattern: str) -> re.Pattern[str]:
    """A shell pattern of a path: `*` stays within a folder, `**/` goes through any number of them."""
    parts = re.split(r"(\*\*/|\*\*|\*|\?|\[[^]]*\])", pattern)
    meant = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    return re.compile("".join(meant.get(part) or (part if part.startswith("[") else re.escape(part)) for part in parts))


def _offered(held: Snapshot) -> str:
    """The configs of a set, for people; or the files that it has."""
    configs = _card(held).get("configs") or []
    names = [str(one.get("config_name", "default")) for one in configs if isinstance(one, dict)]
    if names:
        return "the configs " + ", ".join(names[:8]) + (f" and {len(names) - 8} more" if len(names) > 8 else "")
    return ", ".join(sorted(held.paths)[:5]) + (f" and {len(held.paths) - 5} more" if len(held.paths) > 5 else "")
