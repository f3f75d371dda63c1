"""`/scheduling/types`: pages/host/types_list.py."""

from scheduler_integration.pages.host.types_list import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
