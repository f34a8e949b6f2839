"""What stays between a user and a service: keys, tokens, passwords in addresses. It is taken out of all that is shown or kept.

A secret is a value of an environment variable whose name says so (HF_TOKEN, OPENALEX_API_KEY, a password in HTTPS_PROXY), the
user's part of an address (https://USER:PASSWORD@HOST), and a parameter of an address whose name says so (?signature=...).
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping

GONE = "***"
SHORTEST = 8  # characters; a shorter value may be a word that means something else where it stands
_SAYS_SO = re.compile(r"(?:^|_)(?:TOKEN|KEY|SECRET|PASSWORD|PASSWD|PASSPHRASE|CREDENTIALS?)$", re.I)
_PROXY = re.compile(r"^(?:https?|all|ftp)_proxy$", re.I)
_USER = re.compile(r"(?<=://)[^\s/?#@'\"<>]{1,2000}@")
_PARAMETER = re.compile(
    r"([?&;](?:[\w.-]{0,40}(?:api[_-]?key|access[_-]?key|secret|signature|passw(?:or)?d|credential|security-token)[\w.-]{0,40}"
    r"|key|sig|pwd|auth|access_token)=)[^&;\s'\"<>#]+",
    re.I,
)


def values(environment: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """The secrets of this process's environment, as they are and as an address has them, the longest first."""
    found = set(_values(os.environ if environment is None else environment))
    if not found:
        return ()
    from urllib.parse import quote

    return tuple(sorted({*found, *map(quote, found), *(quote(one, safe="") for one in found)}, key=len, reverse=True))


def _values(environment: Mapping[str, str]) -> Iterator[str]:
    for name, value in environment.items():
        if _SAYS_SO.search(name) and len(value.strip()) >= SHORTEST:
            yield value.strip()
        elif _PROXY.match(name) and "@" in value:
            from urllib.parse import unquote, urlsplit

            try:
                password = unquote(urlsplit(value).password or "")
            except ValueError:  # not an address
                continue
            if len(password) >= SHORTEST:
                yield password


def taken_out(text: str, secrets: tuple[str, ...] | None = None) -> str:
    """The text with *** in the place of every secret; `secrets` are those of the environment, unless they are given."""
    for one in values() if secrets is None else secrets:
        if one in text:
            text = text.replace(one, GONE)
    return address(text) if "://" in text else text


def address(text: str) -> str:
    """An address, or a text with addresses in it, without the user's part and without parameters that are secret."""
    return _PARAMETER.sub(rf"\1{GONE}", _USER.sub(f"{GONE}@", text))
