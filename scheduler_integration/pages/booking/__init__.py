"""The page of a meeting type: its month, its times, its form."""
