"""A booking link for one booking leads to a type that costs money."""

import frappe
import pytest

from scheduler_integration.catalogue.booking_links import link_token
from scheduler_integration.exceptions import BookingLinkUsed, PaymentOpen
from scheduler_integration.platform.clock import iso_z
from tests.payments.conftest import NINE, NOW, _stripe_server, stripe  # noqa: F401
from tests.payments.world import make_paid_type
from tests.support import door
from tests.support.factories import page_of, payload

HOUR = 3600


def test_who_left_the_checkout_was_told_that_the_link_was_used(commit_clean, frozen, stripe):  # noqa: F811
	frozen(NOW)
	meeting_type = make_paid_type()
	page = page_of(meeting_type)
	link = {"doctype": "Booking Link", "user": page.user, "meeting_type": meeting_type.name, "single_use": 1}
	address = {"slug": "l", "meeting_type": link_token(frappe.get_doc(link).insert().name), "idempotency_key": None}
	wish = payload(page, meeting_type, NINE) | address
	made = door.book(wish, NOW)
	frappe.db.commit()
	for start in (NINE, NINE + HOUR):
		with pytest.raises(PaymentOpen) as refused:
			door.book(wish | {"start": iso_z(start)}, NOW + 60)
		assert made.id in str(refused.value.__dict__)
		frappe.db.rollback()
	with pytest.raises(BookingLinkUsed):
		door.book(wish | {"attendee_email": "eve@strangers.example"}, NOW + 60)
