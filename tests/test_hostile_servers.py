"""Servers that want to harm who asks: bombs, answers without an end, addresses that lead elsewhere, feeds with entities."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import zlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from synth.literature import services
from synth.literature.databases import acl, arxiv, openalex
from synth.literature.ids import Id
from synth.literature.services import Service
from synth.literature.web import MEGABYTE, Trouble, Web
from tests.hostile import UNSEEN, Says, run, saying, whole


@pytest.fixture
def web(tmp_path: Path) -> Web:
    return Web(tmp_path / "throttle", deadline=20.0)


def at(url: str, name: str = "openalex") -> Service:
    return Service(name, name, url, 0.0)


def trouble(web: Web, says: Says, most: int = 8 * MEGABYTE, path: str = "/x") -> str:
    """What is said of a server that answers so."""
    with saying(says) as (url, _), pytest.raises(Trouble) as found:
        web.get(at(url), url + path, most=most)
    return str(found.value).replace(url.removeprefix("http://"), "HOST")


ENDLESS = b"HTTP/1.1 200 OK\r\nConnection: close\r\n"


def test_an_answer_without_an_end_is_left_when_it_is_larger_than_allowed(web: Web) -> None:
    body = itertools.chain([ENDLESS + b"\r\n"], itertools.repeat(b"x" * 65536))
    assert trouble(web, lambda path: body) == "HOST sends more than the 8 MB allowed"


def test_a_length_beyond_all_measure_is_refused_before_anything_is_read(web: Web) -> None:
    head = ENDLESS + b"Content-Length: 99999999999999999999999\r\n\r\n"
    assert "more than the 8 MB allowed" in trouble(web, lambda path: [head])


def test_headers_without_an_end_are_cut_off(web: Web) -> None:
    lines = (b"X-%d: %s\r\n" % (number, b"y" * 1000) for number in itertools.count())
    said = trouble(web, lambda path: itertools.chain([ENDLESS], lines))
    assert said == "HOST dropped the connection", "after a hundred lines, and not at the deadline"


@pytest.mark.parametrize("coding", ["gzip", "deflate", "gzip, gzip"])
def test_a_packed_answer_is_measured_by_what_comes_out_of_it(web: Web, coding: str) -> None:
    packed = gzip.compress(bytes(24 * MEGABYTE)) if "gzip" in coding else zlib.compress(bytes(24 * MEGABYTE))
    packed = gzip.compress(packed) if "," in coding else packed
    assert len(packed) < MEGABYTE / 8
    assert "8 MB allowed" in trouble(web, lambda path: whole(packed, f"Content-Encoding: {coding}"))


def test_a_server_that_sends_on_and_on_is_left(web: Web) -> None:
    count = itertools.count()
    assert trouble(web, lambda path: whole(b"", f"Location: /{next(count)}", status="302 Found")) == "HOST sends us on and on"


@pytest.mark.parametrize(
    "location",
    ["file:///etc/passwd", "ftp://127.0.0.1/x", "http://[", "javascript:alert(1)", "gopher://127.0.0.1:1/x"],
)
def test_an_answer_leads_to_servers_alone(web: Web, location: str) -> None:
    assert "no address of a server" in trouble(web, lambda path: whole(b"", f"Location: {location}", status="302 Found"))


@pytest.mark.parametrize(
    "address",
    ["127.0.0.1", "127.1", "0x7f.0.0.1", "2130706433", "017700000001", "10.0.0.8", "169.254.169.254", "[::1]",
     "[::ffff:10.0.0.8]",
     "localhost", "localhost.", "intranet", "printer.local", "0.0.0.0"],
)  # fmt: skip
def test_machines_of_ones_own_network_are_known_however_they_are_written(address: str) -> None:
    assert services.private(f"http://{address}/x")
    assert not services.private("https://export.arxiv.org/x")


def test_a_public_service_cannot_send_us_to_this_machine(web: Web) -> None:
    """The service is named by an address that is not this machine's, and its answers come from here all the same."""
    with saying(lambda path: whole(b"", "Location: http://0x7f.1/secret", status="302 Found")) as (url, heard):
        asked = Service("openalex", "OpenAlex", "https://openalex.example", 0.0)
        with pytest.raises(Trouble, match="which is no public address"):
            web.get(asked, f"{url}/x")
    assert len(heard) == 1


