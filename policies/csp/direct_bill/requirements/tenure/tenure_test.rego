package csp.direct_bill.requirements.tenure_test

import data.csp.direct_bill.findings

# The tests bring their own values, so that editing data.yaml never breaks them.
page := {"title": "Page", "url": "https://example.com"}

dated_values(month_end, self_reported) := {
	"months": {"dated": [
		{"since": "2018-01-01", "value": 0, "citation": page},
		{"since": "2021-04-15", "value": 12, "citation": page},
		{"since": "2026-01-01", "value": 6, "citation": page},
	]},
	"month_end": {"dated": [{"since": "2018-01-01", "value": month_end, "citation": page}]},
	"self_reported": {"dated": [{"since": "2018-01-01", "value": self_reported, "citation": page}]},
}

finding_with(values, day, records) := result if {
	result := findings.requirement("tenure", true) with input as {"as_of": day, "facts": {"reseller_tenure": records}}
		with data.csp.direct_bill.requirements.tenure.values as values
}

finding_on(day, body) := finding_with(dated_values("clamp", "accepted"), day, [tenure(body)])

tenure(body) := {
	"id": "tenure", "kind": "reseller_tenure", "key": "", "source": "microsoft", "valid_from": "2020-01-01",
	"body": body,
}

since(day) := {"first_transaction_on": day}

with_gaps(day, months) := {"first_transaction_on": day, "months_without_transactions": months}

test_met_on_the_same_day_a_year_later if {
	result := finding_on("2024-06-15", with_gaps("2023-06-15", []))
	result.status == "met"
	result.reason == "met"
	result.flags == []
	result.facts == ["tenure"]
	result.missing == []
	result.shown.actual == {"months": 12}
	result.shown.required == {"months": 12}
	result.shown.first_day == "2024-06-15"
	not "next_on" in object.keys(result.shown)
	result.shown.since == "2021-04-15"
	result.shown.citation == page
	not result.shown.gap
}

test_not_met_one_day_before if {
	result := finding_on("2024-06-14", since("2023-06-15"))
	result.status == "not_met"
	result.reason == "not_met"
	result.shown.actual == {"months": 11}
	result.shown.gap == {"days": 1}
	result.shown.first_day == "2024-06-15"
	result.shown.start == "2023-06-15"
}

test_the_months_required_change_on_their_day if {
	finding_on("2021-04-14", since("2021-04-01")).status == "met"
	finding_on("2021-04-15", since("2021-04-01")).status == "not_met"
	finding_on("2025-12-31", since("2025-06-01")).status == "not_met"
	finding_on("2026-01-01", since("2025-06-01")).status == "met"
}

test_a_first_transaction_to_come if {
	result := finding_on("2024-06-15", since("2024-06-16"))
	result.status == "not_met"
	result.reason == "first_transaction_to_come"
	result.shown.actual == {"months": 0}
	result.shown.first_transaction == "2024-06-16"
	result.shown.gap == {"days": 366}
	finding_on("2024-06-15", since("2024-06-15")).reason == "not_met"
	finding_on("2021-04-14", since("2021-04-15")).reason == "first_transaction_to_come"
}

test_unknown_without_a_first_transaction if {
	nothing := finding_with(dated_values("clamp", "accepted"), "2024-06-15", [])
	nothing.status == "unknown"
	nothing.reason == "unknown"
	nothing.missing == [{"kind": "reseller_tenure", "field": "first_transaction_on"}]
	nothing.shown.required == {"months": 12}
	nothing.shown.since == "2021-04-15"
	finding_on("2024-06-15", {"months_without_transactions": []}).status == "unknown"
}

test_nothing_but_a_day_is_a_first_transaction if {
	every value in ["soon", "", "2023-06", "2023-02-30", 20230615, 0, true, null, [], {}] {
		result := finding_on("2024-06-15", since(value))
		result.status == "unknown"
		result.missing == [{"kind": "reseller_tenure", "field": "first_transaction_on"}]
	}
}

