"""Reads HTML in tests, with CSS selectors."""

from bs4 import BeautifulSoup, Tag


class Page:
	"""A piece of HTML. Texts have single spaces and no line breaks."""

	def __init__(self, html: str | Tag):
		self.soup = html if isinstance(html, Tag) else BeautifulSoup(str(html), "html.parser")

	def elements(self, selector: str) -> list[Tag]:
		return self.soup.select(selector)

	def element(self, selector: str) -> Tag:
		return self.elements(selector)[0]

	def has(self, selector: str) -> bool:
		return bool(self.elements(selector))

	def part(self, selector: str) -> "Page":
		return Page(self.element(selector))

	def text(self, selector: str) -> str:
		return _text(self.element(selector))

	def texts(self, selector: str) -> list[str]:
		return [_text(each) for each in self.elements(selector)]


def _text(element: Tag) -> str:
	return " ".join(element.get_text().split())
