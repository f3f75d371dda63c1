"""Fixtures that several files of this folder share."""

import pytest

from tests.pages.offer import host_of, make_offer


@pytest.fixture
def offer(commit_clean):
	return make_offer()


@pytest.fixture
def jane(intro):
	return host_of(intro)


@pytest.fixture
def intro(commit_clean):
	return make_offer()
