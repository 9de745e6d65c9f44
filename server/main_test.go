package main

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"golang.org/x/tools/txtar"
)

// TestScripts runs transcripts of the program: it is started as a user starts it,
// on a free port, and spoken to over HTTP.
func TestScripts(t *testing.T) {
	t.Parallel()
	shipped, err := filepath.Abs(shippedPolicies)
	if err != nil {
		t.Fatal(err)
	}
	overlay, err := filepath.Abs(fy26Policies)
	if err != nil {
		t.Fatal(err)
	}
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script",
		Setup: func(env *testscript.Env) error {
			env.Setenv("SHIPPED", shipped)
			env.Setenv("FY26", overlay)
			env.Setenv("LIGHT", lightPolicies)
			s := &session{env: env}
			env.Values[sessionKey{}] = s
			env.Defer(s.end)
			return nil
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"assay":    cmdAssay,
			"exits":    cmdExits,
			"serve":    cmdServe,
			"halt":     cmdHalt,
			"http":     cmdHTTP,
			"status":   cmdStatus,
			"json":     cmdJSON,
			"daily":    cmdDaily,
			"save":     cmdSave,
			"await":    cmdAwait,
			"policies": cmdPolicies,
			"copy":     cmdCopy,
			"swap":     cmdSwap,
			"edit":     cmdEdit,
			"insert":   cmdInsert,
			"appoint":  cmdAppoint,
			"pin":      cmdPin,
			"bundle":   cmdBundle,
			"keep":     cmdKeep,
			"tamper":   cmdTamper,
			"sink":     cmdSink,
			"received": cmdReceived,
		},
	})
}

// A flag that is not given comes from the environment, and one that is given wins.
func TestFlagsFromTheEnvironment(t *testing.T) {
	t.Parallel()
	environment := map[string]string{"ASSAY_LOG_FORMAT": "xml", "ASSAY_DB": filepath.Join(t.TempDir(), "a.db"), "ASSAY_ADDR": "192.0.2.1:0"}
	lookup := func(name string) (string, bool) { value, ok := environment[name]; return value, ok }
	for want, args := range map[string][]string{
		`--log-format "xml"`: nil,
		"--addr 192.0.2.1:0": {"--log-format", "json"},
		"--addr 192.0.2.2:0": {"--log-format", "json", "--addr", "192.0.2.2:0"},
	} {
		var stderr bytes.Buffer
		if err := run(t.Context(), args, lookup, strings.NewReader(""), io.Discard, &stderr); err == nil || !strings.Contains(stderr.String(), want) {
			t.Errorf("%v: %v, %s", args, err, &stderr)
		}
	}
}

type sessionKey struct{}

// session is one script's server and the last answer it gave.
type session struct {
	env    *testscript.Env
	url    string
	cancel context.CancelFunc
	done   chan error
	code   int
	header http.Header
	body   []byte
	sink   *sink
}

func sessionOf(ts *testscript.TestScript) *session { return ts.Value(sessionKey{}).(*session) }

func (s *session) stop() {
	if s.cancel != nil {
		s.cancel()
		<-s.done
		s.cancel = nil
	}
}

// end stops all that the script started.
func (s *session) end() {
	s.stop()
	if s.sink != nil {
		s.sink.Close()
	}
}

func noEnvironment(string) (string, bool) { return "", false }

// assay runs a command to its end.
func cmdAssay(ts *testscript.TestScript, neg bool, args []string) {
	var out bytes.Buffer
	err := run(context.Background(), absolute(ts, args), noEnvironment, strings.NewReader(""), io.MultiWriter(ts.Stdout(), &out), ts.Stderr())
	if (err != nil) != neg {
		ts.Fatalf("assay %s: %v\n%s", strings.Join(args, " "), err, out.String())
	}
	sessionOf(ts).body = out.Bytes()
}

