"""`/schedule/<slug>/<meeting type>`: pages/booking/page.py."""

from scheduler_integration.pages.booking.page import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
