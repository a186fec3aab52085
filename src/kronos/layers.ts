/**
 * The building blocks of Kronos in plain TypeScript: slow, and written to be read. Sums are float64.
 *
 * A sequence is a `Float64Array` `[time, width]`, row-major; a linear layer's weight is stored
 * `[out, in]`.
 */
import { NORM_EPSILON, ROTARY_BASE, type Weights } from "./architecture.ts";

/** Values of a named tensor; a checkpoint that was read has every one. */
export function weight(weights: Weights, name: string): Float32Array {
  const tensor = weights.get(name);
  if (tensor === undefined) throw new Error(`Cannot compute: the checkpoint has no tensor ${name}`);
  return tensor.data;
}

/** `x W^T + b`: `[time, in]` to `[time, out]`; the bias is left out where there is none. */
export function linear(
  x: Float64Array,
  width: number,
  weights: Weights,
  name: string,
): Float64Array {
  const w = weight(weights, `${name}.weight`); // [out, in]
  const bias = weights.get(`${name}.bias`)?.data; // [out]
  const out = w.length / width;
  const time = x.length / width;
  const y = new Float64Array(time * out);
  for (let t = 0; t < time; t++) {
    for (let o = 0; o < out; o++) {
      let sum = bias?.[o] ?? 0;
      for (let i = 0; i < width; i++) sum += x[t * width + i] * w[o * width + i];
      y[t * out + o] = sum;
    }
  }
  return y;
}

/** `x / sqrt(mean(x^2) + eps) * g`, row by row. */
export function rmsNorm(x: Float64Array, scale: Float32Array): Float64Array {
  const width = scale.length;
  const y = new Float64Array(x.length);
  for (let row = 0; row < x.length; row += width) {
    let squares = 0;
    for (let i = 0; i < width; i++) squares += x[row + i] ** 2;
    const factor = 1 / Math.sqrt(squares / width + NORM_EPSILON);
    for (let i = 0; i < width; i++) y[row + i] = x[row + i] * factor * scale[i];
  }
  return y;
}

/** Softmax of a row of scores. */
export function softmax(scores: ArrayLike<number>): Float64Array {
  let highest = -Infinity;
  for (let i = 0; i < scores.length; i++) highest = Math.max(highest, scores[i]);
  const exponentials = Float64Array.from(scores, (score) => Math.exp(score - highest));
  const total = exponentials.reduce((sum, value) => sum + value, 0);
  return exponentials.map((value) => value / total);
}

/** Element by element. */
export function add(a: Float64Array, b: Float64Array): Float64Array {
  return a.map((value, i) => value + b[i]);
}

/**
 * Rotary embedding: pairs (i, i + D/2) of each head turn by position * base^(-2i/D).
 *
 * @param x `[time, heads * D]`, positions 0 to time - 1
 */
export function rotate(x: Float64Array, width: number, heads: number): Float64Array {
  const size = width / heads; // D
  const y = new Float64Array(x.length);
  for (let row = 0, t = 0; row < x.length; row += width, t++) {
    for (let head = row; head < row + width; head += size) {
      for (let i = 0; i < size / 2; i++) {
        const angle = t * ROTARY_BASE ** (-2 * i / size);
        const [a, b] = [x[head + i], x[head + i + size / 2]];
        y[head + i] = a * Math.cos(angle) - b * Math.sin(angle);
        y[head + i + size / 2] = b * Math.cos(angle) + a * Math.sin(angle);
      }
    }
  }
  return y;
}

/**
 * Scaled dot-product attention.
 *
 * @param q `[queries, width]`
 * @param k `[keys, width]`
 * @param v `[keys, width]`
 * @param sees whether a query may look at a key
 * @returns `[queries, width]`
 */
export function attention(
  q: Float64Array,
  k: Float64Array,
  v: Float64Array,
  width: number,
  heads: number,
  sees: (query: number, key: number) => boolean,
): Float64Array {
  const size = width / heads;
  const keys = k.length / width;
  const y = new Float64Array(q.length);
  for (let query = 0; query < q.length / width; query++) {
    for (let head = 0; head < width; head += size) {
      const scores = new Float64Array(keys).fill(-Infinity);
      for (let key = 0; key < keys; key++) {
        if (!sees(query, key)) continue;
        let dot = 0;
        for (let i = head; i < head + size; i++) dot += q[query * width + i] * k[key * width + i];
        scores[key] = dot / Math.sqrt(size);
      }
      softmax(scores).forEach((share, key) => {
        if (share === 0) return;
        for (let i = head; i < head + size; i++) y[query * width + i] += share * v[key * width + i];
      });
    }
  }
  return y;
}

/** `w2(silu(w1 x) * w3 x)` */
function swiGlu(x: Float64Array, width: number, weights: Weights, name: string): Float64Array {
  const gate = linear(x, width, weights, `${name}.w1`); // [time, ff]
  const up = linear(x, width, weights, `${name}.w3`); // [time, ff]
  const hidden = gate.map((value, i) => value / (1 + Math.exp(-value)) * up[i]);
  const ff = weight(weights, `${name}.w1.weight`).length / width;
  return linear(hidden, ff, weights, `${name}.w2`);
}

/**
 * A transformer block: RMSNorm, causal attention, residual, RMSNorm, SwiGLU, residual.
 *
 * @param x `[time, width]`
 * @param window tokens a query may see, itself included
 */
export function block(
  x: Float64Array,
  width: number,
  heads: number,
  weights: Weights,
  name: string,
  window: number,
): Float64Array {
  const norm1 = rmsNorm(x, weight(weights, `${name}.norm1.weight`));
  const project = (part: string): Float64Array =>
    linear(norm1, width, weights, `${name}.self_attn.${part}`);
  const q = rotate(project("q_proj"), width, heads);
  const k = rotate(project("k_proj"), width, heads);
  const sees = (query: number, key: number): boolean => key <= query && query - key < window;
  const mixed = attention(q, k, project("v_proj"), width, heads, sees);
  const attended = add(x, linear(mixed, width, weights, `${name}.self_attn.out_proj`));
  const norm2 = rmsNorm(attended, weight(weights, `${name}.norm2.weight`));
  return add(attended, swiGlu(norm2, width, weights, `${name}.ffn`));
}
