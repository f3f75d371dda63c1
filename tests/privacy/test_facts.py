"""The page of privacy facts says what is switched on, and nothing else."""

import frappe
import pytest

from scheduler_integration.privacy.facts import privacy_facts
from scheduler_integration.waitlist import used
from tests.pages.reading import read
from tests.support.factories import fresh, make_meeting_type, make_page, make_user

pytestmark = pytest.mark.usefixtures("commit_clean")


def told():
	return " ".join(f"{fact.what} {fact.why} {fact.kept} {fact.receivers}" for fact in privacy_facts())


def test_days_and_counting_follow_the_settings(monkeypatch):
	settings = frappe.get_cached_doc("Scheduler Settings")
	monkeypatch.setattr(settings, "retention_days", 0)
	monkeypatch.setattr(settings, "count_visitors", 0)
	assert "days after the meeting" not in told()
	assert "numbers for each day" not in told()
	monkeypatch.setattr(settings, "retention_days", 730)
	monkeypatch.setattr(settings, "count_visitors", 1)
	assert "730 days after the meeting" in told()
	assert "numbers for each day" in told()


def test_a_connected_calendar_is_named(monkeypatch):
	user = make_user("Jane")
	assert "Google" not in told()
	values = {"user": user, "provider": "Google", "account_name": fresh("jane"), "next_sync_at": 4_000_000_000}
	connection = frappe.get_doc({"doctype": "Calendar Connection", **values, "is_active": 1, "status": "Connected"})
	connection.flags.from_provider = True
	connection.insert(ignore_permissions=True)
	assert "Google" in told()


def test_a_waitlist_is_named():
	used.forget()
	assert "people who wait" not in told()
	make_meeting_type(make_page(), has_waitlist=1)
	assert "people who wait" in told()


def test_everybody_can_read_the_page(client):
	page = client.get("/schedule/privacy")
	assert page.status_code == 200
	assert read(page.text).one("a", href="/schedule/your-data")
