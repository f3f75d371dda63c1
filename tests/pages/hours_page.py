"""The pages of weekly hours and of time off as a host uses them without a script: opens them, fills in a form, presses a button."""

from collections.abc import Iterable
from typing import Any

import frappe

from scheduler_integration.availability.week import week_of
from tests.pages.offer import make_offer, sign_in
from tests.pages.reading import Element, form_values, read
from tests.support.server import Client

PATH, TIME_OFF = "/scheduling/hours", "/scheduling/time-off"


class HoursPage:
	"""The page in a client that is signed in. `answer` is the last answer, `html` what it shows."""

	def __init__(self, client: Client, query: str = "", path: str = PATH, **headers: str):
		self.client = client
		self.headers = {"Accept-Language": "en-GB", **headers}
		self.open(query, path)

	def open(self, query: str = "", path: str = PATH) -> Element:
		self.query = query
		self.answer = self.client.get(f"{path}{query}", headers=self.headers)
		self.html = read(self.answer.text)
		return self.html

	def form(self, kind: str, at: int = 0) -> Element:
		"""Return the form of this kind, one of entry/hours_forms.FORMS. If it is on the other page, that is opened."""
		for path in (None, TIME_OFF, PATH):
			html = self.open(self.query, path) if path else self.html
			found = [
				form for form in html.all("form") if kind in [one["value"] for one in form.all("input", name="form")]
			]
			if found:
				break
		return found[at]

	def send(self, kind: str, action: str = "save", at: int = 0, **typed: str | list[str]) -> Element:
		"""Fill in a form and press one of its buttons. A list gives a field several values; an empty one none."""
		form = self.form(kind, at)
		typed = {name.rstrip("_"): value for name, value in typed.items()}
		values = [(name, value) for name, value in form_values(form) if name not in typed]
		for name, value in typed.items():
			values += [(name, each) for each in ([value] if isinstance(value, str) else value)]
		return self.post(form["action"], [*values, ("action", action)])

	def post(self, address: str, values: Iterable[tuple[str, str]]) -> Element:
		self.answer = self.client.post(address, data=list(values), headers=self.headers)
		if self.answer.status_code == 303:
			self.answer = self.client.get(self.answer.headers["Location"], headers=self.headers)
		self.html = read(self.answer.text)
		return self.html

	def agree(self) -> Element:
		"""Press "Save" where a command that was one click is asked about once more."""
		form = self.html.one("form", class_="stack asked")
		return self.post(form["action"], [*form_values(form), ("action", "save")])

	def undo(self) -> Element:
		"""Press "Undo" in the message."""
		[form] = self.html.one("div", id="toast").all("form")
		key = form.one("button", name="undo")["value"]
		return self.post(form["action"], [*form_values(form), ("undo", key)])

	@property
	def status(self) -> int:
		return self.answer.status_code

	@property
	def toast(self) -> str:
		return " ".join(each.text for each in self.html.one("div", id="toast").all("p"))

	@property
	def impact(self) -> str:
		return " ".join(each.text for each in self.html.all("div", class_="impact") if each.text)

	@property
	def sentence(self) -> str:
		return self.html.one("span", id="sentence").text

	def error(self, name: str) -> str:
		[line] = self.html.all("p", id=f"{name}-error") or self.html.all("p", id=f"rules-{name}-error")
		return "" if "hidden" in line.attributes else line.text

	def days(self) -> list[str]:
		return [each.one("label", class_="day-name").text for each in self.html.all("li", class_="day-row")]

	def entries(self, section: str) -> list[str]:
		found = self.html.one("section", id=section).all("li", class_="entry")
		return [" ".join(part.text for part in each.one("p").children) for each in found]


def open_page(client: Client, user: str, query: str = "", **headers: str) -> HoursPage:
	sign_in(client, user)
	return HoursPage(client, query, **headers)


def make_jane(**fields: Any) -> Any:
	"""Create and commit a host in UTC who works every day from 9 to 18, with a meeting type. Returns the type."""
	return make_offer(duration_minutes=60, title="Intro", **fields)


def stored(user: str, title: str | None = None) -> Any:
	"""Return a schedule as it is committed now, by default the user's default one."""
	frappe.db.rollback()
	wanted = {"title": title} if title else {"is_default": 1}
	return frappe.get_doc(
		"Availability Schedule", frappe.db.get_value("Availability Schedule", {"user": user, **wanted})
	)


def week(user: str, title: str | None = None) -> dict[int, list[tuple[int, int]]]:
	return week_of(stored(user, title).rules)
