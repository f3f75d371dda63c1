"""Embed code and addresses: the schedulers' own code is read, everything else is refused, and nothing of it survives."""

import pytest

from scheduler_integration.parsing.embed_code import DEFAULT_HEIGHT, MAX_HEIGHT, MIN_HEIGHT, Widget, parse_embed_code
from scheduler_integration.parsing.text import Refused
from scheduler_integration.parsing.web_address import web_address
from tests.client_reports.hostile import ADDRESSES, EMBED_CODES, FOREIGN_SOURCES, TEXTS


def numbered(vector):
	return f"{vector[:60]!r}"


@pytest.mark.parametrize(
	("code", "src", "height"),
	[
		(
			'<iframe src="https://calendly.com/johndoe-consulting" width="100%" height="600"></iframe>',
			"https://calendly.com/johndoe-consulting",
			600,
		),
		(
			"<!-- Calendly inline widget begin -->\n"
			'<div class="calendly-inline-widget" data-url="https://calendly.com/jane?hide_gdpr_banner=1"'
			' style="min-width:320px;height:700px;"></div>\n'
			'<script type="text/javascript" src="https://assets.calendly.com/assets/external/widget.js" async></script>\n'
			"<!-- Calendly inline widget end -->",
			"https://calendly.com/jane?hide_gdpr_banner=1",
			700,
		),
		(
			'<iframe src="https://app.acuityscheduling.com/schedule.php?owner=123&amp;ref=embedded_csp"'
			' title="Schedule Appointment" width="100%" height="800" frameBorder="0"></iframe>'
			'<script src="https://embed.acuityscheduling.com/js/embed.js" type="text/javascript"></script>',
			"https://app.acuityscheduling.com/schedule.php?owner=123&ref=embedded_csp",
			800,
		),
		(
			'<!-- ScheduleOnce embed START -->\n<div id="SOIDIV_JaneDoe" data-so-page="JaneDoe" data-height="550"'
			' data-style="border: 1px solid #d8d8d8; min-width: 290px;" data-psz="00"></div>\n'
			'<script type="text/javascript" src="https://cdn.oncehub.com/mergedjs/so.js"></script>\n'
			"<!-- ScheduleOnce embed END -->",
			"https://go.oncehub.com/JaneDoe",
			550,
		),
		(
			'<div class="box"><iframe src="https://jane.as.me/?appointmentType=1" height="400px"></iframe></div>',
			"https://jane.as.me/?appointmentType=1",
			400,
		),
		("<IFRAME SRC='HTTPS://Calendly.com/jane' style='HEIGHT: 321px'></IFRAME>", "https://calendly.com/jane", 321),
		('<iframe src="//calendly.com/jane">', "https://calendly.com/jane", DEFAULT_HEIGHT),
		('<iframe src="https://calendly.com/a" height="1"></iframe>', "https://calendly.com/a", DEFAULT_HEIGHT),
		('<iframe src="https://calendly.com/a" height="10"></iframe>', "https://calendly.com/a", MIN_HEIGHT),
		('<iframe src="https://calendly.com/a" height="9999"></iframe>', "https://calendly.com/a", MAX_HEIGHT),
		('<iframe src="https://calendly.com/a" height="100%"></iframe>', "https://calendly.com/a", DEFAULT_HEIGHT),
	],
)
def test_the_schedulers_own_code_is_read(code, src, height):
	assert parse_embed_code(code) == Widget(src, height)


def test_the_stored_code_is_the_seeds_and_is_read_again_as_the_same_widget():
	code = '<iframe src="https://calendly.com/johndoe-consulting" width="100%" height="600"></iframe>'
	assert parse_embed_code(code).embed_code() == code
	tricky = Widget("https://calendly.com/jane?a=1&b=%22&c=(x)", 500)
	assert parse_embed_code(tricky.embed_code()) == tricky


