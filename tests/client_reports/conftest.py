"""Consultants with a scheduler, their meeting types, and assessments of their clients."""

import frappe
import pytest

from tests.support.factories import make_assessment, make_consultant, make_external_type


@pytest.fixture
def jane():
	return make_consultant("Jane")


@pytest.fixture
def assessment(jane):
	make_external_type(jane, title="30-Minute Strategy Session", description=COVERS, phases=("Build",), priority=10)
	make_external_type(jane, title="60-Minute Deep Dive", duration_minutes=60, phases=("Build",), priority=8)
	return make_assessment(jane, primary_phase="Build", disc_profile="D")


COVERS = "For busy owners.\n- Review your top 3 priority actions\n- Identify quick wins"


@pytest.fixture
def settings(jane):
	return frappe.get_doc("Consultant Scheduler Settings", {"consultant": jane})
