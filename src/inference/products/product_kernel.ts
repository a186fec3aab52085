/**
 * The innermost part of a matrix product, as onnxruntime's library (MLAS) calls it: some rows of A with
 * panels of B. Its own kernel multiplies and adds apart and takes two rows at a time; this one does both
 * in one instruction (relaxed SIMD) and takes six, so that the arithmetic units are never waited for.
 *
 * Every element is summed over k in one order by one accumulator, however many rows go together: a
 * row's sums do not depend on its neighbours.
 */
import {
  addFours,
  binary,
  block,
  type Code,
  code,
  FOUR_ZEROS,
  get,
  integer,
  lane,
  leaveIf,
  load,
  loadFour,
  loadSplat,
  loop,
  moved,
  multiplyAdd,
  multiplyFours,
  repeated,
  select,
  set,
  splat,
  store,
  storeFour,
  unsigned,
  when,
} from "./instructions.ts";

const FLOAT_BYTES = 4;
const VECTOR_FLOATS = 4;
const VECTOR_BYTES = VECTOR_FLOATS * FLOAT_BYTES;

/** Columns of B that stand together: the library packs it so, `[N / 16, K, 16]`, zeros at the end. */
const PANEL_BYTES = 16 * FLOAT_BYTES;

/** Rows that go together: 12 accumulators, which is what 16 registers hold beside their operands. */
const MOST_ROWS = 6;

/** So few rows take all of a panel at once, more take half of it. */
const WIDE_ROWS = 2;

/** Turns of the loop over k that are written out. */
const UNROLLED = 4;

/** Parameters, by number: addresses, sizes, strides in floats, and what the product is multiplied by. */
const [A, B, C, K, ROWS_LEFT, COLUMNS_LEFT, A_STRIDE, C_STRIDE, ALPHA] = Array(9).keys();

/** Integers of its own: rows of this call, a counter, where in B, and where in each row of A and of C. */
const [ROWS, LEFT, PANEL] = [9, 10, 11];
const A_ROW = 12;
const C_ROW = A_ROW + MOST_ROWS;
const INTEGERS = 3 + 2 * MOST_ROWS;

/** Vectors of its own. */
const SUMS = C_ROW + MOST_ROWS;
const FACTOR = SUMS + 2 * MOST_ROWS;
const RESULT = FACTOR + 1;
const OPERANDS = RESULT + 1;
const VECTORS = 2 * MOST_ROWS + 2 + 1 + WIDE_ROWS;

/** What goes together: `rows` rows, and `vectors` vectors of a panel from byte `from` on. */
interface Tile {
  readonly rows: number;
  readonly vectors: number;
  readonly from: number;
}

function sumOf({ vectors }: Tile, row: number, vector: number): number {
  return SUMS + row * vectors + vector;
}

/** The products of one k: those of `turn` after the addresses. Each operand is loaded once. */
function turn(tile: Tile, turn: number): Code {
  const { rows, vectors, from } = tile;
  const loadB = (local: number, vector: number): Code =>
    set(local, loadFour(PANEL, turn * PANEL_BYTES + from + vector * VECTOR_BYTES));
  const loadA = (local: number, row: number): Code =>
    set(local, loadSplat(A_ROW + row, turn * FLOAT_BYTES));
  const add = (row: number, vector: number, a: number, b: number): Code => {
    const sum = sumOf(tile, row, vector);
    return set(sum, multiplyAdd(get(a), get(b), get(sum)));
  };
  if (rows <= WIDE_ROWS) {
    const a = (row: number): number => OPERANDS + 1 + row;
    return code(
      repeated(rows, (row) => loadA(a(row), row)),
      repeated(vectors, (vector) =>
        code(
          loadB(OPERANDS, vector),
          repeated(rows, (row) => add(row, vector, a(row), OPERANDS)),
        )),
    );
  }
  const a = OPERANDS + vectors;
  return code(
    repeated(vectors, (vector) => loadB(OPERANDS + vector, vector)),
    repeated(rows, (row) =>
      code(
        loadA(a, row),
        repeated(vectors, (vector) => add(row, vector, a, OPERANDS + vector)),
      )),
  );
}

/** As many turns as there are, `count` at a time. */
function turns(tile: Tile, count: number): Code {
  const [outside, again] = [1, 0];
  return block(loop(
    leaveIf(outside, binary("lt unsigned", get(LEFT), integer(count))),
    repeated(count, (index) => turn(tile, index)),
    repeated(tile.rows, (row) => moved(A_ROW + row, count * FLOAT_BYTES)),
    moved(PANEL, count * PANEL_BYTES),
    moved(LEFT, -count),
    leaveIf(again, integer(1)),
  ));
}

