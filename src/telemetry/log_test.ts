import assert from "node:assert/strict";
import fc from "fast-check";
import { createLog, type LogFields, type LogLevel } from "./log.ts";

type Line = Readonly<Record<string, unknown>>;

/** What a log of this level writes. */
function written(least: LogLevel, write: (log: ReturnType<typeof createLog>) => void): Line[] {
  const lines: string[] = [];
  write(createLog(least, (line) => lines.push(line)));
  for (const line of lines) assert.ok(!line.includes("\n"), "one line each");
  return lines.map((line) => JSON.parse(line));
}

/** The line of these fields. */
function line(fields: LogFields): Line {
  return written("INFO", (log) => log.info("x", fields))[0];
}

Deno.test("a log writes its level and above", () => {
  const levels: LogLevel[] = ["DEBUG", "INFO", "WARN", "ERROR"];
  levels.forEach((least, i) => {
    const lines = written(least, (log) => {
      log.debug("d");
      log.info("i");
      log.warn("w");
      log.error("e");
    });
    assert.deepEqual(lines.map(({ level }) => level), levels.slice(i));
  });
});

Deno.test("a line is JSON: time, level, message, then the fields", () => {
  const found = line({ request_id: "a", status: 200, nested: { list: [1, null] } });
  assert.deepEqual(Object.keys(found), [
    "timestamp",
    "level",
    "message",
    "request_id",
    "status",
    "nested",
  ]);
  assert.match(String(found.timestamp), /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.deepEqual(found.nested, { list: [1, null] });
});

Deno.test("no field takes the place of time, level or message", () => {
  const found = line({ level: "DEBUG", message: "other", timestamp: 0 });
  assert.deepEqual([found.level, found.message], ["INFO", "x"]);
  assert.notEqual(found.timestamp, 0);
});

Deno.test("secrets are not written, at any depth", () => {
  const secrets = {
    Authorization: "Bearer s3cret",
    token: "s3cret",
    access_token: "s3cret",
    "x-api-key": "s3cret",
    apiKey: "s3cret",
    api_keys: ["s3cret"],
    password: "s3cret",
    client_secret: { value: "s3cret" },
  };
  const found = line({ ...secrets, headers: secrets, list: [{ deep: secrets }], bytesPerToken: 5 });
  assert.ok(!JSON.stringify(found).includes("s3cret"));
  assert.equal(found.password, "***");
  assert.equal(found.bytesPerToken, 5, "a count is no secret");
});

Deno.test("an error is written with its stack and its causes", () => {
  const root = new RangeError("root");
  const error = new TypeError("top", { cause: new Error("middle", { cause: root }) });
  const found = line({ error }).error as Line;
  assert.deepEqual([found.name, found.message], ["TypeError", "top"]);
  assert.match(String(found.stack), /log_test\.ts/);
  const middle = found.cause as Line;
  assert.equal(middle.message, "middle");
  const { name, message } = middle.cause as Line;
  assert.deepEqual([name, message], ["RangeError", "root"]);
});

Deno.test("causes that are no errors, and errors inside other fields, are written", () => {
  const found = line({ error: new Error("x", { cause: "a text" }), list: [new Error("inner")] });
  assert.equal((found.error as Line).cause, "a text");
  assert.equal((found.list as Line[])[0].message, "inner");
});

Deno.test("what goes round in circles is cut", () => {
  const error = new Error("x");
  error.cause = error;
  const object: Record<string, unknown> = { a: 1 };
  object.self = object;
  const list: unknown[] = [];
  list.push(list);
  assert.match(JSON.stringify(line({ error, object, list })), /\[cut\]/);
});

Deno.test("values that JSON does not know are written as text", () => {
  const found = line({
    big: 12345678901234567890n,
    symbol: Symbol("s"),
    date: new Date(0),
    never: new Date(NaN),
    absent: undefined,
    act: () => 1,
    not: NaN,
  });
  assert.equal(found.big, "12345678901234567890");
  assert.equal(found.symbol, "Symbol(s)");
  assert.equal(found.date, "1970-01-01T00:00:00.000Z");
  assert.equal(found.never, "[cut]");
  assert.equal(Object.hasOwn(found, "absent"), false);
  assert.equal(found.not, null);
  assert.equal(typeof found.act, "string");
});

Deno.test("a log never throws, whatever its fields", () => {
  const anything = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withNullPrototype: true,
    withObjectString: true,
    withSet: true,
    withSparseArray: true,
    withTypedArray: true,
    withUnboxedInstances: true,
  } as fc.ObjectConstraints);
  fc.assert(
    fc.property(fc.dictionary(fc.string(), anything), fc.string(), (fields, message) => {
      const [found] = written("DEBUG", (log) => log.error(message, fields));
      assert.equal(found.message, message);
    }),
  );
});

Deno.test("a log without fields has none", () => {
  const [found] = written("INFO", (log) => log.warn("careful"));
  assert.deepEqual(Object.keys(found), ["timestamp", "level", "message"]);
});