// exits STATUS runs a command that ends with the exit status.
func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	var out bytes.Buffer
	err := run(context.Background(), absolute(ts, args[1:]), noEnvironment, strings.NewReader(""), io.MultiWriter(ts.Stdout(), &out), ts.Stderr())
	if status := exitStatus(err); strconv.Itoa(status) != args[0] {
		ts.Fatalf("assay %s: exit status %d: %v\n%s", strings.Join(args[1:], " "), status, err, out.String())
	}
	sessionOf(ts).body = out.Bytes()
}

// serve [flags] starts the server and waits until it listens. Without --policies it gets
// the light ones; serve builtin [flags] leaves it those that are built in.
func cmdServe(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	s.stop()
	ctx, cancel := context.WithCancel(context.Background())
	if builtin := len(args) > 0 && args[0] == "builtin"; builtin {
		args = args[1:]
	} else if !slices.Contains(args, "--policies") {
		args = append([]string{"--policies", lightPolicies}, args...)
	}
	args = append([]string{"--addr", "127.0.0.1:0", "--db", ts.MkAbs("assay.db")}, absolute(ts, args)...)
	reader, writer := io.Pipe()
	s.cancel, s.done = cancel, make(chan error, 1)
	log, err := os.OpenFile(ts.MkAbs("log"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	ts.Check(err)
	go func() {
		err := run(ctx, args, noEnvironment, strings.NewReader(""), writer, log)
		writer.CloseWithError(io.EOF)
		log.Close()
		s.done <- err
	}()
	lines := bufio.NewScanner(reader)
	for lines.Scan() {
		if _, after, ok := strings.Cut(lines.Text(), "listening on "); ok {
			s.url = strings.Fields(after)[0]
			ts.Setenv("URL", s.url)
			go io.Copy(io.Discard, reader)
			if neg {
				ts.Fatalf("the server started")
			}
			return
		}
	}
	err = <-s.done
	s.cancel()
	s.cancel = nil
	if !neg {
		ts.Fatalf("the server did not start: %v\n%s", err, ts.ReadFile("log"))
	}
}

// halt ends the server. (stop is a word of testscript itself: it ends the script.)
func cmdHalt(ts *testscript.TestScript, _ bool, _ []string) { sessionOf(ts).stop() }

// http METHOD PATH [FILE] [HEADER:VALUE…] asks the server. The answer must fit the
// OpenAPI document.
func cmdHTTP(ts *testscript.TestScript, _ bool, args []string) {
	s := sessionOf(ts)
	var body io.Reader
	header := http.Header{}
	for _, arg := range args[2:] {
		if name, value, ok := strings.Cut(arg, ":"); ok {
			header.Set(name, value)
			continue
		}
		body = strings.NewReader(ts.ReadFile(arg))
		header.Set("Content-Type", "application/json")
	}
	request, err := http.NewRequest(args[0], s.url+args[1], body)
	ts.Check(err)
	for name := range header {
		request.Header.Set(name, header.Get(name))
	}
	response, err := http.DefaultClient.Do(request)
	ts.Check(err)
	defer response.Body.Close()
	s.code, s.header = response.StatusCode, response.Header
	s.body, err = io.ReadAll(response.Body)
	ts.Check(err)
	ts.Check(fitsDocument(request, response, s.body))
	var pretty bytes.Buffer
	if json.Indent(&pretty, s.body, "", "  ") == nil {
		s.body = pretty.Bytes()
	}
	fmt.Fprintf(ts.Stdout(), "%d\n%s\n", s.code, s.body)
}

func cmdStatus(ts *testscript.TestScript, neg bool, args []string) {
	if s := sessionOf(ts); (strconv.Itoa(s.code) == args[0]) == neg {
		ts.Fatalf("the status is %d\n%s", s.code, s.body)
	}
}

// json PATH VALUE compares a value of the last answer; PATH has dots, and
// name=value picks from a list of objects.
func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	got, err := s.at(args[0])
	ts.Check(err)
	if (got == strings.Join(args[1:], " ")) == neg {
		ts.Fatalf("%s is %s\n%s", args[0], got, s.body)
	}
}

// daily FROM TO FILE PATH VALUE asks for the decision in FILE as of every day from the
// first to the last, and compares a value of each answer.
func cmdDaily(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	first, err := time.Parse(time.DateOnly, args[0])
	ts.Check(err)
	last, err := time.Parse(time.DateOnly, args[1])
	ts.Check(err)
	var request map[string]any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[2])), &request))
	if last.Before(first) {
		ts.Fatalf("no day lies between %s and %s", args[0], args[1])
	}
	for day := first; !day.After(last); day = day.AddDate(0, 0, 1) {
		request["as_of"] = day.Format(time.DateOnly)
		body, err := json.Marshal(request)
		ts.Check(err)
		file := ts.MkAbs("daily.json")
		ts.Check(os.WriteFile(file, body, 0o644))
		cmdHTTP(ts, false, []string{http.MethodPost, "/v1/decisions", file})
		if got, _ := s.at(args[3]); (got == strings.Join(args[4:], " ")) == neg {
			ts.Fatalf("as of %s, %s is %s\n%s", request["as_of"], args[3], got, s.body)
		}
	}
}

