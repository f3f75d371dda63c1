"""`/scheduling/page`, the place *Share*: the links of one page, how it looks, and who is in its team.

`?page=` names the page, and `?view=` is `links`, `look` or `team`. `?team=`, in older links, is the team of that page.
A host without a page makes one here, and a manager makes teams: `action=begin` with a `title`. The other forms send `page` and
their fields; those of a team send `form=hosts` or `form=team` too.
"""

from __future__ import annotations

from collections.abc import Mapping
from fractions import Fraction
from typing import Any

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.bookings import HostWeek, team_week
from scheduler_integration.catalogue.edit_pages import (
	change_team,
	free_slug,
	readable_page,
	readable_pages,
	update_page,
)
from scheduler_integration.catalogue.edit_types import change_hosts, restore_hosts
from scheduler_integration.catalogue.hosts import hosts_of_page, parts_of_hosts, possible_hosts
from scheduler_integration.catalogue.lookup import meeting_types_of
from scheduler_integration.catalogue.pictures import MOST_BYTES, own_face, set_logo, set_photo
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.catalogue.type_templates import first_page
from scheduler_integration.domains.claims import claim_domain, claim_view, claims_of, find_claim
from scheduler_integration.domains.keep import check
from scheduler_integration.domains.table import VERIFIED
from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, SchedulingError, details_of
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import SHARE, with_arguments
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.controls import Field, field_of, stored, values_sent
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.people import own_image
from scheduler_integration.pages.kit.respond import View, argument
from scheduler_integration.pages.kit.saving import Conflict, Saved
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.page_fields import parse_new_page, parse_page
from scheduler_integration.parsing.places import parse_place
from scheduler_integration.parsing.text import whole_number
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import for_later

PATH = SHARE
# The view of an address without one: sharing is what the place is for.
LINKS, LOOK, TEAM = "links", "look", "team"
# The page's fields in the order of the form, by their names in the API.
_FIELDS = {"name": "title"} | {
	name: name
	for name in ("slug", "organization", "timezone", "description", "welcome_message", "brand_color", "is_active", "show_taken_times")
}  # fmt: skip
# The API has these in an object of their own.
_BRANDING = ("welcome_message", "brand_color")
# A share is told with a denominator that people can picture: "2 of 3", not "667 of 1000".
_LARGEST_DENOMINATOR = 10

PAGE = HostPage(PATH, style="types", kept=("page", "view"))


@PAGE.action("begin", done=for_later("Your link works. Share it, or open it as a visitor first."))
def _begin() -> Saved:
	place = parse_place(argument("location_type"), argument("location_details"))
	sent: dict[str, Any] = {"name": argument("title")}
	if argument("page_type") == "team":
		hosts = [{"user": user} for user in frappe.request.form.getlist("hosts")]
		sent |= {"page_type": "team", "slug": argument("slug"), "hosts": hosts}
	page = first_page(parse_new_page(sent), place)
	return Saved(kept={"page": page.name, "view": LINKS})


@PAGE.action("", done=for_later("Saved"))
def _save() -> Saved:
	page = readable_page(argument("page"))
	fields = parse_page(sent_fields(frappe.form_dict))
	former = {field: page.get(field) for field in fields}
	try:
		saved = update_page(page.name, fields, version=argument("modified"))
	except ChangedMeanwhile:
		raise Conflict(str(page.modified), _stored(page)) from None
	undo = {"page": page.name, "fields": former, "modified": str(saved.modified)}
	return Saved(modified=str(saved.modified), undo=undo)


@PAGE.action("hosts", done=for_later("Saved"))
def _save_hosts() -> Saved:
	"""Save the boxes that the user changed. Others may have changed in the meantime, and stay."""
	page = readable_page(argument("page"))
	users = {row.name: row.user for row in page.hosts}
	was, ticked = (set(frappe.request.form.getlist(field)) for field in ("was", "takes"))
	changes = {}
	for cell in was ^ ticked:
		meeting_type, _colon, row = cell.partition(":")
		changes[meeting_type, users.get(row, "")] = cell in ticked
	former = change_hosts(page, changes)
	return Saved(undo={"types": former} if former else None)


@PAGE.action("team", done=for_later("Saved"))
def _save_team() -> Saved:
	"""Save who is in the team, and the weights."""
	page, form = readable_page(argument("page")), frappe.request.form
	names = {row.user: row.name for row in page.hosts}
	members: dict[str, dict[str, Any]] = {user: {"is_active": 0} for user in form.getlist("was")}
	for user in form.getlist("member"):
		weight = form.get(f"weight-{names.get(user)}")
		weighed = {} if weight is None else {"weight": parse_field("weight", weight, whole_number)}
		members[user] = {"is_active": 1, **weighed}
	saved, former = change_team(page.name, members, version=argument("modified"))
	undo = {"page": page.name, "members": former, "modified": str(saved.modified)}
	return Saved(modified=str(saved.modified), undo=undo)


