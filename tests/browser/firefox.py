"""A real Firefox, driven by its own protocol (Marionette), so that nothing has to be installed beside it.

https://firefox-source-docs.mozilla.org/testing/marionette/Protocol.html
"""

import json
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.browser.screens import PATIENCE
from tests.support.server import free_port

HOW_TO_GET_IT = "no Firefox here: apt-get install firefox-esr"
PROGRAM = shutil.which("firefox-esr") or shutil.which("firefox")
_ELEMENT = "element-6066-11e4-a52e-4f735466cecf"
# All cookies and storage of third parties are blocked. Nothing is asked of other hosts.
_SETTINGS = {
	"network.cookie.cookieBehavior": 1,
	"browser.shell.checkDefaultBrowser": False,
	"datareporting.policy.dataSubmissionEnabled": False,
	"app.update.disabledForTesting": True,
	"network.captive-portal-service.enabled": False,
	"network.connectivity-service.enabled": False,
	"services.settings.server": "",
	"intl.accept_languages": "en-GB",
	"layout.css.prefers-color-scheme.content-override": 2,
}
KEYS = {"Escape": "\ue00c", "Tab": "\ue004", "Enter": "\ue007"}


class FirefoxError(Exception):
	pass


class Firefox:
	"""One window. Methods act in the page, or in the frame that `into` has chosen. Selectors are CSS."""

	def __init__(self, port: int, process: subprocess.Popen):
		self._socket = _connected(port, process)
		self._number = 0
		self._receive()
		self.send("WebDriver:NewSession", capabilities={"alwaysMatch": {"pageLoadStrategy": "normal"}})

	def send(self, command: str, **parameters: Any) -> Any:
		self._number += 1
		message = json.dumps([0, self._number, command, parameters]).encode()
		self._socket.sendall(b"%d:%s" % (len(message), message))
		_kind, _number, error, result = self._receive()
		if error:
			raise FirefoxError(f"{command}: {error['error']}: {error['message']}")
		return result.get("value", result) if isinstance(result, dict) else result

	def _receive(self) -> Any:
		size = b""
		while not size.endswith(b":"):
			size += self._some(1)
		return json.loads(self._some(int(size[:-1])))

	def _some(self, size: int) -> bytes:
		found = b""
		while len(found) < size:
			part = self._socket.recv(size - len(found))
			if not part:
				raise FirefoxError("Firefox is gone")
			found += part
		return found

	def open(self, url: str) -> None:
		self.leave()
		self.send("WebDriver:Navigate", url=url)

	def resize(self, width: int, height: int) -> None:
		"""Give the page this size, without what is around it."""
		frame = self.ask("[outerWidth - innerWidth, outerHeight - innerHeight]")
		self.send("WebDriver:SetWindowRect", width=width + frame[0], height=height + frame[1])
		self.until(f"innerWidth === {width}")

	def into(self, selector: str) -> None:
		"""Go into the frame."""
		self.leave()
		self.send("WebDriver:SwitchToFrame", element=self._find(selector)[_ELEMENT])

	def leave(self) -> None:
		self.send("WebDriver:SwitchToFrame", id=None)

	def ask(self, expression: str) -> Any:
		return self.send(
			"WebDriver:ExecuteScript", script=f"return ({expression})", args=[], newSandbox=False, sandbox=None
		)

	def until(self, expression: str) -> Any:
		"""Wait until the expression is true, also while a page is on its way in. Returns its value."""
		deadline = time.monotonic() + PATIENCE
		while True:
			try:
				value = self.ask(expression)
			except FirefoxError:
				value = None
			if value:
				return value
			assert time.monotonic() < deadline, f"never true: {expression}"
			time.sleep(0.05)

	def wait_for(self, selector: str, text: str = "") -> None:
		visible = (
			"[...document.querySelectorAll(%s)].some((one) => one.checkVisibility() && one.textContent.includes(%s))"
		)
		self.until(visible % (json.dumps(selector), json.dumps(text)))

	def click(self, selector: str, position: int = 0) -> None:
		self.until(f"document.querySelectorAll({json.dumps(selector)}).length > {position}")
		found = self.send("WebDriver:FindElements", using="css selector", value=selector)
		self.send("WebDriver:ElementClick", id=found[position][_ELEMENT])

	def type(self, selector: str, text: str) -> None:
		self.send("WebDriver:ElementSendKeys", id=self._find(selector)[_ELEMENT], text=text)

	def press(self, key: str) -> None:
		"""Press a key where the focus is."""
		actions = [{"type": kind, "value": KEYS[key]} for kind in ("keyDown", "keyUp")]
		self.send("WebDriver:PerformActions", actions=[{"type": "key", "id": "keys", "actions": actions}])

	def _find(self, selector: str) -> dict[str, str]:
		self.until(f"document.querySelector({json.dumps(selector)})")
		return self.send("WebDriver:FindElement", using="css selector", value=selector)


@contextmanager
def running_firefox() -> Iterator[Firefox]:
	port = free_port()
	with tempfile.TemporaryDirectory() as profile:
		settings = {"marionette.port": port, **_SETTINGS}
		lines = [f"user_pref({json.dumps(name)}, {json.dumps(value)});" for name, value in settings.items()]
		Path(profile, "user.js").write_text("\n".join(lines))
		process = subprocess.Popen(
			[str(PROGRAM), "--headless", "--no-remote", "--marionette", "--profile", profile],
			stdout=subprocess.DEVNULL,
			stderr=subprocess.DEVNULL,
		)
		try:
			yield Firefox(port, process)
		finally:
			process.terminate()
			process.wait(timeout=20)


def _connected(port: int, process: subprocess.Popen) -> socket.socket:
	deadline = time.monotonic() + 60
	while process.poll() is None and time.monotonic() < deadline:
		try:
			return socket.create_connection(("127.0.0.1", port), timeout=60)
		except OSError:
			time.sleep(0.1)
	raise FirefoxError("Firefox didn't start")
