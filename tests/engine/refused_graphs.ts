/** Decoders that WASM runs as before, and that onnxruntime refuses on WebGPU. */
import { FLOAT, GraphBuilder } from "../../src/importer/graphs/graph_builder.ts";

/** Of ONNX: 64-bit floats, which no graphics device has. */
const DOUBLE = 11;

/** Forms of refusal: what is computed, beside the forecast, of the candles that it answers. */
const COMPUTED = {
  /** Opening finds no kernel for 64-bit floats. */
  opening: (g: GraphBuilder) =>
    g.op("Cast", [g.op("Cast", ["candles"], { attributes: { to: DOUBLE } })], {
      attributes: { to: FLOAT },
    }),
  /** A product of nothing wants a buffer of no bytes, which the first forecast asks for in vain. */
  running: (g: GraphBuilder) => {
    const empty = g.op("Slice", ["candles", g.integers(0), g.integers(0), g.integers(-1)]);
    return g.op("MatMul", [empty, g.floats("nothing", [0, 1], new Float32Array(0))]);
  },
} as const;

/**
 * Such a decoder. Protobuf reads messages that follow each other as one, whose lists go on.
 *
 * @param decoder an ONNX file with an output `candles`
 */
export function refusedDecoder(decoder: Uint8Array, when: keyof typeof COMPUTED): Uint8Array {
  const g = new GraphBuilder("refused_");
  g.output("beside", COMPUTED[when](g), FLOAT, ["M", "C"]);
  const { structure } = g.encode("decoder.weights");
  return Uint8Array.from([...decoder, ...structure]);
}
