package rule

import (
	"strings"

	"github.com/ganigeorgiev/fexpr"
)

// eval returns the possible results of the comparison in the row.
func (c *comparison) eval(row []value) outcomes {
	left, right := c.left.at(row), c.right.at(row)
	op, either := strings.CutPrefix(string(c.op), "?")
	set := compare(left, fexpr.SignOp(op), right)
	if either || left.all == nil && right.all == nil {
		return set
	}
	return set.and(c.every(left, fexpr.SignOp(op), right))
}

// every returns the possible results of the comparison with all elements of the lists.
func (c *comparison) every(left *operand, op fexpr.SignOp, right *operand) outcomes {
	lefts, rights := alone(left), alone(right)
	result := isTrue
	for _, l := range lefts {
		for _, r := range rights {
			set := compare(l, op, r)
			if c.old && op != fexpr.SignEq && (left.all != nil && l.value.kind == null ||
				right.all != nil && r.value.kind == null) {
				set |= isFalse // before 0.24 a missing element fulfilled = only
				set &^= isTrue | isNull
			}
			// An element counts against the list only if the comparison is false, not if it is NULL.
			switch {
			case set == isFalse:
				return isFalse
			case set&isFalse != 0:
				result = isTrue | isFalse
			}
		}
	}
	return result
}

// alone returns an operand for each element of the list, or the operand itself if it has a single value.
func alone(o *operand) []*operand {
	if o.all == nil {
		one := *o
		one.exact = false // PocketBase forgets it in this place
		return []*operand{&one}
	}
	var list []*operand
	for _, v := range o.all {
		list = append(list, &operand{value: v})
	}
	return list
}

// compare returns the possible results of a comparison of two values.
func compare(l *operand, op fexpr.SignOp, r *operand) outcomes {
	switch op {
	case fexpr.SignEq:
		return equal(l, r)
	case fexpr.SignNeq:
		return different(l, r)
	case fexpr.SignLike:
		return contains(l, r)
	case fexpr.SignNlike:
		return contains(l, r).not()
	}
	order, set := ordered(l, r)
	if set != 0 {
		return set
	}
	switch op {
	case fexpr.SignLt:
		return outcome(order < 0)
	case fexpr.SignLte:
		return outcome(order <= 0)
	case fexpr.SignGt:
		return outcome(order > 0)
	case fexpr.SignGte:
		return outcome(order >= 0)
	}
	return anyOutcome
}

// ordered compares the values, or returns the possible results if they have no order.
func ordered(l, r *operand) (int, outcomes) {
	if l.value.kind == null || r.value.kind == null {
		return 0, isNull
	}
	order, ok := order(l.value, r.value, l.aff, r.aff)
	if !ok {
		return 0, anyOutcome
	}
	return order, 0
}

// sql returns the possible results of SQL's =.
func sql(l, r *operand) outcomes {
	order, set := ordered(l, r)
	if set != 0 {
		return set
	}
	return outcome(order == 0)
}

// is returns the possible results of SQL's IS, which tests truth before the words TRUE and FALSE.
func is(l, r *operand) outcomes {
	if r.word == "TRUE" || r.word == "FALSE" {
		set := l.value.truth()
		if r.word == "FALSE" {
			set = set.not()
		}
		return nullIsFalse(set)
	}
	if l.value.kind == null && r.value.kind == null {
		return isTrue
	}
	return nullIsFalse(sql(l, r))
}

func nullIsFalse(set outcomes) outcomes {
	if set&isNull != 0 {
		set = set&^isNull | isFalse
	}
	return set
}

// equal returns the possible results of PocketBase's =, which finds NULL equal to an empty text except in JSON.
func equal(l, r *operand) outcomes {
	switch {
	case l.exact || r.exact:
		return is(l, r)
	case l.empty() && r.empty():
		return isTrue
	case l.filled() || r.filled():
		return sql(l.orEmpty(), r.orEmpty())
	case l.empty():
		return sql(emptyText(), r).or(is(r, nullOperand()))
	case r.empty():
		return sql(l, emptyText()).or(is(l, nullOperand()))
	}
	return sql(l.coalesced(), r.coalesced())
}

// different returns the possible results of PocketBase's !=.
func different(l, r *operand) outcomes {
	switch {
	case l.exact || r.exact:
		return is(l, r).not()
	case l.empty() && r.empty():
		return isFalse
	case l.filled() || r.filled():
		return is(l.orEmpty(), r.orEmpty()).not()
	case l.empty():
		return is(emptyText(), r).not().and(is(r, nullOperand()).not())
	case r.empty():
		return is(l, emptyText()).not().and(is(l, nullOperand()).not())
	}
	return is(l.coalesced(), r.coalesced()).not()
}

func emptyText() *operand { return &operand{value: textual("")} }

// orEmpty returns an empty text for an operand that is plainly empty.
func (o *operand) orEmpty() *operand {
	if o.empty() {
		return emptyText()
	}
	return o
}

// coalesced returns the operand with NULL as an empty text, which has no column's type any more.
func (o *operand) coalesced() *operand {
	if o.value.kind == null {
		return emptyText()
	}
	return &operand{value: o.value}
}

// contains returns the possible results of LIKE.
func contains(l, r *operand) outcomes {
	pattern := r.value.asText()
	switch {
	case !r.bound:
		pattern.text = "%" + pattern.text + "%"
	case !r.paramOK:
		return anyOutcome
	default:
		pattern = textual(containing(r.param))
		if r.lowered {
			pattern = pattern.lower()
		}
	}
	text := l.value.asText()
	switch {
	case text.kind == null || pattern.kind == null:
		return isNull
	case text.kind == unknown || pattern.kind == unknown:
		return anyOutcome
	}
	return outcome(like(text.text, pattern.text))
}
