"""`/scheduling/page`: pages/host/page_form.py."""

from scheduler_integration.pages.host.page_form import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