@pytest.mark.parametrize("code", [None, "", "  \n "])
def test_no_code_is_no_widget(code):
	assert parse_embed_code(code) is None


@pytest.mark.parametrize("code", EMBED_CODES, ids=numbered)
def test_code_with_anything_but_one_widget_is_refused_with_the_reason(code):
	with pytest.raises(Refused) as refused:
		parse_embed_code(code)
	assert str(refused.value)
	# The reason may be shown as HTML.
	assert "<" not in str(refused.value)


# In HTML, the first means https, and the NUL of the second becomes a replacement character.
CALENDLYS_OWN_IN_HTML = ("//calendly.com/jane", "https://calendly.com/\x00")


@pytest.mark.parametrize(
	"source", [*FOREIGN_SOURCES, *(each for each in ADDRESSES if each not in CALENDLYS_OWN_IN_HTML)], ids=numbered
)
def test_a_frame_from_another_place_is_refused(source):
	escaped = source.replace("&", "&amp;").replace('"', "&quot;")
	with pytest.raises(Refused):
		parse_embed_code(f'<iframe src="{escaped}"></iframe>')


def test_an_admin_can_allow_exactly_one_more_host():
	allowed = {"booking.example.com"}
	assert parse_embed_code('<iframe src="https://booking.example.com/x"></iframe>', allowed)
	for host in ("www.booking.example.com", "example.com", "booking.example.com.evil.example"):
		with pytest.raises(Refused, match=f"Widgets from {host} aren't allowed"):
			parse_embed_code(f'<iframe src="https://{host}/x"></iframe>', allowed)


def test_a_widgets_host_is_written_in_ascii():
	"""It goes into a header of the report's page."""
	code = '<iframe src="https://Terminé日本.example:8443/日本?q=ü#x"></iframe>'
	with pytest.raises(Refused) as refused:
		parse_embed_code(code)
	host = str(refused.value).split()[2]
	assert host.isascii()
	assert parse_embed_code(code, {host}).src == f"https://{host}:8443/日本?q=ü#x"


@pytest.mark.parametrize("text", TEXTS, ids=numbered)
def test_text_in_the_attributes_of_a_widget_goes_no_further(text):
	escaped = text.replace("&", "&amp;").replace('"', "&quot;")
	attributes = f'title="{escaped}" name="{escaped}" class="{escaped}" style="{escaped}" width="{escaped}"'
	code = f'<iframe src="https://calendly.com/jane" {attributes}></iframe>'
	assert parse_embed_code(code).embed_code() == (
		f'<iframe src="https://calendly.com/jane" width="100%" height="{DEFAULT_HEIGHT}"></iframe>'
	)


# Addresses


@pytest.mark.parametrize("address", ADDRESSES, ids=numbered)
def test_what_is_no_web_address_is_refused(address):
	with pytest.raises(Refused) as refused:
		web_address(address)
	assert "<" not in str(refused.value)


@pytest.mark.parametrize(
	("address", "host"),
	[
		("https://calendly.com/jane", "calendly.com"),
		("  https://calendly.com/jane ", "calendly.com"),
		("http://jane.example:8080/a/b?c=d&e=%20#f", "jane.example"),
		("HTTPS://Calendly.COM", "calendly.com"),
		("https://müller.example/termin", "xn--mller-kva.example"),
		("https://jane.example/ü?q=日本", "jane.example"),
		("https://jane.example./", "jane.example"),
	],
)
def test_a_web_address_is_kept_as_it_was_typed(address, host):
	found = web_address(address)
	assert (found.text, found.host) == (address.strip(), host)


@pytest.mark.parametrize("value", [1, True, [], {}, 1.5])
def test_an_address_is_text(value):
	with pytest.raises(Refused):
		web_address(value)


def test_an_address_has_at_most_2048_characters():
	longest = "https://calendly.com/".ljust(2048, "x")
	assert web_address(longest).text == longest
	with pytest.raises(Refused, match="at most 2048"):
		web_address(longest + "x")
