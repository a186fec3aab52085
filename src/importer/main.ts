/** Entry of `deno task import`. */
import { importCommand } from "./import_command.ts";

let drawn = "";

/** Each line once: a download tells of every part that arrives. */
function draw(line: string): void {
  if (line === drawn || !Deno.stderr.isTerminal()) return;
  drawn = line;
  Deno.stderr.writeSync(new TextEncoder().encode(`\r\x1b[K${line}`));
}

Deno.exit(
  await importCommand(Deno.args, {
    variable: (name) => Deno.env.get(name),
    say: console.log,
    complain: console.error,
    draw,
  }),
);
