"""``geoip`` beyond its parity cases: which database is read, and when the pipeline is refused."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from shipper.pipeline.definition import Library
from shipper.pipeline.document import Document
from shipper.pipeline.failure import Failure
from shipper.pipeline.options import EdgeSettings
from shipper.pipeline.processors.geoip import parse_address
from tests.parity.cases.geoip import SWEDEN, folder


def _load(directory: str | None, **options: Any) -> Any:
    body = {"processors": [{"geoip": {"field": "ip", **options}}]}
    loaded = Library.of({"p": body}, EdgeSettings(geoip_directory=directory)).load("p")
    assert loaded
    return loaded


def test_without_a_folder_the_edge_says_which_setting_is_missing() -> None:
    loaded = _load(None)
    assert loaded.pipeline is None
    assert not loaded.wrong
    (trouble,) = loaded.troubles
    assert "pipeline.geoip.database_directory" in str(trouble)
    assert "run: cluster" in str(trouble)


def test_a_database_that_was_replaced_is_read_anew_by_the_next_load(tmp_path: Path) -> None:
    file = tmp_path / "here.mmdb"
    shutil.copy(Path(folder()) / "GeoLite2-ASN.mmdb", file)
    before: dict[str, Any] = {"ip": "192.0.2.7"}
    old = _load(str(tmp_path), database_file="here.mmdb").pipeline
    old.run(Document(before))
    assert before["geoip"]["asn"] == 64496
    new = tmp_path / "new"
    shutil.copy(Path(folder()) / "GeoLite2-City.mmdb", new)
    new.replace(file)
    after: dict[str, Any] = {"ip": "192.0.2.7"}
    _load(str(tmp_path), database_file="here.mmdb").pipeline.run(Document(after))
    assert after["geoip"] == SWEDEN
    again: dict[str, Any] = {"ip": "192.0.2.8"}
    old.run(Document(again))  # the pipeline of before still reads the file of before
    assert again["geoip"]["asn"] == 64496


@pytest.mark.parametrize(
    "text", ["1.2.3", "1.2.3.4.5", "01.2.3.4", "1.2.3.4%1", "::1%lo", "[::1]", "a::g", "1٢.3.4.5"]
)
def test_what_is_no_address(text: str) -> None:
    with pytest.raises(Failure, match="is not an IP string literal"):
        parse_address(text)


def test_an_address_of_ipv4_inside_ipv6_is_one_of_ipv4() -> None:
    assert str(parse_address("::FFFF:192.0.2.1")) == "192.0.2.1"


def test_agents_without_geoip_do_not_carry_its_library() -> None:
    code = """
import sys
from shipper.pipeline.definition import Library
loaded = Library.of({"p": {"processors": [{"set": {"field": "a", "value": 1}}]}}).load("p")
assert loaded.pipeline
print([name for name in sys.modules if "maxminddb" in name or name.endswith((".geoip", ".user_agent"))])
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
