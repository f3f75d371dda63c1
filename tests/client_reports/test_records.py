"""The forms behind reports: the values that they refuse, and those that they fill in."""

from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils import get_url

from scheduler_integration.catalogue.widget_hosts import widget_hosts
from scheduler_integration.exceptions import InvalidRequest
from tests.support.factories import make_assessment, make_consultant, make_external_type, make_user


def make_settings(consultant=None, **fields):
	values = {"doctype": "Consultant Scheduler Settings", "scheduler_provider": "Calendly", **fields}
	return frappe.get_doc({**values, "consultant": consultant or make_user()}).insert()


@pytest.mark.parametrize("doctype", ["Consultant Scheduler Settings", "Client Assessment"])
def test_a_record_without_a_consultant_is_the_users_own(doctype, as_user):
	jane = make_user()
	fields = {"scheduler_provider": "Native", "client_name": "ABC Corp", "primary_phase": "Build"}
	with as_user(jane):
		assert frappe.get_doc({"doctype": doctype, **fields}).insert().consultant == jane


def test_a_consultant_has_one_record_of_settings(jane):
	with pytest.raises((frappe.UniqueValidationError, frappe.DuplicateEntryError)):
		make_settings(jane, scheduler_url="https://calendly.com/x")


def test_settings_are_not_given_to_another_consultant(settings):
	settings.consultant = make_user()
	with pytest.raises(frappe.CannotChangeConstantError):
		settings.save()


@pytest.mark.parametrize(
	("fields", "reason"),
	[
		({}, "Enter the address of the scheduler"),
		({"scheduler_url": "calendly.com/jane"}, "Address of the scheduler: This is not a web address"),
		({"scheduler_url": "https://a.example/<b>"}, "Address of the scheduler: A web address has no spaces"),
		({"scheduler_url": "https://a.example", "embed_code": "<b>x</b>"}, "Embed code: The tag “b”"),
		({"scheduler_url": "https://a.example", "display_name": "<b>x</b>"}, "Display name: Please leave out HTML"),
		({"scheduler_url": "https://a.example", "description": "<b>x</b>"}, "Description: Please leave out HTML"),
	],
)
def test_settings_that_make_no_sense_are_refused_with_the_reason(fields, reason):
	with pytest.raises(InvalidRequest) as refused:
		make_settings(**fields)
	assert refused.value.message.startswith(reason)


def test_embed_code_is_stored_as_a_plain_frame(settings):
	code = '<!-- x --><div class="calendly-inline-widget" data-url="https://calendly.com/j" style="height:650px"></div>'
	settings.update({"embed_code": code + '<script src="https://assets.calendly.com/w.js" async></script>'}).save()
	assert settings.embed_code == '<iframe src="https://calendly.com/j" width="100%" height="650"></iframe>'
	settings.save()
	assert settings.reload().embed_code == '<iframe src="https://calendly.com/j" width="100%" height="650"></iframe>'


def test_a_clients_name_is_one_line_without_markup(jane):
	for name in ("<b>ABC</b>", "a\nb", "x" * 201, '=HYPERLINK("https://evil.example")'):
		with pytest.raises((InvalidRequest, frappe.CharacterLengthExceededError)):
			make_assessment(jane, client_name=name)
	assert make_assessment(jane, client_name="x" * 200).client_name == "x" * 200


def test_the_site_itself_is_never_a_host_of_widgets():
	own = urlsplit(get_url()).hostname
	frappe.get_doc("Scheduler Settings").update({"widget_hosts": f"{own}\nBooking.Example.com"}).save()
	assert widget_hosts() == {"booking.example.com"}


@pytest.mark.parametrize(
	("fields", "reason"),
	[
		({"widget_hosts": "https://x.example"}, "“https://x.example” is not a host name"),
		({"report_sources": [{"report_doctype": "Contact", "consultant_field": "adviser"}]}, "no field “adviser”"),
		(
			{"report_sources": [{"report_doctype": "Contact", "consultant_field": "owner", "phase_field": "<b>"}]},
			"no field “&lt;b&gt;”",
		),
		({"report_sources": [{"report_doctype": "Contact", "consultant_field": "owner"}] * 2}, "listed twice"),
	],
)
def test_site_settings_that_make_no_sense_are_refused_with_the_reason(fields, reason):
	settings = frappe.get_doc("Scheduler Settings").update(fields)
	with pytest.raises(InvalidRequest) as refused:
		settings.save()
	assert reason in refused.value.message


@pytest.mark.parametrize("minutes", [5, 20, 75, 121, 720])
def test_an_outside_type_lasts_what_schedulers_offer(jane, minutes):
	with pytest.raises(InvalidRequest, match="15, 30, 45, 60, 90, 120"):
		make_external_type(jane, duration_minutes=minutes)


def test_an_outside_type_needs_an_address_somewhere():
	native = make_consultant(scheduler_provider="Native", scheduler_url=None)
	with pytest.raises(InvalidRequest) as refused:
		make_external_type(native)
	assert list(refused.value.details) == ["scheduler_event_url"]
	assert make_external_type(native, scheduler_event_url="https://x.example/y").name
	assert make_external_type(make_consultant()).name
