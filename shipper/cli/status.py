"""``shipper status``: ask the running agent how it is, and print what somebody on call can act on."""

from __future__ import annotations

import http.client
import os
import sys
import time
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

import msgspec

from shipper.cli.locate import locate
from shipper.cli.parser import add_config_options, config_file
from shipper.config.settings import Http
from shipper.errors import ShipperError, UsageError
from shipper.telemetry.endpoint import Endpoint, read_endpoint
from shipper.telemetry.report import StatusReport

if TYPE_CHECKING:
    import argparse

NAME = "status"
HELP = "show how the running agent is, problems first"

_EPILOG = """\
Exit code 0: the agent is healthy. 1: it is not, or none answers. A route that is paused because of the cluster does not
make the agent unhealthy: nothing is lost, and a restart would not help; it is shown among the problems."""
_TIMEOUT = 10.0  # seconds; the agent itself gives up after less
_PLAIN_WIDTH = 160  # columns where nothing is known of the reader's


class _Answer(NamedTuple):
    """What the agent answered."""

    body: bytes
    report: StatusReport
    notes: list[str]  # what the reader should know about where this came from


def configure(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments."""
    parser.epilog = _EPILOG
    add_config_options(parser)
    parser.add_argument(
        "--url",
        metavar="URL",
        help="ask this address (http://host:port) instead of the configured one",
    )
    how = parser.add_mutually_exclusive_group()
    how.add_argument("--json", action="store_true", help="the agent's answer as it is")
    how.add_argument(
        "--files", action="store_true", help="show every file, not only those that lag most"
    )
    parser.add_argument(
        "--watch",
        metavar="SECONDS",
        nargs="?",
        type=float,
        const=2.0,
        help="show it again every so many seconds (default: 2) until interrupted",
    )


def run(args: argparse.Namespace) -> int:
    """Ask and print; 1 if the agent is not healthy."""
    if args.watch is None:
        return _show(_ask(args), args)
    if args.watch <= 0:
        raise UsageError(f"--watch {args.watch:g}: expected seconds, such as --watch 2")
    code = 0
    try:
        while True:
            code = _show_again(args)
            time.sleep(args.watch)
    except KeyboardInterrupt:
        return code


def _show_again(args: argparse.Namespace) -> int:
    """One picture of ``--watch``; an agent that is away may come back."""
    try:
        answer = _ask(args)
    except ShipperError as error:
        _clear()
        print(error, flush=True)
        return error.exit_code
    _clear()
    return _show(answer, args)


def _clear() -> None:
    if sys.stdout.isatty():
        print("\x1b[H\x1b[2J", end="")
    else:
        print(f"\n{time.strftime('%Y-%m-%d %H:%M:%S%z')}")


def _show(answer: _Answer, args: argparse.Namespace) -> int:
    if args.json:
        sys.stdout.write(answer.body.decode("utf-8", "replace") + "\n")
    else:
        from rich.console import Console  # noqa: PLC0415 - not needed for --json, nor by other commands

        from shipper.cli.status_view import render  # noqa: PLC0415

        view = render(answer.report, all_files=args.files, notes=answer.notes)
        if sys.stdout.isatty():
            Console(highlight=False).print(view)
        else:
            console = Console(width=_width(), highlight=False)
            with console.capture() as text:
                console.print(view)
            # Tables fill their last column with spaces, which are a nuisance in files and pipes.
            print("\n".join(line.rstrip() for line in text.get().splitlines()))
    sys.stdout.flush()
    return 0 if answer.report.healthy else 1


def _width() -> int:
    """Columns to fill where there is no terminal."""
    try:
        return max(40, int(os.environ["COLUMNS"]))
    except (KeyError, ValueError):
        return _PLAIN_WIDTH


def _ask(args: argparse.Namespace) -> _Answer:
    """
    Fetch ``/status`` from wherever the arguments say.

    Raises:
        ShipperError: nobody answers, or something else than an agent does; says where it looked and what to do.
    """
    if args.url is not None:
        return _answer(_parse_url(args.url), "--url", [])
    place, config = locate(args), config_file(args)
    if not place.http.enabled:
        raise ShipperError(
            f"{config}: http.enabled is false, so the agent cannot be asked; look at its log, "
            f"at 'shipper checkpoint list -c {config}', or switch http.enabled on and restart it"
        )
    written = read_endpoint(place.path_data)
    hidden = place.path_data.is_dir() and not os.access(place.path_data, os.X_OK)
    notes: list[str] = []
    if written is None:
        if hidden and place.http.port == 0:
            raise ShipperError(
                f"{place.path_data}/http.json, where the agent has written down its port: Permission denied; "
                "run this as the agent's user or with sudo, or name the address with --url"
            )
        if place.http.port == 0:
            raise _nobody(
                f"no agent has written down its port in {place.path_data}/http.json",
                f"-c {config}",
            )
        written = Endpoint(place.http.host, place.http.port)
        reason = "this user may not look into" if hidden else "no agent has noted its address in"
        notes.append(
            f"{reason} {place.path_data}: this is whoever answers at "
            f"http.host and http.port, {written.url}; it may be the agent of another configuration"
        )
        where = f"http.host and http.port of {config}"
    else:
        where = f"{place.path_data}/http.json"
    answer = _answer(written, where, notes, f"-c {config}")
    if written.pid not in {0, answer.report.pid}:
        notes.append(
            f"{where} was written by process {written.pid}, but process {answer.report.pid} answers at "
            f"{written.url}: it may be the agent of another configuration"
        )
    return answer


def _answer(endpoint: Endpoint, where: str, notes: list[str], option: str = "-c FILE") -> _Answer:
    place = f"{endpoint.url}/status (from {where})"
    parts = urlsplit(endpoint.url)
    client = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=_TIMEOUT)
    try:
        client.request("GET", "/status")
        response = client.getresponse()
        status, body = response.status, response.read()
    except TimeoutError:
        raise ShipperError(
            f"{place}: connected, but no answer within {_TIMEOUT:g} s; the agent or the machine is stuck: "
            "look at its log and at the load of the machine"
        ) from None
    except (OSError, http.client.HTTPException) as error:
        raise _nobody(f"{place}: {_reason(error)}", option) from error
    finally:
        client.close()
    if status == 503:
        raise ShipperError(f"{place}: not healthy: {body.decode('utf-8', 'replace').strip()}")
    try:
        if status == 200:
            return _Answer(body, msgspec.json.decode(body, type=StatusReport), notes)
    except (msgspec.MsgspecError, UnicodeDecodeError):
        pass
    raise ShipperError(
        f"{place}: something answers (HTTP {status}), but it is not this version of Shipper; "
        "is another program using the port (see: ss -ltnp)? set another http.port and restart the agent"
    )


def _nobody(looked: str, option: str) -> ShipperError:
    return ShipperError(
        f"no agent answers\n  looked at   {looked}\n"
        "  what to do  is it running? 'systemctl status shipper', 'kubectl get pod', 'pgrep -af shipper'\n"
        f"              if not: its log says why it ended; start it with 'shipper run {option}'\n"
        "              if it is: does it use this configuration, and does this run in the same container or host?"
    )


def _reason(error: Exception) -> str:
    return getattr(error, "strerror", None) or str(error) or type(error).__name__


def _parse_url(url: str) -> Endpoint:
    try:
        parts = urlsplit(url if "//" in url else f"//{url}")
        if parts.scheme in {"", "http"} and parts.hostname:
            return Endpoint(parts.hostname, parts.port or Http().port)
    except ValueError:
        pass
    raise UsageError(f"--url {url}: expected an address such as http://127.0.0.1:5066")
