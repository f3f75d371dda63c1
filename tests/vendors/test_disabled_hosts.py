"""A host is disabled, and comes back: the account that is connected again has each meeting once."""

import random

import frappe
import pytest

from scheduler_integration.calendars import joining
from scheduler_integration.http.oauth.consent import Grant
from tests.support.disabled_hosts import Host, Life
from tests.support.factories import make_user


@pytest.fixture(autouse=True)
def _committing(commit_clean, outgoing_mail):
	"""Each step commits."""


def host_at(vendor, name):
	connected = vendor.connect(user=make_user(name), write_bookings=1)

	def reconnect():
		answer = vendor.stand_in.grant(connected.diary.owner, " ".join(vendor.scopes))
		grant = Grant(
			access_token=answer["access_token"],
			refresh_token=answer["refresh_token"],
			expires_at=vendor.stand_in.clock.now() + answer["expires_in"],
			scopes=frozenset(answer["scope"].split()),
			subject=subject,
			email=connected.diary.owner,
		)
		# As the page's button does, without saying which connection is meant.
		joined = joining._joined(connected.user, vendor.provider, grant)
		frappe.db.commit()
		return joined.connection

	subject = frappe.db.get_value("Calendar Connection", connected.connection, "account_id")

	def written():
		live = [entry for entry in connected.diary.entries.values() if not entry.removed]
		return sorted(connected.diary.occurrence_at(entry, None).starts_at for entry in live)

	return Host(connected.user, reconnect, written)


@pytest.mark.long
def test_meetings_of_a_host_who_came_back_were_written_twice(vendor, request):
	for seed in range(request.config.getoption("--disabled")):
		life = Life([host_at(vendor, "Jane"), host_at(vendor, "Tom")], random.Random(seed))
		life.run()
		life.assert_outside_is_as_booked()
