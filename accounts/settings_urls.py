"""Settings of a workspace, and the pages that follow its sign-up."""

from django.urls import path

from accounts.views import audit, keys, settings, sign_up, team

urlpatterns = [
    path("welcome/", sign_up.welcome, name="welcome"),
    path("welcome/invite/", sign_up.invite_colleagues, name="welcome_invite"),
    path("settings/", settings.settings_index, name="settings"),
    path("settings/workspace/", settings.workspace, name="workspace_settings"),
    path("settings/policies/", settings.policies, name="policy_settings"),
    path("settings/team/", team.team_page, name="team"),
    path("settings/team/<uuid:pk>/role/", team.member_role, name="member_role"),
    path("settings/team/<uuid:pk>/owner/", team.member_owner, name="member_owner"),
    path("settings/team/<uuid:pk>/remove/", team.member_remove, name="member_remove"),
    path("settings/team/invitations/<uuid:pk>/resend/", team.invitation_resend, name="invitation_resend"),
    path("settings/team/invitations/<uuid:pk>/revoke/", team.invitation_revoke, name="invitation_revoke"),
    path("settings/keys/", keys.key_list, name="key_list"),
    path("settings/keys/new/", keys.key_new, name="key_new"),
    path("settings/keys/new-write-key/", keys.write_key_new, name="write_key_new"),
    path("settings/keys/<uuid:pk>/revoke/", keys.key_revoke, name="key_revoke"),
    path("settings/audit/", audit.audit_log, name="audit_log"),
    path("settings/audit/export.csv", audit.audit_export, name="audit_export"),
]
