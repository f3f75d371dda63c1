"""A booking that has tasks only, in the tests of the outbox."""

import pytest

from tests.support.factories import fresh


@pytest.fixture
def booking() -> str:
	return fresh("booking")
