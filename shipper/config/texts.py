"""
Checks of texts: patterns, encodings, time zones, addresses, paths, names.

Each takes the text and the context and returns the value, or raises ``Wrong`` with what was found, what was expected and
what to do.
"""

from __future__ import annotations

import glob
import os
import re
import warnings
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote, urlsplit

from shipper.config.cloud import cloud_hosts
from shipper.config.encodings import resolve_encoding
from shipper.config.kinds import Wrong
from shipper.config.masking import add_secret, quote
from shipper.config.patterns import compile_pattern
from shipper.config.suggest import did_you_mean
from shipper.wording import counted

if TYPE_CHECKING:
    from shipper.config.kinds import Context

DEFAULT_PORT = 9200
KIBANA_PORT = 5601
REFERENCE = re.compile(r"%\{\[([^\[\]{}\s]+)\](?::([^{}]*))?\}")
_MAX_REFERENCE = 200  # characters of a dataset with references
_LONGEST_NAME = 60  # characters
_OFFSET = re.compile(r"[+-](0[0-9]|1[0-4]):?[0-5][0-9]\Z")
_NOT_IN_A_LOGIN = re.compile(r"[^\x21-\x7e]")
_FINGERPRINT = re.compile(r"[0-9A-Fa-f]{64}\Z")
_MAX_NAME = 100  # characters of a dataset or a namespace, by the data stream naming scheme
_FORBIDDEN = re.compile(r'[-\\/*?"<>|,#:\s\x00-\x1f]+')


def regex(text: str, _context: Context) -> str:
    """Check a regular expression; how it is read says ``patterns``."""
    try:
        compile_pattern(text)
    except (ValueError, MemoryError) as error:
        reason = str(error).removeprefix("not a regular expression: ").removeprefix(f"{text!r}: ")
        raise Wrong(
            f"the regular expression {quote(text)} is wrong{_place(text)}: {quote(reason, 200)[1:-1]}",
            "expected RE2's or Python's syntax",
            _regex_advice(reason),
        ) from None
    return text


def _place(text: str) -> str:
    """Where Python's compiler gives up in the pattern as it was written."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            re.compile(text)
    except re.error as error:
        return "" if error.pos is None else f" at character {error.pos + 1}"
    except (OverflowError, RecursionError):
        pass
    return ""


def _regex_advice(message: str) -> str:
    if "bad escape" in message:
        return r"a backslash before a letter needs a meaning: \d, \s, \w, \b"
    if "repeat" in message:
        return "there is nothing before the sign to repeat; this is no glob: any text is '.*'"
    return r"write a backslash before a sign that stands for itself: \[ \( \*"


def encoding(text: str, _context: Context) -> str:
    """Check the name of a text encoding; the value is Python's name of it."""
    try:
        if len(text) > _LONGEST_NAME:
            raise ValueError(f"unknown encoding {quote(text)}")
        return resolve_encoding(text)
    except ValueError as error:
        raise Wrong(
            str(error), "expected a text encoding, by Python's or Filebeat's name"
        ) from None


def timezone(text: str, _context: Context) -> str:
    """Check a time zone: an IANA name, an offset, or ``Local``."""
    if text == "Local" or _OFFSET.match(text):
        return text
    import zoneinfo  # noqa: PLC0415 - few configurations name a zone

    try:
        zoneinfo.ZoneInfo(text)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        known = zoneinfo.available_timezones()
        raise Wrong(
            f"the time zone {quote(text)} is unknown",
            "expected a name such as Europe/Berlin, an offset such as +02:00, or Local",
            did_you_mean(text, known, "'Etc/UTC' is one")
            if known
            else "this machine has no time zone data: install tzdata",
        ) from None
    return text


def host(text: str, _context: Context) -> str:
    """Check the address of a node; the value is a URL with scheme and port (Filebeat's defaults: http, 9200)."""
    url = text if "://" in text else f"http://{text}"
    return _url(text, url, "a node's address such as https://es.example:9200", DEFAULT_PORT)


def proxy(text: str, _context: Context) -> str:
    """Check the URL of an HTTP proxy, which may have a login in it."""
    url = text if "://" in text else f"http://{text}"
    scheme, _, rest = url.partition("://")
    login, at, place = rest.rpartition("@")
    secret = login.partition(":")[2]
    for form in (secret, unquote(secret)):
        add_secret(form)
    plain = _url(
        place, f"{scheme}://{place}", "a proxy's URL such as http://proxy.example:3128", None
    )
    return plain.replace("://", f"://{login}{at}", 1)


