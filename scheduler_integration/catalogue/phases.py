"""The phases of a client's finances, for which meeting types are recommended."""

from frappe import _

# In the order in which a client goes through them. Meeting Type Phase and Client Assessment have the same options.
PHASES = ("Stabilize", "Organize", "Build", "Grow", "Systemic")


def phase_name(phase: str) -> str:
	"""Return the phase in the current language.

	Frappe has a workspace "Build", and translates the word for it. The context separates the two translations.
	"""
	return _(phase, context="Phase")
