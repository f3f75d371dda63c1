"""WebDAV requests and answers (RFC 4918, RFC 6578), as far as calendars need them.

A host types the server's address, so its answers aren't trusted: entities are refused, and an address in an answer must
be on the same server, because the password is sent there.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import unquote, urljoin, urlsplit
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from requests.auth import HTTPBasicAuth

from scheduler_integration.calendars.provider import Account
from scheduler_integration.exceptions import AccessRevoked, AddressRefused, AnswerTooLarge, UnexpectedAnswer
from scheduler_integration.http.addresses import same_origin, site_guard
from scheduler_integration.http.client import Answer, Client, Limits, patience

D, C, CS = "{DAV:}", "{urn:ietf:params:xml:ns:caldav}", "{http://calendarserver.org/ns/}"
_NAMESPACES = 'xmlns:D="DAV:" xmlns:C="urn:ietf:params:xml:ns:caldav" xmlns:CS="http://calendarserver.org/ns/"'
_SECONDS = 150
# A calendar with 30,000 events has some 180,000 elements in a list of them, and they are ten deep.
_MOST_ELEMENTS, _DEEPEST = 200_000, 50
# iCloud spreads accounts over hosts such as p42-caldav.icloud.com.
_PARTITIONED = ".icloud.com"


@dataclass(frozen=True, slots=True)
class Resource:
	"""One response of a multistatus. `url` is absolute, `status` that of the whole resource, 200 if it has properties."""

	url: str
	status: int
	properties: dict[str, ElementTree.Element]

	def text(self, name: str) -> str:
		element = self.properties.get(name)
		return (element.text or "").strip() if element is not None else ""

	def href(self, name: str) -> str:
		"""Return the address in a property such as current-user-principal, absolute, or ''."""
		element = self.properties.get(name)
		inner = element.find(f"{D}href") if element is not None else None
		return urljoin(self.url, (inner.text or "").strip()) if inner is not None else ""

	def has(self, name: str, *inner: str) -> bool:
		element = self.properties.get(name)
		return element is not None and any(element.find(f".//{each}") is not None for each in inner)


@dataclass(frozen=True, slots=True)
class Multistatus:
	resources: tuple[Resource, ...]
	sync_token: str


class Dav:
	"""Sends requests with the account's password."""

	def __init__(self, account: Account):
		self._base = account.address
		host = urlsplit(account.address).hostname or ""
		self._suffix = _PARTITIONED if host.endswith(_PARTITIONED) else ""
		self._client = Client(
			guard=site_guard(),
			# As UTF-8 bytes: for text, requests would use Latin-1.
			auth=HTTPBasicAuth(account.login.encode(), account.password.encode()),
			limits=Limits(attempts=2),
			budget=patience(_SECONDS),
			trusted_suffix=self._suffix,
		)

	def propfind(self, url: str, depth: int, *names: str) -> Multistatus:
		wanted = "".join(f"<{name}/>" for name in names)
		body = f"<D:propfind {_NAMESPACES}><D:prop>{wanted}</D:prop></D:propfind>"
		return self._multistatus("PROPFIND", url, body, depth)

	def report(self, url: str, body: str, depth: int = 1) -> Multistatus:
		return self._multistatus("REPORT", url, body, depth)

	def send(self, method: str, url: str, *, body: str | bytes | None = None, headers: dict | None = None) -> Answer:
		"""Send any other request. Raises AccessRevoked for 401, and AddressRefused for another server's address."""
		host = urlsplit(url).hostname or ""
		is_partition = bool(self._suffix) and url.startswith("https:") and host.endswith(self._suffix)
		if not is_partition and not same_origin(self._base, url):
			raise AddressRefused(host=host)
		answer = self._client.send(method, url, body=body, headers=headers)
		if answer.status == 401:
			raise AccessRevoked(host=answer.host)
		return answer

	def close(self) -> None:
		self._client.close()

	def _multistatus(self, method: str, url: str, body: str, depth: int) -> Multistatus:
		headers = {"Depth": str(depth), "Content-Type": "application/xml; charset=utf-8"}
		answer = self.send(method, url, body='<?xml version="1.0" encoding="utf-8"?>' + body, headers=headers)
		if answer.status != 207:
			raise DavError(answer.status, precondition(answer), host=answer.host)
		return parse(answer)


