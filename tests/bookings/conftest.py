"""Fixtures for the tests of races."""

import frappe
import pytest


@pytest.fixture
def unlimited():
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
