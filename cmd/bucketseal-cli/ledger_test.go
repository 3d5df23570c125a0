package main

import (
	"bytes"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

// cells are all values of all tables of a ledger, and how many there are by table.
func cells(t *testing.T, file string) (values [][]byte, rows map[string]int) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	require.NoError(t, err)
	defer func() { require.NoError(t, db.Close()) }()
	var tables []string
	each := func(query string, with func(*sql.Rows)) {
		all, err := db.Query(query)
		require.NoError(t, err)
		defer all.Close()
		for all.Next() {
			with(all)
		}
		require.NoError(t, all.Err())
	}
	each("SELECT name FROM sqlite_schema WHERE type = 'table'", func(r *sql.Rows) {
		var name string
		require.NoError(t, r.Scan(&name))
		tables = append(tables, name)
	})
	rows = map[string]int{}
	for _, table := range tables {
		each("SELECT * FROM "+table, func(r *sql.Rows) {
			names, err := r.Columns()
			require.NoError(t, err)
			row, into := make([]sql.RawBytes, len(names)), make([]any, len(names))
			for i := range row {
				into[i] = &row[i]
			}
			require.NoError(t, r.Scan(into...))
			for _, v := range row {
				values = append(values, bytes.Clone(v))
			}
			rows[table]++
		})
	}
	return values, rows
}

// Whoever reads only the exit code learns that what was proved cannot be shown any more.
func TestACommandWhoseReceiptsAreLostMeanwhileDoesNotEndWell(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		harm func(t *testing.T, dir string)
		code int
	}{
		"cut to nothing": {func(t *testing.T, dir string) {
			for _, name := range []string{"ledger.db", "ledger.db-wal", "ledger.db-shm"} {
				require.NoError(t, os.Truncate(filepath.Join(dir, name), 0))
			}
		}, exitFailed},
		"removed, and saved": {func(t *testing.T, dir string) { require.NoError(t, os.RemoveAll(dir)) }, exitOK},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			u := newUser(t)
			for _, name := range []string{"a", "b", "c", "d", "last"} {
				u.file("n/"+name, []byte(name))
			}
			u.oddly(func(w http.ResponseWriter, r *http.Request) {
				if r.Method == http.MethodPut && strings.HasSuffix(r.URL.Path, "/last") {
					for kept := 0; kept == 0; {
						_, rows := cells(t, filepath.Join(u.config, "ledger.db"))
						kept = rows["receipts"]
					}
					c.harm(t, u.config)
				}
				u.server.ServeHTTP(w, r)
			})
			r := u.runs("cp", "-r", "n", "s3://bucket/n/", "--concurrency", "1", "--json")
			lines := r.ends(c.code).lines()
			done := 0
			for _, l := range lines {
				if l["status"] == "done" {
					done++
				}
			}
			assert.Equal(t, 5, done, "they are there all the same")
			if c.code == exitFailed {
				assert.Contains(t, fmt.Sprint(lines[len(lines)-1]["error"]), "are lost")
			}
		})
	}
}

func TestNoSecretIsEverInTheLedger(t *testing.T) {
	t.Parallel()
	const token = "canary-session-token-of-ada"
	ada := mock.User{
		Name: "ada", AccessKey: "AKIAADA", SecretKey: "canary-secret-of-ada", SessionToken: token,
		Policy: json.RawMessage(`{"Version":"2012-10-17","Statement":[{"Effect":"Allow","Action":"s3:*","Resource":"*"}]}`),
	}
	u := newUser(t, mock.With(func(c *mock.Config) { c.Users = []mock.User{ada} })).vault()
	u.env = append(u.env, "AWS_ACCESS_KEY_ID="+ada.AccessKey, "AWS_SECRET_ACCESS_KEY="+ada.SecretKey, "AWS_SESSION_TOKEN="+token)
	key := []byte("canary-customer-key-32-bytes-abc")
	u.runs("rules", "add", "--bucket", "bucket", "--type", "c", "--sse-c-key-file", u.file("key", key)).ends(0)
	u.file("small", []byte("a"))
	u.file("a.bin", noise(20<<20))
	u.runs("cp", "small", "s3://bucket/small").ends(0)
	u.runs("cp", "s3://bucket/small", "back").ends(0)
	u.faulty(mock.Fault{Op: "PutObject", Do: mock.AnswerStatus, Status: 403, Code: "AccessDenied"})
	u.runs("cp", "small", "s3://bucket/refused").ends(1)
	u.faulty()
	u.killed("s3://bucket/a.bin")

	secrets := map[string][]byte{
		"the secret access key": []byte(ada.SecretKey), "the session token": []byte(token), "the SSE-C key": key,
		"the SSE-C key in base64": []byte(base64.StdEncoding.EncodeToString(key)), "the SSE-C key in hexadecimal": []byte(hex.EncodeToString(key)),
	}
	without := func(b []byte, where string) {
		for what, secret := range secrets {
			assert.False(t, bytes.Contains(b, secret), "%s is in %s", what, where)
		}
	}
	for _, suffix := range []string{"", "-wal", "-shm"} {
		b, err := os.ReadFile(filepath.Join(u.config, "ledger.db"+suffix))
		require.NoError(t, err, "its program was killed: all of them are there")
		without(b, "ledger.db"+suffix)
	}
	values, rows := cells(t, filepath.Join(u.config, "ledger.db"))
	for _, v := range values {
		without(v, fmt.Sprintf("the row value %.40q", v))
	}
	for _, table := range []string{"accounts", "jobs", "progress", "pieces", "receipts"} {
		assert.Positive(t, rows[table], "there is something in %s", table)
	}
}