test_nothing_but_a_list_of_months_tells_the_gaps if {
	every value in ["2023-08", "", 1, true, null, {}, ["2023-8x"], ["2023-13"], [202308], [null]] {
		result := finding_on("2024-06-15", with_gaps("2020-01-01", value))
		result.status == "unknown"
		result.missing == [{"kind": "reseller_tenure", "field": "months_without_transactions"}]
		result.shown.required == {"months": 12}
		finding_on("2024-06-15", with_gaps("2024-07-01", value)).reason == "unknown"
	}
}

test_gaps_not_stated_are_no_statement_that_there_were_none if {
	silent := finding_on("2024-06-15", since("2023-06-15"))
	silent.status == "met"
	silent.reason == "met_if_without_a_gap"
	silent.flags == ["gaps_not_stated"]
	finding_on("2024-06-14", since("2023-06-15")).flags == []
	finding_on("2024-06-15", with_gaps("2023-06-15", [])).reason == "met"
	finding_on("2024-06-15", with_gaps("2023-06-15", [])).flags == []
}

test_time_does_not_run_past_the_year_9999 if {
	every body in [with_gaps("9999-12-31", []), with_gaps("9999-01-01", [])] {
		result := finding_on("2024-06-15", body)
		result.status == "not_met"
		result.reason == "first_transaction_to_come"
		result.shown.first_day == "9999-12-31"
	}
	finding_on("9999-12-30", with_gaps("9999-12-30", [])).status == "not_met"
}

test_a_gap_before_the_last_twelve_months_is_nothing if {
	result := finding_on("2024-06-15", with_gaps("2020-03-06", ["2021-08", "2023-05"]))
	result.status == "met"
	result.shown.start == "2023-06-01"
	result.shown.first_day == "2024-06-01"
	result.shown.actual == {"months": 12}
	finding_on("2024-06-01", with_gaps("2020-03-06", ["2023-05"])).status == "met"
	finding_on("2024-05-31", with_gaps("2020-03-06", ["2023-05"])).status == "needs_review"
}

test_a_gap_within_them_is_for_a_person if {
	result := finding_on("2024-06-15", with_gaps("2020-03-06", ["2023-06", "2021-08"]))
	result.status == "needs_review"
	result.reason == "gap_in_transactions"
	result.flags == []
	result.shown.gaps == ["2021-08", "2023-06"]
	result.shown.actual == {"months": 11}
	result.shown.first_day == "2024-07-01"
	result.shown.gap == {"days": 16}
}

test_a_gap_and_too_little_time_in_all if {
	body := with_gaps("2023-06-16", ["2023-12"])
	result := finding_on("2024-06-15", body)
	result.status == "not_met"
	result.reason == "not_met_after_a_gap"
	result.shown.start == "2024-01-01"
	result.shown.first_day == "2025-01-01"
	finding_on("2024-06-16", body).reason == "gap_in_transactions"
}

test_months_that_are_no_gap if {
	# Before the first transaction, its own month, the month under way, a later one.
	result := finding_on("2024-06-15", with_gaps("2023-06-15", ["2022-01", "2023-06", "2024-06", "2024-07"]))
	result.status == "met"
	not result.shown.gaps
	finding_on("2024-06-15", with_gaps("2023-06-15", [])).status == "met"
}

test_the_last_month_is_a_gap_once_it_is_over if {
	finding_on("2024-06-30", with_gaps("2023-01-10", ["2024-06"])).status == "met"
	over := finding_on("2024-07-01", with_gaps("2023-01-10", ["2024-06"]))
	over.reason == "gap_in_transactions"
	over.shown.actual == {"months": 0}
}

