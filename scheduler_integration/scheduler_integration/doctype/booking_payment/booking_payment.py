from frappe import _

from scheduler_integration.documents import Form
from scheduler_integration.exceptions import NotPermitted


class BookingPayment(Form):
	"""What an attendee pays for a booking. Only the room payments/ writes it."""

	def on_trash(self):
		if self.status != "Expired":
			raise NotPermitted(_("A payment that is open or paid can't be deleted. It belongs to your accounts."))
