package shell

import (
	"github.com/bucketseal/bucketseal/client"
	"github.com/bucketseal/bucketseal/ui/state/properties"
)

// Properties begins to ask the server about an object of the open account; Close
// ends it. A folder has none: Browser.WhyNotOne says so.
func (a *App) Properties(o client.Object) *properties.Properties {
	return properties.New(properties.World{Context: a.ctx, Loop: a.loop, Ask: a.Session().Properties}, o)
}
