package people

import (
	"cmp"
	"crypto/sha256"
	"slices"
	"sort"
	"strconv"
	"strings"
)

// Provider is what decides about the subjects of a provider.
type Provider struct {
	Mode string // the subject mode, empty if unknown
	// OwnSubject reports whether a scope mapping may give another subject than the mode.
	OwnSubject bool
}

// Join compares linked accounts with users. First it is told all accounts (Add), then all users in any order (Meet).
// If that leaves accounts without a user (Missing), it is told their addresses (Describe) and all users once more
// (Seek): a list in pages can lack somebody when another user is deleted meanwhile. It is not safe for concurrent use.
type Join struct {
	provider Provider
	access   Access
	rows     map[key]*row
	linked   int
	met      int // accounts whose user was met
	addrs    map[string][]key
}

// key is the start of the hash of a subject: subjects themselves would be most of what a Join keeps.
type key [16]byte

func keyOf(subject string) key {
	sum := sha256.Sum256([]byte(subject))
	return key(sum[:len(key{})])
}

// row is what is known of an account.
type row struct {
	account  string
	standing standing
	met      bool   // its user was met
	user     *known // of somebody who can no longer sign in
}

// known is what a report says of a user.
type known struct {
	username  string
	lastLogin int64
}

// standing is whether a person may sign in. The better one of two users with the same subject counts.
type standing struct {
	reason Reason
	doubt  Doubt
}

func (s standing) rank() int {
	switch {
	case s.doubt != "":
		return 3
	case s.reason == NotAllowed:
		return 2
	case s.reason == Inactive:
		return 1
	}
	return 0 // nobody yet
}

// NewJoin returns a Join for the accounts of one provider.
func NewJoin(p Provider, a Access) *Join {
	return &Join{provider: p, access: a, rows: map[key]*row{}}
}

// Add adds an account that is linked to a subject.
func (j *Join) Add(account, subject string) {
	j.rows[keyOf(subject)] = &row{account: account}
	j.linked++
}

// Linked returns the number of accounts.
func (j *Join) Linked() int { return j.linked }

// Meet takes a user into account.
func (j *Join) Meet(u User) { j.meet(u, u.Subjects[j.provider.Mode]) }

func (j *Join) meet(u User, subject string) {
	if subject == "" {
		return
	}
	k := keyOf(subject)
	r := j.rows[k]
	if r == nil {
		return
	}
	if !r.met {
		j.met++
		r.met, r.standing = true, standing{} // a doubt is of those whose user was not
	}
	var now standing
	switch may := j.access.admits(u); {
	case !u.Active:
		now.reason = Inactive
	case may.no():
		now.reason = NotAllowed
	case may.doubt != "":
		now.doubt = may.doubt
	default:
		delete(j.rows, k) // nothing to say about
		return
	}
	if now.rank() > r.standing.rank() {
		r.standing, r.user = now, &known{username: u.Username, lastLogin: u.LastLogin.Unix()}
	}
}

// Missing returns the IDs of the accounts whose user was not met, sorted.
func (j *Join) Missing() []string {
	return j.accounts(missing)
}

// Found returns the IDs of the accounts whose people can no longer sign in, sorted.
func (j *Join) Found() []string {
	return j.accounts(func(r *row) bool { return r.standing.reason != "" })
}

func (j *Join) accounts(is func(*row) bool) []string {
	var ids []string
	for _, r := range j.rows {
		if is(r) {
			ids = append(ids, r.account)
		}
	}
	slices.Sort(ids)
	return ids
}

// fewAccounts is how many accounts may all be of people who are gone. Of more, the provider is probably another one.
const fewAccounts = 2

// Settle ends the comparison of missing accounts that cannot be decided, all with one doubt. It returns false if they
// can be.
func (j *Join) Settle() bool {
	doubt := Doubt("")
	switch {
	case j.provider.OwnSubject:
		doubt = DoubtMapping
	case j.provider.Mode == "":
		doubt = DoubtMode
	}
	j.doubtMissing(doubt)
	return doubt != ""
}

