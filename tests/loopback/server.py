"""What `huggingface_hub` and `datasets` ask of a hub, answered out of a dictionary.

Revisions are branches (`main`, `refs/convert/parquet`) or commits of 40 hexadecimal digits; a branch's commit is the hash of
its files. The server counts what it is asked, and can be slow, fail, cut files off, or be gone.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import re
import threading
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, quote, unquote, urlsplit

Files = Mapping[str, bytes]
Repositories = Mapping[tuple[str, str], Mapping[str, Files]]  # ("dataset" | "model", id) -> revision -> path -> bytes
PAGE = 50  # files on a page of a tree; the real hub gives 1,000
BLOCK = 1 << 16
API = re.compile(r"/api/(models|datasets)/([^/]+/[^/]+)(?:/(revision|tree|paths-info|refs)(?:/(.*))?)?$")
RESOLVE = re.compile(r"/(?:(datasets)/)?([^/]+/[^/]+)/resolve/([^/]+)/(.*)$")


def commit(revision: str, files: Files) -> str:
    """The commit that a revision stands for."""
    if re.fullmatch("[0-9a-f]{40}", revision):
        return revision
    return hashlib.sha1(b"".join(p.encode() + hashlib.sha256(files[p]).digest() for p in sorted(files))).hexdigest()


@dataclass
class Hub:
    """A running hub, and the faults that a test asks of it."""

    repositories: Repositories
    server: ThreadingHTTPServer
    cache: Path
    requests: Counter[str] = field(default_factory=Counter)  # "GET tree", "HEAD resolve", ...
    fetched: Counter[str] = field(default_factory=Counter)  # paths of files whose contents were sent
    gated: set[str] = field(default_factory=set)
    fail: int = 0  # the status of every answer
    slow: float = 0.0  # seconds before an answer
    cut: str = ""  # files whose path ends like this break off in the middle

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}"

    @property
    def environment(self) -> dict[str, str]:
        """What a process has to find in its environment before it imports `huggingface_hub`."""
        return environment(self.url, self.cache)

    def stop(self) -> None:
        """The hub is gone: connections to its port are refused."""
        self.server.shutdown()
        self.server.server_close()


def environment(url: str, cache: Path) -> dict[str, str]:
    """The variables that point both libraries to a hub and a cache of their own, and nowhere else."""
    return {
        "HF_ENDPOINT": url,
        "HF_HOME": str(cache),
        "HF_HUB_OFFLINE": "0",
        "HF_DATASETS_OFFLINE": "0",
        "HF_HUB_DISABLE_TELEMETRY": "1",
        "HF_HUB_DISABLE_XET": "1",
        "HF_HUB_DISABLE_IMPLICIT_TOKEN": "1",
        "HF_HUB_DISABLE_PROGRESS_BARS": "1",
        "HF_DATASETS_DISABLE_PROGRESS_BARS": "1",
        "HF_HUB_DISABLE_UPDATE_CHECK": "1",
        "NO_PROXY": "127.0.0.1",
    }


@contextlib.contextmanager
def serve(repositories: Repositories, cache: Path) -> Iterator[Hub]:
    """A hub that serves these repositories until the block ends, or it is stopped; `cache` is that of its clients."""

    class Here(Handler):
        pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Here)
    server.daemon_threads = True
    Here.hub = running = Hub(repositories, server, cache)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield running
    finally:
        if thread.is_alive():
            running.stop()


class Handler(BaseHTTPRequestHandler):
    """One request: the hub's own routes, headers and error codes, as far as the two libraries look."""

    hub: Hub
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True  # else each body waits 40 ms for the receipt of its headers

    def log_message(self, format: str, *args: object) -> None:
        pass

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def do_POST(self) -> None:
        self._answer()

    def _answer(self) -> None:
        self.body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        parts = urlsplit(self.path)
        self.asked = {key: values[-1] for key, values in parse_qs(parts.query).items()}
        api, file = API.match(parts.path), RESOLVE.match(parts.path)
        what = (api[3] or "info") if api else "resolve" if file else "other"
        self.hub.requests[f"{self.command} {what}"] += 1
        time.sleep(self.hub.slow)
        if self.hub.fail:
            self._refuse(self.hub.fail, "")
        elif api:
            kind, id, rest = api[1][:-1], api[2], api[4] or ""
            self._api(kind, id, what, rest)
        elif file:
            self._file("dataset" if file[1] else "model", file[2], unquote(file[3]), unquote(file[4]))
        else:
            self._refuse(404, "")

    def _repository(self, kind: str, id: str) -> Mapping[str, Files] | None:
        """The repository, or an answer that says why not."""
        if (kind, id) not in self.hub.repositories:
            return self._refuse(404, "RepoNotFound")
        if id in self.hub.gated:
            return self._refuse(403, "GatedRepo")
        return self.hub.repositories[kind, id]

    def _files(self, kind: str, id: str, revision: str) -> tuple[str, Files] | None:
        """Commit and files of a revision: a branch, a commit, or the commit of a branch."""
        repository = self._repository(kind, id)
        if repository is None:
            return None
        for name, files in repository.items():
            if revision in (name, commit(name, files)):
                return commit(name, files), files
        return self._refuse(404, "RevisionNotFound")

    def _api(self, kind: str, id: str, what: str, rest: str) -> None:
        if what == "refs":
            repository = self._repository(kind, id)
            if repository is not None:
                branches = [{"name": n, "ref": f"refs/heads/{n}", "targetCommit": commit(n, f)} for n, f in repository.items()]
                self._json({"branches": branches, "converts": [], "tags": []})
            return
        revision, _, path = rest.partition("/")
        found = self._files(kind, id, unquote(revision) or "main")
        if found is None:
            return
        sha, files = found
        if what in ("info", "revision"):
            self._json({"id": id, "sha": sha, "private": False, "gated": False, "disabled": False, "downloads": 0, "likes": 0,
                        "tags": [], "siblings": [{"rfilename": name} for name in sorted(files)]})  # fmt: skip
        elif what == "paths-info":
            asked = json.loads(self.body)["paths"] if self.body.startswith(b"{") else parse_qs(self.body.decode())["paths"]
            listed = _tree(files, "", True)
            self._json([one for one in listed if one["path"] in asked])
        else:
            listed = _tree(files, unquote(path), self.asked.get("recursive", "").lower() == "true")
            begin = int(self.asked.get("cursor", 0))
            more = {}
            if begin + PAGE < len(listed):
                query = f"recursive={self.asked.get('recursive', 'false')}&cursor={begin + PAGE}"
                more["Link"] = f'<{self.hub.url}{urlsplit(self.path).path}?{query}>; rel="next"'
            self._json(listed[begin : begin + PAGE], more)

    def _file(self, kind: str, id: str, revision: str, path: str) -> None:
        found = self._files(kind, id, revision)
        if found is None:
            return
        sha, files = found
        if path not in files:
            return self._refuse(404, "EntryNotFound", sha)
        data = files[path]
        etag = hashlib.sha256(data).hexdigest()
        begin = re.match(r"bytes=(\d+)-(\d*)", self.headers.get("Range", ""))
        first = int(begin[1]) if begin else 0
        last = min(int(begin[2]), len(data) - 1) if begin and begin[2] else len(data) - 1
        part = data[first : last + 1]
        self.send_response(206 if begin else 200)
        if begin:
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("ETag", f'"{etag}"')
        self.send_header("X-Repo-Commit", sha)
        self.send_header("Content-Length", str(len(part)))
        self.end_headers()
        if self.command == "HEAD":
            return
        self.hub.fetched[path] += 1
        if self.hub.cut and path.endswith(self.hub.cut):
            self.wfile.write(part[: 0 if begin else len(part) // 2])  # who asks for the rest gets nothing more
            self.close_connection = True
            return
        for at in range(0, len(part), BLOCK):
            self.wfile.write(part[at : at + BLOCK])

    def _json(self, value: object, headers: Mapping[str, str] | None = None) -> None:
        data = json.dumps(value).encode()
        self.send_response(200)
        for name, said in {"Content-Type": "application/json", **(headers or {}), "Content-Length": str(len(data))}.items():
            self.send_header(name, said)
        self.end_headers()
        self.wfile.write(data)

    def _refuse(self, status: int, code: str, sha: str = "") -> None:
        self.send_response(status)
        for name, said in {"X-Error-Code": code, "X-Repo-Commit": sha, "Content-Length": "0"}.items():
            if said:
                self.send_header(name, said)
        self.end_headers()


def _tree(files: Files, under: str, recursive: bool) -> list[dict[str, object]]:
    """The entries of a folder: files with size and hash, folders with a hash; those of its folders too if recursive."""
    prefix = under.strip("/") + "/" if under.strip("/") else ""
    inside = sorted(path for path in files if path.startswith(prefix))
    folders = {"/".join(path.split("/")[:n]) for path in inside for n in range(1, path.count("/") + 1)}
    entries: list[dict[str, object]] = [
        {"type": "directory", "path": one, "oid": hashlib.sha1(quote(one).encode()).hexdigest(), "size": 0}
        for one in sorted(folders)
        if one.startswith(prefix)
    ]
    entries += [
        {"type": "file", "path": path, "oid": hashlib.sha1(files[path]).hexdigest(), "size": len(files[path])} for path in inside
    ]
    return [one for one in entries if recursive or "/" not in str(one["path"])[len(prefix) :]]
