package predict_test

import "maps"

// relatedCollection is the id of the users collection of every fresh installation.
const relatedCollection = "_pb_users_auth_"

// kinds returns the types of fields.
func kinds() []string {
	return []string{"text", "email", "url", "number", "bool", "select", "date", "json", "relation", "file", "editor",
		"geoPoint", "autodate", "password"}
}

// aField draws a field with options of its type.
func aField(d dice, name, kind string, required int) field {
	f := field{"name": name, "type": kind}
	if d.chance(required) && kind != "autodate" {
		f["required"] = true
	}
	if d.chance(10) {
		f["hidden"] = true
	}
	maps.Copy(f, one(d, options(kind)...))
	return f
}

// options returns some options of a type. The first are the least.
func options(kind string) []field {
	switch kind {
	case "text":
		return []field{{}, {"min": 5}, {"max": 5}, {"pattern": "^[a-z]+$"}, {"autogeneratePattern": "[a-z]{8}"},
			{"min": 2, "max": 300}, {"max": 6000}, {"pattern": `^\w+$`}}
	case "email", "url":
		return []field{{}, {"onlyDomains": []string{"example.com"}}, {"exceptDomains": []string{"example.com"}},
			{"onlyDomains": []string{"other.example", "sub.example.com"}}}
	case "number":
		return []field{{}, {"min": 1}, {"max": 5}, {"onlyInt": true}, {"min": -2, "max": 2}, {"min": 0}, {"max": 0}}
	case "select":
		return []field{{"values": []string{"red", "blue"}, "maxSelect": 1},
			{"values": []string{"red", "blue", "white"}, "maxSelect": 2}}
	case "date":
		return []field{{}, {"min": "2000-01-01 00:00:00.000Z"}, {"max": "2025-01-01 00:00:00.000Z"}}
	case "json", "editor":
		return []field{{}, {"maxSize": 5}}
	case "relation":
		return []field{{"collectionId": relatedCollection, "maxSelect": 1},
			{"collectionId": relatedCollection, "maxSelect": 3},
			{"collectionId": relatedCollection, "maxSelect": 3, "minSelect": 2}}
	case "file":
		return []field{{"maxSelect": 1}, {"maxSelect": 3}, {"maxSelect": 1, "mimeTypes": []string{"image/jpeg"}}}
	case "autodate":
		return []field{{"onCreate": true}, {"onUpdate": true, "onCreate": true}}
	case "password":
		return []field{{"cost": 4}, {"cost": 4, "min": 8}, {"cost": 4, "pattern": "^[a-z]+$"}}
	}
	return []field{{}}
}

// extraField adds a field that no claim fills.
func extraField(d dice, w *world) { w.add(aField(d, "extra", one(d, kinds()...), 40)) }

// mapping is where a claim may go.
type mapping struct {
	claim, field string
	to           func(*world) *string
}

func mappings() []mapping {
	return []mapping{
		{"name", "name", func(w *world) *string { return &w.Mapped.Name }},
		{"preferred_username", "username", func(w *world) *string { return &w.Mapped.Username }},
		{"picture", "avatar", func(w *world) *string { return &w.Mapped.AvatarURL }},
		{"sub", "subject", func(w *world) *string { return &w.Mapped.ID }},
	}
}

// mappedField maps a claim to a field of any type, and sends a claim that it may take.
func mappedField(d dice, w *world) {
	m, kind := one(d, mappings()...), one(d, kinds()...)
	w.add(aField(d, m.field, kind, 25))
	*m.to(w) = m.field
	if d.chance(85) {
		w.set(m.claim, one(d, fitting(kind)...))
	}
}

// mappedElsewhere maps a claim to a field of the system, to another's field, or to none.
func mappedElsewhere(d dice, w *world) {
	m := one(d, mappings()...)
	*m.to(w) = one(d, "name", "", "email", "verified", "emailVisibility", "tokenKey", "password", "id", "created",
		"avatar", "nowhere")
	if d.chance(40) {
		w.set(m.claim, one(d, append(texts(), fitting("email")...)...))
	}
}

// systemOption changes a field that every auth collection has, or the name.
func systemOption(d dice, w *world) {
	id := field{"name": "id", "type": "text", "system": true, "required": true, "primaryKey": true, "min": 15,
		"max": 15, "pattern": "^[a-z0-9]+$", "autogeneratePattern": "[a-z0-9]{15}"}
	tokenKey := field{"name": "tokenKey", "type": "text", "system": true, "required": true, "hidden": true, "min": 30,
		"max": 60, "autogeneratePattern": "[a-zA-Z0-9]{50}"}
	loose := maps.Clone(id)
	maps.Copy(loose, field{"min": 0, "max": 0, "pattern": `^[^\s]+$`})
	one(d,
		func() { w.option("email", field{"required": false}) },
		func() { w.option("email", field{"onlyDomains": []string{"example.com"}}) },
		func() { w.option("email", field{"onlyDomains": []string{"other.example"}}) },
		func() { w.option("email", field{"exceptDomains": []string{"example.com"}}) },
		func() {
			w.option("email", field{"exceptDomains": []string{"other.example", "example.com"}, "required": false})
		},
		func() { w.option("name", field{"required": true}) },
		func() { w.option("name", field{"max": 5}) },
		func() { w.option("name", field{"min": 20}) },
		func() { w.option("name", field{"pattern": "^[a-z]+$"}) },
		func() { w.option("name", field{"hidden": true, "required": d.chance(50)}) },
		func() { w.option("avatar", field{"required": true}) },
		func() { w.option("password", field{"min": 60}) },
		func() { w.option("password", field{"pattern": "^[0-9]+$"}) },
		func() { w.add(field{"name": "verified", "type": "bool", "system": true, "required": true}) },
		func() { w.add(field{"name": "emailVisibility", "type": "bool", "system": true, "required": true}) },
		func() { delete(tokenKey, "autogeneratePattern"); w.add(tokenKey) },
		func() { w.add(loose); w.Mapped.ID = "id" },
		func() { delete(id, "autogeneratePattern"); w.add(id) },
		func() { w.Mapped.ID = "id" },
	)()
}
