package link_test

import "authpocket/internal/link"

const (
	authentikURL  = "https://authentik.company"
	pocketbaseURL = "https://pocketbase.company"
)

// minimal is the shortest spec there is.
func minimal() link.Spec {
	return link.Spec{
		AuthentikURL: authentikURL, PocketBaseURLs: []string{pocketbaseURL}, Email: link.EmailTrustAll,
	}
}

func specWith(edits ...func(*link.Spec)) link.Spec {
	s := minimal()
	for _, edit := range edits {
		edit(&s)
	}
	return s
}

func strict(urls ...string) []link.RedirectURI {
	var list []link.RedirectURI
	for _, u := range urls {
		list = append(list, link.RedirectURI{URL: u, Mode: "strict"})
	}
	return list
}

func idToken(edit func(*link.PocketBase)) func(*link.Spec) {
	return func(s *link.Spec) {
		s.PocketBase.UserInfo = new("id_token")
		edit(&s.PocketBase)
	}
}
