"""Reads the calendars of one connection, for all providers alike.

    take the lease, commit                   one worker at a time
    list the calendars                       once a day
    for each chosen calendar:
        ask the provider for a page          no lock is held
        store it, commit                     with the token on the last page, in one transaction
    note success or failure, commit

A crash between any two steps loses nothing: a page that was stored is stored again with the same result, and the old
token is kept until the last page is stored. A full reading writes a second generation of busy times, and the switch to
it is part of the last page's transaction.

`CalendarReading` reads one calendar: what changed since the last time, or the whole window. The window ends after the last
day that can be booked, and moves: when it has become too short, the whole calendar is read again. Both ends are midnights in
UTC, so that two readings on one day have the same window.
"""

from dataclasses import dataclass, replace
from datetime import date

import frappe

from scheduler_integration import engine
from scheduler_integration.calendars import busy_store, health, listing
from scheduler_integration.calendars.accounts import open_connection
from scheduler_integration.calendars.busy_store import Place
from scheduler_integration.calendars.listing import is_used
from scheduler_integration.calendars.mirror import calendar_changes
from scheduler_integration.calendars.mirror.plan import ask_soon, plan_upcoming
from scheduler_integration.calendars.provider import Changes, Provider
from scheduler_integration.catalogue.repeats import repeat_of
from scheduler_integration.exceptions import CalendarGone, OutsideError, SyncTokenExpired
from scheduler_integration.meetings.sessions import host_uid
from scheduler_integration.platform.clock import utc
from scheduler_integration.platform.progress import Work
from scheduler_integration.platform.transactions import roll_back

ROW = "Connected Calendar"
# The most pages of one calendar in one job. A changed series may have very many; the next job reads the rest.
MOST_PAGES = 20
# If this many busy times shrink to less than half, the reading counts only if a second one says the same: an empty
# answer by mistake must not open a whole calendar.
_SUSPICIOUS = 10
# An event that was written this many seconds before the last reading may have been too new for it.
_OVERLAP = 60
DAY = 86400
# A margin for times that change while they are read. (A long event that began before the window is found anyway.)
_BEFORE = 2 * DAY
# Read this much further than needed. When half of that is used up, read the whole window again.
_SLACK = 14 * DAY
# However short or long the booking window is. Later times of a host with a calendar can't be booked yet.
_LEAST_DAYS = 30
_MOST_DAYS = 366
# Read everything again after a week, even if each reading of changes succeeded.
FULL_EVERY = 7 * DAY


@dataclass(frozen=True, slots=True)
class Outcome:
	"""`was_read` is False if another worker has the lease. `is_complete`: no page is left. `error` is the last one."""

	was_read: bool
	is_complete: bool = True
	error: OutsideError | None = None


class Superseded(Exception):
	"""Another worker took the lease, or the connection is gone. The reading isn't stored."""


@dataclass(frozen=True, slots=True)
class Reader:
	"""One connection whose calendars are being read. `key` is the key of its lease."""

	connection: str
	user: str
	key: str
	provider: Provider
	now: int

	def check_lease(self) -> None:
		"""Raise Superseded unless the lease is still held."""
		if not health.holds_lease(self.connection, self.key):
			raise Superseded

	def store(self, calendar: str, values: dict) -> None:
		"""Store fields of a calendar (Connected Calendar), and commit."""
		self.check_lease()
		frappe.db.set_value(ROW, calendar, values, update_modified=False)
		frappe.db.commit()


