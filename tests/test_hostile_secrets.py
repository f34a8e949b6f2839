"""Keys, tokens and passwords: they reach the service that they are for, and no line, record, report or cache of ours."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as some

from replicate import confidential, plan, store, worker
from replicate.problems import Problem, guard
from replicate.shown import streams
from synth import provenance
from synth.literature.services import Service
from synth.literature.web import Trouble, Web
from tests.hostile import run, saying, whole

CANARY = "canary/7f+3a==sekrit"
ESCAPED = "canary%2F7f%2B3a%3D%3Dsekrit"
NAMES = ("HF_TOKEN", "SEMANTIC_SCHOLAR_API_KEY", "OPENALEX_API_KEY", "AWS_SECRET_ACCESS_KEY", "SOME_PASSWORD")


@pytest.fixture
def secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder to work in, and an environment in which every secret is the canary."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    for name in NAMES:
        monkeypatch.setenv(name, CANARY)
    monkeypatch.setenv("HTTPS_PROXY", f"http://user:{ESCAPED}@proxy.example:3128")
    return tmp_path


def held(folder: Path, *texts: str) -> list[str]:
    """Where the canary is found: in files of a folder, their names, or texts."""
    marks = (CANARY, ESCAPED, CANARY.replace("/", "%2F"), "sekrit")
    found = [f"{path}" for path in folder.rglob("*") if any(mark in path.name for mark in marks)]
    found += [
        f"{path}" for path in folder.rglob("*") if path.is_file() and any(mark.encode() in path.read_bytes() for mark in marks)
    ]
    return found + [text[:300] for text in texts if any(mark in text for mark in marks)]


PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\nstartxref\n0\n%%EOF\n"


def answers(path: str) -> Iterator[bytes]:
    """Servers that hand back what they were sent: in errors, in records, and in the addresses that they send on to."""
    if path.startswith("/works/doi:"):
        work = {"id": "https://openalex.org/W1", "title": "A title", "doi": "https://doi.org/10.1000/x", "publication_year": 2020,
                "best_oa_location": {"pdf_url": HERE[0] + "/open.pdf"}}  # fmt: skip
        yield from whole(json.dumps(work).encode())
    elif path.startswith("/works"):
        work = {"id": "https://openalex.org/W1", "title": f"transfer {path}", "publication_year": 2020}
        yield from whole(json.dumps({"results": [work], "meta": {"count": 1}}).encode())
    elif path.startswith("/open.pdf"):
        there = HERE[0].replace("http://", f"http://user:{ESCAPED}@")
        yield from whole(b"", f"Location: {there}/signed.pdf?X-Amz-Signature={ESCAPED}&page=1", status="302 Found")
    elif path.startswith("/signed.pdf"):
        yield from whole(PDF)
    else:
        yield from whole(json.dumps({"error": f"bad key {CANARY} in {path}"}).encode(), status="400 Bad")


HERE = [""]


def test_keys_of_search_services_reach_them_and_nothing_else(secret: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with saying(answers) as (url, heard):
        HERE[0] = url
        for name in ("arxiv", "semanticscholar", "openalex", "acl"):
            monkeypatch.setenv(f"SYNTH_{name.upper()}_URL", url)
        monkeypatch.setenv("SYNTH_INTERVAL", "0")
        done = [run("synth", "search", "--query", "transfer", "--deadline", "3", *more) for more in ((), ("--json",))]
        done.append(run("synth", "fetch", "10.1000/x", "--deadline", "3"))
        done.append(run("synth", "fetch", "--list", "--json"))
    assert any(f"api_key={ESCAPED}" in one for one in heard) and any(
        f"x-api-key: {CANARY}" in one.lower() for one in map(str.lower, heard)
    )
    assert not [one for one in heard if one.startswith("GET /signed") and "authorization:" in one.lower()]
    assert "page=1" in "".join(path.read_text() for path in (secret / "cache").rglob("*.json")), "the rest of an address is kept"
    assert held(secret, *(text for one in done for text in (one.out, one.err))) == []


def test_a_server_is_named_without_what_was_said_to_it(secret: Path) -> None:
    with pytest.raises(Trouble) as found:
        Web(secret / "throttle", deadline=1.0).get(
            Service("openalex", "OpenAlex", "http://127.0.0.1:9", 0.0), f"http://user:{ESCAPED}@127.0.0.1:9/x?key={ESCAPED}"
        )
    assert held(secret, str(found.value)) == [] and "127.0.0.1:9" in str(found.value)


def test_a_run_writes_none_into_its_store(secret: Path) -> None:
    """A command line, a reason and a traceback are written down with a step; a step may fail at an address with a key in it."""
    runs = store.open_store("runs")
    address = f"s3://AKIA:{ESCAPED}@bucket/runs?token-signature={ESCAPED}"
    sound, wrong = plan.Step("train", {"task": "a"}, (), "a"), plan.Step("train", {"task": "b"}, (), "b")

    def method(step: plan.Step, inputs: object, out: Path, report: object) -> dict[str, str]:
        if step == wrong:
            raise RuntimeError(f"403 at {address} with {CANARY}")
        return {}

    for step in (sound, wrong):
        said = worker.carry_out(runs, step, {"train": method}, f"replicate run x --runs {address}", lambda message: None)  # type: ignore[dict-item]
        if "failed" in said:
            store.fail(runs, step, said["reason"], said["trace"])
    assert store.done(runs, sound.id) and store.failures(runs)[wrong.id]["reason"].startswith(
        "RuntimeError: 403 at s3://***@bucket"
    )
    assert held(secret) == []


def test_a_store_at_an_address_is_named_without_its_key(secret: Path) -> None:
    address = f"memory://user:{ESCAPED}@box/runs"
    done = [run("replicate", "status", "--runs", address),
            run("replicate", "results", "stilts", "--runs", address, "--scale", "tiny"),
            run("replicate", "status", "--runs", f"nosuch://user:{ESCAPED}@box/x?sig={ESCAPED}")]  # fmt: skip
    assert "memory://***@box/runs" in done[0].out and done[2].code == 4
    assert held(secret, *(text for one in done for text in (one.out, one.err))) == []


def test_a_report_s_command_line_is_written_without_secrets(secret: Path) -> None:
    said = provenance.shown(["report", "stilts", "--results", f"s3://AKIA:{ESCAPED}@bucket/runs", "--author", CANARY])
    assert said == "python -m synth report stilts --results s3://***@bucket/runs --author ***"
    assert held(secret, said) == []


def test_the_last_line_of_defence_is_the_terminal(secret: Path, capsys: pytest.CaptureFixture[str]) -> None:
    def wrong() -> int:
        raise Problem(f"the hub answers: token {CANARY} is not valid for https://user:other@hub.example/x")

    with streams():
        assert guard(wrong, "replicate") == 4
        print(f"{CANARY} {ESCAPED}")
    shown = capsys.readouterr()
    assert (
        shown.err == "replicate: the hub answers: token *** is not valid for https://***@hub.example/x\n"
        and shown.out == "*** ***\n"
    )


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("https://user:pw@host/x", "https://***@host/x"),
        ("https://token@host:8/x", "https://***@host:8/x"),
        ("https://host/@name/x@y", "https://host/@name/x@y"),
        ("https://host/x?api_key=abc&page=2", "https://host/x?api_key=***&page=2"),
        ("https://host/x?X-Amz-Credential=a/b&X-Amz-Signature=c#d", "https://host/x?X-Amz-Credential=***&X-Amz-Signature=***#d"),
        ("https://host/x?author=Key&keyword=y&tokens=5", "https://host/x?author=Key&keyword=y&tokens=5"),
        ("mail a@b.example, 3 @ 4", "mail a@b.example, 3 @ 4"),
        ("s3://a:b@c and s3://d:e@f", "s3://***@c and s3://***@f"),
    ],
)
def test_what_of_an_address_is_secret(text: str, left: str) -> None:
    assert confidential.taken_out(text, ()) == left


def test_which_variables_are_secrets() -> None:
    environment = {"HF_TOKEN": "t" * 9, "MY_API_KEY": "short", "KEYBOARD": "k" * 9, "PATH": "/bin:/usr/bin", "X_SECRET": " s" * 9,
                   "https_proxy": "http://u:pass%2Fword@h:1", "HTTP_PROXY": "http://h:1", "ALL_PROXY": "http://[",
                   "TOKENIZERS_PARALLELISM": "f" * 9}  # fmt: skip
    found = confidential.values(environment)
    assert {"t" * 9, "pass/word", "pass%2Fword"} <= set(found) and (" s" * 9).strip() in found
    assert not [one for one in found if one.startswith(("k", "f", "short", "/bin"))]


@given(some.text(max_size=200))
def test_texts_without_addresses_and_secrets_stay_as_they_are(text: str) -> None:
    assert confidential.taken_out(text, ()) == text or "://" in text
