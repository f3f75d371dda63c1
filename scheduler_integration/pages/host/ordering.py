"""The order of a list that a form sends (public/js/house/sortable-list.js)."""

from collections.abc import Sequence


def wanted_order(names: Sequence[str], move: str) -> list[str]:
	"""Return the names in the wanted order.

	A script sends them in it. Without a script, `move` says which one goes where: `up:<name>`, `down:<name>` or `top:<name>`.
	"""
	order = list(names)
	way, _colon, name = move.partition(":")
	if name in order and way in ("up", "down", "top"):
		place = order.index(name)
		to = {"up": place - 1, "down": place + 1, "top": 0}[way]
		order.insert(max(to, 0), order.pop(place))
	return order
