package browser_test

import (
	"testing"

	"github.com/stretchr/testify/assert"

	"github.com/bucketseal/bucketseal/client"
)

func TestWhatIsFoundOfAnObjectIsNotShownInTheFolderAbove(t *testing.T) {
	w := sees(t, "photos/2026/a", "photos/b")
	w.Open(client.Location{Bucket: "photos", Key: "2026/"})
	w.loop.Pump()
	w.CheckObject(client.Location{Bucket: "photos", Key: "2026/a"})
	w.loop.Work() // the server has answered
	w.Open(client.Location{Bucket: "photos"})
	w.loop.Pump()
	var names []string
	for row := range w.Rows() {
		names = append(names, w.Row(row).Name)
	}
	assert.Equal(t, []string{"2026/", "b"}, names)
}
