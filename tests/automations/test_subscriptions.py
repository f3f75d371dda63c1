"""Webhook subscriptions: hosts subscribe through the API, and a real receiver gets what happens with their meetings."""

import hashlib
import hmac
import json

import frappe
import pytest
from werkzeug.wrappers import Response

from scheduler_integration import bookings
from scheduler_integration.http.addresses import Guard
from scheduler_integration.notifications.chats import News, slack, teams
from scheduler_integration.notifications.subscriptions import DOCTYPE, EVENTS
from scheduler_integration.outbox.failures import undelivered
from scheduler_integration.privacy.facts import privacy_facts
from tests.pages.offer import host_of, make_offer, sign_in, wish_for
from tests.support import api, door
from tests.support.factories import at, make_meeting_type, make_page, make_team_page, make_user, payload
from tests.support.gateway import receiving
from tests.support.outbox import deliver, tasks
from tests.support.statements import recorded

pytestmark = pytest.mark.usefixtures("commit_clean")

NOW = at("2026-03-02 06:00")
NINE = at("2026-03-05 09:00")
HOUR, DAY = 3600, 86400
HOOKS = "scheduler_integration.api.hooks"


@pytest.fixture(autouse=True)
def _allow_this_machine(monkeypatch):
	monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", ["127.0.0.1"])


def subscribe(user, url, events=("booked", "cancelled"), **fields):
	status, body = api.call("hooks.subscribe", user, url=url, events=[*events], **fields)
	assert status == 201, body
	frappe.db.commit()
	return frappe._dict(body["data"])


def book(page, start=NINE, **fields):
	return door.book(payload(page, make_meeting_type(page), start, **fields), NOW)


def sent(booking, hook=None):
	"""Return the tasks of a booking for a subscription, or for all of them."""
	about = {"target": hook.id} if hook else {}
	return tasks(booking.id, kind="webhook_subscription", **about)


def bodies(receiver):
	return [json.loads(request.data) for request in receiver.requests]


def is_signed(request, secret):
	stamp, code = (part.partition("=")[2] for part in request.headers["X-Scheduler-Signature"].split(","))
	signed = f"{stamp}.".encode() + request.data
	return hmac.compare_digest(code, hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest())


class TestOverHttp:
	@pytest.mark.long
	def test_a_program_subscribes_hears_of_a_booking_and_unsubscribes(self, client, run_jobs, receiver):
		meeting_type = make_offer()
		sign_in(client, host_of(meeting_type))
		client.take_csrf_token("/app")
		asked = {"url": f"{receiver.url}/hook", "events": ["booked"]}
		answer = client.call(f"{HOOKS}.subscribe", **asked)
		assert answer.status_code == 201
		hook = answer.json()["data"]
		assert client.call("scheduler_integration.api.public.book", **wish_for(meeting_type)).status_code == 201
		run_jobs()
		(request,) = receiver.requests
		told = json.loads(request.data)
		assert (request.path, told["event"], told["subscription"]) == ("/hook", "booked", hook["id"])
		assert told["id"] == request.headers["X-Scheduler-Delivery"]
		assert is_signed(request, hook["secret"])
		[delivery] = client.call(f"{HOOKS}.deliveries", "GET", subscription=hook["id"]).json()["data"]["deliveries"]
		assert (delivery["status"], delivery["answer"], delivery["event"]) == ("Sent", 200, "booked")
		gone = client.request("DELETE", f"/api/method/{HOOKS}.unsubscribe", json={"subscription": hook["id"]})
		assert gone.status_code == 200
		assert client.call(f"{HOOKS}.list", "GET").json()["data"]["subscriptions"] == []


