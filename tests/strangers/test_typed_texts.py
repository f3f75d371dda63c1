"""Texts with variables that managers and hosts type. Frappe's templates would let them read and change the whole site."""

import re
import time
from urllib.parse import urlsplit

import frappe
import pytest
from frappe.utils.password import update_password

from scheduler_integration.exceptions import TextNotUsable
from scheduler_integration.notifications.readers import attendee_of, hosts_of
from scheduler_integration.notifications.rules import CACHE
from scheduler_integration.notifications.templates import ALIASES, TEXT_NAMES, render_text
from scheduler_integration.notifications.variables import NAMES, variables_for
from scheduler_integration.parsing.typed_template import LONGEST, check_text, filled_in, filled_in_anyway
from scheduler_integration.platform.clock import now
from tests.pages.offer import PASSWORD, book, make_offer, path_of, sign_in, wish_for
from tests.support import door
from tests.support.factories import fresh, make_user, page_of
from tests.support.outbox import deliver, mails

pytestmark = pytest.mark.usefixtures("commit_clean")

TYPES = "scheduler_integration.api.meeting_types"
NAMED = ("title", "notes", "answers", "attendee_name")
VALUES = {
	"title": "Intro call",
	"notes": "a" * 2000,
	"answers": [{"question": f"q{each}", "answer": "b" * 2000} for each in range(30)],
	"attendee_name": "Ada Lovelace",
}

ESCALATION = (
	"{{ frappe.db.set_value('Has Role', frappe.db.get_value('Has Role', {'parent': 'ME'}, 'name'), 'role', "
	"'System Manager') }}"
)
HOSTILE = [
	ESCALATION,
	"{{ frappe.db.sql('select name, password from __Auth') }}",
	"{{ frappe.get_all('User') }}",
	"{{ frappe.make_get_request('http://127.0.0.1:11311/') }}",
	"{{ frappe }}",
	"{{ _('Hello') }}",
	"{{ ''.__class__.__mro__ }}",
	"{{ ''['__class__'] }}",
	"{{ '' | attr('__class__') }}",
	"{{ title.__class__ }}",
	"{{ title.format_map }}",
	"{{ answers.append('x') }}",
	"{{ '{0.__class__}'.format(title) }}",
	"{{ '{0:>999999999}'.format(title) }}",
	"{{ '%999999999s' % title }}",
	"{{ title | format }}",
	"{{ title | center(999999999) }}",
	"{{ title | replace('', notes) }}",
	"{{ notes | list | join(notes) }}",
	"{{ [title] | map('upper') | list }}",
	"{{ 'a' * 10**9 }}",
	"{{ 10 ** 10 ** 10 }}",
	"{{ 1 + 1 }}",
	"{% for i in range(10**9) %}x{% endfor %}",
	"{% for i in [1, 2, 3] recursive %}{{ loop([1]) }}{% endfor %}",
	"{% include 'frappe/www/login.html' %}",
	"{% import 'frappe/www/login.html' as x %}",
	"{% from 'frappe/www/login.html' import x %}",
	"{% extends 'frappe/www/login.html' %}",
	"{% set x = notes ~ notes %}{{ x }}",
	"{% macro x() %}{{ x() }}{% endmacro %}{{ x() }}",
	"{% block x %}{% endblock %}",
	"{% call x() %}{% endcall %}",
	"{% filter upper %}x{% endfilter %}",
	"{% with x = 1 %}{% endwith %}",
	"{% autoescape false %}{% endautoescape %}",
	"{{ lipsum.__globals__ }}",
	"{{ cycler.__init__.__globals__ }}",
	"{{ joiner }}",
	"{{ namespace() }}",
	"{{ self }}",
	"{{ self._TemplateReference__context }}",
	"{{ loop.cycle('a') }}",
	"{{ title is callable }}",
	"{% if %}",
	"{% for x in answers %}",
	"{{",
	"{{ " + "(" * 3000 + "1" + ")" * 3000 + " }}",
	"{{ " + "not " * 2000 + "1 }}",
	"{{ title" + " | upper" * 1000 + " }}",
	"{{ " + "9" * 5000 + " }}",
	"x" * (LONGEST + 1),
	"{{ " + "x" * 9000 + " }}",
]
# Correct, and refused only when they run.
ENDLESS = [
	"".join(f"{{% for x{each} in notes %}}" for each in range(15)) + "{% endfor %}" * 15,
	"{% for a in answers %}{% for b in answers %}" + "{{ notes }}" * 100 + "{% endfor %}{% endfor %}",
	"{{ answers }}" * 500,
	"{% for a in notes %}{% if " + " ~ ".join(["answers"] * 900) + " == 'x' %}{% endif %}{% endfor %}",
]


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_a_hostile_text_is_refused_with_its_place(text):
	began = time.process_time()
	with pytest.raises(TextNotUsable) as caught:
		check_text(text, NAMED)
	assert time.process_time() - began < 5
	assert caught.value.details == {"text": caught.value.reason}
	assert len(caught.value.message) < 1000