/** Writes the sums of a tile, or adds them to what is there; of the last columns only what exists. */
function written(tile: Tile, adds: boolean): Code {
  const { rows, vectors } = tile;
  const columns = vectors * VECTOR_FLOATS;
  const result = (row: number, vector: number): Code =>
    multiplyFours(get(sumOf(tile, row, vector)), get(FACTOR));
  const whole = (row: number, vector: number): Code => {
    const [at, value] = [vector * VECTOR_BYTES, result(row, vector)];
    return storeFour(C_ROW + row, at, adds ? addFours(loadFour(C_ROW + row, at), value) : value);
  };
  const single = (row: number, vector: number, index: number): Code => {
    const at = vector * VECTOR_BYTES + index * FLOAT_BYTES;
    const value = lane(get(RESULT), index);
    return when(
      binary("gt signed", get(LEFT), integer(index)),
      store(C_ROW + row, at, adds ? binary("add floats", load(C_ROW + row, at), value) : value),
    );
  };
  const partly = (row: number, vector: number): Code =>
    code(
      when(
        binary("ge signed", get(LEFT), integer(VECTOR_FLOATS)),
        whole(row, vector),
        code(
          set(RESULT, result(row, vector)),
          repeated(VECTOR_FLOATS - 1, (index) => single(row, vector, index)),
        ),
      ),
      moved(LEFT, -VECTOR_FLOATS),
    );
  return when(
    binary("ge unsigned", get(COLUMNS_LEFT), integer(columns)),
    code(
      repeated(rows, (row) => repeated(vectors, (vector) => whole(row, vector))),
      repeated(rows, (row) => moved(C_ROW + row, columns * FLOAT_BYTES)),
      moved(COLUMNS_LEFT, -columns),
    ),
    code(
      repeated(rows, (row) =>
        code(
          set(LEFT, get(COLUMNS_LEFT)),
          repeated(vectors, (vector) => partly(row, vector)),
        )),
      set(COLUMNS_LEFT, integer(0)),
    ),
  );
}

function tileOf(tile: Tile, adds: boolean): Code {
  const { rows, vectors } = tile;
  return code(
    repeated(rows * vectors, (index) => set(SUMS + index, FOUR_ZEROS)),
    repeated(rows, (row) => set(A_ROW + row, rowAddress(A, A_STRIDE, row))),
    set(PANEL, get(B)),
    set(LEFT, get(K)),
    turns(tile, UNROLLED),
    turns(tile, 1),
    written(tile, adds),
  );
}

function rowAddress(matrix: number, stride: number, row: number): Code {
  return binary("add", get(matrix), binary("mul", get(stride), integer(row)));
}

/** All panels with so many rows. */
function rowsOf(rows: number, adds: boolean): Code {
  const half = PANEL_BYTES / 2;
  const tile = (vectors: number, from: number): Code => tileOf({ rows, vectors, from }, adds);
  const panel = rows <= WIDE_ROWS
    ? tile(4, 0)
    : code(tile(2, 0), when(get(COLUMNS_LEFT), tile(2, half)));
  return code(
    repeated(rows, (row) => set(C_ROW + row, rowAddress(C, C_STRIDE, row))),
    loop(
      panel,
      set(B, binary("add", get(B), binary("mul", get(K), integer(PANEL_BYTES)))),
      leaveIf(0, get(COLUMNS_LEFT)),
    ),
  );
}

/** Rows of this call: six of many, and the last 7 to 11 in two like parts. */
function rowsOfCall(): Code {
  const twoParts = binary("shr unsigned", binary("add", get(ROWS_LEFT), integer(1)), integer(1));
  const few = select(
    get(ROWS_LEFT),
    twoParts,
    binary("lt unsigned", get(ROWS_LEFT), integer(MOST_ROWS + 1)),
  );
  const many = binary("ge unsigned", get(ROWS_LEFT), integer(2 * MOST_ROWS));
  return set(ROWS, select(integer(MOST_ROWS), few, many));
}

/**
 * The function's body, with its locals, as a binary has it. It takes A `[M, K]`, packed B, C `[M, N]`,
 * K, M, N, the strides of A and C, and alpha; it returns how many rows it did, for the caller to go on
 * after them.
 *
 * @param adds whether alpha A B is added to C, or stands there instead
 */
export function productKernel(adds: boolean): Uint8Array {
  const inBytes = (stride: number): Code =>
    set(stride, binary("mul", get(stride), integer(FLOAT_BYTES)));
  const I32 = 0x7f;
  const V128 = 0x7b;
  return Uint8Array.from(code(
    [2, ...unsigned(INTEGERS), I32, ...unsigned(VECTORS), V128],
    inBytes(A_STRIDE),
    inBytes(C_STRIDE),
    set(FACTOR, splat(get(ALPHA))),
    rowsOfCall(),
    repeated(MOST_ROWS, (index) =>
      block(
        leaveIf(0, binary("ne", get(ROWS), integer(index + 1))),
        rowsOf(index + 1, adds),
      )),
    get(ROWS),
    [0x0b],
  ));
}
