package versions

import (
	"context"
	"errors"
	"io"
	"path"
	"strings"

	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/client/session"
	"github.com/bucketseal/bucketseal/client/transfer"
	"github.com/bucketseal/bucketseal/internal/explain"
	"github.com/bucketseal/bucketseal/internal/i18n"
	"github.com/bucketseal/bucketseal/ui/state/loop"
)

// World is what a list of versions needs of the world. What has a context may wait.
type World struct {
	Context context.Context // lives as long as the account is shown
	Loop    loop.Loop

	List    func(context.Context) ([]client.Object, error)
	Restore func(context.Context, client.Object) (transfer.Plan, error)
	Remove  func(context.Context, []session.Seen) (*session.Removal, error)

	// Download begins to download a version into a folder of this computer under a name.
	Download func(o client.Object, into, as string)
	// Submit hands jobs over to the transfers.
	Submit func([]transfer.Job)
	// Removed is told of each version that was removed.
	Removed func(client.Object)
	// Problem shows why something was not done.
	Problem func(explain.Message)
}

// Versions are those of one object, the newest first, or with Deleted the markers of
// what was deleted below a folder.
type Versions struct {
	// OnChange is called after anything changed; nil for none.
	OnChange func()

	At      client.Location
	Deleted bool

	world World
	ctx   context.Context
	stop  context.CancelFunc
	all   []client.Object
	busy  bool
	err   error
}

// New begins to list the versions of an object, or what was deleted below a folder.
func New(at client.Location, w World) *Versions {
	v := &Versions{At: at, Deleted: at.IsFolder(), world: w}
	v.ctx, v.stop = context.WithCancel(w.Context)
	v.Load()
	return v
}

// Close drops what is being asked; what was begun goes on among the transfers.
func (v *Versions) Close() {
	v.OnChange = nil
	v.stop()
}

// Load lists anew; what was listed stays until then.
func (v *Versions) Load() {
	v.busy, v.err = true, nil
	loop.Fetch(v.ctx, v.world.Loop, v.world.List, func(all []client.Object, err error) {
		v.busy, v.all, v.err = false, all, err
		v.changed()
	})
	v.changed()
}

// Rows is how many there are.
func (v *Versions) Rows() int { return len(v.all) }

// A Row is a version as text.
type Row struct {
	Name, Modified, Size, What, ID string
	Role                           explain.Role
}

// Row is a row as text. What was deleted has its name below the folder.
func (v *Versions) Row(row int) Row {
	o := v.all[row]
	r := Row{Name: strings.TrimPrefix(o.At.Key, v.At.Key), Modified: explain.Time(o.Modified), Size: explain.Size(o.Size), What: i18n.T("Older"), ID: o.VersionID, Role: explain.RoleMuted}
	switch {
	case o.DeleteMarker:
		r.Size, r.What = "", i18n.T("Delete marker")
		if o.Latest {
			r.Role = explain.RoleWarn
		}
	case o.Latest:
		r.What, r.Role = i18n.T("Latest"), explain.RoleNormal
	}
	return r
}

// Empty says why there are no rows; retry is true where asking again may help.
func (v *Versions) Empty() (m explain.Message, retry bool) {
	switch {
	case v.busy:
		return explain.Message{Title: i18n.T("Asking the server…")}, false
	case v.err != nil:
		return explain.Error(v.err), true
	case v.Deleted:
		return explain.Message{Title: i18n.T("Nothing deleted is kept here"), Hints: []string{i18n.T("A bucket that keeps versions keeps what is deleted, until its versions are deleted too.")}}, false
	}
	return explain.Message{Title: i18n.T("There is no version of it any more")}, false
}

// Note says what to know of what is listed.
func (v *Versions) Note() (string, explain.Role) {
	switch {
	case v.Deleted || len(v.all) == 0:
		return "", explain.RoleMuted
	case v.all[0].DeleteMarker:
		return i18n.T("It was deleted: Undelete removes the delete marker, and the version below it is the object again."), explain.RoleWarn
	case len(v.all) == 1 && v.all[0].VersionID == client.NullVersion:
		return i18n.T("There is no other version: the bucket kept none when this was written."), explain.RoleMuted
	case len(v.all) == 1:
		return i18n.T("There is no other version."), explain.RoleMuted
	}
	return i18n.N(len(v.all), "%s version", "%s versions and delete markers", explain.Count(len(v.all))), explain.RoleMuted
}

// one is the only version among rows.
func (v *Versions) one(rows []int) (o client.Object, why string) {
	switch {
	case v.busy:
		return o, i18n.T("One moment, please.")
	case len(rows) != 1:
		return o, i18n.T("Select one version first.")
	case v.all[rows[0]].DeleteMarker:
		return o, i18n.T("A delete marker has no contents.")
	}
	return v.all[rows[0]], ""
}

// WhyNotDownload says why the rows selected cannot be downloaded, "" when they can.
func (v *Versions) WhyNotDownload(rows []int) string {
	_, why := v.one(rows)
	return why
}

// Download downloads a version into a folder of this computer, under the object's name
// with the version's date, so that it takes nobody's place.
func (v *Versions) Download(rows []int, into string) {
	if o, why := v.one(rows); why == "" {
		v.world.Download(o, into, fileName(o))
	}
}

