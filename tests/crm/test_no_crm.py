"""Without a CRM, nothing of leads and deals is seen."""

import pytest

from scheduler_integration.crm.pipeline import record_choices
from scheduler_integration.exceptions import InvalidRequest
from tests.support.factories import make_meeting_type, make_page
from tests.support.stand_ins import is_real


def test_without_a_crm_no_type_makes_leads(site):
	if any(map(is_real, ("CRM Lead", "Lead"))):
		pytest.skip("this site has a CRM")
	assert record_choices() == []
	with pytest.raises(InvalidRequest):
		make_meeting_type(make_page(), crm_record="Lead")
