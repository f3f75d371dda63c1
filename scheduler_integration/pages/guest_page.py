"""A page for visitors under `/schedule`, in one file: what it shows, and what its forms do.

	PAGE = GuestPage("/schedule/waitlist")

	@PAGE.action("pass")
	def _pass(visit: Visit) -> str:
		pass_offer(visit.token, argument("offer"))
		return stay(f"{visit.path}?passed=1")

	@PAGE.view
	def _view(visit: Visit) -> View:
		return {"document": document(visit.visitor, title=...), "entry": entry_by_token(visit.token, visit.now)}

pages/routes.py has the page's address, and beside the page's module is the template of its name.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import NamedTuple
from urllib.parse import quote, urlsplit

from babel import Locale

from scheduler_integration.entry.errors import refusals
from scheduler_integration.entry.limits import REQUESTS, Limit, count_request
from scheduler_integration.exceptions import PaymentOpen, SchedulingError, details_of
from scheduler_integration.pages.kit.document import csrf_token
from scheduler_integration.pages.kit.embedding import stay
from scheduler_integration.pages.kit.respond import (
	View,
	WayOut,
	argument,
	chosen_in_form,
	redirection,
	refusal_told,
	respond,
	submitted,
	to_start,
)
from scheduler_integration.pages.kit.visitor import Visitor, current_visitor
from scheduler_integration.platform.clock import now


class Heading(NamedTuple):
	"""The head of a card. `mood` is "quiet" if the page is about something that is over."""

	icon: str
	title: str
	text: str
	mood: str = "good"


@dataclass(frozen=True)
class Visit:
	"""A request for a page: its reader, at `now` in epoch seconds. `path` is the page's address with its `token`, if it has one.

	`error` is why the form that was just sent is refused, and `refused` the name of its action.
	"""

	visitor: Visitor
	now: int
	token: str
	path: str
	error: SchedulingError | None = None
	refused: str = ""

	@property
	def locale(self) -> Locale:
		return self.visitor.locale

	@property
	def errors(self) -> dict[str, str]:
		"""Why the form was refused, by the names of its fields."""
		return details_of(self.error)


class GuestPage:
	"""A page of visitors. With `path`, its address ends with a token.

	`field` is the field or button of a form that names its action. `unnamed` returns the action of a form without it, or "". In
	a scanner's POST to a link, the field stands in the address at most, so nothing is done. `way_out` is that of `respond`.
	"""

	def __init__(
		self,
		path: str = "",
		*,
		field: str = "action",
		unnamed: Callable[[], str] = lambda: "",
		way_out: Callable[[SchedulingError], WayOut | None] = to_start,
	):
		self._path, self._field, self._unnamed, self._way_out = path, field, unnamed, way_out
		self._actions: dict[str, tuple[Callable[[Visit], str | View], Limit | None]] = {}

	def action(self, *names: str, limit: Limit | None = None) -> Callable[[Callable], Callable]:
		"""Decorate what the form does: it returns the address to go on to, or a view. It raises SchedulingError if it is refused.

		`limit` also counts the form, as that of the API's method (`api/door.py`). Every request counts for REQUESTS.
		Somebody who has booked the time already, and hasn't paid, is led to the payment.
		"""

		def register(act: Callable[[Visit], str | View]) -> Callable[[Visit], str | View]:
			self._actions.update(dict.fromkeys(names, (act, limit)))
			return act

		return register

	def view(self, make: Callable[[Visit], View]) -> Callable[[Visit], View]:
		"""Decorate what the page shows: its `document`, and what the template prints. It can raise a redirection."""
		self._make = make
		return make

	def answer(self) -> View:
		"""Do what the form of the request asks for, and return what the template prints."""
		return respond(self._respond, way_out=self._way_out)

	def _respond(self) -> View:
		count_request(REQUESTS)
		token, view = argument("token"), None
		visit = Visit(current_visitor(), now(), token, f"{self._path}/{quote(token, safe='')}")
		name = self._chosen()
		try:
			with refusals():
				if name:
					act, limit = self._actions[name]
					if limit:
						count_request(limit)
					view = act(visit)
		except PaymentOpen as payment:
			view = stay(urlsplit(payment.address).path)
		except SchedulingError as error:
			visit = replace(visit, error=error, refused=name)
		if isinstance(view, str):
			raise redirection(view)
		shown: View = {"csrf_token": csrf_token()} if self._actions else {}
		if visit.error:
			shown |= {"problem": visit.error.message, "status": visit.error.http_status_code}
		made = shown | (view or self._make(visit))
		# The assistant asked for something else than the page shows: why it didn't get it comes first.
		return made | ({"told": refusal_told(visit.error)} if visit.error else {})

	def _chosen(self) -> str:
		"""Return the action of the form that this request sends, or ""."""
		name = argument(self._field) if chosen_in_form(self._field) else ""
		return name if name in self._actions or not submitted() else self._unnamed()
