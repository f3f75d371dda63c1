"""Fixtures that several files of this folder share."""

import frappe
import pytest

from tests.support.factories import make_meeting_type, make_team_page, make_user


@pytest.fixture
def unlimited():
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")


@pytest.fixture
def page(team):
	return make_team_page(team)


@pytest.fixture
def team():
	return [make_user(name) for name in ("Ann", "Ben", "Cem")]


@pytest.fixture
def call(page):
	return make_meeting_type(page)
