"""Methods for report authors: the section that recommends meetings."""

import frappe
from frappe import _
from frappe.translate import print_language

from scheduler_integration.api.consultants import consultant_of
from scheduler_integration.api.door import Who, door
from scheduler_integration.client_reports.html import as_html
from scheduler_integration.client_reports.markdown import as_markdown
from scheduler_integration.client_reports.section import CHANNELS, Channel, section_for
from scheduler_integration.client_reports.subject import Subject, has_reports, known_disc, known_phase, subject_of
from scheduler_integration.exceptions import InvalidRequest, NotFound, NotPermitted
from scheduler_integration.parsing.fields import parse_choice, parse_name
from scheduler_integration.parsing.kinds import DocTypeName, RecordName, Text, User
from scheduler_integration.platform.language import language_for_visitors


@door("GET", who=Who.USERS)
def section(name: RecordName, doctype: DocTypeName | None = None, channel: Text | None = None) -> dict[str, str]:
	"""Return the section for a record that the signed-in user may read, as HTML and Markdown."""
	where, kind, name = _channel(channel), parse_name(doctype) or "Client Assessment", parse_name(name)
	if not has_reports(kind):
		raise InvalidRequest(details={"doctype": _("Scheduler Settings don't list this DocType for reports.")})
	if not name or not frappe.db.exists(kind, {"name": name}):
		raise NotFound(_("There is no such record."))
	doc = frappe.get_doc(kind, name)
	if not doc.has_permission("read"):
		raise NotPermitted
	return _written(subject_of(doc), where)


@door("GET", who=Who.HOSTS)
def preview(
	consultant: User | None = None, phase: Text | None = None, disc: Text | None = None, channel: Text | None = None
) -> dict[str, str]:
	"""Return the section as a client of this phase and DISC profile would see it. Its links aren't tracked."""
	user, where = consultant_of(consultant), _channel(channel)
	return _written(Subject(user, known_phase(phase), known_disc(disc)), where)


def _written(subject: Subject | None, channel: Channel) -> dict[str, str]:
	with print_language(language_for_visitors()):
		section = section_for(subject, channel) if subject else None
		return {
			"html": str(as_html(section, channel)) if section else "",
			"markdown": as_markdown(section) if section else "",
		}


def _channel(value: object) -> Channel:
	asked = parse_choice("channel", value) or "report"
	for channel in CHANNELS:
		if channel == asked:
			return channel
	raise InvalidRequest(details={"channel": _("Must be one of: {0}.").format(", ".join(CHANNELS))})
