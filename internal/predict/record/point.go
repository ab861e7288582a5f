package record

import "encoding/json"

// point is a place on earth (tools/types/geo_point.go).
type point struct {
	Lon float64 `json:"lon"`
	Lat float64 `json:"lat"`
}

// parsePoint reads a point. Of broken JSON it keeps what could be read, as PocketBase does.
func parsePoint(data []byte, r release) point {
	var p point
	if r.since("0.40.0") {
		var exact map[string]json.RawMessage
		_ = json.Unmarshal(data, &exact) // encoding/json/v2 matches keys exactly; what is broken stays 0
		_ = json.Unmarshal(exact["lon"], &p.Lon)
		_ = json.Unmarshal(exact["lat"], &p.Lat)
		return p
	}
	_ = json.Unmarshal(data, &p) // what is broken stays 0
	return p
}

// pointFault checks a point (core/field_geo_point.go).
func (f *field) pointFault(p point) string {
	switch {
	case p == point{} && f.Required:
		return codeRequired
	case p == point{}:
		return ""
	case p.Lat < -90 || p.Lat > 90:
		return "validation_invalid_latitude"
	case p.Lon < -180 || p.Lon > 180:
		return "validation_invalid_longitude"
	}
	return ""
}