def _url(text: str, url: str, expected: str, default_port: int | None) -> str:
    def wrong(what: str, todo: str) -> Wrong:
        return Wrong(f"{quote(text)}: {what}", f"expected {expected}", todo)

    brackets = "an IPv6 address stands in brackets: http://[::1]:9200"
    try:
        parts = urlsplit(url)
        name = parts.hostname
    except ValueError:
        raise wrong("no address that can be read", brackets) from None
    try:
        port = parts.port
    except ValueError:
        found = "the port is no number from 1 to 65535"
        todo = brackets if parts.netloc.count(":") > 1 else "write a number behind ':'"
        raise wrong(found, todo) from None
    if parts.scheme not in {"http", "https"}:
        raise wrong(f"the scheme {quote(parts.scheme)} is unknown", "write http:// or https://")
    if parts.username is not None or "@" in parts.netloc:
        raise wrong("a name or password in the address", "use username and password, or api_key")
    if not name or re.search(r"[\s,;\x00-\x1f]", url) or not url.isprintable():
        raise wrong("no name of a host", "give each node an entry of its own in the list")
    if port == 0:
        raise wrong("the port 0", "write the port that the node listens on")
    if parts.query or parts.fragment or url.endswith(("?", "#")):
        raise wrong("a query or fragment", "leave out what follows '?' or '#'")
    netloc = f"[{name}]" if ":" in name else name
    number = port or default_port
    return f"{parts.scheme}://{netloc}{f':{number}' if number else ''}{parts.path.rstrip('/')}"


def fingerprint(text: str, _context: Context) -> str:
    """Check the SHA-256 fingerprint of a certificate."""
    plain = text.replace(":", "")
    if not _FINGERPRINT.match(plain):
        strange = re.sub(r"[0-9A-Fa-f]", "", plain)
        digits = counted(len(plain), "digit")
        why = f"{quote(strange[0])} is none of its digits" if strange else f"it has {digits}"
        raise Wrong(
            f"{quote(text)} is no fingerprint: {why}",
            "expected a SHA-256 in 64 hexadecimal digits, colons between them or not",
            "openssl x509 -in ca.pem -noout -fingerprint -sha256 prints it behind '='",
        )
    return plain.lower()


def api_key(text: str, _context: Context) -> str:
    """Check the form of an API key."""
    if (
        _NOT_IN_A_LOGIN.search(text)
        or text.startswith(":")
        or text.endswith(":")
        or text.count(":") > 1
    ):
        raise Wrong(
            "the API key has an unknown form",
            "expected id:key, or the 'encoded' value of the cluster's answer",
            "copy it again, without spaces and line ends",
        )
    return text


def token(text: str, _context: Context) -> str:
    """Check the form of a bearer token."""
    if _NOT_IN_A_LOGIN.search(text):
        raise Wrong(
            "the token has a space or a sign that is not ASCII",
            "expected what an HTTP header carries",
            "copy it again, without spaces and line ends",
        )
    return text


def dataset(text: str, _context: Context) -> str:
    """Check a dataset or namespace by the rules of data stream names."""
    clean = _FORBIDDEN.sub("_", text.lower()).strip("_")
    encoded = len(text.encode())
    if text != text.lower() or _FORBIDDEN.search(text) or not clean:
        why = "upper case" if text != text.lower() else "a sign that is not allowed"
        raise Wrong(
            f"{quote(text)} has {why}",
            "expected lower case without '-' and without any of \\ / * ? \" < > | , # : or space",
            f"write {quote(clean[:_MAX_NAME])}" if clean else "write for example 'app'",
        )
    if len(text) > _MAX_NAME or encoded > _MAX_NAME:
        raise Wrong(
            f"{quote(text)} is {encoded} bytes long", f"expected at most {_MAX_NAME}", "shorten it"
        )
    return text


def dataset_reference(text: str, context: Context) -> str:
    """Check a dataset or namespace that may refer to fields of the event, ``%{[a.b]}`` or ``%{[a.b]:default}``."""
    rest = REFERENCE.sub("x", text)
    if "%{" in rest:
        raise Wrong(
            f"{quote(text)} has a reference that cannot be read",
            "expected %{[field.name]} or %{[field.name]:default}",
            "write the name of the field in square brackets, inside braces",
        )
    for found in REFERENCE.finditer(text):
        if found[2]:
            dataset(found[2], context)
    if rest != text and len(text) <= _MAX_REFERENCE:
        dataset(rest, context)
        return text
    return dataset(text, context)


