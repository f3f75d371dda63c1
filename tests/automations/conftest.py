"""Fixtures that several files of this folder share."""

import pytest

from tests.support.factories import make_page, make_user


@pytest.fixture
def page():
	return make_page(make_user("Jane", time_zone="Europe/Berlin"))
