"""Describes a command's change of a booking to the rooms that react to it."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum

from frappe.model.document import Document

from scheduler_integration.engine import Turn
from scheduler_integration.meetings.status import RELEASED
from scheduler_integration.meetings.transitions import Actor
from scheduler_integration.platform.records import Fields as Fields


class Kind(Enum):
	"""The kind of change. RESCHEDULE_ASKED: a host asked the attendee to choose another time."""

	BOOKED = "booked"
	CONFIRMED = "confirmed"
	CANCELLED = "cancelled"
	DECLINED = "declined"
	# Nobody has paid in time.
	EXPIRED = "expired"
	REASSIGNED = "reassigned"
	# The video call got a link, or another link, after people had their messages.
	LINKED = "linked"
	# A host said where the meeting is, after people had their messages.
	PLACED = "placed"
	RESCHEDULED = "rescheduled"
	RESCHEDULE_ASKED = "reschedule asked"
	# The host asks no longer, and the meeting stays as it is.
	ASK_WITHDRAWN = "ask withdrawn"
	GUESTS_CHANGED = "guests changed"
	# The attendee corrected name, telephone number or company.
	CORRECTED = "corrected"
	# The attendee entered a code, so the additional guests hear of the meeting now.
	ADDRESS_CONFIRMED = "address confirmed"
	# The attendee confirmed that they are coming.
	RECONFIRMED = "reconfirmed"
	# The attendee proposed another time in their calendar program, and a host keeps the present one.
	PROPOSED = "proposed"
	PROPOSAL_REFUSED = "proposal refused"
	COMPLETED = "completed"
	NO_SHOW = "no show"
	# A host took the money by hand.
	PAID_BY_HAND = "paid by hand"
	# Money goes back although the meeting stays as it is, or never took place.
	REFUNDED = "refunded"
	# Money of which people were told that it goes back didn't arrive.
	REFUND_FAILED = "refund failed"
	# A host took back what they had done a moment ago, before anybody was told.
	UNDONE = "undone"


@dataclass(frozen=True, slots=True)
class Change:
	"""One change of one booking.

	- `booking`: as it is after the change, saved. `now`: epoch seconds.
	- `by`: who made the change, `reason`: their own words, or empty.
	- `turn`: the round-robin turn that gave a new booking its host.
	- `leaving`: the host who was replaced, if the booking was reassigned. `former_host`: the same user, if that was the
	main host.
	- `undone_at`: the time of the command that was taken back.
	- `added_guests`, `removed_guests`: addresses of additional guests.
	- `moved_from`: the earlier booking, whose status is now Rescheduled, if `booking` took its place. If a move is taken
	back, it is the booking that is going to be deleted.
	- `status_before`: the status before the change, the same one if it stays, and of a moved meeting that of `moved_from`;
	None for a new booking.
	"""

	kind: Kind
	booking: Document
	now: int
	turn: Turn | None = None
	leaving: str | None = None
	former_host: str | None = None
	by: Actor = Actor.HOST
	reason: str = ""
	moved_from: Document | None = None
	status_before: str | None = None
	added_guests: tuple[str, ...] = ()
	removed_guests: tuple[str, ...] = ()
	undone_at: int | None = None

	@property
	def former(self) -> Document:
		"""The booking that stood for the meeting before the change."""
		return self.moved_from or self.booking

	@property
	def was_confirmed(self) -> bool:
		"""Whether the meeting was more than a request before the change, so that people may have it in their calendars."""
		return (self.status_before or self.booking.status) != "Pending"

	@property
	def releases_time(self) -> bool:
		"""Whether the hosts are free again, because the booking was cancelled, declined or given back."""
		return self.booking.status in RELEASED


# One command's changes, of a booking or of bookings of one session or series. All have the same kind, time, actor and
# reason.
Changes = Sequence[Change]


def bookings_of(changes: Changes) -> list[Document]:
	"""Return the bookings as they are after the changes."""
	return [change.booking for change in changes]


def moved_from(changes: Changes) -> list[Document]:
	"""Return the earlier bookings of those that took their place."""
	return [change.moved_from for change in changes if change.moved_from]
