"""The phases of a client's finances, for which meeting types are recommended."""

# In the order in which a client goes through them. Meeting Type Phase and Client Assessment have the same options.
PHASES = ("Stabilize", "Organize", "Build", "Grow", "Systemic")
