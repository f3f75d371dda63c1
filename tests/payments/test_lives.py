"""Random lives of paid bookings: guests pay or don't, hosts pay back here and at the provider, banks return what was paid back,
notices are lost, repeated and late, the provider is down for hours, processes die at any step.

In the end the money at the provider is what the records say, every paid booking has its time and no unpaid one keeps it, nothing
became a meeting after its start, and the last message to each attendee says what went back. `--payments=100` is a long run.
"""

import json
import random
import re
from email import message_from_string, policy

import frappe
import pytest

from scheduler_integration import bookings
from scheduler_integration.entry import payments as entry
from scheduler_integration.entry.commands import act, parse_command
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.tokens import manage_token, pay_token
from scheduler_integration.outbox import steer
from scheduler_integration.parsing.reschedule_request import RescheduleRequest
from tests.payments.conftest import DAY, NINE, NOW
from tests.payments.world import book, make_paid_type
from tests.support.outbox import deliver, tasks
from tests.support.site import set_test_mode
from tests.support.smtp import sending_to_inbox

pytestmark = pytest.mark.usefixtures("commit_clean")
HALF, MINUTE = 1800, 60
STEPS = 45
# A process that counts its steps, each commit and each request to the provider, and kills itself before or after one.
_CODE = """
import json, os, signal, sys
import frappe
from scheduler_integration.jobs import outbox
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
		outbox.run_due_tasks(lambda: now, 20, argument)
except SchedulingError:
	frappe.db.rollback()
"""


@pytest.fixture
def mail_server(site):
	with sending_to_inbox(site):
		config = json.loads((site.folder / "site_config.json").read_text())
		mail = {key: value for key, value in config.items() if "mail" in key}
		before = {key: frappe.local.conf.get(key) for key in mail}
		frappe.local.conf.update(mail)
		set_test_mode(False)
		yield
		set_test_mode()
		frappe.local.conf.update(before)


@pytest.fixture
def life(stripe, frozen, site, mail_server):
	return Life(stripe, frozen(NOW), site)


def pytest_generate_tests(metafunc):
	if "seed" in metafunc.fixturenames:
		metafunc.parametrize("seed", range(metafunc.config.getoption("--payments")))


