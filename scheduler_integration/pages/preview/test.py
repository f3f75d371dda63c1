"""`/scheduling/types/<name>/test`: books the first free time as a test, and shows what an attendee would see."""

import frappe
from frappe import _

from scheduler_integration.bookings import book_as_test
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.public import public_page
from scheduler_integration.notifications.preferences import note_test
from scheduler_integration.pages.guest_page import Visit
from scheduler_integration.pages.host.type_editor import edited_type, editor_path
from scheduler_integration.pages.kit.respond import View, WayOut, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.manage import managing_view
from scheduler_integration.pages.preview.picture import picture
from scheduler_integration.platform.clock import now


def answer() -> View:
	return respond(
		_view,
		sign_in_for=editor_path,
		way_out=lambda _error: WayOut(editor_path(), _("Back to the meeting type")),
	)


def _view() -> View:
	doc = edited_type()
	if not submitted():
		raise redirection(editor_path(), 302)
	found, visitor = bookable(doc), current_visitor()
	page = public_page(found)
	trial = book_as_test(found, visitor.zone or page.timezone, now())
	note_test(frappe.session.user)
	view = managing_view(trial.booking, page.brand, Visit(visitor, now(), "", editor_path()), "booked")
	# The message has styles in its elements, as mail programs need them.
	shown = picture({**view, "follow_up": None}, _("This was a test"), styles="'unsafe-inline'")
	return {**shown, "mail": trial.message, "back_url": f"{editor_path()}#link"}
