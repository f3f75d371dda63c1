"""What must hold on each node after guests have booked while parts of the cluster failed.

`World.wrong` finds double bookings, oversold seats, broken limits and buffers. Here is the rest: the database has what the
guests were told, and everything outside a booking belongs to one.
"""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from typing import Any

import frappe

from proof.cluster.guests import Diary, Meeting
from proof.cluster.nodes import Cluster
from proof.cluster.servers import connect_to
from proof.world import World
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.platform.clock import from_site_time

# Their rows are the same on all nodes.
_TABLES = (
	"Booking", "Booking Host", "Booking Slot", "Booking Seat", "Booking Guest", "Booking Answer", "Host Calendar",
	"Round Robin Turn", "Outbox Task", "Event", "Event Participants", "Contact", "Contact Email",
)  # fmt: skip
_SHOWN = 4
_LOOKS = 10


def wrong_everywhere(cluster: Cluster, worlds: Sequence[World], diary: Diary, events: Collection[str]) -> list[str]:
	"""Return what is wrong on any node, with its name. `events` are those that were there before.

	The cluster must be whole, and the RQ worker must rest: nodes are read one after the other.
	"""
	found = list(dict.fromkeys(diary.wrong))
	found += [f"nobody told the guest of {each.email} how it ended" for each in diary.of_state("unknown")][:_SHOWN]
	for node in cluster.nodes:
		connect_to(node)
		on_node = [problem for world in worlds for problem in world.wrong()]
		on_node += _wrong_bookings(diary)
		on_node += _wrong_outside(diary, events)
		found += [f"{node.name}: {problem}" for problem in on_node[: 2 * _SHOWN]]
	return [*found, *_different(cluster)]


def _wrong_bookings(diary: Diary) -> Iterable[str]:
	"""Each guest has the meeting that they know of, and no other."""
	rows = _by_email(_rows(diary.meetings))
	for meeting in diary.meetings:
		mine = rows[meeting.email]
		live = [row.starts_at for row in mine if row.status in LIVE]
		if meeting.state == "booked" and live != [meeting.start]:
			yield f"{meeting.email} was told of a meeting at {meeting.start}, and there are {live}"
		if meeting.state == "cancelled" and (live or not mine):
			yield f"{meeting.email} has cancelled, and there are {live} of {len(mine)}"
		if meeting.state == "refused" and mine:
			yield f"{meeting.email} was refused, and has {[(row.status, row.starts_at) for row in mine]}"


def _wrong_outside(diary: Diary, before: Collection[str]) -> Iterable[str]:
	"""Tasks of the outbox, Events and Contacts are those of the bookings."""
	rows = _rows(diary.meetings)
	names = {row.name for row in rows}
	tasks = set(frappe.get_all("Outbox Task", {"creation": [">", "2000-01-01"]}, pluck="booking", distinct=True))
	known = set(frappe.get_all("Booking", pluck="name")) | set(frappe.get_all("Waitlist Entry", pluck="name"))
	yield from (
		f"the outbox has tasks of the booking {name}, which isn't there" for name in sorted(tasks - known - {None, ""})
	)
	yield from (f"the booking {name} has no task in the outbox" for name in sorted(names - tasks)[:_SHOWN])

	events = {row.name: row for row in frappe.get_all("Event", fields=["name", "status", "starts_on"])}
	of_event: dict[str, list[Any]] = defaultdict(list)
	for row in frappe.get_all("Booking", fields=["name", "event", "status", "starts_at"]):
		of_event[row.event or ""].append(row)
	for name in events.keys() - before:
		live = [row for row in of_event[name] if row.status in LIVE]
		if not of_event[name]:
			yield f"the Event {name} belongs to no booking"
		elif bool(live) != (events[name].status == "Open"):
			yield f"the Event {name} is {events[name].status}, with {len(live)} live bookings"
		elif live and {row.starts_at for row in live} != {from_site_time(events[name].starts_on)}:
			yield f"the Event {name} is at {events[name].starts_on}, and its bookings aren't"
	yield from (
		f"the booking {row.name} has no Event" for row in rows if row.status == "Scheduled" and row.event not in events
	)

	contacts = set(frappe.get_all("Contact Email", {"email_id": ["like", "ada-%@guests.example"]}, pluck="email_id"))
	attendees = {row.attendee_email for row in rows}
	states = {meeting.email: meeting.state for meeting in diary.meetings}
	strangers = sorted(contacts & states.keys() - attendees)
	yield from (f"{email} is a contact without a booking ({states[email]})" for email in strangers)
	yield from (f"{email} has a booking and is no contact" for email in sorted(attendees - contacts)[:_SHOWN])


def wrong_messages(diary: Diary, recipients: Collection[str]) -> list[str]:
	"""Return which messages were sent to guests without a booking, or are missing. Call it when the outbox is empty.

	A guest who cancels before the confirmation is sent needs no message.
	"""
	rows, got = _rows(diary.meetings), set(recipients)
	attendees = {row.attendee_email for row in rows}
	strangers = sorted((got & _emails(diary)) - attendees)
	return [
		*(f"{email} got a message, and never had a booking" for email in strangers[:_SHOWN]),
		*(
			f"{row.attendee_email} has the booking {row.name}, and got no message: {_tasks_of(row.name)}"
			for row in [row for row in rows if row.status in LIVE and row.attendee_email not in got][:_SHOWN]
		),
	]


def _tasks_of(booking: str) -> str:
	fields = ["kind", "purpose", "target", "status", "attempts", "error"]
	tasks = frappe.get_all("Outbox Task", {"booking": booking}, fields)
	return "; ".join(" ".join(str(value) for value in task.values() if value) for task in tasks)


def _rows(meetings: Sequence[Meeting]) -> list[Any]:
	fields = ["name", "attendee_email", "status", "starts_at", "event"]
	emails = [meeting.email for meeting in meetings]
	return list(frappe.get_all("Booking", {"attendee_email": ["in", emails or [""]]}, fields))


def _by_email(rows: Iterable[Any]) -> dict[str, list[Any]]:
	found: dict[str, list[Any]] = defaultdict(list)
	for row in rows:
		found[row.attendee_email].append(row)
	return found


def _emails(diary: Diary) -> set[str]:
	return {meeting.email for meeting in diary.meetings}


def _different(cluster: Cluster) -> list[str]:
	"""The nodes have the same rows. A node may be a little late, and a web server may end its work, so there are a few more looks."""
	tables = ", ".join(f"`tab{table}`" for table in _TABLES)
	for _each in range(_LOOKS):
		sums = [dict(node.query(f"checksum table {tables}", frappe.conf.db_name)) for node in cluster.nodes]
		found = [table for table in sums[0] if len({found[table] for found in sums}) > 1]
		if not found:
			return []
		time.sleep(1)
	return [f"the nodes have different rows in {table}" for table in found]