def sync(connection: str, now: int, *, full: bool = False) -> Outcome:
	"""Read the connection's calendars as they are at `now`, epoch seconds. Commits several times.

	With `full` the whole window is read, otherwise only the changes since the last time, if the provider can report them.
	"""
	key = health.take_lease(connection, now)
	if not key:
		return Outcome(was_read=False)
	try:
		is_complete = _read(connection, key, now, full)
		if health.holds_lease(connection, key):
			# Note the success. The events that couldn't be written before are written now. After the account was
			# connected (again), that is all coming events. Events whose tasks wait are written in any case, also those of
			# meetings that were cancelled meanwhile.
			user, status = frappe.db.get_value("Calendar Connection", connection, ["user", "status"])
			health.succeeded(connection, now, is_complete=is_complete)
			if status in ("New", "Reconnect needed"):
				plan_upcoming(user, now)
			if status != "Connected":
				ask_soon(connection, now)
		outcome = Outcome(was_read=True, is_complete=is_complete)
	except Superseded:
		outcome = Outcome(was_read=False)
	except OutsideError as error:
		roll_back()
		if health.holds_lease(connection, key):
			health.failed(connection, error, now)
		outcome = Outcome(was_read=True, error=error)
	except BaseException:
		roll_back()
		health.release_lease(connection, key)
		frappe.db.commit()
		raise
	health.release_lease(connection, key)
	frappe.db.commit()
	return outcome


def _read(connection: str, key: str, now: int, full: bool) -> bool:
	"""Read all chosen calendars, and return whether nothing is left. If one fails, the others are still read."""
	provider = open_connection(connection)
	user = frappe.db.get_value("Calendar Connection", connection, "user")
	reader = Reader(connection, user, key, provider, now)
	try:
		_list(reader)
		is_complete, errors = True, []
		fields = [
			"name", "calendar_id", "sync_token", "next_page", "generation", "shadow", "window_from", "window_until",
			"pending_from", "pending_until", "full_at", "synced_at", "suspect", "check_conflicts", "write_bookings",
		]  # fmt: skip
		rows = frappe.get_all(ROW, {"parent": connection}, fields, order_by="idx")
		chosen = [*filter(is_used, rows)]
		for row in chosen:
			try:
				is_complete &= CalendarReading(reader, row).read(full)
			except CalendarGone as error:
				roll_back()
				reader.store(row.name, {"state": "Gone"})
				errors.append(error)
			except (SyncTokenExpired, OutsideError) as error:
				roll_back()
				errors.append(error)
				# Whether the account's other calendars can still be read after this error.
				if error.code not in ("UNEXPECTED_ANSWER", "ANSWER_TOO_LARGE"):
					break
		if errors:
			raise errors[0]
		return is_complete
	finally:
		provider.close()


def _list(reader: Reader) -> None:
	rows = frappe.get_all(ROW, {"parent": reader.connection}, ["listed_at"])
	if rows and all(row.listed_at and reader.now - row.listed_at < DAY for row in rows):
		return
	calendars = reader.provider.calendars()
	reader.check_lease()
	listing.store_calendars(reader.connection, calendars)
	frappe.db.set_value(ROW, {"parent": reader.connection}, "listed_at", reader.now, update_modified=False)
	frappe.db.commit()


