"""The forecast on the page of insights."""

from types import SimpleNamespace

from scheduler_integration.pages.kit import templates
from tests.pages.reading import read


def test_a_name_in_a_forecast_was_escaped_twice():
	outlook = templates._environment().get_template("scheduler_integration/templates/scheduling/outlook.html").module
	found = SimpleNamespace(bands=[SimpleNamespace(low=1, high=3, likely=2)])
	drawn = SimpleNamespace(forecast=found, key="revenue", title="Revenue", chart=None, words="R&D {}".format)
	html = str(outlook.forecast(drawn, {}))
	assert "between R&amp;D 1 and R&amp;D 3" in html
	assert "between R&D 1 and R&D 3, most likely R&D 2" in read(html).text
