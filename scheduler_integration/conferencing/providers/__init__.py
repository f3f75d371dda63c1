"""The table of providers: the class that makes the calls of each. `catalogue/video.py` declares the rest."""

from scheduler_integration.conferencing.provider import Provider
from scheduler_integration.conferencing.providers.api import WithAccount
from scheduler_integration.conferencing.providers.jitsi import Jitsi
from scheduler_integration.conferencing.providers.meet import Meet
from scheduler_integration.conferencing.providers.teams import Teams
from scheduler_integration.conferencing.providers.zoom import Zoom

ACCOUNTS: dict[str, type[WithAccount]] = {"Zoom": Zoom, "Google Meet": Meet, "Teams": Teams}
PROVIDERS: dict[str, type[Provider]] = {**ACCOUNTS, "Jitsi": Jitsi}
