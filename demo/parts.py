"""Shows every part of the pages once, at `/scheduling/parts`: see docs/explanation/design.md."""

from werkzeug.wrappers import Request, Response

from scheduler_integration.pages.kit.document import document
from scheduler_integration.pages.kit.templates import draw
from scheduler_integration.pages.kit.visitor import current_visitor

PATH = "/scheduling/parts"


def page(request: Request) -> Response:
	faces = [{"initials": name, "image": None} for name in ("JM", "SO", "AT")]
	shown = document(current_visitor(), title="Parts", style="types", script="host")
	html = draw("demo/parts.html", {"view": {"document": shown, "faces": faces}})
	return Response(html, mimetype="text/html", headers={"Content-Security-Policy": shown["headers"].policy})
