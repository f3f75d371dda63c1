"""The OpenAPI document says what the methods take and answer. `tests/support/contract.py` compares all answers with it."""

import json
import re

import pytest
from openapi_spec_validator import OpenAPIV31SpecValidator

from scheduler_integration.api.openapi import PREFIX, arguments, methods
from tests.architecture.test_reference import API
from tests.support.contract import document

METHODS = methods()


def test_the_document_is_openapi():
	OpenAPIV31SpecValidator(document()).validate()


def test_a_program_reads_it_without_signing_in(client):
	answer = client.get(f"/api/method/{PREFIX}openapi.document")
	assert answer.status_code == 200
	assert answer.json()["openapi"] == "3.1.0"
	assert "max-age" in answer.headers["Cache-Control"]
	assert len(answer.content) < 450_000


@pytest.mark.parametrize("name", sorted(METHODS))
def test_an_argument_had_no_words_or_type(name):
	for argument, schema in arguments(METHODS[name])["properties"].items():
		assert schema == {} or schema.keys() & {"type", "enum"}, f"{argument} has no type"


def test_each_example_of_an_argument_fits_its_type():
	"""Each is a value that a program can copy."""
	from jsonschema import Draft202012Validator

	for name, method in METHODS.items():
		for argument, schema in arguments(method)["properties"].items():
			for example in schema.get("examples", ()):
				assert Draft202012Validator(schema).is_valid(example), (name, argument)


@pytest.mark.parametrize("name", sorted(METHODS))
def test_the_reference_named_an_argument_that_is_not_there(name):
	"""The headings of docs/reference/api.md and the document have the same arguments."""
	module, _dot, function = name.partition(".")
	sections = dict(re.findall(r"^## `(\w+)`(.*?)(?=^## |\Z)", API, re.MULTILINE | re.DOTALL))
	sections["waiting_devices"] = sections["public"]
	heading = re.search(rf"^###.*`(?:{module}\.)?{function}\(([^`)]*)\)`", sections[module], re.MULTILINE)
	if not heading:
		return
	named = {each for each in re.split(r"[,|\s]+", heading[1]) if each and each != "…"}
	known = set(arguments(METHODS[name])["properties"])
	assert named <= known
	assert "…" in heading[1] or known <= named


def test_the_document_names_every_method_and_verb():
	paths = document()["paths"]
	assert {path.removeprefix(f"/api/method/{PREFIX}"): {*verbs} for path, verbs in paths.items()} == {
		name: {verb.lower() for verb in method.door.verbs} for name, method in METHODS.items()
	}
	ids = [operation["operationId"] for verbs in paths.values() for operation in verbs.values()]
	assert len(ids) == len({*ids})
	assert json.dumps(paths).count(f'"/api/method/{PREFIX}') == len(paths)


def test_an_answer_was_described_as_anything():
	"""Two return an empty object, `domains.check` what its page shows, and Zoom reads the top of its answer."""
	vague = ({}, {"type": "object"}, {"type": "object", "additionalProperties": {}})
	found = set()
	for path, verbs in document()["paths"].items():
		for operation in verbs.values():
			[answer] = [each for status, each in operation["responses"].items() if status != "default"]
			schema = answer.get("content", {}).get("application/json", {}).get("schema")
			if schema and "message" not in schema["properties"] and schema["properties"]["data"] in vague:
				found.add(path.removeprefix(f"/api/method/{PREFIX}"))
	assert found == {"public.release_slot", "tracking.event_scheduled", "domains.check", "video.zoom_notice"}


def described(schema):
	"""Yield each key of an object in a schema with its own schema, at any depth."""
	if isinstance(schema, list):
		for each in schema:
			yield from described(each)
	elif isinstance(schema, dict):
		yield from schema.get("properties", {}).items()
		for key, each in schema.items():
			yield from described(each) if key not in ("example", "examples") else ()


def test_a_value_that_a_function_makes_was_described_as_anything():
	schemas = document()["components"]["schemas"]
	vague = {f"{name}.{key}" for name, schema in schemas.items() for key, each in described(schema) if each == {}}
	for path, verbs in document()["paths"].items():
		answers = [operation["responses"] for operation in verbs.values()]
		vague |= {
			f"{path.rpartition('.')[2]}.{key}" for key, each in described(answers) if each == {} and key != "data"
		}
	assert vague == set()


def test_the_answer_of_a_record_had_no_fields():
	"""Fields have the types of their DocType, rows of child tables too."""
	paths = document()["paths"]
	page = paths[f"/api/method/{PREFIX}pages.create"]["post"]["responses"]["201"]["content"]["application/json"]
	shape = page["schema"]["properties"]["data"]
	assert {"id", "slug", "branding", "hosts"} <= {*shape["required"]}
	assert shape["properties"]["is_active"] == {"type": "boolean"}
	rows = shape["properties"]["hosts"]
	assert {"type": "integer"} in rows["items"]["properties"]["weight"]["anyOf"]
