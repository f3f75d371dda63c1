"""The tools of hosts' assistants. They read what the host may read; what tells somebody is a proposal, which the host confirms."""

from typing import Annotated, Any

from scheduler_integration.api import availability, booking_links, bookings, waitlist
from scheduler_integration.api.as_json import as_json, instant, made, shown
from scheduler_integration.api.tools import Needs, Tools
from scheduler_integration.entry.proposals import Given, Moment, Proposal, do_at_once, proposal_of, propose
from scheduler_integration.parsing.kinds import (
	Answers,
	BookingId,
	Date,
	Email,
	Guests,
	Instant,
	Key,
	Kind,
	MeetingTypeId,
	Minutes,
	PersonName,
	Phone,
	Reason,
	Text,
	Zone,
)

HOST_TOOLS = Tools()
ProposalId = Annotated[str, Kind("The id of a proposal.")]

_NEXT: dict[str, str] = {
	"waiting": "Nothing has happened yet. Give the host confirm_url: only the host can confirm it there, within a day.",
	"done": "The host has confirmed it. It is done.",
	"dismissed": "The host doesn't want it.",
}
shown(Moment, "status", instant("start end"))
shown(
	Proposal,
	"proposal=id tool status confirm_url=url booking meeting_type=title attendee_name=who before after",
	made("what_next", lambda it: _NEXT[it.status], str),
	zone="zone",
)


@HOST_TOOLS.tool(Needs.READ)
def my_day(date: Date, timezone: Zone | None = None) -> Any:
	"""List the host's meetings of a day, with the people who come."""
	return bookings.list(when="all", start_date=date, end_date=date, timezone=timezone)


@HOST_TOOLS.tool(Needs.READ)
def meeting_types() -> Any:
	"""List the meeting types whose times the host can offer, with their ids."""
	return booking_links.meeting_types()


@HOST_TOOLS.tool(Needs.READ)
def find_times(
	start_date: Date,
	end_date: Date,
	meeting_type: MeetingTypeId | None = None,
	booking: BookingId | None = None,
	timezone: Zone | None = None,
	duration: Minutes | None = None,
) -> Any:
	"""Find times that the host can book for somebody, or to which a booking can be moved; at most 62 days."""
	asked = {"start_date": start_date, "end_date": end_date, "timezone": timezone, "duration": duration}
	return bookings.get_slots(meeting_type=meeting_type, booking=booking, **asked)


@HOST_TOOLS.tool(Needs.READ)
def why_not(meeting_type: MeetingTypeId, start: Instant, duration: Minutes | None = None) -> Any:
	"""Explain why a meeting type is offered at a time or not."""
	return availability.explain(meeting_type=meeting_type, start=start, duration=duration)


@HOST_TOOLS.tool(Needs.READ)
def people_who_wait(meeting_type: MeetingTypeId) -> Any:
	"""List who waits for a time of a meeting type, in their order."""
	return waitlist.list(meeting_type=meeting_type)


@HOST_TOOLS.tool(Needs.READ)
def proposal(id: ProposalId) -> Any:
	"""Look whether the host has confirmed a proposal."""
	return as_json(proposal_of(id))


@HOST_TOOLS.tool(Needs.PROPOSE)
def book_for(
	key: Key,
	meeting_type: MeetingTypeId,
	start: Instant,
	attendee_name: PersonName,
	attendee_email: Email,
	timezone: Zone | None = None,
	duration: Minutes | None = None,
	attendee_phone: Phone | None = None,
	attendee_company: Text | None = None,
	notes: Text | None = None,
	answers: Answers | None = None,
	guests: Guests | None = None,
) -> Any:
	"""Propose to book a meeting for somebody, who then gets the ordinary invitation."""
	given: dict[str, Any] = {"meeting_type": meeting_type, "start": start, "duration": duration, "timezone": timezone}
	given |= {"attendee_name": attendee_name, "attendee_email": attendee_email, "attendee_phone": attendee_phone}
	given |= {"attendee_company": attendee_company, "notes": notes, "answers": answers, "guests": guests}
	return _proposed("book_for", key, given)


@HOST_TOOLS.tool(Needs.PROPOSE)
def move(
	key: Key, booking: BookingId, start: Instant, duration: Minutes | None = None, reason: Reason | None = None
) -> Any:
	"""Propose to move a booking to another time. The attendee is told the reason."""
	return _proposed("move", key, {"booking": booking, "start": start, "duration": duration, "reason": reason})


@HOST_TOOLS.tool(Needs.PROPOSE, ends_something=True)
def cancel(key: Key, booking: BookingId, reason: Reason | None = None) -> Any:
	"""Propose to cancel a booking. The attendee is told the reason."""
	return _proposed("cancel", key, {"booking": booking, "reason": reason})


@HOST_TOOLS.tool(Needs.PROPOSE)
def away(key: Key, date: Date, end_date: Date | None = None, message: Text | None = None) -> Any:
	"""Propose that the host is away on these dates. Visitors read the message. Meetings that are booked stay."""
	return _proposed("away", key, {"date": date, "end_date": end_date, "message": message})


@HOST_TOOLS.tool(Needs.ACT)
def block(key: Key, start: Instant, end: Instant, reason: Text | None = None) -> Any:
	"""Block a time of the host at once. Nobody is told; meetings that are booked stay."""
	given = {"start": start, "end": end, "reason": reason}
	return as_json(do_at_once("block", key, {name: value for name, value in given.items() if value is not None}))


def _proposed(tool: str, key: object, given: Given) -> Any:
	return as_json(propose(tool, key, {name: value for name, value in given.items() if value is not None}))