@pytest.mark.parametrize("text", HOSTILE + ENDLESS, ids=lambda text: text[:40])
def test_a_hostile_text_that_was_stored_before_makes_nothing(text):
	began = time.process_time()
	made = filled_in_anyway(text, VALUES)
	assert time.process_time() - began < 5
	assert len(made) <= 200_000
	assert not re.search("built-in|<class|function|TemplateReference|127.0.0.1|[0-9]{3}", made.replace("9" * 5000, ""))


@pytest.mark.parametrize(
	("text", "filled"),
	[
		("Hello {{ attendee_name }}", "Hello Ada Lovelace"),
		("{{attendee_name|upper}}, {{ title | truncate(5, true, '…', 0) }}", "ADA LOVELACE, Intr…"),
		("{% if missing %}a{% elif title == 'Intro call' and not notes is none %}b{% endif %}", "b"),
		("{% for each in answers if each.question in ('q1', 'q2') %}{{ loop.index }}{{ each.question }} {% endfor %}", "1q1 2q2 "),
		("{{ answers[0].question ~ '-' ~ answers[1]['question'] }}", "q0-q1"),
		("{{ company }}|{{ none_of_these }}", "|{{ none_of_these }}"),
		("{{ title if title else 'x' }}{# a comment #}", "Intro call"),
		("50 % off: {a} {{ '{{' }}", "50 % off: {a} {{"),
	],
)  # fmt: skip
def test_an_honest_text_is_filled_in(text, filled):
	assert filled_in(text, {**VALUES, "company": None}) == filled


def test_an_attendees_words_are_not_run_again():
	assert filled_in("{{ notes }}", {"notes": "{{ 613 * 7 }}{{ title }}", "title": "x"}) == "{{ 613 * 7 }}{{ title }}"


def test_the_names_that_texts_may_use_are_those_that_are_filled_in():
	booking = frappe.get_doc("Booking", book(make_offer()).id)
	assert set(variables_for(booking, attendee_of(booking))) == set(NAMES)
	assert set(TEXT_NAMES) == {*NAMES, *ALIASES}


# The doors


@pytest.fixture
def manager(client):
	user = make_user("Mia", roles=("Scheduling Manager",), new_password=PASSWORD)
	frappe.db.commit()
	assert client.login(user, PASSWORD).ok
	client.take_csrf_token("/app")
	client.user = user
	return client


@pytest.fixture
def host(client):
	offer = make_offer()
	user = page_of(offer).user
	update_password(user, PASSWORD)
	frappe.db.commit()
	assert client.login(user, PASSWORD).ok
	client.take_csrf_token("/app")
	client.offer = offer
	return client


def automate(text="Hello", **fields):
	values = {"title": "Ours", "trigger": "Booked", "channel": "To-do", "text": text, **fields}
	made = frappe.get_doc({"doctype": "Meeting Automation", **values}).insert().name
	frappe.db.commit()
	return made


def stored(text, **fields):
	"""Return an automation that had this text before texts were checked."""
	name = automate(**fields)
	frappe.db.set_value("Meeting Automation", name, "text", text)
	frappe.cache.delete_value(CACHE)
	frappe.db.commit()
	return name


