"""Compares answers with the OpenAPI document: every success that a test gets, over HTTP or in this process, must fit it."""

import json
import threading
from functools import cache
from typing import Any

from jsonschema import Draft202012Validator

from scheduler_integration.api.openapi import PREFIX, description, methods


@cache
def document() -> dict[str, Any]:
	"""Return the document as programs get it."""
	return json.loads(json.dumps(description("https://book.example")))


@cache
def _validator(name: str, status: int) -> Draft202012Validator | None:
	verbs = document()["paths"].get(f"/api/method/{PREFIX}{name}", {})
	responses = next(iter(verbs.values()), {}).get("responses", {})
	content = responses.get(str(status) if status < 400 else "default", {}).get("content")
	if not content:
		return None
	schema = content["application/json"]["schema"]
	return Draft202012Validator({**schema, "components": document()["components"]})


def check_answer(function: str, status: int, body: Any) -> None:
	"""Fail if the answer of a method of the app isn't as the document says."""
	name = function.removeprefix(PREFIX)
	# Only the main thread has a site.
	is_ours = threading.current_thread() is threading.main_thread() and name in methods()
	if not is_ours or not isinstance(body, dict) or "success" not in body:
		return
	if validator := _validator(name, status):
		wrong = [f"{each.json_path}: {each.message}"[:300] for each in validator.iter_errors(body)]
		assert not wrong, f"{name} {status}: the answer isn't what the OpenAPI document says: {wrong[:5]}"