class DavError(UnexpectedAnswer):
	"""An answer other than 207. `condition` is the name of the precondition that failed (RFC 4918, 16), or ''.

	Servers disagree about the status of the same error: an unknown sync token is 403 at Radicale and 412 at Xandikos.
	"""

	def __init__(self, status: int, condition: str, *, host: str = ""):
		self.condition = condition
		super().__init__(status, host=host)


def parse(answer: Answer) -> Multistatus:
	root = _xml(answer)
	resources = tuple(_resource(answer.url, each) for each in root.iter(f"{D}response"))
	return Multistatus(resources, (root.findtext(f"{D}sync-token") or "").strip())


def precondition(answer: Answer) -> str:
	"""Return the name of the failed precondition in an error's body, such as `{DAV:}valid-sync-token`, or ''."""
	try:
		root = _xml(answer)
	except UnexpectedAnswer:
		return ""
	return next((child.tag for child in root), "") if root.tag == f"{D}error" else ""


def same_path(one: str, other: str) -> bool:
	"""Whether two addresses of one server are the same resource: servers encode paths differently."""
	return _path(one) == _path(other)


def hrefs(urls: Iterable[str]) -> str:
	return "".join(f"<D:href>{escape(urlsplit(url).path)}</D:href>" for url in urls)


def element(name: str, content: str) -> str:
	"""Return the root element of a request with the namespaces that it may use."""
	return f"<{name} {_NAMESPACES}>{content}</{name}>"


class _TooLarge(ValueError):
	pass


class _Tree(ElementTree.TreeBuilder):
	"""Builds the tree of an answer, unless it has too many elements or too deep ones: each takes memory, a hundred bytes."""

	def __init__(self) -> None:
		super().__init__()
		self._count = self._depth = 0

	def start(self, tag: str, attrs: dict[str, str]) -> ElementTree.Element:
		self._depth += 1
		self._count += 1 + len(attrs)
		if self._depth > _DEEPEST or self._count > _MOST_ELEMENTS:
			raise _TooLarge
		return super().start(tag, attrs)

	def end(self, tag: str) -> ElementTree.Element:
		self._depth -= 1
		return super().end(tag)


def _xml(answer: Answer) -> ElementTree.Element:
	# A document type could define entities that grow without end, and no calendar server needs one. In UTF-16 each of these
	# letters has a zero byte, so a document type wouldn't be found.
	if any(each in answer.body for each in (b"<!DOCTYPE", b"<!ENTITY", b"\0")):
		raise UnexpectedAnswer(answer.status, host=answer.host)
	try:
		return ElementTree.fromstring(answer.body, parser=ElementTree.XMLParser(target=_Tree()))
	except _TooLarge:
		raise AnswerTooLarge(host=answer.host) from None
	except (ElementTree.ParseError, ValueError, LookupError):
		raise UnexpectedAnswer(answer.status, host=answer.host) from None


def _resource(base: str, response: ElementTree.Element) -> Resource:
	url = urljoin(base, (response.findtext(f"{D}href") or "").strip())
	status = _status(response.findtext(f"{D}status"), 200)
	properties = {
		child.tag: child
		for propstat in response.iter(f"{D}propstat")
		if _status(propstat.findtext(f"{D}status"), 200) == 200
		for child in propstat.iterfind(f"{D}prop/*")
	}
	return Resource(url, status, properties)


def _status(line: str | None, default: int) -> int:
	"""Return the number in a status line: 404 for `HTTP/1.1 404 Not Found`."""
	parts = (line or "").split()
	return int(parts[1]) if len(parts) > 1 and parts[1].isdigit() else default


def _path(url: str) -> str:
	return unquote(urlsplit(url).path).rstrip("/")
