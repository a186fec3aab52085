/**
 * Turns a graph's matrix products with constant weights into products of 8-bit integers. Weights get a
 * scale for each column, once; what meets them gets one for each row, in the graph: a row never
 * depends on its neighbours, which one scale for a whole tensor (`DynamicQuantizeMatMul`) would make
 * it do. The sums are of integers, so they are exact in any order.
 */
import onnxProto from "onnx-proto";
import { constantBytes, type GraphBytes, type TensorProto } from "./graph_bytes.ts";

const { onnx } = onnxProto;

type NodeProto = onnxProto.onnx.INodeProto;
type GraphProto = onnxProto.onnx.IGraphProto;

/** Element types, as ONNX numbers them. */
const [FLOAT, UINT8, INT8, INT64] = [1, 2, 3, 7];

/** The largest magnitude of a quantised weight or value. */
const LARGEST = 127;
/** What a row's values are shifted by, since the faster product wants them unsigned. */
const ZERO_POINT = 128;
/** The least that a row counts as its largest magnitude, so that a row of zeros divides by something. */
const LEAST_MAGNITUDE = 1e-30;

/** Names of constants that all products of a graph share. */
const SHARED = {
  axis: "int8_axis",
  least: "int8_least",
  toScale: "int8_to_scale",
  shift: "int8_shift",
  one: "int8_one",
  zeroPoint: "int8_zero_point",
};

function tensorProto(
  name: string,
  dataType: number,
  dims: number[],
  data: ArrayBufferView,
): TensorProto {
  const rawData = new Uint8Array(data.buffer, data.byteOffset, data.byteLength);
  return { name, dataType, dims, rawData };
}

function sharedConstants(): TensorProto[] {
  const float = (name: string, value: number): TensorProto =>
    tensorProto(name, FLOAT, [], Float32Array.of(value));
  return [
    tensorProto(SHARED.axis, INT64, [1], BigInt64Array.of(-1n)),
    float(SHARED.least, LEAST_MAGNITUDE),
    float(SHARED.toScale, 1 / LARGEST),
    float(SHARED.shift, ZERO_POINT + 0.5), // a cast cuts off: half more rounds
    float(SHARED.one, 1),
    tensorProto(SHARED.zeroPoint, UINT8, [], Uint8Array.of(ZERO_POINT)),
  ];
}

/** A matrix `[rows, columns]` of floats as 8-bit integers and a scale for each column. */
function quantized(weight: TensorProto, graph: GraphBytes): TensorProto[] {
  const [rows, columns] = weight.dims!.map(Number);
  const copy = Uint8Array.from(constantBytes(weight, graph)); // of its own, and aligned
  const values = new Float32Array(copy.buffer);
  const scales = new Float32Array(columns);
  for (let at = 0; at < values.length; at += columns) {
    for (let c = 0; c < columns; c++) scales[c] = Math.max(scales[c], Math.abs(values[at + c]));
  }
  for (let c = 0; c < columns; c++) scales[c] = Math.max(scales[c], LEAST_MAGNITUDE) / LARGEST;
  const integers = new Int8Array(values.length);
  for (let at = 0; at < values.length; at += columns) {
    for (let c = 0; c < columns; c++) integers[at + c] = Math.round(values[at + c] / scales[c]);
  }
  return [
    tensorProto(`${weight.name}_int8`, INT8, [rows, columns], integers),
    tensorProto(`${weight.name}_scales`, FLOAT, [columns], scales),
  ];
}

/** The nodes that stand for the product `node` with the weight of that name. */
function int8Product(node: NodeProto, weight: string): NodeProto[] {
  const [x, , bias] = node.input!;
  const [output] = node.output!;
  const name = (part: string): string => `${output}_${part}`;
  const op = (opType: string, input: string[], part: string, more: NodeProto = {}): NodeProto => ({
    opType,
    name: name(part),
    input,
    output: [name(part)],
    ...more,
  });
  const attribute = (key: string, value: number): NodeProto => ({
    attribute: [{ name: key, type: onnx.AttributeProto.AttributeType.INT, i: value }],
  });
  const product = [name("integers"), `${weight}_int8`, SHARED.one, `${weight}_scales`];
  const nodes = [
    op("Abs", [x], "magnitudes"),
    op("ReduceMax", [name("magnitudes"), SHARED.axis], "most", attribute("keepdims", 1)),
    op("Max", [name("most"), SHARED.least], "largest"),
    op("Mul", [name("largest"), SHARED.toScale], "scale"), // [rows, 1]
    op("Div", [x, name("scale")], "scaled"),
    op("Add", [name("scaled"), SHARED.shift], "shifted"),
    op("Cast", [name("shifted")], "integers", attribute("to", UINT8)),
    op("MatMulIntegerToFloat", [...product, SHARED.zeroPoint], "product", {
      domain: "com.microsoft",
    }),
    op("Mul", [name("product"), name("scale")], "result"),
    ...bias === undefined ? [] : [op("Add", [name("result"), bias], "sum")],
  ];
  nodes[nodes.length - 1].output = [output];
  return nodes;
}

/** Replaces the products of a graph and of the graphs inside its nodes. */
function replaceProducts(
  graph: GraphProto,
  weights: ReadonlyMap<string, TensorProto>,
  used: Set<string>,
): void {
  graph.node = graph.node!.flatMap((node) => {
    for (const { g } of node.attribute ?? []) if (g) replaceProducts(g, weights, used);
    const weight = node.input![1];
    if (!["MatMul", "Gemm"].includes(node.opType!) || !weights.has(weight)) return [node];
    used.add(weight);
    return int8Product(node, weight);
  });
}

/**
 * The graph with 8-bit weights, which are in its structure.
 *
 * @param graph as the importer writes it
 */
export function withInt8Weights(graph: GraphBytes): GraphBytes {
  const model = onnx.ModelProto.decode(graph.structure);
  const main = model.graph!;
  const weights = new Map(
    main.initializer!.filter(({ dims, dataType }) => dims!.length === 2 && dataType === FLOAT)
      .map((tensor) => [tensor.name!, tensor]),
  );
  const used = new Set<string>();
  replaceProducts(main, weights, used);
  main.initializer = main.initializer!.flatMap((tensor) =>
    used.has(tensor.name!) ? quantized(tensor, graph) : [tensor]
  );
  main.initializer.push(...sharedConstants());
  return { ...graph, structure: onnx.ModelProto.encode(model).finish() };
}
