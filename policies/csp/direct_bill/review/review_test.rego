package csp.direct_bill.review_test

import data.csp.direct_bill.review

test_every_day_counts if review.breach_today with input as {"as_of": "2024-06-15", "facts": {}}
