/** Writes ONNX graphs: nodes by operator, constants by value, subgraphs that see their outer scope. */
import onnxProto from "onnx-proto";
import type { GraphBytes } from "../../inference/graph_bytes.ts";
import { withExternalData } from "./external_data.ts";

const { onnx } = onnxProto;

/** Version of the default operator set. */
export const ONNX_OPSET = 21;
/** Version of the file format, which the operator set needs. */
export const ONNX_IR_VERSION = 10;
/** Operators of onnxruntime beyond the standard. */
export const MICROSOFT = "com.microsoft";

/** Element types, as ONNX numbers them. */
export const FLOAT = 1;
/** 32-bit integers. */
export const INT32 = 6;
/** 64-bit integers: what ONNX wants as indices and shapes. */
export const INT64 = 7;
/** Booleans. */
export const BOOL = 9;

/** Dimensions: numbers are fixed, names are free. */
export type Dimensions = readonly (number | string)[];

/** Value of a node's attribute; a float is wrapped, since JavaScript has no other mark for it. */
export type Attribute =
  | number
  | string
  | readonly number[]
  | { readonly float: number }
  | GraphBuilder;

/** How a node differs from one output of the standard operator set. */
export interface NodeOptions {
  /** By the operator's own names. */
  readonly attributes?: Readonly<Record<string, Attribute>>;
  /** Operator set; absent is the standard one. */
  readonly domain?: string;
}

function elements(dimensions: readonly number[]): number {
  return dimensions.reduce((product, size) => product * size, 1);
}

function attributeProto(name: string, value: Attribute): onnxProto.onnx.AttributeProto {
  const { AttributeType, create } = onnx.AttributeProto;
  if (value instanceof GraphBuilder) {
    return create({ name, type: AttributeType.GRAPH, g: value.graph() });
  }
  if (typeof value === "string") {
    return create({ name, type: AttributeType.STRING, s: new TextEncoder().encode(value) });
  }
  if (typeof value === "number") return create({ name, type: AttributeType.INT, i: value });
  if ("float" in value) return create({ name, type: AttributeType.FLOAT, f: value.float });
  return create({ name, type: AttributeType.INTS, ints: [...value] });
}

/** One ONNX graph under construction. Names are unique across a graph and its subgraphs. */
export class GraphBuilder {
  readonly #nodes: onnxProto.onnx.INodeProto[] = [];
  readonly #initializers: onnxProto.onnx.ITensorProto[] = [];
  readonly #inputs: onnxProto.onnx.IValueInfoProto[] = [];
  readonly #outputs: onnxProto.onnx.IValueInfoProto[] = [];
  readonly #prefix: string;
  #names = 0;
  #subgraphs = 0;

  /** An empty graph; every generated name begins with `prefix`. */
  constructor(prefix = "") {
    this.#prefix = prefix;
  }

  /** A graph for a node of this one (`Loop`, `If`); it may use this graph's values. */
  subgraph(): GraphBuilder {
    return new GraphBuilder(`${this.#prefix}g${this.#subgraphs++}_`);
  }

  #fresh(hint: string): string {
    return `${this.#prefix}${hint}_${this.#names++}`;
  }

  #constant(
    hint: string,
    type: number,
    dimensions: readonly number[],
    raw: ArrayBufferView,
  ): string {
    const name = this.#fresh(hint);
    const rawData = new Uint8Array(raw.buffer, raw.byteOffset, raw.byteLength);
    this.#initializers.push({ name, dims: [...dimensions], dataType: type, rawData });
    return name;
  }

  /** A float32 constant, row-major. */
  floats(hint: string, dimensions: readonly number[], data: Float32Array): string {
    if (data.length !== elements(dimensions)) {
      throw new RangeError(
        `Cannot write constant ${hint}: ${data.length} values for shape [${dimensions}]`,
      );
    }
    return this.#constant(hint, FLOAT, dimensions, data);
  }

  /** A float32 scalar. */
  float(value: number): string {
    return this.floats("float", [], Float32Array.of(value));
  }

  /** A list of 64-bit integers, `[values.length]`. */
  integers(...values: number[]): string {
    return this.#constant("ints", INT64, [values.length], BigInt64Array.from(values, BigInt));
  }

  /** A 64-bit integer scalar. */
  integer(value: number): string {
    return this.#constant("int", INT64, [], BigInt64Array.of(BigInt(value)));
  }

  /** The boolean true, which a `Loop` without a condition wants. */
  true(): string {
    return this.#constant("true", BOOL, [], Uint8Array.of(1));
  }

  /** A node with one output; returns the output's name. */
  op(type: string, inputs: readonly string[], options: NodeOptions = {}): string {
    return this.ops(type, inputs, 1, options)[0];
  }

  /** A node with several outputs; returns their names. */
  ops(
    type: string,
    inputs: readonly string[],
    outputs: number,
    options: NodeOptions = {},
  ): string[] {
    const names = Array.from({ length: outputs }, () => this.#fresh(type));
    this.#nodes.push({
      opType: type,
      name: names[0],
      input: [...inputs],
      output: names,
      domain: options.domain ?? "",
      attribute: Object.entries(options.attributes ?? {}).map(([name, value]) =>
        attributeProto(name, value)
      ),
    });
    return names;
  }

  #valueInfo(name: string, type: number, dimensions: Dimensions): onnxProto.onnx.IValueInfoProto {
    const dim = dimensions.map((size) =>
      typeof size === "string" ? { dimParam: size } : { dimValue: size }
    );
    return { name, type: { tensorType: { elemType: type, shape: { dim } } } };
  }

  /** Declares an input under its public name. */
  input(name: string, type: number, dimensions: Dimensions): string {
    this.#inputs.push(this.#valueInfo(name, type, dimensions));
    return name;
  }

  /** Declares an output under a name of its own, taking the value from `value` by a copy. */
  output(name: string, value: string, type: number, dimensions: Dimensions): void {
    this.#nodes.push({ opType: "Identity", name, input: [value], output: [name] });
    this.#outputs.push(this.#valueInfo(name, type, dimensions));
  }

  /** Declares a value that a node of this graph computed as an output, under its own name. */
  result(value: string, type: number, dimensions: Dimensions): void {
    this.#outputs.push(this.#valueInfo(value, type, dimensions));
  }

  /** The graph as a message, for a node's attribute. */
  graph(): onnxProto.onnx.GraphProto {
    return onnx.GraphProto.create({
      name: `${this.#prefix}graph`,
      node: this.#nodes,
      initializer: this.#initializers,
      input: this.#inputs,
      output: this.#outputs,
    });
  }

  /**
   * The bytes of this graph's files. Constants of subgraphs stay in its structure, however large.
   *
   * @param weightsName name of the file that its large constants will be in
   */
  encode(weightsName: string): GraphBytes {
    const { constants, weights } = withExternalData(this.#initializers, weightsName);
    const model = onnx.ModelProto.create({
      irVersion: ONNX_IR_VERSION,
      producerName: "kronos-edge",
      opsetImport: [{ domain: "", version: ONNX_OPSET }, { domain: MICROSOFT, version: 1 }],
      graph: { ...this.graph(), initializer: constants },
    });
    return { structure: onnx.ModelProto.encode(model).finish(), weights, weightsName };
  }
}