def is_still_a_manager_only(user):
	frappe.db.rollback()
	return frappe.get_all("Has Role", {"parent": user}, pluck="role") == ["Scheduling Manager"]


def test_a_manager_cannot_become_system_manager_with_the_text_of_an_automation(manager):
	text = ESCALATION.replace("ME", manager.user)
	booking = book(make_offer()).id
	values = {"title": "Ours", "trigger": "Booked", "channel": "To-do", "text": text}
	inserted = manager.post("/api/resource/Meeting Automation", json=values)
	assert (inserted.status_code, "Message text: The text can't be used" in inserted.text) == (400, True)
	assert not frappe.db.exists("Meeting Automation", {"text": text})
	saved = manager.put(f"/api/resource/Meeting Automation/{automate()}", json={"text": text})
	assert saved.status_code == 400
	for name in (stored(text), stored(text, channel="SMS")):
		answer = manager.call("scheduler_integration.api.automations.preview", name=name, booking=booking)
		assert (answer.status_code, answer.json()["code"]) == (400, "TEXT_NOT_USABLE"), answer.text
	assert is_still_a_manager_only(manager.user)


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_no_hostile_text_can_be_saved_in_an_automation(text):
	template = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_confirmed"}, "email_template")
	for channel in ("SMS", "To-do", "Email", "Webhook"):
		others = {"email_template": template, "webhook_url": "https://hooks.example/x"}
		with pytest.raises(TextNotUsable):
			automate(text, channel=channel, **others)


def test_a_message_that_comes_with_the_app_takes_no_hostile_text_either(manager):
	name = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_reminder_text"})
	assert manager.put(f"/api/resource/Meeting Automation/{name}", json={"text": "{{ frappe }}"}).status_code == 400


@pytest.mark.long
def test_a_booking_runs_no_text_that_was_stored_before(manager):
	text = "Call {{ attendee_name }}! " + ESCALATION.replace("ME", manager.user)
	stored(text)
	offer = make_offer()
	booking = book(offer).id
	deliver(booking, now())
	(todo,) = frappe.get_all("ToDo", {"reference_name": booking}, pluck="description")
	assert frappe.utils.strip_html(todo).strip() == "Call Ada Lovelace!"
	assert is_still_a_manager_only(manager.user)


@pytest.mark.long
@pytest.mark.parametrize("text", ["{% if %}", "{{ frappe.get_all('User') }}", "{{ company }}", "{% for a in %}"])
def test_a_message_whose_text_cannot_be_used_is_not_lost(text):
	stored(text)
	booking = book(make_offer()).id
	deliver(booking, now())
	(todo,) = frappe.get_all("ToDo", {"reference_name": booking}, pluck="description")
	assert frappe.utils.strip_html(todo).strip() == "Intro call: Ada Lovelace and Jane Doe"


def test_a_text_message_that_comes_with_the_app_is_sent_with_the_apps_text_if_its_own_is_hostile():
	booking = frappe.get_doc("Booking", book(make_offer()).id)
	reader = hosts_of(booking)[0]
	text = render_text("attendee_reminder_text", "{{ frappe.get_all('User') }}", variables_for(booking, reader))
	assert text.startswith("Reminder: Intro call with Jane Doe")


@pytest.mark.long
@pytest.mark.parametrize("field", ["event_title", "event_description"])
def test_a_host_cannot_type_a_hostile_title_or_description_of_calendar_entries(host, field):
	for text in ("{{ frappe.get_all('User') }}", "{{ ''.__class__ }}", "{% include 'frappe/www/login.html' %}"):
		saved = host.put(f"/api/resource/Meeting Type/{host.offer.name}", json={field: text})
		assert saved.status_code == 400, saved.text
		made = {"title": "X", "scheduling_page": host.offer.scheduling_page, "duration_minutes": 30, field: text}
		assert host.post("/api/resource/Meeting Type", json=made).status_code == 400
		changed = host.call(f"{TYPES}.update", meeting_type=host.offer.name, **{field: text})
		assert (changed.status_code, changed.json()["code"]) == (400, "TEXT_NOT_USABLE"), changed.text
		assert list(changed.json()["details"]) == [field]
		form = {
			"group": "entry",
			"modified": str(host.offer.modified),
			"event_title": "",
			"event_description": "",
			field: text,
		}
		sent = host.post(f"/scheduling/types/{host.offer.name}", data=form)
		assert (sent.status_code, "isn&#39;t known" in sent.text or "of the kind" in sent.text) == (400, True), (
			sent.text
		)
	assert host.put(f"/api/resource/Meeting Type/{host.offer.name}", json={field: "{{ company }}"}).status_code == 200


