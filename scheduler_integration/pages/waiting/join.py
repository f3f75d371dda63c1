"""The page on which a visitor joins the waitlist of a meeting type: the booking form's fields, and when they have time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from frappe import _

from scheduler_integration.catalogue.public import PublicMeetingType, PublicPage
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import SchedulingError, TimesAreFree
from scheduler_integration.pages.booking.form import form_view
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.assets import script_address, script_json
from scheduler_integration.pages.kit.document import csrf_token, document
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.fields import field_view, link_answers, new_key
from scheduler_integration.pages.kit.people import faces, names
from scheduler_integration.pages.kit.query import PREFILLED, Query
from scheduler_integration.pages.kit.visitor import Visitor
from scheduler_integration.pages.kit.zones import zone_options
from scheduler_integration.pages.waiting.when import when_fields
from scheduler_integration.parsing.waitlist import USUAL_DAYS
from scheduler_integration.platform import bidi, lengths
from scheduler_integration.platform.clock import iso
from scheduler_integration.waitlist.shown import sends_texts


@dataclass(frozen=True)
class Attempt:
	"""A submitted form: the typed `values`, and why it was refused. `joined` is the address that gets the message then."""

	values: dict[str, Any] = field(default_factory=dict)
	error: SchedulingError | None = None
	joined: str = ""


@dataclass(frozen=True)
class JoinPage:
	"""What the page is about. `when` are the values in the address. `asks`: joining may need a proof or a code."""

	page: PublicPage
	meeting: PublicMeetingType
	query: Query
	visitor: Visitor
	now: int
	when: dict[str, Any]
	asks: bool = False
	attempt: Attempt = Attempt()

	@property
	def zone(self) -> str:
		return self.visitor.zone or self.page.timezone

	@property
	def lacks_zone(self) -> bool:
		"""Whether the visitor's zone isn't known yet. A form that was sent has one, which the person has seen."""
		return self.visitor.zone is None and self.attempt == Attempt()


def joining_view(shown: JoinPage) -> dict:
	"""Return the view of `/schedule/<slug>/<meeting type>/waitlist`."""
	error, heading = shown.attempt.error, _heading(shown)
	form = _form(shown)
	has_conditions = any(each["condition"] for each in form["fields"])
	news = [error.message] if error else []
	return {
		"document": document(
			shown.visitor,
			title=" · ".join([*news, heading["title"], shown.meeting.title, shown.page.title]),
			description=bidi.plain(heading["text"]),
			brand=shown.page.brand,
			style="waitlist",
			script="joining" if _needs_script(shown, has_conditions=has_conditions) else None,
			framed=True,
		),
		"heading": heading,
		"joined": bool(shown.attempt.joined),
		"title": shown.meeting.title,
		"with": ", ".join(names(shown.meeting.hosts or shown.page.hosts)) or shown.page.title,
		"faces": faces(shown.meeting.hosts or shown.page.hosts),
		"form": form,
		"fields": _when(shown),
		"zone": _zone(shown),
		"problem": error and error.message,
		"free": _free(error, shown) if isinstance(error, TimesAreFree) else [],
		"book_url": stay(shown.query.url()),
		"action": shown.query.waitlist_url(),
		"csrf_token": csrf_token(),
		"data": script_json(_script_data(shown, has_conditions=has_conditions)),
		"status": error.http_status_code if error else 200,
	}


def _free(error: TimesAreFree, shown: JoinPage) -> list[dict[str, str]]:
	"""Return links that choose one of the free times on the booking page."""
	locale, style = shown.visitor.locale, shown.visitor.style(error.zone)
	return [
		{
			"url": stay(shown.query.url(start=iso(start, error.zone), tz=error.zone)),
			"day": dates.short_day(local_date(start, error.zone), locale),
			"time": dates.clock_time(start, style),
		}
		for start in error.starts
	]


def _needs_script(shown: JoinPage, *, has_conditions: bool) -> bool:
	return not shown.attempt.joined and (shown.asks or has_conditions or shown.lacks_zone)


def _heading(shown: JoinPage) -> dict[str, str]:
	if shown.attempt.joined:
		text = _("We've sent a message to {0}. Its link shows your place, and lets you change your times or leave.")
		sentence = bidi.sentence(text, bidi.left_to_right(shown.attempt.joined))
		return {"icon": "check", "title": _("You're on the waitlist"), "text": sentence}
	text = _("Say when you have time. If a time becomes free that suits you, we keep it for you and ask you.")
	return {"icon": "clock", "title": _("Join the waitlist"), "text": text}


def _form(shown: JoinPage) -> dict:
	"""Return the view of the booking form's fields, without additional guests: nobody is invited before there is a time."""
	errors = shown.attempt.error.details if shown.attempt.error else {}
	values = shown.attempt.values or _linked(shown)
	form = form_view(shown.meeting, values, errors)
	asked, folded = form["fields"], [each for each in form["folded"] if each["name"] != "guests"]
	if sends_texts():
		phones = [each for each in folded if each["name"] == "attendee_phone"]
		folded = [each for each in folded if each not in phones]
		asked = [*asked[:2], *phones, *asked[2:]]
	code = [each for each in asked if each["name"] == "code"]
	return {
		**form,
		"fields": [*_duration(shown, errors), *(each for each in asked if each not in code)],
		"code": code,
		"folded": folded,
		"unfolds": any(each["error"] or each["value"] for each in folded),
	}


