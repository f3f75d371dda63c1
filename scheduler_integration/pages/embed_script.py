"""`/schedule/embed.js`: leads to the script with which other websites show booking pages.

Its address never changes, and that of the file changes with each version, so browsers keep the file.
"""

from typing import NoReturn

from scheduler_integration.entry.headers import keep_for
from scheduler_integration.pages.kit.assets import other_sites_script
from scheduler_integration.pages.kit.respond import redirection

AN_HOUR = 3600


def answer() -> NoReturn:
	keep_for(AN_HOUR)
	raise redirection(other_sites_script(), 302)
