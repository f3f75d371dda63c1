"""Turns consultants' settings and meeting types into the JSON of docs/api.md."""

from collections.abc import Sequence
from typing import Any

from scheduler_integration.catalogue.consultant_settings import ConsultantSettings
from scheduler_integration.catalogue.consultant_types import ConsultantType
from scheduler_integration.platform.clock import iso_z

JSON = dict[str, Any]


def settings(found: ConsultantSettings, types: Sequence[ConsultantType]) -> JSON:
	"""The data of `scheduler_settings.get`."""
	return {
		"id": found.name,
		"consultant_id": found.consultant,
		"scheduler_provider": found.scheduler_provider.lower(),
		"scheduler_url": found.scheduler_url,
		"embed_code": found.embed_code,
		"display_name": found.display_name,
		"description": found.description,
		"show_in_reports": found.show_in_reports,
		"embed_in_reports": found.embed_in_reports,
		"meeting_types": [_of_settings(each) for each in types],
		"created_at": iso_z(found.created_at),
		"updated_at": iso_z(found.updated_at),
	}


def updated_settings(found: ConsultantSettings) -> JSON:
	"""The data of `scheduler_settings.update`."""
	return {
		"id": found.name,
		"consultant_id": found.consultant,
		"scheduler_provider": found.scheduler_provider.lower(),
		"scheduler_url": found.scheduler_url,
		"display_name": found.display_name,
		"show_in_reports": found.show_in_reports,
		"updated_at": iso_z(found.updated_at),
	}


def meeting_type(found: ConsultantType) -> JSON:
	"""The data of `meeting_types.create` and `update`."""
	fields = _of_settings(found)
	return {
		"id": fields.pop("id"),
		"consultant_id": found.consultant,
		**fields,
		"created_at": iso_z(found.created_at),
	}


def _of_settings(found: ConsultantType) -> JSON:
	return {
		"id": found.name,
		"name": found.title,
		"duration_minutes": found.duration_minutes,
		"description": found.description or None,
		"scheduler_event_url": found.scheduler_event_url,
		"recommended_phases": [*found.phases],
		"priority": found.priority,
		"is_active": found.is_active,
		"sort_order": found.sort_order,
	}
