"""Fetching from a server that does what servers do: every paper whole and once, or a line that says why not."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from replicate.problems import BAD_INPUT, DONE, FAILED, INTERRUPTED, Problem
from synth.__main__ import main
from synth.literature import fetch, library, services
from synth.literature.web import Answer, Trouble, Web
from tests.servers import Faults, Running, serve, works
from tests.servers.works import pdf

ROOT = Path(__file__).resolve().parents[2]
WORKS = works()
ON_ARXIV = [work for work in WORKS if work.arxiv and not work.withdrawn and not work.textless]
SEVERAL = next(work for work in ON_ARXIV if work.versions == 3)
GONE = next(work for work in WORKS if work.withdrawn == 3)
IN_ACL = next(work for work in WORKS if work.acl)
OPEN = next(work for work in WORKS if work.open_pdf)
INTERVAL = 0.002


@pytest.fixture(autouse=True)
def no_settings(monkeypatch):
    """The user's own settings hold in no test."""
    for name in os.environ:
        if name.startswith("SYNTH_") or name in ("OPENALEX_API_KEY", "SEMANTIC_SCHOLAR_API_KEY"):
            monkeypatch.delenv(name)


@pytest.fixture
def asked(tmp_path, monkeypatch):
    """Fetch these ids from a server with these faults into the library of the test; (outcomes by id, the library, the server)."""

    def ask(*wanted: str, faults: Faults | None = None, here: Running | None = None, deadline: float = 20.0):
        papers = library.open(tmp_path / "papers")
        if here is None:
            with serve(faults=faults) as here:
                return ask(*wanted, here=here, deadline=deadline)
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        web = Web(tmp_path / "throttle", deadline=deadline)
        outcomes = fetch.fetch(wanted, web, services.configured(interval=INTERVAL), papers)
        return {one.asked: one for one in outcomes}, papers, here

    return ask


def test_two_hundred_papers_arrive_whole_and_once_through_everything_that_can_go_wrong(asked):
    wanted = {f"{work.arxiv}v{1 + work.number % work.versions}": work for work in ON_ARXIV[:200]}
    spoilt = {"429": 0.02, "429-plain": 0.04, "503": 0.06, "drop": 0.06, "cut": 0.06, "short": 0.04, "page": 0.04}
    faults = Faults(spoilt, retry_after="0.05")
    outcomes, papers, here = asked(*wanted, faults=faults)
    assert len(wanted) == 200 and {one.outcome for one in outcomes.values()} == {fetch.FETCHED}
    assert set(faults.done) == set(spoilt), "every kind of fault was met"
    for id, work in wanted.items():
        assert papers.path(id).read_bytes() == pdf(work, int(id[-1])), "its own bytes"
    whole = [path for path in here.sent if path.startswith("/pdf/")]
    assert len(whole) == 200 and max(here.sent[path] for path in whole) == 1, "none was fetched twice"
    assert here.most_at_once == 1, "one connection"
    begun = [moment for moment, _ in here.log]
    assert len(begun) - 1 <= (begun[-1] - begun[0]) / INTERVAL + 1, "no faster than allowed, all in all"


def test_a_second_run_asks_for_nothing_that_is_there(asked):
    ids = [f"{work.arxiv}v1" for work in ON_ARXIV[:5]]
    with serve() as here:
        asked(*ids[:3], here=here)
        before = len(here.log)
        outcomes, papers, _ = asked(*ids, here=here)
        assert [outcomes[id].outcome for id in ids] == ["present"] * 3 + ["fetched"] * 2
        assert sum("/pdf/" in path for _, path in here.log[before:]) == 2
        papers.path(ids[0]).write_bytes(b"%PDF- spoilt on the disk")
        assert asked(ids[0], here=here)[0][ids[0]].outcome == "fetched", "a file that changed is fetched again"


def test_versions_are_pinned_and_the_latest_is_recorded(asked):
    id = SEVERAL.arxiv
    outcomes, papers, here = asked(id, f"{id}v1", f"arXiv:{id}v4", f"https://arxiv.org/abs/{id}v1")
    assert (outcomes[id].id, outcomes[id].paper.latest) == (f"{id}v3", f"{id}v3")
    assert outcomes[f"{id}v1"].paper.latest == f"{id}v3" and papers.path(f"{id}v1").read_bytes() == pdf(SEVERAL, 1)
    assert outcomes[f"arXiv:{id}v4"].why == f"arXiv has no {id}v4; it has versions up to v3"
    assert outcomes[f"https://arxiv.org/abs/{id}v1"].id == f"{id}v1" and here.sent[f"/pdf/{id}v1"] == 1


