/// <reference path="../pb_data/types.d.ts" />

// PocketBase migration: sign-in with authentik for one auth collection.
//
// Save it in pb_migrations under a name that PocketBase has not run yet; it
// runs when PocketBase starts. Other OAuth2 providers of the collection are
// not touched. The client secret is not in this file: it is read from the
// environment variable POCKETBASE_CLIENT_SECRET when the migration runs.
// Running it down puts back all but the client secret, which PocketBase does
// not show to anybody.

const link = {
  "collection": "users",
  "provider": {
    "name": "oidc",
    "displayName": "authentik",
    "clientId": "aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1vW3xY5zA7b",
    "authURL": "https://authentik.company/application/o/authorize/",
    "tokenURL": "https://authentik.company/application/o/token/",
    "userInfoURL": "https://authentik.company/application/o/userinfo/",
    "pkce": true,
    "extra": null
  },
  "writesSecret": true,
  "enabled": true,
  "mappedFields": {},
  "rules": {},
  "meta": {}
};

const before = {
  "provider": null,
  "enabled": false,
  "mappedFields": {},
  "rules": {},
  "meta": {}
};

// find returns this link's provider, refusing one that is somebody else's.
function find(providers) {
  const found = providers.find((p) => p.name === link.provider.name);
  const known = [link.provider.clientId, before.provider && before.provider.clientId];
  if (found && !known.includes(found.clientId)) {
    throw new Error("The slot " + link.provider.name + " has another provider by now. Make the plan and this migration again.");
  }
  return found;
}

// assign sets everything but the secret, and keeps options that are not ours.
function assign(provider, values) {
  const extra = Object.assign({}, provider.extra);
  delete extra.jwksURL;
  delete extra.issuers;
  Object.assign(extra, values.extra);
  Object.assign(provider, values, { extra: Object.keys(extra).length > 0 ? extra : null });
}

function set(app, collection, state) {
  collection.oauth2.enabled = state.enabled;
  Object.assign(collection.oauth2.mappedFields, state.mappedFields);
  unmarshal(state.rules, collection);
  app.save(collection);
  if (Object.keys(state.meta).length > 0) {
    const settings = app.settings();
    Object.assign(settings.meta, state.meta);
    app.save(settings);
  }
}

migrate((app) => {
  const collection = app.findCollectionByNameOrId(link.collection);
  const secret = $os.getenv("POCKETBASE_CLIENT_SECRET");
  const provider = find(collection.oauth2.providers);
  if (!secret && (!provider || link.writesSecret)) {
    throw new Error("Set POCKETBASE_CLIENT_SECRET to the client secret that authentik has, then run the migration again.");
  }
  if (provider) {
    assign(provider, link.provider);
    if (secret) {
      provider.clientSecret = secret;
    }
  } else {
    collection.oauth2.providers.push(Object.assign({ clientSecret: secret }, link.provider));
  }
  set(app, collection, link);
}, (app) => {
  const collection = app.findCollectionByNameOrId(link.collection);
  const provider = find(collection.oauth2.providers);
  if (provider && before.provider) {
    assign(provider, before.provider);
  } else if (provider) {
    collection.oauth2.providers = collection.oauth2.providers.filter((p) => p.name !== link.provider.name);
  }
  set(app, collection, before);
});
