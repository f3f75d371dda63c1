"""Calls tools with the official client of MCP, in a process of its own: `python mcp_client.py`, with lines of JSON as input.

The first line is a plan with `url`, `headers`, `mode` (a version, `auto` or `legacy`) and `name`. The answer is a line with the
negotiated version, the instructions and the tools. Each further line is a tool with its arguments, and its answer a line too.
"""

import asyncio
import json
import sys


async def main() -> None:
	import httpx2
	from mcp import Client
	from mcp.client.streamable_http import streamable_http_client
	from mcp_types import Implementation

	plan = json.loads(sys.stdin.readline())
	async with httpx2.AsyncClient(headers=plan["headers"], timeout=30) as http:
		transport = streamable_http_client(plan["url"], http_client=http)
		info = Implementation(name=plan.get("name", "tests"), version="1")
		async with Client(transport, mode=plan["mode"], client_info=info) as client:
			listed = await client.list_tools()
			tools = [tool.model_dump(mode="json", by_alias=True) for tool in listed.tools]
			_say({"version": client.protocol_version, "instructions": client.instructions, "tools": tools})
			while line := await asyncio.to_thread(sys.stdin.readline):
				answer = await client.call_tool(*json.loads(line))
				_say(answer.model_dump(mode="json", by_alias=True))


def _say(value: object) -> None:
	sys.stdout.write(json.dumps(value) + "\n")
	sys.stdout.flush()


if __name__ == "__main__":
	asyncio.run(main())
