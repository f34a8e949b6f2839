"""Who answers: the services, where they lie, how fast one may ask them, and which key they take.

Another address comes from the environment (`SYNTH_ARXIV_URL`) or the command line (`--base arxiv=URL`). Keys come from the
environment alone; they are put into no record and no message.
"""

from __future__ import annotations

import contextlib
import ipaddress
import os
import socket
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlsplit

from replicate.problems import Problem, unknown


@dataclass(frozen=True)
class Service:
    """A service. `interval` is the least number of seconds between two requests, all programs of this user together."""

    name: str
    title: str
    base: str
    interval: float
    key: str = ""  # the environment variable with the key
    header: str = ""  # the header that takes the key, or
    parameter: str = ""  # the parameter of the address that does

    @property
    def variable(self) -> str:
        """The environment variable with another address."""
        return f"SYNTH_{self.name.upper()}_URL"

    @property
    def host(self) -> str:
        return urlsplit(self.base).netloc

    @property
    def local(self) -> bool:
        """Whether it lies on this machine."""
        return loopback(self.base)


INTERVAL = "SYNTH_INTERVAL"


def known() -> dict[str, Service]:
    """The services by name: each database brings its own."""
    from .databases import ALL

    return {database.name: database.service for database in ALL.values()}


def configured(bases: Iterable[str] = (), interval: float | None = None) -> dict[str, Service]:
    """The services as the environment and the command line have them; `bases` are NAME=URL.

    Another interval holds for services on this machine alone: the others' rules are theirs.
    """
    given, every = dict[str, str](), known()
    for one in bases:
        name, _, url = one.partition("=")
        if name not in every:
            raise unknown("service in --base", name, every)
        given[name] = _base(url, f"--base {one}")
    found = {}
    for service in every.values():
        url = given.get(service.name, "")
        if not url and os.environ.get(service.variable):
            url = _base(os.environ[service.variable], service.variable)
        found[service.name] = replace(service, base=url) if url else service
    pace = _interval(interval)
    if pace is None:
        return found
    if not any(service.local for service in found.values()):
        raise Problem(
            "the interval between requests is the services' own rule; another one holds only for servers on this machine "
            f"(--base arxiv=http://127.0.0.1:PORT, or {every['arxiv'].variable})"
        )
    return {name: replace(service, interval=pace) if service.local else service for name, service in found.items()}


def _base(url: str, where: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise Problem(f"{where}: {url!r} is no address of a server; wanted http://HOST:PORT or https://HOST")
    if parts.username or parts.password or parts.query or parts.fragment:
        raise Problem(f"{where}: an address of a server has no user name, no ? and no # in it")
    return url.rstrip("/")


def _interval(given: float | None) -> float | None:
    said = os.environ.get(INTERVAL) if given is None else given
    if said is None or said == "":
        return None
    try:
        seconds = float(said)
    except ValueError:
        seconds = -1.0
    if not 0 <= seconds <= 3600:
        raise Problem(f"{INTERVAL if given is None else '--interval'}: {said!r} is not a number of seconds")
    return seconds


def secret(service: Service, environment: Mapping[str, str] = os.environ) -> str:
    """The key for this service. It goes over an encrypted line or not beyond this machine."""
    safe = service.base.startswith("https:") or service.local
    return environment.get(service.key, "") if service.key and safe else ""


def loopback(url: str) -> bool:
    """Whether an address means this machine."""
    host = urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def private(url: str) -> bool:
    """Whether an address names a machine inside somebody's own network, by number."""
    host = (urlsplit(url).hostname or "").rstrip(".")
    try:
        return not _numbered(host).is_global
    except ValueError:
        return "." not in host or host.endswith((".localhost", ".local", ".internal"))


def _numbered(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """A host that is a number, in whichever way the system reads one: 127.0.0.1, 127.1, 0x7f000001; ValueError for a name."""
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        with contextlib.suppress(OSError):
            return ipaddress.ip_address(socket.inet_aton(host))
        raise
