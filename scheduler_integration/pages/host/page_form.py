"""`/scheduling/page`: hosts change what visitors read on their pages, and find the links to share.

A host without a page makes one here: `action=begin` with a `title`. The other forms send `page` and their fields; those of a
team send `form=hosts` or `form=weights` too. `?team=` names the page whose team is shown.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import frappe
from babel import Locale
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.bookings import team_week
from scheduler_integration.catalogue.edit_pages import (
	change_weights,
	free_slug,
	readable_page,
	readable_pages,
	update_page,
)
from scheduler_integration.catalogue.edit_types import change_hosts, restore_hosts
from scheduler_integration.catalogue.hosts import hosts_of_page
from scheduler_integration.catalogue.lookup import meeting_types_of
from scheduler_integration.catalogue.pictures import MOST_BYTES, own_face, set_logo, set_photo
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.catalogue.type_templates import first_page
from scheduler_integration.domains.claims import claim_domain, claims_of, find_claim
from scheduler_integration.domains.keep import check
from scheduler_integration.domains.links import page_url
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, PageNotFound
from scheduler_integration.pages.host.domains import domains_view
from scheduler_integration.pages.host.host_page import HostPage, Reader
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.pages.host.team import Team, team_view
from scheduler_integration.pages.host.type_form import PATH as TYPES
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

PAGE = HostPage(PATH, style="types", kept=("team",))


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
	pages = [(page, meeting_types_of(page)) for page in readable_pages() if page.has_permission("write")]
	error, values, errors, message = reader.error, {}, {}, ""
	if error and argument("action") in ("", "begin"):
		values = {name: echo(argument(name)) for name in (*FIELDS, *BRANDING, *SWITCHES)}
		errors = {name: text for name, text in error.details.items() if name in values}
		message = "" if errors else " ".join([error.message, *error.details.values()])
	elif error:
		message = error.message
	title, team = get_fullname(reader.user), _team(pages)
	view: View = {
		"title": _("Page and links"),
		"script": "types",
		"frames": ("'self'",),
		"subtitle": _("What visitors read, and the links to share.") if pages else _("Your link is one step away."),
		"message": {"text": message, "is_error": True} if message else None,
		"proposed": {"title": title, "slug": free_slug(title)},
		"photo": _photo(),
		"pages": [
			_page(page, types, *((values, errors) if page.name == argument("page") else ({}, {})), reader.locale, team)
			for page, types in pages
		],
	}
	if not pages:
		begun = {name: echo(argument(name)) for name in ("title", "location_type", "location_details")}
		return {**view, "ways_to_meet": ways_to_meet([reader.user]), "begun": begun}
	is_claim = bool(error) and argument("action") == "claim_domain"
	typed = echo(argument("domain")) if is_claim else ""
	return {**view, "domains": domains_view(claims_of(reader.user), typed, error.details if error and is_claim else {})}


def _team(pages: Sequence[tuple[Document, Sequence[Document]]]) -> Team | None:
	"""Return the team that the address names, or the first one. One only: a manager may change a hundred pages."""
	teams = [each for each in pages if each[0].page_type == "Team"]
	if not teams:
		return None
	page, types = next((each for each in teams if each[0].name == argument("team")), teams[0])
	return Team(page, hosts_of_page(page), types, team_week(types, now()), is_manager())


def sent_fields(form: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields of a sent form by the names of the API."""
	fields = {name: form[name] for name in FIELDS if isinstance(form.get(name), str)}
	branding = {name: form[name] for name in BRANDING if isinstance(form.get(name), str)}
	return {**fields, "branding": branding, **{name: "1" if name in form else "0" for name in SWITCHES}}


def _photo() -> dict[str, Any]:
	"""Return the signed-in user's own photo as visitors see it."""
	name, image = own_face()
	return {"image": own_image(image), "initials": initials(name)}


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
	page: Document,
	types: Sequence[Document],
	typed: Mapping[str, str],
	errors: Mapping[str, str],
	locale: Locale,
	team: Team | None,
) -> dict[str, Any]:
	"""Return a page with the values that were `typed`, or else with its own."""
	url, values = page_url(page.slug), typed or _stored_values(page)
	return {
		"name": page.name,
		"title": page.title,
		"slug": page.slug,
		"version": str(page.modified),
		"logo": own_image(page.logo),
		"url": url,
		"is_team": page.page_type == "Team",
		"team": team_view(team, locale) if team and team.page.name == page.name else None,
		"stored": values,
		"zones": zone_options(locale, values["timezone"]),
		"errors": errors,
		"link": link_view(page.title, url, page.slug),
		"types": [
			{
				"name": doc.name,
				"title": doc.title,
				"url": page_url(page.slug, doc.slug),
				"more_url": f"{TYPES}/{doc.name}#link",
			}
			for doc in types
		],
	}