// doubtMissing gives the accounts whose user was not met a doubt, unless it is empty.
func (j *Join) doubtMissing(d Doubt) {
	for _, r := range j.rows {
		if d != "" && missing(r) {
			r.standing.doubt = d
		}
	}
}

// Describe tells the address of a missing account.
func (j *Join) Describe(a Account) {
	if j.addrs == nil {
		j.addrs = map[string][]key{}
	}
	if a.Email != "" {
		at := strings.ToLower(a.Email)
		j.addrs[at] = append(j.addrs[at], keyOf(a.Subject))
	}
}

// Seek takes a user into account once more, for the accounts that are missing.
func (j *Join) Seek(u User) {
	subject := u.Subjects[j.provider.Mode]
	for mode, other := range u.Subjects {
		if r := j.rows[keyOf(other)]; mode != j.provider.Mode && other != subject && missing(r) {
			r.standing.doubt = DoubtMode
		}
	}
	if r := j.rows[keyOf(subject)]; r != nil && !r.met {
		j.meet(u, subject)
	}
	if !changing(j.provider.Mode) || !u.Active || u.Email == "" {
		return
	}
	for _, k := range j.addrs[strings.ToLower(u.Email)] {
		if r := j.rows[k]; missing(r) {
			r.standing.doubt = DoubtRenamed
		}
	}
}

func missing(r *row) bool { return r != nil && r.standing == (standing{}) }

// changing reports whether a user's subject may change with the user: it is a name or an address.
func changing(mode string) bool {
	return slices.Contains([]string{"user_username", "user_email", "user_upn"}, mode)
}

// End says that all users were told. moving reports whether the list of users changed meanwhile, so that somebody may
// have been left out.
func (j *Join) End(moving bool) {
	switch {
	case moving:
		j.doubtMissing(DoubtMoving)
	case j.met == 0 && j.linked > fewAccounts:
		j.doubtMissing(DoubtAll)
	}
	for _, r := range j.rows {
		if missing(r) {
			r.standing.reason = Gone
		}
	}
}

// Doubt says that of no account it is known whether its person may sign in.
func (j *Join) Doubt(d Doubt) {
	for _, r := range j.rows {
		r.standing = standing{doubt: d}
	}
}

// Report returns the result. describe returns the accounts with these IDs; those that were deleted meanwhile are
// left out.
func (j *Join) Report(accounts []Account) Report {
	rep := Report{Linked: j.linked, Left: []Leaver{}, Unsure: []Unsure{}}
	for _, a := range accounts {
		r := j.rows[keyOf(a.Subject)]
		if r == nil || r.account != a.ID || r.standing.reason == "" {
			continue
		}
		l := Leaver{Account: a.ID, Email: a.Email, Subject: a.Subject, Reason: r.standing.reason, Updated: a.Updated}
		if r.user != nil {
			l.Person, l.LastLogin = r.user.username, unix(r.user.lastLogin)
		}
		rep.Left = append(rep.Left, l)
	}
	sort.Slice(rep.Left, func(i, j int) bool {
		a, b := rep.Left[i], rep.Left[j]
		return cmp.Or(cmp.Compare(a.Email, b.Email), cmp.Compare(a.Account, b.Account)) < 0
	})
	counts := map[Doubt]int{}
	for _, r := range j.rows {
		if r.standing.doubt != "" {
			counts[r.standing.doubt]++
		}
	}
	for d, n := range counts {
		rep.Unsure = append(rep.Unsure, Unsure{Doubt: d, Accounts: n, Why: d.Words()})
	}
	sort.Slice(rep.Unsure, func(i, j int) bool { return rep.Unsure[i].Doubt.order(rep.Unsure[j].Doubt) < 0 })
	return rep
}

func number(n int) string { return strconv.Itoa(n) }
