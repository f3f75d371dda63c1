"""`/scheduling/links`: hosts make booking links, see who used them, and revoke them.

`?type=` names the meeting type of the form, and managers see everybody's links with `?all=1`. The forms send `action`:
`create` with the fields of a link, or `revoke` with `name`.
"""

import frappe
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.catalogue.edit_links import allow_link, create_link, readable_links, revoke_link
from scheduler_integration.catalogue.lookup import find_own_bookable
from scheduler_integration.catalogue.readable_meeting_types import ReadableType, readable_meeting_types
from scheduler_integration.exceptions import InvalidRequest, SchedulingError
from scheduler_integration.meetings.hosted import most_used_first
from scheduler_integration.meetings.link_uses import uses_of
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.links import PATH, Chosen, LinksPage, links_view, typed_starts
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import argument, respond_to_host, submitted
from scheduler_integration.pages.kit.saving import Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.pages.kit.wall_time import read_day, read_wall_time
from scheduler_integration.parsing.link_fields import parse_new_link
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0

_FIELDS = ("title", "duration", "host", "user", "attendee_name", "attendee_email", "expires_on")


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	kept = {"type": argument("type"), "all": argument("all")}
	error = answer_form(lambda: _act(kept), PATH, _sentences(), kept) if submitted() else None
	types, user = readable_meeting_types(), frappe.session.user
	shows_all = is_manager() and bool(argument("all"))
	links = readable_links(None if shows_all else user)
	page = LinksPage(
		house=open_house(user, current_visitor(), now(), PATH),
		types=types,
		chosen=_chosen(most_used_first(types, user, now())),
		links=links,
		uses=uses_of(link.name for link in links),
		zone=timezone_of(user),
		now=now(),
		shows_all=shows_all if is_manager() else None,
		typed=_typed() if error and argument("action") == "create" else {},
		error=error,
		made=argument("made"),
	)
	return {**links_view(page), "toast": toast_of(_sentences()), "status": error.http_status_code if error else 200}


def _chosen(types: list[ReadableType]) -> Chosen | None:
	"""Return the type that the address names, or the first that the user hosts."""
	asked = [each.name for each in types if each.name == argument("type")] or [each.name for each in types]
	for name in asked:
		try:
			own = find_own_bookable(name)
		except SchedulingError:
			continue
		owners = own.hosts if is_manager() and [host.user for host in own.hosts] != [frappe.session.user] else ()
		takers = own.hosts if own.meeting_type.assignment == "Round Robin" and len(own.hosts) > 1 else ()
		return Chosen(name, takers, owners)
	return None


def _act(kept: dict[str, str]) -> Saved:
	"""Run the form's command. The address that follows names the link that was made."""
	if key := argument("undo"):
		allow_link(take_back(key)["name"])
		return Saved("undone")
	if argument("action") == "revoke":
		link = revoke_link(argument("name"))
		return Saved("revoked", undo={"name": link.name})
	if argument("action") != "create":
		raise InvalidRequest
	kept["made"] = create_link(_fields()).name
	return Saved("created")


def _fields() -> dict:
	typed = _typed()
	fields = {name: typed[name] for name in _FIELDS if typed.get(name)}
	if typed["starts"]:
		fields["times"] = typed_starts(typed["starts"], timezone_of(frappe.session.user), _read)
		# The last of the times ends the link. The form's day is the one that a link without times would have.
		fields.pop("expires_on", None)
	single_use = "1" if argument("single_use") else "0"
	return parse_new_link({"meeting_type": argument("type"), "single_use": single_use, **fields})


def _typed() -> dict:
	"""Return what was typed, as the form shows it again."""
	form = frappe.request.form
	starts = [text for text in form.getlist("start") if text]
	return {**{name: echo(form.get(name, "")) for name in _FIELDS}, "starts": starts} | (
		{"single_use": "1"} if form.get("single_use") else {}
	)


def _read(text: str, zone: str) -> int | None:
	day, _t, clock = text.partition("T")
	return read_wall_time(read_day(day), clock, zone)


def _sentences() -> dict[str, str]:
	return {
		"created": _("The link is made. It is the first in the list."),
		"revoked": _("Nobody can book with the link any more."),
		"undone": _("Undone."),
	}
