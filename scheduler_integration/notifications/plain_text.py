"""Writes the text part of messages."""

import re

from bs4 import BeautifulSoup

_BLOCKS = ("p", "div", "tr", "li", "h1", "h2", "h3", "h4", "table", "ul", "ol", "blockquote")


def tidied(text: str) -> str:
	"""Return the text without spaces at the ends of lines, and with at most one empty line in a row."""
	return re.sub(r"\n{3,}", "\n\n", "\n".join(line.rstrip() for line in text.strip().splitlines())) + "\n"


def text_of_html(html: str) -> str:
	"""Return the text of a site's own message. The address of a link follows its words."""
	soup = BeautifulSoup(html, "html.parser")
	for hidden in soup(["style", "script", "title"]):
		hidden.decompose()
	for link in soup("a", href=True):
		if (address := str(link["href"])) not in link.get_text():
			link.append(f": {address}")
			# Two links beside each other would run into one address.
			link.insert_before("\n")
			link.insert_after("\n")
	for each in soup(_BLOCKS):
		each.insert_before("\n")
		each.insert_after("\n")
	for line_break in soup("br"):
		line_break.replace_with("\n")
	return tidied("\n".join(" ".join(line.split()) for line in soup.get_text().splitlines()))
