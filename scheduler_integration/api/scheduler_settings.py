"""Methods for consultants: read and change the settings of their scheduler."""

from typing import Any

from frappe import _

from scheduler_integration.api.as_json import Like, flat, instant_z, made, object_of, shown
from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.api.door import Message, Who, door
from scheduler_integration.api.shapes import BRIEF
from scheduler_integration.catalogue.consultant_settings import ConsultantSettings, save_settings, settings_of
from scheduler_integration.catalogue.consultant_types import ConsultantType, types_of_consultant
from scheduler_integration.exceptions import SettingsNotFound
from scheduler_integration.parsing.embed_code import LONGEST as LONGEST_EMBED_CODE
from scheduler_integration.parsing.kinds import User
from scheduler_integration.parsing.payload import Fields, address, declared, parse_payload, text_or_none
from scheduler_integration.parsing.text import Refused
from scheduler_integration.parsing.web_address import LONGEST as LONGEST_URL

# The other arguments of a request, and the fields of an answer that somebody sends back together with the rest.
_NOT_FIELDS = frozenset(
	{"cmd", "consultant", "meeting_type", "id", "consultant_id", "meeting_types", "created_at", "updated_at"}
)


def _embed_code(value: object) -> str:
	"""Return the code as it was sent. The record's controller reads it, with the allowed hosts of the settings."""
	code = text_or_none(value) or ""
	if len(code) > LONGEST_EMBED_CODE:
		raise Refused(_("This is too long: at most {0} characters.").format(LONGEST_EMBED_CODE))
	return code


_SETTINGS: Fields = {
	**declared(
		"Consultant Scheduler Settings",
		"scheduler_provider display_name description show_in_reports embed_in_reports",
	),
	"scheduler_url": ("scheduler_url", address(LONGEST_URL)),
	"embed_code": ("embed_code", _embed_code),
}
_HEAD = flat(
	"id=name consultant_id=consultant", made("scheduler_provider", lambda it: it.scheduler_provider.lower(), str)
)
_CHANGED = flat(_HEAD, "scheduler_url display_name show_in_reports", instant_z("updated_at"))
shown(
	ConsultantSettings,
	_HEAD,
	"scheduler_url embed_code display_name description show_in_reports embed_in_reports",
	made(
		"meeting_types",
		lambda it: [object_of(each, BRIEF) for each in types_of_consultant(it.consultant)],
		[Like(BRIEF, of=ConsultantType)],
	),
	instant_z("created_at updated_at"),
)


@door("GET", who=Who.HOSTS)
def get(consultant: User | None = None) -> ConsultantSettings:
	"""Return the settings with the consultant's active meeting types."""
	settings = settings_of(consultant_of(consultant))
	if not settings:
		raise SettingsNotFound
	return settings


@door("PATCH", "POST", who=Who.HOSTS, fields=_SETTINGS)
def update(consultant: User | None = None, **fields: Any) -> Message:
	"""Change the settings that are sent. The first call creates the record."""
	settings = save_settings(consultant_of(consultant), parse_payload(fields, _SETTINGS, _NOT_FIELDS))
	return Message(_("Scheduler settings updated successfully"), object_of(settings, _CHANGED))
