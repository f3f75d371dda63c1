"""The description of the API for programs: an OpenAPI 3.1 document, made from what the methods declare.

Arguments are described by the kinds of their signatures (`parsing/kinds.py`) and the fields of their doors, records' fields by
their DocType, and answers by what `shown` declares. So a change of a method changes its description.
"""

import inspect
import json
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from functools import cache, lru_cache
from importlib import import_module
from pathlib import Path
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import frappe
from frappe.model.document import Document
from werkzeug.wrappers import Response

import scheduler_integration.api
from scheduler_integration import __version__, exceptions
from scheduler_integration.api.as_json import Like, Parts, as_json, declared_of, or_null
from scheduler_integration.api.door import Door, File, Message, OnTop, Who, door
from scheduler_integration.domains.links import domain_url
from scheduler_integration.entry.domains import is_on_domains
from scheduler_integration.entry.limits import REQUESTS
from scheduler_integration.entry.tokens import EVERYTHING, SCOPES
from scheduler_integration.exceptions import SchedulingError
from scheduler_integration.parsing.kinds import JSON_TYPES, Kind
from scheduler_integration.parsing.payload import field_schema
from scheduler_integration.platform import clock
from scheduler_integration.platform.site_address import site_url

Schema = dict[str, Any]
PREFIX = "scheduler_integration.api."
_KEPT_SECONDS = 300
_READING = next(iter(SCOPES))
# Real calls with their answers, by the names of methods. `tests/api/test_examples.py` compares and records them.
EXAMPLES = Path(__file__).with_name("examples.json")


