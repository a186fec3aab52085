import assert from "node:assert/strict";
import { UnreadAnswers } from "./unread_answers.ts";

/** A connection that a test writes to and reads from, and a clock that it sets. */
class Watched {
  now = 0;
  bytesWritten = 0;
  writableLength = 0;
  readonly #unread = new UnreadAnswers(100, () => this.now);

  /** So many bytes are given to it. */
  give(bytes: number): void {
    this.bytesWritten += bytes;
    this.writableLength += bytes;
  }

  /** So many of those that wait are written. */
  take(bytes: number): void {
    this.writableLength -= bytes;
  }

  /** Whether it has stalled, at this time. */
  stalledAt(now: number): boolean {
    this.now = now;
    return this.#unread.stalled(this);
  }
}

Deno.test("UnreadAnswers: stalled once bytes have waited for the whole timeout", () => {
  const connection = new Watched();
  connection.give(10);
  assert.deepEqual([0, 50, 99, 100].map((at) => connection.stalledAt(at)), [
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("UnreadAnswers: each byte that could be written begins the timeout anew", () => {
  const connection = new Watched();
  connection.give(10);
  assert.equal(connection.stalledAt(0), false);
  connection.take(1);
  assert.equal(connection.stalledAt(99), false);
  assert.equal(connection.stalledAt(198), false);
  assert.equal(connection.stalledAt(199), true);
});

Deno.test("UnreadAnswers: more bytes that wait are no progress", () => {
  const connection = new Watched();
  connection.give(10);
  assert.equal(connection.stalledAt(0), false);
  connection.give(10);
  assert.equal(connection.stalledAt(100), true);
});

Deno.test("UnreadAnswers: where nothing waits no time passes", () => {
  const connection = new Watched();
  connection.give(10);
  assert.equal(connection.stalledAt(0), false);
  connection.take(10);
  assert.equal(connection.stalledAt(1000), false);
  connection.give(10);
  assert.equal(connection.stalledAt(2000), false);
  assert.equal(connection.stalledAt(2099), false);
  assert.equal(connection.stalledAt(2100), true);
});
