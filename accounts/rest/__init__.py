"""What every API resource shares: keys, scopes, problem documents, pages, bulk upserts, idempotency, limits."""
