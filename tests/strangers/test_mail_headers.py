"""Text from guests never becomes a header of the mail that leaves the site, and no message is lost because of it."""

from base64 import b64encode
from email import message_from_bytes, policy
from quopri import encodestring

import frappe
import pytest

from scheduler_integration.platform.clock import now
from scheduler_integration.platform.one_line import header_text
from tests.pages.offer import book, host_of, path_of
from tests.support import door
from tests.support.factories import fresh, page_of, payload
from tests.support.outbox import deliver
from tests.support.smtp import sending_to_inbox

PUBLIC = "scheduler_integration.api.public"
INJECTED = b"x\r\nReply-To: evil@evil.example\r\nContent-Type: text/html\r\n\r\nHACKED"
TO_MORE = b"x\r\nBcc: e@e.ee\r\n"

pytestmark = pytest.mark.usefixtures("commit_clean")


def encoded_word(text, charset="utf-8", encoding="B"):
	"""An encoded word of RFC 2047, as any mail program writes one."""
	body = b64encode(text) if encoding in "bB" else encodestring(text, quotetabs=True).replace(b"=\n", b"")
	body = body.replace(b" ", b"_").replace(b"\r\n", b"=0D=0A").replace(b"\n", b"=0A").replace(b"?", b"=3F")
	return f"=?{charset}?{encoding}?{body.decode()}?="


WORDS = [
	encoded_word(INJECTED),
	encoded_word(INJECTED, encoding="b"),
	encoded_word(INJECTED, encoding="Q"),
	encoded_word(INJECTED, encoding="q"),
	encoded_word(INJECTED, "iso-8859-1"),
	encoded_word(INJECTED, "us-ascii*en"),
	encoded_word(INJECTED.decode().encode("utf-16"), "utf-16"),
	f"Ada {encoded_word(INJECTED)} Lovelace",
	f"{encoded_word(b'x')} {encoded_word(INJECTED)}",
	encoded_word(INJECTED, "no-such-charset"),
]


@pytest.fixture
def inbox(site):
	with sending_to_inbox(site) as box:
		yield box


@pytest.fixture
def wish(client, offer):
	"""The arguments of `book` for the first free time."""
	page = page_of(offer)
	today = frappe.utils.getdate()
	query = {"slug": page.slug, "meeting_type": offer.slug, "timezone": "UTC", "start_date": str(today)}
	query["end_date"] = str(frappe.utils.add_days(today, 7))
	days = client.call(f"{PUBLIC}.get_slots", "GET", **query).json()["data"]["days"]
	return payload(page, offer, next(iter(days.values()))[0]["start"])


@pytest.mark.parametrize("field", ["attendee_name", "attendee_company", "source", "utm_campaign", "attendee_phone"])
def test_an_encoded_word_in_a_line_of_text_is_refused(client, wish, field):
	for word in WORDS:
		answer = client.call(f"{PUBLIC}.book", **{**wish, field: word[:140]})
		if len(word) <= 140:
			assert (answer.status_code, list(answer.json()["details"])) == (400, [field]), word


def test_an_encoded_word_in_the_form_is_refused_beside_the_field(client, offer, wish):
	form = {"start": wish["start"], "attendee_name": WORDS[0], "attendee_email": wish["attendee_email"], "tz": "UTC"}
	answer = client.post(path_of(offer), data=form)
	assert answer.status_code == 400
	assert 'id="attendee_name-error"' in answer.text


ADDRESSES = [
	f"{encoded_word(TO_MORE)}@g.example",
	f"{encoded_word(TO_MORE, encoding='Q')}@g.example",
	"ada@g.example\r\nBcc: e@e.ee",
	"ada@g.example, e@e.ee",
	"Ada <ada@g.example>",
	"ada@g.example>",
	'"ada\\"@g.example',
	"ada@[127.0.0.1]",
	"ada@g",
	"ada@localhost",
	"ada..b@g.example",
	"ada@-g.example",
	"ädä@g.example",
	f"{'a' * 65}@g.example",
	"@g.example",
	"ada@@g.example",
]


