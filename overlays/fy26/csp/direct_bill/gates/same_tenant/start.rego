package csp.direct_bill.gates.same_tenant

# The day is not named by the page, so a reader should know.
flags contains "start_uncertain" if {
	enrollment.value == "after_restriction"
	enrollment.uncertain == true
}
