"""A server that stalls at any byte costs the deadline and no more: one line names it, and the same command goes on later."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest

from synth.literature import fetch, library, services
from synth.literature.web import Web
from tests.faults.stalls import CUTS, before
from tests.servers import serve, works

WORK = next(work for work in works() if work.arxiv and work.versions == 3 and not work.textless)
ID = f"{WORK.arxiv}v1"
DEADLINE, HANGS = 0.5, 30.0  # seconds: of a request, and until a test gives a thread up


def ask(folder: Path, url: str) -> list[fetch.Outcome]:
    """Fetch a paper from arXiv at this address, in a thread that may hang."""
    found: list[fetch.Outcome] = []
    known = services.configured([f"arxiv={url}"], 0.0)
    web = Web(folder / "throttle", deadline=DEADLINE)
    thread = threading.Thread(
        target=lambda: found.extend(fetch.fetch([ID], web, known, library.open(folder / "papers"))), daemon=True
    )
    thread.start()
    thread.join(HANGS)
    return found


def at_once(tmp_path: Path, upstream: str, path: str) -> dict[str, list[fetch.Outcome]]:
    """What comes of a fetch from a server that stalls, for every place where it may."""
    made: dict[str, list[fetch.Outcome]] = {}

    def one(name: str) -> None:
        with before(upstream, CUTS[name], path) as stalled:
            made[name] = ask(tmp_path / name, stalled.url)

    threads = [threading.Thread(target=one, args=(name,)) for name in CUTS]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return made


@pytest.mark.parametrize("path", ["/pdf/", "/api/"])
def test_a_stall_at_any_byte_is_one_line_and_the_paper_comes_later(tmp_path, path):
    with serve([WORK]) as here:
        for name, outcomes in at_once(tmp_path, here.url, path).items():
            (one,) = outcomes or [None]
            assert one is not None, f"{name}: it hangs"
            assert one.outcome in (fetch.FAILED, fetch.NOT_TRIED), name
            assert "127.0.0.1" in one.why and ("in time" in one.why or "within" in one.why) and "\n" not in one.why, name
            assert library.open(tmp_path / name / "papers").papers() == [], "nothing is half there"
        (later,) = ask(tmp_path / "nothing", here.url)
        assert later.outcome == fetch.FETCHED


def test_a_head_that_drips_does_not_outlive_the_deadline(tmp_path):
    """Each byte begins the wait of the socket anew; the deadline holds for all of them together."""
    with serve([WORK]) as here, before(here.url, CUTS["one byte"], "/pdf/", drip=0.4) as stalled:
        (one,) = ask(tmp_path, stalled.url) or [None]
    assert one is not None, "it hangs"
    assert one.outcome == fetch.FAILED and "did not finish its answer within 0.5 s" in one.why
