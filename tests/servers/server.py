"""The servers: one port answers as any of the four, out of made-up works and through the faults that were asked for."""

from __future__ import annotations

import contextlib
import gzip
import hashlib
import json
import re
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from . import queries, shapes
from .faults import Faults
from .works import Work, pdf, works

NAMES = ("arxiv", "semanticscholar", "openalex", "acl")
PREFIX = {"semanticscholar": "/graph/v1"}


@dataclass
class Running:
    """A running server: what it was asked (`log` has the time and path of each request), what it gave, and its faults."""

    server: ThreadingHTTPServer
    works: Sequence[Work]
    faults: Faults
    names: Sequence[str] = NAMES
    log: list[tuple[float, str]] = field(default_factory=list)
    sent: Counter[str] = field(default_factory=Counter)  # paths that were answered whole
    keys: Counter[str] = field(default_factory=Counter)  # keys that came along
    at_once: int = 0
    most_at_once: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """The variables that point `synth` to it."""
        return {f"SYNTH_{name.upper()}_URL": f"{self.url}{PREFIX.get(name, '')}" for name in self.names}

    def stop(self) -> None:
        """It is gone: connections to its port are refused."""
        self.server.shutdown()
        self.server.server_close()


class Patient(ThreadingHTTPServer):
    """A client that goes away in the middle of a request, because it was killed, is not worth a traceback."""

    daemon_threads = True

    def handle_error(self, request: Any, client_address: Any) -> None:
        if not isinstance(sys.exception(), ConnectionError):
            super().handle_error(request, client_address)


@contextlib.contextmanager
def serve(
    papers: Sequence[Work] | None = None, faults: Faults | None = None, names: Sequence[str] = NAMES, port: int = 0
) -> Iterator[Running]:
    """A server of these papers until the block ends."""

    class Here(Handler):
        pass

    server = Patient(("127.0.0.1", port), Here)
    Here.here = running = Running(server, works() if papers is None else papers, faults or Faults(), names)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        if thread.is_alive():
            running.stop()


