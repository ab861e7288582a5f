package export

import (
	"fmt"
	"time"
)

const migrationName = "pocketbase-migration"

// FileNameAt is the name to save an export of that moment under. PocketBase
// runs a migration once for each file name, in the order of the names, so
// that one gets its second in front, as PocketBase's own have it.
func (f Format) FileNameAt(t time.Time) string {
	if f.Name != migrationName {
		return f.FileName
	}
	return fmt.Sprintf("%d_%s", t.Unix(), f.FileName)
}
