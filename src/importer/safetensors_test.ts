import assert from "node:assert/strict";
import fc from "fast-check";
import {
  fromFloat32,
  readSafetensors,
  SafetensorsError,
  toFloat32,
  writeSafetensors,
} from "./safetensors.ts";

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

/** A file of a few tensors of any dtype, names with brackets, quotes and backslashes included. */
const anyFile = fc.uniqueArray(
  fc.tuple(
    fc.string({ unit: fc.constantFrom("a", ".", "{", "]", '"', "\\", ":", "\n"), minLength: 1 }),
    fc.constantFrom("F32", "F16", "BF16" as const),
    fc.array(fc.float({ noNaN: true }), { maxLength: 5 }),
  ),
  { selector: ([name]) => name, minLength: 1, maxLength: 4 },
).map((tensors) =>
  writeSafetensors(
    new Map(tensors.map(([name, dtype, values]) => [
      name,
      fromFloat32(Float32Array.from(values), [values.length], dtype),
    ])),
  )
);

/** Reads a damaged file: what it throws, if anything, must be a SafetensorsError. */
function refuses(file: Uint8Array): boolean {
  try {
    readSafetensors(file, "file");
    return false;
  } catch (error) {
    assert(error instanceof SafetensorsError, String(error));
    return true;
  }
}

Deno.test("readSafetensors() throws SafetensorsError on a file cut at any byte", () => {
  fc.assert(
    fc.property(anyFile, (file) => {
      assert(!refuses(file));
      for (let bytes = 0; bytes < file.length; bytes++) assert(refuses(file.subarray(0, bytes)));
    }),
    { numRuns: 40 },
  );
});

Deno.test("readSafetensors() reads or throws SafetensorsError whatever byte is changed", () => {
  fc.assert(
    fc.property(anyFile, fc.nat(), fc.nat(255), (file, at, byte) => {
      const changed = file.slice();
      changed[at % file.length] = byte;
      refuses(changed);
    }),
    { numRuns: 500 },
  );
});

Deno.test("readSafetensors() throws SafetensorsError on two tensors of one place", () => {
  const place = fc.tuple(fc.nat(8), fc.nat(8));
  fc.assert(fc.property(place, place, ([a, aSize], [b, bSize]) => {
    const entry = (start: number, size: number) =>
      `{"dtype":"F32","shape":[${size}],"data_offsets":[${4 * start},${4 * (start + size)}]}`;
    const total = Math.max(a + aSize, b + bSize);
    const file = fileOf(`{"a":${entry(a, aSize)},"b":${entry(b, bSize)}}`, 4 * total);
    // Without gap or overlap, one begins where the other ends.
    const fits = (a === 0 && b === aSize) || (b === 0 && a === bSize);
    assert.equal(refuses(file), !fits);
  }));
});

for (
  const [dtype, digits, least] of [["F32", 24, -126], ["F16", 11, -14], ["BF16", 8, -126]] as const
) {
  Deno.test(`fromFloat32() stores ${dtype} within half a step of its ${digits} digits`, () => {
    fc.assert(fc.property(
      fc.array(fc.float({ noNaN: true, noDefaultInfinity: true, min: -65_000, max: 65_000 })),
      (values) => {
        const data = Float32Array.from(values);
        const read = toFloat32(fromFloat32(data, [data.length], dtype));
        data.forEach((value, i) => {
          const scale = 2 ** Math.max(Math.floor(Math.log2(Math.abs(value))), least);
          assert(Math.abs(read[i] - value) <= scale * 2 ** -digits, `${value} as ${read[i]}`);
        });
      },
    ));
  });
}

Deno.test("toFloat32() throws SafetensorsError on integers", () => {
  const integers = { dtype: "I64", shape: [1], bytes: new Uint8Array(8) } as const;
  assert.throws(() => toFloat32(integers), { name: "SafetensorsError", message: /I64/ });
});

Deno.test("readSafetensors() passes over metadata and spaces, and reads tensors without values", () => {
  const empty = '{ "dtype": "F32", "shape": [2, 0], "data_offsets": [0, 0] }';
  const file = fileOf(`{ "__metadata__" : {"format":"pt"}, "__proto__" : ${empty} }  `, 0);
  assert.deepEqual([...readSafetensors(file, "file").keys()], ["__proto__"]);
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
  ["a header that is too long", new Uint8Array(8).fill(255), /header is too long/],
  ["a header not UTF-8", fileOf(`{"a":1}`, 0).fill(0xff, 10, 11), /header is not JSON/],
  ["a name of many megabytes", fileOf(`{"${"a".repeat(2e7)}":1}`, 0), /corrupt header entry/],
  ["deep nesting", fileOf(`{"a":${"[".repeat(1e5)}${"]".repeat(1e5)}}`, 0), /corrupt header/],
  ["an end before its start", fileOf(`{"a":${tensor(4, 0)}}`, 4), /ends before it starts/],
  ["a negative offset", fileOf(`{"a":${tensor(-4, 0)}}`, 4), /corrupt header entry of tensor a/],
  [
    "a shape beyond all numbers",
    fileOf(`{"a":{"dtype":"F32","shape":[9e15,9e15,9e15],"data_offsets":[0,4]}}`, 4),
    /tensor a needs \S+ bytes/,
  ],
  ["a wrong size", fileOf(`{"a":${tensor(0, 8)}}`, 8), /needs 4 bytes for F32 \[1\], has 8/],
];
for (const [what, file, message] of damaged) {
  Deno.test(`readSafetensors() throws SafetensorsError on ${what}`, () => {
    assert.throws(() => readSafetensors(file, "file"), { name: "SafetensorsError", message });
  });
}
