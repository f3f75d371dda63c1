import frappe

from scheduler_integration.documents import Form
from scheduler_integration.exceptions import InvalidRequest
from scheduler_integration.platform.clock import to_site_time


class OutsideBooking(Form):
	"""A meeting that was booked on an external scheduler. Only the room bookings/ writes it.

	Fields that a Booking has too have the same names, so that the CRM's activities work for both.
	"""

	session = ""

	def validate(self):
		if self.starts_at and self.ends_at and self.ends_at <= self.starts_at:
			raise InvalidRequest
		self.starts_on = to_site_time(self.starts_at) if self.starts_at else None
		self.ends_on = to_site_time(self.ends_at) if self.ends_at else None

	def on_trash(self):
		for name in frappe.get_all("Blocked Time", {"outside_booking": self.name}, pluck="name"):
			# A user who may delete the booking may give its time back.
			frappe.delete_doc("Blocked Time", name, ignore_permissions=True)

	@property
	def host(self) -> str:
		return self.consultant

	@property
	def subject(self) -> str:
		return self.title

	def host_users(self) -> list[str]:
		return [self.consultant]


def on_doctype_update():
	# The job that completes meetings, and the one that asks a scheduler again.
	frappe.db.add_index("Outside Booking", ["status", "ends_at"])
	frappe.db.add_index("Outside Booking", ["fetch_due_at"])