test_the_end_of_a_short_month_is_for_a_person if {
	every choice in ["clamp", "normalise"] {
		on := {day: finding_with(dated_values(choice, "accepted"), day, [tenure(since("2024-02-29"))]) | some day in ["2025-02-27", "2025-02-28", "2025-03-01"]}
		on["2025-02-27"].status == "not_met"
		on["2025-02-28"].status == "needs_review"
		on["2025-02-28"].reason == "month_end_rule_decides"
		on["2025-02-28"].shown.earlier == "2025-02-28"
		on["2025-02-28"].shown.later == "2025-03-01"
		on["2025-03-01"].status == "met"
	}
}

test_the_first_day_follows_the_choice if {
	first_days := {choice: day |
		some choice in ["clamp", "normalise"]
		day := finding_with(dated_values(choice, "accepted"), "2025-02-27", [tenure(since("2024-02-29"))]).shown.first_day
	}
	first_days == {"clamp": "2025-02-28", "normalise": "2025-03-01"}
}

own_word(body) := object.union(tenure(body), {"source": "partner"})

test_the_partners_own_word_is_said_to_be_so if {
	accepted := dated_values("clamp", "accepted")
	finding_with(accepted, "2024-06-15", [own_word(with_gaps("2023-06-15", []))]).status == "met"
	finding_with(accepted, "2024-06-15", [own_word(with_gaps("2023-06-15", []))]).flags == ["date_self_reported"]
	finding_with(accepted, "2024-06-15", [own_word(since(1))]).flags == []
}

test_the_partners_own_word_may_need_a_person if {
	judged := dated_values("clamp", "needs_review")
	met := finding_with(judged, "2024-06-15", [own_word(with_gaps("2023-06-15", []))])
	met.status == "needs_review"
	met.reason == "date_unconfirmed"
	met.flags == []

	# Against itself, it is enough.
	finding_with(judged, "2024-06-14", [own_word(with_gaps("2023-06-15", []))]).status == "not_met"
	finding_with(judged, "2024-06-15", [tenure(since("2023-06-15"))]).status == "met"
}

test_a_confirmation_counts_from_its_day if {
	every day, flags in {"2024-06-15": [], "2024-06-16": ["date_self_reported"]} {
		body := object.union(with_gaps("2023-06-15", []), {"confirmed_on": day})
		finding_with(dated_values("clamp", "accepted"), "2024-06-15", [own_word(body)]).flags == flags
	}
	mistyped := object.union(with_gaps("2023-06-15", []), {"confirmed_on": 20240101})
	finding_with(dated_values("clamp", "accepted"), "2024-06-15", [own_word(mistyped)]).flags == ["date_self_reported"]
}

test_the_higher_rank_counts if {
	records := [own_word(since("2023-01-01")), object.union(tenure(since("2024-01-01")), {"id": "report"})]
	result := finding_with(dated_values("clamp", "accepted"), "2024-06-15", records)
	result.status == "not_met"
	result.facts == ["report"]
	result.flags == []
}

test_contradictions_are_for_a_person if {
	records := [tenure(since("2023-01-01")), object.union(tenure(since("2024-01-01")), {"id": "other"})]
	result := finding_with(dated_values("clamp", "accepted"), "2024-06-15", records)
	result.status == "needs_review"
	result.reason == "facts_in_conflict"
	result.facts == ["other", "tenure"]
	result.missing == []
}

test_the_months_of_the_application_and_a_look_if_they_changed if {
	application := {
		"id": "application", "kind": "application", "key": "", "source": "partner", "valid_from": "2025-01-01",
		"body": {"submitted_on": "2025-12-31"},
	}
	facts := {"reseller_tenure": [tenure(since("2024-01-01"))], "application": [application]}
	on := {day: result |
		some day in ["2025-12-31", "2026-01-01"]
		result := findings.requirement("tenure", true) with input as {"as_of": day, "facts": facts}
			with data.csp.direct_bill.requirements.tenure.values as dated_values("clamp", "accepted")
	}
	on["2025-12-31"].status == "met"
	on["2026-01-01"].status == "needs_review"
	on["2026-01-01"].reason == "rules_changed_since_application"
	on["2026-01-01"].shown.required == {"months": 12}
}
