"""The page `/scheduling/page`: what visitors read on a host's pages, and the links to share."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from babel import Locale
from frappe import _
from frappe.model.document import Document

from scheduler_integration.catalogue.pictures import own_face
from scheduler_integration.domains.links import page_url
from scheduler_integration.pages.host.house import House
from scheduler_integration.pages.host.share import link_view
from scheduler_integration.pages.host.team import Team, team_view
from scheduler_integration.pages.host.type_form import PATH as TYPES
from scheduler_integration.pages.kit.people import initials, own_image
from scheduler_integration.pages.kit.zones import zone_options

PATH = "/scheduling/page"
FIELDS = ("name", "slug", "organization", "description", "timezone")
BRANDING = ("welcome_message", "brand_color")
SWITCHES = ("is_active", "show_taken_times")


@dataclass(frozen=True)
class TypedPage:
	"""What was typed for the page `name` and refused, by the form's names, with the errors."""

	name: str = ""
	values: Mapping[str, str] | None = None
	errors: Mapping[str, str] | None = None
	message: str = ""


def page_view(
	house: House,
	pages: Sequence[tuple[Document, Sequence[Document]]],
	typed: TypedPage,
	proposed: Mapping[str, str],
	team: Team | None = None,
) -> dict[str, Any]:
	"""Return the view. `pages` are those that the user may change, with their active types. `team` is shown with its page.

	`proposed` are title and slug of a first page, for a host without one.
	"""
	return {
		**house.frame(_("Page and links"), style="types", script="types", frames=("'self'",)),
		"subtitle": _("What visitors read, and the links to share.") if pages else _("Your link is one step away."),
		"path": PATH,
		"message": {"text": typed.message, "is_error": True} if typed.message else None,
		"proposed": proposed,
		"photo": _photo(),
		"pages": [_page(page, types, typed, house.visitor.locale, team) for page, types in pages],
	}


def sent_fields(form: Mapping[str, Any]) -> dict[str, Any]:
	"""Return the fields of a sent form by the names of the API."""
	fields = {name: form[name] for name in FIELDS if isinstance(form.get(name), str)}
	branding = {name: form[name] for name in BRANDING if isinstance(form.get(name), str)}
	return {**fields, "branding": branding, **{name: "1" if name in form else "0" for name in SWITCHES}}


def _photo() -> dict[str, Any]:
	"""Return the signed-in user's own photo as visitors see it."""
	name, image = own_face()
	return {"image": own_image(image), "initials": initials(name)}


def stored_values(page: Document) -> dict[str, str]:
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
	page: Document, types: Sequence[Document], typed: TypedPage, locale: Locale, team: Team | None
) -> dict[str, Any]:
	is_typed = typed.name == page.name
	url = page_url(page.slug)
	values = typed.values if is_typed and typed.values is not None else stored_values(page)
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
		"errors": (typed.errors or {}) if is_typed else {},
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
