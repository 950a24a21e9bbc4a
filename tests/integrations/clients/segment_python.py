"""Segment's Python client, unchanged. Arguments: host, write key, gzip. Prints the number of errors."""

import datetime
import sys

import segment.analytics as analytics

host, key, gzip = sys.argv[1:4]
analytics.write_key, analytics.host, analytics.gzip, analytics.max_retries = key, host, gzip == "gzip", 2
errors = []
analytics.on_error = lambda error, items: errors.append(error)
start = datetime.datetime(2026, 11, 10, 12, tzinfo=datetime.UTC)
for _again in range(3):
    for i in range(150):
        when = start + datetime.timedelta(hours=i)
        customer = f"acme-{i % 3}"
        analytics.group(f"u{i % 7}", customer, {"name": f"Acme {i % 3}"}, message_id=f"group-{i}", timestamp=when)
        analytics.track(
            f"u{i % 7}",
            "Report Exported",
            {"rows": i},
            context={"groupId": customer},
            message_id=f"track-{i}",
            timestamp=when,
        )
analytics.identify("u1", {"email": "ola@acme.example", "name": "Ola"})
analytics.page("u1", "Docs", "Pricing", {"url": "https://acme.example"})
analytics.flush()
sys.stdout.write(str(len(errors)))
