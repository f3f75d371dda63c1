"""Around the runner: the scheduler of a quiet site, old messages, and hosts who are told of a failure."""

import re
from importlib.util import find_spec

import frappe
import pytest
from frappe.utils import add_days, get_datetime, now_datetime

from scheduler_integration.calendars.mirror.plan import PURPOSE as MIRROR
from scheduler_integration.conferencing.plan import CALL, CHECK, CLEANUP
from scheduler_integration.jobs.outbox import HANDLERS
from scheduler_integration.notifications.automations.plan import AT_ONCE, TIMED_TASK
from scheduler_integration.notifications.channels.sms import ANSWER
from scheduler_integration.notifications.messages import (
	DECLINE_OFFER,
	GUEST_REMOVED,
	HOST_REFUND_FAILED,
	HOST_REMOVED,
	KEPT,
	PROPOSED,
	REFUND_FAILED,
	REFUNDED,
)
from scheduler_integration.notifications.subscriptions import EVENTS
from scheduler_integration.notifications.templates import TEMPLATES, TO_WAITING
from scheduler_integration.outbox.wake import keep_awake
from scheduler_integration.payments.plan import DEADLINE, LOOK, REFUND
from scheduler_integration.waitlist.plan import FREED, UNDELIVERED
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, payload
from tests.support.outbox import deliver, status_of, tasks

NOW = at("2030-03-04 06:00")
NINE = at("2030-03-04 09:00")


@pytest.fixture
def page():
	return make_page()


@pytest.fixture
def booking(page):
	return door.book(payload(page, make_meeting_type(page), NINE), NOW).id


class TestAQuietSite:
	"""Nobody has signed in for a week, so Frappe would run the scheduled jobs once a day."""

	@pytest.fixture(autouse=True)
	def _nobody_signed_in(self):
		frappe.db.delete("Activity Log")
		frappe.db.sql("update `tabUser` set last_active = %s", (add_days(now_datetime(), -7),))

	def last_activity(self):
		return (
			frappe.db.get_value("User", "Guest", "last_active"),
			frappe.db.count("Activity Log"),
		)

	def test_stays_awake_while_a_task_waits(self, booking):
		keep_awake()
		last_active, logged = self.last_activity()
		assert (now_datetime() - get_datetime(last_active)).total_seconds() < 60
		assert logged == 1

	def test_frappe_itself_finds_the_site_awake(self, site, booking, monkeypatch):
		if not site.is_real:
			pytest.skip("the embedded site's scheduler never sleeps")
		scheduler = pytest.importorskip("frappe.utils.scheduler")
		# A developer's site never sleeps, and later versions let only sites on Frappe Cloud sleep.
		monkeypatch.setitem(frappe.local.conf, "developer_mode", 0)
		if find_spec("frappe.utils.frappecloud"):
			monkeypatch.setattr("frappe.utils.frappecloud.on_frappecloud", lambda: True)
		if not scheduler.is_dormant():
			pytest.skip("this version of Frappe lets no site sleep")
		keep_awake()
		assert not scheduler.is_dormant()

	def test_is_told_once_a_day(self, booking):
		keep_awake()
		keep_awake()
		assert self.last_activity()[1] == 1

	def test_may_sleep_if_nothing_waits(self):
		frappe.db.delete("Outbox Task")
		keep_awake()
		last_active, logged = self.last_activity()
		assert (now_datetime() - get_datetime(last_active)).days >= 6
		assert logged == 0


@pytest.mark.usefixtures("commit_clean")
def test_a_failure_for_good_is_shown_to_the_host(page, outgoing_mail):
	booking = door.book(payload(page, make_meeting_type(page), NINE), NOW).id
	to_attendee, _to_host = tasks(booking)
	frappe.db.set_value("Outbox Task", to_attendee.name, "attempts", 99)
	deliver(booking, NOW)
	assert status_of(booking) == ["Failed", "Sent"]
	(notice,) = frappe.get_all("Notification Log", {"document_name": booking}, ["for_user", "subject", "document_type"])
	assert (notice.for_user, notice.document_type) == (page.user, "Booking")
	assert notice.subject.startswith(f"Not delivered to {to_attendee.target}: Intro call")


def test_tasks_stay_as_long_as_their_booking(booking):
	frappe.db.set_value("Outbox Task", {"booking": booking}, "status", "Sent")
	frappe.db.set_value("Booking", booking, "status", "Cancelled")
	keep_awake()
	assert status_of(booking) == ["Sent", "Sent"]
	frappe.delete_doc("Booking", booking)
	assert tasks(booking) == []


def words_of_the_desk(table):
	with open(frappe.get_app_path("scheduler_integration", "public", "js", "desk", "words.js")) as file:
		_before, _name, rows = file.read().partition(f"const {table} = {{")
	return set(re.findall(r"^\t(\w+): __\(", rows.partition("};")[0], re.MULTILINE))


def test_the_desk_has_words_for_every_kind():
	assert words_of_the_desk("KINDS") == set(HANDLERS)


def test_the_desk_has_words_for_every_purpose():
	assert words_of_the_desk("PURPOSES") == {
		*TEMPLATES,
		*TO_WAITING,
		HOST_REMOVED,
		GUEST_REMOVED,
		KEPT,
		REFUNDED,
		REFUND_FAILED,
		HOST_REFUND_FAILED,
		DEADLINE,
		LOOK,
		REFUND,
		AT_ONCE,
		TIMED_TASK,
		MIRROR,
		CALL,
		CLEANUP,
		CHECK,
		ANSWER,
		DECLINE_OFFER,
		PROPOSED,
		FREED,
		UNDELIVERED,
		*EVENTS,
	}
