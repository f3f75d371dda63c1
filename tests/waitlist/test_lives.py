"""Random lives of waitlists, in many processes at once: visitors, people who wait, hosts and jobs act on one team's times, the
cache is emptied, and processes are killed.

Nobody is in two meetings, no seat is sold twice, no time is offered to two people, the order of the list is kept, and nobody
is forgotten. `--waitlists=100` is a long run. The rules are in `rules.py`, the events in `living.py`.
"""

import random
import socket
import sys
from collections import Counter
from datetime import datetime, timezone

import frappe
import pytest

from proof.protocol import Line
from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.jobs import outbox
from scheduler_integration.jobs.outbox import HANDLERS
from scheduler_integration.platform import clock
from scheduler_integration.waitlist import looks
from scheduler_integration.waitlist.rows import key_of_hold
from tests.bookings.standing import check_seats, check_time, check_turns
from tests.support import door
from tests.support.factories import at, make_meeting_type, make_page, make_schedule, make_team_page, make_user
from tests.waitlist import rules
from tests.waitlist.living import looking_only

pytestmark = pytest.mark.usefixtures("commit_clean")

PROCESSES = 4
ROUNDS, STEPS = 10, 8
MINUTE, DAY, WEEK, HALF = 60, 86400, 7 * 86400, 1800
NOW = at("2026-10-05 10:00")
HOURS = {"Tuesday": ["09:00-11:00"], "Wednesday": ["09:00-11:00"]}
_CODE = "import sys; from tests.waitlist.living import main; main(int(sys.argv[1]))"


def pytest_generate_tests(metafunc):
	if "seed" in metafunc.fixturenames:
		metafunc.parametrize("seed", range(metafunc.config.getoption("--waitlists")))


class Process:
	"""A process of `living.py`."""

	def __init__(self, site, plan):
		with socket.create_server(("127.0.0.1", 0)) as listener:
			listener.settimeout(60)
			self.forked = site.python(_CODE, str(listener.getsockname()[1]))
			self.line = Line(listener.accept()[0])
		self.line.send(plan)

	def close(self):
		self.line.connection.close()
		self.forked.kill()
		return self.forked.communicate(30)


