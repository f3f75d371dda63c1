"""An argument of a request comes back at most a few times: no page repeats a long argument in each of its rows."""

import pytest

from tests.pages.offer import book, host_of, in_three_days, make_offer, sign_in
from tests.support.factories import make_meeting_type, page_of

pytestmark = pytest.mark.usefixtures("commit_clean")

LONG = 200_000
PAGES = {
	"/scheduling": (
		"to",
		"from",
		"status",
		"type",
		"hosted_by",
		"q",
		"after",
		"when",
		"whose",
		"done",
		"count",
		"action",
	),
	"/scheduling/insights": ("from", "to", "host", "type", "span"),
	"/scheduling/book": ("type", "date", "duration", "doctype", "record", "q", "attendee_name", "notes"),
	"/scheduling/why": ("type", "date", "time", "duration"),
	"/scheduling/calendars": ("whose", "preset", "address", "login", "provider", "action", "done", "connected"),
	"/scheduling/video": ("done", "video_error", "prefer", "disconnect"),
	"/scheduling/page": ("group", "title", "slug", "welcome_message", "action", "undo", "modified"),
	"/scheduling/hours": ("action", "form", "modified", "month", "schedule", "undo", "user", "week", "zone"),
	"/scheduling/time-off": ("away", "date", "day", "month", "name", "reason"),
	"/scheduling/types": ("action", "move", "name", "template", "page", "undo"),
}


@pytest.fixture
def host(client):
	offer = make_offer()
	for hour in range(9, 15):
		book(offer, in_three_days(hour))
	page = page_of(offer)
	for _each in range(5):
		make_meeting_type(page)
	sign_in(client, host_of(offer))
	client.take_csrf_token("/app")
	return client


@pytest.mark.long
@pytest.mark.parametrize("path", PAGES)
def test_a_long_argument_was_repeated_in_every_row(host, path):
	for name in PAGES[path]:
		for answer in (host.post(path, data={name: "y" * LONG}), host.get(path, params={name: "y" * 5000})):
			assert answer.status_code < 500, (name, answer.status_code)
			assert answer.text.count("y" * 5000) * 5000 < 2 * LONG, name
			assert len(answer.content) < 3 * LONG, (name, len(answer.content))