LAUGHS = "<!DOCTYPE feed [<!ENTITY a0 'ha'>{}]>".format("".join(f"<!ENTITY a{n} '{f'&a{n - 1};' * 10}'>" for n in range(1, 12)))
OUTSIDE = "<!DOCTYPE feed [<!ENTITY out SYSTEM 'file://{}'> <!ENTITY % p SYSTEM 'http://127.0.0.1:1/x.dtd'> %p;]>"


def feed(head: str, title: str) -> bytes:
    return (
        f'<?xml version="1.0"?>{head}<feed xmlns="http://www.w3.org/2005/Atom" xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">'
        f"<opensearch:totalResults>1</opensearch:totalResults><entry><id>http://arxiv.org/abs/2401.00001v1</id><title>{title}</title>"
        "<summary>s</summary><published>2024-01-01T00:00:00Z</published><updated>2024-01-01T00:00:00Z</updated>"
        '<author><name>A</name></author><link href="http://arxiv.org/abs/2401.00001v1" rel="alternate"/></entry></feed>'
    ).encode()


def titles(web: Web, content: bytes) -> list[str]:
    with saying(lambda path: whole(content, "Content-Type: application/atom+xml")) as (url, _):
        return [paper.title for paper in arxiv.describe(web, at(url, "arxiv"), [Id("arxiv", "2401.00001", "v1")]).values()]


def test_entities_of_a_feed_are_not_multiplied(web: Web) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    found = titles(web, feed(LAUGHS, "&a11;"))
    assert sum(map(len, found)) < 10_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 * 1024, "kilobytes"


def test_entities_of_a_feed_read_no_file(web: Web, tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("canary-of-a-file")
    found = titles(web, feed(OUTSIDE.format(tmp_path / "secret"), "t &out; u"))
    assert "canary" not in str(found)


def test_json_nested_without_measure_is_damaged(web: Web) -> None:
    deep = b'{"results": ' + b"[" * 200_000 + b"]" * 200_000 + b"}"
    with saying(lambda path: whole(deep)) as (url, _), pytest.raises(Trouble, match="gave no JSON object"):
        openalex.lookup(web, at(url), Id("doi", "10.1000/x"))


def test_a_bibliography_that_unpacks_without_measure_is_refused(
    web: Web, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    monkeypatch.setattr(acl, "MOST", 4 * MEGABYTE)
    packed = gzip.compress(b"@inproceedings{a,\n" + bytes(8 * MEGABYTE))
    with saying(lambda path: whole(packed)) as (url, _), pytest.raises(Trouble, match="larger than 4 MB"):
        acl._bibliography(web, at(url, "acl"))


def test_what_a_server_says_of_itself_cannot_steer_a_terminal(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Titles, error messages, reasons and names of hosts come from servers, and go to stdout and stderr."""
    from tests.hostile import STEERING

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    bad = STEERING.replace("\r", " ")

    def says(path: str) -> Iterator[bytes]:
        if "/works" in path:
            work = {"id": "https://openalex.org/W1", "title": f"Transfer {bad}", "doi": "https://doi.org/10.1000/x",
                    "publication_year": 2020, "abstract_inverted_index": {f"transfer{bad}": [0]},
                    "authorships": [{"author": {"display_name": bad}}]}  # fmt: skip
            yield from whole(json.dumps({"results": [work], "meta": {"count": 1}}).encode())
        elif "/paper/search" in path:
            yield from whole(json.dumps({"message": f"no {bad}"}).encode(), status="400 No")
        else:
            yield from whole(f"<html><title>wait {bad}</title></html>".encode())

    with saying(says) as (url, _):
        for name in ("arxiv", "semanticscholar", "openalex", "acl"):
            monkeypatch.setenv(f"SYNTH_{name.upper()}_URL", url)
        monkeypatch.setenv("SYNTH_INTERVAL", "0")
        done = run("synth", "search", "--query", "transfer", "--deadline", "2")
        more = run("synth", "fetch", "10.1000/x", "2401.00001", "--deadline", "2")
    assert "Transfer" in done.out and "does not take the request" in done.err
    assert more.err
    for text in (done.out, done.err, more.out, more.err):
        assert not UNSEEN.search(text)
