"""The section of a consultant's reports holds only tags that the app writes, whatever the consultant sends."""

import frappe
import pytest

from scheduler_integration.client_reports.jinja import scheduler_section
from tests.client_reports.hostile import ADDRESSES, EMBED_CODES, TEXTS
from tests.support.api import call
from tests.support.factories import make_assessment, make_consultant, make_external_type
from tests.support.html import Page

TAGS = {"div", "h2", "h3", "p", "strong", "ul", "li", "a", "iframe"}


@pytest.mark.long
@pytest.mark.usefixtures("commit_clean")
@pytest.mark.parametrize(
	("fields", "type_fields", "sent"),
	[
		(("display_name", "description"), ("name", "description"), TEXTS),
		(("scheduler_url",), ("scheduler_event_url",), (*ADDRESSES, *TEXTS)),
		(("embed_code",), ("recommended_phases",), EMBED_CODES),
	],
)
def test_what_is_sent_is_refused_with_the_reason_or_shown_as_text(fields, type_fields, sent):
	jane = make_consultant("Jane", embed_in_reports=1, embed_code='<iframe src="https://calendly.com/jane"></iframe>')
	own = make_external_type(jane, phases=("Build",)).name
	report = make_assessment(jane)
	# A refused call rolls back.
	frappe.db.commit()
	for text in sent:
		answers = [
			call("scheduler_settings.update", jane, **dict.fromkeys(fields, text)),
			call("meeting_types.update", jane, meeting_type=own, **dict.fromkeys(type_fields, text)),
		]
		for status, body in answers:
			assert status == (200 if body["success"] else 400), text
			assert body["success"] or set(body["details"]) <= {*fields, *type_fields}
		if not any(body["success"] for _status, body in answers):
			continue
		page = Page(scheduler_section(report))
		assert {each.name for each in page.elements("*")} <= TAGS, text
		assert {each["href"].partition(":")[0] for each in page.elements("a")} <= {"http", "https"}
		assert {name for each in page.elements("*") for name in each.attrs if name.startswith("on")} == set()
