package authentiksim

import (
	"fmt"
	"net/http"
)

// brand is the one brand of a fresh install.
type brand struct{ pk string }

// version answers GET admin/version/, for any token.
func version(c *call) (answer, error) {
	return ok(obj{
		"version_current": c.cfg.Version, "version_latest": c.cfg.Version, "version_latest_valid": true,
		"build_hash": "", "outdated": false, "outpost_outdated": false,
	})
}

// rootConfig answers GET root/config/, for anybody. It has no version in it.
func rootConfig(*call) (answer, error) {
	return ok(obj{
		"error_reporting": obj{"enabled": false, "sentry_dsn": "", "environment": "customer", "send_pii": false,
			"traces_sample_rate": 0.1},
		"capabilities":  []string{"can_impersonate", "is_enterprise"},
		"cache_timeout": 300, "cache_timeout_flows": 300, "cache_timeout_policies": 300,
	})
}

// schema answers GET schema/, for anybody: the head of an OpenAPI document,
// which is where the version stands. The simulator has no more of it.
func schema(c *call) (answer, error) {
	body := fmt.Sprintf("openapi: 3.0.3\ninfo:\n  title: authentik\n  version: %s\n"+
		"  description: This authentik is simulated; it does not describe its paths.\npaths: {}\n", c.cfg.Version)
	return answer{status: http.StatusOK, kind: "application/vnd.oai.openapi; charset=utf-8", body: []byte(body)}, nil
}

// healthy answers the health checks.
func healthy(*call) (answer, error) {
	return answer{status: http.StatusOK, kind: htmlType}, nil
}

// currentBrand answers GET core/brands/current/, for anybody.
func currentBrand(c *call) (answer, error) {
	flags := obj{"flows_continuous_login": false, "flows_refresh_others": false}
	if c.features.hide {
		flags["core_default_app_access"] = c.st.settings.openWithoutBindings()
		flags["enterprise_audit_include_expanded_diff"] = false
	}
	return ok(obj{
		"matched_domain": "authentik-default", "branding_title": "authentik",
		"branding_logo": "/static/dist/assets/icons/icon_left_brand.svg", "branding_logo_themed_urls": nil,
		"branding_favicon": "/static/dist/assets/icons/icon.png", "branding_favicon_themed_urls": nil,
		"branding_custom_css": "", "ui_footer_links": []obj{}, "ui_theme": "automatic",
		"flow_authentication": authenticationFlow, "flow_invalidation": invalidationFlow,
		"flow_user_settings": "default-user-settings-flow", "default_locale": "", "flags": flags,
	})
}
