/** WebAssembly instructions as bytes, those that the product kernel is made of. */

/** Instructions one after the other. */
export type Code = readonly number[];

/** A whole number from 0 as it stands in a binary: LEB128. */
export function unsigned(value: number): Code {
  return value < 128 ? [value] : [value % 128 + 128, ...unsigned(Math.floor(value / 128))];
}

/** A constant operand: LEB128 whose seventh bit is the sign. */
function signed(value: number): Code {
  const rest = value >> 7;
  const byte = value & 127;
  const ends = rest === 0 && byte < 64 || rest === -1 && byte >= 64;
  return ends ? [byte] : [byte | 128, ...signed(rest)];
}

/** Joins instructions, and what comes from a loop. */
export function code(...parts: readonly Code[]): Code {
  return parts.flat();
}

/** What each of 0 to `count - 1` makes, one after the other. */
export function repeated(count: number, make: (index: number) => Code): Code {
  return Array.from({ length: count }, (_, index) => make(index)).flat();
}

/** Pushes a local. */
export function get(local: number): Code {
  return [0x20, ...unsigned(local)];
}

/** Pops into a local what `value` pushes. */
export function set(local: number, value: Code): Code {
  return [...value, 0x21, ...unsigned(local)];
}

/** Pushes an integer. */
export function integer(value: number): Code {
  return [0x41, ...signed(value)];
}

/** Opcodes of operations of two 32-bit values. */
export const BINARY = {
  ne: 0x47,
  "lt unsigned": 0x49,
  "gt signed": 0x4a,
  "ge signed": 0x4e,
  "ge unsigned": 0x4f,
  add: 0x6a,
  sub: 0x6b,
  mul: 0x6c,
  "shr unsigned": 0x76,
  "add floats": 0x92,
} as const;

/** `a` and `b` through an operation. */
export function binary(operation: keyof typeof BINARY, a: Code, b: Code): Code {
  return [...a, ...b, BINARY[operation]];
}

/** A local moved by a constant. */
export function moved(local: number, by: number): Code {
  return set(local, binary("add", get(local), integer(by)));
}

/** `a` where the condition holds, else `b`; both are computed. */
export function select(a: Code, b: Code, condition: Code): Code {
  return [...a, ...b, ...condition, 0x1b];
}

const NO_RESULT = 0x40;
const END = 0x0b;

/** A block that `leaveIf` can leave. */
export function block(...body: readonly Code[]): Code {
  return [0x02, NO_RESULT, ...body.flat(), END];
}

/** A loop that `leaveIf` begins again. */
export function loop(...body: readonly Code[]): Code {
  return [0x03, NO_RESULT, ...body.flat(), END];
}

/** Either of two. */
export function when(condition: Code, yes: Code, no: Code = []): Code {
  return [...condition, 0x04, NO_RESULT, ...yes, ...no.length > 0 ? [0x05, ...no] : [], END];
}

/** Goes to the end of the block, or the start of the loop, that is `depth` levels out. */
export function leaveIf(depth: number, condition: Code): Code {
  return [...condition, 0x0d, ...unsigned(depth)];
}

/** Exponents of two: nothing here is aligned to more than its floats. */
const FLOAT_ALIGNMENT = 2;

function memory(opcode: Code, offset: number): Code {
  return [...opcode, FLOAT_ALIGNMENT, ...unsigned(offset)];
}

/** The float at `offset` bytes after the address in a local. */
export function load(address: number, offset: number): Code {
  return [...get(address), ...memory([0x2a], offset)];
}

/** Stores a float there. */
export function store(address: number, offset: number, value: Code): Code {
  return [...get(address), ...value, ...memory([0x38], offset)];
}

/** Four floats from there on. */
export function loadFour(address: number, offset: number): Code {
  return [...get(address), ...memory([0xfd, 0x00], offset)];
}

/** Stores four floats there. */
export function storeFour(address: number, offset: number, value: Code): Code {
  return [...get(address), ...value, ...memory([0xfd, 0x0b], offset)];
}

/** The float there, four times. */
export function loadSplat(address: number, offset: number): Code {
  return [...get(address), ...memory([0xfd, 0x09], offset)];
}

/** Four times one float. */
export function splat(value: Code): Code {
  return [...value, 0xfd, 0x13];
}

/** Four zeros. */
export const FOUR_ZEROS: Code = [0xfd, 0x0c, ...Array<number>(16).fill(0)];

/** One of four floats. */
export function lane(value: Code, index: number): Code {
  return [...value, 0xfd, 0x1f, index];
}

/** Four sums. */
export function addFours(a: Code, b: Code): Code {
  return [...a, ...b, 0xfd, 0xe4, 0x01];
}

/** Four products. */
export function multiplyFours(a: Code, b: Code): Code {
  return [...a, ...b, 0xfd, 0xe6, 0x01];
}

/** `a * b + sum` four times, in one instruction and with one rounding where the processor has that. */
export function multiplyAdd(a: Code, b: Code, sum: Code): Code {
  return [...a, ...b, ...sum, 0xfd, 0x85, 0x02];
}
