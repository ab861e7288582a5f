package export

import (
	"fmt"
	"time"
)

const migrationName = "pocketbase-migration"

// FileNameAt returns the file name for an export at that time. A migration gets
// a Unix time as prefix, like PocketBase's own: PocketBase runs each file name
// once, in order.
func (f Format) FileNameAt(t time.Time) string {
	if f.Name != migrationName {
		return f.FileName
	}
	return fmt.Sprintf("%d_%s", t.Unix(), f.FileName)
}
