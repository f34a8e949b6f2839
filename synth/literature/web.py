"""Asking a service: one throttle for all processes, deadlines, what it says of waiting, tries with growing pauses.

A request ends with an `Answer` that was looked at, or with a `Trouble` that says in one line what was in the way. Nothing
here knows what is asked for.
"""

from __future__ import annotations

import email.utils
import random
import re
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote, urljoin, urlsplit

from replicate import confidential
from replicate.problems import Failure

from .services import Service, loopback, private, secret
from .throttle import Throttle

if TYPE_CHECKING:
    import requests

CONNECT, STALL = 10.0, 30.0  # seconds to connect, and without a byte
MEGABYTE = 1 << 20
HOPS = 5
# How often each kind of trouble is tried in all. What is named here passes by itself; the rest does not.
TRIES = {"limited": 6, "broken": 6, "down": 5, "slow": 3, "unreachable": 2, "page": 3, "damaged": 5}


class Trouble(Failure):
    """Why there is no answer. `kind` is a word for records, `wait` what the service asks to wait."""

    def __init__(self, kind: str, line: str, status: int = 0, wait: float = 0.0) -> None:
        super().__init__(confidential.taken_out(line))  # a service may hand back what it was sent
        self.kind, self.status, self.wait = kind, status, wait


@dataclass(frozen=True)
class Answer:
    """What came: `url` as it may be recorded (no key in it), the bytes, and how long all of it took."""

    url: str
    content: bytes
    headers: Mapping[str, str]
    status: int = 200
    seconds: float = 0.0
    tries: int = 1


def fine(answer: Answer) -> Trouble | None:
    """No objection."""
    return None