def kibana(text: str, _context: Context) -> str:
    """Check the URL of Kibana or OpenSearch Dashboards."""
    url = text if "://" in text else f"http://{text}"
    return _url(text, url, "a URL such as https://kibana.example:5601", KIBANA_PORT)


def cloud_id(text: str, _context: Context) -> tuple[str, str]:
    """Check a cloud id, ``name:base64``; the value are the URLs of Elasticsearch and Kibana."""
    return cloud_hosts(text)


def cloud_auth(text: str, _context: Context) -> str:
    """Check ``user:password``."""
    user, colon, password = text.partition(":")
    if not user or not colon or not password:
        raise Wrong(
            "no user:password",
            "expected user:password",
            "write ${ELASTIC_CLOUD_AUTH}, or username and password",
        )
    return text


def _path(text: str) -> str:
    if "\0" in text:
        raise Wrong("a path with a zero byte", "expected a path", "remove it")
    if text.startswith("~"):
        raise Wrong(f"{quote(text)} begins with '~'", "expected a path", "write it out: ${HOME}/…")
    return text


def path(text: str, context: Context) -> Path:
    """Resolve a path against the folder of the configuration file."""
    return context.base / _path(text)


def pattern(text: str, context: Context) -> str:
    """Resolve a glob against the folder of the configuration file."""
    _path(text)
    if text.endswith("/"):
        raise Wrong(f"{quote(text)} names a folder", "expected files", f"write {quote(text + '*')}")
    if "://" in text:
        raise Wrong(f"{quote(text)} is a URL", "expected a path or glob", "name local files")
    if text.startswith("/"):
        return str(Path(text))
    return str(Path(glob.escape(str(context.base))) / text)


def readable(text: str, context: Context) -> Path:
    """Resolve the path of a file that must be readable now."""
    if "-----BEGIN" in text:
        raise Wrong(
            "a certificate or key itself", "expected the name of a file", "put it into a file"
        )
    file = path(text, context)
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise Wrong(
            f"{quote(text)} cannot be read ({file.parent}): {error.strerror}",
            "expected a readable file",
            "create it or let the agent's user read it"
            if not isinstance(error, FileNotFoundError)
            else did_you_mean(file.name, _names(file.parent), "create it or correct the path"),
        ) from None
    return file


def ready_pipelines() -> Path:
    """The folder of the pipelines that come with Shipper: in the package, or beside it in a checkout."""
    package = Path(__file__).parents[1]
    installed = package / "ready"
    return installed if installed.is_dir() else package.parent / "pipelines"


def pipeline_file(name: str, folder: Path) -> Path:
    """
    Find a pipeline file by its name, with or without its ending: in a folder, or among the ready ones.

    Raises:
        Wrong: there is none, or it cannot be read.
    """
    _path(name)
    ready = ready_pipelines()
    for file in (
        one / f"{name}{ending}"
        for one in (folder, ready)
        for ending in ("", ".json", ".yml", ".yaml")
    ):
        if os.path.isfile(file):  # noqa: PTH113 - Path.is_file raises for names too long
            if os.access(file, os.R_OK):
                return file
            raise Wrong(
                f"the pipeline file {file} cannot be read",
                "expected a readable file",
                "let the agent's user read it",
            )
    known = sorted(
        {
            re.sub(r"\.(json|ya?ml)\Z", "", n)
            for n in (*_names(folder), *_names(ready))
            if re.search(r"\.(json|ya?ml)\Z", n)
        }
    )
    there = f"there and among the ready ones are {', '.join(known[:20])}"
    raise Wrong(
        f"no pipeline file {quote(name)} in {folder}",
        "expected name.json or name.yml there",
        did_you_mean(
            name,
            known,
            f"{there}; path.pipelines names the folder"
            if os.path.isdir(folder)  # noqa: PTH112 - as above
            else "the folder does not exist; path.pipelines names it",
        ),
    )


def _names(folder: Path) -> list[str]:
    try:
        return sorted(os.listdir(folder))[:1000]  # noqa: PTH208 - names, not paths
    except OSError:
        return []


def one_line(text: str, _context: Context) -> str:
    """Check a name for people: short, no control characters."""
    if not text.isprintable() or len(text) > 200 or text != text.strip():
        raise Wrong(
            f"{quote(text)} is no name",
            "expected up to 200 printable characters",
            "remove line ends and spaces around it",
        )
    return text