func fileName(o client.Object) string {
	base := o.At.Base()
	if o.Modified.IsZero() {
		return base
	}
	end := path.Ext(base)
	if end == base {
		end = ""
	}
	return strings.TrimSuffix(base, end) + o.Modified.Local().Format(" (2006-01-02 150405)") + end
}

// WhyNotRestore says why the row selected cannot become the current version.
func (v *Versions) WhyNotRestore(rows []int) string {
	o, why := v.one(rows)
	if why == "" && o.Latest {
		return i18n.T("This is the current version.")
	}
	return why
}

// Restore makes an older version the current one, by a copy among the transfers. What is
// current now stays as a version.
func (v *Versions) Restore(rows []int) {
	o, _ := v.one(rows)
	if v.WhyNotRestore(rows) != "" {
		return
	}
	loop.Fetch(v.world.Context, v.world.Loop, func(ctx context.Context) (transfer.Plan, error) { return v.world.Restore(ctx, o) },
		func(p transfer.Plan, err error) {
			switch {
			case err != nil:
				v.world.Problem(explain.Error(err))
			case len(p.Refused) > 0:
				v.world.Problem(explain.Message{Title: i18n.T("The version was not restored"), Body: explain.Sentence(p.Refused[0].Reason)})
			default:
				v.world.Submit(p.Jobs)
			}
		})
}

// WhyNotDelete says why the rows selected cannot be deleted.
func (v *Versions) WhyNotDelete(rows []int) string {
	switch {
	case v.busy:
		return i18n.T("One moment, please.")
	case len(rows) == 0:
		return i18n.T("Select versions first.")
	}
	return ""
}

// Question is what is asked before rows are deleted: what, and what is lost by it.
func (v *Versions) Question(rows []int) (title, body string) {
	var t session.Totals
	latest := false
	for _, row := range rows {
		t.Add(v.all[row])
		latest = latest || v.all[row].Latest
	}
	title = i18n.N(len(rows), "Delete %s version (%s) of %s?", "Delete %s versions (%s) of %s?", explain.Count(len(rows)), explain.TotalSize(t.Bytes, t.Untold), v.At.Base())
	body = i18n.T("This cannot be undone: a version that is deleted is gone.")
	if latest && len(v.all) > len(rows) {
		body += "\n" + i18n.T("The newest version that is left becomes the object.")
	}
	return title, body
}

// Delete removes versions and delete markers for good.
func (v *Versions) Delete(rows []int) {
	if v.WhyNotDelete(rows) == "" {
		v.remove(v.those(rows))
	}
}

// WhyNotUndelete says why nothing can be undeleted: of an object that is not deleted, or
// without a selection among what was deleted.
func (v *Versions) WhyNotUndelete(rows []int) string {
	switch {
	case v.busy:
		return i18n.T("One moment, please.")
	case v.Deleted && len(rows) == 0:
		return i18n.T("Select what you want back first.")
	case !v.Deleted && (len(v.all) == 0 || !v.all[0].DeleteMarker):
		return i18n.T("It is not deleted.")
	}
	return ""
}

// Undelete removes the delete markers that hide an object, or those selected. Nothing is
// lost by it.
func (v *Versions) Undelete(rows []int) {
	if v.WhyNotUndelete(rows) != "" {
		return
	}
	all := v.those(rows)
	if !v.Deleted {
		n := 0
		for n < len(v.all) && v.all[n].DeleteMarker {
			n++
		}
		all = v.all[:n]
	}
	v.remove(all)
}

func (v *Versions) those(rows []int) (all []client.Object) {
	for _, row := range rows {
		all = append(all, v.all[row])
	}
	return all
}

// remove removes versions, by jobs which are among the transfers too, and lists anew.
func (v *Versions) remove(all []client.Object) {
	v.busy = true
	v.changed()
	loop.Fetch(v.world.Context, v.world.Loop, func(ctx context.Context) ([]session.Removed, error) { return v.removeAll(ctx, all) },
		func(failed []session.Removed, err error) {
			switch {
			case err != nil:
				v.world.Problem(explain.Error(err))
			case len(failed) > 0:
				m := explain.Error(failed[0].Err)
				m.Title = i18n.N(len(failed), "%s version could not be deleted: %s", "%s versions could not be deleted: %s", explain.Count(len(failed)), m.Title)
				v.world.Problem(m)
			}
			for _, o := range all {
				v.world.Removed(o)
			}
			v.Load()
		})
}

// removeAll waits for the end of a removal, and says what is still there.
func (v *Versions) removeAll(ctx context.Context, all []client.Object) (failed []session.Removed, err error) {
	var t session.Totals
	for _, o := range all {
		t.Add(o)
	}
	r, err := v.world.Remove(ctx, t.Objects)
	for err == nil {
		var news []session.Removed
		news, err = r.Next(ctx)
		for _, n := range news {
			if n.Err != nil {
				failed = append(failed, n)
			}
		}
	}
	if errors.Is(err, io.EOF) {
		err = nil
	}
	return failed, err
}

func (v *Versions) changed() {
	if v.OnChange != nil {
		v.OnChange()
	}
}
