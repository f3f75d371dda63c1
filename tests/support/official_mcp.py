"""The official client of MCP, which runs in an environment of its own (tests/support/mcp_client.py)."""

import json
import subprocess
from typing import Any

from tests.support.bench import ROOT
from tests.support.calendar_servers import python_with

ENDPOINT = "/api/method/scheduler_integration.api.mcp."


class Official:
	"""A connection to the endpoint at `url`. `about` is what the client learned when it connected."""

	def __init__(self, url: str, mode: str, headers: dict[str, str]):
		command = [python_with("mcp"), "-P", str(ROOT / "tests/support/mcp_client.py")]
		pipe = subprocess.PIPE
		self._process = subprocess.Popen(command, stdin=pipe, stdout=pipe, stderr=pipe, text=True)
		self.about = self._ask({"url": url, "mode": mode, "name": "claude", "headers": headers})

	def call(self, tool: str, **arguments: Any) -> dict[str, Any]:
		"""Call a tool, and return its result."""
		return self._ask([tool, arguments])

	def _ask(self, line: object) -> dict[str, Any]:
		process: Any = self._process
		process.stdin.write(json.dumps(line) + "\n")
		process.stdin.flush()
		answer = process.stdout.readline()
		assert answer, process.stderr.read()[-2000:]
		return json.loads(answer)

	def close(self) -> None:
		self._process.communicate(timeout=30)
