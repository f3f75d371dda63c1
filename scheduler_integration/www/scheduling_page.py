"""`/scheduling/page`: hosts change what visitors read on their pages, and find the links to share.

A host without a page makes one here: `action=begin` with a `title`. The other forms send `page` and their fields; those of a
team send `form=hosts` or `form=weights` too. `?team=` names the page whose team is shown.
"""

from collections.abc import Callable, Sequence
from typing import Any

import frappe
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
from scheduler_integration.catalogue.pictures import MOST_BYTES, set_logo, set_photo
from scheduler_integration.catalogue.places import ways_to_meet
from scheduler_integration.catalogue.type_templates import first_page
from scheduler_integration.domains.claims import claim_domain, claims_of, find_claim
from scheduler_integration.domains.keep import check
from scheduler_integration.exceptions import ChangedMeanwhile, InvalidRequest, SchedulingError
from scheduler_integration.pages.host.domains import domains_view
from scheduler_integration.pages.host.house import open_house
from scheduler_integration.pages.host.page_form import (
	BRANDING,
	FIELDS,
	PATH,
	SWITCHES,
	TypedPage,
	page_view,
	sent_fields,
	stored_values,
)
from scheduler_integration.pages.host.team import Team
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import argument, respond_to_host, submitted
from scheduler_integration.pages.kit.saving import Conflict, Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.visitor import current_visitor
from scheduler_integration.parsing.fields import parse_field
from scheduler_integration.parsing.page_fields import parse_new_page, parse_page
from scheduler_integration.parsing.places import parse_place
from scheduler_integration.parsing.text import whole_number
from scheduler_integration.permissions import is_manager
from scheduler_integration.platform.clock import now

no_cache = 1
sitemap = 0


def get_context(context: frappe._dict) -> None:
	respond_to_host(context, _view, sign_in_for=lambda: PATH)


def _view() -> dict:
	error = answer_form(_act, PATH, _sentences(), {"team": argument("team")}) if submitted() else None
	pages = [(page, meeting_types_of(page)) for page in readable_pages() if page.has_permission("write")]
	house = open_house(frappe.session.user, current_visitor(), now(), PATH)
	view = page_view(house, pages, _typed(error), _proposed(), _team(pages))
	if not pages:
		view["ways_to_meet"] = ways_to_meet([frappe.session.user])
		view["begun"] = {name: echo(argument(name)) for name in ("title", "location_type", "location_details")}
	if pages:
		view["domains"] = _domains(error)
	return {**view, "toast": toast_of(_sentences()), "status": error.http_status_code if error else 200}


def _team(pages: Sequence[tuple[Document, Sequence[Document]]]) -> Team | None:
	"""Return the team that the address names, or the first one. One only: a manager may change a hundred pages."""
	teams = [each for each in pages if each[0].page_type == "Team"]
	if not teams:
		return None
	page, types = next((each for each in teams if each[0].name == argument("team")), teams[0])
	return Team(page, hosts_of_page(page), types, team_week(types, now()), is_manager())


def _proposed() -> dict[str, str]:
	title = get_fullname(frappe.session.user)
	return {"title": title, "slug": free_slug(title)}


def _act() -> Saved:
	if key := argument("undo"):
		_undo(take_back(key))
		return Saved("undone")
	if argument("action") in _OF_DOMAINS:
		_OF_DOMAINS[argument("action")]()
		return Saved(argument("action"))
	if command := _PICTURES.get(argument("action")):
		command()
		return Saved(argument("action"))
	if argument("form") in _OF_TEAMS:
		return _OF_TEAMS[argument("form")](argument("page"))
	if argument("action") == "begin":
		place = parse_place(argument("location_type"), argument("location_details"))
		first_page(parse_new_page({"name": argument("title")})["title"], place)
		return Saved("begun")
	return _save(argument("page"))