@PAGE.undo
def _take_back(facts: dict[str, Any]) -> None:
	if "types" in facts:
		restore_hosts(facts["types"])
	elif "members" in facts:
		change_team(facts["page"], facts["members"], version=facts["modified"])
	else:
		update_page(facts["page"], facts["fields"], version=facts["modified"])


@PAGE.action("photo", done=for_later("Visitors see your photo now."))
def _set_photo() -> None:
	set_photo(_upload("photo"))


@PAGE.action("no_photo", done=for_later("The photo is deleted. Visitors see your initials."))
def _delete_photo() -> None:
	set_photo(None)


@PAGE.action("logo", done=for_later("Visitors see the logo now."))
def _set_logo() -> None:
	set_logo(argument("page"), _upload("logo"))


@PAGE.action("no_logo", done=for_later("The logo is deleted."))
def _delete_logo() -> None:
	set_logo(argument("page"), None)


def _upload(name: str) -> bytes:
	"""Return the file of the form, or a little more than is allowed of it. Raises InvalidRequest if none was chosen."""
	file = frappe.request.files.get(name)
	content = file.read(MOST_BYTES + 1) if file else b""
	if not content:
		raise InvalidRequest(_("Choose a picture first."))
	return content


@PAGE.action("claim_domain", done=for_later("Set the two records, and check them here."))
def _claim_domain() -> None:
	claim_domain(argument("domain"))


@PAGE.action("check_domain", done=for_later("Checked."))
def _check_domain() -> None:
	check(find_claim(argument("claim")), now())


@PAGE.action("leave_domain", done=for_later("Removed. Links lead to this site again."))
def _leave_domain() -> None:
	find_claim(argument("claim")).delete()


@PAGE.view
def _view(reader: Reader) -> View:
	pages, shown = _pages(reader.user)
	views = {LINKS: _("Links"), **({LOOK: _("Look")} if shown else {})}
	if is_manager() or (shown and shown.page_type == "Team"):
		views[TEAM] = _("Team")
	here = next((view for view in (argument("view"), argument("team") and TEAM) if view in views), LINKS)
	# The form of the fields has no name.
	beside = {"": [field.name for field in _fields()], "begin": ["name", "slug", "hosts"], "claim_domain": ["domain"]}
	view: View = {
		"title": _("Share", context="Give to others"),
		"subtitle": _("What visitors read, and the links to share.") if pages else _("Your link is one step away."),
		"message": message_of(reader.error, beside.get(reader.form, ())),
		"toast": reader.toast and {**reader.toast, "address": _address(shown, here)},
		"here": here,
		"pages": [(page.title, _address(page, here), page is shown) for page in pages],
		"views": [(label, _address(shown, view), view == here) for view, label in views.items()],
		"page": shown,
	}
	return {**view, **_part(here, shown, reader)}


def _pages(user: str) -> tuple[list[Document], Document | None]:
	"""Return the pages that the user may change, and the one that is shown."""
	pages = [page for page in readable_pages() if page.has_permission("write")]
	# The user's own page first. A manager may write everybody's.
	pages.sort(key=lambda page: (page.user != user, page.page_type != "Personal"))
	asked = argument("page") or argument("team")
	return pages, next((page for page in pages if page.name == asked), pages[0] if pages else None)


def _part(here: str, shown: Document | None, reader: Reader) -> View:
	"""Return what one of the three views shows."""
	if here == TEAM:
		team = _team(shown, reader.locale) if shown and shown.page_type == "Team" else None
		begun = {"possible": possible_hosts(), **_beginning("", reader)} if is_manager() else {}
		return {"team": team, **begun}
	if not shown:
		return _beginning(get_fullname(reader.user), reader)
	if here == LOOK:
		return _look(shown, None if reader.form else reader.error, reader)
	types = [link_view(shown, doc, is_open=doc.name == argument("link")) for doc in meeting_types_of(shown)]
	return {"links": [link_view(shown, is_open=shown.name == argument("link")), *types]}


def _address(page: Document | None, view: str) -> str:
	return with_arguments(PATH, {"page": page.name if page else "", "view": view})


def _beginning(title: str, reader: Reader) -> View:
	"""Return what the form of a new page shows: what was typed, if it was refused."""
	names = ("title", "slug", "location_type", "location_details")
	error = reader.error if reader.form == "begin" else None
	begun: dict[str, Any] = {name: echo(argument(name)) for name in names} if error else {"title": title}
	if error:
		begun |= {"hosts": frappe.request.form.getlist("hosts"), "errors": error.details}
	return {
		"begun": {"errors": {}, **begun},
		"proposed": free_slug(title) if title else "",
		"ways_to_meet": ways_to_meet([reader.user]),
	}


