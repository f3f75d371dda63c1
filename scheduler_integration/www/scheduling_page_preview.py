"""`/scheduling/page/preview`: pages/preview.py."""

from scheduler_integration.pages.preview import preview_of_page

no_cache, sitemap, get_context = 1, 0, preview_of_page
