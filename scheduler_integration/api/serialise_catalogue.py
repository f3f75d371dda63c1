"""Turns scheduling pages into the JSON of docs/api.md."""

from frappe.model.document import Document

from scheduler_integration.api.serialise import JSON
from scheduler_integration.catalogue.public import page_url
from scheduler_integration.platform.clock import from_site_time, iso_z


def page(doc: Document) -> JSON:
	"""An item of `pages.list`."""
	return {
		"id": doc.name,
		"user_id": doc.user,
		"slug": doc.slug,
		"name": doc.title,
		"page_type": doc.page_type.lower(),
		"description": doc.description or None,
		"is_active": bool(doc.is_active),
		"timezone": doc.timezone,
		"branding": {
			"brand_color": doc.brand_color or None,
			"logo": doc.logo or None,
			"welcome_message": doc.welcome_message or None,
		},
		"hosts": [
			{
				"user": row.user,
				"weight": row.weight,
				"priority": row.priority,
				"is_required": bool(row.is_required),
				"is_active": bool(row.is_active),
			}
			for row in doc.hosts
		],
		"url": page_url(doc.slug),
		"created_at": iso_z(from_site_time(doc.creation)),
		"updated_at": iso_z(from_site_time(doc.modified)),
	}