def test_a_type_with_an_older_text_can_still_be_saved():
	offer = make_offer()
	frappe.db.set_value("Meeting Type", offer.name, "event_title", "{% if %}")
	offer.reload()
	offer.update({"description": "New"}).save()


@pytest.mark.parametrize("text", HOSTILE, ids=lambda text: text[:40])
def test_a_hostile_text_of_a_calendar_entry_is_left_out_and_the_meeting_is_booked(client, text):
	offer = make_offer()
	for field, value in (("event_title", text[:140]), ("event_description", text)):
		frappe.db.set_value("Meeting Type", offer.name, field, value)
	frappe.clear_document_cache("Meeting Type", offer.name)
	frappe.db.commit()
	booking = door.book(wish_for(offer), now())
	subject = frappe.db.get_value("Booking", booking.id, "subject")
	events = [str(mail.event.to_ical()) for mail in mails(booking.id, now())]
	assert subject
	for shown in (subject, *events):
		assert not re.search("built-in|&lt;class|<class|TemplateReference|site.example", shown)


# Texts that are never templates


@pytest.mark.long
def test_other_texts_of_hosts_and_attendees_are_never_run(client):
	"""They are shown as they were typed: on pages, in mails, invitations, to-dos and the CRM's records."""
	sum_of = "{{ 613 * 7 }}"
	offer = make_offer(
		{"title": f"P {sum_of}", "description": sum_of, "welcome_message": sum_of},
		title=f"T {sum_of}", description=sum_of, confirmation_message=sum_of, location_details=sum_of,
		questions=[{"label": f"Q {sum_of}", "question_type": "Text", "help_text": sum_of}],
	)  # fmt: skip
	automate("{{ title }} {{ notes }} {{ confirmation_message }} {{ answers }}")
	booking = book(offer, attendee_name=f"A {sum_of}", attendee_company=sum_of, notes=f"N {sum_of}")
	deliver(booking.id, now())
	shown = [client.get(path_of(offer)).text, client.get(f"/schedule/{page_of(offer).slug}").text]
	shown += [client.get(urlsplit(booking.manage_url).path).text]
	shown += frappe.get_all("Email Queue", {"reference_name": booking.id}, pluck="message")
	shown += frappe.get_all("ToDo", {"reference_name": booking.id}, pluck="description")
	shown += [str(dict(frappe.get_doc("Booking", booking.id).as_dict()))]
	shown += frappe.get_all("Event", {"subject": ["like", "%613%"]}, pluck="description")
	assert len(shown) > 5
	for text in shown:
		assert "4291" not in text
	assert sum(sum_of in text for text in shown) > 3


@pytest.mark.parametrize("role", ["Scheduling Manager", "Scheduling User"])
def test_only_system_managers_write_email_templates(client, role):
	"""Frappe's own templates, with everything that Frappe gives them, are for those who may change the site anyway."""
	name = frappe.db.get_value("Meeting Automation", {"built_in": "attendee_confirmed"}, "email_template")
	user = make_user("Mia", roles=(role,), new_password=PASSWORD)
	frappe.db.commit()
	sign_in(client, user)
	client.take_csrf_token("/app")
	made = {"name": fresh("Template"), "subject": "{{ frappe }}", "response": "x"}
	assert client.post("/api/resource/Email Template", json=made).status_code == 403
	assert client.put(f"/api/resource/Email Template/{name}", json={"subject": "{{ frappe }}"}).status_code == 403
	assert client.delete(f"/api/resource/Email Template/{name}").status_code == 403
