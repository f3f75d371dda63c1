"""Fixtures that several files of this folder share."""

import pytest

from tests.pages.offer import make_offer


@pytest.fixture
def offer():
	return make_offer()
