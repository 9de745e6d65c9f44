// Package spreadsheet keeps text of others from being run by the spreadsheet that opens
// a CSV file.
package spreadsheet

import "strings"

// Cell is the text as a cell of CSV: what a spreadsheet would take for a formula begins
// with an apostrophe.
func Cell(text string) string {
	if text != "" && strings.ContainsRune("=+-@\t\r", rune(text[0])) {
		return "'" + text
	}
	return text
}
