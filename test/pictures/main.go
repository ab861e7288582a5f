// Command pictures writes the PNG files of a directory to another one with a palette of 256 colours, which takes half
// the bytes: pictures FROM TO.
package main

import (
	"cmp"
	"errors"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"maps"
	"os"
	"path/filepath"
	"slices"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "pictures:", err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) != 2 {
		return errors.New("usage: pictures FROM TO")
	}
	paths, err := filepath.Glob(filepath.Join(args[0], "*.png"))
	if err != nil {
		return err
	}
	if err := os.MkdirAll(args[1], 0o755); err != nil {
		return fmt.Errorf("creating the directory: %w", err)
	}
	for _, path := range paths {
		if err := convert(path, filepath.Join(args[1], filepath.Base(path))); err != nil {
			return fmt.Errorf("converting %s: %w", path, err)
		}
	}
	return nil
}

func convert(from, to string) error {
	in, err := os.Open(from)
	if err != nil {
		return err
	}
	picture, err := png.Decode(in)
	if err := errors.Join(err, in.Close()); err != nil {
		return err
	}
	out, err := os.Create(to)
	if err != nil {
		return err
	}
	best := png.Encoder{CompressionLevel: png.BestCompression}
	return errors.Join(best.Encode(out, reduce(picture)), out.Close())
}

// reduce returns the picture with at most 256 colours.
func reduce(picture image.Image) *image.Paletted {
	count := map[color.RGBA]int{}
	each(picture, func(_, _ int, c color.RGBA) { count[c]++ })
	byCount := slices.SortedFunc(maps.Keys(count), func(a, b color.RGBA) int {
		return cmp.Or(count[b]-count[a], cmp.Compare(key(a), key(b)))
	})
	var palette color.Palette
	for apart := 0; len(palette) == 0 || len(palette) > 256; apart++ {
		palette = spread(byCount, apart)
	}
	index := map[color.RGBA]uint8{}
	for _, c := range byCount {
		index[c] = uint8(palette.Index(c))
	}
	reduced := image.NewPaletted(picture.Bounds(), palette)
	each(picture, func(x, y int, c color.RGBA) { reduced.SetColorIndex(x, y, index[c]) })
	return reduced
}

// spread returns the most frequent colours that are apart from each other, so that rare ones are not lost to the many
// greys at the edges of letters. It gives up above 256.
func spread(byCount []color.RGBA, apart int) (palette color.Palette) {
	near := func(a, b uint8) bool { return max(a, b)-min(a, b) < uint8(apart) }
	for _, c := range byCount {
		if !slices.ContainsFunc(palette, func(other color.Color) bool {
			o := other.(color.RGBA)
			return near(c.R, o.R) && near(c.G, o.G) && near(c.B, o.B)
		}) {
			palette = append(palette, c)
		}
		if len(palette) > 256 {
			break
		}
	}
	return palette
}

func each(picture image.Image, do func(x, y int, c color.RGBA)) {
	b := picture.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			do(x, y, color.RGBAModel.Convert(picture.At(x, y)).(color.RGBA))
		}
	}
}

func key(c color.RGBA) uint32 {
	return uint32(c.R)<<24 | uint32(c.G)<<16 | uint32(c.B)<<8 | uint32(c.A)
}
