"""`/scheduling/book`: pages/host/book.py."""

from scheduler_integration.pages.host.book import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
