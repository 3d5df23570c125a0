package explain

// A Role is what a text means; the screen gives it a colour. It never stands
// alone: the words say it too.
type Role int

// The roles. The zero value is ordinary text.
const (
	RoleNormal Role = iota
	RoleGood        // as it should be: verified, connected
	RoleWarn        // look at it: unknown, not told, unprotected
	RoleBad         // wrong: failed, not encrypted
	RoleMuted       // beside the point: finished, not loaded
)
