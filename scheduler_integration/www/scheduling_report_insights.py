"""`/scheduling/insights/reports`: pages/host/report_insights.py."""

from scheduler_integration.pages.host.report_insights import PAGE

no_cache, sitemap, get_context = 1, 0, PAGE.get_context