class Life:
	def __init__(self, stripe, clock, site):
		self.stripe, self.clock, self.site, self.now = stripe, clock, site, NOW
		self.names, self.met = [], set()
		self.meeting_type = make_paid_type(refund_notice_hours=0)
		self.workshop = make_paid_type(
			frappe.get_doc("Scheduling Page", self.meeting_type.scheduling_page),
			seats=2,
			price=20,
			refund_notice_hours=0,
		)
		self.asked = make_paid_type(
			frappe.get_doc("Scheduling Page", self.meeting_type.scheduling_page),
			requires_confirmation=1,
			refund_notice_hours=0,
		)
		self.died = 0

	def live(self, seed):
		self.dice = random.Random(seed)
		acts = self.acts()
		for _step in range(STEPS):
			[what] = self.dice.choices(list(acts), acts.values())
			if what in (self.book, self.wait, self.fault, self.outage) or self.names:
				self.attempt(what)
				self.check_starts()
		self.end()

	def acts(self):
		return {
			self.book: 6, self.press: 8, self.pay: 7, self.hear: 6, self.run: 8, self.wait: 3, self.cancel: 2,
			self.move: 3, self.refund: 1, self.cash: 1, self.fault: 3, self.pay_back_there: 3, self.bank: 3, self.outage: 2,
			self.look_for_refunds: 1, self.confirm: 3,
		}  # fmt: skip

	def attempt(self, what):
		try:
			what()
		except SchedulingError:
			frappe.db.rollback()
		frappe.db.commit()

	# Actions of people

	def book(self):
		guest = f"guest-{self.dice.randrange(4)}@guests.example"
		kind = self.dice.choice([self.meeting_type, self.meeting_type, self.workshop, self.asked])
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
			bookings.cancel_by_host(booking.name, "", self.now)
		else:
			bookings.cancel_by_token(manage_token(booking), "", self.now)

	def move(self):
		booking, wish = self.one(), RescheduleRequest(start=self.slot())
		if self.dice.random() < 0.5:
			moved = bookings.reschedule_by_host(booking.name, wish, self.now)
		else:
			moved = bookings.reschedule_by_token(manage_token(booking), wish, self.now)
		self.names.append(moved.id)

	def confirm(self):
		bookings.confirm(self.one().name, self.now)

	def refund(self):
		act(parse_command("refund", self.one().name, amount=self.dice.choice(["5", "20", "50"])))

	def cash(self):
		act(parse_command("mark_paid", self.one().name))

	def pay_back_there(self):
		"""Somebody pays back in the provider's dashboard: a part, all, or all before anybody here has looked."""
		paid = [each for each in self.stripe.sessions.values() if each["payment_status"] == "paid"]
		if paid:
			session = self.dice.choice(paid)
			left = session["amount_total"] - self.stripe.refunded(session["payment_intent"])
			if left:
				self.stripe.refund_by_hand(session["id"], self.dice.choice([left, left, min(left, 700)]))

	def bank(self):
		"""A refund arrives, or comes back. New ones wait for the bank, or don't."""
		self.stripe.refunds_begin_as = self.dice.choice(["pending", "succeeded", "succeeded"])
		possible = {"pending": ["succeeded", "failed"], "succeeded": ["failed"]}
		moving = [each for each in self.stripe.refunds.values() if each["status"] in possible]
		if moving:
			refund = self.dice.choice(moving)
			self.stripe.end_refund(refund["id"], self.dice.choice(possible[refund["status"]]))

	# Actions of machines

	def hear(self):
		"""Deliver some notices, some of them twice, in any order; lose some."""
		events = list(self.stripe.events)
		self.dice.shuffle(events)
		for event in events[: self.dice.randint(0, 3)] * self.dice.choice([1, 1, 2]):
			body, headers = self.stripe.notification(event)
			notice = entry.read_notice(body, headers["Stripe-Signature"], self.now)
			bookings.heed_notice(notice, "Stripe", self.now)
			frappe.db.commit()

	def run(self):
		self.somewhere("run", self.one().name)

	def wait(self):
		self.pass_time(self.dice.choice([1, 5, 12, 25, 31]) * MINUTE)

	def outage(self):
		"""The provider is down, and works again after the next step of this kind."""
		if self.stripe.faults and self.stripe.faults[-1].times > 1000:
			self.stripe.faults.clear()
		else:
			self.stripe.fail("/v1/", status=503, times=10**6)

	def look_for_refunds(self):
		bookings.look_at_missed_refunds(self.now)

	def fault(self):
		if self.dice.random() < 0.2:
			error = {"type": "invalid_request_error", "code": "insufficient_funds", "message": "sk_test: no funds"}
			self.stripe.fail("/v1/refunds", method="POST", status=400, body={"error": error})
			return
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
		return NINE + self.dice.choice([0, DAY, DAY]) + self.dice.randrange(3) * HALF

	# The end

	def end(self):
		self.stripe.faults.clear()
		self.stripe.refunds_begin_as = "succeeded"
		for turn in range(14):
			# Longer than a dead worker's claim, and than the wait after an error.
			self.pass_time(75 * MINUTE)
			if turn == 6:
				self.end_refunds()
			bookings.look_at_missed_refunds(self.now)
			for name in self.names:
				deliver(name, self.now)
			self.check_starts()
			self.try_again()
		frappe.db.rollback()
		self.check_money()
		self.check_times()
		self.check_mails()
		self.check_secrets()

	def end_refunds(self):
		for refund in [each for each in self.stripe.refunds.values() if each["status"] == "pending"]:
			self.stripe.end_refund(refund["id"], self.dice.choice(["succeeded", "succeeded", "failed"]))

	def try_again(self):
		"""The hosts try again what failed."""
		failed = {"booking": ["in", self.names or [""]], "kind": "payment", "status": "Failed"}
		for task in frappe.get_all("Outbox Task", failed, pluck="name"):
			steer.try_again(task, self.now)
		frappe.db.commit()

	def check_starts(self):
		"""Nothing becomes a meeting after its start."""
		frappe.db.rollback()
		rows = frappe.get_all(
			"Booking", {"name": ["in", self.names or [""]], "status": "Scheduled"}, ["name", "starts_at"]
		)
		late = [row.name for row in rows if row.name not in self.met and row.starts_at <= self.now]
		assert not late, f"{late} became meetings after their start"
		self.met |= {row.name for row in rows}

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
		assert set(planned) <= {"Done", "Failed"}

	def check_times(self):
		taken = set()
		for name in self.names:
			booking = frappe.get_doc("Booking", name)
			rows = frappe.get_all("Booking Payment", {"booking": name, "status": "Paid"}, ["*"])
			kept = sum(row.amount_minor - row.refunded_minor for row in rows)
			is_live = booking.status in LIVE
			assert booking.payment_status != "Awaiting", (name, booking.status)
			assert not (is_live and not rows), f"{name} is unpaid and keeps its time"
			was_late = booking.cancelled_by == "Attendee" and (
				booking.moved_late or booking.cancelled_at > booking.starts_at
			)
			if not is_live and booking.status != "Rescheduled" and not was_late:
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

	def check_mails(self):
		"""The last message to each attendee tells the truth about the money that goes back."""
		for name in self.names:
			booking = frappe.get_doc("Booking", name)
			if booking.status == "Rescheduled" or not booking.amount_paid:
				continue
			told = [task for task in tasks(name, kind="email", status="Sent") if task.purpose.startswith("attendee_")]
			assert told or not booking.amount_refunded, f"nobody told the attendee of {name} that money goes back"
			if told:
				mail = frappe.db.get_value(
					"Email Queue", {"message_id": told[-1].key, "reference_name": name}, "message"
				)
				text = message_from_string(mail, policy=policy.default).get_body(("plain",)).get_content()
				said = re.search(r"Paid back: ([0-9,]+)", text)
				amount = float(said[1].replace(",", ".")) if said else 0
				assert amount == booking.amount_refunded, (name, booking.status, text)

	def check_secrets(self):
		for doctype in ("Error Log", "Outbox Task", "Booking Payment", "Comment", "Payment Notice", "Outbox Outage"):
			for row in frappe.get_all(doctype, fields=["*"], limit=2000):
				text = json.dumps(row, default=str)
				assert not any(secret in text for secret in self.stripe.secrets), (doctype, text)
				assert "sk_test" not in text, (doctype, text)


@pytest.mark.long
def test_the_money_at_the_provider_is_what_the_records_say(life, seed):
	life.live(seed)
