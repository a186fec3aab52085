import assert from "node:assert/strict";
import fc from "fast-check";
import { fromFloat32, readSafetensors, toFloat32, writeSafetensors } from "./safetensors.ts";

function fileOf(header: string, dataBytes: number): Uint8Array {
  const json = new TextEncoder().encode(header);
  const file = new Uint8Array(8 + json.length + dataBytes);
  new DataView(file.buffer).setBigUint64(0, BigInt(json.length), true);
  file.set(json, 8);
  return file;
}

const tensor = (start: number, end: number, dtype = "F32") =>
  `{"dtype":"${dtype}","shape":[1],"data_offsets":[${start},${end}]}`;

Deno.test("readSafetensors() gives back what writeSafetensors() wrote", () => {
  fc.assert(fc.property(
    fc.array(fc.float({ noNaN: true }), { maxLength: 20 }),
    fc.string({ minLength: 1 }).filter((name) => name !== "__metadata__" && name !== "__proto__"),
    (values, name) => {
      const data = Float32Array.from(values);
      const stored = new Map([[name, fromFloat32(data, [data.length], "F32")]]);
      const read = readSafetensors(writeSafetensors(stored), "file").get(name)!;
      assert.deepEqual(read.shape, [data.length]);
      assert.deepEqual(toFloat32(read), data);
    },
  ));
});

for (const dtype of ["F16", "BF16"] as const) {
  Deno.test(`toFloat32() widens ${dtype} without loss`, () => {
    const values = Float32Array.of(1, -2.5, 0.15625, 0, -0, Infinity);
    assert.deepEqual(toFloat32(fromFloat32(values, [6], dtype)), values);
  });
}

Deno.test("fromFloat32() rounds BF16 to nearest, ties to even", () => {
  const values = Float32Array.of(1 + 2 ** -8, 1 + 3 * 2 ** -8, 1 + 2 ** -8 + 2 ** -12);
  const rounded = toFloat32(fromFloat32(values, [3], "BF16"));
  assert.deepEqual([...rounded], [1, 1 + 2 ** -6, 1 + 2 ** -7]);
});

const damaged: readonly (readonly [string, Uint8Array, RegExp])[] = [
  ["no length", new Uint8Array(3), /truncated, 3 bytes/],
  ["a cut header", fileOf(`{"a":${tensor(0, 4)}}`, 4).subarray(0, 20), /truncated in its header/],
  ["cut data", fileOf(`{"a":${tensor(0, 4)}}`, 3), /truncated or out of range, tensor a/],
  ["overlap", fileOf(`{"a":${tensor(0, 4)},"b":${tensor(2, 6)}}`, 6), /b overlaps/],
  ["a gap", fileOf(`{"a":${tensor(0, 4)},"b":${tensor(8, 12)}}`, 12), /unused bytes before/],
  ["a tail", fileOf(`{"a":${tensor(0, 4)}}`, 9), /unused bytes after/],
  ["an unknown dtype", fileOf(`{"a":${tensor(0, 4, "F8")}}`, 4), /unknown dtype F8/],
  ["corrupt JSON", fileOf(`{"a":`, 4), /header is not JSON/],
  ["an array", fileOf(`[]`, 0), /not a JSON object/],
  ["equal names", fileOf(`{"a":${tensor(0, 4)},"\\u0061":${tensor(0, 4)}}`, 4), /two tensors .* a/],
  ["a wrong size", fileOf(`{"a":${tensor(0, 8)}}`, 8), /needs 4 bytes for F32 \[1\], has 8/],
];
for (const [what, file, message] of damaged) {
  Deno.test(`readSafetensors() throws SafetensorsError on ${what}`, () => {
    assert.throws(() => readSafetensors(file, "file"), { name: "SafetensorsError", message });
  });
}
