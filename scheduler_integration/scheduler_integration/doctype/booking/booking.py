import frappe
from frappe import _

from scheduler_integration import bookings
from scheduler_integration.clock import now, to_site_time
from scheduler_integration.controllers import Form
from scheduler_integration.exceptions import InvalidRequest, NotPermitted
from scheduler_integration.meetings.status import LIVE
from scheduler_integration.meetings.successors import successors as possible_hosts
from scheduler_integration.parsing.zones import checked_zone


class Booking(Form):
	"""One meeting. Its facts are written by the room bookings/; in the desk only the host's notes can be changed."""

	def validate(self):
		self.timezone = checked_zone(self.timezone)
		self.validate_instants()
		self.set_host_rows()
		self.set_shown_times()

	def on_update(self):
		bookings.hold_time(self)

	def on_trash(self):
		if self.is_live() and self.ends_at > now():
			raise NotPermitted(_("A meeting that is to take place can't be deleted. Cancel it first."))
		bookings.release_time(self)

	def validate_instants(self):
		if not self.starts_at or not self.ends_at or self.ends_at <= self.starts_at:
			raise InvalidRequest(_("A meeting must end after it starts."))

	def set_shown_times(self):
		"""The desk shows wall-clock times of the site's zone; the instants rule."""
		self.starts_on, self.ends_on = to_site_time(self.starts_at), to_site_time(self.ends_at)
		start, end = self.parts()[0]
		self.duration_minutes = (end - start) // 60

	def set_host_rows(self):
		"""Each host's row repeats what a host's calendar needs, so that one index answers it."""
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

	def parts(self) -> list[tuple[int, int]]:
		"""Start and end of the meeting on each of its dates, epoch seconds."""
		return sorted({(row.starts_at, row.ends_at) for row in self.hosts})

	def host_users(self) -> list[str]:
		"""The hosts, each once, in the order of the rows. Of a meeting that was handed over while it went on, those of its
		last date.
		"""
		last = max(row.ends_at or 0 for row in self.hosts)
		return list(dict.fromkeys(row.user for row in self.hosts if (row.ends_at or 0) == last))

	def buffers(self) -> dict[str, int | None]:
		"""Those of the meeting type, minutes; each host's row holds the host's own."""
		return {
			"buffer_before_minutes": self.buffer_before_minutes,
			"buffer_after_minutes": self.buffer_after_minutes,
		}

	def is_live(self) -> bool:
		"""Whether the meeting holds its hosts' time."""
		return self.status in LIVE


@frappe.whitelist()
def successors(name):
	"""For the form: the hosts to whom the meeting could be handed, were they free, as options of a field."""
	booking = frappe.get_doc("Booking", str(name))
	booking.check_permission("write")
	return [{"value": host.user, "label": host.name} for host in possible_hosts(booking)]


def on_doctype_update():
	frappe.db.add_index("Booking", ["host", "starts_at"])
	# A job asks every few minutes which messages are due: nearly always none, of all the bookings there ever were.
	frappe.db.add_index("Booking", ["delivery_status", "delivery_due_at"])
