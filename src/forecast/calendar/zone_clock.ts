import { type Timestamp, wallMicros } from "../timestamps.ts";
import { DAY_MICROS } from "./day_numbers.ts";

/** Before and after all that stamps can say. */
const ALWAYS = { since: -(2n ** 80n), until: 2n ** 80n };

function momentOf(micros: bigint, zone: string): Temporal.ZonedDateTime {
  return Temporal.Instant.fromEpochNanoseconds(micros * 1000n).toZonedDateTimeISO(zone);
}

function microsOf(moment: Temporal.ZonedDateTime): bigint {
  return moment.epochNanoseconds / 1000n;
}

/**
 * The wall clock of a zone. It asks for the zone's rules only where the offset may have changed: one
 * request may step through a hundred thousand candles.
 */
export class ZoneClock {
  readonly #zone: string | null;
  #offset = 0n;
  /** Where the offset is known to hold; nowhere at first. */
  #since = 0n;
  #until = 0n;

  /** Of a zone by its IANA name or an offset; null: one that shows instants as they are. */
  constructor(zone: string | null) {
    this.#zone = zone;
    if (zone === null) ({ since: this.#since, until: this.#until } = ALWAYS);
  }

  /** Microseconds that the zone is ahead of UTC at an instant. */
  offsetAt(instant: bigint): bigint {
    if (this.#zone !== null && (instant < this.#since || instant >= this.#until)) {
      const moment = momentOf(instant, this.#zone);
      const before = moment.add({ nanoseconds: 1 }).getTimeZoneTransition("previous");
      const after = moment.getTimeZoneTransition("next");
      this.#offset = BigInt(moment.offsetNanoseconds) / 1000n;
      this.#since = before === null ? ALWAYS.since : microsOf(before);
      this.#until = after === null ? ALWAYS.until : microsOf(after);
    }
    return this.#offset;
  }

  /** The instant of a stamp; one without a zone is in this one. Without either, it is the wall clock. */
  instantOf(stamp: Timestamp): bigint {
    return this.#zone !== null && stamp.zoned ? stamp.micros : this.instantAt(wallMicros(stamp));
  }

  /** What the clock shows at an instant, as if it were UTC. */
  wallAt(instant: bigint): bigint {
    return instant + this.offsetAt(instant);
  }

  /** When it shows that: the first time of two, and later by as much as it skips where it skips it. */
  instantAt(wall: bigint): bigint {
    const instant = wall - this.offsetAt(wall);
    const nearChange = instant - DAY_MICROS < this.#since || instant + DAY_MICROS >= this.#until;
    if (this.#zone === null || !nearChange) return instant;
    return microsOf(momentOf(wall, "UTC").toPlainDateTime().toZonedDateTime(this.#zone));
  }
}
