package public

import "syscall"

// roomIn returns how many bytes are free where a directory is, false if that is unknown.
func roomIn(dir string) (free uint64, known bool) {
	var fs syscall.Statfs_t
	if err := syscall.Statfs(dir, &fs); err != nil {
		return 0, false
	}
	return fs.Bavail * uint64(fs.Bsize), true // #nosec G115 -- not negative
}
