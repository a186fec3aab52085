/** An `encoder.onnx` that fails for real, in the runtime, on inputs of certain lengths. */
import { BOOL, FLOAT, GraphBuilder, INT64 } from "../../src/importer/graphs/graph_builder.ts";
import { TinyModelFolder } from "../lifecycle/tiny_model_folder.ts";

/** Candles of an input that make it fail; every other length gives tokens of 0. */
export const FAILING_LENGTHS = {
  /** A loop that does not end. */
  hangs: 31,
  /** A tensor that no WASM memory holds. */
  exhaustsMemory: 32,
  /** An index past its end. */
  throws: 33,
} as const;

/** More turns than anybody waits for. */
const ENDLESS = 2 ** 52;

/** Floats whose bytes are just below 4 GiB, all that a WASM memory may have. */
const TOO_MANY_FLOATS = 2 ** 30 - 2 ** 20;

/** A number where the input has the length, else the other. */
function where(g: GraphBuilder, length: string, is: number, then: number, other: number): string {
  const equal = g.op("Equal", [length, g.integers(is)]);
  return g.op("Where", [equal, g.integers(then), g.integers(other)]);
}

/** Of an integer `[1]`, a scalar. */
function scalar(g: GraphBuilder, value: string): string {
  return g.op("Squeeze", [value, g.integers(0)]);
}

/** Zero, after so many turns of a loop. */
function loop(g: GraphBuilder, turns: string): string {
  const body = g.subgraph();
  body.input("turn", INT64, []);
  const going = body.input("going", BOOL, []);
  const sum = body.input("sum", FLOAT, []);
  body.result(body.op("Identity", [going]), BOOL, []);
  body.result(body.op("Add", [sum, body.float(0)]), FLOAT, []);
  return g.op("Loop", [turns, g.true(), g.float(0)], { attributes: { body } });
}

/** The graph's bytes: its constants are small, and none is in a file of weights. */
function faultyEncoder(): Uint8Array {
  const g = new GraphBuilder();
  g.input("candles", FLOAT, [1, "L", 6]);
  const positions = g.input("positions", INT64, [1, "L"]);
  const length = g.op("Shape", [positions], { attributes: { start: 1 } });
  const turns = scalar(g, where(g, length, FAILING_LENGTHS.hangs, ENDLESS, 1));
  const size = where(g, length, FAILING_LENGTHS.exhaustsMemory, TOO_MANY_FLOATS, 1);
  const large = g.op("Gather", [g.op("ConstantOfShape", [size]), g.integer(0)]);
  const index = where(g, length, FAILING_LENGTHS.throws, 99, 0);
  const picked = scalar(g, g.op("Gather", [g.integers(0, 0), index]));
  const zero = g.op("Cast", [g.op("Add", [loop(g, turns), large])], { attributes: { to: INT64 } });
  const zeros = g.op("Mul", [positions, g.op("Add", [zero, picked])]);
  g.output("tokens", g.op("Concat", [zeros, zeros], { attributes: { axis: 0 } }), INT64, [2, "L"]);
  return g.encode("").structure;
}

/** A model folder of its own that fails on certain lengths. */
export async function faultyModel(): Promise<TinyModelFolder> {
  const model = await TinyModelFolder.create();
  await model.replaceFile("encoder.onnx", faultyEncoder());
  return model;
}
