"""What every API resource shares: keys, scopes, problem documents, pages, bulk upserts, idempotency, limits.

A collection is a `Resource` (resource.py) and a line of routes in the app's `api/urls.py`:

    class Features(Resource):
        model = Feature
        name = "feature"
        fields = {
            "key": Text(100, required=True),
            "name": Text(200, required=True),
            "kind": Choice(FeatureKind.values, default="unclassified"),
        }
        key = ("key",)
        filters = {"kind": Choice(FeatureKind.values)}

        def written(self, writes: Sequence[Write]) -> None:
            record_event("features.changed", keys=[write.row.key for write in writes])

    routes = [*collection_routes("features", Features())]

Anything else extends `ApiView` (views.py): `parameters` declares the query and `self.query()` reads it,
`self.body(fields)` reads the body, `raise not_found()` or `raise invalid([FieldError(...)])` refuses, `operations`
describes it. Nested values are `Record`, `ListOf` and `JsonObject` (nested.py); keys to other rows are `Ref` and
`Member` (references.py). `config/api_urls.py` gathers the routes of all apps.
"""
