import assert from "node:assert/strict";
import fc from "fast-check";
import { FLOAT, GraphBuilder } from "../../importer/graphs/graph_builder.ts";
import { floatData, floats, openSession, type Session } from "../runtime.ts";
import { UnknownRuntimeError, withFusedProducts } from "./fused_runtime.ts";

/** What one rounding of float32 loses of a number, relative to it. */
const ROUNDING = 2 ** -24;

/** `Y = alpha A B + beta C`, all of them inputs of the graph, or B a constant, which is packed once. */
async function openProduct(
  constant: { data: Float32Array; k: number; n: number } | null,
  alpha: number,
  beta: number,
): Promise<Session> {
  const g = new GraphBuilder();
  const a = g.input("a", FLOAT, ["M", "K"]);
  const b = constant === null
    ? g.input("b", FLOAT, ["K", "N"])
    : g.floats("b", [constant.k, constant.n], constant.data);
  const inputs = [a, b, g.input("c", FLOAT, ["M", "N"])];
  const attributes = { alpha: { float: alpha }, beta: { float: beta } };
  g.output("y", g.op("Gemm", inputs, { attributes }), FLOAT, ["M", "N"]);
  return await openSession(g.encode("weights"), { threads: 1 });
}

/** Numbers of 24 bits, whose products are rounded, from -8 to 8. */
const matrix = (size: number): fc.Arbitrary<Float32Array> =>
  fc.array(fc.integer({ min: -(2 ** 24), max: 2 ** 24 }), { minLength: size, maxLength: size })
    .map((values) => Float32Array.from(values, (value) => value / 2 ** 21));

/** Sizes on both sides of six rows, a panel of 16 columns and four turns of the loop. */
const products = fc.record({
  m: fc.integer({ min: 1, max: 20 }),
  k: fc.integer({ min: 1, max: 21 }),
  n: fc.integer({ min: 1, max: 40 }),
  alpha: fc.constantFrom(1, 0.5),
  beta: fc.constantFrom(0, 1, 2),
  isConstant: fc.boolean(),
}).chain((sizes) =>
  fc.record({
    sizes: fc.constant(sizes),
    a: matrix(sizes.m * sizes.k),
    b: matrix(sizes.k * sizes.n),
    c: matrix(sizes.m * sizes.n),
  })
);

// The runtime opens its own resources with the first session, and keeps them: before any test.
await (await openProduct(null, 1, 0)).release();

Deno.test("products of any size are those of double precision, but for rounding", async () => {
  await fc.assert(
    fc.asyncProperty(products, async ({ sizes: { m, k, n, alpha, beta, isConstant }, a, b, c }) => {
      const session = await openProduct(isConstant ? { data: b, k, n } : null, alpha, beta);
      const y = floatData(
        (await session.run({
          a: floats(a, [m, k]),
          ...isConstant ? {} : { b: floats(b, [k, n]) },
          c: floats(c, [m, n]),
        }))["y"],
      );
      await session.release();
      for (let i = 0; i < m; i++) {
        for (let j = 0; j < n; j++) {
          let [sum, magnitude] = [beta * c[i * n + j], Math.abs(beta * c[i * n + j])];
          for (let l = 0; l < k; l++) {
            const term = alpha * a[i * k + l] * b[l * n + j];
            [sum, magnitude] = [sum + term, magnitude + Math.abs(term)];
          }
          const off = Math.abs(y[i * n + j] - sum);
          assert.ok(off <= (k + 4) * ROUNDING * magnitude, `[${i}, ${j}]: ${y[i * n + j]}, ${sum}`);
        }
      }
    }),
    { numRuns: 200 },
  );
});

Deno.test("a row of a product with constant weights is the same alone and among others", async () => {
  await fc.assert(
    fc.asyncProperty(products, async ({ sizes: { m, k, n }, a, b }) => {
      const session = await openProduct({ data: b, k, n }, 1, 0);
      const product = async (rows: Float32Array, count: number): Promise<Float32Array> => {
        const c = floats(new Float32Array(count * n), [count, n]);
        return floatData((await session.run({ a: floats(rows, [count, k]), c }))["y"]);
      };
      const together = await product(a, m);
      for (let i = 0; i < m; i++) {
        const alone = await product(a.subarray(i * k, (i + 1) * k), 1);
        assert.deepEqual(together.subarray(i * n, (i + 1) * n), alone);
      }
      await session.release();
    }),
    { numRuns: 100 },
  );
});

Deno.test("products are fused: what one rounding keeps, two lose", async () => {
  // (1 + e)(1 - e) - 1 is -e^2, which rounding the product to float32 loses.
  const e = 2 ** -13;
  const b = Float32Array.of(1, 1 - e);
  const session = await openProduct({ data: b, k: 2, n: 1 }, 1, 0);
  const { y } = await session.run({
    a: floats(Float32Array.of(-1, 1 + e), [1, 2]),
    c: floats(new Float32Array(1), [1, 1]),
  });
  await session.release();
  assert.equal(floatData(y)[0], -(e ** 2));
});

Deno.test("a binary without the known kernels is refused with what to do", () => {
  const empty = Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0);
  assert.throws(() => withFusedProducts(empty), (error: Error) => {
    assert.ok(error instanceof UnknownRuntimeError);
    assert.match(error.message, /KRONOS_FUSED_PRODUCTS=false/);
    return true;
  });
});
