"""Random lives of paid bookings: guests pay or don't, notices are lost, repeated and late, processes die at any step.

In the end the money at the provider is what the records say, every paid booking has its time and no unpaid one keeps it.
`--payments=100` is a long run.
"""

import json
import random

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry import payments as entry
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import manage_token, pay_token
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.payments.conftest import DAY, NINE, NOW
from tests.payments.world import book, make_paid_type
from tests.support.outbox import deliver

pytestmark = [pytest.mark.slow, pytest.mark.usefixtures("commit_clean")]
HALF, MINUTE = 1800, 60
STEPS = 45
# A process that counts its steps, each commit and each request to the provider, and kills itself before or after one.
_CODE = """
import json, os, signal, sys
import frappe
from scheduler_integration import bookings
from scheduler_integration.entry import payments as entry
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.http.client import Client
from scheduler_integration.platform import clock
what, argument, now, death, conf = json.loads(sys.argv[1])
frappe.local.conf.update(conf)
clock.now = lambda: now
steps = 0
def step():
	global steps
	steps += 1
	if steps == death:
		os.kill(os.getpid(), signal.SIGKILL)
def counted(work):
	def run(*args, **kwargs):
		step()
		done = work(*args, **kwargs)
		step()
		return done
	return run
frappe.db.commit = counted(frappe.db.commit)
Client.send = counted(Client.send)
try:
	if what == "pay":
		entry.checkout_address(argument)
		frappe.db.commit()
	else:
		bookings.run_due_tasks(lambda: now, 20, argument)
except SchedulingError:
	frappe.db.rollback()
"""


@pytest.fixture
def life(stripe, frozen, site):
	return Life(stripe, frozen(NOW), site)


def pytest_generate_tests(metafunc):
	if "seed" in metafunc.fixturenames:
		metafunc.parametrize("seed", range(metafunc.config.getoption("--payments")))


