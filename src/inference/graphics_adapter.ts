/** The adapters that WebGPU finds on this machine: a graphics processor, or one made of software. */

/** WebGPU that is not there, or not as the graphs need it. */
export class WebgpuError extends Error {
  /** Shown by the log and `toString()`; without it they would say `Error`. */
  override readonly name = "WebgpuError";
}

/** What Linux shows of a graphics processor: of any, of NVIDIA's, of the host of WSL. */
const DEVICE_FILES = ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"];

/** An adapter, as far as it matters here. */
export interface GraphicsAdapter {
  /** As its driver calls it. */
  readonly name: string;
  /** Whether the processor does its work. */
  readonly software: boolean;
}

/**
 * The adapter that onnxruntime will run on.
 *
 * @throws WebgpuError where there is none
 */
export async function graphicsAdapter(): Promise<GraphicsAdapter> {
  const adapter = await navigator.gpu?.requestAdapter({ powerPreference: "high-performance" });
  if (!adapter) throw new WebgpuError("Cannot run on WebGPU: this machine has no adapter");
  const { description, vendor, isFallbackAdapter } = adapter.info;
  return { name: description || vendor || "unnamed", software: isFallbackAdapter };
}

function exists(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false; // what may not be looked at cannot be used either
  }
}

/**
 * Whether the machine may have a graphics processor, as far as Linux shows it.
 *
 * @param deviceFiles one of which must be there
 */
export function mayHaveGraphicsProcessor(deviceFiles: readonly string[] = DEVICE_FILES): boolean {
  return Deno.build.os !== "linux" || deviceFiles.some(exists);
}

/**
 * Whether the machine has a graphics processor. Asking WebGPU loads the drivers, 75 MB with Mesa's
 * compiler: it is asked only where there may be one.
 *
 * @param deviceFiles one of which must be there
 */
export async function hasGraphicsProcessor(deviceFiles = DEVICE_FILES): Promise<boolean> {
  if (!mayHaveGraphicsProcessor(deviceFiles)) return false;
  try {
    return !(await graphicsAdapter()).software;
  } catch (error) {
    if (error instanceof WebgpuError) return false;
    throw error;
  }
}
