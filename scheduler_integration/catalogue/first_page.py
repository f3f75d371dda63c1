"""The first page of a host: made in one step, with two meeting types, so that there is a link to share at once."""

import frappe
from frappe import _
from frappe.model.document import Document
from frappe.utils import get_fullname

from scheduler_integration.catalogue.edit_pages import create_page, free_slug
from scheduler_integration.catalogue.edit_types import create_type
from scheduler_integration.catalogue.type_templates import type_templates

# The kinds of meetings that a new page offers.
FIRST = ("intro", "discovery")


def first_page(title: str | None = None) -> Document:
	"""Make a page of the signed-in user with two meeting types, and return it. Its title is by default the user's name.

	The host gets office hours, Monday to Friday, if there are none yet. Raises NotPermitted, or InvalidRequest.
	"""
	user = frappe.session.user
	name = title or get_fullname(user)
	page = create_page({"title": name, "slug": free_slug(name), "welcome_message": _("Choose what suits you.")})
	for order, template in enumerate(template for template in type_templates() if template.key in FIRST):
		fields = {"title": template.title, "scheduling_page": page.name, "sort_order": order, **template.fields}
		create_type(user, fields)
	return page
