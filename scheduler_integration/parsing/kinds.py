"""The kinds of arguments that methods take: what each means, an example, and its type in JSON.

	def get_page(slug: Slug) -> Listing:

The OpenAPI document, the tools of assistants and Frappe's own discovery read them from signatures. They check nothing: a
method gets what the caller sent, and parses it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

JSON_TYPES: dict[Any, dict[str, Any]] = {
	str: {"type": "string"},
	int: {"type": "integer"},
	float: {"type": "number"},
	bool: {"type": "boolean"},
	list: {"type": "array"},
	dict: {"type": "object"},
	Any: {},
}


@dataclass(frozen=True, eq=False)
class Kind:
	"""What a kind of argument means, an example, and what its JSON schema has besides the type."""

	words: str
	example: Any = None
	schema: Mapping[str, Any] = field(default_factory=dict)


# Names of records and links
Slug = Annotated[str, Kind("The slug of a scheduling page, or the id of a booking link.", "jane")]
TypeSlug = Annotated[str, Kind("The slug of a meeting type of the page.", "intro")]
Token = Annotated[str, Kind("The token of the link that the person got.")]
PageId = Annotated[str, Kind("The id of a scheduling page.")]
MeetingTypeId = Annotated[str, Kind("The id of a meeting type.")]
BookingId = Annotated[str, Kind("The id of a booking.")]
ConnectionId = Annotated[str, Kind("The id of a connection.")]
AutomationId = Annotated[str, Kind("The id of a Meeting Automation.")]
TaskId = Annotated[str, Kind("The id of an outbox task.")]
EntryId = Annotated[str, Kind("The id of a waitlist entry.")]
OfferId = Annotated[str, Kind("The id of the offer, as the entry has it.")]
SubscriptionId = Annotated[str, Kind("The id of a webhook subscription.")]
RowId = Annotated[str, Kind("The id of the row, as `get` returns it.")]
RecordName = Annotated[str, Kind("The name of the record.")]
DocTypeName = Annotated[str, Kind("The DocType of the record.")]
Schedule = Annotated[str, Kind("The id of an availability schedule; the default one if it is left out.")]
User = Annotated[str, Kind("The user's e-mail address; the signed-in one if it is left out.", "jane@example.com")]
HostKey = Annotated[str, Kind("The id of one of the `host_choices`.", "anna-lee")]

# Times
Date = Annotated[str, Kind("A date.", "2026-11-23", {"format": "date"})]
Instant = Annotated[str, Kind("ISO 8601 with an offset.", "2026-11-23T14:30:00+01:00", {"format": "date-time"})]
Zone = Annotated[str, Kind("The IANA name of the time zone of the answer's days and instants.", "Europe/Berlin")]
Minutes = Annotated[int, Kind("The length of the meeting in minutes, one of `duration_options`.", 30)]
UtcOffset = Annotated[int, Kind("The minutes by which the caller has `timezone` ahead of UTC at the start.", 60)]
Clock = Annotated[str, Kind("A time of day, HH:MM.", "09:30")]
Parts = Annotated[list[Any], Kind("The days of a multi-day meeting: their starts, or the `parts` of the chosen slot.")]
Dates = Annotated[
	list[Any], Kind("For each date of a series the start that the person agreed to, or null to leave it out.")
]
Weekdays = Annotated[list[Any], Kind("The days of the week that suit: 1 for Monday to 7 for Sunday.", [2, 4])]
Dozen = Annotated[int, Kind("How many dates a series has.", 4)]

# What people type, choose and prove
Text = Annotated[str, Kind("Text.")]
PersonName = Annotated[str, Kind("The person's name.", "Ada Lovelace")]
Email = Annotated[str, Kind("The person's e-mail address.", "ada@example.com", {"format": "email"})]
Phone = Annotated[str, Kind("The person's phone number with its country code.", "+49 30 1234567")]
Reason = Annotated[str, Kind("The reason, which the other side reads.", "I am ill.")]
Events = Annotated[list[Any], Kind("The events that are told.", ["booked", "rescheduled", "cancelled"])]
Guests = Annotated[list[Any], Kind("The e-mail addresses of the additional guests.", ["bob@example.com"])]
Answers = Annotated[dict[str, Any], Kind("The answers: the id of each question, and its value.")]
NotifyBy = Annotated[str, Kind("How offers reach the person.", "email", {"enum": ["email", "text"]})]
Scope = Annotated[
	str, Kind("How much of a series is meant; `one` by default.", "one", {"enum": ["one", "later", "all"]})
]
Whose = Annotated[str, Kind("Everybody's, for managers; without it one's own.", "all", {"enum": ["all"]})]
Hold = Annotated[
	str, Kind("The key of the caller's own hold: 32 letters and digits.", "b8700493135f7f699c5dc3152deb6180")
]
Key = Annotated[
	str,
	Kind(
		"A text that nobody can guess, a new one for each intended change. Repeated, it changes nothing more.",
		"0b9f6c1e-54f7-4f0c-9d0e-2f1c1a9c1b7d",
		{"minLength": 16, "maxLength": 140},
	),
]
Proof = Annotated[str, Kind("The solution of a `challenge`.")]
Code = Annotated[str, Kind("The six digits that were sent to the person.", "482913")]
Flag = Annotated[bool, Kind("True or false; in an address 1 or 0.")]
Whole = Annotated[int, Kind("A whole number.")]
Web = Annotated[str, Kind("A web address.", "https://example.com")]