@dataclass
class Web:
    """Everything that one command needs to ask: `folder` holds the throttles, `deadline` is for one request with its tries."""

    folder: Path
    agent: str = "stilts-claims"
    deadline: float = 300.0
    note: Callable[[str], None] = lambda line: None
    _sessions: dict[str, requests.Session] = field(default_factory=dict)

    def get(
        self,
        service: Service,
        url: str,
        parameters: Mapping[str, Any] | None = None,
        look: Callable[[Answer], Trouble | None] = fine,
        most: int = 64 * MEGABYTE,
        headers: Mapping[str, str] | None = None,
    ) -> Answer:
        """The answer to a request, after as many tries as its troubles allow; raises the last `Trouble`.

        `look` says what is wrong with an answer whose status is right; `most` is the largest number of bytes.
        """
        throttle = self._throttle(service)
        begun = until = 0.0
        tried = 0
        while True:
            tried += 1
            # Another process, or an earlier command, may have been told to wait for longer than we have.
            if (left := throttle.left()) > max(self.deadline, service.interval):
                then = time.strftime("%H:%M", time.localtime(throttle.next()))
                raise Trouble("limited", f"{service.host} asked us to wait until {then}", wait=left)
            with throttle.turn():
                begun = begun or time.monotonic()
                until = until or begun + self.deadline
                try:
                    answer = self._ask(service, url, parameters or {}, most, headers or {}, until)
                    trouble = look(answer)
                    if trouble is None:
                        return Answer(answer.url, answer.content, answer.headers, answer.status, time.monotonic() - begun, tried)
                except Trouble as found:
                    trouble = found
                if trouble.wait:
                    throttle.pause(trouble.wait)
            pause = 0.0 if trouble.wait else self._pause(service, tried)
            late = time.monotonic() + max(pause, trouble.wait) > until
            if tried >= TRIES.get(trouble.kind, 1) or late:
                raise trouble
            if (again := max(pause, trouble.wait)) >= 1:
                self.note(f"{trouble}; again in {again:.0f} s")
            time.sleep(pause)

    def _throttle(self, service: Service) -> Throttle:
        def waiting() -> None:
            self.note(f"another process asks {service.title}; waiting for its turn to end")

        name = f"{service.name}@{quote(service.host, safe='')}"
        return Throttle(self.folder, name, service.interval, waiting)

    def _pause(self, service: Service, tried: int) -> float:
        """Twice as long each time, and never quite the same, so that two who were refused together do not return together."""
        first = service.interval if service.local else max(service.interval, 1.0)
        return min(first * 2 ** (tried - 1), 60.0) * random.uniform(0.5, 1.0)

    def _session(self, url: str) -> requests.Session:
        from . import cutoff

        where = "here" if loopback(url) else "there"
        if where not in self._sessions:
            made = cutoff.session()
            made.trust_env = where == "there"  # a proxy cannot reach this machine's own servers
            made.auth = _nobody  # or else requests sends what .netrc says
            made.headers["User-Agent"] = self.agent
            self._sessions[where] = made
        return self._sessions[where]

    def _ask(
        self, service: Service, url: str, parameters: Mapping[str, Any], most: int, headers: Mapping[str, str], until: float
    ) -> Answer:
        """One try, redirects included."""
        import requests

        key = secret(service) if urlsplit(url).netloc == service.host else ""
        asked = {**parameters, **({service.parameter: key} if key and service.parameter else {})}
        sent = {**headers, **({service.header: key} if key and service.header else {})}
        recorded = requests.Request("GET", url, params=dict(parameters)).prepare().url or url
        for _ in range(HOPS):
            answer = self._one(service, url, asked, sent, recorded, most, until)
            if answer.status not in (301, 302, 303, 307, 308):
                return answer
            # A key was for the host that was asked, and its redirects carry what they need.
            asked, sent = {}, dict(headers)
            try:
                url = urljoin(url, answer.headers.get("Location", ""))
                leads = urlsplit(url).scheme in ("http", "https") and bool(urlsplit(url).hostname)
            except ValueError:
                leads = False
            if not leads:
                raise Trouble("refused", f"{_host(recorded)} sends us on to what is no address of a server")
            if private(url) and not service.local:
                raise Trouble("refused", f"{_host(recorded)} sends us on to {_host(url)}, which is no public address")
            recorded = confidential.taken_out(url)
        raise Trouble("refused", f"{_host(recorded)} sends us on and on")

    def _one(
        self, service: Service, url: str, asked: dict[str, Any], sent: dict[str, str], recorded: str, most: int, until: float
    ) -> Answer:
        import requests
        import urllib3

        from . import cutoff

        host = _host(url)
        left = until - time.monotonic()
        late = Trouble("slow", f"{host} did not finish its answer within {self.deadline:g} s")
        if left <= 0:
            raise Trouble("slow", f"{host} did not answer within {self.deadline:g} s")
        waits = (min(CONNECT, left), min(STALL, left))
        try:
            with (
                cutoff.at(until) as cut,
                self._session(url).get(
                    url, params=asked, headers=sent, stream=True, allow_redirects=False, timeout=waits
                ) as got,
            ):  # fmt: skip
                content = self._read(got, host, most, until)
                answer = Answer(recorded, content, dict(got.headers.items()), got.status_code)
                if cut.came:
                    raise late
        except (requests.RequestException, urllib3.exceptions.HTTPError, OSError) as error:
            raise (late if time.monotonic() >= until else _explained(error, host)) from None
        except ValueError:  # the library looks at where an answer leads, though it is told not to follow
            raise Trouble("refused", f"{host} sends us on to what is no address of a server") from None
        if answer.status >= 400:
            raise _refused(answer, host, service)
        return answer

    def _read(self, got: requests.Response, host: str, most: int, until: float) -> bytes:
        """All bytes of an answer, piece by piece: a server that drips must not outlive the deadline."""
        if _number(got.headers.get("Content-Length")) > most:
            raise Trouble(
                "refused", f"{host} sends {got.headers['Content-Length']} bytes, more than the {most // MEGABYTE} MB allowed"
            )
        parts, size = [], 0
        while part := got.raw.read1(1 << 16, decode_content=True):
            size += len(part)
            if size > most:
                raise Trouble("refused", f"{host} sends more than the {most // MEGABYTE} MB allowed")
            if time.monotonic() > until:
                raise Trouble("slow", f"{host} did not finish its answer within {self.deadline:g} s")
            parts.append(part)
        said = _number(got.headers.get("Content-Length"))
        if said > size and not got.headers.get("Content-Encoding"):
            raise Trouble("broken", f"{host} broke off after {size:,} of {said:,} bytes")
        return b"".join(parts)


