"""Web pages: routes, templates and renderers."""
