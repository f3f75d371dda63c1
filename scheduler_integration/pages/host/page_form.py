"""`/scheduling/page`: hosts change what visitors read on their pages, and find the links to share.

A host without a page makes one here: `action=begin` with a `title`. The other forms send `page` and their fields; those of a
team send `form=hosts` or `form=weights` too. `?page=` names the page that is shown, or `?team=` in older links.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.bookings import HostWeek, team_week
from scheduler_integration.catalogue.edit_pages import (
	change_weights,
	free_slug,
	readable_page,
	readable_pages,
	update_page,
)
from scheduler_integration.catalogue.edit_types import change_hosts, restore_hosts
from scheduler_integration.catalogue.hosts import hosts_of_page, parts_of_hosts
from scheduler_integration.catalogue.lookup import meeting_types_of
from scheduler_integration.catalogue.pictures import MOST_BYTES, own_face, set_logo, set_photo
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.catalogue.type_templates import first_page
from scheduler_integration.domains.claims import claim_domain, claim_view, claims_of, find_claim
from scheduler_integration.domains.keep import check
from scheduler_integration.domains.links import page_url
from scheduler_integration.domains.table import VERIFIED
from scheduler_integration.engine import BOOKING, Turn
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, PageNotFound
from scheduler_integration.pages.host.host_page import HostPage, Reader, message_of
from scheduler_integration.pages.host.house import with_arguments
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.people import initials, own_image
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

PATH = "/scheduling/page"
FIELDS = ("name", "slug", "organization", "description", "timezone")
BRANDING = ("welcome_message", "brand_color")
SWITCHES = ("is_active", "show_taken_times")
# A share is told with a denominator that people can picture: "2 of 3", not "667 of 1000".
_LARGEST_DENOMINATOR = 10

PAGE = HostPage(PATH, style="types", kept=("page",))


@PAGE.action("begin", done=for_later("Your link works. Share it, or open it as a visitor first."))
def _begin() -> None:
	place = parse_place(argument("location_type"), argument("location_details"))
	first_page(parse_new_page({"name": argument("title")})["title"], place)


@PAGE.action("", done=for_later("Saved"))
def _save() -> Saved:
	try:
		page = readable_page(argument("page"))
	except PageNotFound:
		raise InvalidRequest(_("Choose a page.")) from None
	fields = parse_page(sent_fields(frappe.form_dict))
	former = {field: page.get(field) for field in fields}
	try:
		saved = update_page(page.name, fields, version=argument("modified"))
	except ChangedMeanwhile:
		raise Conflict(str(page.modified), _stored_values(page)) from None
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


@PAGE.action("weights", done=for_later("Saved"))
def _save_weights() -> Saved:
	page = readable_page(argument("page"))
	sent = {row.user: argument(f"weight-{row.name}") for row in page.hosts if f"weight-{row.name}" in frappe.form_dict}
	weights = {user: parse_field("weight", text, whole_number) for user, text in sent.items()}
	saved, former = change_weights(page.name, weights, version=argument("modified"))
	undo = {"page": page.name, "weights": former, "modified": str(saved.modified)}
	return Saved(modified=str(saved.modified), undo=undo)


@PAGE.undo
def _take_back(facts: dict[str, Any]) -> None:
	if "types" in facts:
		restore_hosts(facts["types"])
	elif "weights" in facts:
		change_weights(facts["page"], facts["weights"], version=facts["modified"])
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
	pages = [page for page in readable_pages() if page.has_permission("write")]
	# The reader's own page first. A manager may write everybody's.
	pages.sort(key=lambda page: (page.user != reader.user, page.page_type != "Personal"))
	asked = argument("page") or argument("team")
	shown = next((page for page in pages if page.name == asked), pages[0] if pages else None)
	error, action, title = reader.error, argument("action"), get_fullname(reader.user)
	details = error.details if error else {}
	# The forms of a team name themselves, and so does what is taken back.
	is_typed = action in ("", "begin") and not (argument("form") or argument("undo"))
	typed = {name: echo(argument(name)) for name in (*FIELDS, *BRANDING, *SWITCHES)} if error and is_typed else {}
	errors = {name: text for name, text in details.items() if name in typed}
	message = message_of(error) if is_typed else error and {"text": error.message, "is_error": True}
	name, image = own_face()
	view: View = {
		"title": _("Pages"),
		"script": "types",
		"frames": ("'self'",),
		"subtitle": _("What visitors read, and the links to share.") if pages else _("Your link is one step away."),
		"message": None if errors else message,
		"proposed": {"title": title, "slug": free_slug(title)},
		"photo": {"image": own_image(image), "initials": initials(name)},
		"page_url": page_url,
		"pages": [(page.title, with_arguments(PATH, {"page": page.name}), page is shown) for page in pages],
	}
	if not shown:
		begun = {name: echo(argument(name)) for name in ("title", "location_type", "location_details")}
		return {**view, "ways_to_meet": ways_to_meet([reader.user]), "begun": begun}
	types = meeting_types_of(shown)
	address = with_arguments(PATH, {"page": shown.name})
	of_shown = (typed, errors) if shown.name == argument("page") else ({}, {})
	return {
		**view,
		**_page(shown, types, *of_shown, reader.locale),
		"toast": reader.toast and {**reader.toast, "address": address},
		"team": _team(shown, types, reader.locale) if shown.page_type == "Team" else None,
		"domains": _domains(reader),
	}


def _domains(reader: Reader) -> dict[str, Any]:
	error = reader.error if argument("action") == "claim_domain" else None
	return {
		"claims": [(claim, claim_view(claim)) for claim in claims_of(reader.user)],
		"verified": VERIFIED,
		"typed": echo(argument("domain")) if error else "",
		"error": error.details.get("domain") if error else None,
	}


def sent_fields(form: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields of a sent form by the names of the API."""
	fields = {name: form[name] for name in FIELDS if isinstance(form.get(name), str)}
	branding = {name: form[name] for name in BRANDING if isinstance(form.get(name), str)}
	return {**fields, "branding": branding, **{name: "1" if name in form else "0" for name in SWITCHES}}