class Life:
	def __init__(self, stripe, clock, site):
		self.stripe, self.clock, self.site, self.now = stripe, clock, site, NOW
		self.names = []
		self.meeting_type = make_paid_type(refund_notice_hours=0)
		self.workshop = make_paid_type(
			frappe.get_doc("Scheduling Page", self.meeting_type.scheduling_page),
			seats=2,
			price=20,
			refund_notice_hours=0,
		)
		self.died = 0

	def live(self, seed):
		self.dice = random.Random(seed)
		acts = {
			self.book: 6, self.press: 8, self.pay: 7, self.hear: 6, self.run: 7, self.wait: 3, self.cancel: 2,
			self.move: 3, self.refund: 1, self.cash: 1, self.fault: 3,
		}  # fmt: skip
		for _step in range(STEPS):
			[what] = self.dice.choices(list(acts), acts.values())
			if what in (self.book, self.wait, self.fault) or self.names:
				self.attempt(what)
		self.end()

	def attempt(self, what):
		try:
			what()
		except SchedulingError:
			frappe.db.rollback()
		frappe.db.commit()

	# What people do

	def book(self):
		guest = f"guest-{self.dice.randrange(4)}@guests.example"
		kind = self.dice.choice([self.meeting_type, self.meeting_type, self.workshop])
		made = book(kind, self.slot(), self.now, attendee_email=guest)
		self.names.append(made.name)

	def press(self):
		self.somewhere("pay", pay_token(self.one()))

	def pay(self):
		if self.stripe.sessions:
			self.stripe.pay(self.dice.choice(list(self.stripe.sessions)))

	def cancel(self):
		booking = self.one()
		if self.dice.random() < 0.5:
			bookings.retried(lambda: bookings.cancel_by_host(booking.name, "", self.now))
		else:
			bookings.retried(lambda: bookings.cancel_by_token(manage_token(booking), "", self.now))

	def move(self):
		booking, wish = self.one(), RescheduleRequest(start=self.slot())
		if self.dice.random() < 0.5:
			moved = bookings.retried(lambda: bookings.reschedule_by_host(booking.name, wish, self.now))
		else:
			moved = bookings.retried(lambda: bookings.reschedule_by_token(manage_token(booking), wish, self.now))
		self.names.append(moved.id)

	def refund(self):
		act(parse_command("refund", self.one().name, amount=self.dice.choice(["5", "20", "50"])))

	def cash(self):
		act(parse_command("mark_paid", self.one().name))

	# What machines do

	def hear(self):
		"""Deliver some notices, some of them twice, in any order; lose some."""
		events = list(self.stripe.events)
		self.dice.shuffle(events)
		for event in events[: self.dice.randint(0, 3)] * self.dice.choice([1, 1, 2]):
			body, headers = self.stripe.notification(event)
			notice = entry.read_notice(body, headers["Stripe-Signature"], self.now)
			bookings.retried(lambda notice=notice: bookings.heed_notice(notice, "Stripe", self.now))
			frappe.db.commit()

	def run(self):
		self.somewhere("run", self.one().name)

	def wait(self):
		self.pass_time(self.dice.choice([1, 5, 12, 25, 31]) * MINUTE)

	def fault(self):
		how = self.dice.choice([{"lost": True}, {"status": 500}, {"status": 429}, {"cut": 0.5}])
		self.stripe.fail("/v1/", method=self.dice.choice(["POST", "POST", "GET"]), **how)

	def somewhere(self, what, argument):
		"""Do it in this process, or in one that dies at a random step."""
		if self.dice.random() < 0.35:
			frappe.db.commit()
			conf = {"scheduling_vendors": {"stripe": self.stripe.url}}
			death = self.dice.randint(1, 14)
			worker = self.site.python(_CODE, json.dumps([what, argument, self.now, death, conf]))
			_out, error = worker.communicate(60)
			assert not error, error
			self.died += worker.returncode != 0
			frappe.db.rollback()
		elif what == "pay":
			entry.checkout_address(argument)
		else:
			deliver(argument, self.now)

	def pass_time(self, seconds):
		self.now += seconds
		self.clock.move_to(self.now)
		self.stripe.clock.move_to(self.now)

	def one(self):
		frappe.db.rollback()
		return frappe.get_doc("Booking", self.dice.choice(self.names))

	def slot(self):
		return NINE + DAY + self.dice.randrange(3) * HALF

	# The end

	def end(self):
		self.stripe.faults.clear()
		for _round in range(12):
			# Longer than a dead worker's claim, and than the wait after an error.
			self.pass_time(75 * MINUTE)
			for name in self.names:
				deliver(name, self.now)
		frappe.db.rollback()
		self.check_money()
		self.check_times()
		self.check_secrets()

	def check_money(self):
		payments = frappe.get_all("Booking Payment", {"provider": "Stripe"}, ["*"])
		own = {row.name: row for row in payments if row.booking in self.names}
		for row in own.values():
			recorded = row.amount_minor - row.refunded_minor if row.status == "Paid" else 0
			assert self.stripe.kept(row.name) == recorded, row
			assert row.status != "Open", row
		known = {each["client_reference_id"] for each in self.stripe.sessions.values()}
		assert known <= set(own), "money that no record knows"
		planned = frappe.get_all("Booking Payment Refund", {"parent": ["in", list(own) or [""]]}, pluck="status")
		assert set(planned) <= {"Done"}

	def check_times(self):
		taken = set()
		for name in self.names:
			booking = frappe.get_doc("Booking", name)
			rows = frappe.get_all("Booking Payment", {"booking": name, "status": "Paid"}, ["*"])
			kept = sum(row.amount_minor - row.refunded_minor for row in rows)
			is_live = booking.status in LIVE
			assert booking.payment_status != "Awaiting", (name, booking.status)
			assert not (is_live and not rows), f"{name} is unpaid and keeps its time"
			if not is_live and booking.status != "Rescheduled":
				online = [row for row in rows if row.provider == "Stripe"]
				assert not sum(row.amount_minor - row.refunded_minor for row in online), f"{name} is paid, and gone"
			if rows:
				assert round((booking.amount_paid - booking.amount_refunded) * 100) == kept, name
			holder = {"session": booking.session} if booking.session else {"booking": name}
			assert bool(frappe.db.count("Booking Slot", holder)) >= is_live, f"{name} has no time"
			if is_live and not booking.session:
				assert booking.starts_at not in taken, "two guests have one time"
				taken.add(booking.starts_at)
			if is_live and booking.session:
				assert frappe.db.count("Booking Seat", {"booking": name}) == booking.seats

	def check_secrets(self):
		for doctype in ("Error Log", "Outbox Task", "Booking Payment", "Comment", "Payment Notice", "Outbox Outage"):
			for row in frappe.get_all(doctype, fields=["*"], limit=2000):
				text = json.dumps(row, default=str)
				assert not any(secret in text for secret in self.stripe.secrets), (doctype, text)
				assert "sk_test" not in text, (doctype, text)


def test_the_money_at_the_provider_is_what_the_records_say(life, seed):
	life.live(seed)
