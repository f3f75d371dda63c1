"""Another website, which embeds booking pages, and what stands in front of the site: a proxy as bench's nginx.

`http://127.0.0.1` and `http://localhost` are different sites for a browser, so the frame is a third party.
"""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import requests

from tests.pages.offer import path_of
from tests.support.server import Server, somebodys_address

EVENTS = ("ready", "type_selected", "time_selected", "booked", "moved", "cancelled")
# Notes everything that the website hears: the element's events, and every message that reaches the window.
LISTEN = f"""<script>
window.heard = [];
window.messages = [];
for (const name of {json.dumps(EVENTS)}) addEventListener(name, (event) => heard.push([name, event.detail]));
addEventListener("message", ({{ data, origin }}) => messages.push([origin, data]));
</script>"""
# Headers that belong to one connection, or that the proxy writes itself.
_OWN = {"connection", "content-encoding", "content-length", "date", "host", "server", "transfer-encoding"}


class _Handler(BaseHTTPRequestHandler):
	protocol_version = "HTTP/1.1"

	def log_message(self, *_args: Any) -> None:
		pass

	def answer(self, status: int, headers: list[tuple[str, str]], content: bytes) -> None:
		self.send_response(status)
		for name, value in headers:
			self.send_header(name, value)
		self.send_header("Content-Length", str(len(content)))
		self.end_headers()
		self.wfile.write(content)


@contextmanager
def _serving(handler: type[_Handler]) -> Iterator[int]:
	listener = ThreadingHTTPServer(("127.0.0.1", 0), handler)
	listener.daemon_threads = True
	thread = threading.Thread(target=listener.serve_forever, args=(0.05,), daemon=True)
	thread.start()
	try:
		yield listener.server_address[1]
	finally:
		listener.shutdown()
		listener.server_close()


@dataclass
class Elsewhere:
	"""`home` is the site's origin, `site` that of the website and `stranger` that of one that isn't allowed.

	`pages` are the website's, by path. `seen` are the requests that the site got: method, path with query, and headers.
	"""

	home: str = ""
	port: int = 0
	pages: dict[str, str] = field(default_factory=dict)
	seen: list[tuple[str, str, dict[str, str]]] = field(default_factory=list)

	@property
	def host(self) -> str:
		return f"localhost:{self.port}"

	@property
	def site(self) -> str:
		return f"http://{self.host}"

	@property
	def stranger(self) -> str:
		return f"http://stranger.localhost:{self.port}"

	def put(self, path: str, body: str) -> str:
		"""Store a page of the website. Returns its path."""
		head = '<meta charset="utf-8"><meta name="viewport" content="width=device-width"><title>A website</title>'
		self.pages[path] = (
			f'<!doctype html><html lang="en"><head>{head}</head><body style="margin:0">{body}</body></html>'
		)
		return path

	def script(self) -> str:
		return f'<script src="{self.home}/schedule/embed.js" async></script>'


@contextmanager
def elsewhere(server: Server) -> Iterator[Elsewhere]:
	"""Serve the website, and the site behind a proxy that adds what bench's nginx adds."""
	made = Elsewhere()
	# Requests are counted by network.
	network = somebodys_address()

	class Proxy(_Handler):
		def forward(self) -> None:
			made.seen.append((self.command, self.path, dict(self.headers)))
			headers = {name: value for name, value in self.headers.items() if name.lower() not in _OWN}
			headers |= {
				"X-Frappe-Site-Name": server.site.name,
				"X-Forwarded-For": network,
				"Host": self.headers["Host"],
			}
			body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
			found = requests.request(
				self.command, server.url + self.path, headers=headers, data=body, allow_redirects=False, timeout=60
			)
			kept = [(name, value) for name, value in found.headers.items() if name.lower() not in _OWN]
			self.answer(found.status_code, [*kept, ("X-Frame-Options", "SAMEORIGIN")], found.content)

		do_GET = do_POST = do_HEAD = forward

	class Website(_Handler):
		def do_GET(self) -> None:
			page = made.pages.get(self.path.partition("?")[0])
			self.answer(200 if page else 404, [("Content-Type", "text/html; charset=utf-8")], (page or "").encode())

	with _serving(Proxy) as front, _serving(Website) as port:
		made.home, made.port = f"http://127.0.0.1:{front}", port
		yield made


def element(web, offer, *, inside="Book a meeting", listing=False, **attributes):
	"""Return the code of the element. Underscores in names of attributes are hyphens."""
	_empty, _schedule, page, meeting_type = path_of(offer).split("/")
	given = {"page": page, **({} if listing else {"type": meeting_type}), **attributes}
	words = " ".join(f"{name.replace('_', '-')}='{value}'" for name, value in given.items())
	return f'<scheduler-booking {words}><a href="{web.home}{path_of(offer)}">{inside}</a></scheduler-booking>'


def page_with(web, offer, *, around=("<h1>Our company</h1>", "<p id='below'>Below</p>"), **attributes):
	before, after = around
	return web.put("/page", LISTEN + web.script() + before + element(web, offer, **attributes) + after)
