package lib.calendar_test

import data.lib.calendar

test_month_and_its_number_are_inverse if {
	every month in ["1999-12", "2000-01", "2024-02", "2024-06", "2024-12"] {
		calendar.month_of(calendar.number(month)) == month
	}
}

test_month_of_a_day if calendar.month("2024-06-15") == "2024-06"

test_lengths if {
	lengths := [calendar.length(n) | some n in numbers.range(calendar.number("2023-01"), calendar.number("2023-12"))]
	lengths == [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
}

test_leap_years if {
	calendar.length(calendar.number("2024-02")) == 29
	calendar.length(calendar.number("2000-02")) == 29
	calendar.length(calendar.number("1900-02")) == 28
}

test_adding_months_clamps if {
	every case in [
		["2023-06-15", 12, "2024-06-15"],
		["2024-02-29", 12, "2025-02-28"],
		["2024-02-29", 48, "2028-02-29"],
		["2025-01-31", 1, "2025-02-28"],
		["2024-12-31", 2, "2025-02-28"],
		["2024-11-30", 3, "2025-02-28"],
	] {
		calendar.add_months(case[0], case[1]) == case[2]
	}
}

test_adding_months_normalised_runs_over if {
	every case in [
		["2023-06-15", 12, "2024-06-15"],
		["2024-02-29", 12, "2025-03-01"],
		["2025-01-31", 1, "2025-03-03"],
		["2024-10-31", 1, "2024-12-01"],
	] {
		calendar.add_months_normalised(case[0], case[1]) == case[2]
	}
}

test_time_ends_with_the_year_9999 if {
	calendar.month_of(calendar.number("9999-12")) == "9999-12"
	calendar.month_of(calendar.number("9999-12") + 1) == "9999-12"
	every case in [
		["9999-12-01", 0, "9999-12-01"],
		["9999-11-30", 1, "9999-12-30"],
		["9999-12-01", 1, "9999-12-31"],
		["9999-12-31", 12, "9999-12-31"],
		["9999-11-30", 3, "9999-12-31"],
	] {
		calendar.add_months(case[0], case[1]) == case[2]
		calendar.add_months_normalised(case[0], case[1]) == case[2]
	}
}

test_window_ends_with_the_last_published_month if {
	every case in [
		["2024-06-07", "2023-05", "2024-04"],
		["2024-06-08", "2023-06", "2024-05"],
		["2025-10-01", "2024-09", "2025-08"],
		["2020-09-09", "2019-09", "2020-08"],
		["2024-01-08", "2023-01", "2023-12"],
		["2024-01-07", "2022-12", "2023-11"],
	] {
		calendar.published_window(case[0], 12, 8) == {"from": case[1], "to": case[2]}
	}
}

test_months_of_a_window if {
	calendar.months({"from": "2023-11", "to": "2024-02"}) == ["2023-11", "2023-12", "2024-01", "2024-02"]
}

test_adding_days if {
	every case in [
		["2024-06-15", 0, "2024-06-15"],
		["2024-06-15", 1, "2024-06-16"],
		["2024-06-30", 1, "2024-07-01"],
		["2024-02-28", 1, "2024-02-29"],
		["2023-02-28", 1, "2023-03-01"],
		["2024-12-31", 1, "2025-01-01"],
		["2023-01-31", 29, "2023-03-01"],
		["2026-03-31", 30, "2026-04-30"],
		["2026-03-31", 60, "2026-05-30"],
		["2024-02-29", 366, "2025-03-01"],
		["2024-06-15", -1, "2024-06-14"],
		["2025-10-01", -1, "2025-09-30"],
		["2024-03-01", -1, "2024-02-29"],
		["2023-03-01", -29, "2023-01-31"],
		["2025-01-01", -366, "2024-01-01"],
		["9999-12-30", 1, "9999-12-31"],
		["9999-12-31", 1, "9999-12-31"],
		["9999-12-31", 60, "9999-12-31"],
	] {
		calendar.add_days(case[0], case[1]) == case[2]
	}
}

test_added_days_lie_between if {
	every days in [-500, -59, -28, -1, 0, 1, 27, 28, 29, 31, 59, 60, 61, 365, 1000] {
		calendar.days_between("2024-01-31", calendar.add_days("2024-01-31", days)) == days
	}
}

test_days_between if {
	every case in [
		["2024-06-15", "2024-06-15", 0],
		["2024-06-15", "2024-06-16", 1],
		["2024-06-16", "2024-06-15", -1],
		["2024-02-28", "2024-03-01", 2],
		["2023-02-28", "2023-03-01", 1],
		["1900-02-28", "1900-03-01", 1],
		["2023-12-31", "2024-01-01", 1],
		["2023-06-15", "2024-06-15", 366],
		["2000-01-01", "2400-01-01", 146097],
	] {
		calendar.days_between(case[0], case[1]) == case[2]
	}
}

test_days_there_are if {
	every value in ["2024-02-29", "2023-02-28", "2024-12-31", "2024-01-01"] {
		calendar.is_day(value)
	}
	every value in [
		"2023-02-29", "2024-04-31", "2024-13-01", "2024-00-10", "2024-01-00", "2024-1-001", "2024/01/01", "2024-01/01",
		"2024-01-0x", "x024-01-01", "2024-01", "soon", "", 20240101, null, true, [], {},
	] {
		not calendar.is_day(value)
	}
}

test_months_there_are if {
	every value in ["2024-01", "2024-12"] {
		calendar.is_month(value)
	}
	every value in ["2024-00", "2024-13", "2024/01", "2024-1x", "2024-001", "", 202401, null, []] {
		not calendar.is_month(value)
	}
}

test_next_on if {
	every pair in [["2024-06-07", "2024-06-08"], ["2024-06-08", "2024-07-08"], ["2024-12-31", "2025-01-08"]] {
		calendar.next_on(pair[0], 8) == pair[1]
	}
}

test_days_between_centuries if {
	every year in ["1900", "2000", "2100", "2400"] {
		next := format_int(to_number(year) + 1, 10)
		calendar.days_between(concat("", [year, "-12-31"]), concat("", [next, "-01-01"])) == 1
	}
}

test_the_last_day_of_a_long_month_stays_one if {
	calendar.add_months_normalised("2024-01-31", 2) == "2024-03-31"
}
