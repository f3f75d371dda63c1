"""Lists the commands that a host or manager can use on a booking now, for buttons and menus."""

from frappe.model.document import Document

from scheduler_integration.meetings.policy import has_begun_over_several_days
from scheduler_integration.meetings.status import OPEN
from scheduler_integration.meetings.transitions import Actor, transition_refusal
from scheduler_integration.permissions import is_manager

# The commands that move a booking to another state, by the name that API and pages send.
_MOVING = {
	"confirm": "Scheduled",
	"decline": "Declined",
	"reschedule": "Rescheduled",
	"cancel": "Cancelled",
	"complete": "Completed",
	"no_show": "No Show",
}


def host_actions(booking: Document, now: int) -> tuple[str, ...]:
	"""Return the commands that the signed-in host or manager can send for the booking at `now`, epoch seconds."""
	possible = [name for name, after in _MOVING.items() if not transition_refusal(booking, after, Actor.HOST, now)]
	if has_begun_over_several_days(booking, now) and "reschedule" in possible:
		possible.remove("reschedule")
	if booking.session:
		possible += [f"{name}_for_all" for name in ("reschedule", "cancel") if name in possible]
	if booking.status in OPEN and booking.ends_at > now:
		possible += ["ask_to_reschedule"] if "reschedule" in possible else []
		possible += ["guests", "reassign"] if is_manager() else ["guests"]
	return tuple(possible)