class TestSubscribe:
	def test_the_same_call_again_made_a_second_subscription(self, page, receiver):
		first = subscribe(page.user, receiver.url, ["cancelled", "booked"])
		again = subscribe(page.user, receiver.url, ["booked", "cancelled"])
		assert (again.id, again.secret) == (first.id, None)
		assert len(first.secret) == 40
		other = subscribe(page.user, receiver.url, ["booked"])
		assert other.id != first.id
		assert other.secret not in (None, first.secret)

	def test_the_same_call_twice_at_one_moment_made_two(self, page, receiver, monkeypatch):
		"""Both look before either has stored the subscription: the unique key decides."""
		first, look = subscribe(page.user, receiver.url), frappe.db.get_value

		def blind(doctype, *args, **kwargs):
			return None if doctype == DOCTYPE and not kwargs else look(doctype, *args, **kwargs)

		monkeypatch.setattr(frappe.db, "get_value", blind)
		assert subscribe(page.user, receiver.url).id == first.id
		assert frappe.db.count(DOCTYPE, {"user": page.user}) == 1

	def test_the_same_call_again_left_it_switched_off(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		frappe.db.set_value(DOCTYPE, hook.id, {"is_active": 0, "off_reason": "It was gone."})
		again = subscribe(page.user, receiver.url)
		assert (again.is_active, again.off_reason) == (True, None)

	@pytest.mark.parametrize(
		("field", "fields"),
		[
			("url", {"url": "http://hooks.example/x"}),
			("url", {"url": "https://127.0.0.1/x"}),
			("url", {"url": "https://10.1.2.3/x"}),
			("url", {"url": "https://[::ffff:192.168.0.1]/x"}),
			("url", {"url": "https://hooks.example:22/x"}),
			("url", {"url": f"https://hooks.example/{'x' * 2000}"}),
			("url", {"url": None}),
			("events", {"events": ["booked", "eaten"]}),
			("events", {"events": []}),
			("events", {"events": [1]}),
			("format", {"format": "xml"}),
			("meetings", {"meetings": "all"}),
			("colour", {"colour": "red"}),
		],
	)
	def test_refuses_what_it_cannot_do(self, page, monkeypatch, field, fields):
		monkeypatch.setitem(frappe.local.conf, "scheduling_allowed_hosts", [])
		frappe.db.commit()
		asked = {"url": "https://hooks.example/x", "events": ["booked"], **fields}
		status, body = api.call("hooks.subscribe", page.user, **asked)
		assert (status, [*body["details"]]) == (400, [field])

	def test_more_than_fifty_were_kept(self, page):
		for number in range(50):
			subscribe(page.user, f"https://hooks.example/{number}")
		status, body = api.call("hooks.subscribe", page.user, url="https://hooks.example/x", events=["booked"])
		assert status == 400
		assert "50" in body["error"]

	def test_nobody_reads_or_ends_the_subscription_of_another(self, page, receiver, as_user):
		hook = subscribe(page.user, receiver.url)
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = sent(booking)
		eve = make_user("Eve")
		frappe.db.commit()
		assert api.call("hooks.list", eve)[1]["data"]["subscriptions"] == []
		for method, asked in (
			("deliveries", {"subscription": hook.id}),
			("unsubscribe", {"subscription": hook.id}),
			("send_again", {"delivery": task.name}),
		):
			assert api.call(f"hooks.{method}", eve, **asked)[0] == 403, method
		assert api.call("hooks.unsubscribe", eve, subscription="nothing")[0] == 404
		with as_user(eve):
			assert frappe.get_list(DOCTYPE) == []
		assert frappe.db.exists(DOCTYPE, hook.id)

	def test_a_manager_reads_and_ends_the_subscriptions_of_others(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		ann = make_user("Ann", ("Scheduling User", "Scheduling Manager"))
		frappe.db.commit()
		assert api.call("hooks.list", page.user, whose="all")[0] == 403
		assert api.call("hooks.list", ann)[1]["data"]["subscriptions"] == []
		[seen] = api.call("hooks.list", ann, whose="all")[1]["data"]["subscriptions"]
		assert (seen["id"], seen["user"]) == (hook.id, page.user)
		assert api.call("hooks.unsubscribe", ann, subscription=hook.id)[0] == 200
		assert not frappe.db.exists(DOCTYPE, hook.id)

	def test_an_address_or_owner_was_changed_after_the_check(self, page, receiver, as_user):
		hook = frappe.get_doc(DOCTYPE, subscribe(page.user, receiver.url).id)
		with as_user(page.user), pytest.raises(frappe.CannotChangeConstantError):
			hook.update({"url": "https://elsewhere.example/"}).save()

	def test_a_deleted_users_subscriptions_and_secrets_stayed(self, receiver):
		user = make_user("Leaver")
		hook = subscribe(user, receiver.url)
		frappe.delete_doc("User", user)
		assert not frappe.db.exists(DOCTYPE, hook.id)
		assert not frappe.db.sql("select 1 from `__Auth` where doctype = %s and name = %s", (DOCTYPE, hook.id))


class TestDelivery:
	def test_each_change_is_told_with_the_booking_as_it_is(self, page, receiver):
		hook = subscribe(page.user, receiver.url, EVENTS)
		booking = book(page)
		deliver(booking.id, NOW)
		bookings.cancel_by_host(booking.id, "ill", NOW + 60)
		deliver(booking.id, NOW + 60)
		told = bodies(receiver)
		assert [(each["event"], each["booking"]["status"]) for each in told] == [
			("booked", "Scheduled"),
			("cancelled", "Cancelled"),
		]
		assert told[0]["id"] != told[1]["id"]
		assert all(is_signed(each, hook.secret) for each in receiver.requests)

	def test_an_event_that_nobody_asked_for_was_told(self, page, receiver):
		subscribe(page.user, receiver.url, ["cancelled"])
		booking = book(page)
		assert sent(booking) == []

	def test_a_program_heard_of_the_meetings_of_another_host(self, page, receiver):
		subscribe(make_user("Eve"), receiver.url)
		assert sent(book(page)) == []

	def test_a_manager_hears_of_all_meetings_until_they_are_no_manager(self, page, receiver):
		manager = make_user("Ann", ("Scheduling User", "Scheduling Manager"))
		subscribe(manager, receiver.url, meetings="all")
		first, second = book(page), book(page, NINE + HOUR)
		deliver(first.id, NOW)
		assert len(receiver.requests) == 1
		user = frappe.get_doc("User", manager)
		user.roles = [row for row in user.roles if row.role != "Scheduling Manager"]
		user.save()
		deliver(second.id, NOW)
		assert [each.status for each in sent(second)] == ["Skipped"]
		assert len(receiver.requests) == 1

	def test_who_gave_a_meeting_away_is_told_too(self, receiver):
		ann, ben = make_user("Ann"), make_user("Ben")
		team = make_team_page([ann, ben])
		meeting_type = make_meeting_type(team, assignment="Round Robin")
		booking = door.book(payload(team, meeting_type, NINE), NOW)
		doc = frappe.get_doc("Booking", booking.id)
		[former] = doc.host_users()
		subscribe(former, receiver.url, ["reassigned"])
		bookings.reassign(booking.id, ben if former == ann else ann, NOW + 60)
		deliver(booking.id, NOW + 60)
		assert [each["event"] for each in bodies(receiver)] == ["reassigned"]

	def test_who_gave_a_meeting_away_read_what_changed_since(self, receiver):
		ann, ben = make_user("Ann"), make_user("Ben")
		team = make_team_page([ann, ben])
		booking = door.book(payload(team, make_meeting_type(team, assignment="Round Robin"), NINE), NOW)
		[former] = frappe.get_doc("Booking", booking.id).host_users()
		hook = subscribe(former, receiver.url, ["reassigned"])
		bookings.reassign(booking.id, ben if former == ann else ann, NOW + 60)
		deliver(booking.id, NOW + 60)
		frappe.db.set_value("Booking", booking.id, "attendee_phone", "+49 30 1234567")
		[told] = sent(booking, hook)
		assert api.call("hooks.send_again", former, delivery=told.name)[0] == 200
		deliver(booking.id, frappe.db.get_value("Outbox Task", told.name, "due_at") + 1)
		assert [each.status for each in sent(booking, hook)] == ["Skipped"]
		assert len(receiver.requests) == 1

	def test_a_disabled_users_subscription_was_called(self, page, receiver):
		ben = make_user("Ben", ("Scheduling User", "Scheduling Manager"))
		subscribe(ben, receiver.url, meetings="all")
		frappe.get_doc("User", ben).update({"enabled": 0}).save()
		booking = book(page)
		deliver(booking.id, NOW)
		assert [each.status for each in sent(booking)] == ["Skipped"]
		assert receiver.requests == []

	@pytest.mark.parametrize("status", [404, 500, 429])
	def test_is_tried_again_with_the_same_id(self, page, receiver, status):
		hook = subscribe(page.user, receiver.url)
		receiver.answers = [Response("no", status)]
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = sent(booking)
		assert task.status == "Pending"
		assert str(status) in task.error
		deliver(booking.id, NOW + 61)
		assert [each.status for each in sent(booking)] == ["Sent"]
		first, second = (request.headers["X-Scheduler-Delivery"] for request in receiver.requests)
		assert first == second
		assert is_signed(receiver.requests[1], hook.secret)

	def test_a_killed_worker_sends_it_twice_with_one_id(self, page, receiver):
		subscribe(page.user, receiver.url)
		booking = book(page)
		deliver(booking.id, NOW)
		(task,) = sent(booking)
		frappe.db.set_value("Outbox Task", task.name, "status", "Pending")
		deliver(booking.id, NOW)
		assert len({each["id"] for each in bodies(receiver)}) == 1
		assert len(receiver.requests) == 2

	def test_one_receiver_that_is_down_held_up_another(self, page, receiver):
		with receiving() as (broken, url):
			broken.answers = [Response("down", 503)] * 9
			subscribe(page.user, url)
			well = subscribe(page.user, receiver.url)
			booking = book(page)
			deliver(booking.id, NOW)
			assert [each.status for each in sent(booking, well)] == ["Sent"]
			assert len(receiver.requests) == 1

	def test_is_switched_off_after_three_days_and_its_owner_is_told(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		receiver.answers = [Response("down", 503)] * 500
		first, second = book(page, NOW + 21 * DAY + 3 * HOUR), book(page, NOW + 21 * DAY + 4 * HOUR)
		for hours in range(0, 72, 2):
			for booking in (first, second):
				deliver(booking.id, NOW + hours * HOUR)
		assert frappe.db.get_value(DOCTYPE, hook.id, "is_active") == 1
		for booking in (first, second):
			deliver(booking.id, NOW + 73 * HOUR)
		is_active, reason = frappe.db.get_value(DOCTYPE, hook.id, ["is_active", "off_reason"])
		assert (is_active, "503" in reason) == (0, True)
		assert sorted(each.status for booking in (first, second) for each in sent(booking)) == ["Failed", "Skipped"]
		assert not frappe.db.exists("Outbox Outage", {"account": hook.id})
		alerts = frappe.get_all("Notification Log", {"document_name": hook.id}, ["for_user", "subject"])
		assert [each.for_user for each in alerts] == [page.user]
		assert "127.0.0.1" in alerts[0].subject
		assert sent(book(page, NOW + 21 * DAY + 5 * HOUR)) == []

	def test_a_receiver_that_is_gone_ends_it_at_once(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		receiver.answers = [Response("gone", 410)]
		booking = book(page)
		deliver(booking.id, NOW)
		assert [each.status for each in sent(booking)] == ["Failed"]
		assert frappe.db.get_value(DOCTYPE, hook.id, "is_active") == 0
		told = frappe.get_all("Notification Log", {"document_type": "Booking", "document_name": booking.id})
		assert told == [], "the hosts of the meeting can't do anything about it"

	def test_a_name_that_leads_into_the_servers_network_was_called(self, page, receiver, monkeypatch):
		subscribe(page.user, "https://inside.example/x")
		guard = "scheduler_integration.notifications.channels.webhook.site_guard"
		monkeypatch.setattr(guard, lambda: Guard(frozenset(), lambda *_args: [(2, 1, 6, "", ("10.0.0.1", 443))]))
		booking = book(page)
		deliver(booking.id, NOW)
		assert [each.status for each in sent(booking)] == ["Failed"]
		assert receiver.requests == []

	def test_visitors_read_that_another_system_gets_their_booking(self, page, receiver):
		def readers():
			return [fact.receivers for fact in privacy_facts()]

		assert "The organisation's other systems" not in readers()
		subscribe(page.user, receiver.url)
		assert readers().count("The organisation's other systems") == 1

	def test_what_waits_was_sent_after_unsubscribing(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		booking = book(page)
		assert api.call("hooks.unsubscribe", page.user, subscription=hook.id)[0] == 200
		deliver(booking.id, NOW)
		assert [each.status for each in sent(booking)] == ["Skipped"]
		assert receiver.requests == []
		assert sent(book(page, NINE + HOUR)) == []

	def test_a_receiver_that_nobody_calls_any_more_stayed_in_the_list_of_outages(self, page, receiver):
		hook = subscribe(page.user, receiver.url)
		receiver.answers = [Response("down", 503)]
		deliver(book(page).id, NOW)
		assert frappe.db.exists("Outbox Outage", {"account": hook.id})
		api.call("hooks.unsubscribe", page.user, subscription=hook.id)
		assert not frappe.db.exists("Outbox Outage", {"account": hook.id})

	def test_is_sent_again_by_hand_also_if_the_meeting_was_cancelled(self, page, receiver):
		hook = subscribe(page.user, receiver.url, ["booked"])
		booking = book(page)
		deliver(booking.id, NOW)
		bookings.cancel_by_host(booking.id, "", NOW + 60)
		(task,) = sent(booking)
		frappe.db.commit()
		status, body = api.call("hooks.send_again", page.user, delivery=task.name)
		assert (status, body["data"]["status"]) == (200, "Pending")
		deliver(booking.id, frappe.db.get_value("Outbox Task", task.name, "due_at") + 1)
		first, second = bodies(receiver)
		assert (first["id"], first["event"]) == (second["id"], second["event"])
		assert second["booking"]["status"] == "Cancelled"
		_status, body = api.call("hooks.deliveries", page.user, subscription=hook.id)
		[delivery] = body["data"]["deliveries"]
		assert (delivery["status"], delivery["answer"]) == ("Sent", 200)

	def test_a_message_was_sent_again_through_the_door_of_webhooks(self, page):
		task = tasks(book(page).id, kind="email")[0]
		frappe.db.commit()
		assert api.call("hooks.send_again", page.user, delivery=task.name)[0] == 400

	def test_a_colleagues_failed_webhook_was_shown_as_a_message_that_failed(self, page, receiver):
		subscribe(make_user("Ann", ("Scheduling Manager",)), receiver.url, meetings="all")
		receiver.answers = [Response("down", 503)]
		booking = book(page)
		deliver(booking.id, NOW)
		assert sent(booking)[0].error
		# Its e-mails have left or not: it depends on whether this site has a mail server just now.
		shown = undelivered([booking.id], NOW + HOUR).values()
		assert not [each for each in shown if "127.0.0.1" in each.sentence]

	def test_the_statements_of_a_booking_grew_with_the_subscriptions(self, page, receiver):
		asked = []

		def statements(start):
			with recorded() as seen:
				book(page, start)
			asked.append(any("tabWebhook Subscription" in text for text, _values in seen))
			return len(seen)

		statements(NINE)
		without = statements(NINE + HOUR)
		subscribe(page.user, receiver.url)
		statements(NINE + 2 * HOUR)
		for number in range(10):
			subscribe(page.user, f"{receiver.url}/{number}")
		statements(NINE + 3 * HOUR)
		assert statements(NINE + 4 * HOUR) == without
		assert (asked[1], asked[-1]) == (False, False), "the subscriptions weren't read from the cache"


class TestChats:
	def told(self, page, receiver, chat, **fields):
		subscribe(page.user, receiver.url, format=chat)
		booking = book(page, **fields)
		deliver(booking.id, NOW)
		[body] = bodies(receiver)
		return booking, body

	def test_slack_gets_a_sentence_with_names_time_and_the_link(self, page, receiver):
		booking, body = self.told(page, receiver, "slack", name="Ada Lovelace")
		first, second = (block["text"] for block in body["blocks"])
		assert first["type"] == "plain_text"
		for part in ("Booked", "Ada Lovelace", "Intro call", "Jane", "10:00", "Berlin"):
			assert part in first["text"]
		assert second["type"] == "mrkdwn"
		assert f"/scheduling/meeting/{booking.id}|" in second["text"]

	def test_teams_gets_an_adaptive_card(self, page, receiver):
		booking, body = self.told(page, receiver, "teams", name="Ada Lovelace")
		[attachment] = body["attachments"]
		assert (body["type"], attachment["contentType"]) == ("message", "application/vnd.microsoft.card.adaptive")
		[text] = attachment["content"]["body"]
		assert text["type"] == "RichTextBlock"
		assert "Ada Lovelace" in text["inlines"][0]["text"]
		assert attachment["content"]["actions"][0]["url"].endswith(f"/scheduling/meeting/{booking.id}")

	def test_it_is_written_in_the_language_of_its_owner(self, receiver):
		page = make_page(make_user("Jane", time_zone="Europe/Berlin", language="de"))
		_booking, body = self.told(page, receiver, "slack")
		assert body["text"].startswith("Gebucht")

	@pytest.mark.parametrize("chat", ["slack", "teams"])
	@pytest.mark.parametrize(
		"name",
		[
			"Ada <!channel>",
			"Ada <@U123> <#C1>",
			"Ada <https://evil.example|Click>",
			"Ada [Click](https://evil.example)",
			"@channel @here <at>Jane</at>",
			"Ada https://evil.example/x",
			"Ada www.evil.com",
			"Ada &lt;!channel&gt;",
			"Ada evil.zip",
			"Ada evil\u00ad.com",
		],
	)
	def test_a_strangers_name_became_a_link_or_a_mention(self, page, receiver, chat, name):
		subscribe(page.user, receiver.url, format=chat)
		booking = book(page)
		frappe.db.set_value("Booking", booking.id, "attendee_name", name)
		deliver(booking.id, NOW)
		[body] = bodies(receiver)
		if chat == "slack":
			plain = [body["text"], body["blocks"][0]["text"]["text"]]
			assert body["blocks"][0]["text"]["type"] == "plain_text"
			assert all(not {"<", ">"} & {*text} for text in plain)
			assert "evil" not in body["blocks"][1]["text"]["text"]
			assert "&lt;!channel&gt;" not in plain[0] or name != "Ada &lt;!channel&gt;"
		else:
			[block] = body["attachments"][0]["content"]["body"]
			assert [each["type"] for each in block["inlines"]] == ["TextRun"]
			plain = [block["inlines"][0]["text"]]
		for text in plain:
			assert "https://" not in text
			assert "www.evil" not in text
			assert not {"evil.com", "evil.zip", "evil\u00ad.com"} & {*text.split()}
			assert not any(text[at + 1] != "\u2060" for at, char in enumerate(text) if char == "@")

	def test_a_label_with_markup_stays_text(self):
		told = News("a < b", "https://site.example/x", "More & <more>")
		assert "<https://site.example/x|More &amp; &lt;more&gt;>" in json.dumps(slack(told))
		assert teams(told)["attachments"][0]["content"]["actions"][0]["title"] == "More & <more>"
