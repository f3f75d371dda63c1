"""A message with a code reaches its reader, and leaves no trace once the code is worth nothing."""

from email import message_from_string, policy

import frappe
import pytest

from scheduler_integration.notifications.code_mail import (
	ABOUT,
	forget_codes,
	forget_codes_to,
	mail_code,
	mail_data_code,
)
from scheduler_integration.platform import clock
from tests.support.factories import fresh

pytestmark = pytest.mark.usefixtures("commit_clean", "outgoing_mail")


def recipients():
	rows = frappe.get_all("Email Queue", {"reference_doctype": ABOUT}, pluck="name")
	return frappe.get_all("Email Queue Recipient", {"parent": ["in", rows or [""]]}, pluck="recipient")


def test_the_message_is_deleted_ten_minutes_later():
	address = f"{fresh('nemo')}@guests.example"
	mail_data_code(address, "123456", "en")
	assert address in recipients()
	forget_codes(clock.now() + 590)
	assert address in recipients()
	forget_codes(clock.now() + 700)
	assert address not in recipients()


def test_an_erased_person_is_erased_from_these_messages_too():
	one, other = (f"{fresh('nemo')}@guests.example" for _each in range(2))
	mail_data_code(one, "123456", "de")
	mail_data_code(other, "654321", "de")
	assert forget_codes_to(one) == 1
	assert (one in recipients(), other in recipients()) == (False, True)


def test_the_text_part_is_text(outgoing_mail):
	"""Frappe would write the code as `**123456**`, and people would copy the asterisks."""
	mail_code("ada@guests.example", "123456", "en")
	[text] = frappe.get_all(
		"Email Queue", {"reference_doctype": ABOUT}, pluck="message", order_by="creation desc", limit=1
	)
	plain = message_from_string(text, policy=policy.default).get_body(("plain",)).get_content()
	assert plain.split(".")[0].split() == ["123456", "Enter", "this", "code", "on", "the", "booking", "page"]


@pytest.mark.parametrize(
	("wants", "words"),
	[("book", "um einen Termin für Sie zu buchen"), ("move", "zu verschieben"), ("cancel", "Ihren Termin abzusagen")],
)
def test_the_code_that_an_assistant_asks_for_says_what_it_is_for(wants, words):
	mail_code("ada@guests.example", "123456", "de", wants)
	[text] = frappe.get_all(
		"Email Queue", {"reference_doctype": ABOUT}, pluck="message", order_by="creation desc", limit=1
	)
	plain = message_from_string(text, policy=policy.default).get_body(("plain",)).get_content()
	assert "Ein Assistent fragt nach diesem Code" in plain
	assert words in " ".join(plain.split())
	assert "sagen Sie niemandem den Code" in " ".join(plain.split())
