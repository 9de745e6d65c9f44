# METADATA
# title: Calendar
# description: >-
#   Civil days and months, as text (2024-06-15, 2024-06). Written out in Rego because
#   OPA's time.add_date runs past the end of a short month (29 February plus a year
#   gives 1 March) and because text compares and compiles everywhere.
package lib.calendar

# METADATA
# description: The month a day falls in.
month(day) := substring(day, 0, 7)

# METADATA
# description: Months counted from year 0, so that they can be added and compared.
number(month_or_day) := (to_number(substring(month_or_day, 0, 4)) * 12) + (to_number(substring(month_or_day, 5, 2)) - 1)

# METADATA
# description: The month with that number; the inverse of number. Years end with 9999.
month_of(n) := concat("-", [_pad(floor(n / 12), 4), _pad((n % 12) + 1, 2)]) if n <= _last_month

month_of(n) := "9999-12" if n > _last_month

# METADATA
# description: How many days a month has.
length(n) := 31 if ((n % 12) + 1) in {1, 3, 5, 7, 8, 10, 12}

length(n) := 30 if ((n % 12) + 1) in {4, 6, 9, 11}

length(n) := 29 if {
	n % 12 == 1
	_leap(floor(n / 12))
}

length(n) := 28 if {
	n % 12 == 1
	not _leap(floor(n / 12))
}

# METADATA
# description: >-
#   The day that many months later, or the last of that month if it is too short. At
#   most the last day that can be written, because text of five-digit years would not
#   compare.
add_months(day, months) := _day(target, min([_day_of_month(day), length(target)])) if {
	target := number(day) + months
	target <= _last_month
}

add_months(day, months) := _last_day if number(day) + months > _last_month

# METADATA
# description: As add_months, but days that the month does not have run into the next one.
add_months_normalised(day, months) := add_months(day, months) if {
	_day_of_month(day) <= length(number(day) + months)
}

add_months_normalised(day, months) := _day(target + 1, _day_of_month(day) - length(target)) if {
	target := number(day) + months
	_day_of_month(day) > length(target)
	target < _last_month
}

add_months_normalised(day, months) := _last_day if {
	_day_of_month(day) > length(number(day) + months)
	number(day) + months > _last_month
}

# METADATA
# description: >-
#   The day that many days later; earlier if the number is negative. At most the last day
#   that can be written.
add_days(day, days) := _day(n, (target - _ordinal(_day(n, 1))) + 1) if {
	target := _ordinal(day) + days
	reach := floor(abs(days) / 28) + 1
	some n in numbers.range(max([number(day) - reach, 0]), min([number(day) + reach, _last_month]))
	target >= _ordinal(_day(n, 1))
	target < _ordinal(_day(n, 1)) + length(n)
}

add_days(day, days) := _last_day if _ordinal(day) + days > _ordinal(_last_day)

# METADATA
# description: How many days later the second day is; negative if it is earlier.
days_between(from, to) := _ordinal(to) - _ordinal(from)

# METADATA
# description: Whether the value is text that names a day there is, such as 2024-02-29.
is_day(value) if {
	is_string(value)
	count(value) == 10
	substring(value, 7, 1) == "-"
	is_month(substring(value, 0, 7))
	_digits(substring(value, 8, 2))
	_day_of_month(value) >= 1
	_day_of_month(value) <= length(number(value))
}

# METADATA
# description: Whether the value is text that names a month, such as 2024-02.
is_month(value) if {
	is_string(value)
	count(value) == 7
	substring(value, 4, 1) == "-"
	_digits(substring(value, 0, 4))
	_digits(substring(value, 5, 2))
	to_number(substring(value, 5, 2)) >= 1
	to_number(substring(value, 5, 2)) <= 12
}

# METADATA
# description: >-
#   The full months, ending before the day, of the last report published by it, when
#   each month's report comes out on a fixed day of the following month.
published_window(day, months, published_on) := {"from": month_of((end - months) + 1), "to": month_of(end)} if {
	end := number(day) - _months_behind(_day_of_month(day), published_on)
}

# METADATA
# description: >-
#   The first day after the day that is that day of its month. The day of the month is at
#   most 28, so that every month has it.
next_on(day, day_of_month) := _day(number(day) + _months_ahead(_day_of_month(day), day_of_month), day_of_month)

_months_ahead(today, day_of_month) := 0 if today < day_of_month

_months_ahead(today, day_of_month) := 1 if today >= day_of_month

# METADATA
# description: The months of a window, in order.
months(window) := [month_of(n) | some n in numbers.range(number(window.from), number(window.to))]

_last_month := number("9999-12")

_last_day := "9999-12-31"

_months_behind(day_of_month, published_on) := 1 if day_of_month >= published_on

_months_behind(day_of_month, published_on) := 2 if day_of_month < published_on

_day_of_month(day) := to_number(substring(day, 8, 2))

_day(n, day_of_month) := concat("-", [month_of(n), _pad(day_of_month, 2)])

# Days from the beginning of year 1, in the calendar of today.
_ordinal(day) := sum([
	365 * year,
	floor(year / 4) - floor(year / 100),
	floor(year / 400),
	sum([length(n) | some n in numbers.range(first, first + 11); n < number(day)]),
	_day_of_month(day),
]) if {
	first := to_number(substring(day, 0, 4)) * 12
	year := to_number(substring(day, 0, 4)) - 1
}

_digits(text) if {
	every character in split(text, "") {
		character in {"0", "1", "2", "3", "4", "5", "6", "7", "8", "9"}
	}
}

_pad(n, width) := substring(concat("", ["000", digits]), (3 + count(digits)) - width, width) if {
	digits := format_int(n, 10)
}

_leap(year) if {
	year % 4 == 0
	year % 100 != 0
}

_leap(year) if year % 400 == 0
