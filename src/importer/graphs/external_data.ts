/** Takes a graph's large constants out of its ONNX file, see `GraphBytes`. */
import onnxProto from "onnx-proto";
import type { TensorProto } from "../../inference/graph_bytes.ts";

/** Constants of fewer bytes stay: shapes and scalars, which the runtime reads while it optimises. */
const LARGE_BYTES = 1024;

/** Each begins at a multiple of so many bytes, so that its numbers can be read where they are. */
const ALIGNMENT = 64;

const { EXTERNAL } = onnxProto.onnx.TensorProto.DataLocation;

/**
 * The constants with the bytes of the large ones in a file of its own.
 *
 * @param weightsName the name by which they refer to that file
 */
export function withExternalData(
  constants: readonly TensorProto[],
  weightsName: string,
): { readonly constants: TensorProto[]; readonly weights: Uint8Array<ArrayBuffer> } {
  let end = 0;
  const large: { readonly bytes: Uint8Array; readonly offset: number }[] = [];
  const referring = constants.map(({ rawData, ...constant }) => {
    const bytes = rawData!;
    if (bytes.length < LARGE_BYTES) return { ...constant, rawData: bytes };
    const offset = Math.ceil(end / ALIGNMENT) * ALIGNMENT;
    end = offset + bytes.length;
    large.push({ bytes, offset });
    const place = { location: weightsName, offset, length: bytes.length };
    return {
      ...constant,
      dataLocation: EXTERNAL,
      externalData: Object.entries(place).map(([key, value]) => ({ key, value: `${value}` })),
    };
  });
  const weights = new Uint8Array(end);
  for (const { bytes, offset } of large) weights.set(bytes, offset);
  return { constants: referring, weights };
}
