"""`/scheduling/types/<name>`: pages/host/type_editor.py."""

from scheduler_integration.pages.host.type_editor import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
