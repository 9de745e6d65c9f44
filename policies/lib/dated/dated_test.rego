package lib.dated_test

import data.lib.dated

entries := [{"since": "2020-10-27", "value": 1}, {"since": "2024-04-10", "value": 2}]

test_in_force_from_its_first_day if {
	dated.at(entries, "2024-04-10").value == 2
	dated.at(entries, "2030-01-01").value == 2
}

test_the_day_before_belongs_to_the_entry_before if dated.at(entries, "2024-04-09").value == 1

test_nothing_before_the_first if {
	[entry | entry := dated.at(entries, "2020-10-26")] == []
	[entry | entry := dated.at([], "2020-10-26")] == []
}
