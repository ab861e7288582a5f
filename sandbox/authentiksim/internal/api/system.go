package api

import (
	"fmt"
	"net/http"

	"authpocket/sandbox/authentiksim/internal/install"
	"authpocket/sandbox/authentiksim/internal/serve"
)

// version answers GET admin/version/, for any token.
func version(c *serve.Call) (serve.Answer, error) {
	return serve.OK(obj{
		"version_current": c.Config.Version, "version_latest": c.Config.Version, "version_latest_valid": true,
		"build_hash": "", "outdated": false, "outpost_outdated": false,
	})
}

// rootConfig answers GET root/config/ without a token. It does not contain the version.
func rootConfig(*serve.Call) (serve.Answer, error) {
	return serve.OK(obj{
		"error_reporting": obj{"enabled": false, "sentry_dsn": "", "environment": "customer", "send_pii": false,
			"traces_sample_rate": 0.1},
		"capabilities":  []string{"can_impersonate", "is_enterprise"},
		"cache_timeout": 300, "cache_timeout_flows": 300, "cache_timeout_policies": 300,
	})
}

// schema answers GET schema/ without a token: the head of an OpenAPI document, which contains the version.
func schema(c *serve.Call) (serve.Answer, error) {
	body := fmt.Sprintf("openapi: 3.0.3\ninfo:\n  title: authentik\n  version: %s\n"+
		"  description: This authentik is simulated; it does not describe its paths.\npaths: {}\n", c.Config.Version)
	const contentType = "application/vnd.oai.openapi; charset=utf-8"
	return serve.Answer{Status: http.StatusOK, ContentType: contentType, Body: []byte(body)}, nil
}

// currentBrand answers GET core/brands/current/ without a token.
func currentBrand(c *serve.Call) (serve.Answer, error) {
	flags := obj{"flows_continuous_login": false, "flows_refresh_others": false}
	if c.Features.Hide {
		flags["core_default_app_access"] = c.State.Settings.OpenWithoutBindings()
		flags["enterprise_audit_include_expanded_diff"] = false
	}
	return serve.OK(obj{
		"matched_domain": "authentik-default", "branding_title": "authentik",
		"branding_logo": "/static/dist/assets/icons/icon_left_brand.svg", "branding_logo_themed_urls": nil,
		"branding_favicon": "/static/dist/assets/icons/icon.png", "branding_favicon_themed_urls": nil,
		"branding_custom_css": "", "ui_footer_links": []obj{}, "ui_theme": "automatic",
		"flow_authentication": install.AuthenticationFlow, "flow_invalidation": install.InvalidationFlow,
		"flow_user_settings": "default-user-settings-flow", "default_locale": "", "flags": flags,
	})
}
