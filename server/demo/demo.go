// Package demo makes up partners worth asking about: one for every outcome and the
// interesting boundaries, dated relative to a day, so that they stay so on any day.
package demo

import (
	"encoding/json"
	"fmt"
	"time"

	"assay/server/decision"
)

// Partner is a made-up partner and what is known of it.
type Partner struct {
	ID string
	// Story says in a line what is interesting about it, Program what to ask.
	Story   string
	Program string
	Facts   []decision.Fact
}

// Suggested is the partner to ask about first.
const Suggested = "cantieri-digitali"

// Partners are the partners as of the day.
func Partners(today time.Time) []Partner {
	d := dates{today.UTC().Truncate(24 * time.Hour)}
	in, out := d.reports, d.lines
	return []Partner{
		{"adria-cloud", "everything an applicant can check alone is in order", enrollment,
			d.applicant(in(41_250_000)...)},
		{"borealis-it", "revenue of exactly the minimum, USD 300,000.00", enrollment,
			d.applicant(in(30_000_000)...)},
		{Suggested, "revenue one cent short of USD 300,000.00", enrollment,
			d.applicant(in(29_999_999)...)},
		{"dolomiti-systems", "reaches the minimum only with perpetual software, by its own monthly lines", enrollment,
			d.applicant(append(out(12, 2_400_000), d.line(2, "perpetual_software", 1_500_000))...)},
		{"etna-services", "only seven months of revenue are known so far", enrollment,
			d.applicant(out(7, 2_600_000)...)},
		{"falco-reti", "reaches twelve months as an indirect reseller tomorrow", enrollment,
			d.applicant(append(in(35_000_000), d.tenure(d.month(-12, 1)))...)},
		{"giulia-networks", "a location in Germany, sales in Italy", enrollment,
			d.applicant(append(in(36_000_000), fact("location", "DE-0007", "microsoft", d.day(-700), object{"country": "DE", "status": "active"}))...)},
		{"habitat-digitale", "everything passed but the credit check, which has run for six weeks", enrollment,
			d.underWay(d.credit("pending"))},
		{"iride-consulting", "every requirement is met, and Microsoft declined", enrollment,
			d.underWay(d.credit("passed"), d.plan(),
				fact("microsoft_decision", "", "microsoft", d.day(-3), object{"value": "declined", "decided_on": d.day(-3)}))},
		{"lumen-servizi", "the membership ran out last week", enrollment,
			d.lapsed(in(38_000_000)...)},
		{"monviso-servizi", "bills directly, and meets what binds it", retention,
			d.current("active", -120)},
		{"navigli-cloud", "bills directly; the annual reassessment is overdue, and Microsoft has restricted it", retention,
			d.current("restricted", -400)},
		{"ortigia-it", "moves from direct bill to indirect reseller and is half way", transition,
			d.current("restricted", -400, fact("transition", "", "partner", d.day(-20), object{
				"ir_enrolled_on": d.day(-20), "ir_agreement_on": d.day(-18), "distributor_accepted_on": d.day(-9), "customers_moved": false,
			}))},
	}
}

// The programs to ask.
const (
	enrollment = "csp.direct_bill.enrollment"
	retention  = "csp.direct_bill.retention"
	transition = "csp.direct_bill.transition"
)

type object = map[string]any

// dates counts from today.
type dates struct{ today time.Time }

func (d dates) day(offset int) string { return d.today.AddDate(0, 0, offset).Format(time.DateOnly) }

// month is the day so many months away, and some days from there.
func (d dates) month(months, days int) string {
	first := d.first(months)
	last := first.AddDate(0, 1, -1).Day()
	return first.AddDate(0, 0, min(d.today.Day(), last)-1+days).Format(time.DateOnly)
}

// first is the first of the month so many months away.
func (d dates) first(months int) time.Time {
	return time.Date(d.today.Year(), d.today.Month()+time.Month(months), 1, 0, 0, 0, 0, time.UTC)
}

func (d dates) calendarMonth(offset int) string { return d.first(offset).Format("2006-01") }

func fact(kind, key, source, from string, body object) decision.Fact {
	raw, err := json.Marshal(body)
	if err == nil {
		raw, err = decision.Canonical(raw)
	}
	if err != nil {
		panic(fmt.Errorf("demo: %s: %w", kind, err))
	}
	return decision.Fact{Kind: kind, Key: key, Source: source, ValidFrom: decision.Day(from), Body: raw}
}

// applicant is a partner that has filled in no form yet. Facts given replace those
// of the same kind.
func (d dates) applicant(facts ...decision.Fact) []decision.Fact {
	start := d.day(-700)
	return replace([]decision.Fact{
		fact("membership", "", "microsoft", start, object{"status": "active"}),
		fact("location", "IT-0001", "microsoft", start, object{"country": "IT", "status": "active"}),
		fact("sales_target", "", "partner", start, object{"country": "IT"}),
		fact("signatory", "Anna Rossi", "registry", start, object{"authority": "full"}),
		fact("first_level_support", "", "partner", start, object{"provided": true, "mode": "own"}),
		fact("infrastructure", "", "partner", start, object{"billing": "in_use", "provisioning": "in_use"}),
		d.tenure(d.month(-20, 0)),
		fact("value_added_services", "", "partner", start, object{"items": []object{{"name": "Managed backup for Microsoft 365", "kind": "managed_service"}}}),
	}, facts)
}

