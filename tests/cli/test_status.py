from __future__ import annotations

import contextlib
import http.server
import json
import os
import socket
import threading
import time

import msgspec
import pytest

from shipper.cli import status
from shipper.cli.parser import Parser
from shipper.cli.status_view import duration, size
from shipper.errors import ConfigError, ShipperError, UsageError
from shipper.telemetry.endpoint import write_endpoint
from shipper.telemetry.server import StatusServer
from tests.telemetry import reports

CONFIG = """\
inputs:
  - id: app
    paths: [/var/log/app.log]
output.elasticsearch:
  hosts: ["http://127.0.0.1:9200"]
{output}
path.data: {data}
http.port: {port}
"""


@pytest.fixture
def data(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    return folder


@pytest.fixture
def config(tmp_path, data):
    def write(port: int = 0, output: str = "") -> str:
        path = tmp_path / "config.yml"
        path.write_text(CONFIG.format(data=data, port=port, output=output))
        return str(path)

    return write


@pytest.fixture
def agent(data):
    """Answers as an agent would, with a given report; leaves its address in the folder."""
    servers = []

    def start(report, *, note: bool = True) -> StatusServer:
        server = StatusServer("127.0.0.1", 0, lambda _: report)
        servers.append(server)
        server.start()
        if note:
            write_endpoint(data, "127.0.0.1", server.port)
        return server

    yield start
    for server in servers:
        server.close()


def run(*arguments: str) -> int:
    parser = Parser(prog="shipper status")
    status.configure(parser)
    return status.run(parser.parse(arguments))


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


def test_a_healthy_agent_is_shown_and_is_fine(agent, config, capsys):
    agent(reports.report())

    assert run("-c", config()) == 0
    shown = capsys.readouterr().out
    assert shown.startswith("shipper 0.1.0: running, healthy  (process 4711, up 10 m 0 s)\n")
    assert "opensearch 3.4.0 at https://es:9200" in shown
    assert "problems: none" in shown
    assert "balanced: every byte that was read is in exactly one column" in shown
    assert "logs-app-default" in shown
    assert "/var/log/app.log" in shown
    assert "gaps 2" in shown


def test_every_row_of_the_ledger_is_in_the_table(agent, config, capsys):
    agent(reports.report())
    run("-c", config())

    rows = {
        words[0]: (words[1], words[2])
        for words in map(str.split, capsys.readouterr().out.splitlines())
        if len(words) >= 3
    }
    assert rows["read"] == ("10", "1,000")
    assert rows["indexed"] == ("6", "600")
    assert rows["dead_lettered"] == ("1", "100")
    assert rows["pending"] == ("1", "100")


def test_a_pipeline_is_shown_with_its_steps(agent, config, capsys):
    agent(reports.with_pipeline(reports.edge()))
    run("-c", config())
    shown = " ".join(capsys.readouterr().out.split())

    assert "app edge 1,000 90% 5 7 3 shop (reloaded 2 times)" in shown
    assert "3 grok 1,000 7 500.0 0.5 s first" in shown
    assert "set 990" not in shown  # neither failed nor slow
    run("-c", config(), "--files")
    assert "4 set 990 0 - -" in " ".join(capsys.readouterr().out.split())


def test_a_pipeline_that_cannot_run_at_the_edge_says_why(agent, config, capsys):
    one = reports.edge(where="cluster", reasons=["p.yml:2:5: \x1b[31mscript"], steps=[])
    agent(reports.with_pipeline(one))
    run("-c", config())

    shown = capsys.readouterr().out
    assert "app: not at the edge: p.yml:2:5: \\x1b[31mscript" in shown
    assert "app    cluster" in shown


def test_problems_come_first_and_unhealthy_is_exit_1(agent, config, capsys):
    agent(
        reports.report(
            healthy=False,
            problems=["id clash in logs-app: see the manual"],
            routes=[reports.paused()],
        )
    )

    assert run("-c", config()) == 1
    shown = capsys.readouterr().out
    assert "NOT HEALTHY" in shown.splitlines()[0]
    assert shown.index("id clash in logs-app") < shown.index("ROUTES") < shown.index("LEDGER")


def test_a_paused_route_shows_its_reason_and_next_try(agent, config, capsys):
    agent(reports.report(routes=[reports.paused()]))

    assert run("-c", config()) == 0
    shown = capsys.readouterr().out
    assert "paused 5 m 0 s in 12 s" in " ".join(shown.split())
    assert "403 security_exception: grant create_doc" in shown


def test_a_ledger_that_does_not_balance_says_so(agent, config, capsys):
    ledger = msgspec.structs.replace(reports.LEDGER, read_bytes=1007)
    agent(reports.report(ledger=ledger))
    run("-c", config())

    assert "DOES NOT BALANCE: 7 bytes are in no column" in capsys.readouterr().out


def test_a_file_without_lag_is_only_shown_with_files(agent, config, capsys):
    (one,) = reports.report().inputs
    quiet = reports.file_report("/var/log/quiet.log", lag_bytes=0, lag_seconds=0.0)
    agent(reports.report(inputs=[msgspec.structs.replace(one, files=[*one.files, quiet])]))

    run("-c", config())
    shown = capsys.readouterr().out
    assert "/var/log/quiet.log" not in shown
    assert "1 more, see --files" in shown
    assert shown.index("/var/log/b.log") < shown.index("/var/log/app.log")  # 99 s behind, and 12 s

    run("-c", config(), "--files")
    assert "/var/log/quiet.log" in capsys.readouterr().out


def test_a_long_path_is_whole_without_a_terminal(agent, config, capsys, monkeypatch):
    monkeypatch.delenv("COLUMNS", raising=False)
    path = "/var/log/" + "x" * 90 + ".log"
    (one,) = reports.report().inputs
    agent(reports.report(inputs=[msgspec.structs.replace(one, files=[reports.file_report(path)])]))
    run("-c", config())

    assert path in capsys.readouterr().out


def test_lines_of_a_pipe_end_without_spaces(agent, config, capsys):
    agent(reports.report(routes=[reports.paused()]))
    run("-c", config())

    assert not [line for line in capsys.readouterr().out.splitlines() if line.endswith(" ")]


def test_an_input_that_matches_nothing_shows_its_globs(agent, config, capsys):
    (one,) = reports.report().inputs
    agent(reports.report(inputs=[msgspec.structs.replace(one, files=[])]))
    run("-c", config())

    assert "none match /var/log/*.log" in capsys.readouterr().out


def test_an_input_whose_files_cannot_be_read_is_not_said_to_match_nothing(agent, config, capsys):
    (one,) = reports.report().inputs
    denied = msgspec.structs.replace(one, files=[], problems=["a.log: Permission denied"])
    agent(reports.report(inputs=[denied]))
    run("-c", config())

    out = capsys.readouterr().out
    assert "none can be read of /var/log/*.log" in out
    assert "none match" not in out


def test_names_chosen_by_others_do_not_steer_the_terminal(agent, config, capsys):
    (one,) = reports.report().inputs
    file = reports.file_report("/var/log/\x1b]0;owned\x07[red]a.log", note="\x1b[2Jnote")
    agent(
        reports.report(
            inputs=[msgspec.structs.replace(one, files=[file], problems=["bad\x1b[31m"])],
            routes=[reports.paused("reason\r\x9b1m")],
            problems=["[bold]problem\x1b"],
        )
    )
    run("-c", config())

    shown = capsys.readouterr().out
    assert not any(control in shown for control in "\x1b\x07\x9b\r")
    assert "\\x1b]0;owned\\x07[red]a.log" in shown
    assert "[bold]problem\\x1b" in shown


def test_json_is_the_agents_answer(agent, config, capsys):
    report = reports.report()
    agent(report)

    assert run("-c", config(), "--json") == 0
    assert json.loads(capsys.readouterr().out) == msgspec.to_builtins(report)


def test_a_configuration_whose_secrets_are_missing_is_enough(agent, config, capsys, monkeypatch):
    """Whoever is on call does not have the environment of the service."""
    monkeypatch.delenv("SHIPPER_TEST_UNSET", raising=False)
    agent(reports.report())

    assert run("-c", config(output="  password: ${SHIPPER_TEST_UNSET}")) == 0
    assert "healthy" in capsys.readouterr().out


def test_a_configuration_that_cannot_be_read_is_an_error(tmp_path):
    with pytest.raises(ConfigError, match="cannot be read"):
        run("-c", str(tmp_path / "missing.yml"))


def test_an_override_of_the_agents_start_finds_its_folder(agent, config, data, tmp_path, capsys):
    agent(reports.report())
    moved = tmp_path / "moved"
    data.rename(moved)

    for output in ("", "  password: ${SHIPPER_TEST_UNSET}"):
        assert run("-c", config(output=output), "--set", f"path.data={moved}") == 0
        assert "healthy" in capsys.readouterr().out


def test_no_agent_says_where_it_looked_and_what_to_do(config, data):
    port = free_port()
    write_endpoint(data, "127.0.0.1", port)

    with pytest.raises(ShipperError) as caught:
        run("-c", config())
    text = str(caught.value)
    assert caught.value.exit_code == 1
    assert f"http://127.0.0.1:{port}/status (from {data}/http.json): Connection refused" in text
    assert "systemctl status shipper" in text


def test_no_noted_address_and_no_fixed_port_says_so(config, data):
    with pytest.raises(
        ShipperError, match=r"no agent has written down its port in .*/data/http\.json"
    ):
        run("-c", config())


def test_an_agent_that_noted_nothing_may_be_another_one(agent, config, capsys):
    server = agent(reports.report(), note=False)

    assert run("-c", config(port=server.port)) == 0
    assert "note: no agent has noted its address" in capsys.readouterr().out


def test_an_agent_of_another_process_is_told(agent, config, capsys):
    agent(reports.report(pid=1))
    run("-c", config())

    assert "but process 1 answers" in capsys.readouterr().out


def test_the_agents_own_process_is_not_worth_a_note(agent, config, capsys):
    agent(reports.report(pid=os.getpid()))
    run("-c", config())

    assert "note:" not in capsys.readouterr().out


def test_a_stuck_agent_is_told_from_none(agent, config):
    agent(None)

    with pytest.raises(ShipperError, match="not healthy: the agent's main loop did not answer"):
        run("-c", config())


def test_another_program_on_the_port_is_told(config, data):
    class Other(http.server.BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b'{"beat": "filebeat"}')

        def log_message(self, *_):
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Other) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        try:
            with pytest.raises(ShipperError, match="not this version of Shipper"):
                run("-c", config(port=server.server_port))
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_is_not_http_is_told(config):
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            client, _ = server.accept()
            with client:
                client.recv(1000)
                client.sendall(b"SSH-2.0\r\n")

        thread = threading.Thread(target=answer)
        thread.start()
        with pytest.raises(ShipperError, match="no agent answers"):
            run("-c", config(port=server.getsockname()[1]))
        thread.join()


