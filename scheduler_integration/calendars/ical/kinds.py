"""Decides whether an event takes its owner's time, and as which kind of busy time."""

from collections.abc import Collection
from typing import Any

from scheduler_integration.calendars.provider import Kind, Reply

_REPLIES: dict[str, Reply] = {"ACCEPTED": "accepted", "DECLINED": "declined", "TENTATIVE": "tentative"}
# X-MICROSOFT-CDO-BUSYSTATUS is more exact than TRANSP, so it is used instead if an event has both.
_OUTLOOK: dict[str, Kind | None] = {
	"FREE": None,
	"WORKINGELSEWHERE": None,
	"BUSY": "busy",
	"OOF": "out_of_office",
	"TENTATIVE": "tentative",
}


def kind_of(event: Any, owners: Collection[str]) -> Kind | None:
	"""Return the kind of busy time that a parsed VEVENT makes, or None if it makes none.

	`owners` are the e-mail addresses of the calendar's owner, in lower case.
	"""
	status = str(event.get("STATUS", "")).upper()
	own_reply = next((reply for address, reply in replies(event).items() if address in owners), None)
	if status == "CANCELLED" or own_reply == "declined":
		return None
	outlook = str(event.get("X-MICROSOFT-CDO-BUSYSTATUS", "")).upper()
	if outlook in _OUTLOOK:
		return _OUTLOOK[outlook]
	if str(event.get("TRANSP", "")).upper() == "TRANSPARENT":
		return None
	is_tentative = status == "TENTATIVE" or own_reply in ("tentative", "none")
	return "tentative" if is_tentative else "busy"


def all_of(event: Any, name: str) -> list[Any]:
	"""Return the values of a property, which the library lists only if there are several."""
	given = event.get(name, [])
	return given if isinstance(given, list) else [given]


def replies(event: Any) -> dict[str, Reply]:
	"""Return the attendees' answers by e-mail address, in lower case."""
	replies_by_address: dict[str, Reply] = {}
	for each in all_of(event, "ATTENDEE"):
		address = str(each).lower().removeprefix("mailto:")
		replies_by_address[address] = _REPLIES.get(str(getattr(each, "params", {}).get("PARTSTAT", "")).upper(), "none")
	return replies_by_address
