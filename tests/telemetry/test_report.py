from __future__ import annotations

import msgspec
import pytest

from shipper.records import Column
from shipper.telemetry.report import COLUMNS, LedgerReport, StatusReport
from tests.telemetry import reports


def test_columns_are_those_of_the_ledger():
    assert set(COLUMNS) == {str(column) for column in Column}


@pytest.mark.parametrize("column", COLUMNS)
def test_each_column_counts_in_the_balance(column):
    ledger = LedgerReport(read_bytes=10, **{column: 1, f"{column}_bytes": 7}, pending_bytes=3)

    assert ledger.balanced
    assert ledger.column(column) == (1, 7)


def test_a_byte_in_no_column_is_told():
    ledger = LedgerReport(read_bytes=10, indexed_bytes=7)

    assert not ledger.balanced
    assert ledger.unaccounted_bytes == 3


def test_a_byte_in_two_columns_is_told():
    assert LedgerReport(read_bytes=10, indexed_bytes=7, skipped_bytes=4).unaccounted_bytes == -1


def test_report_survives_json():
    report = reports.report()

    assert msgspec.json.decode(msgspec.json.encode(report), type=StatusReport) == report
