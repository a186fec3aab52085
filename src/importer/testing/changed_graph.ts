/** Graphs of a model folder that are not what its importer wrote, with checksums that fit. */
import { createHash } from "node:crypto";
import onnxProto from "onnx-proto";
import { constantBytes, type TensorProto } from "../../inference/graph_bytes.ts";
import { GRAPH_FILES, GRAPH_ROLES, type GraphRole } from "../../inference/manifest.ts";

const { onnx } = onnxProto;

/** Replaces a file and has the manifest vouch for it: no checksum stands in the way. */
export async function replaceFile(folder: string, file: string, bytes: Uint8Array): Promise<void> {
  await Deno.writeFile(`${folder}/${file}`, bytes);
  await changeManifest(folder, ({ files }) => {
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    return { files: { ...files as object, [file]: { sha256, bytes: bytes.length } } };
  });
}

/** Changes fields of a manifest. */
export async function changeManifest(
  folder: string,
  change: (manifest: Readonly<Record<string, unknown>>) => Readonly<Record<string, unknown>>,
): Promise<void> {
  const path = `${folder}/manifest.json`;
  const manifest = JSON.parse(await Deno.readTextFile(path));
  await Deno.writeTextFile(path, JSON.stringify({ ...manifest, ...change(manifest) }));
}

/** Changes the constants of a graph; their bytes are in its structure, before and after. */
async function changeConstants(
  folder: string,
  role: GraphRole,
  change: (constants: readonly TensorProto[]) => void,
): Promise<void> {
  const { structure, weights } = GRAPH_FILES[role];
  const graph = {
    structure: await Deno.readFile(`${folder}/${structure}`),
    weights: await Deno.readFile(`${folder}/${weights}`),
    weightsName: weights,
  };
  const model = onnx.ModelProto.decode(graph.structure);
  const inline = model.graph!.initializer!.map(({ name, dims, dataType, ...place }) => ({
    name: name!,
    dims: dims!,
    dataType: dataType!,
    rawData: constantBytes(place, graph),
  }));
  change(inline);
  model.graph!.initializer = inline;
  await replaceFile(folder, structure, onnx.ModelProto.encode(model).finish());
}

/** Changes a constant of a graph, found by its name without the number at its end. */
export async function changeConstant(
  folder: string,
  role: GraphRole,
  name: string,
  change: (tensor: TensorProto) => void,
): Promise<void> {
  await changeConstants(folder, role, (constants) => {
    change(constants.find((tensor) => tensor.name!.replace(/_\d+$/, "") === name)!);
  });
}

/** Makes a folder what version 2 of the format was: no graph has a file of weights. */
export async function toFormat2(folder: string): Promise<void> {
  for (const role of GRAPH_ROLES) {
    await changeConstants(folder, role, () => {});
    await Deno.remove(`${folder}/${GRAPH_FILES[role].weights}`);
  }
  await changeManifest(folder, ({ files }) => ({
    format_version: 2,
    files: Object.fromEntries(
      Object.entries(files as object).filter(([name]) => name.endsWith(".onnx")),
    ),
  }));
}
