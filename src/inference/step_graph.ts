/**
 * The generator without its loop, for devices on which onnxruntime has no `Loop`: it would run on the
 * processor, and the cache would be copied there and back each step. The body becomes the graph, and
 * what it carries from step to step becomes inputs and outputs. The weights are the same.
 */
import onnxProto from "onnx-proto";
import type { GraphBytes } from "./graph_bytes.ts";
import { filterConstants, withSortedFilter } from "./sorted_filter.ts";

const { onnx } = onnxProto;

type NodeProto = onnxProto.onnx.INodeProto;
type GraphProto = onnxProto.onnx.IGraphProto;
type ValueInfoProto = onnxProto.onnx.IValueInfoProto;

/** Element type, as ONNX numbers it. */
const INT64 = 7;

/** What the loop carries before keys and values: the inputs they start with, the outputs they end as. */
const CARRIED_INPUTS = ["s1", "s2", "positions", "recent_positions"];
const CARRIED_OUTPUTS = ["drawn_s1", "drawn_s2", "next_positions", "grown_positions"];

/** Names of the carried keys and values of a number of values, after the four of above. */
function keyValueNames(prefix: "recent" | "grown", count: number): string[] {
  return Array.from(
    { length: count },
    (_, i) => `${prefix}_${i % 2 === 0 ? "keys" : "values"}_${i >> 1}`,
  );
}

/** Nodes with their values renamed, in the graphs inside them too. */
function renamed(nodes: readonly NodeProto[], names: ReadonlyMap<string, string>): NodeProto[] {
  const change = (values: readonly string[]): string[] =>
    values.map((value) => names.get(value) ?? value);
  return nodes.map((node) => ({
    ...node,
    input: change(node.input!),
    output: change(node.output!),
    attribute: node.attribute!.map((attribute) =>
      attribute.g
        ? { ...attribute, g: { ...attribute.g, node: renamed(attribute.g.node!, names) } }
        : attribute
    ),
  }));
}

/** The nodes of `graph` that `wanted` values are computed from. */
function needed(graph: readonly NodeProto[], wanted: Iterable<string>): NodeProto[] {
  const values = new Set(wanted);
  const read = (node: NodeProto): void => {
    for (const name of node.input!) values.add(name);
    for (const { g } of node.attribute!) g?.node?.forEach(read);
    for (const { g } of node.attribute!) g?.output?.forEach(({ name }) => values.add(name!));
  };
  const kept: NodeProto[] = [];
  for (const node of [...graph].reverse()) {
    if (!node.output!.some((name) => values.has(name))) continue;
    read(node);
    kept.unshift(node);
  }
  return kept;
}

function withName(value: ValueInfoProto, name: string): ValueInfoProto {
  return { ...value, name };
}

/**
 * One step of the generator as a graph of its own. It has the generator's inputs but `steps`, for one
 * step, and the inputs `recent_positions`, `recent_keys_i` and `recent_values_i`: what earlier steps
 * of the run computed. Its outputs are `drawn_s1` and `drawn_s2`, `[B, 1]`, and with this step's part
 * `grown_positions`, `grown_keys_i` and `grown_values_i`.
 *
 * @param generator as the importer writes it
 * @param vocabulary V, of s1 and of s2
 * @throws TypeError where it has no loop
 */
export function stepGraph(generator: GraphBytes, vocabulary: number): GraphBytes {
  const model = onnx.ModelProto.decode(generator.structure);
  const main: GraphProto = model.graph!;
  const loop = main.node!.find(({ opType }) => opType === "Loop");
  const body = loop?.attribute?.find(({ g }) => g)?.g;
  if (body === undefined || body === null) {
    throw new TypeError("Cannot make the step graph: the generator has no loop");
  }
  const [step, , ...carried] = body.input!;
  const outputs = body.output!.slice(1, 1 + carried.length);
  const keysAndValues = carried.length - CARRIED_INPUTS.length;
  const inputNames = [...CARRIED_INPUTS, ...keyValueNames("recent", keysAndValues)];
  const outputNames = [...CARRIED_OUTPUTS, ...keyValueNames("grown", keysAndValues)];
  const names = new Map([
    ...carried.map(({ name }, i): [string, string] => [name!, inputNames[i]]),
    ...outputs.map(({ name }, i): [string, string] => [name!, outputNames[i]]),
  ]);
  const graphOutputs = outputs.map((value, i) => withName(value, outputNames[i]));
  graphOutputs.splice(CARRIED_OUTPUTS.indexOf("next_positions"), 1); // whoever runs it counts them
  main.input = [
    ...main.input!.filter(({ name }) => name !== "steps"),
    ...carried.map((value, i) => withName(value, inputNames[i]))
      .slice(CARRIED_INPUTS.indexOf("recent_positions")),
  ];
  main.output = graphOutputs;
  main.initializer = [
    ...main.initializer!,
    ...body.initializer!,
    ...filterConstants(vocabulary),
    { name: step.name!, dataType: INT64, dims: [], rawData: new Uint8Array(8) }, // always the first
  ];
  const nodes = [
    ...main.node!.filter((node) => node !== loop),
    ...renamed(body.node!, names).map(withSortedFilter),
  ];
  main.node = needed(nodes, graphOutputs.map(({ name }) => name!));
  return { ...generator, structure: onnx.ModelProto.encode(model).finish() };
}
