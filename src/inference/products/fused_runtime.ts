/** The WASM binary of onnxruntime-web with our kernel for its matrix products. */
import { createHash } from "node:crypto";
import { createRequire } from "node:module";
import { withFunctionBodies } from "./function_bodies.ts";
import { productKernel } from "./product_kernel.ts";

/** The kernels of onnxruntime-web 1.30.0: the SHA-256 of their bodies, their sizes, what they do. */
const KERNELS = [
  {
    bytes: 2040,
    sha256: "f7728808b5f87253962b9f639f830459c0961fbc2cd2f8463534e97ae5a7e534",
    adds: false,
  },
  {
    bytes: 1922,
    sha256: "9e72cc3a5fb5a445d440bf86c3de4b8bb338ee3773f763c730af6227034c8f08",
    adds: true,
  },
];

/** Another onnxruntime-web than the one whose kernels are known. */
export class UnknownRuntimeError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "UnknownRuntimeError";
}

/** Where the binary is that the package loads by itself. */
function runtimePath(): string {
  return createRequire(import.meta.url).resolve(
    "onnxruntime-web/ort-wasm-simd-threaded.wasm",
  );
}

/**
 * Puts the kernel into a binary.
 *
 * @throws UnknownRuntimeError where the kernels that it replaces are not in there, each once
 */
export function withFusedProducts(binary: Uint8Array): Uint8Array<ArrayBuffer> {
  const found: string[] = [];
  const sizes = KERNELS.map(({ bytes }) => bytes);
  const fused = withFunctionBodies(binary, sizes, (body) => {
    const digest = createHash("sha256").update(body).digest("hex");
    const kernel = KERNELS.find(({ sha256 }) => sha256 === digest);
    if (kernel === undefined) return null;
    found.push(digest);
    return productKernel(kernel.adds);
  });
  if (KERNELS.every(({ sha256 }) => found.includes(sha256))) return fused;
  throw new UnknownRuntimeError(
    "Cannot fuse products: the kernels of onnxruntime-web 1.30.0 are not in its binary " +
      "(KRONOS_FUSED_PRODUCTS=false runs it as it is)",
  );
}

/**
 * Compiles the package's binary; threads share the module, and the code that V8 makes of it.
 *
 * @param fusedProducts whether with the kernel in it
 * @throws UnknownRuntimeError where it is not the version whose kernels are known
 */
export async function compileRuntime(fusedProducts: boolean): Promise<WebAssembly.Module> {
  const file = await Deno.readFile(runtimePath());
  const binary = fusedProducts ? withFusedProducts(file) : file;
  const module = await WebAssembly.compile(binary);
  // 14 MB each, given back at once: a garbage collection may come late, or never.
  for (const buffer of new Set([file.buffer, binary.buffer])) buffer.transfer(0);
  return module;
}
