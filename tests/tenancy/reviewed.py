"""Exceptions to the rules of the walls, each looked at by a person and with its reason.

Whoever adds a table that is not a plain tenant table, or an index, policy or function that is not
the usual one, adds it here; else the suite fails.
"""

from __future__ import annotations

# Tables that belong to no tenant.
SHARED_TABLES = {
    "accounts_pumpbeat": "signs of life of the pumps; counts, no tenant's data",
    "accounts_tenant": "the tenants themselves; names and settings, no customer data",
    "accounts_user": "people sign in before a tenant is known; what they see hangs on memberships",
    "account_emailaddress": "addresses of people (sign-in)",
    "account_emailconfirmation": "addresses of people (sign-in)",
    "auth_group": "made by the framework, unused",
    "auth_group_permissions": "made by the framework, unused",
    "auth_permission": "made by the framework, unused",
    "django_content_type": "made by the framework",
    "django_migrations": "made by the framework",
    "django_session": "sessions of people",
    "mfa_authenticator": "second factors of people",
    "socialaccount_socialaccount": "outside log-ins of people",
    "socialaccount_socialapp": "made by the sign-in library; settings hold the one application",
    "socialaccount_socialtoken": "made by the sign-in library, unused",
    "usersessions_usersession": "sessions of people",
}

# Tenant tables on which the serving role may add and read, never change.
APPEND_ONLY = {
    "accounts_auditentry": "the audit log",
    "accounts_domainevent": "what happened stays",
    "health_measure_value": "observations; a correction is a later row",
    "health_scorecardversion": "every past score points to its version",
}

# Indexes on tenant tables that do not begin with tenant_id.
INDEXES = {
    "enrolment_due": "the pump looks for tenants with due steps of cadences",
    "job_due": "the pump looks for due jobs of all tenants",
    "message_due": "the pump looks for due mails of all tenants",
    "membership_of_user": "a person's own memberships in every tenant (policy own_memberships)",
}

# Policies beside the tenant's own: (table, policy) -> reason.
POLICIES = {
    ("accounts_membership", "own_memberships"): "SELECT of one's own memberships inside user_scope",
    ("accounts_domainevent", "dispatch"): "the pump: whether an event happened that a cadence waits for",
    ("accounts_job", "dispatch"): "the pump, with grants on the columns of scheduling only",
    ("engagement_cadence", "dispatch"): "the pump: tenants whose cadences look at events",
    ("engagement_enrolment", "dispatch"): "the pump: tenants that have something due",
    ("engagement_message", "dispatch"): "the pump, with grants on the columns of scheduling only",
    ("health_usage_stale", "dispatch"): "the sweep of running sums, with a grant on the tenant's id only",
    ("integrations_inbox", "dispatch"): "the sweep of the inbox, with a grant on the tenant's id only",
    ("accounts_customer", "search"): "the search functions' role, with grants on the searched columns only",
}

# SECURITY DEFINER functions.
DEFINER_FUNCTIONS = {
    "refresh_statistics": "ANALYZE belongs to the owner; takes no argument and tells a count",
    "search_customers": "substring search; has the tenant's predicate inside",
    "health_make_event_partitions": "adds empty partitions to the events table; reads and writes no row",
}
# They run as the search role, but for these.
DEFINER_OWNERS = {"refresh_statistics": "perennial_owner", "health_make_event_partitions": "perennial_owner"}

# What the role that scans the queues may touch.
DISPATCH_TABLES = {
    "accounts_domainevent": "tenant, kind and moment, never the payload",
    "accounts_job": "scheduling columns of jobs",
    "health_usage_stale": "tenant ids",
    "integrations_inbox": "tenant ids",
    "accounts_pumpbeat": "the pump's own signs of life",
    "accounts_tenant": "id, slug and time zone",
    "engagement_cadence": "whether a cadence looks at events, at which, and when it last did",
    "engagement_enrolment": "tenant, state and moment",
    "engagement_message": "scheduling columns of mails",
    "django_migrations": "readiness",
}

# Tables of no tenant that a tenant table's key may point to.
SHARED_TARGETS = {"accounts_tenant", "accounts_user"}