class Life:
	"""A practice of two hosts whose times several meeting types share, and the processes that act in it."""

	def __init__(self, site, seed):
		self.site, self.seed, self.dice, self.now = site, seed, random.Random(seed), NOW
		self.users = [make_user(name) for name in ("Ann", "Bea")]
		for user in self.users:
			make_schedule(user, HOURS)
		self.kinds = self.make_kinds()
		self.starts = [at(f"2026-10-{day:02} 09:00") + half * HALF for day in (6, 7, 13) for half in range(4)]
		plan = {"kinds": self.kinds, "users": self.users, "starts": self.starts}
		frappe.db.commit()
		self.plan, self.done, self.told, self.died = plan, Counter(), [], 0
		self.processes = [Process(site, plan) for _each in range(PROCESSES)]

	def make_kinds(self):
		own, team = make_page(self.users[0]), make_team_page(self.users)
		waits, pool = {"has_waitlist": 1}, {"assignment": "Round Robin"}
		made = [
			make_meeting_type(own, **waits),
			make_meeting_type(own, **waits, waitlist_at_once=2, duration_minutes=60, slot_interval=30),
			make_meeting_type(team, **waits, **pool, seats=2),
			make_meeting_type(team, **waits, **pool, waitlist_at_once=2),
			make_meeting_type(team, **waits, **pool, reschedule_host="Any Host", waitlist_minutes=10),
			make_meeting_type(team, **waits, **pool, repeats="Attendee Chooses", repeat_count=3),
			make_meeting_type(team, assignment="Collective"),
		]
		pages = {own.name: own.slug, team.name: team.slug}
		return {
			each.name: {
				"name": each.name,
				"slug": each.slug,
				"page": pages[each.scheduling_page],
				"duration": each.duration_minutes,
				"seats": each.seats or 1,
				"at_once": each.waitlist_at_once or 1,
				"minutes": each.waitlist_minutes,
				"waits": bool(each.has_waitlist),
				"repeats": bool(each.repeats),
				"hosts": 1 if each.scheduling_page == own.name else 2,
				"any_host": each.reschedule_host == "Any Host",
			}
			for each in made
		}

	def live(self):
		self.fill()
		for number in range(ROUNDS):
			self.round(number)
			self.check()
			self.wait(self.dice.choice([0, 1, 5, 11, 31, 31, 31, 45, 90, 700]) * MINUTE)
		self.end()

	def fill(self):
		"""Let most times be taken, so that there is something to wait for."""
		for kind in list(self.kinds.values())[:2] + list(self.kinds.values())[3:5]:
			for start in self.dice.sample(self.starts, self.dice.randint(3, 12)):
				person = f"p{self.dice.randrange(8)}"
				values = {"slug": kind["page"], "meeting_type": kind["slug"], "start": clock.iso(start, "UTC")}
				values |= {"timezone": "UTC", "attendee_name": person, "attendee_email": f"{person}@guests.example"}
				try:
					door.book(values, self.now)
				except SchedulingError:
					frappe.db.rollback()
				frappe.db.commit()

	def round(self, number):
		"""Let all processes act at the same time. Some of them die."""
		is_forgetful = self.dice.random() < 0.2
		for each, process in enumerate(self.processes):
			asked = {"seed": f"{self.seed}.{number}.{each}", "now": self.now, "steps": STEPS}
			process.line.send({**asked, "forgetful": is_forgetful, "death": self.death()})
		for each, process in enumerate(self.processes):
			told = process.line.receive(240)
			if told is None:
				_out, error = process.close()
				assert not error, error
				self.died += 1
				self.told.append(f"{self.seed}.{number}.{each} died")
				self.processes[each] = Process(self.site, self.plan)
				continue
			self.done += Counter(told["done"])
			self.told += told["told"]
			assert not told["wrong"], self.story(told["wrong"])
		frappe.db.rollback()
		if is_forgetful:
			looks.look_for(self.users, self.now)
		lost = {key for key in self.wanted() if key not in self.held()}
		assert not lost, self.story([f"{key} is offered, and isn't held" for key in lost])

	def death(self):
		if self.dice.random() > 0.15:
			return None
		what = self.dice.choice(["statement", "commit", "after commit"])
		return {"what": what, "number": self.dice.randint(1, 400 if what == "statement" else 12)}

	def wait(self, seconds):
		"""Pass the time, and let the jobs of each minute run as often as something may end."""
		self.now += seconds
		frappe.db.rollback()
		if seconds:
			looks.keep_waitlists(self.now)

	def check(self):
		frappe.db.rollback()
		check_time(self.users)
		check_seats(list(self.kinds))
		check_turns(list(self.kinds))
		# A look that fails is logged, and the others go on.
		logged = frappe.get_all("Error Log", {"method": ["like", "%waitlist%"]}, pluck="error")
		wrong = [*rules.wrong_offers(self.kinds, self.now), *rules.wrong_ends(self.kinds), *logged]
		assert not wrong, self.story(wrong)

	def end(self):
		"""Let all offers end without an answer, look once more, and ask whether somebody was forgotten."""
		for _round in range(3):
			# Longer than a night's offer, and than a dead worker's claim.
			open_until = [each.expires_at for each in rules.offers(self.kinds, status="Open")]
			self.now = max([self.now + 10 * MINUTE, *open_until])
			self.now += -self.now % (5 * MINUTE)
			looks.keep_waitlists(self.now)
			late = [each.name for each in rules.offers(self.kinds, status="Open") if each.expires_at <= self.now]
			assert not late, self.story([f"{name} is over, and nobody ended it" for name in late])
			outbox.run_due_tasks(lambda: self.now, 120)
			self.check()
		looks.look_for(self.users, self.now)
		self.check()
		wrong = [*self.forgotten(), *self.stuck(), *self.holds()]
		assert not wrong, self.story(wrong)

	def forgotten(self):
		"""Everybody who waits has an offer, or no free time suits them."""
		found = []
		first, last = (
			datetime.fromtimestamp(each, timezone.utc).date() for each in (self.now, self.starts[-1] + 3 * DAY)
		)
		free = {}
		for name, kind in self.kinds.items():
			shown = door.slots_between(kind["page"], kind["slug"], first, last, "UTC", None, self.now)
			free[name] = [slot.start for slots in shown.days.values() for slot in slots]
		for entry in rules.entries(self.kinds, status="Waiting"):
			for start in free[entry.meeting_type]:
				is_soon = start < self.now + 5 * MINUTE
				if not is_soon and not self.keeps_host(entry) and rules.could_get(entry, start, None, self.kinds):
					found.append(f"{entry.name} waits, and {start} is free")
		return found

	def keeps_host(self, entry):
		"""Whether somebody's meeting stays with one of two hosts: the free times that are shown may be the other's."""
		kind = self.kinds[entry.meeting_type]
		return bool(entry.booking) and kind["hosts"] > 1

	def stuck(self):
		late = {"kind": "waitlist", "status": ["in", ["Pending", "Sending", "Failed"]], "due_at": ["<=", self.now]}
		tasks = frappe.get_all("Outbox Task", late, pluck="name") + frappe.get_all("Outbox Outage", pluck="name")
		return [f"{name} is stuck" for name in tasks]

	def holds(self):
		"""Each open offer is held, and no other offer is."""
		held, wanted = self.held(), self.wanted()
		return [f"the holds are {held}, and the offers {wanted}"] if held != wanted else []

	def wanted(self):
		return {key_of_hold(each.hold_id): each.hosts for each in rules.promised(self.kinds, self.now)}

	def held(self):
		held = {}
		for name in map(bytes.decode, frappe.cache.hkeys(CACHE_KEY)):
			until, address, key, user = name.split(" ", 3)
			if int(until) > self.now and address == key and user in self.users:
				held.setdefault(key, set()).add(user)
		return held

	def story(self, wrong):
		told = "\n".join(self.told[-30:])
		return f"life {self.seed}, {self.died} died:\n" + "\n".join(dict.fromkeys(wrong)) + f"\n\n{told}"

	def close(self):
		for process in self.processes:
			process.close()


@pytest.mark.long
def test_no_time_is_offered_to_two_and_nobody_is_forgotten(site, seed, monkeypatch):
	for kind, handler in looking_only().items():
		monkeypatch.setitem(HANDLERS, kind, handler)
	frappe.db.set_single_value("Scheduler Settings", "bookings_per_hour", 0)
	frappe.clear_document_cache("Scheduler Settings", "Scheduler Settings")
	life = Life(site, seed)
	try:
		life.live()
	finally:
		life.close()
	# Shown with -s.
	sys.stdout.write(f"life {seed}: {life.died} died, {dict(sorted(life.done.items()))}\n")
