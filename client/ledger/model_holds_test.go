package ledger

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"github.com/stretchr/testify/require"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/transfer"
)

// What must hold whenever everything has come to rest.

func (m *model) reader(k *task) *bytes.Reader { return bytes.NewReader(m.data[k.large]) }

// holds checks all of it.
func (m *model) holds(n int) {
	owner := map[string]*program{}
	for _, p := range m.alive {
		rows := p.rows()
		var phases [transfer.Paused + 1]int
		for i := range rows {
			name := taskOf(rows[i].Job)
			require.Nil(m, owner[name], "%s has two programs", name)
			owner[name] = p
			phases[rows[i].Phase]++
		}
		require.Equal(m, p.engine.Summary().Phases, phases)
		m.journalled(p, rows)
		fmt.Fprint(&m.trace, phases, " ")
	}
	m.lost(owner)
	m.written(owner)
	m.uploads()
	m.mu.Lock()
	defer m.mu.Unlock()
	require.Empty(m, m.wrong, "operation %d", n)
}

// kept are the rows of a program as the ledger has them, by the ids of their jobs.
func (m *model) kept(p *program) map[string]transfer.Record {
	var numbers []int64
	for _, r := range p.rows() {
		n, err := strconv.ParseInt(strings.TrimPrefix(r.Job.ID, "t"), 10, 64) // as engines name them
		require.NoError(m, err)
		numbers = append(numbers, n)
	}
	all, err := p.journal.Read(numbers)
	require.NoError(m, err)
	kept := map[string]transfer.Record{}
	for i := range all {
		kept[fmt.Sprint("t", all[i].Number)] = all[i]
	}
	return kept
}

// journalled compares the rows of a program with the ledger's, which knows of each that
// is under way or waits that it is Queued, and with the world.
func (m *model) journalled(p *program, rows []transfer.Row) {
	kept := m.kept(p)
	for i := range rows {
		r := &rows[i]
		k, in := m.tasks[taskOf(r.Job)], kept[r.Job.ID]
		want := r.Phase
		if want == transfer.Sending || want == transfer.Verifying {
			want = transfer.Queued
		}
		require.Equal(m, want, in.Phase, "%s is %s", k.name, r.Phase)
		require.Equal(m, r.Job.Priority, in.Job.Priority)
		if k.op.WritesObject() {
			require.Equal(m, client.TypeOf(k.rule), r.Job.Treatment.Type, "a rule that changed decides about later jobs")
		}
		if r.Phase == transfer.Done && !k.done {
			m.isDone(k, r)
		}
		if k.op == transfer.Download && !k.done {
			require.NoFileExists(m, filepath.Join(m.files, k.name), "%s is %s", k.name, r.Phase)
		}
	}
}

// isDone looks at the world once a job is done.
func (m *model) isDone(k *task, r *transfer.Row) {
	k.done = true
	require.NotNil(m, r.Receipt, k.name)
	if k.op.WritesObject() {
		require.Equal(m, transfer.Verified, r.Receipt.Verdict)
		require.Equal(m, client.TypeOf(k.rule), m.encryption(at(k.name), k), "%s is done", k.name)
	}
	switch k.op {
	case transfer.Download:
		got, err := os.ReadFile(filepath.Join(m.files, k.name))
		require.NoError(m, err)
		require.True(m, bytes.Equal(m.data[k.large], got), k.name)
	case transfer.Copy:
		require.True(m, m.isThere(m.source(k), k), "the source of %s is gone", k.name)
	case transfer.Move, transfer.Delete:
		require.False(m, m.isThere(m.source(k), k), "the source of %s is there", k.name)
	}
}

// isThere reports whether an object is there, which must be the task's then, whole.
func (m *model) isThere(where client.Location, k *task) bool {
	return m.encryption(where, k) != client.TypeUndecided
}

// encryption is how an object of a task is encrypted, undecided where it is not there.
func (m *model) encryption(where client.Location, k *task) client.EncryptionType {
	o, body, err := m.clean.Get(m.Context(), where, client.ReadOptions{})
	if client.KindOf(err) == client.KindNotFound {
		return client.TypeUndecided
	}
	require.NoError(m, err)
	defer body.Close()
	got, err := io.ReadAll(body)
	require.NoError(m, err)
	require.True(m, bytes.Equal(m.data[k.large], got), "%v is another", where)
	return o.Encryption.Type
}

// lost looks for jobs that nobody has, and for those that came back.
func (m *model) lost(owner map[string]*program) {
	there := map[string]bool{}
	for name := range owner {
		there[name] = true
	}
	for r, err := range m.alive[0].journal.Left() {
		require.NoError(m, err)
		name := taskOf(r.Job)
		require.False(m, there[name], "%s is left, and somebody has it", name)
		there[name] = true
	}
	require.Equal(m, sorted(m.live), sorted(there), "what was cleared, or was over when its program ended, does not come back, and nothing is lost")
}

// written looks at what was written since all was at rest before.
func (m *model) written(owner map[string]*program) {
	m.mu.Lock()
	wrote := m.wrote
	before := m.owner
	m.wrote, m.owner = map[string]*program{}, owner
	m.mu.Unlock()
	for name, p := range wrote {
		require.True(m, before[name] == p || owner[name] == p, "%s was written by program %d, whose it is not", name, p.name)
		if k := m.tasks[name]; k.op == transfer.Move && !k.done {
			require.True(m, m.isThere(m.source(k), k) || m.isThere(at(name), k), "%s has lost its source", name)
		}
	}
}

// uploads looks for multipart uploads that nobody knows of. Of one whose beginning
// nobody was told of nobody can know; it is without parts.
func (m *model) uploads() {
	known, err := m.alive[0].journal.Uploads()
	require.NoError(m, err)
	open, err := m.clean.OpenUploads(m.Context(), client.Location{Bucket: "bucket"})
	require.NoError(m, err)
	for _, u := range open {
		if !slices.ContainsFunc(known, func(k transfer.KnownUpload) bool { return k.ID == u.ID }) {
			require.True(m, m.unheard[u.ID], "nobody knows of %v", u)
		}
	}
}
