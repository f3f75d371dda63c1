"""Reads the code that schedulers offer for websites, and keeps only an address and a height.

Embed code is HTML from outside that would run in reports. It is parsed with html5lib, which builds the same tree as
browsers do. The widget that a report shows is a new one, built from the address (`client_reports/html.py`): no tag, attribute,
style or script of the pasted code gets that far. Code with anything else in it than one widget is refused with the
reason.

Three forms are known:

	<iframe src="https://calendly.com/jane" width="100%" height="600"></iframe>
	<div class="calendly-inline-widget" data-url="https://calendly.com/jane" style="height:700px"></div> <script …></script>
	<div id="SOIDIV_Jane" data-so-page="Jane" data-height="550"></div> <script …></script>

For the last two, the provider's script would make an iframe of the address. The report does so itself, without the
script.
"""

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from urllib.parse import quote, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from frappe import _
from markupsafe import Markup

from scheduler_integration.parsing.text import Refused
from scheduler_integration.parsing.web_address import web_address

LONGEST = 5000
MIN_HEIGHT, DEFAULT_HEIGHT, MAX_HEIGHT = 200, 600, 2000

# The providers' hosts. Each name includes its subdomains, which all belong to the provider.
PROVIDER_HOSTS = frozenset(
	{"calendly.com", "acuityscheduling.com", "as.me", "oncehub.com", "scheduleonce.com", "meetme.so"}
)
# The providers' scripts may be beside a widget. They are recognised, and left out.
_SCRIPT_HOSTS = PROVIDER_HOSTS | {"squarespace.com"}

