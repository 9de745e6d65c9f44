package system.log_test

import data.system.log

test_names_of_signatories_leave_nothing_behind if {
	event := {"input": {
		"facts": {"signatory": [{"id": "fact-1", "key": "Maria Rossi"}, {"id": "fact-2", "key": "Ugo Bianchi"}]},
		"ended": {"signatory": [{"id": "fact-3", "key": "Ada Neri"}]},
	}}
	log.mask == {
		"/input/facts/signatory/0/key",
		"/input/facts/signatory/1/key",
		"/input/ended/signatory/0/key",
	} with input as event
}

test_microsofts_own_words_are_removed if {
	records := [
		{"body": {"value": "pending"}},
		{"body": {"value": "declined", "reason": "Mr Rossi did not answer."}},
	]
	log.mask == {"/input/facts/microsoft_decision/1/body/reason"} with input as {"input": {"facts": {"microsoft_decision": records}}}
	log.mask == {"/input/ended/microsoft_decision/1/body/reason"} with input as {"input": {"ended": {"microsoft_decision": records}}}
}

test_who_acts_is_removed_and_their_roles_are_not if {
	event := {"input": {"actor": {"id": "ada@example.com", "roles": ["global_admin"]}}}
	log.mask == {"/input/actor/id"} with input as event
}

test_a_name_that_comes_out_again_is_replaced if {
	event := {
		"input": {
			"facts": {"signatory": [{"id": "fact-1", "key": "Maria Rossi"}]},
			"ended": {"microsoft_decision": [{"body": {"reason": "Not enough."}}]},
			"actor": {"id": "ada@example.com"},
		},
		"result": {"findings": [
			{"id": "partner_id", "shown": {"locations": ["IT"]}},
			{"id": "endorsement", "shown": {"signatories": ["Ugo Bianchi", "Maria Rossi"], "by": "ada@example.com", "why": "Not enough."}},
			{"id": "other", "missing": [{"kind": "signatory", "key": "Maria Rossi"}]},
		]},
	}
	replaced := {entry.path | some entry in log.mask; entry.op == "upsert"; entry.value == "(masked)"} with input as event
	replaced == {
		"/result/findings/1/shown/signatories/1",
		"/result/findings/1/shown/by",
		"/result/findings/1/shown/why",
		"/result/findings/2/missing/0/key",
	}
}

# Nobody is named by no name.
test_an_actor_without_an_id_masks_no_other_text if {
	event := {"input": {"actor": {"id": "", "roles": []}}, "result": {"version": ""}}
	log.mask == {"/input/actor/id"} with input as event
}

test_what_names_nobody_stays_whole if {
	log.mask == set() with input as {"input": {"facts": {"location": [{"id": "fact-1", "key": "IT-0001"}]}, "ended": {}}}
	log.mask == set() with input as {}
}
