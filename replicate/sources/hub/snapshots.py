"""Files of a hub's repositories on this disk: one commit of each, and only the files that are asked for.

They lie in the hub's own cache (HF_HOME), so a cache that is copied to a machine without a network works there.

`datasets.load_dataset` is not used. Without a network (5.2.0, measured) it retries for 23 seconds a set and then serves
the youngest Arrow files that it has of the set, whatever revision was asked for; with one, it downloads and converts every
split of a configuration, so that XNLI's test sets in 15 languages come with 14 translated training sets.
"""

from __future__ import annotations

import errno
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from ...files import inside
from ...problems import Failure, Problem, explain
from ...shown import bare_streams

CONVERTED = "refs/convert/parquet"  # where the hub keeps every set as Parquet, those too that were scripts
PATIENCE = 10.0  # seconds for the first answer; without them a firewall that drops packets is waited for without end
COMMIT = re.compile("[0-9a-f]{40}")
BUSY = (408, 429, 500, 502, 503, 504)


@dataclass(frozen=True)
class Snapshot:
    """One commit of a repository and the paths of its files. `cached`: the hub was not asked, an earlier run left it here."""

    kind: str
    id: str
    revision: str
    commit: str
    paths: tuple[str, ...]
    cached: bool

    def __str__(self) -> str:
        named = "" if self.revision in ("", "main", self.commit) else f" ({self.revision})"
        return f"{self.id} at {self.commit[:12]}{named}"


class Missing(Problem):
    """There is no such repository, revision or file; something else may serve instead."""


@cache
def snapshot(kind: str, id: str, revision: str = "") -> Snapshot:
    """The commit that a revision stands for, asked of the hub once in a process; out of the cache where the hub is not reached.

    `kind` is "dataset" or "model". A commit that is in the cache is not asked for. Missing where there is none, else a
    Problem that says what to do.
    """
    _quiet()
    if id.count("/") != 1:
        raise Problem(f"{kind} {id!r}: the hub knows no ids without a namespace; write namespace/name")
    if COMMIT.fullmatch(revision) and (held := _held(kind, id, revision)):
        return held
    if unreached := _unreached(kind, id, revision):
        if held := _held(kind, id, revision):
            return held
        raise _lost(unreached, kind, id, revision)
    from huggingface_hub import resolve_revision, snapshot_download

    try:
        commit = resolve_revision(id, repo_type=kind, revision=revision or None).resolved
        # No file has this name: what is wanted is the list of files, which it keeps in the cache.
        snapshot_download(id, repo_type=kind, revision=commit, allow_patterns=["/"])
    except Exception as error:  # httpx, huggingface_hub and the system each raise types of their own
        raise problem(error, kind, id, revision) from error
    held = _held(kind, id, commit)
    if held is None:
        raise Failure(
            f"{_named(kind, id, revision)}: the list of its files could not be kept in {_cache()}; may it be written to?"
        )
    return Snapshot(kind, id, revision, commit, held.paths, cached=False)


def fetch(held: Snapshot, path: str) -> Path:
    """One file of a snapshot, downloaded where it is not yet in the cache."""
    from huggingface_hub import hf_hub_download, try_to_load_from_cache

    if not inside(path) or not path.isprintable():
        raise Problem(
            f"{_named(held.kind, held.id, held.commit)}: it has a file with the name {path!r}, which means no place in a folder"
        )
    file = try_to_load_from_cache(held.id, path, revision=held.commit, repo_type=held.kind)
    if isinstance(file, str):
        return Path(file)
    # Without a network the library would try again for half a minute, file by file.
    if held.cached and (unreached := _unreached(held.kind, held.id, held.commit)):
        raise _lost(unreached, held.kind, held.id, held.commit, path)
    try:
        with bare_streams():  # its progress bar
            return Path(hf_hub_download(held.id, path, repo_type=held.kind, revision=held.commit))
    except Exception as error:
        raise problem(error, held.kind, held.id, held.commit, path) from error