// save NAME PATH keeps a value of the last answer as an environment variable.
func cmdSave(ts *testscript.TestScript, _ bool, args []string) {
	got, err := sessionOf(ts).at(args[1])
	ts.Check(err)
	ts.Setenv(args[0], got)
}

// await PATH VALUE asks /v1/status until the value is there; with ! until it is not.
func cmdAwait(ts *testscript.TestScript, neg bool, args []string) {
	s := sessionOf(ts)
	want := strings.Join(args[1:], " ")
	for deadline := time.Now().Add(2 * time.Minute); ; time.Sleep(20 * time.Millisecond) {
		response, err := http.Get(s.url + "/v1/status")
		ts.Check(err)
		s.body, err = io.ReadAll(response.Body)
		response.Body.Close()
		ts.Check(err)
		got, _ := s.at(args[0])
		if (got == want) != neg {
			fmt.Fprintf(ts.Stdout(), "%s\n", s.body)
			return
		}
		if time.Now().After(deadline) {
			ts.Fatalf("%s is still %q\n%s", args[0], got, s.body)
		}
	}
}

// policies copies the shipped policies into the script's folder, with few of their tests
// and cases; policies whole, with all.
func cmdPolicies(ts *testscript.TestScript, _ bool, args []string) {
	from := lightPolicies
	if slices.Equal(args, []string{"whole"}) {
		from = ts.Getenv("SHIPPED")
	}
	ts.Check(os.CopyFS(ts.MkAbs("policies"), os.DirFS(from)))
}

// copy FROM TO copies a folder.
func cmdCopy(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.CopyFS(ts.MkAbs(args[1]), os.DirFS(ts.MkAbs(args[0]))))
}

// swap TARGET LINK makes the link lead elsewhere, in one step.
func cmdSwap(ts *testscript.TestScript, _ bool, args []string) {
	next := ts.MkAbs(args[1]) + ".next"
	ts.Check(os.Symlink(args[0], next))
	ts.Check(os.Rename(next, ts.MkAbs(args[1])))
}

// edit FILE OLD NEW replaces the first OLD in the file.
func cmdEdit(ts *testscript.TestScript, _ bool, args []string) {
	content := ts.ReadFile(args[0])
	if !strings.Contains(content, args[1]) {
		ts.Fatalf("%s does not contain %q", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.Replace(content, args[1], args[2], 1)), 0o644))
}

// insert FILE NEW BEFORE puts the content of the file NEW before a line of FILE.
func cmdInsert(ts *testscript.TestScript, neg bool, args []string) {
	cmdEdit(ts, neg, []string{args[0], args[2], ts.ReadFile(args[1]) + args[2]})
}

// appoint NAME makes the requirement part of the last version of the rules.
func cmdAppoint(ts *testscript.TestScript, _ bool, args []string) {
	name := ts.MkAbs("policies/csp/direct_bill/rules/data.yaml")
	content, err := os.ReadFile(name)
	ts.Check(err)
	last := bytes.LastIndex(content, []byte("managed_service]\n      P3"))
	if last < 0 {
		ts.Fatalf("%s has changed its form", name)
	}
	end := last + len("managed_service")
	ts.Check(os.WriteFile(name, slices.Concat(content[:end], []byte(", "+args[0]), content[end:]), 0o644))
}