@pytest.mark.parametrize("address", ADDRESSES)
def test_an_address_that_no_mail_server_takes_is_refused(client, wish, address):
	answer = client.call(f"{PUBLIC}.book", **{**wish, "attendee_email": address})
	assert (answer.status_code, list(answer.json()["details"])) == (400, ["attendee_email"])
	answer = client.call(f"{PUBLIC}.book", **{**wish, "guests": [address]})
	assert (answer.status_code, list(answer.json()["details"])) == (400, ["guests"])


def test_a_domain_with_umlauts_is_kept_as_mail_servers_know_it(client, wish):
	answer = client.call(f"{PUBLIC}.book", **{**wish, "attendee_email": f"{fresh('ada')}@bücher.example"})
	assert answer.json()["data"]["attendee"]["email"].endswith("@xn--bcher-kva.example")


@pytest.mark.long
def test_what_got_in_before_it_was_refused_does_no_harm(site, client, inbox, offer, wish):
	"""Bookings of an earlier version may hold such names and addresses: their mails leave, with the headers that are ours."""
	host = frappe.db.get_value("Scheduling Page", offer.scheduling_page, "user")
	hostile = {"attendee_name": WORDS[0], "subject": f"Intro: {WORDS[0]}", "attendee_email": ADDRESSES[0]}
	booking = door.book(wish, now()).id
	frappe.db.set_value("Booking", booking, hostile)
	frappe.db.set_value("Meeting Type", offer.name, "title", WORDS[2][:140])
	frappe.db.set_value("User", host, "full_name", f"Jane {WORDS[0]}"[:140])
	frappe.clear_cache()
	frappe.db.commit()
	site.run_jobs()
	(message,) = inbox.take(1).values()
	assert [to for to in message.get_all("To") if host in to]
	assert len(message.get_all("Reply-To")) == 1
	assert "evil" not in message["Reply-To"]
	assert "e@e.ee" not in message["Reply-To"]
	assert message.get_content_type() == "multipart/mixed"
	assert message["Subject"].startswith("New booking:")
	assert "= ?utf-8?B?" in message["Subject"]


@pytest.mark.usefixtures("commit_clean")
def test_a_host_is_told_even_if_the_attendees_address_fits_no_header(offer, outgoing_mail):
	booking = book(offer).id
	frappe.db.set_value("Booking", booking, "attendee_email", ADDRESSES[0])
	frappe.clear_document_cache("Booking", booking)
	deliver(booking, now())
	mails = frappe.get_all("Email Queue", {"reference_name": booking}, ["name", "message"])
	to_host = [mail for mail in mails if host_of(offer) in _recipients(mail.name)]
	assert len(to_host) == 1
	parsed = message_from_bytes(to_host[0].message.encode(), policy=policy.default)
	assert "e.ee" not in str(parsed["Reply-To"])
	assert parsed["Subject"].startswith("New booking")


def _recipients(mail):
	return frappe.get_all("Email Queue Recipient", {"parent": mail}, pluck="recipient")


@pytest.mark.parametrize("word", WORDS)
def test_text_for_a_header_is_one_line_that_nothing_decodes(word):
	for text in (word, f"a\r\n{word}", f"{word}\x00\x0b\u2028b"):
		made = header_text(text)
		assert made.isprintable()
		message = message_from_bytes(f"Subject: {made}\r\n\r\nbody".encode(), policy=policy.SMTP)
		assert message["Subject"] == made
		assert list(message.keys()) == ["Subject"]
		assert message.as_bytes().count(b"evil@evil.example") == 0


def test_ordinary_text_is_left_as_it_is():
	for text in ("Ada Lovelace", "Zoë & Søn (50 = ?)", "李小龍", "a=b?c", "👩‍💻 review"):
		assert header_text(text) == text