def is_page(answer: Answer) -> bool:
    """Whether a web page came, whatever was asked for."""
    return bool(re.match(rb"\s*(<!doctype html|<html|<head|<\?xml[^>]*>\s*<!doctype html)", answer.content[:512], re.I))


def page(answer: Answer, wanted: str) -> Trouble:
    """The trouble of a web page in the place of an answer, with the page's own title."""
    title = re.search(rb"<title[^>]*>(.*?)</title>", answer.content[:20000], re.I | re.S)
    words = re.sub(r"\s+", " ", title[1].decode("utf-8", "replace")).strip()[:80] if title else ""
    called = f" ({words!r})" if words else ""
    return Trouble(
        "page", f"{_host(answer.url)} sent a web page{called} and not {wanted}; a proxy, a login, or a page that asks to wait"
    )


def _nobody(request: requests.PreparedRequest) -> requests.PreparedRequest:
    return request


def _host(url: str) -> str:
    """The server of an address, for people: no name and no password of a user."""
    return urlsplit(url).netloc.rpartition("@")[2] or confidential.taken_out(url)


def _number(text: str | None) -> int:
    """A number of bytes in a header; one of very many digits is as large as any."""
    if not text or not re.fullmatch("[0-9]+", text):
        return 0
    return int(text) if len(text) <= 18 else 10**18


def _explained(error: Exception, host: str) -> Trouble:
    """What kept us from an answer, in words."""
    import requests
    import urllib3

    if isinstance(error, Trouble):
        return error
    says = repr(error)
    if isinstance(error, (requests.Timeout, urllib3.exceptions.TimeoutError, TimeoutError)):
        return Trouble("slow", f"{host} did not answer in time")
    if "NameResolution" in says or "gaierror" in says or "Name or service not known" in says or "getaddrinfo" in says:
        return Trouble("unreachable", f"{host} cannot be found; no network, or no name server")
    if isinstance(error, requests.exceptions.ProxyError):
        return Trouble("unreachable", f"{host} cannot be reached: the proxy of HTTP_PROXY or HTTPS_PROXY does not answer")
    if isinstance(error, requests.exceptions.SSLError):
        return Trouble("refused", f"{host}: its certificate does not hold; a proxy that reads along, or a wrong clock")
    if "refused" in says:
        return Trouble("unreachable", f"{host} cannot be reached: connection refused")
    if "unreachable" in says.lower() or "No route" in says:
        return Trouble("unreachable", f"{host} cannot be reached: no route to it")
    return Trouble("broken", f"{host} dropped the connection")


def _refused(answer: Answer, host: str, service: Service) -> Trouble:
    """A status that is no answer. What the service says of waiting is kept."""
    wait = _wait(answer.headers.get("Retry-After", ""))
    status = answer.status
    if status == 429 or (status in (403, 503) and wait):
        asks = f" and asks to wait {wait:.0f} s" if wait else ""
        keyed = f"; a key in {service.key} raises the limit" if service.key and not secret(service) else ""
        return Trouble("limited", f"{host} limits our requests (status {status}){asks}{keyed}", status, wait)
    if status in (401, 403):
        keyed = f"; is the key in {service.key} right?" if service.key else ""
        return Trouble("refused", f"{host} refuses (status {status}){keyed}", status)
    if status in (404, 410):
        return Trouble("missing", f"{host} does not have it (status {status})", status)
    if status >= 500:
        return Trouble("down", f"{host} fails (status {status})", status, wait)
    return Trouble("refused", f"{host} does not take the request (status {status}{_said(answer)})", status)


def _said(answer: Answer) -> str:
    """The service's own words about a status, as far as they are one line."""
    text = answer.content[:4000].decode("utf-8", "replace")
    found = re.search(r'"(?:message|error)"\s*:\s*"([^"]+)"|<summary[^>]*>([^<]+)</summary>', text)
    return f": {' '.join((found[1] or found[2]).split())[:120]}" if found else ""


def _wait(text: str) -> float:
    """Seconds in a Retry-After: a number, or a date."""
    if re.fullmatch(r"\d{1,7}(\.\d+)?", text.strip()):
        return float(text)
    try:
        return max(email.utils.parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError):
        return 0.0
