/**
 * Tables over tokens taken apart into the constants whose products they are. Which constants they were
 * is lost; those found here have the same products.
 */
import { Matrix as DenseMatrix, SingularValueDecomposition } from "ml-matrix";
import type { Tensor } from "../../kronos/architecture.ts";
import { type Matrix, tableTimes } from "../graphs/weights.ts";

/** The most that a product may differ, in largest values of its table: rounding stays far below it. */
const TOLERANCE = 1e-5;

/** A linear layer in float32. */
export interface Affine {
  /** `[in, out]` */
  readonly matrix: Matrix;
  /** `[out]` */
  readonly bias: Float32Array;
}

/** A table as deviations from the mean of its rows, of length 1 in all. */
interface Centred {
  readonly mean: number[];
  readonly length: number;
  readonly unit: DenseMatrix;
}

function centred({ shape: [rows, columns], data }: Tensor): Centred {
  const unit = DenseMatrix.from1DArray(rows, columns, data);
  const mean = unit.mean("column");
  unit.subRowVector(mean);
  const length = unit.norm() || 1;
  return { mean, length, unit: unit.div(length) };
}

function asMatrix(values: DenseMatrix): Matrix {
  return {
    rows: values.rows,
    columns: values.columns,
    data: Float32Array.from(values.to1DArray()),
  };
}

/** Whether `matrix` with `bias`, applied to `inputs`, gives `table`. */
function gives(inputs: Matrix, { matrix, bias }: Affine, table: Tensor): boolean {
  const product = tableTimes(inputs, matrix, bias).data;
  let [largest, difference] = [0, 0];
  table.data.forEach((value, i) => {
    largest = Math.max(largest, Math.abs(value));
    difference = Math.max(difference, Math.abs(value - product[i]));
  });
  return difference <= TOLERANCE * largest;
}

/** One embedding and the layers that make two tables of it. */
export interface SharedEmbedding {
  /** `[V, d]` */
  readonly embedding: Matrix;
  /** Of each table, in order. */
  readonly layers: readonly [Affine, Affine];
}

/**
 * An embedding of width d that gives both tables, `[V, d]` each, by a linear layer each. Side by side,
 * the tables of a checkpoint have rank d about the mean of their rows, so that the first d singular
 * vectors hold all of them but for rounding. Null where tables are of another origin: their rank is
 * higher.
 */
export function sharedEmbedding(tables: readonly [Tensor, Tensor]): SharedEmbedding | null {
  const [tokens, width] = tables[0].shape;
  const [first, second] = tables.map(centred);
  const both = new DenseMatrix(tokens, 2 * width);
  both.setSubMatrix(first.unit, 0, 0);
  both.setSubMatrix(second.unit, 0, width);
  const { rightSingularVectors } = new SingularValueDecomposition(both, { autoTranspose: true });
  // Few tokens have fewer vectors than the embedding has columns: the others stay 0.
  const rank = Math.min(width, tokens);
  const basis = DenseMatrix.zeros(2 * width, width); // [2d, d]
  basis.setSubMatrix(rightSingularVectors.subMatrix(0, 2 * width - 1, 0, rank - 1), 0, 0);
  const embedding = asMatrix(both.mmul(basis).mul(first.length));
  const layerOf = ({ mean, length }: Centred, from: number): Affine => {
    const half = basis.subMatrix(from, from + width - 1, 0, width - 1).transpose();
    return {
      matrix: asMatrix(half.mul(length / first.length)),
      bias: Float32Array.from(mean),
    };
  };
  const layers = [layerOf(first, 0), layerOf(second, width)] as const;
  const fits = layers.every((layer, i) => gives(embedding, layer, tables[i]));
  return fits ? { embedding, layers } : null;
}

/**
 * The layer that gives a table of codes of +-`unit` in each bit, `[2^bits, out]`; null where none
 * does. The columns of the codes are orthogonal, so that each bit's row is a mean of its own.
 */
export function codeLayer(table: Tensor, bits: number, unit: number): Affine | null {
  const [tokens, columns] = table.shape;
  const codes = new Float32Array(tokens * bits);
  const sums = new DenseMatrix(bits, columns);
  const total = new DenseMatrix(1, columns);
  for (let token = 0; token < tokens; token++) {
    const row = table.data.subarray(token * columns, (token + 1) * columns);
    row.forEach((value, c) => total.set(0, c, total.get(0, c) + value));
    for (let bit = 0; bit < bits; bit++) {
      const sign = token >> bit & 1 ? 1 : -1;
      codes[token * bits + bit] = sign * unit;
      row.forEach((value, c) => sums.set(bit, c, sums.get(bit, c) + sign * value));
    }
  }
  const layer = {
    matrix: asMatrix(sums.div(tokens * unit)),
    bias: asMatrix(total.div(tokens)).data,
  };
  return gives({ rows: tokens, columns: bits, data: codes }, layer, table) ? layer : null;
}