_PIXELS = re.compile(r"([0-9]{2,4})(?:px)?", re.ASCII)
_ONCEHUB_PAGE = re.compile(r"[A-Za-z0-9_.\-]{1,100}", re.ASCII)
_WORD = re.compile(r"[a-z0-9-]{1,30}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Widget:
	"""A scheduler's widget: an address with https on an allowed host, and the height in pixels."""

	src: str
	height: int

	def embed_code(self) -> str:
		"""Return the plain iframe that Consultant Scheduler Settings store."""
		return str(Markup('<iframe src="{}" width="100%" height="{}"></iframe>').format(self.src, self.height))


def parse_embed_code(code: object, allowed_hosts: Collection[str] = ()) -> Widget | None:
	"""Return the widget of the code; None for empty code. Raises Refused with the reason.

	`allowed_hosts` are exact host names that are allowed beside the providers' own.
	"""
	if code is None or code == "":
		return None
	if not isinstance(code, str):
		raise Refused(_("This must be text."))
	if len(code) > LONGEST:
		raise Refused(_("This is too long: at most {0} characters.").format(LONGEST))
	if not code.strip():
		return None
	widgets = [widget for element in _elements(code) if (widget := _widget_of(element, allowed_hosts))]
	if not widgets:
		raise Refused(
			_("There is no widget in this code. Paste the inline code that your scheduler offers for websites.")
		)
	if len(widgets) > 1:
		raise Refused(_("There is more than one widget in this code. Paste the code of only one widget."))
	return widgets[0]


def is_widget_host(host: str, allowed_hosts: Collection[str] = ()) -> bool:
	"""Return whether widgets may come from this host (in lower case)."""
	return host in allowed_hosts or _is_under(host, PROVIDER_HOSTS)


def _elements(code: str) -> Iterator[Element]:
	"""Return the elements in the code. Raises Refused if there is text between them."""
	tree = html5lib.parseFragment(code, treebuilder="etree", namespaceHTMLElements=False)
	_refuse_text(tree.text)
	for element in tree.iter():
		# The parser gives a comment a function as its tag. An element of SVG or MathML has its namespace in braces.
		if element is not tree and isinstance(element.tag, str):
			yield element
	for child in tree.iter():
		if child is not tree:
			_refuse_text(child.tail)


def _refuse_text(text: str | None) -> None:
	if (text or "").strip():
		raise Refused(_("There is text beside the widget. Paste the code alone."))


def _widget_of(element: Element, allowed_hosts: Collection[str]) -> Widget | None:
	"""Return the widget that the element is, or None for an element that is allowed beside a widget."""
	_refuse_handlers(element)
	if element.tag == "iframe":
		_refuse_text(element.text)
		return Widget(_checked(element.get("src"), allowed_hosts), _height(element.get("height"), element.get("style")))
	if element.tag == "div":
		return _div(element, allowed_hosts)
	if element.tag == "script":
		if (element.text or "").strip():
			raise Refused(_("The code contains a script of its own. Paste the inline code, without pop-ups or badges."))
		_refuse_foreign(element.get("src"))
		return None
	if element.tag == "link" and (element.get("rel") or "").lower() == "stylesheet":
		_refuse_foreign(element.get("href"))
		return None
	raise Refused(
		_("The tag “{0}” doesn't belong to a widget. Paste the scheduler's code alone.").format(_word(element.tag))
	)


def _refuse_handlers(element: Element) -> None:
	for name in element.attrib:
		# An attribute with a namespace is a tuple or has braces; none of the known forms has one.
		if not isinstance(name, str) or name.lower().startswith("on") or name.lower() in ("srcdoc", "formaction"):
			raise Refused(
				_("The attribute “{0}” would run a script. Paste the scheduler's own code.").format(_word(name))
			)


def _div(element: Element, allowed_hosts: Collection[str]) -> Widget | None:
	_refuse_text(element.text)
	height = _height(element.get("data-height"), element.get("style"))
	if "calendly-inline-widget" in (element.get("class") or "").split():
		return Widget(_checked(element.get("data-url"), allowed_hosts), height)
	if page := element.get("data-so-page"):
		if not _ONCEHUB_PAGE.fullmatch(page):
			raise Refused(_("The name of the OnceHub page in this code isn't valid."))
		return Widget(f"https://go.oncehub.com/{quote(page)}", height)
	return None


def _refuse_foreign(address: str | None) -> None:
	"""Raise Refused for a script or style sheet that isn't the provider's, although it would be left out anyway."""
	url = web_address(_with_scheme(address or ""))
	if not url or url.scheme != "https" or not _is_under(url.host, _SCRIPT_HOSTS):
		raise Refused(_("The code loads something that isn't the scheduler's. Paste the scheduler's own code."))


def _checked(address: str | None, allowed_hosts: Collection[str]) -> str:
	url = web_address(_with_scheme((address or "").strip()))
	if not url:
		raise Refused(_("The widget has no address."))
	if url.scheme != "https":
		raise Refused(_("The widget's address must begin with https://"))
	if not is_widget_host(url.host, allowed_hosts):
		raise Refused(
			_("Widgets from {0} aren't allowed here. A manager can add this host in Scheduler Settings.").format(
				url.host
			)
		)
	# The address with scheme and host in lower case and ASCII: they also go into a header of the report's page.
	parts = urlsplit(url.text)
	port = f":{parts.port}" if parts.port else ""
	return parts._replace(scheme=url.scheme, netloc=url.host + port).geturl()


def _with_scheme(address: str) -> str:
	return f"https:{address}" if address.startswith("//") else address


def _height(attribute: str | None, style: str | None) -> int:
	"""Return the height in pixels from the attribute, or from a style such as `min-width:320px;height:700px;`."""
	declared = {
		key.strip().lower(): value for key, _colon, value in (d.partition(":") for d in (style or "").split(";"))
	}
	for text in (attribute, declared.get("height"), declared.get("min-height")):
		if match := _PIXELS.fullmatch((text or "").strip()):
			return min(max(int(match[1]), MIN_HEIGHT), MAX_HEIGHT)
	return DEFAULT_HEIGHT


def _word(name: object) -> str:
	"""Return a tag's or attribute's name for a message; a message may be shown as HTML, and names may hold anything."""
	return name if isinstance(name, str) and _WORD.fullmatch(name) else "…"


def _is_under(host: str, names: Collection[str]) -> bool:
	return any(host == name or host.endswith(f".{name}") for name in names)