class Handler(BaseHTTPRequestHandler):
    """One request."""

    here: Running
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_GET(self) -> None:
        here = self.here
        here.log.append((time.monotonic(), self.path))
        here.at_once += 1
        here.most_at_once = max(here.most_at_once, here.at_once)
        try:
            self._answer()
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True  # the client had enough
        finally:
            here.at_once -= 1

    def _answer(self) -> None:
        parts = urlsplit(self.path)
        self.asked = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        for key in (self.headers.get("x-api-key"), self.asked.get("api_key")):
            if key:
                self.here.keys[key] += 1
        time.sleep(self.here.faults.slow)
        self.fault = self.here.faults.next(self.path)
        if self.fault == "drop":
            self.close_connection = True
        elif self.fault.startswith("429"):
            self._send(429, b"Rate exceeded.", {"Retry-After": self.here.faults.retry_after} if self.fault == "429" else {})
        elif self.fault == "503":
            self._send(503, b"Service unavailable")
        elif self.fault == "page":
            self._send(200, shapes.PAGE, {"Content-Type": "text/html"})
        else:
            path = unquote(parts.path)
            for name, route, method in ROUTES:
                if name in self.here.names and (found := re.fullmatch(route, path)):
                    return method(self, *found.groups())
            self._send(404, b"not found")

    def _send(self, status: int, content: bytes, headers: Mapping[str, str] | None = None) -> None:
        """The answer, or what the fault leaves of it."""
        part = content[: len(content) // 2] if self.fault in ("cut", "short") else content
        self.send_response(status)
        for name, value in (headers or {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(part) if self.fault == "short" else len(content)))
        self.end_headers()
        if self.fault == "drip":
            for at in range(len(content)):
                self.wfile.write(content[at : at + 1])
                self.wfile.flush()
                time.sleep(0.05)
            return
        self.wfile.write(part)
        if self.fault == "cut":
            self.close_connection = True
        elif status == 200 and not self.fault:
            self.here.sent[urlsplit(self.path).path] += 1

    def _json(self, value: object, status: int = 200) -> None:
        self._send(status, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _number(self, name: str, default: int) -> int:
        said = self.asked.get(name, "")
        return int(said) if said.isdigit() else default

    def _years(self, said: str) -> Callable[[Work], bool]:
        found = re.search(r"(\d{4})?-(\d{4})?", said)
        first, last = (int(found[1] or 0), int(found[2] or 9999)) if found else (0, 9999)
        return lambda work: first <= work.year <= last

    # ---- arXiv

    def arxiv_query(self) -> None:
        start, size = self._number("start", 0), self._number("max_results", 10)
        ids = [one for one in self.asked.get("id_list", "").split(",") if one]
        if ids:
            found = []
            for id in ids:
                match = re.fullmatch(r"(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?", id)
                if not match:
                    return self._send(400, shapes.feed_error(id), {"Content-Type": "application/atom+xml"})
                work = next((one for one in self.here.works if one.arxiv == match[1]), None)
                if work and int(match[2] or 1) <= work.versions:
                    found.append((work, int(match[2] or work.versions)))
            total = len(ids)  # arXiv counts what was asked for, also where it has nothing
        else:
            fits = queries.boolean(self.asked.get("search_query", ""))
            found = [(work, work.versions) for work in self.here.works if work.arxiv and fits(work)]
            total = len(found)
        content = shapes.feed(found[start : start + size], total, start, urlsplit(self.path).query)
        self._send(200, content, {"Content-Type": "application/atom+xml; charset=utf-8"})

    def arxiv_pdf(self, id: str, version: str | None) -> None:
        work = next((one for one in self.here.works if one.arxiv == id), None)
        number = int(version or 0) or (work.versions if work else 0)
        if work is None or number > work.versions or number == work.withdrawn or number in work.textless:
            return self._send(404, b"<html><head><title>No PDF</title></head></html>", {"Content-Type": "text/html"})
        if self.fault == "wrong":
            number = number - 1 or number + 1
        name = f'inline; filename="{id.replace("/", "_")}v{number}.pdf"'
        self._send(200, pdf(work, number), {"Content-Type": "application/pdf", "Content-Disposition": name})

    # ---- Semantic Scholar

    def s2_search(self) -> None:
        offset, size = self._number("offset", 0), min(self._number("limit", 10), 100)
        in_years = self._years(self.asked.get("year", ""))
        found = [work for work in queries.ranked(self.here.works, self.asked.get("query", "")) if in_years(work)]
        rows = found[offset : offset + size]
        more = {"next": offset + size} if offset + size < len(found) else {}
        self._json({"total": len(found), "offset": offset, **more, "data": [shapes.semanticscholar(work) for work in rows]})

    def s2_bulk(self) -> None:
        begin = self._number("token", 0)
        in_years = self._years(self.asked.get("year", ""))
        fits = queries.boolean(self.asked.get("query", ""), " + ", " | ")
        found = [work for work in self.here.works if fits(work) and in_years(work)]
        rows = found[begin : begin + 50]
        token = str(begin + 50) if begin + 50 < len(found) else None
        self._json({"total": len(found), "token": token, "data": [shapes.semanticscholar(work) for work in rows]})

    # ---- OpenAlex

    def openalex_works(self) -> None:
        if "cursor" in self.asked and "api_key" not in self.asked:
            return self._json({"error": "Unauthorized", "message": "paging by cursor needs a key"}, 401)
        said = dict(part.split(":", 1) for part in self.asked.get("filter", "").split(",") if ":" in part)
        fits = queries.boolean(self.asked.get("search", ""))
        in_years = self._years(said.get("publication_year", ""))
        spoken = said.get("language", "").split("|")
        found = [
            work for work in self.here.works if fits(work) and in_years(work) and (spoken == [""] or work.language in spoken)
        ]
        page, size = self._number("page", 1), min(self._number("per_page", 25), 100)
        rows = [shapes.openalex(work, self.here.url) for work in found[(page - 1) * size : page * size]]
        self._json({"meta": {"count": len(found), "page": page, "per_page": size}, "results": rows})

    def openalex_doi(self, doi: str) -> None:
        work = next((one for one in self.here.works if one.doi == doi.lower()), None)
        if work is None:
            return self._json({"error": "Not Found"}, 404)
        self._json(shapes.openalex(work, self.here.url))

    def open_pdf(self, number: str) -> None:
        work = next(one for one in self.here.works if one.number == int(number))
        self._send(200, pdf(work, 1), {"Content-Type": "application/pdf"})

    # ---- the Anthology

    def acl_bibliography(self) -> None:
        text = "% made up\n" + "\n".join(shapes.bib(work) for work in self.here.works if work.acl)
        tag = f'"{hashlib.sha1(text.encode()).hexdigest()}"'
        if self.headers.get("If-None-Match") == tag:
            self.send_response(304)
            self.send_header("Content-Length", "0")
            return self.end_headers()
        self._send(200, gzip.compress(text.encode(), mtime=0), {"Content-Type": "application/gzip", "ETag": tag})

    def acl_file(self, id: str, kind: str) -> None:
        work = next((one for one in self.here.works if one.acl == id), None)
        if work is None:
            return self._send(404, b"<html><head><title>Not Found</title></head></html>", {"Content-Type": "text/html"})
        content = pdf(work, 1) if kind == "pdf" else shapes.bib(work).encode()
        self._send(200, content, {"Content-Type": "application/pdf" if kind == "pdf" else "text/plain"})


ROUTES: tuple[tuple[str, str, Callable[..., Any]], ...] = (
    ("arxiv", r"/api/query", Handler.arxiv_query),
    ("arxiv", r"/pdf/(\d{4}\.\d{4,5}|[a-z-]+/\d{7})(?:v(\d+))?(?:\.pdf)?", Handler.arxiv_pdf),
    ("semanticscholar", r"/graph/v1/paper/search", Handler.s2_search),
    ("semanticscholar", r"/graph/v1/paper/search/bulk", Handler.s2_bulk),
    ("openalex", r"/works", Handler.openalex_works),
    ("openalex", r"/works/doi:(.+)", Handler.openalex_doi),
    ("openalex", r"/open/(\d+)\.pdf", Handler.open_pdf),
    ("acl", r"/anthology\+abstracts\.bib\.gz", Handler.acl_bibliography),
    ("acl", r"/(\d{4}\.[a-z]+-[a-z]+\.\d+)\.(pdf|bib)", Handler.acl_file),
)
