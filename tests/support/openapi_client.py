"""A Python client that knows nothing but the OpenAPI document: a method for each `operationId`, checked before it is sent.

api = Api(server.url, key="…", secret="…")
booking = api.public.book(slug="jane", meeting_type="intro", start="…", …)
"""

from dataclasses import dataclass, field
from typing import Any

import requests
from jsonschema import Draft202012Validator

DOCUMENT = "/api/method/scheduler_integration.api.openapi.document"


@dataclass
class Refusal(Exception):
	"""What the site refuses: a sentence that says what to do, its code, and the reason for each wrong field."""

	status: int
	code: str
	error: str
	details: dict[str, str] = field(default_factory=dict)
	more: dict[str, Any] = field(default_factory=dict)

	def __str__(self) -> str:
		return f"{self.status} {self.code}: {self.error} {self.details or ''}".strip()


class WrongArguments(Exception):
	"""Arguments that don't fit the document. Nothing was sent."""


class NotAsDescribed(Exception):
	"""An answer that doesn't fit the document."""


@dataclass(frozen=True)
class Operation:
	"""A method of the API, which is called with its arguments by name and returns `data`."""

	api: "Api"
	verb: str
	path: str
	declared: dict[str, Any]

	def __call__(self, **arguments: Any) -> Any:
		if wrong := [f"{each.json_path}: {each.message}" for each in self._validator().iter_errors(arguments)]:
			raise WrongArguments(self.declared["operationId"], wrong)
		if "parameters" in self.declared:
			where = {
				"params": {key: int(value) if isinstance(value, bool) else value for key, value in arguments.items()}
			}
		else:
			where = {"json": arguments}
		answer = self.api.session.request(self.verb, self.api.url + self.path, timeout=60, **where)
		return self._read(answer)

	def _validator(self) -> Draft202012Validator:
		if "parameters" in self.declared:
			named = {each["name"]: each for each in self.declared["parameters"]}
			needed = [name for name, each in named.items() if each["required"]]
			schema = {"properties": {name: each["schema"] for name, each in named.items()}, "required": needed}
		else:
			body = self.declared.get("requestBody", {}).get("content", {}).get("application/json", {})
			schema = body.get("schema", {"properties": {}})
		return Draft202012Validator({**schema, "additionalProperties": False})

	def _read(self, answer: requests.Response) -> Any:
		responses = self.declared["responses"]
		found = responses.get(str(answer.status_code), responses["default"])
		if "content" not in found:
			return answer.content
		if not answer.headers.get("Content-Type", "").startswith("application/json"):
			raise NotAsDescribed(answer.status_code, answer.text[:300])
		body = answer.json()
		schema = {**found["content"]["application/json"]["schema"], "components": self.api.document["components"]}
		if wrong := [f"{each.json_path}: {each.message}" for each in Draft202012Validator(schema).iter_errors(body)]:
			raise NotAsDescribed(answer.status_code, wrong)
		if body["success"]:
			return body.get("data")
		told = {name: body.pop(name) for name in ("code", "error", "details") if name in body}
		raise Refusal(answer.status_code, **told, more={key: body[key] for key in body if key != "success"})


class Group:
	"""The operations whose ids begin with the same word."""

	def __init__(self, operations: dict[str, Operation]) -> None:
		vars(self).update(operations)

	def __getattr__(self, name: str) -> Operation:
		raise AttributeError(f"The document has no operation {name}")


class Api:
	"""The API of the site at `url`. With a user's key and secret it acts for that user, otherwise for a guest."""

	def __init__(self, url: str, key: str = "", secret: str = "", headers: dict[str, str] | None = None) -> None:
		self.url, self.session = url.rstrip("/"), requests.Session()
		self.session.headers.update(headers or {})
		self.document: dict[str, Any] = self.session.get(self.url + DOCUMENT, timeout=60).json()
		scheme = self.document["components"]["securitySchemes"]["key"]
		if key:
			self.session.headers[scheme["name"]] = f"token {key}:{secret}"
		groups: dict[str, dict[str, Operation]] = {}
		for path, verbs in self.document["paths"].items():
			for verb, declared in verbs.items():
				group, _dot, name = declared["operationId"].partition(".")
				groups.setdefault(group, {})[name] = Operation(self, verb, path, declared)
		self.groups = {name: Group(operations) for name, operations in groups.items()}

	def __getattr__(self, name: str) -> Group:
		try:
			return self.__dict__["groups"][name]
		except KeyError:
			raise AttributeError(f"The document has no group {name}") from None
