"""Several requests create a consultant's first settings at once."""

import frappe
import pytest

from tests.support.factories import make_user

pytestmark = pytest.mark.usefixtures("commit_clean")

UPDATE = """
import sys
import frappe
from tests.support.api import call
status, body = call("scheduler_settings.update", sys.argv[1], scheduler_provider="native", display_name=sys.argv[2])
frappe.db.commit()
print(status, body.get("code"), body.get("error"))
"""


@pytest.mark.long
def test_all_of_them_succeed_and_there_is_one_record(site):
	user = make_user()
	frappe.db.commit()
	racing = [site.python(UPDATE, user, f"name {number}") for number in range(4)]
	answers = [each.communicate(timeout=60) for each in racing]
	assert [out.strip() for out, _error in answers] == ["200 None None"] * 4, answers
	frappe.db.rollback()
	assert frappe.db.count("Consultant Scheduler Settings", {"consultant": user}) == 1
