"""Tells what this site stores about people, why, for how long and who else gets it, as far as it is switched on here.

An organisation copies it into its privacy notice. It says what the software does. Only the organisation knows its mail
server, its contracts and its reasons beyond these.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import frappe
from frappe import _

from scheduler_integration.calendars.providers.registry import PROVIDERS
from scheduler_integration.notifications.channels import CHANNELS
from scheduler_integration.notifications.channels.webhook import Webhook
from scheduler_integration.payments.providers import CASH
from scheduler_integration.platform import lengths
from scheduler_integration.platform.language import current_locale
from scheduler_integration.waitlist.retention import USUAL_DAYS
from scheduler_integration.waitlist.used import is_used


@dataclass(frozen=True, slots=True)
class Fact:
	"""One kind of data. `kept` says for how long, `receivers` who else gets it; empty if nobody does."""

	what: str
	why: str
	kept: str
	receivers: str = ""


def privacy_facts() -> list[Fact]:
	"""Return what is true of this site at present, in the current language. Makes few statements, whatever is stored."""
	settings = frappe.get_cached_doc("Scheduler Settings")
	return [*_of_bookings(settings), *_of_services(), *_of_visitors(settings)]


def _of_bookings(settings: frappe.model.document.Document) -> Iterator[Fact]:
	booked = (
		_("{0} after the meeting").format(_days(settings.retention_days)) if settings.retention_days else _unlimited()
	)
	yield Fact(
		_("Name, e-mail address, telephone number, company, notes, answers, time zone and language of people who book"),
		_("To hold the meeting, and to tell everybody who takes part"),
		booked,
		_("The hosts of the meeting, and the managers of this site"),
	)
	yield Fact(
		_("E-mail addresses of additional guests, entered by the person who books"),
		_("To invite them. The invitation says who entered them."),
		booked,
		_("All who take part in the meeting"),
	)
	if is_used():
		yield Fact(
			_("The same of people who wait for a time, and which times were offered to them"),
			_("To offer them a time that becomes free"),
			_("{0} after they stop waiting").format(_days(settings.retention_days or USUAL_DAYS)),
			_("The hosts of the meeting, and the managers of this site"),
		)
	yield Fact(
		_("A contact, and the meeting on its timeline"),
		_("So that the organisation knows with whom it meets"),
		_("As long as the organisation keeps its customer records"),
	)
	yield Fact(
		_("Confirmations, reminders and the invitation to the calendar"),
		_("So that everybody comes at the right time"),
		booked,
		_("The organisation's mail provider"),
	)


def _of_services() -> Iterator[Fact]:
	connected = [PROVIDERS.get(name) for name in _distinct("Calendar Connection", "provider", active=True)]
	calendars = [
		each.consent.vendor.name if each.consent else each.title() for each in connected if each and each.can_write
	]
	yield from _passed_on(
		calendars,
		_("Title, time, place and participants of the meeting"),
		_("So that the meeting is in the calendar of its host"),
		_("As long as the host keeps the calendar entry"),
	)
	yield from _passed_on(
		_distinct("Video Meeting", "provider"),
		_("Title and time of the meeting"),
		_("To make the link of the video call"),
		_("As the provider's own notice says"),
	)
	yield from _passed_on(
		[name for name in _distinct("Booking Payment", "provider") if name != CASH],
		_("E-mail address, and what is paid for. Cards are entered at the payment provider only"),
		_("So that the meeting can be paid for"),
		_("As the provider's own notice says"),
	)
	channels = {*_distinct("Meeting Automation", "channel", active=True)}
	for name in sorted(
		channels | ({Webhook.name} if _distinct("Webhook Subscription", "user", active=True) else set())
	):
		if name in CHANNELS and (passed_on := CHANNELS[name].passed_on()):
			yield Fact(*passed_on)
	yield from _passed_on(
		_distinct("Outside Booking", "provider"),
		_("Meetings that were booked on another scheduler"),
		_("So that all meetings are in one place"),
		_unlimited(),
	)


def _passed_on(names: list[str], what: str, why: str, kept: str) -> list[Fact]:
	"""Return the fact that these services get it, if there are any."""
	return [Fact(what, why, kept, ", ".join(names))] if names else []


def _of_visitors(settings: frappe.model.document.Document) -> Iterator[Fact]:
	if settings.count_visitors:
		yield Fact(
			_("How many people saw a page, and how many booked: numbers for each day, without the people"),
			_("To see which pages bring meetings"),
			_("Always. The key that tells visitors of one day apart is forgotten at midnight."),
		)
	if frappe.db.exists("Scheduler Engagement", {"is_forgotten": 0}):
		kept = _days(settings.engagement_days) if settings.engagement_days else _unlimited()
		yield Fact(
			_("Clicks on links in reports that were made for a client"),
			_("To see which advice leads to a meeting"),
			kept,
			_("The consultant who made the report"),
		)
	yield Fact(
		_("The network address, as a number of requests"),
		_("To keep robots from blocking the calendar"),
		_("In memory for at most a day"),
	)
	yield Fact(
		_("Choices of the visitor in cookies: time zone, clock, and the time that is held"),
		_("So that nobody has to choose them again"),
		_("In the visitor's browser"),
	)


def _days(count: int) -> str:
	return lengths.days(count, current_locale())


def _unlimited() -> str:
	return _("Until you erase it here, or the organisation does")


def _distinct(doctype: str, field: str, *, active: bool = False) -> list[str]:
	table = frappe.qb.DocType(doctype)
	query = frappe.qb.from_(table).select(table[field]).distinct()
	values = (query.where(table.is_active == 1) if active else query).run(pluck=True)
	return sorted(filter(None, values))
