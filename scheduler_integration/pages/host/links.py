"""`/scheduling/links`: hosts make booking links, see who used them, and revoke them.

`?type=` names the meeting type of the form, and managers see everybody's links with `?all=1`. The forms send `action`:
`create` with the fields of a link, or `revoke` with `name`. `?made=` is the name of the link that was just made.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.booking_links import DEFAULT_DAYS, link_url, starts_of
from scheduler_integration.catalogue.edit_links import allow_link, create_link, readable_links, revoke_link
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.meetings.link_uses import state_of, uses_of
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import SHARE
from scheduler_integration.pages.host.meeting_row import meeting_url
from scheduler_integration.pages.host.types import chosen_type, types_by_page
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.controls import field_of
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.query import read_day, read_wall_time
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Saved
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.parsing.link_fields import LINK, parse_new_link
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.platform.language import for_later

PATH = "/scheduling/links"
# As many own times have a field without a script.
STARTS = 6
_FIELDS = ("title", "duration", "host", "user", "attendee_name", "attendee_email", "expires_on")

PAGE = HostPage(PATH, here=SHARE, style="types", kept=("type", "all"), chooses=("type",))


@PAGE.action("create", done=for_later("The link is made. It is the first in the list."))
def _create() -> Saved:
	typed = _typed()
	fields = {name: typed[name] for name in _FIELDS if typed[name]}
	if typed["starts"]:
		zone = timezone_of(frappe.session.user)
		fields["times"] = [_instant(text, zone) for text in typed["starts"]]
		# The last of the times ends the link. The form's day is the one that a link without times would have.
		fields.pop("expires_on", None)
	single_use = "1" if typed["single_use"] else "0"
	link = create_link(parse_new_link({"meeting_type": argument("type"), "single_use": single_use, **fields}))
	return Saved(kept={"made": link.name})


@PAGE.action("revoke", done=for_later("Nobody can book with the link any more."))
def _revoke() -> Saved:
	return Saved(undo={"name": revoke_link(argument("name")).name})


@PAGE.undo
def _allow_again(facts: dict[str, Any]) -> None:
	allow_link(facts["name"])


def _typed() -> dict[str, Any]:
	"""Return what was typed, as the form shows it again."""
	form = frappe.request.form
	starts = [text for text in form.getlist("start") if text]
	fields = {name: echo(form.get(name, "")) for name in _FIELDS}
	return {**fields, "starts": starts, "single_use": bool(form.get("single_use"))}


def _instant(text: str, zone: str) -> str:
	"""Return the instant of the wall time that was typed, in ISO 8601. A text that can't be read stays as it is."""
	day, _t, clock = text.partition("T")
	instant = read_wall_time(read_day(day), clock, zone)
	return text if instant is None else iso(instant, zone)


@PAGE.view
def _view(reader: Reader) -> View:
	types, everybody = readable_meeting_types(), is_manager() and bool(argument("all"))
	links = readable_links(None if everybody else reader.user)
	uses = uses_of(link.name for link in links)
	return {
		"title": _("Booking links"),
		"subtitle": _("Links for one booking, until a day, or for times that you choose."),
		"pages": types_by_page(types),
		"chosen": _chosen(types, reader),
		"city": dates.city(reader.zone, reader.locale),
		"fields": {name: field_of("Booking Link", fieldname) for name, (fieldname, _parser) in LINK.items()},
		"form": _form(reader),
		"made": next((link_url(link.name, link.meeting_type) for link in links if link.name == argument("made")), None),
		"problem": message_of(reader.error),
		"links": [(link, uses.get(link.name, ()), _facts(link, reader.style)) for link in links],
		"link_url": link_url,
		"meeting_url": meeting_url,
		"state_of": lambda link, used: state_of(link, len(used), reader.now),
		"shows_all": everybody if is_manager() else None,
	}


def _chosen(types: list[ReadableType], reader: Reader) -> dict[str, Any] | None:
	"""Return the meeting type that a new link is for, with the hosts who may take it or own the link, as the form lists them.

	`takers` is empty unless it is a round robin; `owners` unless the signed-in user may choose whose link it is.
	"""
	own = chosen_type(types, reader.user, reader.now)
	if own is None:
		return None
	is_round_robin = own.meeting_type.assignment == "Round Robin" and len(own.hosts) > 1
	may_choose = is_manager() and [host.user for host in own.hosts] != [reader.user]
	return {
		"name": own.meeting_type.name,
		"takers": own.hosts if is_round_robin else (),
		"owners": own.hosts if may_choose else (),
	}


def _form(reader: Reader) -> dict[str, Any]:
	is_refused = reader.error is not None and argument("action") == "create"
	typed: dict[str, Any] = _typed() if is_refused else {**dict.fromkeys(_FIELDS, ""), "starts": [], "single_use": True}
	return {
		**typed,
		"expires_on": typed["expires_on"] or (reader.today + timedelta(days=DEFAULT_DAYS)).isoformat(),
		"earliest": reader.today.isoformat(),
		"starts": [*typed["starts"], *[""] * STARTS][:STARTS],
		"is_open": any(typed[name] for name in ("title", "duration", "starts", "attendee_name", "attendee_email")),
	}


def _facts(link: frappe._dict, style: dates.TimeStyle) -> str:
	starts, reader = starts_of(link.own_times), link.attendee_name or link.attendee_email
	facts = [
		_("For {0}").format(reader) if reader else None,
		_("For one booking") if link.single_use else None,
		_("until {0}").format(dates.long_day(link.expires_on, style.locale)),
		lengths.duration(link.duration_minutes, style.locale) if link.duration_minutes else None,
		", ".join(moment_in_short(start, style) for start in starts[:3]) + (" …" if starts[3:] else ""),
		link.host_name,
		link.user_name if link.user != frappe.session.user else None,
	]
	return " · ".join(filter(None, facts))
