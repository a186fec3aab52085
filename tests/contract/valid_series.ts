/** Valid series of every kind, for fast-check. */
import fc from "fast-check";

const price = fc.oneof(
  fc.double({ min: 1e-9, max: 1e18, noNaN: true }),
  fc.double({ min: 1, max: 1000, noNaN: true }),
  fc.constantFrom(5e-324, 1e-300, 1e18),
);
const size = fc.oneof(
  fc.double({ min: 0, max: 1e18, noNaN: true }),
  fc.constantFrom(0, 1e18, null),
);

const candle = fc.record({ a: price, b: price, c: price, d: price, volume: size, amount: size })
  .map(
    ({ a, b, c, d, volume, amount }) => {
      const [low, open, close, high] = [a, b, c, d].sort((x, y) => x - y);
      return { open, high, low, close, volume, amount };
    },
  );

/** Offsets that go back and forth while the instants go on. */
const zone = fc.constantFrom(...["Z", "+00:00", "-11:00", "+05:45", "+14:00"]);

const seriesParts = fc.record({
  candles: fc.array(candle, { minLength: 1, maxLength: 12 }),
  horizon: fc.integer({ min: 1, max: 8 }),
  zoned: fc.boolean(),
  gaps: fc.infiniteStream(fc.tuple(fc.integer({ min: 1, max: 10_000_000_000_000 }), zone)),
  overrides: fc.record({
    temperature: fc.constantFrom(null, 0.001, 1, 10),
    top_k: fc.constantFrom(null, 0, 1, 2 ** 40),
    top_p: fc.constantFrom(null, 1e-6, 1),
    sample_count: fc.constantFrom(2, 3, 64),
  }),
  seed: fc.maxSafeNat(),
  quantiles: fc.uniqueArray(fc.double({ min: 1e-9, max: 0.999999, noNaN: true }), {
    minLength: 1,
    maxLength: 19,
  }),
  include_samples: fc.boolean(),
});

/** The fields of a valid series, as a request sends them. */
export type ValidSeriesBody = Readonly<Record<string, unknown>> & {
  /** Raw candles. */
  readonly candles: readonly object[];
  /** As many as candles. */
  readonly timestamps: readonly string[];
  /** The steps to forecast. */
  readonly prediction_timestamps: readonly string[];
  /** Levels in (0, 1). */
  readonly quantiles: readonly number[];
  /** How to sample. */
  readonly overrides: Readonly<Record<string, number | null>>;
};

/** What generates values of one kind. */
export type Arbitrary = fc.Arbitrary<ValidSeriesBody>;

/** A valid series; microseconds to years between its stamps. */
export const validSeries: Arbitrary = seriesParts.map(
  ({ candles, horizon, zoned, gaps, ...rest }) => {
    let micros = BigInt(Date.UTC(1990, 0, 1)) * 1000n;
    const stamps = Array.from({ length: candles.length + horizon }, () => {
      const [gap, offset] = gaps.next().value;
      micros += BigInt(gap);
      return stampOf(micros, zoned ? offset : null);
    });
    return {
      candles,
      timestamps: stamps.slice(0, candles.length),
      prediction_timestamps: stamps.slice(candles.length),
      ...rest,
    };
  },
);

/** The instant as text, in the zone or, for null, without one. */
function stampOf(micros: bigint, offset: string | null): string {
  const [sign, hours, minutes] = offset === null || offset === "Z"
    ? [1, 0, 0]
    : [offset[0] === "-" ? -1 : 1, Number(offset.slice(1, 3)), Number(offset.slice(4))];
  const local = Number(micros / 1000n) + sign * (hours * 60 + minutes) * 60_000;
  const text = new Date(local).toISOString().slice(0, -1);
  return `${text}${String(micros % 1000n).padStart(3, "0")}${offset ?? ""}`;
}
