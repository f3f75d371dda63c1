"""Some guests come again while messages are late, so that the worker gets its share."""

import frappe
import pytest

from scheduler_integration.entry import limits
from scheduler_integration.exceptions import Busy, RateLimited
from scheduler_integration.outbox import pace, wake
from scheduler_integration.outbox.handlers import Handler
from scheduler_integration.outbox.outcomes import Done
from scheduler_integration.outbox.runner import Runner
from scheduler_integration.outbox.tasks import Planned, plan
from scheduler_integration.platform.clock import to_site_time
from scheduler_integration.trust.counters import count
from tests.outbox.test_wake import cache_is_down  # noqa: F401
from tests.support.factories import at, fresh

NOW = at("2026-03-02 06:00")


@pytest.fixture(autouse=True)
def _nobody_has_said_anything():
	yield
	for key in (pace.KEY, wake.KEY):
		frappe.cache.delete_value(key)


@pytest.fixture
def guest(monkeypatch):
	"""Ask to book as the `nth` guest of this second, of whom the unlucky ones come again."""
	monkeypatch.setattr(limits.random, "random", lambda: 0.5)

	own = fresh("form")

	def ask(nth=100, form=own):
		monkeypatch.setattr(limits, "count", lambda what, *when: nth if what == "asked" else count(what, *when))
		try:
			limits.count_booking(form)
		except Busy as busy:
			return f"comes again after {busy.retry_after} s"
		return "books"

	return ask


AGAIN = "comes again after 5 s"


@pytest.mark.parametrize(
	("late", "share"),
	[(0, 0), (2, 0), (5, 0.18), (8, 0.36), (11, 0.54), (14, 0.72), (17, 0.9), (120, 0.9), (121, 0)],
)
def test_the_later_messages_are_the_more_guests_come_again(late, share):
	"""Messages that are minutes late were stopped by an outage. Then nobody does."""
	assert pace.share_of(late) == pytest.approx(share)


def test_guests_come_again_while_messages_are_late(guest):
	pace.say_how_late(1)
	assert guest() == "books"
	pace.say_how_late(8)
	assert guest() == "books"
	pace.say_how_late(14)
	assert guest() == AGAIN


def test_a_single_guest_never_waits_for_the_messages_of_others(guest):
	pace.say_how_late(60)
	assert [guest(nth) for nth in (1, 5, 6)] == ["books", "books", AGAIN]


def test_a_guest_who_was_unlucky_again_and_again_gave_up_after_a_minute(guest, monkeypatch):
	"""While nine in ten come again, half of all forms had been unlucky seven times. Then they asked no more."""
	pace.say_how_late(60)

	def asks(second):
		monkeypatch.setattr(limits.clock, "now", lambda: NOW + second)
		return guest()

	assert [asks(second) for second in (0, 1, 3, 7, 15, 16)] == [AGAIN, AGAIN, AGAIN, AGAIN, "books", AGAIN]


def test_a_colleague_who_was_taken_let_a_guest_wait_for_fifteen_seconds_more(guest, monkeypatch):
	"""They share a network. Of thirty guests of an office in half a minute, four in ten gave up."""
	pace.say_how_late(60)
	monkeypatch.setattr(limits.clock, "now", lambda: NOW)
	ann, ben, eve = fresh("ann"), fresh("ben"), fresh("eve")
	assert [guest(form=ann), guest(1, form=ben), guest(form=eve)] == [AGAIN, "books", AGAIN]
	monkeypatch.setattr(limits.clock, "now", lambda: NOW + 15)
	assert [guest(form=eve), guest(form=ann), guest(form=fresh("new"))] == ["books", "books", AGAIN]


def test_whoever_gets_no_booking_any_more_took_the_places_of_others(guest, choose, monkeypatch):
	choose(bookings_per_hour=1)
	frappe.utils.set_request(method="POST", path="/api/method/book", environ_base={"REMOTE_ADDR": "203.0.113.7"})
	pace.say_how_late(60)
	assert guest(1) == "books"
	asked = []
	monkeypatch.setattr(limits, "count", lambda what, *when: asked.append(what) or 1)
	with pytest.raises(RateLimited):
		limits.count_booking("form")
	assert not asked
	del frappe.local.request


def test_a_worker_that_cannot_begin_counts_as_late(guest):
	frappe.cache.set(frappe.cache.make_key(wake.KEY), 1, nx=True, ex=wake.WAITING_SECONDS - 15)
	assert guest() == AGAIN


def test_without_the_cache_everybody_books(guest, monkeypatch, cache_is_down):  # noqa: F811
	monkeypatch.setattr(frappe.cache, "get_value", down)
	monkeypatch.setattr(frappe.cache, "set_value", down)
	pace.say_how_late(60)
	assert guest() == "books"


def test_who_came_again_used_up_the_bookings_of_an_hour(guest, choose):
	choose(bookings_per_hour=2)
	frappe.utils.set_request(method="POST", path="/api/method/book", environ_base={"REMOTE_ADDR": "203.0.113.9"})
	pace.say_how_late(60)
	assert {guest() for _each in range(3)} == {AGAIN}
	pace.say_how_late(0)
	assert [guest(), guest()] == ["books", "books"]
	with pytest.raises(RateLimited):
		guest()
	del frappe.local.request


def down(*args, **options):
	raise ConnectionError("Redis is down")


class TestWhatAWorkerSays:
	"""For how long the first task has been due when the worker claims it, and that nothing is late in the end."""

	@pytest.fixture(autouse=True)
	def _said(self, commit_clean, monkeypatch):
		self.said = []
		monkeypatch.setattr("scheduler_integration.outbox.runner.say_how_late", self.said.append)

	def run(self, seconds_later):
		handlers = {"email": Handler(lambda task, now: Done())}
		Runner(handlers, lambda: NOW + seconds_later, print, print).run_all(30)
		return self.said

	def plan(self, **fields):
		task = {"kind": "email", "purpose": "test", "target": fresh("target"), "key": fresh("key"), "due_at": NOW}
		plan(fresh("booking"), [Planned(**{**task, **fields})], NOW)
		frappe.db.commit()
		return task["key"]

	def test_of_a_confirmation(self):
		self.plan()
		assert self.run(12) == [12, 0]

	def test_of_a_reminder_nothing(self):
		"""Ten thousand reminders that are due at once may take their time."""
		key = self.plan(due_at=NOW + 60)
		frappe.db.set_value("Outbox Task", {"key": key}, "modified", to_site_time(NOW), update_modified=False)
		frappe.db.commit()
		assert self.run(600) == [0, 0]

	def test_nothing_waits(self):
		assert self.run(0) == [0]