def test_a_switched_off_endpoint_is_explained(config):
    path = config(output="http.enabled: false")

    with pytest.raises(ShipperError, match=r"http\.enabled is false"):
        run("-c", path)


def test_url_needs_no_configuration(agent, capsys):
    server = agent(reports.report())

    for url in (f"http://127.0.0.1:{server.port}", f"127.0.0.1:{server.port}/"):
        assert run("--url", url) == 0
    assert "healthy" in capsys.readouterr().out


@pytest.mark.parametrize("url", ["", "https://x", "http://", "http://x:99999999", "ftp://x"])
def test_a_url_that_is_none_is_a_usage_error(url):
    with pytest.raises(UsageError, match="--url"):
        run("--url", url)


def test_watch_shows_again_until_interrupted(config, data, capsys, monkeypatch):
    """Also while the agent is away: it may come back."""
    answers = [None, reports.report()]
    periods = []

    def sleep(seconds: float) -> None:
        """The second picture is followed by Ctrl-C."""
        periods.append(seconds)
        if len(periods) == len(answers):
            raise KeyboardInterrupt

    monkeypatch.setattr(time, "sleep", sleep)
    server = StatusServer("127.0.0.1", 0, lambda _: answers[len(periods)])
    with contextlib.closing(server):
        server.start()
        write_endpoint(data, "127.0.0.1", server.port)
        code = run("-c", config(), "--watch", "0.5")

    shown = capsys.readouterr().out
    assert code == 0
    assert periods == [0.5, 0.5]
    assert shown.index("main loop did not answer") < shown.index("running, healthy")


def test_watch_without_a_period_is_a_usage_error(config):
    with pytest.raises(UsageError, match="--watch 0"):
        run("-c", config(), "--watch", "0")


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 B"),
        (1234, "1,234 B"),
        (10240, "10.0 KiB"),
        (5 * 2**20, "5.0 MiB"),
        (3 * 2**50, "3,072.0 TiB"),
    ],
)
def test_sizes_are_for_people(count, text):
    assert size(count) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (-1, "0.0 s"),
        (1.25, "1.2 s"),
        (59.4, "59 s"),
        (59.9, "1 m 0 s"),
        (3599.9, "1 h 0 m"),
        (90_000, "1 d 1 h"),
    ],
)
def test_durations_are_for_people(seconds, text):
    assert duration(seconds) == text
