"""Random lives of series that are paid for: paid or not, cancelled and moved by one date, later ones or all, killed at any step.

In the end the money that came less the refunds is what the terms say for each date, and nobody is booked who hasn't paid.
`--payments=100` is a long run.
"""

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.meetings.series import SCOPES
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import manage_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.payments.conftest import DAY, NOW
from tests.payments.test_lives import Life, pytest_generate_tests
from tests.payments.world import book, make_paid_type

pytestmark = pytest.mark.usefixtures("commit_clean")
# Late for the first date or two, and in time for the others.
NOTICE_DAYS, LATE_PERCENT = 9, 40

__all__ = ["pytest_generate_tests"]


@pytest.fixture
def life(stripe, frozen, site):
	return SeriesLife(stripe, frozen(NOW), site)


class SeriesLife(Life):
	def __init__(self, stripe, clock, site):
		super().__init__(stripe, clock, site)
		page = frappe.get_doc("Scheduling Page", self.meeting_type.scheduling_page)
		terms = {
			"repeats": "Attendee Chooses",
			"repeat_count": 4,
			"refund_notice_hours": 24 * NOTICE_DAYS,
			"late_refund_percent": LATE_PERCENT,
		}
		self.given_up = set()
		self.types = [make_paid_type(page, **terms), make_paid_type(page, **terms, seats=2, price=20, deposit=10)]

	def book(self):
		guest = f"guest-{self.dice.randrange(4)}@guests.example"
		kind = self.dice.choice([self.types[0], *self.types])
		book(kind, self.slot(), self.now, attendee_email=guest, times=self.dice.randint(1, 4))
		self.find()

	def acts(self):
		# Refunds at the provider are in the other lives. Here the terms decide alone.
		others = (self.pay_back_there, self.bank)
		return {act: weight for act, weight in super().acts().items() if act not in others}

	def fault(self):
		"""The same, without refunds that fail for good."""
		how = self.dice.choice([{"lost": True}, {"status": 500}, {"status": 429}, {"cut": 0.5}])
		self.stripe.fail("/v1/", method=self.dice.choice(["POST", "POST", "GET"]), **how)

	def check_mails(self):
		"""Messages are about several dates, which the other lives don't know."""

	def find(self):
		kinds = [each.name for each in self.types]
		self.names = frappe.get_all("Booking", {"meeting_type": ["in", kinds]}, pluck="name", order_by="creation, name")

	def press(self):
		super().press()
		if self.stripe.sessions and self.dice.random() < 0.5:
			self.stripe.pay(list(self.stripe.sessions)[-1])

	def cancel(self):
		self.cancel_some()
		# These were never paid, so all money that still comes goes back.
		self.given_up |= set(
			frappe.get_all("Booking", {"status": "Cancelled", "payment_status": "Unpaid"}, pluck="name")
		)

	def cancel_some(self):
		booking, scope = self.one(), self.dice.choice(SCOPES)
		if booking.session and self.dice.random() < 0.3:
			bookings.cancel_by_host(booking.name, "", self.now, for_all=True)
		elif self.dice.random() < 0.4:
			bookings.cancel_by_host(booking.name, "", self.now, scope=scope)
		else:
			bookings.cancel_by_token(manage_token(booking), "", self.now, scope=scope)

	def move(self):
		booking, scope = self.one(), self.dice.choice(SCOPES)
		wish = RescheduleRequest(start=booking.starts_at + self.dice.choice([-1800, 1800, DAY]))
		if booking.session and self.dice.random() < 0.3:
			bookings.reschedule_by_host(booking.name, wish, self.now, for_all=True)
		elif not booking.series or scope == "one":
			bookings.reschedule_by_token(manage_token(booking), wish, self.now)
		else:
			bookings.reschedule_by_host(booking.name, wish, self.now, scope=scope)
		self.find()

	def refund(self):
		"""Refunds by hosts are in the other lives. Here the terms decide alone."""

	def wait(self):
		self.pass_time(self.dice.choice([60, 300, 720, 1500, 1860]))

	def check_money(self):
		payments = {row.name: row for row in self.paid_online()}
		for row in payments.values():
			assert row.status != "Open", row
			if not row.paid_with:
				shares = [row, *(each for each in payments.values() if each.paid_with == row.name)]
				left = sum(each.amount_minor - each.refunded_minor for each in shares if each.status == "Paid")
				assert self.stripe.kept(row.name) == left, row
				assert len({each.status for each in shares}) == 1, "one of the dates was paid without the others"
		assert {each["client_reference_id"] for each in self.stripe.sessions.values()} <= set(payments)
		planned = frappe.get_all("Booking Payment Refund", {"parent": ["in", list(payments) or [""]]}, pluck="status")
		assert set(planned) <= {"Done"}
		for row in payments.values():
			if row.status == "Paid":
				assert row.refunded_minor == self.owed_back(row), (
					row,
					frappe.get_doc("Booking", row.booking).as_dict(),
				)

	def paid_online(self):
		filters = {"provider": "Stripe", "booking": ["in", self.names or [""]]}
		return frappe.get_all("Booking Payment", filters, ["*"])

	def owed_back(self, row):
		"""Return what the terms say, from the booking alone."""
		booking = frappe.get_doc("Booking", row.booking)
		if frappe.db.exists("Booking Payment", {"booking": booking.name, "provider": "Cash"}):
			return row.amount_minor
		if booking.status in LIVE:
			return 0
		assert booking.status in ("Cancelled", "Expired"), booking.status
		was_in_time = booking.cancelled_at <= booking.starts_at - NOTICE_DAYS * DAY and not booking.moved_late
		if booking.cancelled_by != "Attendee" or was_in_time or booking.name in self.given_up:
			return row.amount_minor
		return round(row.amount_minor * LATE_PERCENT / 100)

	def check_times(self):
		taken, unpaid = set(), []
		for name in self.names:
			booking = frappe.get_doc("Booking", name)
			rows = frappe.get_all("Booking Payment", {"booking": name, "status": "Paid"}, ["*"])
			is_live = booking.status in LIVE
			assert booking.payment_status != "Awaiting", (name, booking.status)
			unpaid += [name] if is_live and not rows else []
			if rows:
				left = sum(row.amount_minor - row.refunded_minor for row in rows)
				assert round((booking.amount_paid - booking.amount_refunded) * 100) == left, name
			holder = {"session": booking.session} if booking.session else {"booking": name}
			assert bool(frappe.db.count("Booking Slot", holder)) >= is_live, f"{name} has no time"
			if is_live and not booking.session:
				assert booking.starts_at not in taken, "two guests have one time"
				taken.add(booking.starts_at)
		assert unpaid == []


@pytest.mark.long
def test_the_money_of_a_series_is_what_the_terms_say(life, seed):
	life.live(seed)
