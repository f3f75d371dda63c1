"""`/scheduling/types/<name>/test`: books the first free time as a test, shows what an attendee would see, and keeps nothing."""

import frappe
from frappe import _

from scheduler_integration.bookings import book_as_test
from scheduler_integration.catalogue.edit_types import editable_type
from scheduler_integration.catalogue.lookup import bookable
from scheduler_integration.catalogue.public import public_page
from scheduler_integration.exceptions import MeetingTypeNotFound, SchedulingError
from scheduler_integration.notifications.preferences import note_test
from scheduler_integration.pages.booking.picture import picture
from scheduler_integration.pages.guest_page import Visit
from scheduler_integration.pages.host.type_form import PATH
from scheduler_integration.pages.kit.respond import WayOut, argument, redirection, respond, submitted
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.manage import managing_view
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond(context, _view, sign_in_for=_editor, way_out=_back)


def _view() -> dict:
	doc = editable_type(argument("type"))
	if not doc.scheduling_page:
		raise MeetingTypeNotFound
	if not submitted():
		raise redirection(_editor(), 302)
	found, visitor = bookable(doc), current_visitor()
	page = public_page(found)
	trial = book_as_test(found, visitor.zone or page.timezone, now())
	note_test(frappe.session.user)
	view = managing_view(trial.booking, page.brand, Visit(visitor, now(), "", _editor()), "booked")
	# The message has styles in its elements, as mail programs need them.
	shown = picture({**view, "follow_up": None}, _("This was a test"), styles="'unsafe-inline'")
	return {**shown, "mail": trial.message, "back_url": f"{_editor()}#link"}


def _editor() -> str:
	return f"{PATH}/{argument('type')}"


def _back(error: SchedulingError) -> WayOut:
	return WayOut(_editor(), _("Back to the meeting type"))
