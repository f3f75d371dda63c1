import json

import frappe
from frappe import _
from frappe.utils import add_days, getdate

from scheduler_integration import bookings
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.desk_calendar import drawn_bookings
from scheduler_integration.meetings.possible_hosts import possible_hosts as hosts_for
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform.clock import now, to_site_time

# InnoDB takes keys of at most 3,072 bytes: five texts of 140 characters and a few numbers.
FIGURES = (
	"starts_at", "status", "host", "meeting_type", "currency", "cancelled_by", "cancelled_at", "price", "booked_at",
	"amount_due", "amount_paid", "amount_refunded",
)  # fmt: skip


class Booking(Form):
	"""One meeting of one attendee. Only the room bookings/ writes it; the desk can change the host's notes."""

	def onload(self):
		"""Let the form show the name of a CRM record that the user may not open, instead of a link that is refused."""
		linked = {"contact": "Contact", "reference_name": self.reference_doctype, "event": "Event"}
		closed = [
			field for field, doctype in linked.items() if self.get(field) and not _may_open(doctype, self.get(field))
		]
		self.set_onload("closed_links", closed)

	def validate(self):
		self.timezone = checked_zone(self.timezone)
		self.set_international_number()
		self.validate_instants()
		self.set_host_rows()
		self.set_shown_times()

	def on_update(self):
		before = self.get_doc_before_save()
		# Buckets of past times are deleted every night. If a host writes a note later, they aren't stored again.
		if not self.flags.has_stored_time and (not before or before.taken_time() != self.taken_time()):
			bookings.store_buckets(self)

	def on_trash(self):
		if self.is_live() and self.ends_at > now():
			raise NotPermitted(_("A meeting that is to take place can't be deleted. Cancel it first."))
		bookings.release_buckets(self)
		delete_tasks_of([self.name])

	def set_international_number(self):
		"""Set the number as networks know it, by which a reply to a text message is matched; None if there is none.

		Only a number that isn't valid in the country of the attendee's zone needs the host's zone.
		"""
		number = self.attendee_phone
		self.phone_e164 = None
		if number:
			own = international(number, [self.timezone])
			self.phone_e164 = own or international(number, [timezone_of(self.host)])

	def validate_instants(self):
		if not self.starts_at or not self.ends_at or self.ends_at <= self.starts_at:
			raise InvalidRequest(_("A meeting must end after it starts."))

	def set_shown_times(self):
		"""Set the wall times in the site's zone, which the desk shows. They follow from the instants."""
		self.starts_on, self.ends_on = to_site_time(self.starts_at), to_site_time(self.ends_at)
		start, end = self.parts()[0]
		self.duration_minutes = (end - start) // 60

	def set_host_rows(self):
		"""Copy into each host's row what a calendar needs, so that one index of Booking Host is enough to load it."""
		if not any(row.user == self.host for row in self.hosts):
			self.append("hosts", {"user": self.host})
		for row in self.hosts:
			if not row.starts_at:
				row.update({"starts_at": self.starts_at, "ends_at": self.ends_at, **self.buffers()})
			row.update(
				{
					"meeting_type": self.meeting_type,
					"session": self.session,
					"seats": self.seats or 1,
					"is_live": int(self.is_live()),
				}
			)

	def get_meeting_type(self):
		return frappe.get_cached_doc("Meeting Type", self.meeting_type)

	def parts(self) -> list[tuple[int, int]]:
		"""Return the start and end of the meeting on each of its dates, epoch seconds."""
		return sorted({(row.starts_at, row.ends_at) for row in self.hosts})

	def host_users(self) -> list[str]:
		"""Return the hosts in the order of their rows.

		If a multi-day meeting was reassigned after its first day, its dates have different hosts. Returns those of the
		last date.
		"""
		last = max(row.ends_at or 0 for row in self.hosts)
		return list(dict.fromkeys(row.user for row in self.hosts if (row.ends_at or 0) == last))

	def buffers(self) -> dict[str, int | None]:
		"""Return the meeting type's buffers in minutes. The buffers in a host's row are that host's own."""
		return {
			"buffer_before_minutes": self.buffer_before_minutes,
			"buffer_after_minutes": self.buffer_after_minutes,
		}

	def taken_time(self) -> tuple:
		"""Return the values from which the buckets and seats follow. Two bookings with equal values take the same time."""
		rows = sorted((row.user, row.starts_at, row.ends_at) for row in self.hosts)
		return self.is_live(), self.session or None, self.seats or 1, rows

	def is_live(self) -> bool:
		"""Whether the meeting takes its hosts' time."""
		return self.status in LIVE


def _may_open(doctype: str, name: str) -> bool:
	# The CRM may have been removed from the site, or the record deleted.
	return bool(frappe.db.exists("DocType", doctype) and frappe.db.exists(doctype, name)) and bool(
		frappe.has_permission(doctype, "read", name)
	)


@frappe.whitelist()
def possible_hosts(name):
	"""Return the hosts to whom the meeting can be reassigned if they are free, as options of a field in the form.

	Raises PermissionError if the user may not change the booking.
	"""
	booking = frappe.get_doc("Booking", str(name))
	booking.check_permission("write")
	return [{"value": host.user, "label": host.name} for host in hosts_for(booking)]


@frappe.whitelist()
def get_events(start, end, filters=None, **_arguments):
	"""Return the entries of the desk's calendar. Frappe passes the fields of the view too; they are always the same."""
	asked = json.loads(filters) if filters else []
	# Whole days more on each side: the calendar asks in the reader's zone, and the fields are in the site's.
	since, until = add_days(getdate(start), -1), add_days(getdate(end), 2)
	return drawn_bookings(since, until, [each[:4] for each in asked])


def on_doctype_update():
	frappe.db.add_index("Booking", ["host", "starts_at"])
	# The figures of `insights/counts.py`. Most queries on all hosts need no more than these fields, and read no record.
	frappe.db.add_index("Booking", list(FIGURES), "figures_and_money_index")
	frappe.db.add_index("Booking", ["booked_at", "status", "starts_at"])
	# For the job that closes past bookings every five minutes.
	frappe.db.add_index("Booking", ["status", "ends_at"])