func (d dates) lapsed(facts ...decision.Fact) []decision.Fact {
	membership := fact("membership", "", "microsoft", d.day(-700), object{"status": "active"})
	membership.ValidTo = decision.Day(d.day(-7))
	return d.applicant(append(facts, membership)...)
}

// underWay is a partner whose application has passed everything before the credit
// check. Microsoft confirmed its time as an indirect reseller when it verified revenue.
func (d dates) underWay(facts ...decision.Fact) []decision.Fact {
	submitted := d.today.AddDate(0, 0, -75)
	published := -1
	if submitted.Day() < 8 {
		published = -2
	}
	window := time.Date(submitted.Year(), submitted.Month()+time.Month(published), 1, 0, 0, 0, 0, time.UTC).Format("2006-01")
	return d.applicant(append(append(d.reports(44_000_000),
		fact("application", "", "partner", d.day(-75), object{"submitted_on": d.day(-75), "completed": true}),
		fact("revenue_verification", window, "microsoft", d.day(-65), object{"status": "verified", "verified_usd_cents": 43_000_000, "on": d.day(-65)}),
		d.confirmedTenure(d.month(-20, 0), d.day(-65)),
		fact("assessment_contact", "", "microsoft", d.day(-64), object{"contacted_on": d.day(-64), "scheduled_on": d.day(-58)}),
		fact("capability_assessment", "A-2041", "assessor", d.day(-57), object{
			"assessor": "microsoft_third_party", "assessed_on": d.day(-57),
			"results": object{"billing": "pass", "provisioning": "pass", "support": "pass", "security": "pass"},
		}),
		fact("business_verification", "", "microsoft", d.day(-50), object{"status": "verified", "on": d.day(-50)}),
	), facts...)...)
}

// current is a partner that bills directly, assessed on the day so far from today.
func (d dates) current(state string, assessed int, facts ...decision.Fact) []decision.Fact {
	return d.applicant(append(append(d.reports(52_000_000),
		fact("csp_status", "", "microsoft", d.day(-30), object{"state": state}),
		fact("agreement", "europe", "microsoft", d.day(-600), object{"model": "direct_bill", "accepted_on": d.day(-600)}),
		fact("support_plan", "SP-17", "microsoft", d.day(-200), object{"type": "ASfP", "purchased_on": d.day(-200), "active_from": d.day(-200), "active_to": d.day(165)}),
		fact("capability_assessment", "A-1702", "assessor", d.day(assessed), object{
			"assessor": "microsoft_third_party", "assessed_on": d.day(assessed),
			"results": object{"billing": "pass", "provisioning": "pass", "support": "pass", "security": "pass"},
		}),
	), facts...)...)
}

func (d dates) tenure(first string) decision.Fact {
	return fact("reseller_tenure", "", "microsoft", first, object{"first_transaction_on": first, "months_without_transactions": []string{}})
}

func (d dates) confirmedTenure(first, on string) decision.Fact {
	return fact("reseller_tenure", "", "microsoft", first, object{
		"first_transaction_on": first, "months_without_transactions": []string{}, "confirmed_on": on,
	})
}

func (d dates) credit(status string) decision.Fact {
	body := object{"status": status, "started_on": d.day(-42)}
	if status == "passed" {
		body["passed_on"], body["notified_on"] = d.day(-20), d.day(-19)
	}
	return fact("credit_check", "", "microsoft", d.day(-42), body)
}

func (d dates) plan() decision.Fact {
	return fact("support_plan", "SP-88", "microsoft", d.day(-15), object{"type": "ASfP", "purchased_on": d.day(-16), "active_from": d.day(-15)})
}

// reports gives the same figure for each of the last reports, so that the right one
// is there whatever day of the month it is.
func (d dates) reports(cents int64) []decision.Fact {
	var facts []decision.Fact
	for end := -4; end <= -1; end++ {
		published := d.first(end+1).AddDate(0, 0, 7)
		if published.After(d.today) {
			continue
		}
		facts = append(facts, fact("revenue_report", d.calendarMonth(end), "microsoft", published.Format(time.DateOnly), object{
			"window_start": d.calendarMonth(end - 11), "window_end": d.calendarMonth(end),
			"usd_cents": cents, "level": "global", "published_on": published.Format(time.DateOnly),
		}))
	}
	return facts
}

// lines are that many of the latest full months; one more than the window may have,
// because the window may end a month earlier.
func (d dates) lines(months int, cents int64) []decision.Fact {
	var facts []decision.Fact
	for back := 1; back <= months; back++ {
		facts = append(facts, d.line(back, "usage", cents))
	}
	if d.today.Day() < 8 && months == 12 {
		facts = append(facts, d.line(13, "usage", cents))
	}
	return facts
}

func (d dates) line(monthsBack int, class string, cents int64) decision.Fact {
	month := d.calendarMonth(-monthsBack)
	return fact("revenue_month", month+":"+class, "partner", d.first(1-monthsBack).Format(time.DateOnly), object{
		"month": month, "class": class, "usd_cents": cents, "channel": "indirect_reseller", "level": "global",
	})
}

func replace(base, facts []decision.Fact) []decision.Fact {
	given := make(map[string]bool)
	for _, f := range facts {
		given[f.Kind] = true
	}
	var all []decision.Fact
	for _, f := range base {
		if !given[f.Kind] {
			all = append(all, f)
		}
	}
	return append(all, facts...)
}
