"""Two walls between tenants: django-scopes in the ORM, row-level security in Postgres (docs/ARCHITECTURE.md)."""
