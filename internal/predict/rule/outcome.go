package rule

// outcomes is the set of results that an SQL condition may have.
type outcomes uint8

const (
	isTrue outcomes = 1 << iota
	isFalse
	isNull
	anyOutcome = isTrue | isFalse | isNull
)

// single lists the results one by one.
func single() [3]outcomes { return [3]outcomes{isTrue, isFalse, isNull} }

// outcome returns the set of the one result.
func outcome(ok bool) outcomes {
	if ok {
		return isTrue
	}
	return isFalse
}

// and returns the possible results of "a AND b".
func (a outcomes) and(b outcomes) (set outcomes) {
	return a.pairs(b, func(x, y outcomes) outcomes {
		switch {
		case x == isFalse || y == isFalse:
			return isFalse
		case x == isNull || y == isNull:
			return isNull
		}
		return isTrue
	})
}

// or returns the possible results of "a OR b".
func (a outcomes) or(b outcomes) (set outcomes) { return a.not().and(b.not()).not() }

// not returns the possible results of "NOT a".
func (a outcomes) not() outcomes {
	set := a & isNull
	if a&isTrue != 0 {
		set |= isFalse
	}
	if a&isFalse != 0 {
		set |= isTrue
	}
	return set
}

func (a outcomes) pairs(b outcomes, result func(x, y outcomes) outcomes) (set outcomes) {
	for _, x := range single() {
		for _, y := range single() {
			if a&x != 0 && b&y != 0 {
				set |= result(x, y)
			}
		}
	}
	return set
}

// truth returns whether a query finds the row.
func (a outcomes) truth() Truth {
	switch {
	case a == isTrue:
		return Yes
	case a&isTrue == 0:
		return No
	}
	return Unknown
}

// value returns the condition as the number that SQLite makes of it.
func (a outcomes) value() value {
	switch a {
	case isTrue:
		return integer(1)
	case isFalse:
		return integer(0)
	case isNull:
		return value{kind: null}
	}
	return value{}
}
