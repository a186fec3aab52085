import assert from "node:assert/strict";
import fc from "fast-check";
import { ZoneClock } from "./zone_clock.ts";

const ZONES = [
  "America/New_York",
  "Europe/London",
  "Africa/Casablanca",
  "+05:30",
  "Asia/Kathmandu",
];
const micros = fc.bigInt({ min: -(2n ** 51n), max: 2n ** 52n });

Deno.test("ZoneClock shows what Temporal shows, in any order of questions", () => {
  fc.assert(
    fc.property(fc.constantFrom(...ZONES), fc.array(micros, { minLength: 1 }), (zone, instants) => {
      const clock = new ZoneClock(zone);
      for (const instant of instants) {
        const moment = Temporal.Instant.fromEpochNanoseconds(instant * 1000n)
          .toZonedDateTimeISO(zone);
        assert.equal(clock.offsetAt(instant), BigInt(moment.offsetNanoseconds) / 1000n);
        const shown = moment.toPlainDateTime().toZonedDateTime(zone);
        assert.equal(clock.instantAt(clock.wallAt(instant)) * 1000n, shown.epochNanoseconds);
      }
    }),
  );
});

Deno.test("ZoneClock without a zone shows instants as they are", () => {
  const clock = new ZoneClock(null);
  assert.deepEqual([clock.offsetAt(5n), clock.wallAt(5n), clock.instantAt(5n)], [0n, 5n, 5n]);
});

Deno.test("ZoneClock takes a time that a day skips for the one after, and the first of two", () => {
  const clock = new ZoneClock("America/New_York");
  const at = (text: string) => BigInt(Date.parse(text)) * 1000n;
  assert.equal(clock.instantAt(at("2024-03-10T02:30:00Z")), at("2024-03-10T07:30:00Z"));
  assert.equal(clock.instantAt(at("2024-11-03T01:30:00Z")), at("2024-11-03T05:30:00Z"));
});
