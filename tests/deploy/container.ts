/** A container of the image, as strict as a platform may be: nothing to write, no network, no privilege. */
import { commandOutput } from "./command_output.ts";

/** runc and cgroupfs work also where no systemd runs and the control groups are of version 1. */
const PODMAN = ["--cgroup-manager", "cgroupfs", "--runtime", "runc"];

/** Podman asks for more than the hard limits of small machines. */
const LIMITS = [
  "--memory",
  "1g",
  "--cpus",
  "1",
  "--ulimit",
  "nofile=1024",
  "--ulimit",
  "nproc=1024",
];

const STRICT = ["--read-only", "--read-only-tmpfs=false", "--network", "none"].concat(
  ["--cap-drop", "all", "--security-opt", "no-new-privileges"],
);

/** Runs Podman; what it says. */
export function podman(...args: readonly string[]): Promise<string> {
  return commandOutput("podman", [...PODMAN, ...args]);
}

/** A container that runs. */
export class Container implements AsyncDisposable {
  private constructor(readonly id: string) {}

  /** Starts one of that image. */
  static async run(image: string): Promise<Container> {
    // Podman's health checks need systemd's timers; tests run the check's command themselves.
    const args = ["run", "--detach", "--no-healthcheck", ...STRICT, ...LIMITS, image];
    return new Container((await podman(...args)).trim());
  }

  /** Runs a command inside; what it says. */
  exec(...command: readonly string[]): Promise<string> {
    return podman("exec", this.id, ...command);
  }

  /** Runs the script inside, in the image's Deno. */
  script(source: string, ...args: readonly string[]): Promise<string> {
    const module = `data:application/typescript;base64,${btoa(source)}`;
    return this.exec("deno", "run", "--allow-net=127.0.0.1:8000", module, ...args);
  }

  /** Lines of its log so far. */
  async log(): Promise<Record<string, unknown>[]> {
    const lines = (await podman("logs", this.id)).trim().split("\n");
    return lines.map((line) => JSON.parse(line));
  }

  /** Stops it as a platform does; the exit code. */
  async stop(graceS: number): Promise<number> {
    await podman("stop", "--time", String(graceS), this.id);
    return Number(await podman("inspect", "--format", "{{.State.ExitCode}}", this.id));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await podman("rm", "--force", this.id);
  }
}