def test_another_version_than_the_one_asked_for_is_refused(asked):
    outcomes, papers, _ = asked(f"{SEVERAL.arxiv}v2", faults=Faults({"wrong": 1}))
    (one,) = outcomes.values()
    assert one.outcome == "failed" and f"gave the PDF of {SEVERAL.arxiv}v1" in one.why and papers.papers() == []


def test_a_withdrawn_paper_is_never_replaced_by_its_earlier_version(asked):
    id = GONE.arxiv
    with serve() as here:
        outcomes, papers, _ = asked(id, f"{id}v3", here=here)
        for one in outcomes.values():
            assert one.outcome == "withdrawn" and f"python -m synth fetch {id}v2" in one.why and "error in Table 2" in one.why
        assert not any("/pdf/" in path for _, path in here.log)
        assert papers.find(id).id == f"{id}v3" and not papers.find(id).sha256
        (earlier,) = asked(f"{id}v2", here=here)[0].values()
        assert earlier.there and earlier.paper.withdrawn.startswith(f"{id}v3: This paper has been withdrawn")


def test_a_version_without_a_pdf_is_told_with_the_one_before(asked):
    work = next(work for work in WORKS if work.arxiv and work.textless and work.versions > 1)
    (one,) = asked(work.arxiv)[0].values()
    assert (
        one.outcome == "missing"
        and "withdrawn, or never made" in one.why
        and f"fetch {work.arxiv}v{work.versions - 1}" in one.why
    )


def test_the_anthology_and_an_open_copy_of_a_doi(asked):
    wanted = (
        IN_ACL.acl,
        IN_ACL.doi,
        OPEN.doi,
        "10.5555/made-up.13",
        "10.5555/nothing",
        "2020.acl-main.9999",
        "10.5555/made-up.65",
    )
    outcomes, papers, _ = asked(*wanted)
    said = {text: one.outcome for text, one in outcomes.items()}
    assert said == dict(zip(wanted, ["fetched"] * 3 + ["missing"] * 3 + ["missing"], strict=True))
    assert outcomes[IN_ACL.doi].id == IN_ACL.acl, "the ACL's own DOI means the Anthology's paper"
    assert papers.find(OPEN.doi).sha256 and "--pdf FILE --id" in outcomes["10.5555/made-up.13"].why


@pytest.mark.parametrize(
    ("fault", "says"),
    [
        ("page", "sent a web page ('Guest network: sign in')"),
        ("503", "fails"),
        ("short", "gave half a feed"),
        ("drop", "dropped the connection"),
    ],
)
def test_a_service_that_never_recovers_costs_one_line_and_the_others_go_on(asked, fault: str, says: str):
    outcomes, _, _ = asked(*(f"{work.arxiv}v1" for work in ON_ARXIV[:3]), IN_ACL.acl, faults=Faults({fault: 1}, only="/api/"))
    assert outcomes[IN_ACL.acl].outcome == "fetched"
    others = [one for text, one in outcomes.items() if text != IN_ACL.acl]
    assert {one.outcome for one in others} == {"not tried"} and all(says in one.why for one in others)


def test_who_is_told_to_wait_for_longer_than_there_is_time_stops_and_tells_other_processes(asked):
    ids = [f"{work.arxiv}v1" for work in ON_ARXIV[:4]]
    outcomes, _, here = asked(*ids, faults=Faults({"429": 1}, retry_after="3600", only="/pdf/"))
    assert [one.outcome for one in outcomes.values()] == ["failed", *["not tried"] * 3]
    assert "asks to wait 3600 s" in outcomes[ids[0]].why and sum("/pdf/" in path for _, path in here.log) == 1
    with serve() as other:  # another address, another pace
        assert asked(ids[0], here=other)[0][ids[0]].there


def test_a_server_that_drips_does_not_outlive_the_deadline(asked):
    (one,) = asked(f"{ON_ARXIV[0].arxiv}v1", faults=Faults({"drip": 1}, only="/pdf/"), deadline=0.5)[0].values()
    assert one.outcome == "failed" and "did not finish its answer within" in one.why


