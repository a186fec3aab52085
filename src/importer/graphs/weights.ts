/**
 * Weights as the graphs want them. A checkpoint stores a linear layer as `[out, in]`; a MatMul wants
 * `[in, out]`, layers with the same input side by side in one, and products of two constants as one
 * table.
 */
import type { Tensor, Weights } from "../../kronos/architecture.ts";

/** A matrix, row-major. */
export interface Matrix {
  /** Of a layer's matrix, its inputs. */
  readonly rows: number;
  /** Of a layer's matrix, its outputs. */
  readonly columns: number;
  /** `rows * columns` values. */
  readonly data: Float32Array;
}

/** The tensor of that name. The checkpoint was checked before, so that absence is a fault of ours. */
export function tensor(weights: Weights, name: string): Tensor {
  const found = weights.get(name);
  if (found === undefined) throw new Error(`Cannot build graph: checkpoint has no tensor ${name}`);
  return found;
}

/** A stored linear weight `[out, in]` as the matrix `[in, out]`. */
export function transposed({ shape, data }: Tensor): Matrix {
  const [rows, columns] = [shape[1], shape[0]];
  const out = new Float32Array(rows * columns);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) out[r * columns + c] = data[c * rows + r];
  }
  return { rows, columns, data: out };
}

/** Matrices of equal height, side by side. */
export function beside(matrices: readonly Matrix[]): Matrix {
  const rows = matrices[0].rows;
  const columns = matrices.reduce((sum, matrix) => sum + matrix.columns, 0);
  const data = new Float32Array(rows * columns);
  let left = 0;
  for (const matrix of matrices) {
    for (let r = 0; r < rows; r++) {
      const row = matrix.data.subarray(r * matrix.columns, (r + 1) * matrix.columns);
      data.set(row, r * columns + left);
    }
    left += matrix.columns;
  }
  return { rows, columns, data };
}

/** Vectors one after the other. */
export function joined(vectors: readonly Float32Array[]): Float32Array {
  const out = new Float32Array(vectors.reduce((sum, vector) => sum + vector.length, 0));
  let at = 0;
  for (const vector of vectors) {
    out.set(vector, at);
    at += vector.length;
  }
  return out;
}

/** Every value times `factor`. */
export function scaled(data: Float32Array, factor: number): Float32Array {
  return data.map((value) => value * factor);
}

/** `table [n, k]` times `matrix [k, m]` plus `bias [m]`, summed in float64. */
export function tableTimes(
  table: Matrix,
  matrix: Matrix,
  bias: Float32Array | null = null,
): Matrix {
  const { rows, columns: inner } = table;
  const { columns } = matrix;
  const data = new Float32Array(rows * columns);
  const sums = new Float64Array(columns);
  for (let r = 0; r < rows; r++) {
    if (bias === null) sums.fill(0);
    else sums.set(bias);
    for (let k = 0; k < inner; k++) {
      const factor = table.data[r * inner + k];
      for (let c = 0; c < columns; c++) sums[c] += factor * matrix.data[k * columns + c];
    }
    data.set(sums, r * columns);
  }
  return { rows, columns, data };
}

/** Rows `from` to `to` of a matrix, without copying. */
export function rowsOf(matrix: Matrix, from: number, to: number): Matrix {
  const data = matrix.data.subarray(from * matrix.columns, to * matrix.columns);
  return { rows: to - from, columns: matrix.columns, data };
}
