"""What data a source reads, in one word: digests of files, kept across processes, and the fingerprints of `xtreme:DIR`."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from replicate.sources import digests
from tests.xtreme_files import DOWNLOAD, folder, opened


@pytest.fixture(autouse=True)
def cache(tmp_path, monkeypatch):
    """The user's own cache stays as it is."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "cache" / "stilts-claims"


def settle(root: Path) -> None:
    """Give all files a time of change that is long past, as downloads have."""
    for path in root.rglob("*"):
        os.utime(path, (1e9, 1e9))


def test_the_fingerprint_tells_the_content_and_nothing_else(tmp_path):
    one = opened(tmp_path / "a", DOWNLOAD)
    parts = [("udpos", "train", "en"), ("squad1", "dev", "en"), ("bucc2018", "dev", "de"), ("text", "train", "en")]
    before = [one.fingerprint(*part) for part in parts]
    assert len(set(before)) == 4
    # The same files elsewhere are the same data; a file of another part changes nothing of this one.
    assert [opened(tmp_path / "b", DOWNLOAD).fingerprint(*part) for part in parts] == before
    more = opened(tmp_path / "a", {"panx/dev-fi.tsv": "A\tO\n"})
    assert [more.fingerprint(*part) for part in parts] == before
    other = opened(tmp_path / "c", {**DOWNLOAD, "udpos/train-en.tsv": "A\tDET\ndog\tVERB\n"})
    assert other.fingerprint(*parts[0]) != before[0] and other.fingerprint(*parts[1]) == before[1]
    assert other.fingerprint(*parts[3]) != before[3]


def test_languages_whose_files_change_places_are_other_data(tmp_path):
    de, fr = ("a\tb\tneutral\n", "c\td\tneutral\n")
    first = opened(tmp_path / "a", {"xnli/dev-de.tsv": de, "xnli/dev-fr.tsv": fr})
    second = opened(tmp_path / "b", {"xnli/dev-de.tsv": fr, "xnli/dev-fr.tsv": de})
    prints = [{source.fingerprint("xnli", "dev", code) for code in ("de", "fr")} for source in (first, second)]
    assert not prints[0] & prints[1]


def test_digests_are_kept_and_a_file_is_not_read_again(tmp_path, cache):
    path = folder(tmp_path, {"a.txt": "one"}) / "a.txt"
    settle(path.parent)
    first = digests.digest(path)
    kept = list((cache / "digests").iterdir())
    assert len(kept) == 1 and first in kept[0].read_text()
    # What is kept is believed while size and time of change are those of the file, and no longer.
    kept[0].write_text(kept[0].read_text().replace(first, "0" * 64))
    assert digests.digest(path) == "0" * 64
    path.write_text("two")
    assert digests.digest(path) != first and digests.digest(path) != "0" * 64


def test_a_file_that_has_just_changed_is_read_each_time(tmp_path, cache):
    path = folder(tmp_path, {"a.txt": "one"}) / "a.txt"
    first = digests.digest(path)
    stamp = path.stat()
    path.write_text("two")
    os.utime(path, ns=(stamp.st_atime_ns, stamp.st_mtime_ns))  # a clock that is too coarse to tell
    assert digests.digest(path) != first and not (cache / "digests").exists()


def test_a_cache_that_cannot_be_written_or_is_broken_is_no_error(tmp_path, cache):
    path = folder(tmp_path, {"a.txt": "one"}) / "a.txt"
    settle(path.parent)
    cache.parent.mkdir(parents=True)
    cache.write_text("a file where the folder should be")
    first = digests.digest(path)
    cache.unlink()
    assert digests.digest(path) == first
    (kept,) = (cache / "digests").iterdir()
    kept.write_bytes(b"\xff broken")
    assert digests.digest(path) == first