// pin REVISION writes request.json to pinned.json, to be decided by the revision.
func cmdPin(ts *testscript.TestScript, _ bool, args []string) {
	pinned := strings.Replace(ts.ReadFile("request.json"), "{", fmt.Sprintf(`{"revision": %q, `, args[0]), 1)
	ts.Check(os.WriteFile(ts.MkAbs("pinned.json"), []byte(pinned), 0o644))
}

// bundle REVISION FILE keeps the revision as a bundle.
func cmdBundle(ts *testscript.TestScript, _ bool, args []string) {
	cmdHTTP(ts, false, []string{http.MethodGet, "/v1/revisions/" + args[0] + "/bundle"})
	cmdStatus(ts, false, []string{"200"})
	ts.Check(os.WriteFile(ts.MkAbs(args[1]), sessionOf(ts).body, 0o644))
}

// keep FILE keeps the last answer, as it came.
func cmdKeep(ts *testscript.TestScript, _ bool, args []string) {
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), sessionOf(ts).body, 0o644))
}

// tamper FILE SQL changes the database as somebody may who has the file: without the
// triggers and constraints that stand in the way.
func cmdTamper(ts *testscript.TestScript, _ bool, args []string) {
	raw, err := sql.Open("sqlite", ts.MkAbs(args[0]))
	ts.Check(err)
	defer raw.Close()
	raw.SetMaxOpenConns(1)
	_, err = raw.Exec("PRAGMA ignore_check_constraints = ON")
	ts.Check(err)
	rows, err := raw.Query("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
	ts.Check(err)
	var triggers []string
	for rows.Next() {
		var name string
		ts.Check(rows.Scan(&name))
		triggers = append(triggers, name)
	}
	ts.Check(rows.Close())
	for _, name := range triggers {
		_, err := raw.Exec("DROP TRIGGER " + name)
		ts.Check(err)
	}
	result, err := raw.Exec(args[1])
	ts.Check(err)
	if n, err := result.RowsAffected(); err != nil || n == 0 {
		ts.Fatalf("nothing was changed by %s", args[1])
	}
}

// absolute turns the names of existing files of the script's folder into paths.
func absolute(ts *testscript.TestScript, args []string) []string {
	out := make([]string, len(args))
	for i, arg := range args {
		out[i] = arg
		if _, err := os.Stat(ts.MkAbs(arg)); err == nil && fs.ValidPath(arg) {
			out[i] = ts.MkAbs(arg)
		}
	}
	return out
}

func (s *session) at(path string) (string, error) {
	var value any
	dec := json.NewDecoder(bytes.NewReader(s.body))
	dec.UseNumber()
	if err := dec.Decode(&value); err != nil {
		return "", fmt.Errorf("the answer is not JSON: %w\n%s", err, s.body)
	}
	for _, part := range strings.Split(path, ".") {
		switch v := value.(type) {
		case map[string]any:
			value = v[part]
		case []any:
			value = pick(v, part)
		default:
			value = nil
		}
	}
	if text, ok := value.(string); ok {
		return text, nil
	}
	raw, err := json.Marshal(value)
	return string(raw), err
}

func pick(list []any, part string) any {
	if name, want, ok := strings.Cut(part, "="); ok {
		for _, item := range list {
			if object, _ := item.(map[string]any); object != nil && fmt.Sprint(object[name]) == want {
				return item
			}
		}
		return nil
	}
	if part == "len" {
		return len(list)
	}
	if i, err := strconv.Atoi(part); err == nil && i < len(list) {
		return list[i]
	}
	return nil
}

// scriptFiles are the files of a script.
func scriptFiles(t testing.TB, name string) map[string][]byte {
	t.Helper()
	script, err := txtar.ParseFile(name)
	if err != nil {
		t.Fatal(err)
	}
	files := make(map[string][]byte)
	for _, file := range script.Files {
		files[file.Name] = file.Data
	}
	return files
}
