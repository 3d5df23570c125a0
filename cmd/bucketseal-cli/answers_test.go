package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/stretchr/testify/assert"
	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/mock"
)

func TestAListingOutlastsAServerThatAsksToSlowDownAndSaysSo(t *testing.T) {
	u := newUser(t)
	once := mock.Fault{Op: "ListBuckets", Do: mock.AnswerStatus, Status: 503, Code: "SlowDown", Count: 1}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{once}}))
	r := u.runs("ls").ends(0)
	assert.Contains(t, r.err, "the server asks to slow down: trying again (try 2 of")
	assert.NotContains(t, r.out, "slow down", "what a pipe reads is the listing")
}

func TestADeletionOutlastsAServerThatAsksToSlowDownAndSaysSo(t *testing.T) {
	u := newUser(t)
	u.runs("cp", u.file("a", []byte("x")), "s3://bucket/d/a").ends(0)
	once := mock.Fault{Op: "DeleteObjects", Do: mock.AnswerStatus, Status: 503, Code: "SlowDown", Count: 1}
	require.NoError(t, u.server.SetFaults(mock.Faults{Faults: []mock.Fault{once}}))
	r := u.runs("rm", "-r", "s3://bucket/d").ends(0)
	assert.Contains(t, r.err, "the server asks to slow down: trying again (try 2 of")
	assert.Contains(t, r.out, "removed s3://bucket/d/a")
}

// oddly lets the user work at a server of odd answers.
func (u *user) oddly(answer http.HandlerFunc) {
	u.t.Helper()
	s := httptest.NewServer(answer)
	u.t.Cleanup(s.Close)
	u.global = []string{"--endpoint", s.URL}
}

// oddList answers listings with these entries, HEAD and GET with an object.
func oddList(entries string, deleted *int) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		switch {
		case r.URL.Query().Has("list-type"):
			fmt.Fprintf(w, "<ListBucketResult>%s</ListBucketResult>", entries)
		case r.Method == http.MethodPost, r.Method == http.MethodDelete:
			*deleted++
			w.WriteHeader(http.StatusNoContent)
		default:
			w.Header().Set("ETag", `"e"`)
			_, _ = io.WriteString(w, "content")
		}
	}
}

func TestASizeNobodyToldIsNullAndNeverZero(t *testing.T) {
	u := newUser(t)
	u.oddly(oddList("<Contents><Key>a</Key></Contents><Contents><Key>b</Key><Size>0</Size></Contents>", nil))
	l := u.runs("ls", "--json", "s3://b/").ends(0).lines()
	require.Len(t, l, 2)
	assert.Nil(t, l[0]["size"])
	assert.Contains(t, l[0], "size")
	assert.EqualValues(t, 0, l[1]["size"])
	assert.Equal(t, "", l[0]["lastModified"])
	assert.Regexp(t, `\?  a\n`, u.runs("ls", "s3://b/").ends(0).out)
}

func TestWhatAListNamesOutsideTheFolderIsLeftAlone(t *testing.T) {
	for _, outside := range []string{"precious/backup.tar", "x", "folder"} {
		u := newUser(t)
		deleted := 0
		u.oddly(oddList("<Contents><Key>folder/ok</Key><Size>7</Size></Contents><Contents><Key>"+outside+"</Key><Size>7</Size></Contents>", &deleted))
		for _, args := range [][]string{{"rm", "-r", "s3://demo/folder/"}, {"cp", "-r", "s3://demo/folder/", u.dir + "/out"}, {"ls", "s3://demo/folder/"}, {"ls", "-r", "s3://demo/folder/"}} {
			r := u.runs(args...).ends(1)
			assert.Contains(t, r.err, "The server's answer contradicts itself", args)
			assert.Contains(t, r.err, outside, args)
		}
		assert.Zero(t, deleted)
		assert.NoDirExists(t, u.dir+"/out")
	}
}

func TestAWebPageIsNoBucketAndNoObject(t *testing.T) {
	u := newUser(t)
	u.oddly(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		_, _ = io.WriteString(w, "<!doctype html><html><title>Login\x1b[31m</title></html>")
	})
	for _, args := range [][]string{{"ls"}, {"ls", "s3://b/"}, {"rm", "s3://b/k"}, {"rm", "-r", "s3://b/d/"}, {"mb", "s3://b"}, {"rb", "s3://b"}, {"props", "s3://b/k"}, {"cp", "s3://b/k", u.dir + "/page"}} {
		r := u.runs(args...).ends(1)
		assert.Contains(t, r.err, "What answered is no S3 service", args)
		assert.Contains(t, r.err, "text/html: “Login", args)
		assert.NotContains(t, r.err+r.out, "\x1b", args)
	}
	assert.NoFileExists(t, u.dir+"/page")
	r := u.runs("cp", u.file("f", []byte("x")), "s3://b/f").ends(1)
	assert.Contains(t, r.err, "What answered is no S3 service")
}
