"""The booking's life: taking a slot, showing it, confirming, cancelling. The only writer of Booking records."""

from scheduler_integration.bookings.book import book
from scheduler_integration.bookings.cancel import cancel_by_host, cancel_by_token, decline
from scheduler_integration.bookings.confirm import confirm
from scheduler_integration.bookings.conflicts import check_conflicts
from scheduler_integration.bookings.hold import hold_slot, release_slot
from scheduler_integration.bookings.reassign import reassign
from scheduler_integration.meetings.agenda import agenda
from scheduler_integration.meetings.lookup import booking_by_token, get_for_host, list_for_host
from scheduler_integration.meetings.successors import successors

__all__ = [
	"agenda",
	"book",
	"booking_by_token",
	"cancel_by_host",
	"cancel_by_token",
	"check_conflicts",
	"confirm",
	"decline",
	"get_for_host",
	"hold_slot",
	"list_for_host",
	"reassign",
	"release_slot",
	"successors",
]
