"""A page for hosts under `/scheduling`, in one file: what it shows, what its forms do, and the sentence when that is done.

	PAGE = HostPage("/scheduling/waitlist", style="types")

	@PAGE.action("withdraw", done=for_later("The offer is taken back."))
	def _withdraw() -> None:
		by_host.withdraw_offer(argument("entry"), now())

	@PAGE.view
	def _view(reader: Reader) -> View:
		return {"title": _("Waitlist"), "lists": [_list(each, reader) for each in own_lists(reader.now)]}

pages/routes.py has the page's address, and beside the page's module is the template of its name. A form names its action in the field `action`
or `form`. A script gets JSON as the answer, a browser without one is redirected (see pages/kit/saving.py).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property
from typing import Any

import frappe
from babel import Locale, numbers
from frappe import _

from scheduler_integration.availability.defaults import timezone_of
from scheduler_integration.engine import local_date
from scheduler_integration.exceptions import InvalidRequest, NotPermitted, SchedulingError
from scheduler_integration.pages.host.house import frame
from scheduler_integration.pages.kit import dates
from scheduler_integration.pages.kit.dates import TimeStyle
from scheduler_integration.pages.kit.fields import echo
from scheduler_integration.pages.kit.respond import (
	Answer,
	View,
	WayOut,
	argument,
	respond,
	submitted,
	to_your_meetings,
	wants_json,
)
from scheduler_integration.pages.kit.saving import UNDO_SECONDS, Saved, answer_form, take_back, toast_of
from scheduler_integration.pages.kit.spans import moment_in_short
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.permissions import has_app_permission
from scheduler_integration.platform import lengths
from scheduler_integration.platform.clock import now
from scheduler_integration.platform.language import counted, for_later
from scheduler_integration.platform.money import money
from scheduler_integration.platform.progress import HowFar

Action = Callable[[], Saved | None]


def anybody() -> bool:
	"""For pages of every signed-in user: what they show is the user's own, or what they may read."""
	return True


@dataclass(frozen=True)
class Reader:
	"""The signed-in person who reads the page, at `now` in epoch seconds.

	`error` is that of the form just sent, and `form` the name of its action; `toast` is about what was saved before the redirect
	to this page.
	"""

	user: str
	visitor: Visitor
	now: int
	error: SchedulingError | None = None
	toast: dict[str, Any] | None = None
	form: str = ""

	@cached_property
	def zone(self) -> str:
		return timezone_of(self.user)

	@property
	def style(self) -> TimeStyle:
		"""How times are written for the reader, in the reader's zone."""
		return self.visitor.style(self.zone)

	@property
	def locale(self) -> Locale:
		return self.visitor.locale

	@property
	def today(self) -> date:
		return local_date(self.now, self.zone)

	def typed(self, names: Iterable[str]) -> dict[str, str]:
		"""Return what was typed into these fields, if the form is refused."""
		return {name: echo(argument(name)) for name in names} if self.error else {}

	def number(self, value: float, pattern: str | None = None) -> str:
		return numbers.format_decimal(value, pattern, self.locale)

	def percent(self, value: float | None) -> str:
		"""`75.5%` for 75.5, or a dash if there is nothing to divide by."""
		return "–" if value is None else numbers.format_percent(value / 100, "#,##0.#%", locale=self.locale)

	def money(self, amount: float, currency: str) -> str:
		return money(amount, currency, self.locale)

	def full_date(self, day: date) -> str:
		return dates.full_date(day, self.locale)

	def day_and_month(self, day: date) -> str:
		return dates.day_and_month(day, self.locale)

	def weekday(self, day: date) -> str:
		return dates.weekday(day, self.locale)

	def week(self, first: date) -> str:
		"""Return the first and the last date of a week."""
		return dates.date_range(first, first + timedelta(days=6), self.locale)

	def clock(self, instant: int) -> str:
		return dates.clock_time(instant, self.style)

	def short_day(self, day: date) -> str:
		return dates.short_day(day, self.locale)

	def city(self, zone: str = "") -> str:
		"""Return the city of a zone, by default of the reader's own."""
		return dates.city(zone or self.zone, self.locale)

	def duration(self, minutes: int) -> str:
		return lengths.duration(minutes, self.locale)

	def moment(self, instant: int) -> str:
		"""`Mon 23 Nov, 14:00`, for epoch seconds."""
		return moment_in_short(instant, self.style)


def bar(reader: Reader, id: str, known: HowFar | None, of_all: str, so_far: str, unknown: str = "") -> dict[str, Any]:
	"""Return how far work is, for the macro `bar`, in a sentence for `counted`: `so_far` is that without a total."""
	done, total, _is_over = known or HowFar(0)
	text = counted(of_all, total) if total else counted(so_far, done) if known else unknown
	return {"id": id, "done": done, "total": total, "text": text.format(reader.number(done), reader.number(total))}


def message_of(error: SchedulingError | None, beside: Collection[str] = ()) -> dict[str, Any] | None:
	"""Return why something was refused, in one text. `beside` are the fields beside which the page shows it."""
	if not error:
		return None
	rest = [text for name, text in error.details.items() if name not in beside]
	text = " ".join(dict.fromkeys([error.message, *rest])) if rest or not error.details else ""
	return {"text": text, "is_error": True} if text else None


