import assert from "node:assert/strict";
import fc from "fast-check";
import { type Outcome, RequestLedger } from "./request_ledger.ts";

const outcome = fc.constantFrom<Outcome>("finished", "aborted", "gone", "refused");

Deno.test("RequestLedger: what is accepted and has ended in no way is open, and lost", () => {
  const ledger = new RequestLedger();
  const [first] = [ledger.accept("a"), ledger.accept("b")];
  assert.equal(ledger.open, 2);
  first("finished");
  assert.equal(ledger.open, 1);
  assert.equal(ledger.report().lost, 1);
});

Deno.test("RequestLedger: a request ends once", () => {
  const ledger = new RequestLedger();
  const end = ledger.accept("a");
  end("finished");
  end("aborted");
  const { accepted, finished, aborted, lost } = ledger.report();
  assert.deepEqual({ accepted, finished, aborted, lost }, {
    accepted: 1,
    finished: 1,
    aborted: 0,
    lost: 0,
  });
});

Deno.test("RequestLedger: one that a drain sends away unbegun is refused, not accepted", () => {
  const ledger = new RequestLedger();
  ledger.accept("a")("refused");
  ledger.refuse();
  const { accepted, refused, lost } = ledger.report();
  assert.deepEqual({ accepted, refused, lost }, { accepted: 0, refused: 2, lost: 0 });
});

Deno.test("RequestLedger counts from the signal on what was under way and what came", () => {
  const ledger = new RequestLedger();
  ledger.accept("before")("finished");
  const during = ledger.accept("during");
  ledger.markSignal();
  const after = ledger.accept("after");
  ledger.refuse();
  during("finished");
  after("aborted");
  assert.deepEqual(ledger.report().since_signal, {
    accepted: 2,
    finished: 1,
    refused: 1,
    aborted: 1,
    gone: 0,
    lost: 0,
  });
  assert.equal(ledger.report().accepted, 3);
});

Deno.test("RequestLedger: whose connection the drain cuts has not left but is aborted", () => {
  const ledger = new RequestLedger();
  const [leaves, isCut] = [ledger.accept("a"), ledger.accept("b")];
  leaves("gone");
  ledger.markCut();
  isCut("gone");
  const { gone, aborted } = ledger.report();
  assert.deepEqual({ gone, aborted }, { gone: 1, aborted: 1 });
});

Deno.test("RequestLedger names the slowest request", () => {
  let now = 0;
  const ledger = new RequestLedger(() => now);
  assert.equal(ledger.report().slowest_request_id, null);
  const [slow, quick] = [ledger.accept("slow"), ledger.accept("quick")];
  now = 10;
  quick("finished");
  now = 250.4;
  slow("gone");
  const { slowest_ms, slowest_request_id } = ledger.report();
  assert.deepEqual({ slowest_ms, slowest_request_id }, {
    slowest_ms: 250,
    slowest_request_id: "slow",
  });
});

Deno.test("RequestLedger: nothing is lost once everything has ended, whenever the signal comes", () => {
  const anyRequests = fc.array(outcome, { maxLength: 20 });
  fc.assert(fc.property(anyRequests, anyRequests, anyRequests, (before, during, after) => {
    const ledger = new RequestLedger();
    before.forEach((how) => ledger.accept("before")(how));
    const ends = during.map(() => ledger.accept("during"));
    ledger.markSignal();
    after.forEach((how) => ledger.accept("after")(how));
    ends.forEach((end, i) => end(during[i]));
    const { lost, accepted, since_signal: since } = ledger.report();
    assert.deepEqual([lost, since.lost, ledger.open], [0, 0, 0]);
    const kept = (all: readonly Outcome[]): number => all.filter((how) => how !== "refused").length;
    assert.equal(accepted, kept(before) + kept(during) + kept(after));
    assert.equal(since.accepted, kept(during) + kept(after));
  }));
});
