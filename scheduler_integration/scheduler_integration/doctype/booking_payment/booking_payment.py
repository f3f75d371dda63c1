from frappe import _

from scheduler_integration import bookings
from scheduler_integration.documents import Form
from scheduler_integration.exceptions import NotPermitted
from scheduler_integration.platform.clock import now


class BookingPayment(Form):
	"""An attendee's payment for a booking. Only the room payments/ writes it."""

	def on_payment_authorized(self, status=None):
		"""Called by the payments app. Returns the page to which the attendee goes."""
		return bookings.payment_authorised(self.name, str(status or ""), now())

	def on_trash(self):
		if self.status != "Expired":
			raise NotPermitted(_("A payment that is open or paid can't be deleted. It belongs to your accounts."))
