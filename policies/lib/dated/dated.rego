# METADATA
# title: Dated values
# description: A number, day or choice of the rules has a history; a day picks the entry in force.
package lib.dated

# METADATA
# description: >-
#   The last entry whose since is on or before the day; undefined before the first.
#   Entries stand in the order of their since.
at(entries, day) := past[count(past) - 1] if {
	past := [entry | some entry in entries; entry.since <= day]
}
