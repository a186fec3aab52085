/**
 * top_k and top_p without a loop: the importer's graphs search for the best of the kept tokens in turns
 * (`importer/graphs/sampling.ts`), which on WebGPU are a way to the processor and back each. Sorted
 * probabilities and their running sum say where the kept ones end, in a fixed number of nodes.
 */
import onnxProto from "onnx-proto";

const { onnx } = onnxProto;

type AttributeProto = onnxProto.onnx.IAttributeProto;
type GraphProto = onnxProto.onnx.IGraphProto;
/** A node of a graph. */
export type NodeProto = onnxProto.onnx.INodeProto;
/** A constant of a graph. */
export type TensorProto = onnxProto.onnx.ITensorProto;

/** Element types, as ONNX numbers them. */
const [FLOAT, INT64] = [1, 7];

/** Names of constants that both filters of a graph share. */
const SHARED = {
  count: "filter_count",
  axis: "filter_axis",
  axes: "filter_axes",
  ranks: "filter_ranks",
  more: "filter_more",
  never: "filter_never",
};

/** More than any probability. */
const MORE = 2;

/** The constants that sorting filters need, once a graph. */
export function filterConstants(vocabulary: number): TensorProto[] {
  const floats = (name: string, dims: number[], data: Float32Array): TensorProto => ({
    name,
    dims,
    dataType: FLOAT,
    rawData: new Uint8Array(data.buffer),
  });
  const integers = (name: string, dims: number[], value: number): TensorProto => ({
    name,
    dims,
    dataType: INT64,
    rawData: new Uint8Array(BigInt64Array.of(BigInt(value)).buffer),
  });
  const ranks = Float32Array.from({ length: vocabulary }, (_, rank) => rank);
  return [
    integers(SHARED.count, [1], vocabulary),
    integers(SHARED.axis, [], 1),
    integers(SHARED.axes, [1], 1),
    floats(SHARED.ranks, [1, vocabulary], ranks),
    floats(SHARED.more, [], Float32Array.of(MORE)),
    floats(SHARED.never, [], Float32Array.of(-Infinity)),
  ];
}

/**
 * What the search keeps, by a threshold. A token is kept while the likelier ones weigh at most top_p
 * and are fewer than top_k: in sorted order those are the first ones, so that the last of them is the
 * least likely to keep, and what is as likely as it is kept too.
 *
 * @param probabilities `[B, V]`
 * @param noisy the candidates, `[B, V]`
 * @param output name of the candidates with those that are not kept at minus infinity
 */
function sortedFilter(probabilities: string, noisy: string, output: string): NodeProto[] {
  const name = (part: string): string => `${output}_${part}`;
  const node = (
    opType: string,
    input: string[],
    part: string,
    attribute: AttributeProto[] = [],
  ): NodeProto => ({ opType, name: name(part), input, output: [name(part)], attribute });
  const integer = (key: string, value: number): AttributeProto => ({
    name: key,
    type: onnx.AttributeProto.AttributeType.INT,
    i: value,
  });
  const sorted: NodeProto = {
    ...node("TopK", [probabilities, SHARED.count], "sorted"),
    output: [name("sorted"), name("places")],
  };
  return [
    sorted,
    node("CumSum", [name("sorted"), SHARED.axis], "before", [integer("exclusive", 1)]),
    node("LessOrEqual", [name("before"), "top_p"], "in_mass"),
    node("Less", [SHARED.ranks, "top_k"], "in_count"),
    node("And", [name("in_mass"), name("in_count")], "first"),
    node("Where", [name("first"), name("sorted"), SHARED.more], "kept"),
    node("ReduceMin", [name("kept"), SHARED.axes], "least", [integer("keepdims", 1)]),
    node("GreaterOrEqual", [probabilities, name("least")], "stay"),
    { ...node("Where", [name("stay"), noisy, SHARED.never], "filtered"), output: [output] },
  ];
}

/** A branch of the draw, its search replaced where it has one: Softmax, Loop, ArgMax. */
function withoutSearch(branch: GraphProto): GraphProto {
  const softmax = branch.node!.find(({ opType }) => opType === "Softmax");
  const search = branch.node!.find(({ opType }) => opType === "Loop");
  if (softmax === undefined || search === undefined) return branch;
  const [, , noisy] = search.input!;
  const filter = sortedFilter(softmax.output![0], noisy, search.output![0]);
  return { ...branch, node: branch.node!.flatMap((node) => node === search ? filter : [node]) };
}

/** A draw (an `If` between filtered and unfiltered) whose filter sorts; other nodes as they are. */
export function withSortedFilter(node: NodeProto): NodeProto {
  if (node.opType !== "If") return node;
  const attribute = node.attribute!.map((branch) =>
    branch.g ? { ...branch, g: withoutSearch(branch.g) } : branch
  );
  return { ...node, attribute };
}
