"""
How requests prove who they are, what a refusal means, and when the files behind it have changed.

No connection is made here.
"""

from __future__ import annotations

import base64
import ipaddress
import os
import re
import time
import urllib.parse
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from shipper.config.settings import Elasticsearch

LOOK_INTERVAL = 2.0  # seconds between two looks at the files
_GRANTED = re.compile(
    r"action \[([^\]]+(?:\[\w*\])?)\] is unauthorized"
    r"(?:.*?this action is granted by the (cluster|index|remote index) privileges \[([^\],]+))?",
    re.DOTALL,
)
_DENIED = re.compile(r"no permissions for \[((?:[^\[\]]|\[\w*\])+)\]")


def header_of(settings: Elasticsearch, url: str = "") -> str | None:
    """
    The ``Authorization`` header.

    Args:
        settings: of the output.
        url: of the host; a login in it counts where the settings have none.
    """
    if settings.api_key:
        key = settings.api_key.strip()
        return f"ApiKey {_encoded(key) if ':' in key else key}"
    if settings.bearer_token:
        return f"Bearer {settings.bearer_token.strip()}"
    if settings.username is not None:
        return f"Basic {_encoded(settings.username + ':' + (settings.password or ''))}"
    pair = pair_of(url)
    return None if pair is None else f"Basic {_encoded(pair)}"


def pair_of(url: str) -> str | None:
    """``user:password`` of a URL, decoded; None without."""
    parts = urllib.parse.urlsplit(url)
    if not parts.username:
        return None
    return f"{urllib.parse.unquote(parts.username)}:{urllib.parse.unquote(parts.password or '')}"


def proxy_headers(settings: Elasticsearch) -> dict[str, str]:
    """Headers that only the proxy is to see."""
    headers = {name.lower(): value for name, value in settings.proxy_headers.items()}
    pair = pair_of(settings.proxy_url or "")
    if pair is not None:
        headers.setdefault("proxy-authorization", f"Basic {_encoded(pair)}")
    return headers


def _encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def is_loopback(url: str) -> bool:
    """Whether a URL's host is this machine itself, so that nothing goes over a network."""
    name = urllib.parse.urlsplit(url).hostname or ""
    try:
        return ipaddress.ip_address(name).is_loopback
    except ValueError:
        return name == "localhost"


def way_of(settings: Elasticsearch) -> str:
    """How the settings log in, in words without secrets; empty where they do not."""
    if settings.api_key:
        return "an API key"
    if settings.bearer_token:
        return "a bearer token"
    if settings.username is not None:
        return f"user {settings.username}"
    if any(name.lower() == "authorization" for name in settings.headers):
        return "an Authorization header"
    for host in settings.hosts:
        if pair := pair_of(host):
            return f"user {pair.partition(':')[0]}"
    return "a client certificate" if settings.ssl.certificate else ""


def refused(status: int, answer: Any, settings: Elasticsearch) -> str:
    """
    What to do about a request that was answered 401 or 403.

    Args:
        status: of the answer.
        answer: decoded JSON, or text.
        settings: of the output.
    """
    key = "output.elasticsearch"
    if status == 403:
        return "; ".join(
            filter(None, (give(_reason(answer)), "`shipper setup --print-api-key-request` tells all that are needed"))
        )  # fmt: skip
    if settings.api_key:
        found = _additional(answer)
        return (
            f"the API key is refused{f' ({found})' if found else ''}: it is wrong, has expired or was invalidated; put a valid"
            f" one where {key}.api_key points (`shipper setup --print-api-key-request ship` tells how to make one)"
        )
    if settings.bearer_token:
        return f"the token is refused: it is wrong or has expired; mend {key}.bearer_token"
    way = way_of(settings)
    if way.startswith("user "):
        return f"{way} or its password is refused; mend {key}.username and {key}.password"
    if way == "a client certificate":
        return f"the cluster takes no client certificate as a login, or knows no user for this one; set {key}.api_key"
    if way:
        return f"the Authorization header is refused; mend {key}.headers"
    return f"the cluster wants a login; set {key}.api_key, or {key}.username and {key}.password"


def give(reason: str) -> str:
    """Which right a refusal tells to give; empty where it names none."""
    found = _GRANTED.search(reason)
    if found is not None:
        action, scope, privilege = found.groups()
        if privilege is None:
            return f"give the login or API key a right with the action {action}"
        return f"give the login or API key the {scope} privilege `{privilege}`"
    denied = _DENIED.search(reason)
    if denied is not None:
        return f"give the login's role the permission `{denied[1]}`"
    return ""


def _reason(answer: Any) -> str:
    error = answer.get("error") if isinstance(answer, dict) else None
    return str(error.get("reason", "")) if isinstance(error, dict) else str(answer)


def _additional(answer: Any) -> str:
    """What Elasticsearch says about the key itself."""
    error = answer.get("error") if isinstance(answer, dict) else None
    for cause in [error, *(error.get("root_cause") or ())] if isinstance(error, dict) else ():
        if isinstance(cause, dict) and (text := cause.get("additional_unsuccessful_credentials")):
            return str(text).removeprefix("API key: ")
    return ""


class Watch:
    """
    Notices that files have changed, by their status alone.

    A change counts when it is seen at two looks in a row: whoever writes a file in place has finished then.

    Args:
        files: to look at.
    """

    def __init__(self, files: Iterable[Path]) -> None:
        self._files = tuple(files)
        self._known = self._state()
        self._seen = self._known
        self._due = time.monotonic() + LOOK_INTERVAL

    def changed(self) -> bool:
        """Whether it is time to look, and they are others than those that were taken."""
        if not self._files or time.monotonic() < self._due:
            return False
        self._due = time.monotonic() + LOOK_INTERVAL
        before, self._seen = self._seen, self._state()
        return self._seen != self._known and self._seen == before

    def differs(self) -> bool:
        """Whether they are others than those that were taken, right now."""
        return bool(self._files) and self._state() != self._known

    def look(self) -> object:
        """The state now, for :meth:`taken`; to be asked before the files are read."""
        return self._state()

    def taken(self, state: object, files: Iterable[Path]) -> None:
        """The files were read; ``state`` is what :meth:`look` said before."""
        self._files = tuple(files)
        now = self._state()
        self._known = self._seen = (
            state if isinstance(state, tuple) and len(state) == len(now) else now
        )

    def _state(self) -> tuple[tuple[int, ...] | None, ...]:
        return tuple(map(_status, self._files))


def _status(file: Path) -> tuple[int, ...] | None:
    try:
        found = os.stat(file)  # noqa: PTH116 - quicker, and this is asked often
    except OSError:
        return None
    return found.st_mtime_ns, found.st_ctime_ns, found.st_size, found.st_ino, found.st_dev
