"""`/schedule/<slug>`: pages/listing.py."""

from scheduler_integration.pages.listing import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
