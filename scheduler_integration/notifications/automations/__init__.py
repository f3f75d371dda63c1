"""Automations: what the site does by itself when a booking changes, or some time before or after a meeting."""
