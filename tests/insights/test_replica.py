"""A site with a read replica: figures are read from it, and what decides never is."""

from collections.abc import Iterator
from typing import Any

import frappe
import pytest

from scheduler_integration.api import analytics, public
from scheduler_integration.api import bookings as booking_methods
from scheduler_integration.pages.host import agenda, insights, report_insights
from scheduler_integration.platform.transactions import DecidesOnReplica
from tests.pages.offer import in_three_days, make_offer
from tests.support import door
from tests.support.factories import page_of, payload

pytestmark = pytest.mark.usefixtures("commit_clean")
NOON = in_three_days(12)
DAYS = {"start_date": "2026-03-02", "end_date": "2026-03-06"}


LATE = {
	"dashboard": lambda: analytics.dashboard(**DAYS),
	"staff": lambda: analytics.staff_performance(**DAYS),
	"forecast": lambda: analytics.forecast(),
	"advice": lambda: analytics.advice(**DAYS),
	"funnel": lambda: analytics.funnel(**DAYS),
	"history": lambda: analytics.history(**DAYS),
	"export": lambda: analytics.export("bookings", **DAYS),
	"clicks": lambda: analytics.scheduler_analytics(),
	"video": lambda: analytics.video_providers(**DAYS),
	"insights": insights.PAGE.answer,
	"clicks page": report_insights.PAGE.answer,
}
PROMPT = {
	"bookings": lambda: booking_methods.list(),
	"files": lambda: analytics.exports(),
	"meetings page": agenda.PAGE.answer,
}


@pytest.fixture
def offer() -> Any:
	return make_offer()


@pytest.fixture
def replica(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
	"""The same server, over a connection of its own."""
	conf = frappe.local.conf
	for name, value in (("read_from_replica", 1), ("replica_host", conf.db_host), ("replica_db_port", conf.db_port)):
		monkeypatch.setitem(conf, name, value)
	yield
	forget_replica()


def forget_replica() -> None:
	for name in ("replica_db", "primary_db"):
		if hasattr(frappe.local, name):
			delattr(frappe.local, name)


@pytest.mark.parametrize("reads", LATE.values(), ids=LATE)
def test_figures_are_read_from_the_replica(reads, offer, replica, as_user):
	with as_user(offer.consultant):
		reads()
	assert frappe.local.db is frappe.local.primary_db
	assert not getattr(frappe.local.replica_db, "transaction_writes", 0)


@pytest.mark.parametrize("reads", PROMPT.values(), ids=PROMPT)
def test_what_somebody_has_just_changed_was_read_from_the_replica(reads, offer, replica, as_user):
	with as_user(offer.consultant):
		reads()
	assert not hasattr(frappe.local, "replica_db")


def test_free_times_were_read_from_the_replica(offer, replica):
	asked = {"slug": page_of(offer).slug, "meeting_type": offer.slug, "timezone": "UTC"}
	public.next_slots(**asked)
	public.get_page(asked["slug"])
	assert not hasattr(frappe.local, "replica_db")


def test_a_command_decided_by_what_a_replica_says(offer, replica):
	wish = payload(page_of(offer), offer, NOON)
	with pytest.raises(DecidesOnReplica):
		frappe.read_only()(lambda: door.book(wish, NOON - 86400))()
	forget_replica()
	assert door.book(wish, NOON - 86400).id
