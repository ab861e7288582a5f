// Command pack writes what the program has in it compressed: the style sheets and scripts of package static, the
// languages of package say, and the schemas. It imports none of them, as they need its output.
package main

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"os"
)

func main() {
	if err := run("."); err != nil {
		fmt.Fprintln(os.Stderr, "pack:", err)
		os.Exit(1)
	}
}

// run writes all packed files of the module at root again.
func run(root string) error {
	files, err := packStatic(root)
	if err != nil {
		return err
	}
	if err := files.write(root, "static/packed"); err != nil {
		return err
	}
	if files, err = packLanguages(root); err != nil {
		return err
	}
	if err := files.write(root, "internal/say/packed"); err != nil {
		return err
	}
	if files, err = packSchemas(root); err != nil {
		return err
	}
	return files.write(root, "docs/schemas/packed")
}

// compress returns the content as gzip writes it when it takes its time.
func compress(plain []byte) ([]byte, error) {
	var packed bytes.Buffer
	z, err := gzip.NewWriterLevel(&packed, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	if _, err := z.Write(plain); err != nil {
		return nil, err
	}
	if err := z.Close(); err != nil {
		return nil, err
	}
	return packed.Bytes(), nil
}
