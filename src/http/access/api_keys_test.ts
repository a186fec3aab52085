import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createLog } from "../../telemetry/log.ts";
import { ApiKeys } from "./api_keys.ts";

const hash = (key: string): string => createHash("sha256").update(key).digest("hex");

/** Keys in a file, with a clock that the test sets. */
class KeyFile {
  readonly path: string;
  readonly levels: string[] = [];
  now = 0;
  #keys: ApiKeys | undefined;

  constructor(text: string) {
    this.path = Deno.makeTempFileSync();
    Deno.writeTextFileSync(this.path, text);
  }

  get keys(): ApiKeys {
    const log = createLog("INFO", (line) => this.levels.push(JSON.parse(line).level));
    return this.#keys ??= new ApiKeys(this.path, log, () => this.now);
  }

  /** Replaces the file; its keys are read again. */
  rewrite(text: string): void {
    Deno.writeTextFileSync(this.path, text);
    this.now += 1000;
  }

  [Symbol.dispose](): void {
    Deno.removeSync(this.path);
  }
}

Deno.test("nameOf() knows every key of the file, in either case, with remarks between", () => {
  using file = new KeyFile(
    `# clients\n${hash("one")}\n\n  ${hash("two").toUpperCase()}  # the other\r\n`,
  );
  assert.equal(file.keys.nameOf("one"), hash("one").slice(0, 12));
  assert.equal(file.keys.nameOf("two"), hash("two").slice(0, 12));
  for (const other of ["", "three", "One", hash("one"), "é"]) {
    assert.equal(file.keys.nameOf(other), null, other);
  }
});

Deno.test("nameOf() reads a file that has changed again, no more than once a second", () => {
  using file = new KeyFile(hash("old"));
  assert.ok(file.keys.nameOf("old"));
  file.rewrite(`${hash("old")}\n${hash("new")}\n`);
  file.now -= 1;
  assert.equal(file.keys.nameOf("new"), null);
  file.now += 1;
  assert.ok(file.keys.nameOf("new"));
  assert.ok(file.keys.nameOf("old"));
  file.rewrite(hash("new"));
  assert.equal(file.keys.nameOf("old"), null);
  assert.ok(file.keys.nameOf("new"));
});

Deno.test("nameOf() keeps the keys it knows where the file is broken, and says so", () => {
  using file = new KeyFile(hash("old"));
  assert.ok(file.keys.nameOf("old"));
  file.rewrite(`${hash("new")}\nnot a hash`);
  assert.ok(file.keys.nameOf("old"));
  assert.equal(file.keys.nameOf("new"), null);
  assert.deepEqual(file.levels, ["ERROR"]);
  Deno.removeSync(file.path);
  file.now += 1000;
  assert.ok(file.keys.nameOf("old"));
  assert.deepEqual(file.levels, ["ERROR", "ERROR"]);
  file.rewrite(hash("new"));
  assert.ok(file.keys.nameOf("new"));
});

Deno.test("nameOf() lets nobody in once the file has no key", () => {
  using file = new KeyFile(hash("old"));
  assert.ok(file.keys.nameOf("old"));
  file.rewrite("# all revoked\n");
  assert.equal(file.keys.nameOf("old"), null);
});

Deno.test("ApiKeys() throws ConfigError for a file that cannot be used, without its content", () => {
  const cases: [text: string, why: RegExp][] = [
    ["", /has no key$/],
    ["# none", /has no key$/],
    [`${hash("a")}\nsecret-key\nab`, /line 2, 3 is no SHA-256 in hex$/],
  ];
  for (const [text, message] of cases) {
    using file = new KeyFile(text);
    assert.throws(() => file.keys, { name: "ConfigError", message });
  }
  const absent = (): ApiKeys => new ApiKeys("/nowhere/keys", createLog("ERROR"));
  assert.throws(absent, { message: "KRONOS_API_KEYS_FILE=/nowhere/keys: does not exist" });
  const folder = (): ApiKeys => new ApiKeys(".", createLog("ERROR"));
  assert.throws(folder, { message: "KRONOS_API_KEYS_FILE=.: cannot be read" });
});
