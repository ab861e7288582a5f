package rule

import (
	"errors"
	"slices"
	"strings"

	"github.com/ganigeorgiev/fexpr"
)

const (
	maxComparisons = 200  // of one rule (tools/search/provider.go)
	maxRows        = 2000 // of joined lists; a rule that needs more is unknown
)

var errTooLong = errors.New("the rule has too many comparisons")

// scope is what a rule is evaluated in.
type scope struct {
	rule  string
	req   Request
	rec   Record
	typed bool // values have the types of their columns
	old   bool // PocketBase is 0.23
	// lists are the lists that :each joins to the record, and joined their places by name.
	lists  [][]value
	joined map[string]int
	// doubt is a comparison that may break the whole rule, empty for none.
	doubt string
}

// node is a comparison, or a group of alternatives.
type node struct {
	cmp *comparison
	// any are the alternatives, each a list of conditions of which all must hold.
	any [][]node
}

// parse returns the rule's tree, or an error if PocketBase can't evaluate it.
func (s *scope) parse(rule string) (node, error) {
	groups, err := fexpr.Parse(rule)
	if err != nil {
		return node{}, err
	}
	left := maxComparisons
	return s.group(groups, &left)
}

// group returns the node of the conditions. They become one line of SQL, where AND binds tighter than OR.
func (s *scope) group(groups []fexpr.ExprGroup, left *int) (node, error) {
	if len(groups) == 0 {
		return node{}, fexpr.ErrEmpty
	}
	var n node
	for i, g := range groups {
		item, err := s.item(g.Item, left)
		if err != nil {
			return node{}, err
		}
		if i == 0 || g.Join == fexpr.JoinOr {
			n.any = append(n.any, nil)
		}
		last := len(n.any) - 1
		n.any[last] = append(n.any[last], item)
	}
	return n, nil
}

func (s *scope) item(item any, left *int) (node, error) {
	switch item := item.(type) {
	case fexpr.Expr:
		if *left--; *left < 0 {
			return node{}, errTooLong
		}
		cmp, err := s.comparison(item)
		return node{cmp: cmp}, err
	case fexpr.ExprGroup:
		return s.group([]fexpr.ExprGroup{item}, left)
	case []fexpr.ExprGroup:
		return s.group(item, left)
	}
	return node{}, errors.New("unsupported item")
}

// decide returns the answer over all rows of the record and its joined lists: one row must fulfil the whole rule.
func (s *scope) decide(tree node) Answer {
	if s.doubt != "" {
		return Answer{Unknown: s.doubt}
	}
	total := 1
	for _, list := range s.lists {
		if total *= len(list); total > maxRows {
			return Answer{Unknown: s.rule}
		}
	}
	answer := Answer{Truth: No}
	for i := range total {
		row := s.row(i)
		switch tree.eval(row).truth() {
		case Yes:
			return Answer{Truth: Yes}
		case Unknown:
			if answer.Truth == No {
				answer = Answer{Truth: Unknown, Unknown: tree.blame(row).String()}
			}
		case No:
		}
	}
	return answer
}

// row returns the element of each joined list in the row with the number i.
func (s *scope) row(i int) []value {
	row := make([]value, len(s.lists))
	for at, list := range s.lists {
		row[at] = list[i%len(list)]
		i /= len(list)
	}
	return row
}

// eval returns the possible results of the condition in the row.
func (n node) eval(row []value) outcomes {
	if n.cmp != nil {
		return n.cmp.eval(row)
	}
	set := isFalse
	for _, all := range n.any {
		set = set.or(evalAll(all, row))
	}
	return set
}

func evalAll(all []node, row []value) outcomes {
	set := isTrue
	for _, item := range all {
		set = set.and(item.eval(row))
	}
	return set
}

// blame returns the first comparison that makes the condition unknown in the row.
func (n node) blame(row []value) *comparison {
	if n.cmp != nil {
		return n.cmp
	}
	unknown := func(all []node) bool { return evalAll(all, row).truth() == Unknown }
	all := n.any[slices.IndexFunc(n.any, unknown)]
	return all[slices.IndexFunc(all, func(item node) bool { return unknown([]node{item}) })].blame(row)
}

// comparison is one comparison of a rule.
type comparison struct {
	left, right *operand
	op          fexpr.SignOp
	old         bool
	text        string
}

// String returns the comparison as the rule has it, with one space around the operator.
func (c *comparison) String() string { return c.text }

func (s *scope) comparison(e fexpr.Expr) (*comparison, error) {
	left, err := s.operand(e.Left)
	if err != nil {
		return nil, err
	}
	right, err := s.operand(e.Right)
	if err != nil {
		return nil, err
	}
	text := s.written(e.Left) + " " + string(e.Op) + " " + s.written(e.Right)
	if strings.HasSuffix(string(e.Op), "~") && right.list > 0 && right.bound {
		s.doubt = text // PocketBase puts wildcards around the JSON of the list
	}
	return &comparison{left: left, right: right, op: e.Op, old: s.old, text: text}, nil
}

// written returns the token as the rule has it.
func (s *scope) written(t fexpr.Token) string {
	switch t.Type {
	case fexpr.TokenText:
		for _, quote := range []string{`"`, `'`} {
			if text := quote + t.Literal + quote; strings.Contains(s.rule, text) {
				return text
			}
		}
		return `"` + t.Literal + `"`
	case fexpr.TokenFunction:
		args, _ := t.Meta.([]fexpr.Token)
		var list []string
		for _, arg := range args {
			list = append(list, s.written(arg))
		}
		return t.Literal + "(" + strings.Join(list, ", ") + ")"
	}
	return t.Literal
}