def _linked(shown: JoinPage) -> dict[str, Any]:
	carried = shown.query.carried
	linked = {field: carried.get(name) for name, field in PREFILLED.items()}
	return {**linked, **link_answers(shown.meeting.questions, carried), "idempotency_key": new_key()}


def _duration(shown: JoinPage, errors: dict[str, str]) -> list[dict]:
	"""Return the choice of a duration; empty unless there are several."""
	options = shown.meeting.duration_options
	if len(options) < 2:
		return []
	locale = shown.visitor.locale
	chosen = shown.query.duration if shown.query.duration in options else shown.meeting.duration_minutes
	choices = [{"value": str(minutes), "label": lengths.duration(minutes, locale)} for minutes in options]
	about = {"label": _("Duration"), "type": "radio", "required": True, "choices": choices}
	return [field_view("duration", {"duration": str(chosen)}, errors, **about)]


def _when(shown: JoinPage) -> dict[str, Any]:
	today = local_date(shown.now, shown.zone)
	usual = {"first_date": today.isoformat(), "last_date": (today + timedelta(days=USUAL_DAYS)).isoformat()}
	error = shown.attempt.error
	values = shown.when if error else {**usual, **shown.when}
	has_phone_field = sends_texts()
	return when_fields(
		values,
		error.details if error else {},
		shown.visitor.locale,
		can_text=has_phone_field,
		needs_phone=has_phone_field,
	)


def _zone(shown: JoinPage) -> dict[str, Any]:
	locale, query = shown.visitor.locale, shown.query
	return {
		"name": shown.zone,
		"text": _("{0}, {1}").format(
			dates.city(shown.zone, locale), dates.clock_time(shown.now, shown.visitor.style(shown.zone))
		),
		"options": zone_options(locale, shown.zone, shown.page.timezone) if query.lists_zones else None,
		"list_url": f"{query.waitlist_url(zones=1, **shown.when)}#zone",
	}


def _script_data(shown: JoinPage, *, has_conditions: bool) -> dict[str, Any]:
	gate = {"gate": {"script": script_address("gate"), "solver": script_address("solver")}} if shown.asks else {}
	strings = {"asked_too": _("Please answer this too: {0}")} if has_conditions else {}
	asked_after = {"askedAfter": script_address("asked_after")} if has_conditions else {}
	about = {"slug": shown.query.slug, "meetingType": shown.query.meeting_type, "strings": strings}
	zone = {"zoneIsUnknown": True, "zone": shown.zone} if shown.lacks_zone else {}
	return {**about, **gate, **asked_after, **zone}