def _look(page: Document, error: SchedulingError | None, reader: Reader) -> View:
	"""Return the fields of a page with what was typed, if it was refused, or with its own values."""
	values = {field.name: echo(argument(field.name)) for field in _fields()} if error else _stored(page)
	errors = details_of(error)
	fields = [field._replace(value=values[field.name], error=errors.get(field.name, "")) for field in _fields()]
	zones = zone_options(reader.locale, values["timezone"])
	refused = reader.error if reader.form == "claim_domain" else None
	return {
		"script": "types",
		"frames": ("'self'",),
		"fields": [each._replace(kind="zone", choices=zones) if each.name == "timezone" else each for each in fields],
		"logo": own_image(page.logo),
		"photo": own_image(own_face()[1]),
		"domains": {
			"claims": [(claim, claim_view(claim)) for claim in claims_of(reader.user)],
			"verified": VERIFIED,
			"typed": echo(argument("domain")) if refused else "",
			"error": refused.details.get("domain") if refused else None,
		},
	}


def _fields() -> list[Field]:
	return [field_of("Scheduling Page", fieldname, name) for name, fieldname in _FIELDS.items()]


def _stored(page: Document) -> dict[str, str]:
	return {name: stored(page, fieldname) for name, fieldname in _FIELDS.items()}


def sent_fields(form: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields of a sent form by the names of the API."""
	sent = values_sent(_fields(), form)
	branding = {name: sent.pop(name) for name in _BRANDING if name in sent}
	return {**sent, "branding": branding}


def _team(page: Document, locale: Locale) -> dict[str, Any]:
	"""Return the hosts of a team with their turns. Boxes and fields are named after the rows of the page's hosts."""
	types = meeting_types_of(page)
	week, names = team_week(types, now()), {host.user: host.name for host in hosts_of_page(page)}
	turns = {name: (turn, shares_in_words(turn, names, locale)) for name, turn in week.turns.items() if turn}
	return {
		"is_managed": is_manager(),
		"names": names,
		"hosts": [
			(row, names[row.user], week.hosts.get(row.user), _limits(week.hosts.get(row.user)))
			for row in page.hosts
			if row.is_active and row.user in names
		],
		"others": [host for host in possible_hosts() if host.user not in names] if is_manager() else [],
		"types": [(doc, parts_of_hosts(doc, page), *turns.get(doc.name, (None, None))) for doc in types],
	}


def shares_in_words(turn: Turn, names: Mapping[str, str], locale: Locale) -> str:
	"""`Anna about 2 of 3 bookings and Tom about 1 of 3 bookings`, or `Each about 1 of 7 bookings`"""
	shares = sorted(turn.shares.values())
	# Shares that don't divide evenly differ by a millionth.
	if len(shares) > 2 and shares[-1] - shares[0] <= 1:
		return _("Each about {0} of {1} bookings").format(1, len(shares))
	told = [
		share_in_words(names.get(user, user), Fraction(share, BOOKING)) for user, share in turn.shares.items() if share
	]
	return dates.listed(told, locale)


def share_in_words(name: str, share: Fraction) -> str:
	"""Return the share of bookings that a host can expect, such as `Anna about 2 of 3 bookings`."""
	rounded = share.limit_denominator(_LARGEST_DENOMINATOR)
	if rounded == 1:
		return _("{0} all bookings").format(name)
	if not rounded:
		return _("{0} fewer than 1 of {1} bookings").format(name, 2 * _LARGEST_DENOMINATOR)
	return _("{0} about {1} of {2} bookings").format(name, rounded.numerator, rounded.denominator)


def _limits(week: HostWeek | None) -> dict[str, bool]:
	"""Return the use of each limit, and whether it is full. A limit of all the host's meetings is told once, not with each type."""
	sentences = {
		("day", False): _("{0}: {1} of {2} meetings today"),
		("week", False): _("{0}: {1} of {2} meetings this week"),
		("month", False): _("{0}: {1} of {2} meetings this month"),
		("day", True): _("{0}: {1} of {2} minutes today"),
		("week", True): _("{0}: {1} of {2} minutes this week"),
		("month", True): _("{0}: {1} of {2} minutes this month"),
	}
	told = {}
	for use in week.limits if week else ():
		title, most = _("All meetings") if use.limit.of_host else use.title, use.limit.most
		told[sentences[use.limit.period, use.limit.in_minutes].format(title, use.used, most)] = use.used >= most
	return told