class HostPage:
	"""A page of the signed-in user. `here` is its entry in the navigation, if that isn't its address.

	`allowed` says whether the user may see it: by default hosts and managers. `kept` are arguments of the address that stay
	after a form. `chooses` are those that say what the page is about. Their controls stand in the form of an action, which has
	what is shown as `shown:<name>`: the button `show` leads there, and an action on something that isn't shown yet is refused.
	`address` returns the path of this request if it has a variable part, or with arguments those that stay while
	somebody signs in. `in_page`: what was done, or why it was refused, is said above the page, and not in a toast. `also` are
	sentences for the `done` of commands that aren't actions of the page.
	`seconds` is how long these can be undone. `previews` says whether the form only asks what it would do: no action runs,
	and the view answers. `way_out` returns the link of the error page. `bars` returns a `bar` for each long work that the page
	waits for; a script that asks for JSON gets only these (public/js/house/follow-bars.js).
	"""

	def __init__(
		self,
		path: str,
		*,
		here: str = "",
		style: str = "host",
		allowed: Callable[[], bool] = has_app_permission,
		kept: tuple[str, ...] = (),
		chooses: tuple[str, ...] = (),
		address: Callable[[], str] | None = None,
		in_page: bool = False,
		also: Mapping[str, str] | None = None,
		seconds: int = UNDO_SECONDS,
		previews: Callable[[], bool] = lambda: False,
		way_out: Callable[[SchedulingError], WayOut | None] = to_your_meetings,
		bars: Callable[[Reader], list[dict[str, Any]]] | None = None,
	):
		self.path, self.here, self.style, self.kept, self.in_page = path, here, style, kept, in_page
		self._allowed, self._address = allowed, address or (lambda: path)
		self._seconds, self._previews, self._way_out, self._bars = seconds, previews, way_out, bars
		self._actions: dict[str, Action] = {}
		self._fields: dict[str, str] = {}
		self._done: dict[str, str] = dict(also or {})
		self._chooses = chooses

	def action(self, name: str, *, done: str = "", field: str = "") -> Callable[[Action], Action]:
		"""Decorate what the form's button `name` does. It raises a SchedulingError if it is refused.

		`done` is the sentence when it is done (`for_later`). With `field`, a form that has this field and no action means it.
		A form that names none of the page's actions means the action "".
		"""

		def register(act: Action) -> Action:
			self._actions[name] = act
			if done:
				self._done[name or "saved"] = done
			if field:
				self._fields[field] = name
			return act

		return register

	def undo(self, take: Callable[[dict[str, Any]], Saved | None]) -> Callable[[dict[str, Any]], Saved | None]:
		"""Decorate what takes an action back: it gets the facts that the action returned as `Saved.undo`."""
		self._done.setdefault("undone", for_later("Undone."))
		self._actions["undo"] = lambda: take(take_back(argument("undo")))
		return take

	def view(self, make: Callable[[Reader], View]) -> Callable[[Reader], View]:
		"""Decorate what the page shows: `title` and what else `frame` reads (pages/host/house.py), and what the template prints.

		An `error` in it, met while the page was made, decides the status in place of the form's.
		"""
		self._make = make
		return make

	def answer(self) -> View:
		"""Do what the form of the request asks for, and return what the template prints."""
		return respond(self._respond, sign_in_for=self._address, way_out=self._way_out)

	def _respond(self) -> View:
		if not self._allowed():
			raise NotPermitted
		sentences = {name: _(text) for name, text in self._done.items()}
		kept = {name: argument(name) for name in self.kept}
		path = self._address().partition("?")[0]
		error = None
		if submitted() and (argument("action") == "show" or not self._previews()):
			error = answer_form(self._act, path, sentences, kept)
		toast = toast_of(path, sentences, self._seconds)
		toast = toast and {**toast, "address": path}
		reader = Reader(frappe.session.user, current_visitor(), now(), error, toast, self._asked() if error else "")
		if self._bars and wants_json() and not submitted():
			raise Answer({"running": self._bars(reader)}, 200)
		view: View = {"error": error, **self._make(reader)}
		error = view.pop("error")
		done = {"text": toast["text"], "is_error": False} if toast else None
		said = {"toast": None, "message": message_of(error) or done} if self.in_page else {"toast": toast}
		status = error.http_status_code if error else 200
		view = {
			"path": path,
			"reader": reader,
			"status": status,
			"said": error.message if error else "",
			**said,
			**view,
		}
		return {**view, **frame(reader.user, reader.visitor, reader.now, self.here or path, self.style, view)}

	def _asked(self) -> str:
		"""Return the name of the action that the sent form means."""
		form = frappe.request.form
		named = (
			argument("action"),
			argument("form"),
			*(name for field, name in self._fields.items() if form.get(field)),
		)
		asked = ("undo",) if argument("undo") else named
		return next((each for each in asked if each and each in self._actions), "")

	def _act(self) -> Saved:
		name = self._asked()
		if self._chooses and argument("action") == "show":
			return Saved("", kept={each: argument(each) for each in self._chooses})
		form = frappe.request.form
		if any(argument(each) != form.get(f"shown:{each}", argument(each)) for each in self._chooses):
			raise InvalidRequest(_("You have chosen something else. Look at it here, and press the button again."))
		if name not in self._actions:
			raise InvalidRequest
		saved = self._actions[name]() or Saved()
		done = "undone" if name == "undo" else name or "saved"
		return replace(saved, done=done) if saved.done == "saved" else saved
