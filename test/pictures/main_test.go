package main

import (
	"image"
	"image/color"
	"image/png"
	"os"
	"path/filepath"
	"testing"
)

// A picture of few colours keeps them; one of many keeps each colour nearly, also a rare one.
func TestPicturesKeepTheirColours(t *testing.T) {
	few, many := image.NewRGBA(image.Rect(0, 0, 64, 64)), image.NewRGBA(image.Rect(0, 0, 64, 64))
	for i := range 64 * 64 {
		x, y := i%64, i/64
		few.SetRGBA(x, y, color.RGBA{uint8(x), 0, 0, 255})
		many.SetRGBA(x, y, color.RGBA{uint8(4 * x), uint8(4 * y), uint8(x + y), 255})
	}
	many.SetRGBA(0, 0, color.RGBA{0, 0, 255, 255})
	for _, p := range []struct {
		picture *image.RGBA
		off     int
	}{{few, 0}, {many, 24}} {
		from, to := t.TempDir(), filepath.Join(t.TempDir(), "made")
		write(t, filepath.Join(from, "a.png"), p.picture)
		if err := run([]string{from, to}); err != nil {
			t.Fatal(err)
		}
		made := read(t, filepath.Join(to, "a.png"))
		if palette, is := made.ColorModel().(color.Palette); !is || len(palette) > 256 {
			t.Errorf("the picture has the colours %v", made.ColorModel())
		}
		worst := 0
		each(p.picture, func(x, y int, want color.RGBA) {
			got := color.RGBAModel.Convert(made.At(x, y)).(color.RGBA)
			for _, d := range []int{int(got.R) - int(want.R), int(got.G) - int(want.G), int(got.B) - int(want.B)} {
				worst = max(worst, d, -d)
			}
		})
		if worst > p.off {
			t.Errorf("a colour is off by %d", worst)
		}
	}
	if run(nil) == nil || run([]string{t.TempDir(), "/dev/null/no"}) == nil {
		t.Error("wrong arguments are no error")
	}
}

func write(t *testing.T, path string, picture image.Image) {
	t.Helper()
	f, err := os.Create(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	if err := png.Encode(f, picture); err != nil {
		t.Fatal(err)
	}
}

func read(t *testing.T, path string) image.Image {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	picture, err := png.Decode(f)
	if err != nil {
		t.Fatal(err)
	}
	return picture
}
