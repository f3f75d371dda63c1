"""`/scheduling`: for hosts who never open the desk. Their next meetings, their links to copy, and cancelling."""

import frappe
from frappe import _
from frappe.utils import get_fullname

from scheduler_integration.api.bookings import ACTIONS
from scheduler_integration.api.contention import retried
from scheduler_integration.bookings import list_for_host, reassign, successors
from scheduler_integration.catalogue import pages_of
from scheduler_integration.clock import now, site_zone
from scheduler_integration.exceptions import HostNotFree, InvalidRequest, SchedulingError
from scheduler_integration.pages.guest import guest, is_zone
from scheduler_integration.pages.hosting import hosting_view, not_free_message
from scheduler_integration.pages.respond import argument, redirection, refusals, respond, submitted
from scheduler_integration.permissions import is_manager

no_cache = 1
sitemap = 0

_PATH = "/scheduling"
_MEETINGS = 100


def get_context(context):
	if frappe.session.user == "Guest":
		raise redirection(f"/login?redirect-to={_PATH}", 302)
	respond(context, _view)


def _view() -> dict:
	error = _act() if submitted() else None
	user = frappe.session.user
	message = _refused_message(error) if error else _done_message(argument("done"))
	meetings = list_for_host(user, now(), "upcoming", _MEETINGS)
	handed_to = {meeting["name"]: _successors(meeting["name"]) for meeting in meetings} if is_manager() else {}
	view = hosting_view(
		meetings,
		pages_of(user),
		get_fullname(user),
		zone_of(user),
		guest(),
		now(),
		message,
		handed_to,
	)
	return view | {"status": error.http_status_code if error else 200}


def _act() -> SchedulingError:
	"""Does what a meeting's button says and shows the page anew; answers the error where that is refused."""
	action = argument("action")
	try:
		with refusals():
			if action == "reassign":
				force = argument("force") == "1"
				retried(lambda: reassign(argument("name"), argument("host"), now(), force=force))
			elif action in ACTIONS:
				retried(lambda: ACTIONS[action](argument("name"), argument("reason"), now()))
			else:
				raise InvalidRequest
	except SchedulingError as error:
		return error
	raise redirection(f"{_PATH}?done={action}")


def _successors(booking: str) -> list[dict]:
	return [{"user": host.user, "name": host.name} for host in successors(frappe.get_doc("Booking", booking))]


def _refused_message(error: SchedulingError) -> dict:
	if isinstance(error, HostNotFree):
		zone = zone_of(frappe.session.user)
		return not_free_message(error, argument("name"), argument("host"), zone, guest())
	return {"text": error.message, "is_error": True}


def _done_message(action: str) -> dict | None:
	texts = {
		"cancel": _("The meeting is cancelled, and your guest has been told."),
		"confirm": _("The meeting is confirmed, and your guest has been told."),
		"reassign": _("The meeting is handed over, and everybody has been told."),
		"decline": _("The request is declined, and your guest has been told."),
	}
	return {"text": texts[action], "is_error": False} if action in texts else None


def zone_of(user: str) -> str:
	"""Where the host reads the clock: their own zone, or else the site's."""
	own = frappe.get_cached_value("User", user, "time_zone")
	return own if is_zone(own) else site_zone().key
