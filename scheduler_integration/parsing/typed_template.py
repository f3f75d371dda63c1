"""Fills in texts with variables, such as `Hello {{ attendee_name }}`, that hosts and managers type.

Frappe's own templates may read and change the whole site, so only System Managers may write those. This module runs the
texts of everybody else, in a sandbox of Jinja that knows a small part of the language: variables, `if`, `for`, and a few
filters. There are no calls, no arithmetic, no assignments and no includes, so a text can't reach the site, and what it
makes can't grow faster than the text itself. Loops and results have limits.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import lru_cache
from time import thread_time
from typing import Any

from frappe import _
from frappe.model.document import Document
from jinja2 import DebugUndefined, Template, TemplateError, nodes, pass_context
from jinja2.defaults import DEFAULT_FILTERS, DEFAULT_TESTS
from jinja2.runtime import Context, LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from scheduler_integration.exceptions import TextNotUsable

# Characters of a text, and of what it makes. A description with 30 long answers has some 60,000.
LONGEST = 10_000
LONGEST_RESULT = 200_000
# Passes through all loops of a text together, and their seconds of the processor.
MOST_PASSES, MOST_SECONDS = 500, 1
# Parts of a text, and how deep they are in each other. Python's compiler has limits of its own, which are higher.
MOST_PARTS, DEEPEST = 500, 40

FILTERS = ("capitalize", "default", "first", "last", "length", "lower", "title", "trim", "truncate", "upper")
TESTS = ("defined", "undefined", "none")
# The parts of a variable that a text may name: of an answer, and of a loop.
ATTRIBUTES = ("question", "answer", "index", "first", "last")
_COUNTED = "count the passes of a loop"  # No text can name a filter with spaces.

_KNOWN = (
	nodes.Template, nodes.Output, nodes.TemplateData, nodes.If, nodes.For, nodes.Name, nodes.Const, nodes.Tuple,
	nodes.List, nodes.CondExpr, nodes.Compare, nodes.Operand, nodes.And, nodes.Or, nodes.Not, nodes.Concat, nodes.Test,
	nodes.Filter, nodes.Keyword, nodes.Getattr, nodes.Getitem,
)  # fmt: skip
_VARIABLE = re.compile(r"{{\s*([a-z_]+)\s*}}")
_TAG = re.compile(r"{{.*?}}|{%.*?%}|{#.*?#}", re.DOTALL)


def check_text(text: str | None, names: Collection[str]) -> None:
	"""Raise TextNotUsable if the text can't be filled in, or asks for other variables than `names`."""
	used = list(_parsed(text or "").find_all(nodes.Name))
	allowed = {*names, "loop", *(variable.name for variable in used if variable.ctx == "store")}
	for variable in used:
		if variable.name not in allowed:
			raise TextNotUsable(_no_such(variable, variable.name, sorted(names)))


def check_text_field(document: Document, field: str, names: Collection[str]) -> None:
	"""Check the text in this field if it was changed: with an older text, other fields can still be saved.

	Raises TextNotUsable as `check_text` does, with the field's label.
	"""
	if not document.has_value_changed(field):
		return
	try:
		check_text(document.get(field), names)
	except TextNotUsable as error:
		raise TextNotUsable(error.reason, field, _(document.meta.get_label(field))) from None


def filled_in(text: str, variables: Mapping[str, Any]) -> str:
	"""Return the text with its variables filled in; an unknown one stays as it is. Raises TextNotUsable."""
	parts: list[str] = []
	length = 0
	try:
		for part in _compiled(text).generate(variables):
			length += len(part)
			if length > LONGEST_RESULT:
				raise TextNotUsable(_("It gets too long: at most {0} characters.").format(LONGEST_RESULT))
			parts.append(part)
	except TextNotUsable:
		raise
	except Exception as error:  # For example RecursionError, or TypeError for a variable that is no list.
		raise TextNotUsable(_reason(error)) from error
	return "".join(parts)


def filled_in_anyway(text: str, variables: Mapping[str, Any]) -> str:
	"""Return the text with its variables filled in. If the text can't be used, its other parts in braces are left out.

	For texts that were stored before they were checked: a message with a part missing is better than none.
	"""
	try:
		return filled_in(text, variables)
	except TextNotUsable:
		values = {name: str(value) for name, value in variables.items() if isinstance(value, str | int)}
		pieces = _TAG.split(_VARIABLE.sub(lambda match: values.get(match[1], ""), text[:LONGEST]))
		return "".join(pieces)[:LONGEST_RESULT]


