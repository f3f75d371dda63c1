"""A host clicks an attendee's address, and writes to it and to nobody else."""

from urllib.parse import parse_qs, unquote, urlsplit

import pytest

from tests.pages.offer import book, host_of, make_offer, sign_in
from tests.pages.reading import read

pytestmark = pytest.mark.usefixtures("commit_clean")

# A local part may have these characters (RFC 5322). In the address of a link they begin its arguments.
ODD = "ada?cc=boss%40corp.example&body=pay&x=@guests.example"


def test_an_address_wrote_a_mail_of_its_own(client):
	"""The host's mail program opened a message with a copy to somebody else, and a text that the stranger had written."""
	offer = make_offer()
	booking = book(offer, attendee_email=ODD, guests=[f"b{ODD}"])
	sign_in(client, host_of(offer))
	page = read(client.get(f"/scheduling/meeting/{booking.id}").text)
	links = [urlsplit(each.attributes["href"]) for each in page.all("a")]
	written = [link for link in links if link.scheme == "mailto"]
	assert {unquote(link.path) for link in written} == {ODD, f"b{ODD}"}
	assert all(set(parse_qs(link.query)) <= {"subject"} for link in written)
