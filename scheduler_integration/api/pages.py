"""Methods for hosts and managers: their scheduling pages."""

from typing import Annotated, Any

from frappe import _
from frappe.model.document import Document

from scheduler_integration.api.as_json import Like, flag, group, made, maybe, shown, stored
from scheduler_integration.api.door import Message, Who, door
from scheduler_integration.catalogue.edit_pages import create_page, delete_page, readable_pages, update_page
from scheduler_integration.domains.links import page_url
from scheduler_integration.parsing.fields import parse_name
from scheduler_integration.parsing.kinds import PageId
from scheduler_integration.parsing.page_fields import PAGE, parse_new_page, parse_page

shown(
	"Scheduling Page",
	"id=name user_id=user slug name=title",
	made("page_type", lambda page: page.page_type.lower(), str),
	maybe("organization description"),
	flag("is_active show_taken_times"),
	"timezone",
	group("branding", maybe("brand_color logo welcome_message")),
	"hosts",
	made("url", lambda page: page_url(page.slug), str),
	stored("created_at=creation updated_at=modified"),
)
shown("Scheduling Page Host", "user weight priority", flag("is_required is_active"))
PageRecord = Annotated[Document, Like("Scheduling Page")]


@door("GET", who=Who.HOSTS)
def list() -> Annotated[dict[str, Any], Like(pages=[PageRecord])]:
	"""Return the caller's pages and those of their teams; for managers all pages. Inactive ones too."""
	return {"pages": readable_pages()}


@door("POST", who=Who.HOSTS, status=201, fields=PAGE)
def create(**fields: Any) -> PageRecord:
	"""Create a page and return it."""
	return create_page(parse_new_page(fields))


@door("PUT", "PATCH", "POST", who=Who.HOSTS, fields=PAGE)
def update(page: PageId, **fields: Any) -> PageRecord:
	"""Change those fields of a page that are sent, and return it. `page` is its id."""
	return update_page(parse_name(page), parse_page(fields))


@door("DELETE", "POST", who=Who.HOSTS)
def delete(page: PageId) -> Message:
	"""Delete a page that was never booked, with its meeting types."""
	delete_page(parse_name(page))
	return Message(_("Scheduling page deleted successfully"))
