"""The kinds of video calls, and which hosts have an account for them."""

from collections.abc import Sequence

# Calls that need an account of the host, by the option of `location_type`.
WITH_ACCOUNT = ("Zoom", "Google Meet", "Teams")
CALLS = (*WITH_ACCOUNT, "Jitsi", "Video Call")


def is_call(location_type: str) -> bool:
	"""Whether people meet in a video call. "Video Call" leaves the provider to the host."""
	return location_type in CALLS


def hosts_without(location_type: str, users: Sequence[str]) -> list[str]:
	"""Return those of `users` who have no account for this kind of call."""
	return list(users)
