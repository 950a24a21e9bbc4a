"""RudderStack's Python client, unchanged. Arguments: host, write key, gzip. Prints the number of errors."""

import datetime
import sys

import rudderstack.analytics as analytics

host, key, gzip = sys.argv[1:4]
analytics.write_key, analytics.dataPlaneUrl, analytics.gzip, analytics.max_retries = key, host, gzip == "gzip", 2
errors = []
analytics.on_error = lambda error, items: errors.append(error)
start = datetime.datetime(2026, 11, 10, 12, tzinfo=datetime.UTC)
for _again in range(3):
    for i in range(150):
        analytics.track(
            f"u{i % 7}",
            "Report Exported",
            {"rows": i},
            context={"groupId": f"acme-{i % 3}"},
            message_id=f"track-{i}",
            timestamp=start + datetime.timedelta(hours=i),
        )
analytics.identify("u1", {"email": "ola@acme.example", "name": "Ola"}, context={"groupId": "acme-1"})
analytics.flush()
sys.stdout.write(str(len(errors)))
