import assert from "node:assert/strict";
import { parseManifest } from "./manifest.ts";

const nano = JSON.parse(
  await Deno.readTextFile(new URL("../../models/nano/manifest.json", import.meta.url)),
);

const calibration = {
  sampling: { temperature: 1, top_k: 0, top_p: 1 },
  steps: [1, 4],
  drift: [0, 1],
  own: [0.2, 0.4],
  scale: [0.9, 1],
};

Deno.test("parseManifest() takes a calibration, and a manifest without one", () => {
  assert.deepEqual(parseManifest({ ...nano, calibration }).calibration, calibration);
  assert.equal(parseManifest({ ...nano, calibration: undefined }).calibration, undefined);
});

const broken: Readonly<Record<string, object>> = {
  "lists of other lengths": { drift: [0] },
  "steps that do not ascend": { steps: [4, 4] },
  "a scale of 0": { scale: [0, 1] },
  "a weight above 1": { own: [0.2, 1.1] },
  "no steps": { steps: [], drift: [], own: [], scale: [] },
  "a top_p of 0": { sampling: { temperature: 1, top_k: 0, top_p: 0 } },
};

for (const [what, changes] of Object.entries(broken)) {
  Deno.test(`parseManifest() throws TypeError for a calibration with ${what}`, () => {
    assert.throws(
      () => parseManifest({ ...nano, calibration: { ...calibration, ...changes } }),
      { name: "TypeError", message: /^manifest\.json: calibration/ },
    );
  });
}
