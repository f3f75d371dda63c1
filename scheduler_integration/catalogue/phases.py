"""The phases of a client's finances, for which meeting types are recommended."""

from frappe import _

# In the order in which a client goes through them. Meeting Type Phase and Client Assessment have the same options.
PHASES = ("Stabilize", "Organize", "Build", "Grow", "Systemic")


def phase_name(phase: str) -> str:
	"""Return the phase in the current language.

	Frappe itself translates "Build" as what its workspace of that name is for. The context keeps the two apart.
	"""
	return _(phase, context="Phase")
