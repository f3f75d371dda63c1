"""One mailbox has many spellings. They don't raise its limits."""

import pytest

from scheduler_integration.trust.caps import CODES_AN_HOUR, may_send_code
from tests.support.factories import at, fresh

NOW = at("2026-03-01 06:00")


@pytest.mark.parametrize("domain", ["gmail.com", "googlemail.com"])
def test_dots_let_a_mailbox_of_google_get_more_codes(domain):
	name = fresh("ada").replace("-", "")
	spellings = [f"{name[:place]}.{name[place:]}@{domain}" for place in range(1, len(name))]
	sent = [may_send_code(address, "203.0.113.1", fresh("page"), NOW) for address in (*spellings, f"{name}@gmail.com")]
	assert sent.count(True) == CODES_AN_HOUR


def test_dots_elsewhere_are_other_mailboxes():
	name = fresh("ada")
	assert all(
		may_send_code(f"{spelling}@guests.example", "203.0.113.1", fresh("page"), NOW)
		for spelling in (name, f"{name[0]}.{name[1:]}")
		for _each in range(CODES_AN_HOUR)
	)
