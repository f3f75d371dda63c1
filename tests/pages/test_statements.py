"""Each page of a host asks the database as often with many bookings as with one."""

import frappe
import pytest

from benchmarks.host_pages import PAGES, measure, seed


@pytest.mark.long
@pytest.mark.parametrize(("page", "arguments"), PAGES, ids=lambda each: each if isinstance(each, str) else "")
def test_more_bookings_take_no_more_statements(commit_clean, monkeypatch, page, arguments):
	monkeypatch.setattr(frappe.local, "request", None, raising=False)
	few, many = (measure(page, arguments, seed(count), runs=0)[1] for count in (1, 12))
	assert many == few
