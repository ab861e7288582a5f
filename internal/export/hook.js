onRecordAuthWithOAuth2Request((e) => {
  const link = LINK;

  // warn writes the one line that says why something stays as it was.
  const warn = (field, why) => e.app.logger().warn("authpocket: an account's groups are not written", "field", field,
    "record", e.record ? e.record.id : "", "reason", String((why && why.message) || why).slice(0, 300));

  // owned reports whether a key of a request sets a field of the link, as itself or with a modifier such as "+".
  const owned = (key) => link.fields.some((f) => key.replace(/^[+-]+|[+-]+$/g, "").split(":")[0] === f.field);
  const mark = (field) => "authpocket.groups." + field;

  // groupsOf returns the groups in the claim.
  const groupsOf = () => {
    const raw = JSON.parse(JSON.stringify((e.oAuth2User && e.oAuth2User.rawUser) || {}));
    const groups = Object.keys(raw).includes(link.claim) ? raw[link.claim] : null;
    if (!Array.isArray(groups) || groups.some((name) => typeof name !== "string")) {
      throw new Error("authentik sent no list of groups as " + link.claim);
    }
    return groups;
  };

  // related returns the IDs of the related records with these names.
  const related = (f, field, names) => {
    const collection = e.app.findCachedCollectionByNameOrId(field.collectionId);
    if (!collection.fields.getByName(f.by)) {
      throw new Error("the related collection has no field " + f.by);
    }
    const found = {};
    for (let i = 0; i < names.length; i += 200) {
      const some = names.slice(i, i + 200);
      for (const record of e.app.findAllRecords(collection, $dbx.in(f.by, ...some))) {
        const key = "=" + record.getString(f.by);
        found[key] = (found[key] || []).concat(record.id);
      }
    }
    return names.map((name) => {
      const ids = found["=" + name] || [];
      if (ids.length !== 1) {
        throw new Error(ids.length + " related records are called " + JSON.stringify(name));
      }
      return ids[0];
    }).sort();
  };

  // valueOf returns what the groups come to in a field, or throws why the field cannot hold it.
  const valueOf = (f, groups) => {
    const field = e.collection.fields.getByName(f.field);
    if (!field) {
      throw new Error("the collection has no such field");
    }
    const type = field.type();
    if ((type === "bool") !== (f.when !== null)) {
      throw new Error("the field is of the type " + type + " by now");
    }
    const mapped = f.values === null ? groups :
      f.values.filter((pair) => groups.includes(pair[0])).map((pair) => pair[1]);
    const values = Array.from(new Set(mapped)).sort();
    let value;
    switch (type) {
    case "bool":
      value = groups.includes(f.when);
      break;
    case "json":
      value = values;
      break;
    case "text":
      if (values.length > 1 && values.some((one) => one.includes(","))) {
        throw new Error("a name with a comma cannot stand beside another one");
      }
      value = values.join(", ");
      break;
    case "select":
    case "relation": {
      const most = Math.max(field.maxSelect, 1);
      if (values.length > most) {
        throw new Error(values.length + " values are too many for it");
      }
      const all = type === "relation" ? related(f, field, values) : values;
      value = most > 1 ? all : all[0] || "";
      break;
    }
    default:
      throw new Error("a field of the type " + type + " cannot hold groups");
    }
    const trial = new Record(e.collection);
    trial.set(f.field, value);
    field.validateValue(new Context(), e.app, trial);
    return { field: f.field, type: type, value: value };
  };

  // comparable returns a text by which two records with the same value are the same.
  const comparable = (record, one) => {
    switch (one.type) {
    case "bool":
      return String(record.getBool(one.field));
    case "select":
    case "relation":
      return JSON.stringify(Array.from(record.getStringSlice(one.field)).sort());
    }
    return record.getString(one.field);
  };

  const decided = [];
  if (e.providerName === link.slot) {
    let groups = null;
    try {
      groups = groupsOf();
    } catch (why) {
      warn(link.fields.map((f) => f.field).join(", "), why);
    }
    for (const f of groups === null ? [] : link.fields) {
      try {
        decided.push(valueOf(f, groups));
      } catch (why) {
        warn(f.field, why);
      }
    }
  }

  if (!e.record) {
    const data = {};
    for (const key of Object.keys(e.createData || {})) {
      if (key !== "__proto__" && (!owned(key) || e.get(mark(key)))) {
        data[key] = e.createData[key];
      }
    }
    for (const one of decided) {
      data[one.field] = one.value;
      e.set(mark(one.field), true);
    }
    e.createData = data;
    return e.next();
  }

  try {
    const copy = e.app.findRecordById(e.collection, e.record.id);
    const before = decided.map((one) => comparable(copy, one));
    decided.forEach((one) => copy.set(one.field, one.value));
    const changed = decided.filter((one, i) => comparable(copy, one) !== before[i]);
    if (changed.length > 0) {
      e.app.save(copy);
      e.record = copy; // for PocketBase's answer, and what it may write itself
    }
  } catch (why) {
    warn(decided.map((one) => one.field).join(", "), why);
  }
  return e.next();
}, COLLECTION);

// Only superusers, and sign-ins above, set the fields.
onRecordCreateRequest((e) => {
  const fields = FIELDS;
  const empty = new Record(e.collection);
  if (!e.hasSuperuserAuth() && e.requestInfo().context !== "oauth2") {
    for (const field of fields) {
      if (JSON.stringify(e.record.get(field)) !== JSON.stringify(empty.get(field))) {
        throw new ForbiddenError("The field " + field + " follows the groups in authentik.");
      }
    }
  }
  return e.next();
}, COLLECTION);

onRecordUpdateRequest((e) => {
  const fields = FIELDS;
  if (!e.hasSuperuserAuth()) {
    for (const field of fields) {
      if (JSON.stringify(e.record.get(field)) !== JSON.stringify(e.record.original().get(field))) {
        throw new ForbiddenError("The field " + field + " follows the groups in authentik.");
      }
    }
  }
  return e.next();
}, COLLECTION);
