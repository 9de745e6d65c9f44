package spreadsheet

import "testing"

func TestCell(t *testing.T) {
	t.Parallel()
	for in, want := range map[string]string{
		"=cmd()": "'=cmd()", "+1": "'+1", "-1": "'-1", "@SUM(A1)": "'@SUM(A1)", "\t=1": "'\t=1", "\r=1": "'\r=1",
		"acme": "acme", "a=b": "a=b", "'": "'", "": "",
	} {
		if got := Cell(in); got != want {
			t.Errorf("%q becomes %q", in, got)
		}
	}
}
