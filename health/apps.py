from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class HealthConfig(AppConfig):
    name = "health"
    verbose_name = _("Health")

    def ready(self) -> None:
        import health.jobs  # noqa: F401  jobs, reactions and measures register themselves
        import health.sources.builtin  # noqa: F401
        import health.subscriptions  # noqa: F401
