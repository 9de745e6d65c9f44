package system.log_test

import data.system.log

test_names_of_signatories_leave_nothing_behind if {
	event := {"input": {
		"facts": {"signatory": [{"id": "fact-1", "key": "Maria Rossi"}, {"id": "fact-2", "key": "Ugo Bianchi"}]},
		"ended": {"signatory": [{"id": "fact-3", "key": "Ada Neri"}]},
	}}
	replaced == {
		"/input/facts/signatory/0/key": "masked-0002",
		"/input/facts/signatory/1/key": "masked-0003",
		"/input/ended/signatory/0/key": "masked-0001",
	} with input as event
}

test_one_person_has_one_pseudonym if {
	event := {"input": {
		"facts": {"signatory": [{"id": "fact-1", "key": "Maria Rossi"}, {"id": "fact-2", "key": "Maria Rossi"}]},
		"ended": {"signatory": [{"id": "fact-3", "key": "Maria Rossi"}]},
	}}
	{pseudonym | some pseudonym in replaced} == {"masked-0001"} with input as event
}

test_microsofts_own_words_are_replaced if {
	records := [
		{"body": {"value": "pending"}},
		{"body": {"value": "declined", "reason": "Mr Rossi did not answer."}},
	]
	replaced == {"/input/facts/microsoft_decision/1/body/reason": "masked-0001"} with input as {"input": {"facts": {"microsoft_decision": records}}}
	replaced == {"/input/ended/microsoft_decision/1/body/reason": "masked-0001"} with input as {"input": {"ended": {"microsoft_decision": records}}}
}

test_who_acts_is_replaced_and_their_roles_are_not if {
	event := {"input": {"actor": {"id": "ada@example.com", "roles": ["global_admin"]}}}
	replaced == {"/input/actor/id": "masked-0001"} with input as event
}

test_what_comes_out_again_is_replaced_alike if {
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
	replaced == {
		"/input/facts/signatory/0/key": "masked-0001",
		"/input/ended/microsoft_decision/0/body/reason": "masked-0002",
		"/input/actor/id": "masked-0003",
		"/result/findings/1/shown/signatories/1": "masked-0001",
		"/result/findings/1/shown/by": "masked-0003",
		"/result/findings/1/shown/why": "masked-0002",
		"/result/findings/2/missing/0/key": "masked-0001",
	} with input as event
}

# Nobody is named by no name.
test_an_actor_without_an_id_masks_nothing if {
	event := {"input": {"actor": {"id": "", "roles": []}}, "result": {"version": ""}}
	log.mask == set() with input as event
}

test_what_names_nobody_stays_whole if {
	log.mask == set() with input as {"input": {"facts": {"location": [{"id": "fact-1", "key": "IT-0001"}]}, "ended": {}}}
	log.mask == set() with input as {}
}

# What stands for what is masked, by its pointer.
replaced[entry.path] := entry.value if {
	some entry in log.mask
	entry.op == "upsert"
}
