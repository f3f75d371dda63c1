"""Frappe's own doors show entries and offers of waitlists only to some users, and let nobody write them."""

import frappe
import pytest

from scheduler_integration.availability.holds import CACHE_KEY
from scheduler_integration.waitlist import records
from tests.support.factories import make_schedule, make_team_page, make_user
from tests.waitlist.world import MORNING, join, look, make_type

BOTH = pytest.mark.parametrize("doctype", ["Waitlist Entry", "Waitlist Offer"])


@pytest.fixture
def team():
	"""A round robin of Jane and Tom, on whose list Ann waits with an offer. Otto owns the page, and Rita only hosts other types."""
	users = {name: make_user(name) for name in ("Otto", "Jane", "Tom", "Rita")}
	for user in users.values():
		make_schedule(user, MORNING)
	page = make_team_page(list(users.values()))
	hosts = [{"user": users[name]} for name in ("Jane", "Tom")]
	meeting_type = make_type(page, assignment="Round Robin", hosts=hosts)
	entry = join(meeting_type)
	look(meeting_type)
	offer = frappe.get_last_doc("Waitlist Offer", {"entry": entry.name})
	return frappe._dict(
		users, meeting_type=meeting_type, names={"Waitlist Entry": entry.name, "Waitlist Offer": offer.name}
	)


def reads(doctype, name):
	"""Whether the list and the record show it."""
	in_list = name in frappe.get_list(doctype, {"name": name}, pluck="name")
	assert in_list == frappe.get_doc(doctype, name).has_permission("read")
	return in_list


@BOTH
def test_hosts_of_the_type_and_the_owner_of_its_page_read_them(team, as_user, doctype):
	mallory, maria = make_user("Mallory"), make_user("Maria", roles=("Scheduling Manager",))
	may = {}
	for user in (team.Otto, team.Jane, team.Tom, team.Rita, mallory, maria):
		with as_user(user):
			may[user] = reads(doctype, team.names[doctype])
	assert [user for user, is_read in may.items() if is_read] == [team.Otto, team.Jane, team.Tom, maria]


@BOTH
def test_a_type_without_hosts_of_its_own_is_of_all_active_hosts_of_the_page(team, as_user, doctype):
	team.meeting_type.set("hosts", [])
	team.meeting_type.save()
	with as_user(team.Rita):
		assert reads(doctype, team.names[doctype])
	page = frappe.get_doc("Scheduling Page", team.meeting_type.scheduling_page)
	next(row for row in page.hosts if row.user == team.Rita).is_active = 0
	page.save()
	with as_user(team.Rita):
		assert not reads(doctype, team.names[doctype])


@BOTH
def test_a_type_of_one_host_is_of_that_host(team, as_user, doctype):
	team.meeting_type.update({"assignment": "Single Host", "consultant": team.Tom, "hosts": []})
	team.meeting_type.save()
	may = {}
	for user in (team.Otto, team.Jane, team.Tom):
		with as_user(user):
			may[user] = reads(doctype, team.names[doctype])
	assert may == {team.Otto: True, team.Jane: False, team.Tom: True}


@BOTH
@pytest.mark.parametrize("role", ["Scheduling User", "Scheduling Manager"])
def test_nobody_writes_them_by_hand(team, as_user, doctype, role):
	user = team.Jane if role == "Scheduling User" else make_user("Maria", roles=(role,))
	with as_user(user):
		doc = frappe.get_doc(doctype, team.names[doctype])
		doc.status = "Left"
		for act in (doc.save, doc.delete, lambda: frappe.copy_doc(doc).insert()):
			with pytest.raises(frappe.PermissionError):
				act()


def test_a_host_found_out_the_key_of_a_held_time(team):
	"""Frappe 15 filters lists also by fields that the user may not read. A user with the key can book or release the time."""
	offer = records.open_offer_of(team.names["Waitlist Entry"])
	assert offer.hold_key in {name.decode().split(" ")[2] for name in frappe.cache.hkeys(CACHE_KEY)}
	row = frappe.db.get_value("Waitlist Offer", offer.name, "*", as_dict=True)
	assert [field for field, value in row.items() if offer.hold_key in str(value)] == []
