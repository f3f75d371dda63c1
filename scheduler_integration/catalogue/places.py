"""The places that a meeting type offers: its own, and those that the attendee may choose instead."""

from collections.abc import Iterable
from dataclasses import dataclass

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import cstr

from scheduler_integration.catalogue.hosts import at_least, required_users
from scheduler_integration.catalogue.video import ANY, PROVIDERS, WITH_ACCOUNT, WITHOUT_ACCOUNT, hosts_without, is_call
from scheduler_integration.exceptions import InvalidRequest

MAX_PLACES = 10
# The `id` of the place in the meeting type's own fields. The others have the name of their row.
OWN = "default"


@dataclass(frozen=True, slots=True)
class Place:
	"""A place to meet. `type` is an option of `location_type`, such as "In Person".

	`details` is an address, a number or a link, and may be empty. `label` are the words that attendees read.
	"""

	id: str
	type: str
	label: str
	details: str = ""

	@property
	def needs_link(self) -> bool:
		"""Whether each booking gets a video call of its own. A place with a fixed link needs none."""
		return is_call(self.type) and not self.details

	@property
	def needs_phone(self) -> bool:
		"""Whether the host calls the attendee, whose number must be known."""
		return self.type == "Phone" and not self.details


NOWHERE = Place(OWN, "", "")


def all_places(meeting_type: Document) -> tuple[Place, ...]:
	"""Return the type's own place, if it has one, and then the others in the order of the form."""
	own = meeting_type.location_type
	places = [_place(OWN, own, "", meeting_type.location_details)] if own else []
	return (*places, *(_place(row.name, row.place_type, row.label, row.details) for row in meeting_type.places))


def offered_places(meeting_type: Document, users: Iterable[str]) -> tuple[Place, ...]:
	"""Return the places where the hosts `users` can meet. A host without an account for Zoom can't meet there.

	If there is no such place, the type's own place is returned. A booking isn't refused because a link is missing.
	Makes a query only for places that need an account.
	"""
	places = all_places(meeting_type)
	possible = tuple(place for place in places if not missing_accounts(place, meeting_type, users))
	return possible or places[:1]


def chosen_place(places: tuple[Place, ...], choice: str) -> Place | None:
	"""Return the place with this id, or of this type in lower case ("in_person") if one place alone has the type.

	Returns the first place if nothing was chosen, and None if there is no such place.
	"""
	if not choice:
		return places[0] if places else NOWHERE
	choices = [place for place in places if place.id == choice] or [
		place for place in places if frappe.scrub(place.type) == choice
	]
	return choices[0] if len(choices) == 1 else None


def needs_accounts(meeting_type: Document) -> bool:
	"""Whether the offered places depend on the hosts' accounts."""
	return any(place.needs_link and place.type in WITH_ACCOUNT for place in all_places(meeting_type))


def missing_accounts(place: Place, meeting_type: Document, users: Iterable[str]) -> list[str]:
	"""Return the hosts who have no account for the place; empty if it can be offered.

	A collective meeting needs one host with an account, any other meeting type all of them. Each may get a booking. If a
	collective meeting takes only so many of its hosts, these must always include one with an account.
	"""
	if not place.needs_link or place.type not in WITH_ACCOUNT:
		return []
	users = list(users)
	without = hosts_without(place.type, users)
	if meeting_type.assignment != "Collective" or len(without) == len(users):
		return without
	# Whether all who take part in a collective meeting may be hosts without an account.
	needed = at_least(meeting_type)
	if not needed or not meeting_type.scheduling_page:
		may_all_be_without = False
	else:
		page = frappe.get_cached_doc("Scheduling Page", meeting_type.scheduling_page)
		required = required_users(meeting_type, page)
		may_all_be_without = required <= set(without) and len(set(without) - required) >= needed
	return without if may_all_be_without else []


def check_places(meeting_type: Document) -> None:
	"""Raise InvalidRequest if the places of a Meeting Type's record don't make sense to an attendee."""
	if len(meeting_type.places) > MAX_PLACES:
		raise InvalidRequest(_("At most {0} other places can be offered.").format(MAX_PLACES))
	if meeting_type.places and not meeting_type.location_type:
		raise InvalidRequest(
			_("Choose the place that is offered first, above the other places."),
			details={"location_type": _("This is needed.")},
		)
	seen = set()
	for row in meeting_type.places:
		row.label, row.details = cstr(row.label).strip(), cstr(row.details).strip()
	for place in all_places(meeting_type):
		if place.id != OWN and place.type in ("In Person", "Custom") and not place.details:
			raise InvalidRequest(_("The place “{0}” needs its details: attendees read them.").format(place.label))
		if place.label in seen:
			raise InvalidRequest(
				_("Two places are called “{0}”. Give one of them a name of its own.").format(place.label)
			)
		seen.add(place.label)


def ways_to_meet(users: Iterable[str]) -> list[tuple[str, str]]:
	"""Return the kinds of places for these hosts as (name in the API, label), those that need nothing first.

	A video call without an account comes first, then those for which all hosts have one.
	"""
	hosts = list(users)
	calls = [*WITHOUT_ACCOUNT, *(call for call in WITH_ACCOUNT if not hosts_without(call, hosts))]
	return [(frappe.scrub(kind), location_label(kind) or kind) for kind in (*calls, "Phone", "In Person", "Custom")]


def place_of_page(page: str | None) -> dict[str, str]:
	"""Return the fields of the place that the page's first meeting type has, for another one; empty without one."""
	filters = {"scheduling_page": page, "location_type": ["is", "set"]}
	fields = ["location_type", "location_details"]
	found = page and frappe.get_all("Meeting Type", filters, fields, order_by="creation asc", limit=1)
	return dict(found[0]) if found else {}


def location_label(location_type: str | None) -> str | None:
	"""Return the words that visitors read for a Meeting Type's `location_type`, or None if it is empty or unknown."""
	if location_type in PROVIDERS:
		return PROVIDERS[location_type].label()
	labels = {
		ANY: _("Video call"),
		"Phone": _("Phone call"),
		"In Person": _("In person"),
		"Custom": _("As described"),
	}
	return labels.get(cstr(location_type))


def _place(place_id: str, place_type: str, label: str | None, details: str | None) -> Place:
	return Place(place_id, place_type, cstr(label) or location_label(place_type) or place_type, cstr(details).strip())
