"""`/scheduling/meeting/<name>`: pages/host/meeting.py."""

from scheduler_integration.pages.host.meeting import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
