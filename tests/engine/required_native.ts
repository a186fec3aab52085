/** Whether tests of the native device can run. */
import { nativeRuntime, NativeRuntimeError } from "../../src/inference/native_runtime.ts";

/** `deno task native:install` was not run; with `KRONOS_REQUIRE_TOOLS=1` it must have been. */
export function nativeMissing(): boolean {
  try {
    nativeRuntime();
    return false;
  } catch (error) {
    if (error instanceof NativeRuntimeError) return Deno.env.get("KRONOS_REQUIRE_TOOLS") !== "1";
    throw error;
  }
}
