"""Requests to other systems: one HTTP client, and the guard for addresses that people type.

Nothing here runs on a visitor's request. `client.Client` is the only way out for calendars, video calls and
webhooks, so time-outs, caps, retries and masking are the same everywhere.
"""