class CalendarReading:
	"""One calendar of a connection while it is read. `row` is its Connected Calendar."""

	def __init__(self, reader: Reader, row: frappe._dict):
		self.reader, self.row = reader, row

	def read(self, full: bool) -> bool:
		"""Read the calendar, and return whether no page is left."""
		wanted = window_for(self.reader.user, self.reader.now)
		is_unfinished_full = bool(self.row.shadow)
		is_due = is_due_for_full(self.row.full_at, self.row.window_until, wanted, self.reader.now)
		if full or is_unfinished_full or is_due or not self.row.sync_token:
			return self._read_full(wanted)
		try:
			return self._read_changes()
		except SyncTokenExpired:
			roll_back()
			return self._read_full(wanted)

	def _read_changes(self) -> bool:
		window = (self.row.window_from, self.row.window_until)
		place = self._place(self.row.generation, window)
		page = self.row.next_page or ""
		# Only a reading from the first to the last page shows which events are missing.
		seen: set[str] | None = None if page else set()
		written_since = (self.row.synced_at or 0) - _OVERLAP
		for _number in range(MOST_PAGES):
			changes = self.reader.provider.changes(self.row.calendar_id, window, self.row.sync_token, page)
			if changes.unchanged:
				if findings := self._findings(changes, seen, written_since):
					self._check_lease_afresh()
					calendar_changes.note(findings)
				self._finish({"sync_token": changes.token or self.row.sync_token})
				return True
			findings = self._findings(changes, seen, written_since)
			self._check_lease_afresh()
			busy_store.apply(place, changes, own_among(self.reader.user, changes, self.reader.now))
			calendar_changes.note(findings)
			if not changes.next_page:
				self._finish({"sync_token": changes.token, "unreadable": changes.unreadable})
				return True
			page = changes.next_page
			self._save({"next_page": page})
		return False

	def _read_full(self, wanted: engine.Interval) -> bool:
		"""Write a new generation of busy times beside the one that counts, and switch to it with the last page."""
		page = (self.row.next_page or "") if self.row.shadow else ""
		if page:
			shadow, window = self.row.shadow, (self.row.pending_from, self.row.pending_until)
		else:
			shadow, window = self.row.generation + 1, wanted
			self.reader.check_lease()
			busy_store.clear(self._place(shadow, window))
			self._save({"shadow": shadow, "next_page": None, "pending_from": window[0], "pending_until": window[1]})
		place = self._place(shadow, window)
		work = Work(self.reader.user, self.row.name, goes_on=bool(page))
		seen: set[str] | None = None if page else set()
		for _number in range(MOST_PAGES):
			try:
				changes = self.reader.provider.changes(self.row.calendar_id, window, "", page)
			except SyncTokenExpired:
				# The page is too old. Begin again the next time.
				self._save({"next_page": None, "shadow": 0})
				raise
			findings = self._findings(changes, seen)
			self._check_lease_afresh()
			busy_store.apply(place, changes, own_among(self.reader.user, changes, self.reader.now))
			calendar_changes.note(findings)
			work.reach(work.done + len(changes.events), changes.total)
			if not changes.next_page:
				self._switch(place, changes)
				work.end()
				return True
			page = changes.next_page
			self._save({"next_page": page})
		return False

	def _findings(
		self, changes: Changes, seen: set[str] | None, written_since: int = 0
	) -> list[calendar_changes.Finding]:
		"""Return the bookings' events that differ from what was written; with the last page also events that no longer exist."""
		provider, now = self.reader.provider, self.reader.now
		findings = calendar_changes.look_into(provider, self.row.name, changes, now)
		if seen is None:
			return findings
		seen.update(name for event in changes.events for name in (event.id, event.mark))
		seen.update(changes.removed)
		if changes.next_page:
			return findings
		return [*findings, *calendar_changes.missing_from(provider, self.row.name, seen, now, written_since)]

	def _switch(self, place: Place, changes: Changes) -> None:
		now = self.reader.now
		before, _same = busy_store.summary(replace(place, generation=self.row.generation), now)
		after, fingerprint = busy_store.summary(place, now)
		if before >= _SUSPICIOUS and after * 2 < before and self.row.suspect != fingerprint:
			# The new generation has less than half of the old one's busy times, and nobody confirmed it yet. The first such
			# reading is noted and thrown away. The old busy times still count. If they get too old, the host's times close.
			busy_store.clear(place)
			self._save({"suspect": fingerprint, "shadow": 0, "next_page": None})
			return
		busy_store.keep_only(self.row.name, place.generation)
		done = {
			"generation": place.generation,
			"shadow": 0,
			"window_from": place.window[0],
			"window_until": place.window[1],
			"full_at": now,
			"sync_token": changes.token or None,
			"unreadable": changes.unreadable,
			"suspect": None,
		}
		self._finish(done)

	def _finish(self, values: dict) -> None:
		self.reader.check_lease()
		self._save({**values, "next_page": None, "synced_at": self.reader.now, "state": "OK"})

	def _check_lease_afresh(self) -> None:
		"""Check the lease in a transaction that began after the provider answered.

		InnoDB shows a transaction the state of its first read. In that state, a booking that was written into the calendar
		a second ago might not exist, and its own event would become a busy time.
		"""
		frappe.db.commit()
		self.reader.check_lease()

	def _save(self, values: dict) -> None:
		"""Store fields of the calendar, in one transaction with everything written since the last commit."""
		self.row.update(values)
		self.reader.store(self.row.name, values)

	def _place(self, generation: int, window: engine.Interval) -> Place:
		return Place(self.reader.user, self.reader.connection, self.row.name, generation, window)


