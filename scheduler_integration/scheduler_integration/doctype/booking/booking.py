import json

import frappe
from frappe import _
from frappe.utils import add_days, cint, flt, get_datetime, getdate

from scheduler_integration import bookings
from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.hosted import drawn_bookings
from scheduler_integration.meetings.possible_hosts import possible_hosts as hosts_for
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.outbox.tasks import delete_tasks_of
from scheduler_integration.parsing.phone_numbers import international
from scheduler_integration.parsing.zones import checked_zone
from scheduler_integration.platform.clock import now, to_site_time
from scheduler_integration.platform.records import picked

# InnoDB takes keys of at most 3,072 bytes: five texts of 140 characters and a few numbers.
FIGURES = (
	"starts_at", "status", "host", "meeting_type", "currency", "cancelled_by", "cancelled_at", "price", "booked_at",
	"amount_due", "amount_paid", "amount_refunded",
)  # fmt: skip


# For each fact of a booking, the action of `bookings.update` that changes it with all its consequences.
_UPDATE = "scheduler_integration.api.bookings.update(name, action=…)"
_ACTIONS = {
	"status": "confirm, decline, cancel, complete, no_show",
	**dict.fromkeys(("starts_on", "ends_on", "starts_at", "ends_at", "duration_minutes"), "reschedule"),
	**dict.fromkeys(("host", "hosts"), "reassign, hand_over"),
	**dict.fromkeys(("guests", "address_status"), "guests"),
	**dict.fromkeys(("payment_status", "amount_paid"), "mark_paid"),
	"amount_refunded": "refund",
	**dict.fromkeys(
		("reschedule_asked_at", "reschedule_message", "time_given_back"), "ask_to_reschedule, withdraw_ask"
	),
	**dict.fromkeys(("cancelled_by", "cancelled_at", "cancel_reason"), "cancel, decline"),
}


class Booking(Form):
	"""One meeting of one attendee. Only the room bookings/ writes it; the desk can change the host's notes."""

	def validate_higher_perm_levels(self):
		"""Refuse a changed fact, which Frappe would set back without a word, or store for the Administrator without consequences."""
		if not self.flags.ignore_permissions and not self.is_new():
			self.refuse_changed_facts()
		super().validate_higher_perm_levels()

	def refuse_changed_facts(self):
		stored = self.get_doc_before_save()
		for field in self.meta.get_high_permlevel_fields():
			name = field.fieldname
			if (
				stored
				and self.get(name) is not None
				and _plain(field, self.get(name)) != _plain(field, stored.get(name))
			):
				label = _(field.label, context="Booking")
				sentence = _("{0} can't be changed here: it is a fact about the meeting.").format(label)
				if action := _ACTIONS.get(name):
					sentence = _("{0} can't be changed here, because nobody would be told. Call {1} with one of: {2}.")
					sentence = sentence.format(label, _UPDATE, action)
				frappe.msgprint(sentence, indicator="red")
				raise NotPermitted(sentence)

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
				row.update({**picked(self, "starts_at", "ends_at"), **self.buffers()})
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
		return picked(self, "buffer_before_minutes", "buffer_after_minutes")

	def taken_time(self) -> tuple:
		"""Return the values from which the buckets and seats follow. Two bookings with equal values take the same time."""
		rows = sorted((row.user, row.starts_at, row.ends_at) for row in self.hosts)
		return self.is_live(), self.session or None, self.seats or 1, rows

	def is_live(self) -> bool:
		"""Whether the meeting takes its hosts' time."""
		return self.status in LIVE


def _plain(field, value):
	"""Return a field's value so that it is equal to the same value that arrived as text."""
	if field.fieldtype == "Table":
		fields = [each for each in frappe.get_meta(field.options).fields if each.fieldname]
		return [[_plain(each, row.get(each.fieldname)) for each in fields] for row in value or ()]
	if field.fieldtype in ("Int", "Check", "Long Int"):
		return cint(value)
	if field.fieldtype == "Currency":
		return round(flt(value), 9)
	return str(get_datetime(value)) if field.fieldtype == "Datetime" and value else value or ""


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
