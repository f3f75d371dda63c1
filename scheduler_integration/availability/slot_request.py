"""Everything that a visitor chooses before the time: duration, seats, and the booking to move."""

from dataclasses import dataclass

from scheduler_integration.availability.draft import Draft
from scheduler_integration.availability.records import Records


@dataclass(frozen=True, slots=True)
class SlotRequest:
	"""`duration` is in minutes, and `party` is the number of seats.

	`hold` is the key of the visitor's own hold. It is ignored, so that visitors still see the slot that they hold.
	`by_host`: a host or manager books for somebody, so minimum notice and booking window don't apply. `moving` is the name
	of a Booking that is to be rescheduled. Its time counts as free. `besides` is that booking's present start in epoch
	seconds, which isn't listed. `draft` is a change of a host's records that isn't saved. The listing counts with it.
	`records` were read before (`load.shared_records`), and aren't read again. `given_starts` are the only starts that a
	booking link offers, chosen by the host: minimum notice, booking window and weekly hours don't apply to them. `in_series`: the starts are
	dates of a series, which may be later than a rolling booking window ends. `also_moving` are the names of Bookings of a
	series that move together with `moving`.
	`with_taken` also asks for the times that are taken, which a page may show.
	"""

	duration: int
	party: int = 1
	hold: str | None = None
	by_host: bool = False
	moving: str | None = None
	besides: int | None = None
	draft: Draft | None = None
	with_taken: bool = False
	records: Records | None = None
	given_starts: frozenset[int] | None = None
	in_series: bool = False
	also_moving: tuple[str, ...] = ()
