import assert from "node:assert/strict";
import fc from "fast-check";
import { Admission, type AdmissionLimits, type Ticket } from "./admission.ts";
import { DrainingError, OverloadedError } from "./errors.ts";
import { ServiceRate } from "./service_rate.ts";

const WIDE: AdmissionLimits = { waiting: 1000, tokens: 1e9, bytes: 1e9 };
const WORK = { tokens: 100, units: 100 };

/** An admission of a service that has been measured to take a millisecond a unit. */
function measured(limits: AdmissionLimits = WIDE): Admission {
  let now = 0;
  const rate = new ServiceRate(() => now);
  rate.begin();
  now = 1000;
  rate.finish(1000, true);
  return new Admission(limits, rate);
}

function refusal(call: () => unknown): OverloadedError {
  try {
    call();
  } catch (error) {
    assert.ok(error instanceof OverloadedError);
    return error;
  }
  assert.fail("it was let in");
}

Deno.test("Admission lets so many requests wait, and the ones on a replica are not among them", () => {
  const admission = new Admission({ ...WIDE, waiting: 2 });
  const first = admission.enter(1, 1e9);
  admission.enter(1, 1e9);
  assert.equal(refusal(() => admission.enter(1, 1e9)).reason, "queue_full");
  first.admit(WORK, 1e6);
  first.start();
  admission.enter(1, 1e9);
  assert.deepEqual(admission.facts(), { waiting: 2, running: 1, tokens: 100, limit: 2 });
});

Deno.test("Admission bounds the bytes of bodies, and gives them back", () => {
  const admission = new Admission({ ...WIDE, bytes: 100 });
  const first = admission.enter(60, 1e9);
  assert.equal(refusal(() => admission.enter(41, 1e9)).reason, "bytes_full");
  admission.enter(40, 1e9);
  first.leave(false);
  admission.enter(60, 1e9);
});

Deno.test("Admission bounds the tokens of admitted requests, and gives them back", () => {
  const admission = new Admission({ ...WIDE, tokens: 250 });
  const tickets = [admission.enter(1, 1e9), admission.enter(1, 1e9), admission.enter(1, 1e9)];
  tickets[0].admit(WORK, 1e6);
  tickets[1].admit(WORK, 1e6);
  assert.equal(refusal(() => tickets[2].admit(WORK, 1e6)).reason, "tokens_full");
  tickets[0].leave(true);
  tickets[2].admit(WORK, 1e6);
  assert.equal(admission.facts().tokens, 200);
});

Deno.test("Admission refuses a deadline that the work before it leaves no time for", () => {
  const admission = measured();
  admission.enter(1, 1e9).admit({ tokens: 1, units: 500 }, 500);
  const second = admission.enter(1, 1e9);
  const { reason, retryAfterMs } = refusal(() => second.admit({ tokens: 1, units: 600 }, 1500));
  assert.equal(reason, "deadline");
  assert.ok(Math.abs(retryAfterMs - 500) < 1e-6, `${retryAfterMs}`);
  second.admit({ tokens: 1, units: 400 }, 1500);
});

Deno.test("Admission refuses at the door what the work inside leaves no time for", () => {
  const admission = measured();
  admission.enter(1, 1e9).admit({ tokens: 1, units: 500 }, 1e9);
  assert.equal(refusal(() => admission.enter(1, 900)).reason, "deadline");
  admission.enter(1, 1100);
});

Deno.test("Admission counts what it has not parsed as a request like the others", () => {
  const admission = measured();
  for (let i = 0; i < 100; i++) {
    const ticket = admission.enter(1, 1e9);
    ticket.admit({ tokens: 1, units: 100 }, 1e9);
    // The clock stands still: done work would count as done in no time.
    ticket.leave(false);
  }
  for (let i = 0; i < 7; i++) admission.enter(1, 1e9);
  assert.equal(refusal(() => admission.enter(1, 700)).reason, "deadline");
});

Deno.test("Admission takes what comes alone, however slow or large requests were before", () => {
  const admission = measured();
  const large = admission.enter(1, 1e9);
  large.admit({ tokens: 1, units: 1e6 }, 1e9);
  large.leave(false);
  admission.enter(1, 10).admit({ tokens: 1, units: 100 }, 10);
});

Deno.test("Admission counts a body at its size once it is read", () => {
  const admission = new Admission({ ...WIDE, bytes: 100 });
  const first = admission.enter(90, 1e9);
  assert.equal(refusal(() => admission.enter(20, 1e9)).reason, "bytes_full");
  first.sized(10);
  admission.enter(20, 1e9);
});

