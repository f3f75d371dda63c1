"""Calls tools with the official client of MCP, in a process of its own: `python mcp_client.py`, with a JSON plan as input.

The plan has `url`, `headers`, `mode` (a version, `auto` or `legacy`), `name` and `calls`, each a tool with its arguments. The
output is the negotiated version, the tools, and for each call what came back.
"""

import asyncio
import json
import sys


async def main(plan: dict) -> dict:
	import httpx2
	from mcp import Client
	from mcp.client.streamable_http import streamable_http_client
	from mcp_types import Implementation

	async with httpx2.AsyncClient(headers=plan["headers"], timeout=30) as http:
		transport = streamable_http_client(plan["url"], http_client=http)
		info = Implementation(name=plan.get("name", "tests"), version="1")
		async with Client(transport, mode=plan["mode"], client_info=info) as client:
			listed = await client.list_tools()
			answers = [await client.call_tool(*call) for call in plan["calls"]]
			return {
				"version": client.protocol_version,
				"instructions": client.instructions,
				"tools": [tool.model_dump(mode="json", by_alias=True) for tool in listed.tools],
				"answers": [each.model_dump(mode="json", by_alias=True) for each in answers],
			}


if __name__ == "__main__":
	sys.stdout.write(json.dumps(asyncio.run(main(json.load(sys.stdin)))))