def _save(name: str) -> Saved:
	page = frappe.get_doc("Scheduling Page", name) if frappe.db.exists("Scheduling Page", {"name": name}) else None
	if not page:
		raise InvalidRequest(_("Choose a page."))
	fields = parse_page(sent_fields(frappe.form_dict))
	former = {field: page.get(field) for field in fields}
	try:
		saved = update_page(name, fields, version=argument("modified"))
	except ChangedMeanwhile:
		raise Conflict(str(page.modified), stored_values(page)) from None
	undo = {"page": name, "fields": former, "modified": str(saved.modified)}
	return Saved("saved", modified=str(saved.modified), undo=undo)


def _undo(facts: dict[str, Any]) -> None:
	if "types" in facts:
		restore_hosts(facts["types"])
	elif "weights" in facts:
		change_weights(facts["page"], facts["weights"], version=facts["modified"])
	else:
		update_page(facts["page"], facts["fields"], version=facts["modified"])


def _save_hosts(name: str) -> Saved:
	"""Save the boxes that the user changed. Others may have changed in the meantime, and stay."""
	page = readable_page(name)
	users = {row.name: row.user for row in page.hosts}
	was, ticked = (set(frappe.request.form.getlist(field)) for field in ("was", "takes"))
	changes = {}
	for cell in was ^ ticked:
		meeting_type, _colon, row = cell.partition(":")
		changes[meeting_type, users.get(row, "")] = cell in ticked
	former = change_hosts(page, changes)
	return Saved("saved", undo={"types": former} if former else None)


def _save_weights(name: str) -> Saved:
	page = readable_page(name)
	sent = {row.user: argument(f"weight-{row.name}") for row in page.hosts if f"weight-{row.name}" in frappe.form_dict}
	weights = {user: parse_field("weight", text, whole_number) for user, text in sent.items()}
	saved, former = change_weights(name, weights, version=argument("modified"))
	undo = {"page": name, "weights": former, "modified": str(saved.modified)}
	return Saved("saved", modified=str(saved.modified), undo=undo)


def _domains(error: SchedulingError | None) -> dict[str, Any]:
	is_typed = bool(error) and argument("action") == "claim_domain"
	errors = error.details if error and is_typed else {}
	return domains_view(claims_of(frappe.session.user), echo(argument("domain")) if is_typed else "", errors)


_OF_DOMAINS: dict[str, Callable[[], object]] = {
	"claim_domain": lambda: claim_domain(argument("domain")),
	"check_domain": lambda: check(find_claim(argument("claim")), now()),
	"leave_domain": lambda: find_claim(argument("claim")).delete(),
}
_OF_TEAMS = {"hosts": _save_hosts, "weights": _save_weights}


def _upload(name: str) -> bytes:
	"""Return the file of the form, or a little more than is allowed of it. Raises InvalidRequest if none was chosen."""
	file = frappe.request.files.get(name)
	content = file.read(MOST_BYTES + 1) if file else b""
	if not content:
		raise InvalidRequest(_("Choose a picture first."))
	return content


_PICTURES: dict[str, Callable[[], object]] = {
	"photo": lambda: set_photo(_upload("photo")),
	"no_photo": lambda: set_photo(None),
	"logo": lambda: set_logo(argument("page"), _upload("logo")),
	"no_logo": lambda: set_logo(argument("page"), None),
}


def _typed(error: SchedulingError | None) -> TypedPage:
	if not error:
		return TypedPage()
	if argument("action") in (*_PICTURES, *_OF_DOMAINS):
		return TypedPage(message=error.message)
	values = {name: echo(argument(name)) for name in (*FIELDS, *BRANDING, *SWITCHES)}
	beside = {name: text for name, text in error.details.items() if name in values}
	message = "" if beside else " ".join([error.message, *error.details.values()])
	return TypedPage(argument("page"), values, beside, message)


def _sentences() -> dict[str, str]:
	return {
		"saved": _("Saved"),
		"undone": _("Undone."),
		"begun": _("Your link works. Share it, or open it as a visitor first."),
		"photo": _("Visitors see your photo now."),
		"no_photo": _("The photo is deleted. Visitors see your initials."),
		"logo": _("Visitors see the logo now."),
		"no_logo": _("The logo is deleted."),
		"claim_domain": _("Set the two records, and check them here."),
		"check_domain": _("Checked."),
		"leave_domain": _("Removed. Links lead to this site again."),
	}