def test_a_full_disk_ends_the_batch_with_its_reason(asked, monkeypatch):
    def full(self, paper, content):
        raise OSError(28, "No space left on device", "library")

    monkeypatch.setattr(library.Library, "put", full)
    outcomes, _, here = asked(*(f"{work.arxiv}v1" for work in ON_ARXIV[:4]))
    assert [one.outcome for one in outcomes.values()] == ["failed", *["not tried"] * 3]
    assert all("no space left on the device" in one.why for one in outcomes.values())
    assert sum("/pdf/" in path for _, path in here.log) == 1


def test_two_fetches_at_once_share_the_pace_and_fetch_nothing_twice(tmp_path, monkeypatch):
    ids = [f"{work.arxiv}v1" for work in ON_ARXIV[:12]]
    with serve() as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        known, papers, found = services.configured(interval=INTERVAL), library.open(tmp_path / "papers"), []

        def one():
            found.append(fetch.fetch(ids, Web(tmp_path / "throttle"), known, papers))

        threads = [threading.Thread(target=one) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert all(outcome.there for outcomes in found for outcome in outcomes) and len(found) == 2
        assert sorted(outcome.outcome for outcomes in found for outcome in outcomes) == ["fetched"] * 12 + ["present"] * 12
        assert here.most_at_once == 1


# ---- the command


@pytest.fixture
def server(monkeypatch):
    with serve() as here:
        for name, value in {**here.environment, "SYNTH_INTERVAL": str(INTERVAL)}.items():
            monkeypatch.setenv(name, value)
        yield here


def test_the_command_prints_papers_and_ends_with_a_count_of_those_missing(server, tmp_path, capsys):
    good, papers = f"{SEVERAL.arxiv}v2", str(tmp_path / "papers")
    assert main(["fetch", good, "--papers", papers]) == DONE
    assert capsys.readouterr().out.startswith(f"{good}  fetched  1 kB  sha256 ")
    assert main(["fetch", good, "2005.1301", "2001.99999", "--papers", papers]) == FAILED
    said = capsys.readouterr()
    assert said.out.startswith(f"{good}  present") and said.err.count("\nsynth: 2001.99999: ") == 1
    assert said.err.rstrip().endswith("synth: 2 of 3 papers not fetched")
    assert main(["fetch", "2005.1301", "--papers", papers]) == BAD_INPUT
    capsys.readouterr()
    assert main(["fetch", good, "--papers", papers, "--json"]) == DONE
    (paper,) = json.loads(capsys.readouterr().out)["papers"]
    assert paper["outcome"] == "present" and Path(paper["path"]).read_bytes() == pdf(SEVERAL, 2) and paper["paper"]["sha256"]
    assert main(["fetch", "--list", "--papers", papers]) == DONE
    assert capsys.readouterr().out.startswith(good)


def test_a_pdf_of_the_users_own_is_added_by_the_command(tmp_path, capsys):
    mine, papers = tmp_path / "mine.pdf", str(tmp_path / "papers")
    mine.write_bytes(pdf(SEVERAL, 1))
    assert main(["fetch", "--pdf", str(mine), "--id", "2005.13013v2", "--papers", papers]) == DONE
    assert "2005.13013v2  added" in capsys.readouterr().out
    assert main(["fetch", "2005.13013v2", "--papers", papers]) == DONE, "and needs no network from then on"


@pytest.mark.parametrize(
    ("options", "says"),
    [
        ([], "fetch what?"),
        (["--pdf", "x.pdf"], "belong together"),
        (["--pdf", "x.pdf", "--id", "2005.13013v2"], "x.pdf: no such file"),
        (["2005.13013v2", "--base", "arxive=http://127.0.0.1:1"], "did you mean arxiv"),
        (["2005.13013v2", "--base", "arxiv=127.0.0.1"], "is no address of a server"),
        (["2005.13013v2", "--interval", "0.1"], "the services' own rule"),
        (["2005.13013v2", "--deadline", "0"], "wanted a number of seconds"),
        (["stils"], "unknown question 'stils'; did you mean stilts"),
        (["2005.13013v2", "--papers", "{file}/papers"], "a part of this path is a file"),
    ],
)
def test_a_command_line_that_cannot_be_meant_is_one_line(options: list[str], says: str, tmp_path, capsys, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").write_text("")
    assert main(["fetch", *(option.replace("{file}", str(tmp_path / "file")) for option in options)]) in (BAD_INPUT, FAILED)
    lines = capsys.readouterr().err.strip().splitlines()
    assert len(lines) == 1 and says in lines[0]


def test_without_a_server_every_paper_is_named_and_nothing_is_asked_twice(tmp_path, capsys, monkeypatch):
    with serve() as here:
        pass
    base = ["--base", f"arxiv={here.url}", "--interval", "0.01", "--papers", str(tmp_path)]
    assert main(["fetch", "2005.13013v2", "2003.11080", "2104.07412v1", "2106.16171", *base]) == FAILED
    err = capsys.readouterr().err
    assert "2005.13013v2, 2003.11080, 2104.07412v1 and 1 more: not tried: 127.0.0.1:" in err and "connection refused" in err
    assert "4 of 4 papers not fetched; the same command goes on" in err


def test_an_interrupt_ends_with_130_and_the_same_command_goes_on(tmp_path):
    ids = [f"{work.arxiv}v1" for work in ON_ARXIV[:30]]
    with serve(faults=Faults(slow=0.3)) as here:
        environment = {**os.environ, **here.environment, "SYNTH_INTERVAL": "0.01", "XDG_CACHE_HOME": str(tmp_path)}
        command = [sys.executable, "-m", "synth", "fetch", *ids]
        running = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        while running.poll() is None and sum(path.startswith("/pdf/") for path in here.sent) < 3:
            threading.Event().wait(0.02)
        running.send_signal(signal.SIGINT)
        _, err = running.communicate(timeout=60)
        assert running.returncode == INTERRUPTED and err.rstrip().endswith("the same command goes on") and "Traceback" not in err
        kept = len(library.open(tmp_path / "stilts-claims" / "papers").papers())
        assert 1 <= kept < 30 and not [path for path in tmp_path.rglob(".*") if path.is_file()], "no half of a file stays"


# ---- requests


def test_keys_go_to_their_service_and_into_no_record_and_no_message(tmp_path, monkeypatch):
    monkeypatch.setenv("OPENALEX_API_KEY", "hush-1")
    monkeypatch.setenv("SEMANTIC_SCHOLAR_API_KEY", "hush-2")
    with serve() as here:
        for name, value in here.environment.items():
            monkeypatch.setenv(name, value)
        known, web = services.configured(interval=0), Web(tmp_path)
        answer = web.get(known["openalex"], f"{here.url}/works", {"search": "x"})
        web.get(known["semanticscholar"], f"{here.url}/graph/v1/paper/search", {"query": "x"})
        web.get(known["arxiv"], f"{here.url}/api/query", {"search_query": "all:x"})
        assert dict(here.keys) == {"hush-1": 1, "hush-2": 1} and "hush" not in answer.url and "search=x" in answer.url
        with pytest.raises(Trouble) as raised:
            web.get(known["openalex"], f"{here.url}/nowhere", {"search": "x"})
        assert "hush" not in str(raised.value)
    monkeypatch.setenv("SYNTH_OPENALEX_URL", "http://openalex.example")
    assert services.secret(services.configured()["openalex"]) == "", "no key goes over an open line"


def test_a_redirect_into_somebodys_own_network_is_not_followed(tmp_path, monkeypatch):
    there = services.Service("arxiv", "arXiv", "https://arxiv.example", 0)
    web = Web(tmp_path)
    monkeypatch.setattr(
        web, "_one", lambda *_: Answer("https://arxiv.example/pdf/x", b"", {"Location": "http://169.254.169.254/latest"}, 302)
    )
    with pytest.raises(Trouble, match="169.254.169.254, which is no public address"):
        web.get(there, "https://arxiv.example/pdf/x")


def test_another_interval_holds_on_this_machine_alone(monkeypatch):
    monkeypatch.setenv("SYNTH_ARXIV_URL", "http://127.0.0.1:8801")
    known = services.configured(interval=0.01)
    assert (known["arxiv"].interval, known["openalex"].interval, known["acl"].interval) == (0.01, 0.2, 1.0)
    monkeypatch.delenv("SYNTH_ARXIV_URL")
    assert services.configured()["arxiv"].interval == 3.0
    with pytest.raises(Problem, match="the services' own rule"):
        services.configured(interval=0.01)