@door("GET", who=Who.ANYBODY, limit=REQUESTS)
def document() -> Response:
	"""Return this document: the methods that programs call, as OpenAPI 3.1. On the host name of a page those that work there."""
	served = frappe.flags.scheduling_served
	address = domain_url(served.domain) if served else site_url()
	content = _text(frappe.local.site, address, bool(served), clock.now() // _KEPT_SECONDS)
	headers = {"Cache-Control": f"public, max-age={_KEPT_SECONDS}"}
	return Response(content, mimetype="application/openapi+json", headers=headers)


@lru_cache(maxsize=4)
def _text(_site: str, address: str, is_domain: bool, _span: int) -> str:
	"""Return the document's text. It is kept for a while only, because a site may customize fields."""
	told = description(address)
	if is_domain:
		told["paths"] = {path: verbs for path, verbs in told["paths"].items() if is_on_domains(path)}
	return json.dumps(told, ensure_ascii=False)


@cache
def methods() -> dict[str, Any]:
	"""Return all methods of the API by their names, such as `public.book`."""
	found: dict[str, Any] = {}
	for module in pkgutil.iter_modules(scheduler_integration.api.__path__):
		members = inspect.getmembers(import_module(f"{PREFIX}{module.name}"), inspect.isfunction)
		for name, function in members:
			if hasattr(function, "door") and function.__module__ == f"{PREFIX}{module.name}":
				found[f"{module.name}.{name}"] = function
	return found


@cache
def examples() -> dict[str, Schema]:
	"""Return a call of each method that programs mostly need: its `request`, and the `data` or `message` of the answer."""
	return dict(json.loads(EXAMPLES.read_text(encoding="utf-8")))


def description(site: str) -> Schema:
	"""Return the document for the site with this address."""
	shapes: dict[str, Schema] = {}
	paths: dict[str, Schema] = {}
	for name, method in methods().items():
		operations = {verb.lower(): operation(name, method, verb, shapes) for verb in method.door.verbs}
		paths[f"/api/method/{PREFIX}{name}"] = operations
	return {
		"openapi": "3.1.0",
		"info": {
			"title": "Scheduler Integration",
			"version": __version__,
			"license": {"name": "MIT", "identifier": "MIT"},
		},
		"servers": [{"url": site}],
		"paths": paths,
		"components": {
			"schemas": {**shapes, "Refusal": _refusal()},
			"securitySchemes": {
				"session": {"type": "apiKey", "in": "cookie", "name": "sid"},
				"key": {"type": "apiKey", "in": "header", "name": "Authorization"},
				"token": {"type": "oauth2", "flows": {"authorizationCode": _flow(site)}},
			},
		},
	}


def operation(name: str, method: Any, verb: str, shapes: dict[str, Schema]) -> Schema:
	"""Return what a verb of a method takes and answers. The shapes of its answers are added to `shapes`."""
	declared: Door = method.door
	words = inspect.getdoc(method) or ""
	given, example = arguments(method), {**examples().get(name, {})}
	request: Schema = example.pop("request", {})
	told = {key: {"example": value} for key, value in request.items()}
	described: Schema = {
		"operationId": name if verb == declared.verbs[0] else f"{name}.{verb.lower()}",
		"tags": [name.partition(".")[0]],
		"summary": words.split("\n")[0],
		"description": words,
		"responses": {
			str(declared.status): _answer(method, shapes),
			"default": _response("A refusal", _ref("Refusal")),
		},
		"security": [{}]
		if declared.who in (Who.ANYBODY, Who.LINK, Who.SENDERS)
		else [
			{"session": []},
			{"key": []},
			{"token": [EVERYTHING]},
			*([{"token": [_READING]}] if verb == "GET" else []),
		],
	}
	if verb == "GET":
		described["parameters"] = [
			{"name": key, "in": "query", "required": key in given["required"], "schema": schema} | told.get(key, {})
			for key, schema in given["properties"].items()
		]
	elif given["properties"]:
		described["requestBody"] = {
			"required": bool(given["required"]),
			"content": {"application/json": {"schema": given, **({"example": request} if request else {})}},
		}
	if example:
		media = described["responses"][str(declared.status)]["content"]["application/json"]
		media["example"] = {"success": True} | example
	return described


def arguments(method: Any) -> Schema:
	"""Return the schema of a method's arguments: an object, for documents and for tools."""
	hints = get_type_hints(inspect.unwrap(method), include_extras=True)
	properties: dict[str, Schema] = {}
	required = []
	for parameter in inspect.signature(method).parameters.values():
		if parameter.kind is not parameter.VAR_KEYWORD:
			properties[parameter.name] = of_kind(hints[parameter.name])
			if parameter.default is parameter.empty:
				required.append(parameter.name)
	for own in method.door.fields if hasattr(method, "door") else ():
		properties |= {key: schema for key, schema in _fields(own).items() if key not in properties}
	return {"type": "object", "properties": properties, "required": required}


def _fields(own: Any) -> dict[str, Schema]:
	if is_dataclass(own):
		hints = get_type_hints(own, include_extras=True)
		return {each.name: of_kind(hints[each.name]) for each in fields(own)}
	return {name: field_schema(*each) if isinstance(each, tuple) else of_kind(each) for name, each in own.items()}


def of_kind(kind: Any) -> Schema:
	"""Return the schema of an argument by its kind. None is what is left out, so it isn't part of the type."""
	options = (
		[each for each in get_args(kind) if each is not NoneType] if get_origin(kind) in (Union, UnionType) else [kind]
	)
	[only] = options
	if get_origin(only) is not Annotated:
		return dict(JSON_TYPES[only])
	plain, *told = get_args(only)
	schema = dict(JSON_TYPES[get_origin(plain) or plain])
	for each in told:
		if isinstance(each, Kind):
			example = {} if each.example is None else {"examples": [each.example]}
			schema |= {"description": each.words, **example, **each.schema}
	return schema


def _answer(method: Callable[..., Any], shapes: dict[str, Schema]) -> Schema:
	returned = inspect.signature(method).return_annotation
	if returned in (Response, File):
		return {"description": "A file, a page or a plain answer"}
	data = {} if returned in (Message, OnTop) else of_answer(returned, shapes)
	properties = {"success": {"const": True}, "data": data}
	if returned is Message:
		properties["message"] = {"type": "string"}
	needed = ["success"] if returned is Message else ["success", "data"]
	return _response("Success", {"type": "object", "properties": properties, "required": needed})


def of_answer(kind: Any, shapes: dict[str, Schema]) -> Schema:
	"""Return the schema of a value in an answer, by the type that a room returns. A type that says nothing may be anything."""
	if isinstance(kind, Like):
		return _alike(kind, shapes)
	if isinstance(kind, list):
		return _list(list, (kind[0],), shapes)
	origin, inner = get_origin(kind), get_args(kind)
	if origin in (Union, UnionType):
		return {"anyOf": [of_answer(each, shapes) for each in inner]}
	if origin is Annotated and (like := next((each for each in kind.__metadata__ if isinstance(each, Like)), None)):
		return _alike(like, shapes)
	if origin in (Annotated, Literal):
		return of_answer(inner[0], shapes) if origin is Annotated else {"enum": [*inner]}
	if kind in _PLAIN:
		return dict(_PLAIN[kind])
	named = origin or kind
	if not isinstance(named, type) or issubclass(named, Document):
		return {}
	if declared := declared_of(named):
		if named.__name__ not in shapes:
			shapes[named.__name__] = {}
			shapes[named.__name__] = _shape(named, declared[0], shapes)
		return _ref(named.__name__)
	return next((make(named, inner, shapes) for base, make in _BY_BASE if issubclass(named, base)), {})


def _alike(like: Like, shapes: dict[str, Schema]) -> Schema:
	properties = {name: of_answer(each, shapes) for name, each in like.keys.items()}
	required = [*properties]
	for each in (*like.shapes, *like.optional):
		declared = declared_of(each) if isinstance(each, (str, type)) else None
		shape = _shape(each if declared else like.of, declared[0] if declared else each, shapes)
		properties = shape["properties"] | properties
		required += [] if each in like.optional else shape["required"]
	return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _like(told: Any) -> Like:
	return told if isinstance(told, Like) else Like(told)


def _mapping(_kind: type, inner: tuple[Any, ...], shapes: dict[str, Schema]) -> Schema:
	return {"type": "object", **({"additionalProperties": of_answer(inner[1], shapes)} if inner else {})}


def _list(_kind: type, inner: tuple[Any, ...], shapes: dict[str, Schema]) -> Schema:
	items = [each for each in inner if each is not Ellipsis]
	return {"type": "array", **({"items": of_answer(items[0], shapes)} if len(items) == 1 else {})}


_PLAIN = {str: JSON_TYPES[str], int: JSON_TYPES[int], float: JSON_TYPES[float], bool: JSON_TYPES[bool], Any: {}}
_BY_FIELD = {"Int": int, "Check": int, "Currency": float, "Float": float}
_PLAIN[NoneType] = {"type": "null"}
_BY_BASE: tuple[tuple[type, Callable[[Any, tuple[Any, ...], dict[str, Schema]], Schema]], ...] = (
	(Enum, lambda kind, _inner, _shapes: {"enum": [each.value for each in kind]}),
	(date, lambda _kind, _inner, _shapes: {"type": "string", "format": "date"}),
	(Mapping, _mapping),
	(Iterable, _list),
)


def _shape(kind: type | str, parts: Parts, shapes: dict[str, Schema]) -> Schema:
	"""Return the schema of an object, by its parts."""
	properties: dict[str, Schema] = {}
	required = []
	for part in parts:
		path, told, inside = part.told
		found = _type_at(kind, path) if path else kind
		if not part.name:
			# Its keys are keys of this object.
			own = _shape(found, inside, shapes) if inside else _alike(_like(told), shapes) if told else {}
			properties |= own.get("properties", {})
			required += own.get("required", [])
			continue
		if inside:
			shape = {"anyOf": [_shape(found, inside, shapes), {"type": "null"}]}
		elif told is not None:
			shape = dict(told) if isinstance(told, dict) else of_answer(told, shapes)
		else:
			shape = of_answer(found, shapes) if path and part.write in (as_json, or_null) else {}
			if shape and part.write is or_null:
				shape = {"anyOf": [shape, {"type": "null"}]}
		properties[part.name] = shape
		if not part.is_left_out:
			required.append(part.name)
	return {"type": "object", "properties": properties, "required": [*dict.fromkeys(required)]}


def _type_at(kind: Any, path: str) -> Any:
	"""Return the declared type of an attribute, such as `meeting_type.title` of a dataclass or a field of a DocType, or Any."""
	if isinstance(kind, str):
		field = frappe.get_meta(kind).get_field(path) if kind else None
		if field and field.fieldtype in ("Table", "Table MultiSelect"):
			return list[Annotated[Document, Like(field.options)]] if declared_of(field.options) else list
		return _BY_FIELD.get(field.fieldtype, str) | None if field else str | None if path == "name" else Any
	for name in path.split("."):
		if get_origin(kind) in (Union, UnionType):
			[kind, *_others] = [each for each in get_args(kind) if each is not NoneType]
		found = getattr(kind, name, None)
		if isinstance(found, property):
			kind = get_type_hints(found.fget).get("return", Any)
		else:
			kind = _hints(kind).get(name, Any) if isinstance(kind, type) else Any
	return kind


@cache
def _hints(kind: type) -> dict[str, Any]:
	try:
		return get_type_hints(kind)
	except NameError:
		return {}


def _refusal() -> Schema:
	codes = sorted(
		{each.code for each in vars(exceptions).values() if inspect.isclass(each) and issubclass(each, SchedulingError)}
	)
	properties = {
		"success": {"const": False},
		"error": {"type": "string", "description": "A sentence that says what to do"},
		"code": {"enum": codes},
		"details": {"type": "object", "additionalProperties": {"type": "string"}},
	}
	return {"type": "object", "properties": properties, "required": ["success", "error", "code"]}


def _flow(site: str) -> Schema:
	endpoint = f"{site}/api/method/frappe.integrations.oauth2."
	scopes = {EVERYTHING: "Whatever the user may do", **SCOPES}
	return {"authorizationUrl": f"{endpoint}authorize", "tokenUrl": f"{endpoint}get_token", "scopes": scopes}


def _ref(name: str) -> Schema:
	return {"$ref": f"#/components/schemas/{name}"}


def _response(words: str, schema: Schema) -> Schema:
	return {"description": words, "content": {"application/json": {"schema": schema}}}
