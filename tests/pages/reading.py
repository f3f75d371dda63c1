"""Reads the HTML of a page as a browser does."""

import json
from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}


@dataclass
class Element:
	tag: str
	attributes: dict[str, str]
	children: list["Element"] = field(default_factory=list)
	texts: list[str] = field(default_factory=list)
	# Controls elsewhere on the page that name this form.
	controls: list["Element"] = field(default_factory=list)

	@property
	def text(self) -> str:
		return " ".join("".join(self.texts).split())

	def __getitem__(self, name: str) -> str:
		return self.attributes[name]

	def all(self, tag: str = "", **attributes: str | None) -> list["Element"]:
		"""Return the elements inside with this tag and these attributes. None matches any value."""
		found = []
		for child in self.children:
			wanted = {name.rstrip("_").replace("_", "-"): value for name, value in attributes.items()}
			if (not tag or child.tag == tag) and all(
				name in child.attributes and value in (None, child.attributes[name]) for name, value in wanted.items()
			):
				found.append(child)
			found += child.all(tag, **attributes)
		return found

	def one(self, tag: str = "", **attributes: str | None) -> "Element":
		[found] = self.all(tag, **attributes)
		return found


class _Reader(HTMLParser):
	def __init__(self) -> None:
		super().__init__()
		self.root = Element("", {})
		self.open = [self.root]

	def handle_starttag(self, tag: str, attributes: list[tuple[str, str | None]]) -> None:
		element = Element(tag, {name: value or "" for name, value in attributes})
		self.open[-1].children.append(element)
		if tag not in VOID:
			self.open.append(element)

	def handle_endtag(self, tag: str) -> None:
		while len(self.open) > 1 and self.open.pop().tag != tag:
			pass

	def handle_data(self, data: str) -> None:
		for element in self.open:
			element.texts.append(data)


def read(html: str) -> Element:
	reader = _Reader()
	reader.feed(html)
	for control in reader.root.all(form=None):
		reader.root.one("form", id=control["form"]).controls.append(control)
	return reader.root


def script_data(page: Element) -> dict:
	"""Return the data in the page that its script reads."""
	return json.loads("".join(page.one("script", id="data").texts))


def form_values(form: Element) -> list[tuple[str, str]]:
	"""Return the values that a browser sends if nobody changes the form, without its buttons."""
	values = []
	for control in [*form.controls, *(each for each in form.all(name=None) if "form" not in each.attributes)]:
		kind = control.attributes.get("type")
		if control.tag == "input" and kind in ("checkbox", "radio"):
			if "checked" in control.attributes:
				values.append((control["name"], control.attributes.get("value", "on")))
		elif control.tag == "input":
			values.append((control["name"], control.attributes.get("value", "")))
		elif control.tag == "textarea":
			values.append((control["name"], "".join(control.texts)))
		elif control.tag == "select":
			chosen = [option for option in control.all("option") if "selected" in option.attributes]
			option = (chosen or control.all("option"))[0]
			values.append((control["name"], option.attributes.get("value", option.text)))
	return values


def typed_in(form: Element, **typed: str | list[str]) -> list[tuple[str, str]]:
	"""Return a form's values after a person has typed these. A list ticks several boxes."""
	values = [(name, value) for name, value in form_values(form) if name not in typed]
	for name, value in typed.items():
		values += [(name, each) for each in (value if isinstance(value, list) else [value])]
	return values
