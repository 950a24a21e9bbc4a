// Segment's Node client, unchanged. Arguments: host, write key. Prints the number of errors.
const { Analytics } = require("@segment/analytics-node");

const [host, writeKey] = process.argv.slice(2);
const analytics = new Analytics({ writeKey, host, maxRetries: 2, flushInterval: 200 });
let errors = 0;
analytics.on("error", () => errors++);

const start = Date.parse("2026-11-10T12:00:00Z");
for (let again = 0; again < 3; again++) {
  for (let i = 0; i < 150; i++) {
    analytics.track({
      userId: `u${i % 7}`,
      event: "Report Exported",
      properties: { rows: i, note: "żółć 🚀" },
      context: { groupId: `acme-${i % 3}` },
      messageId: `track-${i}`,
      timestamp: new Date(start + i * 3600_000),
    });
  }
}
analytics.identify({ userId: "u1", traits: { email: "ola@acme.example", name: "Ola" } });
analytics.group({ userId: "u1", groupId: "acme-1", traits: { name: "Acme 1" } });
analytics.closeAndFlush({ timeout: 20_000 }).then(() => process.stdout.write(String(errors)));
