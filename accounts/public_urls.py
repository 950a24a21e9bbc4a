"""Pages outside a workspace: sign-up, one's own account, invitations."""

from django.urls import path

from accounts.views import home, invitations, profile, sign_up

urlpatterns = [
    path("", home.home, name="home"),
    path("sign-up/", sign_up.start, name="sign_up"),
    path("sign-up/company/", sign_up.company, name="sign_up_company"),
    path("account/profile/", profile.profile, name="profile"),
    path("account/workspaces/", home.switcher, name="switcher"),
    path("language/", profile.language, name="set_language"),
    path("<slug:slug>/join/<str:token>/", invitations.join, name="join"),
]
