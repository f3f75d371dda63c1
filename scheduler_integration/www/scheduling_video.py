"""`/scheduling/video`: pages/host/video.py."""

from scheduler_integration.pages.host.video import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