# Recognises bookings among the events of a calendar. They make no busy times, because the booking itself takes the time.
#
# An event is a host's own booking if the app wrote it (it has a mark), or if it has the UID of a booking that this host
# hosts. A mail program may have stored the invitation, and another account of the host may have a copy. In the calendar of
# an attendee, an event with the same UID is a meeting that takes the attendee's time.

_CHUNK = 1_000
_MONTH = 31 * 86400


def own_among(user: str, changes: Changes, now: int) -> set[str]:
	"""Return the ids of the events that are this host's bookings. `now` is in epoch seconds."""
	marks = {event.mark for event in changes.events if event.mark}
	uids = {event.uid for event in changes.events if event.uid}
	mirrored = _mirrored("key", marks, user)
	hosted = _mirrored("uid", uids, user) | (_hosted(user, now) if uids else set())
	return {event.id for event in changes.events if event.mark in mirrored or event.uid in hosted}


def _mirrored(field: str, values: set[str], user: str) -> set[str]:
	uids: set[str] = set()
	ordered = sorted(values)
	for begin in range(0, len(ordered), _CHUNK):
		filters = {field: ("in", ordered[begin : begin + _CHUNK]), "user": user}
		uids.update(frappe.get_all("Mirrored Event", filters, pluck=field))
	return uids


def _hosted(user: str, now: int) -> set[str]:
	"""Return the UIDs of the user's bookings, sessions and series. Those over for a month can't be in the window any more."""
	booking, host, series = map(frappe.qb.DocType, ("Booking", "Booking Host", "Booking Series"))
	rows = (
		frappe.qb.from_(host)
		.join(booking)
		.on((host.parent == booking.name) & (host.parenttype == "Booking"))
		.left_join(series)
		.on(series.name == booking.series)
		.select(booking.ical_uid, booking.session, booking.session_uid, series.ical_uid.as_("series_uid"))
		.where((host.user == user) & (host.ends_at > now - _MONTH))
		.run(as_dict=True)
	)
	# The dates of a series share the UID of one invitation.
	return {uid for row in rows for uid in (row.ical_uid, host_uid(row, user), row.series_uid) if uid}


def window_for(user: str, now: int) -> engine.Interval:
	"""Return the instants from and until which the user's calendars are read.

	They end after the days that can be booked of this host, by their schedules and by any active meeting type. The longest
	window of all types is taken. There are few types, and their hosts depend on the pages.
	"""
	today, date_of_today = now - now % DAY, utc(now).date()
	schedules = frappe.get_all("Availability Schedule", {"user": user}, pluck="max_days_in_advance")
	fields = ["window_type", "max_days_in_advance", "window_to", "only_days_with_slots", "uses_host_defaults"]
	fields += ["repeats", "repeat_weeks", "repeat_count"]
	types = frappe.get_all("Meeting Type", {"is_active": 1}, fields)
	days = [days or _MOST_DAYS for days in schedules]
	days += [_days_of_type(row, date_of_today) for row in types if not row.uses_host_defaults]
	# The window binds the first date of a series only.
	longest = max((repeat.longest_weeks for row in types if (repeat := repeat_of(row))), default=0)
	ahead = min(max([_LEAST_DAYS, *days]) + longest * 7, _MOST_DAYS)
	return today - _BEFORE, today + ahead * DAY + _SLACK


def _days_of_type(row: frappe._dict, today: date) -> int:
	if row.window_type == "Fixed Range":
		return (row.window_to - today).days + 1 if row.window_to else _MOST_DAYS
	if row.window_type == "Indefinite" or row.only_days_with_slots:
		return _MOST_DAYS
	# Business days: a week has five of them, and there are holidays.
	return row.max_days_in_advance * 2 if row.window_type == "Rolling Business Days" else row.max_days_in_advance


def is_due_for_full(full_at: int | None, window_until: int | None, wanted: engine.Interval, now: int) -> bool:
	"""Whether the window must be read as a whole: for the first time, after a week, or because it is too short."""
	if not full_at or not window_until:
		return True
	return now - full_at >= FULL_EVERY or window_until < wanted[1] - _SLACK // 2
