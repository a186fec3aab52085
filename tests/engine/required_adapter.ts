/** The adapter that tests of WebGPU run on. */
import { graphicsAdapter, WebgpuError } from "../../src/inference/graphics_adapter.ts";

/** Its name; null where there is none. With `KRONOS_REQUIRE_TOOLS=1` there must be one. */
async function adapterName(): Promise<string | null> {
  try {
    return (await graphicsAdapter()).name;
  } catch (error) {
    if (error instanceof WebgpuError && Deno.env.get("KRONOS_REQUIRE_TOOLS") !== "1") return null;
    throw error;
  }
}

const adapter = await adapterName();

/** For the end of a test's name, and whether to leave it out. */
export const onAdapter = {
  /** As its driver calls it, or how to get one. */
  name: adapter ?? "no adapter: install mesa-vulkan-drivers and libvulkan1",
  /** Whether there is none. */
  missing: adapter === null,
};
