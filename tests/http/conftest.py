"""Fixtures of the tests that sign people in at a vendor."""

from collections.abc import Iterator

import pytest

from tests.support.vendors.bare import SignIn
from tests.support.vendors.setup import leading_to, set_up
from tests.support.vendors.stand_in import serving


@pytest.fixture
def zoom() -> Iterator[SignIn]:
	"""Zoom's manner: client credentials in the header, refresh tokens that can be used once."""
	with serving(SignIn("single use")) as stand_in, leading_to("zoom", stand_in):
		set_up("zoom", stand_in)
		yield stand_in
		stand_in.assert_sound()
