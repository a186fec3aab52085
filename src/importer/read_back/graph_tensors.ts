/** The weights of a graph, by the names they were written under. */
import onnxProto from "onnx-proto";
import { constantBytes, type GraphBytes, type TensorProto } from "../../inference/graph_bytes.ts";
import type { Tensor } from "../../kronos/architecture.ts";
import { FLOAT } from "../graphs/graph_builder.ts";

const { onnx } = onnxProto;

/** Constants that a graph's writer computes: they hold nothing of a checkpoint. */
const COMPUTED: ReadonlySet<string> = new Set([
  "cosines",
  "float",
  "none",
  "ones",
  "powers",
  "sines",
]);

/** A graph that holds something else than weights as the importer writes them. */
export class GraphTensorError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "GraphTensorError";

  /** The message names the graph's file before `state`. */
  constructor(file: string, state: string, cause?: unknown) {
    super(`Cannot read weights of ${file}: ${state}`, { cause });
  }
}

/** The weights of one graph; each is taken once, so that none is left unread. */
export class GraphTensors {
  readonly #file: string;
  readonly #tensors: Map<string, Tensor>;

  /**
   * Reads the bytes of a graph.
   *
   * @param file names its structure in errors
   * @throws GraphTensorError where it is no graph, or a constant is not as it is written
   */
  constructor(file: string, graph: GraphBytes) {
    this.#file = file;
    this.#tensors = readTensors(file, graph);
  }

  /**
   * The tensor of that name.
   *
   * @throws GraphTensorError where there is none, or it has another shape
   */
  take(name: string, ...shape: number[]): Tensor {
    const found = this.#tensors.get(name);
    if (found === undefined) throw this.refusal(name, "is missing");
    if (found.shape.join() !== shape.join()) {
      throw this.refusal(name, `has shape [${found.shape}], its sizes ask for [${shape}]`);
    }
    this.#tensors.delete(name);
    return found;
  }

  /**
   * Checks that every tensor was taken.
   *
   * @throws GraphTensorError where the graph holds one more: it computes something else
   */
  end(): void {
    for (const name of this.#tensors.keys()) throw this.refusal(name, "is not known");
  }

  /** What to throw where a tensor cannot be used. */
  refusal(tensor: string, state: string): GraphTensorError {
    return new GraphTensorError(this.#file, `tensor ${tensor} ${state}`);
  }
}

/** The float constants of a graph by name, without the number that makes a name unique. */
function readTensors(file: string, graph: GraphBytes): Map<string, Tensor> {
  const tensors = new Map<string, Tensor>();
  for (const proto of initializers(file, graph)) {
    const name = (proto.name ?? "").replace(/_\d+$/, "");
    if (proto.dataType !== FLOAT || COMPUTED.has(name)) continue;
    if (tensors.has(name)) throw new GraphTensorError(file, `two tensors are called ${name}`);
    const shape = (proto.dims ?? []).map(Number);
    const data = floats(proto, graph);
    if (data.length !== shape.reduce((product, size) => product * size, 1)) {
      throw new GraphTensorError(
        file,
        `tensor ${name} has ${data.length} values for shape [${shape}]`,
      );
    }
    if (!data.every(Number.isFinite)) {
      throw new GraphTensorError(file, `tensor ${name} holds values not finite`);
    }
    tensors.set(name, { shape, data });
  }
  return tensors;
}

function initializers(file: string, { structure }: GraphBytes): TensorProto[] {
  try {
    return onnx.ModelProto.decode(structure).graph?.initializer ?? [];
  } catch (cause) {
    throw new GraphTensorError(file, "it is no ONNX graph", cause);
  }
}

/** The values of a constant, wherever its bytes are. */
function floats(proto: TensorProto, graph: GraphBytes): Float32Array {
  const own = Uint8Array.from(constantBytes(proto, graph)); // a copy is aligned
  return new Float32Array(own.buffer, 0, Math.floor(own.length / Float32Array.BYTES_PER_ELEMENT));
}
