package say

import (
	"sort"
	"strconv"
	"strings"
)

// Match returns the best language for what people prefer, each a tag or the value of an Accept-Language header
// (RFC 9110), the most wanted first. English if none is known. A tag matches the language that it begins with: de-CH
// is German.
func (l *Languages) Match(preferred ...string) *Language {
	for _, header := range preferred {
		for _, wanted := range rangesOf(header) {
			base, _, _ := strings.Cut(wanted, "-")
			for _, one := range l.all {
				if strings.EqualFold(base, one.Tag) {
					return one
				}
			}
		}
	}
	return l.English()
}

// rangesOf returns the language ranges of a header, the most wanted first, without those that are not wanted.
func rangesOf(header string) []string {
	type weighted struct {
		tag    string
		weight float64
	}
	var list []weighted
	for part := range strings.SplitSeq(header, ",") {
		tag, params, _ := strings.Cut(part, ";")
		one := weighted{tag: strings.TrimSpace(tag), weight: 1}
		if q, given := strings.CutPrefix(strings.TrimSpace(params), "q="); given {
			one.weight, _ = strconv.ParseFloat(q, 64) // 0 if it is none
		}
		if one.weight > 0 {
			list = append(list, one)
		}
	}
	sort.SliceStable(list, func(i, j int) bool { return list[i].weight > list[j].weight })
	tags := make([]string, len(list))
	for i, one := range list {
		tags[i] = one.tag
	}
	return tags
}