Deno.test("Admission takes any deadline that has not passed while the rate is unknown", () => {
  const admission = new Admission(WIDE);
  admission.enter(1, 1).admit({ tokens: 1, units: 1e9 }, 1);
  assert.equal(refusal(() => admission.enter(1, 1).admit(WORK, -1)).reason, "deadline");
});

Deno.test("Admission says when to come again: how long what is inside will take", () => {
  const admission = measured({ ...WIDE, waiting: 2 });
  admission.enter(1, 1e9).admit({ tokens: 1, units: 700 }, 1e6);
  admission.enter(1, 1e9).admit({ tokens: 1, units: 300 }, 1e6);
  const { retryAfterMs } = refusal(() => admission.enter(1, 1e9));
  assert.ok(Math.abs(retryAfterMs - 1000) < 1e-6, `${retryAfterMs}`);
});

Deno.test("Admission.close() refuses who comes, and who would not be done; not who has begun", () => {
  const admission = measured();
  const work = { tokens: 1, units: 400 };
  const tickets = Array.from({ length: 4 }, () => admission.enter(1, 1e9));
  tickets.forEach((ticket) => ticket.admit(work, 1e6));
  tickets[3].start();
  admission.close(1000);
  assert.deepEqual(tickets.map(({ signal }) => signal.aborted), [false, false, true, false]);
  assert.ok(tickets[2].signal.reason instanceof DrainingError);
  assert.throws(() => admission.enter(1, 1e9), DrainingError);
});

Deno.test("Admission.close() waits for bodies that are being read, and admits them", () => {
  const admission = measured();
  const reading = admission.enter(1, 1e9);
  admission.close(1000);
  assert.equal(reading.signal.aborted, false);
  reading.admit(WORK, 1e6);
});

Deno.test("Admission.close(): a body that is read during the drain is held to what is left of it", () => {
  const admission = measured();
  const [long, short] = [admission.enter(1, 1e9), admission.enter(1, 1e9)];
  admission.close(1000);
  assert.throws(() => long.admit({ tokens: 1, units: 100_000 }, 1e9), DrainingError);
  short.admit({ tokens: 1, units: 10 }, 1e9);
});

Deno.test("Admission: its limits hold and its counts return to zero, in any order of events", () => {
  const limits = { waiting: 4, tokens: 500, bytes: 50 };
  const event = fc.record({
    what: fc.constantFrom("enter", "admit", "start", "leave"),
    which: fc.nat({ max: 9 }),
    tokens: fc.integer({ min: 1, max: 400 }),
    bytes: fc.integer({ min: 1, max: 30 }),
  });
  fc.assert(fc.property(fc.array(event, { maxLength: 60 }), (events) => {
    const admission = new Admission(limits);
    const inside: { ticket: Ticket; admitted: boolean; started: boolean; bytes: number }[] = [];
    const tries = (call: () => void): boolean => {
      try {
        call();
        return true;
      } catch (error) {
        assert.ok(error instanceof OverloadedError);
        return false;
      }
    };
    for (const { what, which, tokens, bytes } of events) {
      const guest = inside[which % Math.max(1, inside.length)];
      if (what === "enter") {
        tries(() => {
          const ticket = admission.enter(bytes, 1e9);
          inside.push({ ticket, admitted: false, started: false, bytes });
        });
      } else if (what === "admit" && guest?.admitted === false) {
        guest.admitted = tries(() => guest.ticket.admit({ tokens, units: tokens }, 1e6));
      } else if (what === "start" && guest?.admitted === true) {
        guest.started = true;
        guest.ticket.start();
      } else if (what === "leave" && guest !== undefined) {
        guest.ticket.leave(guest.started);
        inside.splice(inside.indexOf(guest), 1);
      }
      const facts = admission.facts();
      assert.ok(facts.waiting <= limits.waiting && facts.tokens <= limits.tokens);
      assert.equal(facts.waiting + facts.running, inside.length);
      assert.equal(facts.running, inside.filter(({ started }) => started).length);
      assert.ok(inside.reduce((sum, each) => sum + each.bytes, 0) <= limits.bytes);
    }
    inside.forEach(({ ticket }) => ticket.leave(true));
    assert.deepEqual(admission.facts(), { waiting: 0, running: 0, tokens: 0, limit: 4 });
  }));
});