def _stored_values(page: Document) -> dict[str, str]:
	"""Return the values of a page as its form has them."""
	return {
		"name": page.title,
		"slug": page.slug,
		"organization": page.organization or "",
		"description": page.description or "",
		"welcome_message": page.welcome_message or "",
		"timezone": page.timezone,
		"brand_color": page.brand_color or "",
		**{name: "1" if page.get(name) else "" for name in SWITCHES},
	}


def _page(
	page: Document, types: Sequence[Document], typed: Mapping[str, str], errors: Mapping[str, str], locale: Locale
) -> dict[str, Any]:
	"""Return a page with the values that were `typed`, or else with its own."""
	values = typed or _stored_values(page)
	return {
		"page": page,
		"types": types,
		"logo": own_image(page.logo),
		"stored": values,
		"zones": zone_options(locale, values["timezone"]),
		"errors": errors,
		"link": link_view(page.title, page_url(page.slug), page.slug),
	}


def _team(page: Document, types: Sequence[Document], locale: Locale) -> dict[str, Any]:
	"""Return the hosts of a team with their turns. Boxes and fields are named after the rows of the page's hosts, not after users."""
	week, names = team_week(types, now()), {host.user: host.name for host in hosts_of_page(page)}
	turns = {name: (turn, shares_in_words(turn, names, locale)) for name, turn in week.turns.items() if turn}
	return {
		"page": page,
		"may_weigh": is_manager(),
		"names": names,
		"hosts": [
			(row, names[row.user], week.hosts.get(row.user), _limits(week.hosts.get(row.user)))
			for row in page.hosts
			if row.is_active and row.user in names
		],
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