class _Context(Context):
	"""The variables of one text, with what its loops have taken."""

	def __init__(self, *args: Any, **kwargs: Any):
		super().__init__(*args, **kwargs)
		self.passes, self.began = 0, thread_time()


class _Sandbox(ImmutableSandboxedEnvironment):
	context_class = _Context

	def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
		return isinstance(obj, LoopContext) and attr in ATTRIBUTES

	def is_safe_callable(self, obj: Any) -> bool:
		return False


@pass_context
def _counted(context: _Context, values: Iterable[Any] | None) -> Iterator[Any]:
	for value in values or ():
		context.passes += 1
		if context.passes > MOST_PASSES or thread_time() - context.began > MOST_SECONDS:
			raise TextNotUsable(_("Its loops are too long: at most {0} passes.").format(MOST_PASSES))
		yield value


_SANDBOX = _Sandbox(undefined=DebugUndefined, finalize=lambda value: "" if value is None else value)
_SANDBOX.globals = {}
_SANDBOX.filters = {name: DEFAULT_FILTERS[name] for name in FILTERS} | {_COUNTED: _counted}
_SANDBOX.tests = {name: DEFAULT_TESTS[name] for name in TESTS}


@lru_cache(maxsize=500)
def _compiled(text: str) -> Template:
	tree = _parsed(text)
	for loop in tree.find_all(nodes.For):
		loop.iter = nodes.Filter(loop.iter, _COUNTED, [], [], None, None, lineno=loop.lineno, environment=_SANDBOX)
	return _SANDBOX.from_string(tree)


def _parsed(text: str) -> nodes.Template:
	"""Return the text's syntax tree, which has known parts only. Raises TextNotUsable."""
	if len(text) > LONGEST:
		raise TextNotUsable(_("This is too long: at most {0} characters.").format(LONGEST))
	try:
		tree = _SANDBOX.parse(text)
	except (TemplateError, RecursionError, ValueError) as error:  # Also deep brackets, and a number of 5,000 digits.
		raise TextNotUsable(_reason(error)) from None
	parts = 0
	left: list[tuple[nodes.Node, int]] = [(tree, 0)]
	while left:
		node, depth = left.pop()
		parts += 1
		if parts > MOST_PARTS or depth > DEEPEST:
			raise TextNotUsable(_("It is too complicated."))
		if unknown := _unknown_part(node):
			raise TextNotUsable(unknown)
		left += [(child, depth + 1) for child in node.iter_child_nodes()]
	return tree


def _unknown_part(node: nodes.Node) -> str | None:
	"""Return what is wrong with this part of a text, or None."""
	for kind, attribute, allowed in _NAMED:
		if isinstance(node, kind) and (name := getattr(node, attribute)) not in allowed:
			return _no_such(node, name, allowed)
	is_known = isinstance(node, _KNOWN)
	if isinstance(node, nodes.Getitem):
		index = node.arg.value if isinstance(node.arg, nodes.Const) else None
		is_known = isinstance(index, int) or index in ATTRIBUTES
	elif isinstance(node, nodes.Name):
		is_known = node.name != "self"  # Jinja's word for the template.
	elif isinstance(node, nodes.For):
		is_known = not node.recursive
	if is_known:
		return None
	return _("Line {0} has a part of the kind “{1}”. Use variables, “if” and “for” only.").format(
		node.lineno, type(node).__name__.lower()
	)


def _no_such(node: nodes.Node, name: str, names: Iterable[str]) -> str:
	return _("Line {0} has “{1}”, which isn't known. Use one of: {2}.").format(node.lineno, name[:50], ", ".join(names))


# Parts with a name, the attribute that has it, and the names that are known.
_NAMED: tuple[tuple[type[nodes.Node], str, Collection[str]], ...] = (
	(nodes.Filter, "name", FILTERS),
	(nodes.Test, "name", TESTS),
	(nodes.Getattr, "attr", ATTRIBUTES),
)


def _reason(error: Exception) -> str:
	sentence = " ".join(str(error).split())[:200] or type(error).__name__
	line = getattr(error, "lineno", None)
	return _("Line {0}: {1}").format(line, sentence) if line else sentence
