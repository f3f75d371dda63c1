"""Checks requests against the discovery document of Google Calendar that google-api-python-client contains."""

import json
import re
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Any

from werkzeug.wrappers import Request

_PREFIX = "/calendar/v3/"
_TYPES: dict[str, tuple[type, ...]] = {
	"string": (str,),
	"boolean": (bool,),
	"integer": (int,),
	"number": (int, float),
	"object": (dict,),
	"array": (list,),
	"any": (object,),
}


@cache
def document() -> dict[str, Any]:
	text = resources.files("googleapiclient").joinpath("discovery_cache/documents/calendar.v3.json").read_text("utf-8")
	return json.loads(text)


def method_of(request: Request) -> dict[str, Any] | None:
	"""Return the document's method for the request, or None if Google has none."""
	path = request.path.removeprefix(_PREFIX)
	for pattern, http_method, method in _methods():
		if http_method == request.method and pattern.fullmatch(path):
			return method
	return None


def mistakes(request: Request) -> list[str]:
	"""Return what is wrong with the request by the document: names, enums and types of query and body."""
	method = method_of(request)
	if method is None:
		return [f"Google has no {request.method} {request.path}"]
	return [*_query_mistakes(request, method), *_body_mistakes(request, method)]


@cache
def _methods() -> tuple[tuple[re.Pattern[str], str, dict[str, Any]], ...]:
	found = []
	for resource in document()["resources"].values():
		for method in resource["methods"].values():
			pattern = re.sub(r"\\\{\w+\\\}", "[^/]+", re.escape(method["path"]))
			found.append((re.compile(pattern), method["httpMethod"], method))
	return tuple(found)


def _query_mistakes(request: Request, method: dict[str, Any]) -> Iterator[str]:
	known = {**document()["parameters"], **method.get("parameters", {})}
	for name, value in request.args.items():
		if name not in known:
			yield f"{method['id']} has no parameter {name}"
		elif known[name].get("enum") and value not in known[name]["enum"]:
			yield f"{method['id']}: {name} can't be {value}"


def _body_mistakes(request: Request, method: dict[str, Any]) -> Iterator[str]:
	text = request.get_data(as_text=True)
	schema = method.get("request")
	if text and schema:
		yield from _value_mistakes(json.loads(text), {"$ref": schema["$ref"]}, method["id"])


def _value_mistakes(value: Any, schema: dict[str, Any], where: str) -> Iterator[str]:
	if "$ref" in schema:
		schema = document()["schemas"][schema["$ref"]]
	if value is None:
		return
	if not isinstance(value, _TYPES[schema.get("type", "any")]):
		yield f"{where}: {value!r} isn't a {schema['type']}"
	elif isinstance(value, list):
		for each in value:
			yield from _value_mistakes(each, schema["items"], f"{where}[]")
	elif isinstance(value, dict):
		known, other = schema.get("properties", {}), schema.get("additionalProperties")
		for name, each in value.items():
			if name in known or other:
				yield from _value_mistakes(each, known.get(name, other), f"{where}.{name}")
			else:
				yield f"{where} has no field {name}"
