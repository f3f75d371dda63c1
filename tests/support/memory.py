"""Keeps the files of the tests' sites and calendar servers in memory, so that no write waits for the disk."""

import shutil
from pathlib import Path

_SHARED = Path("/dev/shm")
# A container may have as little as 64 MB there.
_ENOUGH = 500 * 1024**2


def folder_in_memory() -> str | None:
	"""Return a folder for temporary files, or None for the usual one if this machine has too little memory for it."""
	return str(_SHARED) if _SHARED.is_dir() and shutil.disk_usage(_SHARED).free > _ENOUGH else None
