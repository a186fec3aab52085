/** The manifests, as kustomize builds them. */
import assert from "node:assert/strict";
import type { Deployment } from "kubernetes-types/apps/v1.d.ts";
import type { HorizontalPodAutoscaler } from "kubernetes-types/autoscaling/v2.d.ts";
import type { ConfigMap, Probe, Service } from "kubernetes-types/core/v1.d.ts";
import { parseAllDocuments } from "yaml";
import { readConfig, unknownVariables } from "../../src/config.ts";
import { testWithTools } from "../test_with_tools.ts";
import { commandOutput } from "./command_output.ts";
import { checkTypes, type KubernetesObject } from "./kubernetes_types.ts";

/** A canary is one pod: that there are two at least is asked of autoscalers. */
const SCORE = ["--exit-one-on-warning", "--min-replicas-deployment", "1", "--output-format", "ci"];

const WAYS = ["rolling", "canary", "blue-green"] as const;

const built = new Map<string, Promise<string>>();

function build(way: string): Promise<string> {
  const known = built.get(way) ??
    commandOutput("kubectl", ["kustomize", `deploy/kubernetes/${way}`]);
  built.set(way, known);
  return known;
}

async function objects(way: string): Promise<KubernetesObject[]> {
  return parseAllDocuments(await build(way)).map((document) => document.toJS());
}

/** Those of a kind; the caller names its type. */
async function ofKind<T extends { kind?: string }>(way: string, kind: T["kind"]): Promise<T[]> {
  return (await objects(way)).filter((object) => object.kind === kind) as unknown as T[];
}

/** The only container of a Deployment's pods. */
function container(deployment: Deployment) {
  const { containers } = deployment.spec!.template.spec!;
  assert.equal(containers.length, 1);
  return containers[0];
}

/** How long a probe may fail before something is done, in milliseconds. */
function patienceMs({ periodSeconds, failureThreshold }: Probe): number {
  return periodSeconds! * failureThreshold! * 1000;
}

/** The settings that a Deployment gets from its ConfigMap. */
async function settingsOf(way: string, deployment: Deployment): Promise<Record<string, string>> {
  const { name } = container(deployment).envFrom![0].configMapRef!;
  const maps = await ofKind<ConfigMap>(way, "ConfigMap");
  const map = maps.find(({ metadata }) => metadata?.name === name);
  assert.ok(map?.data !== undefined, `no ConfigMap is named ${name}`);
  return map.data;
}

for (const way of WAYS) {
  await testWithTools(`${way}: every field exists and has its type`, ["kubectl"], async () => {
    await checkTypes(await objects(way));
  });

  await testWithTools(`${way}: kube-score finds nothing`, ["kubectl", "kube-score"], async () => {
    const file = await Deno.makeTempFile({ suffix: ".yaml" });
    try {
      // A canary stands behind what `rolling` has before it.
      const front = way === "canary" ? `${await build("rolling")}---\n` : "";
      await Deno.writeTextFile(file, front + await build(way));
      await commandOutput("kube-score", ["score", ...SCORE, file]);
    } finally {
      await Deno.remove(file);
    }
  });

  await testWithTools(
    `${way}: settings are valid, and the drain fits the grace`,
    ["kubectl"],
    async () => {
      for (const deployment of await ofKind<Deployment>(way, "Deployment")) {
        const settings = await settingsOf(way, deployment);
        const config = readConfig(settings);
        assert.deepEqual(unknownVariables(settings), []);
        const pod = deployment.spec!.template.spec!;
        assert.ok(pod.terminationGracePeriodSeconds! * 1000 >= config.graceMs);
        const { startupProbe, readinessProbe, resources } = container(deployment);
        assert.ok(patienceMs(startupProbe!) >= config.startupTimeoutS * 1000);
        assert.ok(patienceMs(readinessProbe!) < config.lameDuckMs);
        assert.equal(String(config.workers), resources!.limits!.cpu);
      }
    },
  );

  await testWithTools(
    `${way}: no pod goes before its successor is ready`,
    ["kubectl"],
    async () => {
      for (const { spec } of await ofKind<Deployment>(way, "Deployment")) {
        assert.deepEqual(spec!.strategy!.rollingUpdate, { maxSurge: 1, maxUnavailable: 0 });
      }
    },
  );
}

/** Of these Deployments, the tracks whose pods the Service of `way` sends requests to. */
async function servedTracks(way: string, deployments: readonly Deployment[]): Promise<string[]> {
  const [service] = await ofKind<Service>(way, "Service");
  const wanted = Object.entries(service.spec!.selector!);
  const served = deployments.filter(({ spec }) =>
    wanted.every(([label, value]) => spec!.template.metadata!.labels![label] === value)
  );
  return served.map(({ spec }) => spec!.selector.matchLabels!["kronos-edge/track"]).sort();
}

await testWithTools("the Service sends to all tracks of a canary, to one of blue and green", [
  "kubectl",
], async () => {
  const [rolling, canary, blueGreen] = await Promise.all(
    WAYS.map((way) => ofKind<Deployment>(way, "Deployment")),
  );
  assert.deepEqual(await servedTracks("rolling", [...rolling, ...canary]), ["canary", "stable"]);
  assert.deepEqual(await servedTracks("blue-green", blueGreen), ["blue"]);
});

await testWithTools("every track is scaled by its own autoscaler, a canary by none", [
  "kubectl",
], async () => {
  const scaled = async (way: string): Promise<string[]> =>
    (await ofKind<HorizontalPodAutoscaler>(way, "HorizontalPodAutoscaler"))
      .map(({ spec }) => spec!.scaleTargetRef.name).sort();
  assert.deepEqual(await scaled("rolling"), ["kronos-edge"]);
  assert.deepEqual(await scaled("canary"), []);
  assert.deepEqual(await scaled("blue-green"), ["kronos-edge-blue", "kronos-edge-green"]);
});

await testWithTools("a field that does not exist is found", ["kubectl"], async () => {
  const [deployment] = await ofKind<Deployment>("rolling", "Deployment");
  const misspelt = { ...deployment, spec: { ...deployment.spec, replica: 2 } };
  await assert.rejects(checkTypes([misspelt as unknown as KubernetesObject]), /replica/);
});

await testWithTools("the ServiceMonitor and the PrometheusRule build", ["kubectl"], async () => {
  const monitor = await commandOutput("kubectl", ["kustomize", "deploy/kubernetes/monitoring"]);
  assert.match(monitor, /kind: ServiceMonitor/);
  assert.match(monitor, /kind: PrometheusRule/);
});
