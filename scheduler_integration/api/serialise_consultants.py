"""Turns consultants' settings and meeting types into the JSON of docs/reference/api.md."""

from collections.abc import Sequence
from typing import Any

from scheduler_integration.catalogue.consultant_settings import ConsultantSettings
from scheduler_integration.catalogue.consultant_types import ConsultantType
from scheduler_integration.platform.clock import iso_z

JSON = dict[str, Any]


def settings(stored: ConsultantSettings, types: Sequence[ConsultantType]) -> JSON:
	"""The data of `scheduler_settings.get`."""
	return {
		"id": stored.name,
		"consultant_id": stored.consultant,
		"scheduler_provider": stored.scheduler_provider.lower(),
		"scheduler_url": stored.scheduler_url,
		"embed_code": stored.embed_code,
		"display_name": stored.display_name,
		"description": stored.description,
		"show_in_reports": stored.show_in_reports,
		"embed_in_reports": stored.embed_in_reports,
		"meeting_types": [_of_settings(each) for each in types],
		"created_at": iso_z(stored.created_at),
		"updated_at": iso_z(stored.updated_at),
	}


def updated_settings(stored: ConsultantSettings) -> JSON:
	"""The data of `scheduler_settings.update`."""
	return {
		"id": stored.name,
		"consultant_id": stored.consultant,
		"scheduler_provider": stored.scheduler_provider.lower(),
		"scheduler_url": stored.scheduler_url,
		"display_name": stored.display_name,
		"show_in_reports": stored.show_in_reports,
		"updated_at": iso_z(stored.updated_at),
	}


def meeting_type(stored: ConsultantType) -> JSON:
	"""The data of `meeting_types.create` and `update`."""
	fields = _of_settings(stored)
	return {
		"id": fields.pop("id"),
		"consultant_id": stored.consultant,
		**fields,
		"created_at": iso_z(stored.created_at),
	}


def _of_settings(stored: ConsultantType) -> JSON:
	return {
		"id": stored.name,
		"name": stored.title,
		"duration_minutes": stored.duration_minutes,
		"description": stored.description or None,
		"scheduler_event_url": stored.scheduler_event_url,
		"recommended_phases": [*stored.phases],
		"priority": stored.priority,
		"is_active": stored.is_active,
		"sort_order": stored.sort_order,
	}