def problem(error: Exception, kind: str, id: str, revision: str, path: str = "") -> Problem:
    """What went wrong with a repository, in one line with what to do."""
    from huggingface_hub import errors

    named = _named(kind, id, revision, path)
    status = getattr(getattr(error, "response", None), "status_code", None)
    if isinstance(error, errors.GatedRepoError):
        return Problem(
            f"{named}: the hub gives it only to accounts that accepted its terms; accept them on its page there, then log in "
            "with `hf auth login` or set HF_TOKEN"
        )
    if isinstance(error, errors.RevisionNotFoundError):
        return Missing(f"{named}: the hub has no such revision; it may be mistyped or gone")
    if isinstance(error, errors.RemoteEntryNotFoundError):
        return Missing(f"{named}: the hub has no such file")
    if isinstance(error, errors.RepositoryNotFoundError) or status in (401, 404):
        return Missing(f"{named}: the hub has no such {kind}, or shows it only to those who are logged in (HF_TOKEN)")
    if isinstance(error, OSError) and error.errno in (errno.ENOSPC, errno.EDQUOT):
        return Failure(f"{named}: {explain(OSError(error.errno, '', str(_cache())))}, or set HF_HOME to one with more space")
    if isinstance(error, OSError) and error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return Failure(f"{named}: {explain(error)}, or set HF_HOME to a folder of yours")
    if "Consistency check failed" in str(error):
        return Failure(f"{named}: the download broke off; the same command goes on with it")
    said = f"the hub answers {status}" if status else _first_line(error)
    return Failure(f"{named}: {said}; the same command goes on where it stopped")


def _held(kind: str, id: str, revision: str) -> Snapshot | None:
    """The snapshot as the cache knows it."""
    from huggingface_hub import errors, get_cached_repo_tree, resolve_revision

    try:
        commit = resolve_revision(id, repo_type=kind, revision=revision or None, local_files_only=True).resolved
        listed = get_cached_repo_tree(id, repo_type=kind, revision=commit)
    except (errors.RevisionResolutionError, errors.CachedRepoTreeNotFoundError):
        return None
    return Snapshot(kind, id, revision, commit, tuple(sorted(one.path for one in listed)), cached=True)


_reached: set[tuple[str, str]] = set()  # repositories that the hub answered for in this process


def _unreached(kind: str, id: str, revision: str) -> Exception | None:
    """Why the hub is not reached; None where it answers. What it says against the repository is a Problem."""
    from huggingface_hub import HfApi, errors

    if (kind, id) in _reached:
        return None
    try:
        HfApi().repo_info(id, repo_type=kind, revision=revision or None, timeout=PATIENCE)
    except errors.OfflineModeIsEnabled as error:
        return error
    except Exception as error:
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in BUSY or (status is None and type(error).__module__.startswith("httpx")):
            return error
        raise problem(error, kind, id, revision) from error
    _reached.add((kind, id))
    return None


def _lost(error: Exception, kind: str, id: str, revision: str, path: str = "") -> Problem:
    """Neither the hub nor the cache has it."""
    from huggingface_hub import constants

    if type(error).__name__ == "OfflineModeIsEnabled":
        why, what = "HF_HUB_OFFLINE forbids to ask the hub", "unset it"
    else:
        why, what = f"{constants.ENDPOINT} is not reached ({_first_line(error)})", "run it once with a network"
    return Failure(
        f"{_named(kind, id, revision, path)}: {why}, and it is not in the cache {_cache()}; {what}, or set HF_HOME to a cache "
        "that has it"
    )


def _named(kind: str, id: str, revision: str, path: str = "") -> str:
    at = f" at {revision[:12] if COMMIT.fullmatch(revision) else revision}" if revision else ""
    return f"{kind} {id}{at}{f', {path}' if path else ''}"


def _first_line(error: Any) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__


def _cache() -> str:
    from huggingface_hub import constants

    return constants.HF_HUB_CACHE


@cache
def _quiet() -> None:
    """Our own lines say what went wrong; the library's warnings beside them say it again, by the dozen."""
    from huggingface_hub.utils import logging

    logging.set_verbosity_error()
