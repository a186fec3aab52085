import assert from "node:assert/strict";
import fc from "fast-check";
import { FairShare, type Share } from "./fair_share.ts";

/** The one whose turn it is. */
function first(shares: readonly Share[]): Share {
  return shares.toSorted((a, b) => a.compare(b))[0];
}

/** Time that each has, when `turns` turns of `ms` go to whoever is first. */
function timeOf(shares: readonly Share[], turns: number, ms: number): number[] {
  const time = new Map<Share, number>(shares.map((share) => [share, 0]));
  for (let turn = 0; turn < turns; turn++) {
    const next = first(shares);
    next.charge(ms);
    time.set(next, time.get(next)! + ms);
  }
  return [...time.values()];
}

Deno.test("compare() gives clients that wait equal time, however many requests they have", () => {
  const cases = fc.record({
    requests: fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 2, maxLength: 5 }),
    calls: fc.array(fc.integer({ min: 1, max: 50 }), { minLength: 1, maxLength: 200 }),
  });
  fc.assert(fc.property(cases, ({ requests, calls }) => {
    const fair = new FairShare();
    const clients = requests.map((count, i) =>
      Array.from(
        { length: count },
        () => fair.open({ client: `client ${i}`, deadlineAt: Infinity }),
      )
    );
    for (const ms of calls) first(clients.flat()).charge(ms);
    const time = clients.map(([share]) => share.clientMs);
    assert.ok(Math.max(...time) - Math.min(...time) <= Math.max(...calls), time.join(" "));
  }));
});

Deno.test("open() lets who was away start where the least served is", () => {
  const fair = new FairShare();
  const busy = fair.open({ client: "busy", deadlineAt: Infinity });
  busy.charge(1000);
  const late = fair.open({ client: "late", deadlineAt: Infinity });
  assert.deepEqual(timeOf([busy, late], 10, 10), [50, 50]);
});

Deno.test("open() remembers what a client had that comes again at once", () => {
  const fair = new FairShare();
  const other = fair.open({ client: "other", deadlineAt: Infinity });
  const greedy = fair.open({ client: "greedy", deadlineAt: Infinity });
  greedy.charge(100);
  greedy.close();
  const again = fair.open({ client: "greedy", deadlineAt: Infinity });
  assert.deepEqual(timeOf([other, again], 30, 10), [200, 100]);
});

Deno.test("open() forgets clients that owe nobody anything", () => {
  const fair = new FairShare();
  for (let i = 0; i < 100; i++) {
    const share = fair.open({ client: `passing ${i}`, deadlineAt: Infinity });
    share.charge(10);
    share.close();
  }
  assert.equal(fair.size, 1);
});

Deno.test("charge() counts less of what is due soon, so that it has more of its client's time", () => {
  const fair = new FairShare(() => 0);
  const soon = fair.open({ client: "one", deadlineAt: 15_000 });
  const later = fair.open({ client: "one", deadlineAt: 240_000 });
  assert.deepEqual(timeOf([soon, later], 100, 1), [80, 20]);
});

Deno.test("charge() leaves the requests of a client a twelfth at least beside its most urgent", () => {
  const fair = new FairShare(() => 0);
  const late = fair.open({ client: "one", deadlineAt: 0 });
  const patient = fair.open({ client: "one", deadlineAt: Infinity });
  assert.deepEqual(timeOf([late, patient], 130, 1), [120, 10]);
});

Deno.test("compare() weighs deadlines within a client only", () => {
  const fair = new FairShare(() => 0);
  const soon = fair.open({ client: "hasty", deadlineAt: 1 });
  const patient = fair.open({ client: "patient", deadlineAt: Infinity });
  assert.deepEqual(timeOf([soon, patient], 100, 1), [50, 50]);
});
